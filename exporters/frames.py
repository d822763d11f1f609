"""What the formats share: release tables cut into slices and turned into the values that others receive."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import polars as pl
import pyarrow as pa

from exemptions.columns import COLUMN, LIST_SEPARATOR, Kind

SLICE_ROWS = 16_384
"""Rows formatted at once: tens of megabytes of text at most, and a first byte within some 10 ms."""


def select_schema(schema: pa.Schema, fields: tuple[str, ...] | None) -> pa.Schema:
    """The fields named, in the order asked; all of them when none are named."""
    return schema if fields is None else pa.schema([schema.field(name) for name in fields])


def iter_slices(batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """The rows of `batches` in the columns of `schema`, at most `SLICE_ROWS` at a time; empty batches are left out."""
    for batch in batches:
        selected = batch if batch.schema.names == schema.names else batch.select(schema.names)
        for start in range(0, selected.num_rows, SLICE_ROWS):
            yield selected.slice(start, SLICE_ROWS)


MONEY_OF_FACTS = ("gdp_gtq",)
"""Money beside the records under a name that is no column of theirs."""


def is_cents(field: pa.Field) -> bool:
    """Whether a column holds whole cents, which are published as quetzales."""
    is_money = _is_of(field.name, Kind.MONEY) or field.name in MONEY_OF_FACTS
    return is_money and bool(pa.types.is_integer(field.type))


def exact_columns(schema: pa.Schema) -> list[str]:
    """The columns whose values are decimals where others receive them."""
    return [field.name for field in schema if is_cents(field) or pa.types.is_decimal(field.type)]


def to_frame(batch: pa.RecordBatch) -> pl.DataFrame:
    """The rows of a table with money as exact decimals of quetzales; the joined lists of records stay text."""
    frame = pl.from_arrow(batch)
    if not isinstance(frame, pl.DataFrame):
        raise TypeError("a record batch becomes a frame")
    return frame.with_columns(quetzales(field.name) for field in batch.schema if is_cents(field))


def to_record_batch(frame: pl.DataFrame) -> pa.RecordBatch:
    """A frame as a table for the formats: texts and lists of texts in their plain types."""
    table = frame.to_arrow(compat_level=pl.CompatLevel.oldest()).combine_chunks()
    table = table.cast(pa.schema([field.with_type(_small(field.type)) for field in table.schema]))
    return next(iter(table.to_batches()), None) or pa.RecordBatch.from_pylist([], schema=table.schema)


def _small(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_large_string(kind):
        return pa.string()
    return pa.list_(_small(kind.value_type)) if pa.types.is_large_list(kind) else kind


def quetzales(column: str) -> pl.Expr:
    """Whole cents as decimals with two places; floats would miss some values by a hair."""
    return (pl.col(column).cast(pl.Decimal(18, 2)) / 100).cast(pl.Decimal(18, 2))


def split_lists(frame: pl.DataFrame) -> pl.DataFrame:
    """`frame` with the joined texts of the records' columns of lists as lists; null stays null."""
    joined = [name for name, kind in frame.schema.items() if _is_of(name, Kind.LIST) and kind != pl.List]
    return frame.with_columns(pl.col(name).cast(pl.String).str.split(LIST_SEPARATOR) for name in joined)


def join_lists(frame: pl.DataFrame) -> pl.DataFrame:
    """`frame` with its lists as joined texts, where a format has no lists; an empty one is null."""
    lists = pl.col(name for name, kind in frame.schema.items() if kind == pl.List)
    return frame.with_columns(pl.when(lists.list.len() > 0).then(lists.list.join(LIST_SEPARATOR)))


def _is_of(name: str, kind: Kind) -> bool:
    return name in COLUMN and COLUMN[name].kind is kind
