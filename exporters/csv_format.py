"""CSV for machines, exact; and the same rows for people who open them in a spreadsheet.

See docs/decisions/0005.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Iterator, Mapping

import polars as pl
import pyarrow as pa

from exemptions.columns import COLUMN, Column, table_schema
from exporters.frames import iter_slices, join_lists, select_schema, to_frame

LINE_END = "\r\n"
"""RFC 4180 §2.1."""

_BEGINS_A_FORMULA = r"^[=+\-@\t\r\n\u{FF1D}\u{FF0B}\u{FF0D}\u{FF20}]"
"""Beginnings of a text that some spreadsheet takes for a formula, or drops and then does; the last four are the
full-width signs."""
_TEXT_MARK = "'"
"""Before a text it makes spreadsheets show the rest as it is."""


def stream_csv(
    batches: Iterable[pa.RecordBatch],
    *,
    fields: tuple[str, ...] | None = None,
    metadata: Mapping[str, str] | None = None,
    schema: pa.Schema | None = None,
    lang: str | None = None,
    words: Mapping[str, Column] = COLUMN,
) -> Iterator[bytes]:
    """Yield the rows as CSV, the header first.

    Without `lang` the exact file: keys as the header, no mark, values as published. With it the file for spreadsheets:
    labels in that language, a byte order mark, and a `'` before each text that would become a formula.
    Shape: what is missing is an empty field, empty text is `""`; lists are joined by `;`; money has two exact
    decimals; dates are ISO 8601. `metadata` has no place in CSV and is left out.
    Source: RFC 4180.
    """
    columns = select_schema(schema or table_schema(), fields)
    yield _header(columns, lang, words)
    # In a file of one column an empty field is an empty line, which readers skip: there a missing value is `""`.
    missing = '""' if len(columns) == 1 else ""
    for batch in iter_slices(batches, columns):
        sink = io.BytesIO()
        frame = join_lists(to_frame(batch))
        shown = frame if lang is None else _without_formulas(frame)
        shown.write_csv(sink, include_header=False, line_terminator=LINE_END, null_value=missing)
        yield sink.getvalue()


def _header(columns: pa.Schema, lang: str | None, words: Mapping[str, Column]) -> bytes:
    if lang is None:
        return (",".join(columns.names) + LINE_END).encode()
    line = io.StringIO()
    csv.writer(line, lineterminator=LINE_END).writerow(words[name].label(lang) for name in columns.names)
    return codecs.BOM_UTF8 + line.getvalue().encode()


def _without_formulas(frame: pl.DataFrame) -> pl.DataFrame:
    names = [name for name, kind in frame.schema.items() if kind in (pl.String, pl.Categorical)]
    texts = {name: pl.col(name).cast(pl.String) for name in names}
    return frame.with_columns(
        pl.when(text.str.contains(_BEGINS_A_FORMULA)).then(pl.lit(_TEXT_MARK) + text).otherwise(text).alias(name)
        for name, text in texts.items()
    )
