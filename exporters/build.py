"""Writing the files of a release into a folder; what they hold is decided elsewhere."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
from isal import isal_zlib

from exemptions.catalog_entries import CatalogName
from exemptions.catalog_export import catalog_rows
from exemptions.catalogs import PACKAGED, Catalogs
from exporters.formats import FORMATS
from exporters.tables import SCHEMAS, write_arrow

RECORDS = "records.arrow"
WITHHELD = "withheld.json"
DOWNLOADS: Mapping[str, str] = {
    "csv": "downloads/records.csv.gz",
    "json": "downloads/records.json.gz",
    "ndjson": "downloads/records.ndjson.gz",
    "parquet": "downloads/records.parquet",
}
"""Format → file of the whole registry. Text is kept compressed and streamed plain."""

_GZIP_LEVEL = 2
"""Levels 0 to 3 of isal differ by a third in size and by little in time; 2 is the library's own default."""
_GZIP_WINDOW = 31
"""zlib's way of asking for a gzip header, which then carries neither name nor time: same rows, same bytes."""


def write_tables(folder: Path, tables: Mapping[str, pa.RecordBatch], withheld: Mapping[str, Any]) -> dict[str, int]:
    """Write the Arrow tables and `withheld.json`; a table that `tables` lacks is written empty.

    Returns the number of rows by path.
    """
    rows: dict[str, int] = {}
    for name in ("records", *SCHEMAS):
        batch = tables[name] if name in tables else pa.RecordBatch.from_pylist([], schema=SCHEMAS[name])
        write_arrow(folder / f"{name}.arrow", batch)
        rows[f"{name}.arrow"] = batch.num_rows
    write_json(folder / WITHHELD, withheld)
    return rows


def write_catalogs(folder: Path, catalogs: Catalogs) -> None:
    """Write the catalogues of the day: the files they are read from, and each one as JSON."""
    shutil.copytree(PACKAGED, folder / "catalogs", ignore=shutil.ignore_patterns("*.md"), copy_function=shutil.copyfile)
    for name in CatalogName:
        write_json(folder / "catalogs" / f"{name}.json", catalog_rows(catalogs, name))


def write_downloads(folder: Path, records: pa.RecordBatch, metadata: Mapping[str, str]) -> dict[str, int]:
    """Write the whole registry in every format; returns the number of rows by path."""
    (folder / "downloads").mkdir()
    for name, path in DOWNLOADS.items():
        content = FORMATS[name].stream([records], metadata=metadata)
        with (folder / path).open("wb") as sink:
            sink.writelines(_compressed(content) if path.endswith(".gz") else content)
    return dict.fromkeys(DOWNLOADS.values(), records.num_rows)


def write_json(path: Path, value: object) -> None:
    """Write a value as JSON with sorted keys, so that equal values give equal bytes."""
    path.write_text(json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1) + "\n", encoding="utf-8")


def _compressed(blocks: Iterable[bytes]) -> Iterator[bytes]:
    deflate = isal_zlib.compressobj(_GZIP_LEVEL, isal_zlib.DEFLATED, _GZIP_WINDOW)
    for block in blocks:
        yield deflate.compress(block)
    yield deflate.flush()
