"""Reading Parquet, typed or text: every column becomes the text that a sheet with the same values gives.

Source: Apache Parquet format, logical types.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from loaders.cells import cell_text
from loaders.limits import cells_allowed, refuse_too_large
from loaders.mapping import name_columns
from loaders.named_columns import build_source, joined, list_columns
from loaders.options import Header, ReadingRefused, ReadOptions, SourceTable
from loaders.rules import make_finding

_BATCH_ROWS = 65_536
_METADATA_BYTES = 16 * 1024**2
_METADATA_ITEMS = 1_000_000
"""Of the file's own description; 256 columns in a thousand row groups are a quarter of a million items."""


def read_parquet(path: Path, options: ReadOptions) -> SourceTable:
    """The columns of a Parquet file that the dataset knows, as text; rows count from 1.

    Raises: ReadingRefused.
    """
    try:
        with pq.ParquetFile(
            path,
            memory_map=False,
            pre_buffer=False,
            thrift_string_size_limit=_METADATA_BYTES,
            thrift_container_size_limit=_METADATA_ITEMS,
        ) as file:
            return _read(file, options, cells_allowed(path.stat().st_size))
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError, OverflowError, ValueError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ReadingRefused(make_finding("archivo_danado", reason=reason)) from error


def _read(file: pq.ParquetFile, options: ReadOptions, allowed: int) -> SourceTable:
    schema = file.schema_arrow
    header = name_columns(schema.names, options)
    wanted = [name for name, key in zip(schema.names, header.keys, strict=True) if key is not None]
    _refuse_types(schema, header, options)
    refuse_too_large("celdas / cells", file.metadata.num_rows * len(wanted), allowed)
    chunks: dict[str, list[pa.Array]] = {name: [] for name in wanted}
    rows = 0
    for batch in file.iter_batches(batch_size=_BATCH_ROWS, columns=wanted, use_threads=False):
        rows += batch.num_rows
        for name in wanted:
            column = batch.column(name)
            # Whether a page holds UTF-8 the reader does not look, and whoever takes it for text would die of it.
            column.validate(full=True)
            chunks[name].append(_text(column))
    columns = {name.strip(): pa.chunked_array(parts, pa.string()) for name, parts in chunks.items()}
    return build_source(columns, rows, header, options)


def _refuse_types(schema: pa.Schema, header: Header, options: ReadOptions) -> None:
    is_list = list_columns(options)
    wrong = [
        make_finding("tipo_no_admitido", column=field.name, key=key, value=str(field.type))
        for field, key in zip(schema, header.keys, strict=True)
        if key is not None and not _is_readable(field.type, is_list=is_list(field.name))
    ]
    if wrong:
        raise ReadingRefused(*wrong)


def _is_readable(kind: pa.DataType, *, is_list: bool) -> bool:
    if pa.types.is_dictionary(kind):
        return _is_readable(kind.value_type, is_list=False)
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return is_list and _is_text(kind.value_type)
    if pa.types.is_timestamp(kind):
        # An instant has no day of its own: which one depends on where one stands.
        return kind.tz is None
    return any(is_kind(kind) for is_kind in _READABLE) or _is_text(kind)


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


_READABLE = (
    pa.types.is_integer,
    pa.types.is_floating,
    pa.types.is_decimal,
    pa.types.is_boolean,
    pa.types.is_date,
    pa.types.is_null,
    # Older programs write text without saying that it is text; it has to be UTF-8.
    pa.types.is_binary,
    pa.types.is_large_binary,
)


def _text(column: pa.Array) -> pa.Array:
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _text(column.dictionary_decode())
    if pa.types.is_decimal(kind):
        text = pc.replace_substring_regex(column.cast(pa.string()), r"\.0*$", "")
    elif pa.types.is_date(kind):
        text = column.cast(pa.date32()).cast(pa.string())
    elif pa.types.is_timestamp(kind):
        text = _texts(column.cast(pa.timestamp("us"), safe=False).to_pylist())
    elif pa.types.is_floating(kind) or pa.types.is_boolean(kind):
        text = _texts(column.cast(pa.float64()).to_pylist() if pa.types.is_floating(kind) else column.to_pylist())
    elif pa.types.is_list(kind) or pa.types.is_large_list(kind):
        text = pa.array([None if items is None else _joined(items) for items in column.to_pylist()], pa.string())
    else:
        text = column.cast(pa.string())
    return text.fill_null("")


def _texts(cells: Sequence[object]) -> pa.Array:
    return pa.array([None if cell is None else cell_text(cell) for cell in cells], pa.string())  # type: ignore[arg-type]


def _joined(items: Sequence[str | None]) -> str:
    return joined([item for item in items if item is not None])
