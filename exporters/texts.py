"""Every text of a release's files, whatever their format, some rows at a time.

A file is read as others would read it, never taken for what was meant to be written; only text that is packed is looked
at as it goes into the packing (`exporters.watch`). A registry of millions of records is never in memory as a whole.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from exemptions.columns import COLUMN, Kind, table_schema
from exporters.json_format import array_of
from exporters.manifest import GZIP, ZSTD, iter_plain
from exporters.sieve import Sieve
from exporters.workbook_texts import iter_workbook_texts

RANDOM = frozenset(
    {"record_id", "sha256", "hash", "manifest_sha256", "policy_sha256", "previous_sha256", "root", "key_id"}
)
"""What is drawn or computed without any identifier, and in which long runs of digits occur by chance."""

_NUMBERS = frozenset(key for key, column in COLUMN.items() if column.kind in (Kind.INTEGER, Kind.MONEY, Kind.DATE))
_REPEATED = frozenset(field.name for field in table_schema() if pa.types.is_dictionary(field.type))
_NIT = "nit"
_SLICE_ROWS = 65_536
_BLOCK_BYTES = 32 * 1024**2
"""Text that is parsed at once; some 40,000 records."""
_SIFTED_BYTES = 1024**2
"""Text that goes through the sieve at once: larger blocks leave the processor's cache and take twice as long."""
_QUOTES_ALONE = bytes(code for code in range(256) if code not in b'"\n')


class Texts(NamedTuple):
    """Some texts of one column of a file."""

    column: str
    first_row: int
    """Number of the first of them, counted from 1."""
    texts: pl.Series


def _json_type(kind: Kind) -> pl.DataType:
    match kind:
        case Kind.LIST:
            return pl.List(pl.String)
        case Kind.INTEGER:
            return pl.Int64()
        case Kind.MONEY:
            return pl.Float64()
        case Kind.NUMBER:
            return pl.Float64()
        case Kind.BOOLEAN:
            return pl.Boolean()
        case Kind.TEXT | Kind.CODE | Kind.DATE:
            return pl.String()


_JSON_TYPES = {key: _json_type(column.kind) for key, column in COLUMN.items()}


def iter_texts(path: Path, sieve: Sieve | None = None) -> Iterator[Texts]:
    """Yield the text columns of a file, whatever its format; columns of numbers and days are no text.

    With a sieve only the records that it keeps are read, and a text that many rows repeat comes once.
    """
    name = path.name.removesuffix(GZIP).removesuffix(ZSTD)
    match Path(name).suffix:
        case ".arrow":
            yield from _arrow_texts(path, is_sifted=sieve is not None)
        case ".parquet":
            yield from _parquet_texts(path, is_sifted=sieve is not None)
        case ".csv":
            yield from _csv_texts(path, sieve)
        case ".ndjson":
            yield from iter_line_texts(_sifted_lines(_iter_blocks(path), sieve))
        case ".json":
            yield from _json_texts(path)
        case ".tree":
            # Digests of lines that are read themselves.
            return
        case ".xlsx":
            yield from (Texts(*found) for found in iter_workbook_texts(path, sieve))
        case _:
            yield Texts("*", 1, pl.Series(_content(path).decode("utf-8").splitlines(), dtype=pl.String))


def holds_the_same(array: Path, lines: Path) -> bool:
    """Whether the JSON array of one file is, byte for byte, that of the lines of the NDJSON of another."""
    return _are_equal(_iter_blocks(array), filter(None, array_of(_iter_lines(_iter_blocks(lines), _SIFTED_BYTES))))


def holds_the_same_text(path: Path, other: Path) -> bool:
    """Whether two files, each in its own coding, hold the same bytes."""
    return _are_equal(_iter_blocks(path), _iter_blocks(other))


def _are_equal(blocks: Iterator[bytes], others: Iterator[bytes]) -> bool:
    """Whether two streams, cut into blocks without any empty one, have the same bytes."""
    left = right = b""
    while True:
        left = left or next(blocks, b"")
        right = right or next(others, b"")
        shared = min(len(left), len(right))
        # Bytes are compared many times faster than views of them, so slices are copied.
        if left[:shared] != right[:shared] or not shared:
            return not left and not right
        left, right = left[shared:], right[shared:]


