"""Writing the files of a release into a folder; what they hold is decided elsewhere."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa

from exemptions.catalog_entries import CatalogName
from exemptions.catalog_export import catalog_rows
from exemptions.catalogs import PACKAGED, Catalogs
from exemptions.release import FACT_TABLES
from exporters.formats import FORMATS
from exporters.json_format import array_of
from exporters.manifest import GZIP, ZSTD, Measure
from exporters.merkle import Tree, TreeBuilder
from exporters.ndjson_format import stream_ndjson
from exporters.packing import Packed
from exporters.tables import SCHEMAS, as_told, read_arrow, write_arrow
from exporters.watch import Watch
from exporters.xlsx_format import MAX_ROWS

RECORDS = "records.arrow"
WITHHELD = "withheld.json"
WORKBOOK = "downloads/records.xlsx"
"""Is there while a spreadsheet holds the whole registry."""
LINES = "downloads/records.ndjson.gz"
CHANGES = "changes"
_FOLDER = "downloads"
OFFERED_TABLES: tuple[str, ...] = (*FACT_TABLES, CHANGES)
"""Tables beside the records that are downloads too, as CSV and Parquet."""

_JSON_ROWS = 4_096
"""Rows of JSON made at once: 4 MB, which is in memory several times while it is made."""


@dataclass(frozen=True, slots=True)
class Downloads:
    """What the manifest needs to know of the downloads, by path."""

    rows: Mapping[str, int]
    plain: Mapping[str, Measure]
    """Size and hash of what is inside the compressed ones."""
    guilty: Mapping[str, pl.Series]
    """The texts that hold private identifiers, by path of the text without its coding, of all texts looked at."""
    tree: Tree | None = None
    """Over the lines of the NDJSON, once they are written."""

    def __or__(self, other: Downloads) -> Downloads:
        return Downloads(
            {**self.rows, **other.rows},
            {**self.plain, **other.plain},
            {**self.guilty, **other.guilty},
            self.tree or other.tree,
        )


def write_tables(folder: Path, tables: Mapping[str, pa.RecordBatch], withheld: Mapping[str, Any]) -> dict[str, int]:
    """Write the Arrow tables beside the records, and `withheld.json`; a table that `tables` lacks is written empty.

    Returns the number of rows by path.
    """
    rows: dict[str, int] = {}
    for name in SCHEMAS:
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


def write_downloads(folder: Path, metadata: Mapping[str, str], private: pl.Series) -> Downloads:
    """Write the whole registry in every format, and the tables beside it, from the Arrow tables in `folder`.

    Text is kept compressed, once in each coding, and served plain; on its way it is searched for the `private`
    identifiers. A registry that no workbook holds has none. `metadata` is what each file tells of itself.
    """
    records = read_arrow(folder / RECORDS)
    (folder / _FOLDER).mkdir(exist_ok=True)
    # The compiled parts of all leave the interpreter to each other, and there are two processors for them.
    with ThreadPoolExecutor(max_workers=2) as beside:
        workbook = beside.submit(_write_workbook, folder, records, metadata)
        rows = beside.submit(_write_rows, folder, records, metadata, private)
        written = _write_objects(folder, records, private)
        for name in FACT_TABLES:
            if (folder / f"{name}.arrow").exists():
                written |= write_table_downloads(folder, name, metadata, private)
        return written | rows.result() | workbook.result()


def write_table_downloads(folder: Path, name: str, metadata: Mapping[str, str], private: pl.Series) -> Downloads:
    """Write one table of `folder` as CSV, which is searched for the `private` identifiers, and Parquet."""
    (folder / _FOLDER).mkdir(exist_ok=True)
    table = as_told(read_arrow(folder / f"{name}.arrow"))
    told = {**metadata, "table": name}
    place = f"{_FOLDER}/{name}"
    with (folder / f"{place}.parquet").open("wb") as sink:
        sink.writelines(FORMATS["parquet"].stream([table], schema=table.schema, metadata=told))
    written = _write_csv(folder / f"{place}.csv", FORMATS["csv"].stream([table], schema=table.schema), table, private)
    return _told([f"{place}.parquet"], table.num_rows) | _packed(f"{place}.csv", table.num_rows, *written)


def delete_table_downloads(folder: Path, name: str) -> None:
    """Delete what `write_table_downloads` wrote; a release of long ago may lack it."""
    for path in (folder / _FOLDER).glob(f"{name}.*"):
        path.unlink()


def find_omitted(records: int) -> list[dict[str, Any]]:
    """The downloads that a release of so many records does not have, and why, as the manifest tells it."""
    return [] if records <= MAX_ROWS else [{"path": WORKBOOK, "rows": records, "max_rows": MAX_ROWS}]


def _write_rows(folder: Path, records: pa.RecordBatch, metadata: Mapping[str, str], private: pl.Series) -> Downloads:
    """The records as Parquet and CSV."""
    place = f"{_FOLDER}/records"
    with (folder / f"{place}.parquet").open("wb") as sink:
        sink.writelines(FORMATS["parquet"].stream([records], metadata=metadata))
    rows = _write_csv(folder / f"{place}.csv", FORMATS["csv"].stream([records], metadata=metadata), records, private)
    return _told([f"{place}.parquet"], records.num_rows) | _packed(f"{place}.csv", records.num_rows, *rows)


def _write_objects(folder: Path, records: pa.RecordBatch, private: pl.Series) -> Downloads:
    """The records as NDJSON and JSON, with the tree over the lines."""
    place, count = f"{_FOLDER}/records", records.num_rows
    tree, watch = TreeBuilder(), _watch(private, Watch.of_lines)
    # Both formats have the same objects, and making their text is the larger part of the work.
    with Packed(folder / f"{place}.ndjson") as lines, Packed(folder / f"{place}.json") as objects:
        for block in array_of(_written(tree.passing(stream_ndjson(_slices(records))), lines, watch)):
            objects.write(block)
    guilty = watch.finish() if watch else None
    written = _packed(f"{place}.ndjson", count, lines, guilty) | _packed(f"{place}.json", count, objects, guilty)
    return replace(written, tree=tree.finish())


def _write_csv(
    path: Path, blocks: Iterable[bytes], table: pa.RecordBatch, private: pl.Series
) -> tuple[Packed, pl.Series | None]:
    """Pack a CSV; gives its measure, and the texts with one of the `private` identifiers if there are any of these."""
    watch = _watch(private, lambda wanted: Watch.of_rows(wanted, table.schema.names))
    with Packed(path) as packed:
        rows = iter(blocks)
        # The header has no values.
        packed.write(next(rows))
        for block in rows:
            packed.write(block)
            if watch is not None:
                watch.add(block)
    return packed, watch.finish() if watch else None


def _watch(private: pl.Series, begin: Callable[[pl.Series], Watch]) -> Watch | None:
    return None if private.is_empty() else begin(private)


def _write_workbook(folder: Path, records: pa.RecordBatch, metadata: Mapping[str, str]) -> Downloads:
    if find_omitted(records.num_rows):
        return Downloads({}, {}, {})
    with (folder / WORKBOOK).open("wb") as sink:
        sink.writelines(FORMATS["xlsx"].stream([records], metadata=metadata))
    return _told([WORKBOOK], records.num_rows)


def _told(paths: Iterable[str], rows: int) -> Downloads:
    return Downloads(dict.fromkeys(paths, rows), {}, {})


def _packed(path: str, rows: int, packed: Packed, guilty: pl.Series | None) -> Downloads:
    paths = [f"{path}{suffix}" for suffix in (GZIP, ZSTD)]
    looked_at = {} if guilty is None else {path: guilty}
    return Downloads(dict.fromkeys(paths, rows), dict.fromkeys(paths, packed.plain), looked_at)


def _slices(records: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    for start in range(0, records.num_rows, _JSON_ROWS):
        yield records.slice(start, _JSON_ROWS)


def _written(blocks: Iterable[bytes], file: Packed, watch: Watch | None) -> Iterator[bytes]:
    """The blocks, each after it was written to `file` and looked at; `itertools.tee` would hold the last 57 of them."""
    for block in blocks:
        file.write(block)
        if watch is not None:
            watch.add(block)
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
