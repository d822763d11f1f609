"""The form that sends a file: what it asks, what was written, and what a load is to be told of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from werkzeug.datastructures import FileStorage, MultiDict

from api.pages.language import page_language
from api.pages.texts import gettext as _
from exemptions.datasets import Dataset, Mode
from exemptions.errors import FileRefused
from loaders.decode import find_codec
from loaders.options import DEFAULT_ENCODING
from loaders.profiles import Profile
from loaders.saved_profiles import get_profile, is_profile_name

FIELDS = ("dataset", "cutoff", "mode", "encoding", "sheet", "header_row", "profile", "mapping", "save_as")

_LONGEST_NAME = 255
_OTHER_KINDS: Mapping[str, str] = {
    ".pdf": "PDF",
    ".doc": "Word", ".docx": "Word", ".odt": "Writer",
    ".ppt": "PowerPoint", ".pptx": "PowerPoint",
    ".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".gif": "GIF", ".webp": "WebP",
    ".htm": "HTML", ".html": "HTML", ".xml": "XML", ".mdb": "Access", ".accdb": "Access",
}  # fmt: skip
"""What holds no table that could be read; the content decides about everything else."""
_PACKED = (".zip", ".rar", ".7z", ".gz", ".bz2", ".xz", ".tar", ".tgz")


@dataclass(frozen=True, slots=True)
class UploadForm:
    """What a person wrote, and what is wrong with it; the keys of `errors` are names of fields."""

    values: Mapping[str, str]
    errors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AskedLoad:
    """A load that can be asked for."""

    dataset: Dataset
    request: Mapping[str, Any]
    """Of the job, but for its file."""
    profile: Profile
    save_as: str
    """Name under which the person wants the profile kept; empty for none."""


def blank_form(dataset: str) -> UploadForm:
    """The form as it is first shown."""
    return UploadForm({**dict.fromkeys(FIELDS, ""), "dataset": dataset})


def read_form(form: MultiDict[str, str], sent: FileStorage | None, home: Path) -> UploadForm | AskedLoad:
    """The load that a form asks for, or the form again with everything that is wrong with it."""
    values = {name: form.get(name, "").strip() for name in FIELDS}
    errors: dict[str, str] = {}
    dataset = _read_dataset(values["dataset"], errors)
    file_name = _read_file_name(sent, errors)
    cutoff = _read_cutoff(values["cutoff"], errors)
    mode = _read_mode(values["mode"], errors)
    profile = _read_profile(values, dataset, home, errors)
    if values["save_as"] and not is_profile_name(values["save_as"]):
        errors["save_as"] = _("Use letras, cifras, espacios, puntos y guiones, hasta 60.")
    if errors or dataset is None:
        return UploadForm(values, errors)
    request = {
        "dataset": dataset.value,
        "file_name": file_name,
        "encoding": profile.encoding or DEFAULT_ENCODING,
        "mode": mode.value if mode else None,
        "cutoff": cutoff.isoformat() if cutoff else None,
        "sheet": profile.sheet,
        "header_row": profile.header_row,
        "mapping": dict(profile.mapping),
    }
    return AskedLoad(dataset, request, profile, values["save_as"])


def _read_dataset(text: str, errors: dict[str, str]) -> Dataset | None:
    if text in tuple(Dataset):
        return Dataset(text)
    errors["dataset"] = _("Elija qué datos trae el archivo.")
    return None


def _read_file_name(sent: FileStorage | None, errors: dict[str, str]) -> str:
    """The name for people: without the folders that some browsers send, and short enough to be shown."""
    written = (sent.filename or "") if sent is not None else ""
    # Signs that do not show could turn the end of the name around, or make two names look the same.
    shown = "".join(sign for sign in written if sign.isprintable())
    name = PurePosixPath(PureWindowsPath(shown).name).name.strip()
    suffix = PurePosixPath(name).suffix.lower()
    if not name:
        errors["file"] = _("Elija un archivo.")
    elif suffix in _PACKED:
        errors["file"] = _(
            "El archivo está comprimido (%(suffix)s): descomprímalo y envíe lo que trae dentro.", suffix=suffix
        )
    elif suffix in _OTHER_KINDS:
        errors["file"] = _(
            "Un archivo %(kind)s no trae una tabla que se pueda leer: pida los datos en Excel o CSV, o guárdelos así.",
            kind=_OTHER_KINDS[suffix],
        )
    return name[-_LONGEST_NAME:]


def _read_cutoff(text: str, errors: dict[str, str]) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        errors["cutoff"] = _("Escriba el día como AAAA-MM-DD, por ejemplo 2026-10-31.")
        return None


def _read_mode(text: str, errors: dict[str, str]) -> Mode | None:
    if text in ("", *Mode):
        return Mode(text) if text else None
    errors["mode"] = _("Elija una de las opciones.")
    return None


def _read_profile(values: Mapping[str, str], dataset: Dataset | None, home: Path, errors: dict[str, str]) -> Profile:
    """The options of the form laid over those of the profile that was chosen."""
    if values["encoding"] and find_codec(values["encoding"]) is None:
        errors["encoding"] = _("Elija una de las opciones.")
    written = Profile(
        mapping=_read_mapping(values["mapping"], errors),
        encoding=values["encoding"] or None,
        sheet=values["sheet"] or None,
        header_row=_read_header_row(values["header_row"], errors),
    )
    if not values["profile"] or dataset is None:
        return written
    try:
        return get_profile(home, dataset, values["profile"]).overlaid(written)
    except FileRefused as error:
        errors["profile"] = error.text(page_language())
        return written


def _read_header_row(text: str, errors: dict[str, str]) -> int | None:
    if not text:
        return None
    # Seven digits are more rows than a spreadsheet has.
    if text.isascii() and text.isdecimal() and len(text) <= 7 and int(text) > 0:
        return int(text)
    errors["header_row"] = _("Escriba el número de la fila, desde 1.")
    return None


def _read_mapping(text: str, errors: dict[str, str]) -> dict[str, str]:
    mapping: dict[str, str] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        header, sign, key = line.rpartition("=")
        if not sign or not header.strip() or not key.strip():
            errors["mapping"] = _(
                "Cada línea lleva un encabezado, el signo = y la clave de la columna; falta en «%(line)s».", line=line
            )
            return {}
        mapping[header.strip()] = key.strip()
    return mapping
