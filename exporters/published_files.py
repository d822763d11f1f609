"""The files of a release's downloads as its manifest lists them, and which table each one holds.

Whatever writes a file into the folder, the metadata tell of it: nothing here names files but by their suffix.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from exemptions.published_tables import TABLES, PublishedTable

FOLDER = "downloads/"
DATA_PACKAGE = "datapackage.json"
CSVW_SUFFIX = "-metadata.json"
README, LICENCE = "README.txt", "LICENSE.txt"

_CODINGS = (".gz", ".zst")
"""Suffixes of a compressed file; of a file in several codings the first is told."""

MEDIA_TYPES: Mapping[str, str] = {
    "csv": "text/csv",
    "json": "application/json",
    "ndjson": "application/x-ndjson",
    "parquet": "application/vnd.apache.parquet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "txt": "text/plain",
}
"""Form of a file → media type of what is inside."""

_OF_TABLES = frozenset({"csv", "json", "ndjson", "parquet", "xlsx"})


@dataclass(frozen=True, slots=True)
class PublishedFile:
    """One file of the downloads."""

    path: str
    """Below the downloads, as it is stored."""
    name: str
    """The same without the suffix of its compression: this address gives it plain."""
    form: str
    """Suffix of the plain file: csv, json, ndjson, parquet, …"""
    table: PublishedTable | None
    """The table that it holds, None for a file that is no table."""
    rows: int | None
    size_bytes: int
    sha256: str
    plain_bytes: int
    plain_sha256: str

    @property
    def media_type(self) -> str:
        """The media type of the plain file."""
        return MEDIA_TYPES.get(self.form, "application/octet-stream")


def list_published(manifest: Mapping[str, Any]) -> tuple[PublishedFile, ...]:
    """The files that hold something of the registry, each once, whatever its codings; descriptions are left out.

    Order: the records, the tables beside them, the catalogues, other files; each by name.
    """
    found: dict[str, PublishedFile] = {}
    for entry in manifest["files"]:
        path = str(entry["path"]).removeprefix(FOLDER)
        if not str(entry["path"]).startswith(FOLDER) or _is_description(path):
            continue
        file = _file(path, entry)
        known = found.get(file.name)
        if known is None or _rank(file) < _rank(known):
            found[file.name] = file
    order = {name: place for place, name in enumerate(TABLES)}
    return tuple(sorted(found.values(), key=lambda f: (order.get(f.table.name, 0) if f.table else len(order), f.name)))


def _file(path: str, entry: Mapping[str, Any]) -> PublishedFile:
    name = next((path.removesuffix(coding) for coding in _CODINGS if path.endswith(coding)), path)
    stem, _dot, form = name.partition(".")
    plain = entry.get("plain") or entry
    return PublishedFile(
        path=path,
        name=name,
        form=form,
        table=TABLES.get(stem) if form in _OF_TABLES else None,
        rows=entry.get("rows"),
        size_bytes=entry["bytes"],
        sha256=entry["sha256"],
        plain_bytes=plain["bytes"],
        plain_sha256=plain["sha256"],
    )


def _rank(file: PublishedFile) -> int:
    coding = file.path.removeprefix(file.name)
    return _CODINGS.index(coding) if coding in _CODINGS else len(_CODINGS)


def _is_description(path: str) -> bool:
    return path == DATA_PACKAGE or path.endswith(CSVW_SUFFIX)
