"""The files of a release as a person chooses among them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlencode

from api.formatting import format_size
from api.pages.links import Link
from api.pages.texts import LazyString
from api.pages.texts import gettext as _
from api.pages.texts import lazy_gettext as _l
from api.v1.tables import table_path
from exemptions.release import FACT_TABLES, Release
from exporters.formats import FORMATS

_DOWNLOADS = "downloads/"
_CODINGS = (".gz", ".zst")
"""Suffixes that a file has in the codings it is kept in; the first is that of the row."""

_PURPOSES: Mapping[str, LazyString] = {
    "records.csv": _l("Una fila por registro; se abre en cualquier programa y hoja de cálculo."),
    "records.json": _l("Una lista de objetos, para programas."),
    "records.ndjson": _l("Un objeto por línea, para procesar sin leer todo a la vez."),
    "records.parquet": _l("Columnas con sus tipos; el más chico y el más rápido para analizar."),
    "records.xlsx": _l("Para hojas de cálculo, con títulos en español, fechas y números como tales."),
    "jobs.arrow": _l("Empleos de cada registro por período, proyectados y reportados."),
    "amounts.arrow": _l("Montos de cada registro por año, impuesto y mecanismo."),
    "energy.arrow": _l("Proyectos de energía renovable de cada registro, con su tecnología y capacidad."),
    "events.arrow": _l("Suspensiones, revocatorias, cancelaciones y reactivaciones."),
    "expenditure.arrow": _l("Estimaciones oficiales del gasto tributario."),
    "macro.arrow": _l("El PIB y su deflactor por año, con los que se calculan los quetzales constantes."),
    "withheld_cells.arrow": _l("Cuánto no se publica, por año, categoría e impuesto, y con qué fundamento."),
    "changes.arrow": _l("Qué cambió respecto de la publicación anterior."),
    "history.arrow": _l("Todos los cambios desde la primera publicación."),
    "origins.arrow": _l("Qué publicación trajo cada fila de empleos, montos, energía, sucesos y PIB."),
}
"""File → what it is for. Files that are not here serve the site itself."""

_FORMAT_NAMES: Mapping[str, str] = {"csv": "CSV", "ndjson": "NDJSON", "parquet": "Parquet"}
"""Format in which a table beside the records is offered too → its name."""


@dataclass(frozen=True, slots=True)
class FileRow:
    """One file to download; of a file kept compressed both forms."""

    name: str
    url: str
    purpose: str
    rows: int | None
    size_bytes: int
    sha256: str
    packed: tuple[Link, ...]
    """The same text as it is kept, with the size of each."""
    others: tuple[Link, ...]
    """The same rows in formats that more programs open."""


def table_files(
    path: str, params: Iterable[tuple[str, str]], lang: str, rows: str = "", *, is_answer: bool = True
) -> tuple[Link, ...]:
    """The table at `path` as files: for spreadsheets, with titles in that language, and for programs.

    Its JSON is the answer of the API at `path` itself, if it `is_answer`.
    """
    asked = list(params)
    labelled, exact = urlencode([*asked, ("headers", lang)]), f"?{urlencode(asked)}" if asked else ""
    answer = path if is_answer else f"{path}.json"
    return (
        Link("XLSX", f"{path}.xlsx?{labelled}", rows),
        Link(_("CSV para hojas de cálculo"), f"{path}.csv?{labelled}", rows),
        *(Link(FORMATS[form].title, f"{path}.{form}{exact}", rows) for form in ("csv", "ndjson", "parquet")),
        Link("JSON", f"{answer}{exact}", rows),
    )


def file_rows(release: Release) -> tuple[FileRow, ...]:
    """The files of a release that people download, in the order of their use."""
    entries = {entry["path"].removeprefix(_DOWNLOADS): entry for entry in release.manifest["files"]}
    return tuple(_row(release, name, entries) for name in _PURPOSES if _kept(name, entries))


def find_file(release: Release, suffix: str) -> FileRow | None:
    """The file of all records with that suffix, or None if the release has none."""
    return next((row for row in file_rows(release) if row.name == f"records.{suffix}"), None)


def _kept(name: str, entries: Mapping[str, Any]) -> list[str]:
    """The names under which a file is kept."""
    return [kept for kept in (name, *(name + suffix for suffix in _CODINGS)) if kept in entries]


def _row(release: Release, name: str, entries: Mapping[str, Any]) -> FileRow:
    kept = _kept(name, entries)
    entry = entries[kept[0]]
    plain = entry.get("plain") or entry
    return FileRow(
        name=name,
        url=f"{_address(release)}/{name}",
        purpose=str(_PURPOSES[name]),
        rows=entry.get("rows"),
        size_bytes=plain["bytes"],
        sha256=plain["sha256"],
        packed=tuple(
            Link(PurePosixPath(one).suffix, f"{_address(release)}/{one}", format_size(entries[one]["bytes"]))
            for one in kept
            if one != name
        ),
        others=_others(release, name, entries),
    )


def _address(release: Release) -> str:
    return f"/downloads/{release.number}"


def _others(release: Release, name: str, entries: Mapping[str, Any]) -> tuple[Link, ...]:
    """The rows of a table in other formats: files of the release where it has them, else made when asked for."""
    table = name.removesuffix(".arrow")
    files = {
        form: f"{_address(release)}/{table}.{form}"
        for form in _FORMAT_NAMES
        if name != table and _kept(f"{table}.{form}", entries)
    }
    made: dict[str, str] = {}
    if table == "changes":
        changes = f"/api/v1/releases/{release.number}/changes"
        made = {form: f"{changes}.{form}" for form in ("csv", "ndjson")}
    elif table in FACT_TABLES:
        made = {form: table_path(release.number, table, FORMATS[form]) for form in _FORMAT_NAMES}
    return tuple(Link(_FORMAT_NAMES[form], url) for form, url in {**made, **files}.items())
