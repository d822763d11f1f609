"""Mapping profiles: how an office's files are read, written down once in a TOML file and used each month.

dataset = "registry"
encoding = "windows-1252"
header_row = 4

[mapping]
"Razón social" = "name"
"Observaciones" = "-"
"""

from __future__ import annotations

import difflib
import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from exemptions.datasets import DATASET_COLUMNS, Dataset
from exemptions.errors import FileRefused, Sentence
from exemptions.text import squash
from loaders.decode import ENCODINGS, find_codec
from loaders.options import LEAVE_OUT
from loaders.uploads import synced_file

_MAX_BYTES = 1024**2


@dataclass(frozen=True, slots=True)
class Profile:
    """How to read a file; None is what nobody said."""

    mapping: Mapping[str, str] = field(default_factory=dict)
    encoding: str | None = None
    sheet: str | None = None
    header_row: int | None = None

    def overlaid(self, other: Profile) -> Profile:
        """This profile where the other, whose word counts more, says nothing.

        Two writings of one header are the same header, so the other's mapping of it takes the place of ours.
        """
        said = {squash(header) for header in other.mapping}
        mapping = {header: key for header, key in self.mapping.items() if squash(header) not in said}
        return Profile(
            mapping={**mapping, **other.mapping},
            encoding=self.encoding if other.encoding is None else other.encoding,
            sheet=self.sheet if other.sheet is None else other.sheet,
            header_row=self.header_row if other.header_row is None else other.header_row,
        )


_KINDS: Mapping[str, tuple[type, Sentence]] = {
    "dataset": (str, Sentence("un texto entre comillas", "a text in quotes")),
    "encoding": (str, Sentence("un texto entre comillas", "a text in quotes")),
    "sheet": (str, Sentence("un texto entre comillas", "a text in quotes")),
    "header_row": (int, Sentence("un número entero desde 1", "a whole number from 1 on")),
    "mapping": (dict, Sentence("una tabla [mapping]", "a table [mapping]")),
}
"""What a profile may say → its type, and how to say that."""


def read_profile(path: Path, *, dataset: Dataset) -> Profile:
    """The profile in a file, once it is known to be right for the dataset.

    Raises: FileRefused naming the line and the key.
    """
    text = _read_text(path)
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise FileRefused(
            f"El perfil «{path.name}» no es TOML: {error}.", f"The profile “{path.name}” is no TOML: {error}."
        ) from error
    _Checker(path.name, text).check(document, dataset)
    return Profile(
        mapping=document.get("mapping", {}),
        encoding=document.get("encoding"),
        sheet=document.get("sheet"),
        header_row=document.get("header_row"),
    )


def write_profile(path: Path, profile: Profile, *, dataset: Dataset) -> None:
    """Write a profile that `read_profile` gives back; what stood under that name is replaced whole.

    Raises: FileRefused if the profile would not be right, or cannot be written.
    """
    text = profile_text(profile, dataset=dataset)
    _Checker(path.name, text).check(tomllib.loads(text), dataset)
    try:
        with synced_file(path) as file:
            file.write(text.encode())
    except OSError as error:
        raise FileRefused(
            f"No se pudo escribir el perfil «{path}»: {error.strerror}.",
            f"The profile “{path}” could not be written: {error.strerror}.",
        ) from error


def profile_text(profile: Profile, *, dataset: Dataset) -> str:
    """The profile as TOML; only what was said is written."""
    said = {"encoding": profile.encoding, "sheet": profile.sheet, "header_row": profile.header_row}
    lines = [f"dataset = {_quoted(dataset.value)}"]
    lines += [
        f"{key} = {value if isinstance(value, int) else _quoted(value)}"
        for key, value in said.items()
        if value is not None
    ]
    lines += ["", "[mapping]", *(f"{_quoted(header)} = {_quoted(key)}" for header, key in profile.mapping.items())]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    # TOML's basic strings have the escapes of JSON, and forbid one more sign (TOML 1.0, "String").
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")


