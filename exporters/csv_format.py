"""CSV for machines: RFC 4180, UTF-8 without mark, keys as the header, values exactly as published."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping

import pyarrow as pa

from exemptions.columns import table_schema
from exporters.frames import iter_slices, select_schema, to_frame

LINE_END = "\r\n"
"""RFC 4180 §2.1."""


def stream_csv(
    batches: Iterable[pa.RecordBatch],
    *,
    fields: tuple[str, ...] | None = None,
    metadata: Mapping[str, str] | None = None,
    schema: pa.Schema | None = None,
) -> Iterator[bytes]:
    """Yield the rows as CSV, the header first.

    Shape: what is missing is an empty field, empty text is `""`; lists are joined by `;`; money has two exact
    decimals; dates are ISO 8601. `metadata` has no place in CSV and is left out.
    Source: RFC 4180.
    """
    columns = select_schema(schema or table_schema(), fields)
    yield (",".join(columns.names) + LINE_END).encode()
    # In a file of one column an empty field is an empty line, which readers skip: there a missing value is `""`.
    missing = '""' if len(columns) == 1 else ""
    for batch in iter_slices(batches, columns):
        sink = io.BytesIO()
        to_frame(batch).write_csv(sink, include_header=False, line_terminator=LINE_END, null_value=missing)
        yield sink.getvalue()