def _iter_blocks(path: Path) -> Iterator[bytes]:
    """The plain bytes of a file; no block is empty."""
    if path.suffix in (GZIP, ZSTD):
        yield from filter(None, iter_plain(path))
        return
    with path.open("rb") as source:
        while block := source.read(_SIFTED_BYTES):
            yield block


def _iter_lines(blocks: Iterable[bytes], size_bytes: int) -> Iterator[bytes]:
    """The same bytes in blocks of whole lines, each of about a size; a last line without a line feed is given one."""
    parts: list[bytes] = []
    size = 0
    for block in blocks:
        parts.append(block)
        size += len(block)
        if size >= size_bytes and b"\n" in block:
            lines, _, rest = b"".join(parts).rpartition(b"\n")
            yield lines + b"\n"
            parts, size = [rest], len(rest)
    if size:
        rest = b"".join(parts)
        yield rest if rest.endswith(b"\n") else rest + b"\n"


def _sifted_lines(blocks: Iterable[bytes], sieve: Sieve | None) -> Iterator[bytes]:
    """The lines that must be read, many at a time."""
    if sieve is None:
        return _iter_lines(blocks, _BLOCK_BYTES)
    return filter(None, sieve.keep(_iter_lines(blocks, _SIFTED_BYTES)))


def _content(path: Path) -> bytes:
    return b"".join(_iter_blocks(path))


def _arrow_texts(path: Path, *, is_sifted: bool) -> Iterator[Texts]:
    with pa.memory_map(str(path)) as source:
        reader = pa.ipc.open_file(source)
        yield from _metadata_texts(reader.schema)
        first = 1
        for number in range(reader.num_record_batches):
            batch = reader.get_batch(number)
            if is_sifted:
                yield from _repeated_texts(batch)
                batch = _without_repeated(batch)
            for start in range(0, batch.num_rows, _SLICE_ROWS):
                piece = batch.slice(start, _SLICE_ROWS)
                yield from _batch_texts(piece, first)
                first += piece.num_rows


def _parquet_texts(path: Path, *, is_sifted: bool) -> Iterator[Texts]:
    # The file says nothing of which columns repeat few texts, but the table of columns does.
    schema = pq.read_schema(path) if is_sifted else []
    repeated = [field.name for field in schema if field.name in _REPEATED and pa.types.is_string(field.type)]
    with pq.ParquetFile(path, pre_buffer=False, read_dictionary=repeated) as file:
        yield from _metadata_texts(file.schema_arrow)
        first = 1
        for batch in file.iter_batches(_SLICE_ROWS):
            if is_sifted:
                yield from _repeated_texts(batch)
            yield from _batch_texts(_without_repeated(batch) if is_sifted else batch, first)
            first += batch.num_rows


def _metadata_texts(schema: pa.Schema) -> Iterator[Texts]:
    for key, value in (schema.metadata or {}).items():
        if not key.startswith(b"ARROW:"):
            yield Texts(f"metadata {key.decode()}", 1, pl.Series([value.decode()], dtype=pl.String))


def _csv_texts(path: Path, sieve: Sieve | None) -> Iterator[Texts]:
    rows = _iter_rows(_iter_blocks(path), _BLOCK_BYTES if sieve is None else _SIFTED_BYTES)
    heading, _, rest = next(rows, b"").partition(b"\n")
    if not heading:
        return
    names = pl.read_csv(io.BytesIO(heading), infer_schema=False).columns
    yield Texts("*", 1, pl.Series(names, dtype=pl.String))
    yield from iter_row_texts(_sifted_rows(chain([rest], rows), sieve), names)


def iter_row_texts(blocks: Iterable[bytes], names: Sequence[str]) -> Iterator[Texts]:
    """Yield the text columns of whole rows of CSV, whose columns have these names."""
    first = 1
    for block in blocks:
        frame = pl.read_csv(io.BytesIO(block), infer_schema=False, has_header=False, new_columns=names)
        for column in frame.drop(_NUMBERS, strict=False):
            yield from _column_texts(column, first)
        first += frame.height


def _sifted_rows(blocks: Iterator[bytes], sieve: Sieve | None) -> Iterator[bytes]:
    """The rows that must be read; where a text spans several lines its whole block."""
    if sieve is None:
        yield from filter(None, blocks)
        return
    whole: list[bytes] = []
    yield from filter(None, sieve.keep(_set_aside(filter(None, blocks), whole)))
    yield from whole


