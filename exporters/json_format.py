"""JSON: one array of objects, written row by row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import pyarrow as pa

from exemptions.columns import COLUMN, Column
from exporters.ndjson_format import stream_ndjson


def stream_json(
    batches: Iterable[pa.RecordBatch],
    *,
    fields: tuple[str, ...] | None = None,
    metadata: Mapping[str, str] | None = None,
    schema: pa.Schema | None = None,
    lang: str | None = None,
    words: Mapping[str, Column] = COLUMN,
) -> Iterator[bytes]:
    """The rows as one JSON array, an object per line; no rows yield an empty array.

    Shape: the objects are those of NDJSON. `metadata` and labels have no place in an array and are left out.
    Source: RFC 8259.
    """
    return array_of(stream_ndjson(batches, fields=fields, metadata=metadata, schema=schema))


def array_of(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The array that holds the objects of lines of JSON, which come in blocks of whole lines."""
    separator = b"[\n"
    for lines in blocks:
        # Line feeds within texts are escaped, so each one in the lines stands between two objects.
        yield separator + lines[:-1].replace(b"\n", b",\n")
        separator = b",\n"
    yield b"[]\n" if separator == b"[\n" else b"\n]\n"