def _read_text(path: Path) -> str:
    if not path.is_file() or path.stat().st_size > _MAX_BYTES:
        raise FileRefused(f"«{path}» no es un perfil de carga.", f"“{path}” is no profile of a load.")
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileRefused(
            f"El perfil «{path.name}» no está en UTF-8: byte {error.start}.",
            f"The profile “{path.name}” is not in UTF-8: byte {error.start}.",
        ) from error


class _Checker:
    """Checks what a profile says, and knows in which line it says it."""

    def __init__(self, name: str, text: str) -> None:
        self._name = name
        self._lines = text.splitlines()

    def check(self, document: Mapping[str, Any], dataset: Dataset) -> None:
        for key, value in document.items():
            self._check_kind(key, value)
        self._check_values(document, dataset)
        keys = [column.key for column in DATASET_COLUMNS[dataset]]
        seen: dict[str, str] = {}
        for header, key in document.get("mapping", {}).items():
            self._check_mapping(header, key, keys)
            if squash(header) in seen:
                first = seen[squash(header)]
                raise self._wrong(header, f"es lo mismo que «{first}»", f"is the same as “{first}”")
            seen[squash(header)] = header

    def _check_kind(self, key: str, value: Any) -> None:
        if key not in _KINDS:
            near = _nearest(key, list(_KINDS))
            raise self._wrong(
                key, f"no se conoce; lo más parecido es «{near}»", f"is not known; the nearest is “{near}”"
            )
        kind, wanted = _KINDS[key]
        if type(value) is not kind:
            raise self._wrong(key, f"tiene que ser {wanted.es}", f"has to be {wanted.en}")

    def _check_values(self, document: Mapping[str, Any], dataset: Dataset) -> None:
        own = document.get("dataset", dataset.value)
        if own != dataset.value:
            raise self._wrong(
                "dataset",
                f"dice «{own}» y se está cargando «{dataset.value}»",
                f"says “{own}”, and “{dataset.value}” is being loaded",
            )
        encoding = document.get("encoding")
        if encoding is not None and find_codec(encoding) is None:
            allowed = ", ".join(sorted(ENCODINGS))
            raise self._wrong("encoding", f"puede ser: {allowed}", f"may be: {allowed}")
        if document.get("header_row", 1) < 1:
            _, wanted = _KINDS["header_row"]
            raise self._wrong("header_row", f"tiene que ser {wanted.es}", f"has to be {wanted.en}")

    def _check_mapping(self, header: str, key: Any, keys: list[str]) -> None:
        if not squash(header):
            raise self._wrong(header, "no nombra ninguna columna", "names no column")
        if key == LEAVE_OUT or key in keys:
            return
        if not isinstance(key, str):
            raise self._wrong(header, "tiene que dar una clave entre comillas", "has to give a key in quotes")
        near = _nearest(key, keys)
        raise self._wrong(
            header,
            f"da «{key}», que no es una columna; lo más parecido es «{near}»",
            f"gives “{key}”, which is no column; the nearest is “{near}”",
        )

    def _wrong(self, key: str, es: str, en: str) -> FileRefused:
        line = self._line_of(key)
        place_es = f", línea {line}" if line else ""
        place_en = f", line {line}" if line else ""
        return FileRefused(
            f"Perfil «{self._name}»{place_es}: «{key}» {es}.", f"Profile “{self._name}”{place_en}: “{key}” {en}."
        )

    def _line_of(self, key: str) -> int | None:
        written = "|".join(re.escape(form) for form in (key, _quoted(key), f"'{key}'", f"[{key}]"))
        start = re.compile(rf"\s*(?:{written})\s*(?:=|\.|$|#)")
        return next((number for number, line in enumerate(self._lines, start=1) if start.match(line)), None)


def _nearest(text: str, candidates: list[str]) -> str:
    return next(iter(difflib.get_close_matches(text, candidates, n=1, cutoff=0.0)), candidates[0])