def _set_aside(blocks: Iterable[bytes], whole: list[bytes]) -> Iterator[bytes]:
    """The blocks whose rows are lines; the others go into `whole`."""
    for rows in blocks:
        if are_rows_lines(rows):
            yield rows
        else:
            whole.append(rows)


def _iter_rows(blocks: Iterator[bytes], size_bytes: int) -> Iterator[bytes]:
    """The bytes of a CSV file in blocks of whole rows; a line end ends a row where all quotes before it are closed."""
    rest = b""
    for block in _iter_lines(blocks, size_bytes):
        text, end = rest + block, len(rest) + len(block)
        while text.count(b'"', 0, end) % 2:
            end = text.rfind(b"\n", 0, end - 1) + 1
        rest = text[end:]
        if end:
            yield text[:end]
    if rest:
        yield rest


def are_rows_lines(rows: bytes) -> bool:
    """Whether no text of a row spans several lines: then each line has an even number of quotes."""
    return b'"' not in rows.translate(None, _QUOTES_ALONE).replace(b'""', b"")


def iter_line_texts(blocks: Iterable[bytes]) -> Iterator[Texts]:
    """Yield the text columns of lines of JSON."""
    first = 1
    for lines in blocks:
        keys = json.loads(lines[: lines.find(b"\n")]).keys()
        # Given the types, the rows are read in a third of the time, and no column of nulls is taken for one of numbers.
        schema = {key: _JSON_TYPES[key] for key in keys} if keys <= _JSON_TYPES.keys() else None
        frame = pl.read_ndjson(io.BytesIO(lines), schema=schema, infer_schema_length=None)
        for column in frame:
            yield from _column_texts(column, first)
        first += frame.height


def _json_texts(path: Path) -> Iterator[Texts]:
    # The array of records is written one object a line; as lines it is read many times faster than as a whole.
    if _is_array_of_records(next(_iter_blocks(path), b"")):
        yield from iter_line_texts(_iter_objects(path))
        return
    found = list(_walk("$", json.loads(_content(path))))
    yield Texts("*", 1, pl.Series([text for _, text in found], dtype=pl.String))


def _is_array_of_records(start: bytes) -> bool:
    if not start.startswith(b"[\n{"):
        return False
    try:
        first: dict[str, object] = json.loads(start[2:].partition(b"\n")[0].removesuffix(b","))
        return first.keys() <= COLUMN.keys()
    except ValueError:
        return False


def _iter_objects(path: Path) -> Iterator[bytes]:
    """The objects of an array of records as lines."""
    bracket = b"[\n"
    for lines in _iter_lines(_iter_blocks(path), _BLOCK_BYTES):
        # Line feeds within texts are escaped, so a comma before one stands between two objects.
        yield from filter(None, [lines.removeprefix(bracket).removesuffix(b"]\n").replace(b"},\n", b"}\n")])
        bracket = b""


def _walk(place: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, dict):
        for key, part in value.items():
            yield place, key
            if key not in RANDOM:
                yield from _walk(f"{place}.{key}", part)
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from _walk(f"{place}[{number}]", part)


def _batch_texts(batch: pa.RecordBatch, first: int) -> Iterator[Texts]:
    """The text columns of a batch; those of repeated texts are written out."""
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        plain = column.dictionary_decode() if isinstance(column, pa.DictionaryArray) else column
        yield from _column_texts(pl.Series(name, pl.from_arrow(plain)), first)


def _repeated_texts(batch: pa.RecordBatch) -> Iterator[Texts]:
    """The texts that the columns of repeated ones choose from."""
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        if isinstance(column, pa.DictionaryArray):
            yield from _column_texts(pl.Series(name, pl.from_arrow(column.dictionary)), 1)


def _without_repeated(batch: pa.RecordBatch) -> pa.RecordBatch:
    return batch.select([field.name for field in batch.schema if not pa.types.is_dictionary(field.type)])


def _column_texts(column: pl.Series, first: int) -> Iterator[Texts]:
    name = column.name
    if name in RANDOM:
        return
    if name == _NIT and column.dtype == pl.String:
        # The heading says what the cell is, so that even the shortest number in it counts.
        yield Texts(name, first, column.to_frame().select(pl.lit("NIT ") + pl.col(name)).to_series())
    elif column.dtype == pl.List(pl.String):
        yield Texts(name, first, column.list.join("\n"))
    elif column.dtype == pl.String:
        yield Texts(name, first, column)
