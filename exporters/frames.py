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


def list_columns(schema: pa.Schema) -> list[str]:
    """The columns whose texts are joined lists."""
    return _of_kind(schema, Kind.LIST)


def money_columns(schema: pa.Schema) -> list[str]:
    """The columns that hold whole cents and are published as quetzales."""
    return [*_of_kind(schema, Kind.MONEY), *(name for name in schema.names if name in MONEY_OF_FACTS)]


def to_frame(batch: pa.RecordBatch) -> pl.DataFrame:
    """The rows of a release table with money as exact decimals of quetzales; lists stay joined text."""
    frame = pl.from_arrow(batch)
    if not isinstance(frame, pl.DataFrame):
        raise TypeError("a record batch becomes a frame")
    return frame.with_columns(quetzales(name) for name in money_columns(batch.schema))


def quetzales(column: str) -> pl.Expr:
    """Whole cents as decimals with two places; floats would miss some values by a hair."""
    return (pl.col(column).cast(pl.Decimal(18, 2)) / 100).cast(pl.Decimal(18, 2))


def split_lists(frame: pl.DataFrame, columns: list[str]) -> pl.DataFrame:
    """`frame` with the joined texts of `columns` as lists; null stays null."""
    return frame.with_columns(pl.col(name).cast(pl.String).str.split(LIST_SEPARATOR) for name in columns)


def _of_kind(schema: pa.Schema, kind: Kind) -> list[str]:
    return [name for name in schema.names if name in COLUMN and COLUMN[name].kind is kind]
