"""The files of a release as a person chooses among them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from api.pages.links import Link
from api.pages.texts import LazyString
from api.pages.texts import lazy_gettext as _l
from api.v1.tables import table_path
from exemptions.release import FACT_TABLES, Release
from exporters.formats import FORMATS

_DOWNLOADS = "downloads/"
_GZIP = ".gz"

_PURPOSES: Mapping[str, LazyString] = {
    "records.csv": _l("Una fila por registro; se abre en cualquier programa y hoja de cálculo."),
    "records.json": _l("Una lista de objetos, para programas."),
    "records.ndjson": _l("Un objeto por línea, para procesar sin leer todo a la vez."),
    "records.parquet": _l("Columnas con sus tipos; el más chico y el más rápido para analizar."),
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
    packed_url: str
    packed_bytes: int
    others: tuple[Link, ...]
    """The same rows in formats that more programs open."""


def file_rows(release: Release) -> tuple[FileRow, ...]:
    """The files of a release that people download, in the order of their use."""
    entries = {_plain_name(entry["path"]): entry for entry in release.manifest["files"]}
    return tuple(_row(release, name, entries[name]) for name in _PURPOSES if name in entries)


def find_file(release: Release, suffix: str) -> FileRow | None:
    """The file of all records with that suffix, or None if the release has none."""
    return next((row for row in file_rows(release) if row.name == f"records.{suffix}"), None)


def _plain_name(path: str) -> str:
    name = path.removeprefix(_DOWNLOADS)
    return name.removesuffix(_GZIP)


def _row(release: Release, name: str, entry: Mapping[str, Any]) -> FileRow:
    address = f"/downloads/{release.number}/{name}"
    plain = entry.get("plain") or entry
    is_packed = PurePosixPath(entry["path"]).suffix == _GZIP
    return FileRow(
        name=name,
        url=address,
        purpose=str(_PURPOSES[name]),
        rows=entry.get("rows"),
        size_bytes=plain["bytes"],
        sha256=plain["sha256"],
        packed_url=f"{address}{_GZIP}" if is_packed else "",
        packed_bytes=entry["bytes"] if is_packed else 0,
        others=_others(release, name),
    )


def _others(release: Release, name: str) -> tuple[Link, ...]:
    table = name.removesuffix(".arrow")
    if table == "changes":
        changes = f"/api/v1/releases/{release.number}/changes"
        return (Link("CSV", f"{changes}.csv"), Link("NDJSON", f"{changes}.ndjson"))
    if table not in FACT_TABLES:
        return ()
    return tuple(
        Link(_FORMAT_NAMES[form.name], table_path(release.number, table, form))
        for form in FORMATS.values()
        if form.name in _FORMAT_NAMES
    )
