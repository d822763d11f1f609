"""Parquet with the exchange schema, written to something that cannot seek."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from exemptions.columns import COLUMN, LIST_SEPARATOR, Column, exchange_schema, table_schema
from exporters.frames import is_cents, iter_slices, select_schema

ROW_GROUP_ROWS = 65_536
"""Rows of a group: about 20 MB in memory, and large enough that compression and statistics lose nothing."""

_MONEY = pa.decimal128(18, 2)
_CENT = pa.scalar(Decimal("0.01"), pa.decimal128(3, 2))


class _Gathered:
    """What the Parquet writer has written since it was last taken; it can tell its position but not go back."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._position = 0
        self.closed = False

    def write(self, data: bytes) -> int:
        part = bytes(data)
        self._parts.append(part)
        self._position += len(part)
        return len(part)

    def tell(self) -> int:
        return self._position

    def writable(self) -> bool:
        return True

    def readable(self) -> bool:
        return False

    def seekable(self) -> bool:
        return False

    def flush(self) -> None:
        """There is nothing beneath to flush to."""

    def close(self) -> None:
        self.closed = True

    def take(self) -> bytes:
        taken = b"".join(self._parts)
        self._parts = []
        return taken


def stream_parquet(
    batches: Iterable[pa.RecordBatch],
    *,
    fields: tuple[str, ...] | None = None,
    metadata: Mapping[str, str] | None = None,
    schema: pa.Schema | None = None,
    lang: str | None = None,
    words: Mapping[str, Column] = COLUMN,
) -> Iterator[bytes]:
    """Yield the rows as one Parquet file, compressed with Zstandard.

    Shape: `exemptions.columns.exchange_schema()` for the record columns; `metadata` becomes the file's key-value
    metadata; labels have no place. Row groups of `ROW_GROUP_ROWS`; no rows give a file with its schema.
    """
    columns = select_schema(schema or table_schema(), fields)
    target = exchange_schema_of(columns, is_records=schema is None)
    sink = _Gathered()
    writer = pq.ParquetWriter(
        pa.PythonFile(sink, mode="w"), target.with_metadata(dict(metadata or {})), compression="zstd"
    )
    try:
        # The file's first bytes are known before its first group is packed.
        yield sink.take()
        for group in _iter_groups(iter_slices(batches, columns)):
            writer.write_table(_exchanged(group, target), row_group_size=ROW_GROUP_ROWS)
            yield sink.take()
    finally:
        writer.close()
    yield sink.take()


def exchange_schema_of(schema: pa.Schema, *, is_records: bool) -> pa.Schema:
    """The schema that others receive for a table; dictionaries become plain text and cents quetzales."""
    known = exchange_schema()
    return pa.schema([known.field(field.name) if is_records else _plain(field) for field in schema])


def _plain(field: pa.Field) -> pa.Field:
    if is_cents(field):
        return field.with_type(_MONEY)
    return field.with_type(field.type.value_type) if pa.types.is_dictionary(field.type) else field


def _iter_groups(slices: Iterable[pa.RecordBatch]) -> Iterator[list[pa.RecordBatch]]:
    """Gather slices until they fill a row group; the last slice of a group is cut where the group is full."""
    group: list[pa.RecordBatch] = []
    rows = 0
    for batch in slices:
        room = ROW_GROUP_ROWS - rows
        group.append(batch.slice(0, room))
        rows += min(batch.num_rows, room)
        if rows == ROW_GROUP_ROWS:
            yield group
            rest = batch.slice(room)
            group = [rest] if rest.num_rows else []
            rows = rest.num_rows
    if group:
        yield group


def _exchanged(group: list[pa.RecordBatch], target: pa.Schema) -> pa.Table:
    tables = [
        pa.table([_converted(batch.column(field.name), field.type) for field in target], schema=target)
        for batch in group
    ]
    return pa.concat_tables(tables).combine_chunks()


def _converted(column: pa.Array, target: pa.DataType) -> pa.Array:
    """A column as others receive it. Repeated texts are converted once a text and then taken row by row."""
    if isinstance(column, pa.DictionaryArray):
        return _converted(column.dictionary, target).take(column.indices)
    if pa.types.is_list(target) and not pa.types.is_list(column.type):
        return pc.split_pattern(column, LIST_SEPARATOR).cast(target)
    if pa.types.is_decimal(target) and pa.types.is_integer(column.type):
        return pc.multiply(column.cast(pa.decimal128(19, 0)), _CENT).cast(target)
    return column.cast(target)
