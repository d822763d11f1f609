"""The schemas of a release's tables beside the records, and how any of them becomes an Arrow file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

JOBS = pa.schema(
    [
        ("record_id", pa.string()),
        ("period", pa.string()),
        ("year", pa.int64()),
        ("kind", pa.string()),
        ("jobs", pa.int64()),
        ("source", pa.string()),
    ]
)
AMOUNTS = pa.schema(
    [
        ("record_id", pa.string()),
        ("year", pa.int64()),
        ("tax", pa.string()),
        ("mechanism", pa.string()),
        ("amount_cents", pa.int64()),
        ("source", pa.string()),
    ]
)
ENERGY = pa.schema(
    [
        ("record_id", pa.string()),
        ("project", pa.string()),
        ("technology", pa.string()),
        ("capacity_kw", pa.int64()),
        ("municipality", pa.string()),
        ("valid_from", pa.date32()),
        ("valid_until", pa.date32()),
        ("source", pa.string()),
    ]
)
EVENTS = pa.schema(
    [
        ("record_id", pa.string()),
        ("event", pa.string()),
        ("date", pa.date32()),
        ("until", pa.date32()),
        ("reason", pa.string()),
        ("legal_basis", pa.string()),
        ("source", pa.string()),
    ]
)
EXPENDITURE = pa.schema(
    [
        ("year", pa.int64()),
        ("tax", pa.string()),
        ("partition", pa.string()),
        ("key", pa.string()),
        ("group", pa.string()),
        ("amount_cents", pa.int64()),
        ("pct_gdp", pa.float64()),
        ("report", pa.string()),
        ("method_version", pa.string()),
        ("note", pa.string()),
        ("source_url", pa.string()),
    ]
)
MACRO = pa.schema(
    [
        ("year", pa.int64()),
        ("deflator", pa.float64()),
        ("base_year", pa.int64()),
        ("gdp_cents", pa.int64()),
        ("source", pa.string()),
    ]
)
WITHHELD_CELLS = pa.schema(
    [
        ("year", pa.int64()),
        ("category", pa.string()),
        ("person_kind", pa.string()),
        ("tax", pa.string()),
        ("state", pa.string()),
        ("taxpayers", pa.int64()),
        ("amount_cents", pa.int64()),
        ("since_release", pa.int64()),
        ("since_date", pa.date32()),
        ("ground", pa.string()),
        ("authority", pa.string()),
        ("decided_on", pa.date32()),
    ]
)
CHANGES = pa.schema(
    [
        ("record_id", pa.string()),
        ("kind", pa.string()),
        ("field", pa.string()),
        ("before", pa.string()),
        ("after", pa.string()),
        ("reason", pa.string()),
        ("release", pa.int64()),
    ]
)

ORIGINS = pa.schema([("table", pa.string()), ("row", pa.int64()), ("release", pa.int64())])

SCHEMAS: Mapping[str, pa.Schema] = {
    "jobs": JOBS,
    "amounts": AMOUNTS,
    "energy": ENERGY,
    "events": EVENTS,
    "expenditure": EXPENDITURE,
    "macro": MACRO,
    "withheld_cells": WITHHELD_CELLS,
    "changes": CHANGES,
    "history": CHANGES,
    "origins": ORIGINS,
}
"""Name of the table → its schema; the file is `<name>.arrow`."""


_QUETZALES = {"amount_cents": "amount_gtq", "gdp_cents": "gdp_gtq"}
"""Amounts are kept in whole cents; under these names every format writes them as quetzales."""


def as_told(table: pa.RecordBatch) -> pa.RecordBatch:
    """A table as every format tells it: its amounts in the columns that the formats write as quetzales."""
    return table.rename_columns([_QUETZALES.get(column, column) for column in table.schema.names])


def to_batch(frame: pl.DataFrame, schema: pa.Schema) -> pa.RecordBatch:
    """The frame's columns of `schema` as one record batch; texts of dictionary fields are encoded in row order."""
    # Column by column: the whole frame in the library's own types first would take twice the memory.
    columns = [_column(_arrow(frame.get_column(field.name)), field.type) for field in schema]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def write_arrow(path: Path, batch: pa.RecordBatch) -> None:
    """Write an Arrow IPC file of one record batch."""
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, batch.schema) as writer:
        writer.write_batch(batch)


def read_arrow(path: Path) -> pa.RecordBatch:
    """The record batch of an Arrow IPC file, mapped."""
    return pa.ipc.open_file(pa.memory_map(str(path))).get_batch(0)


def to_plain_frame(batch: pa.RecordBatch) -> pl.DataFrame:
    """The batch as a frame whose dictionaries are plain text, so that frames of different releases compare."""
    frame = pl.from_arrow(batch)
    if not isinstance(frame, pl.DataFrame):
        raise TypeError("a record batch becomes a frame")
    return frame.with_columns(pl.col(pl.Categorical).cast(pl.String))


def erase_nulls(array: pa.Array) -> pa.Array:
    """The same array with nothing behind its nulls.

    A value that becomes null can stay in the memory behind the mark that hides it, and would be written to the file
    with it: readers do not show it, but a text editor does.
    """
    if array.null_count == 0:
        return array
    blank = pa.scalar("") if pa.types.is_string(array.type) else pa.scalar(0, pa.int32()).cast(array.type)
    filled = pc.fill_null(array, blank)
    shown = pc.is_valid(array)
    return pa.Array.from_buffers(array.type, len(array), [shown.buffers()[1], *filled.buffers()[1:]])


def _arrow(column: pl.Series) -> pa.ChunkedArray:
    return column.to_frame().to_arrow(compat_level=pl.CompatLevel.oldest()).column(0)


def _column(column: pa.ChunkedArray, kind: pa.DataType) -> pa.Array:
    if not pa.types.is_dictionary(kind):
        return erase_nulls(_whole(column.cast(kind)))
    # Encoding looks at shown values only, so the dictionary holds none that is hidden; indices behind nulls may.
    encoded = erase_nulls(_whole(column.cast(kind.value_type))).dictionary_encode().cast(kind)
    return pa.DictionaryArray.from_arrays(erase_nulls(encoded.indices), encoded.dictionary)


def _whole(column: pa.ChunkedArray) -> pa.Array:
    combined = column.combine_chunks()
    return combined if isinstance(combined, pa.Array) else combined.chunk(0)
