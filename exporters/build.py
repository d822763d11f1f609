"""Writing the files of a release into a folder; what they hold is decided elsewhere."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa

from exemptions.catalog_entries import CatalogName
from exemptions.catalog_export import catalog_rows
from exemptions.catalogs import PACKAGED, Catalogs
from exporters.formats import FORMATS
from exporters.json_format import array_of
from exporters.manifest import Measure
from exporters.merkle import Tree, TreeBuilder
from exporters.ndjson_format import stream_ndjson
from exporters.packing import Packed
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

_JSON_ROWS = 4_096
"""Rows of JSON made at once: 4 MB, which is in memory several times while it is made."""


@dataclass(frozen=True, slots=True)
class Downloads:
    """What the manifest needs to know of the downloads, by path."""

    rows: Mapping[str, int]
    plain: Mapping[str, Measure]
    """Size and hash of what is inside the compressed ones."""
    tree: Tree
    """Over the lines of the NDJSON."""


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
    for name, text in _catalog_texts(catalogs).items():
        (folder / "catalogs" / f"{name}.json").write_text(text, encoding="utf-8")


@lru_cache(maxsize=1)
def _catalog_texts(catalogs: Catalogs) -> Mapping[CatalogName, str]:
    return {name: _json_text(catalog_rows(catalogs, name)) for name in CatalogName}


def write_downloads(folder: Path, records: pa.RecordBatch, metadata: Mapping[str, str]) -> Downloads:
    """Write the whole registry in every format."""
    (folder / "downloads").mkdir()
    with (folder / DOWNLOADS["parquet"]).open("wb") as sink:
        sink.writelines(FORMATS["parquet"].stream([records], metadata=metadata))
    with Packed(folder / DOWNLOADS["csv"]) as rows:
        for block in FORMATS["csv"].stream([records], metadata=metadata):
            rows.write(block)
    tree = TreeBuilder()
    # Both formats of JSON have the same objects, and making their text is the larger part of the work.
    with Packed(folder / DOWNLOADS["ndjson"]) as lines, Packed(folder / DOWNLOADS["json"]) as objects:
        for block in array_of(_written(tree.passing(stream_ndjson(_slices(records))), lines)):
            objects.write(block)
    return Downloads(
        dict.fromkeys(DOWNLOADS.values(), records.num_rows),
        {DOWNLOADS["csv"]: rows.plain, DOWNLOADS["ndjson"]: lines.plain, DOWNLOADS["json"]: objects.plain},
        tree.finish(),
    )


def _slices(records: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    for start in range(0, records.num_rows, _JSON_ROWS):
        yield records.slice(start, _JSON_ROWS)


def _written(blocks: Iterable[bytes], file: Packed) -> Iterator[bytes]:
    """The blocks, each after it was written to `file`. (`itertools.tee` would hold the last 57 of them.)"""
    for block in blocks:
        file.write(block)
        yield block


def write_json(path: Path, value: object) -> None:
    """Write a value as JSON with sorted keys, so that equal values give equal bytes; each entry of a list in a line."""
    path.write_text(_json_text(value), encoding="utf-8")


def _json_text(value: object) -> str:
    entries = (
        [json.dumps(entry, ensure_ascii=False, sort_keys=True) for entry in value] if isinstance(value, list) else []
    )
    whole = (
        "[\n" + ",\n".join(entries) + "\n]"
        if entries
        else json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1)
    )
    return whole + "\n"
