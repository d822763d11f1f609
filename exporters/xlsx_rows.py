"""The rows of a table as the XML of a worksheet, many at a time.

xlsxwriter takes a cell at a time: 100,000 rows of 33 cells cost it a minute on a busy machine. Here a column becomes
text at once; everything else in the workbook is xlsxwriter's.

Source: ECMA-376 part 1, §18.3.1 (worksheets), §22.9.2.19 (ST_Xstring: how characters are written that XML has not).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

import polars as pl
import pyarrow as pa
from xlsxwriter.utility import xl_col_to_name

from exemptions.columns import LIST_SEPARATOR
from exporters.frames import is_cents

FIRST_DAY = date(1900, 3, 1)
"""Spreadsheets take 1900 for a leap year and know no day before it: earlier days are written as text."""
_EPOCH_DAYS = 25_569
"""Number that a spreadsheet has for 1 January 1970."""
_UNWRITABLE = r"[\x00-\x08\x0b-\x1f\x{FFFE}\x{FFFF}]|_x[0-9A-Fa-f]{4}_"
"""What XML cannot hold, and what a reader would take for the writing of it."""
_ESCAPED = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_MARKUP = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_BLANK_ENDS = r"^\s|\s$|\n"


def format_rows(batch: pa.RecordBatch, *, first: int, styles: Sequence[str]) -> bytes:
    """The rows of one slice as `row` elements, each ended by a line feed.

    `first` is the number of the first row as a spreadsheet counts, `styles` the index of each column's style.
    Shape: texts stay texts whatever they begin with; numbers and days are numbers; what is missing is no cell.
    """
    names = [xl_col_to_name(number) for number in range(batch.num_columns)]
    cells = {name: _cells(batch, number, styles[number]) for number, name in enumerate(names)}
    numbers = pl.int_range(first, first + batch.num_rows, eager=True).cast(pl.String).alias("row")
    parts = [pl.lit('<row r="'), pl.col("row"), pl.lit('">')]
    for name in names:
        cell = pl.concat_str(pl.lit(f'<c r="{name}'), "row", name)
        parts.append(pl.when(pl.col(name).is_not_null()).then(cell).otherwise(pl.lit("")))
    rows = pl.DataFrame({**cells, "row": numbers}).select(pl.concat_str(*parts, pl.lit("</row>\n")))
    return str(rows.to_series().str.join("").item()).encode()


def format_text(text: str) -> str:
    """A text as it stands in the XML of a cell."""
    safe = _ESCAPED.sub(lambda found: f"_x{ord(found[0]):04X}_", text)
    return re.sub("[&<>]", lambda found: _MARKUP[found[0]], safe)


def _cells(batch: pa.RecordBatch, number: int, style: str) -> pl.Series:
    """Each cell of a column after its row's number: from the quotation mark that ends the reference; null for none."""
    column, field = batch.column(number), batch.schema.field(number)
    if isinstance(column, pa.DictionaryArray):
        # Few distinct texts: each is written once.
        written = _written(pl.Series(pl.from_arrow(column.dictionary)), field.name, style)
        return written.gather(pl.Series(pl.from_arrow(column.indices)))
    return _written(pl.Series(pl.from_arrow(column)), field.name, style, in_cents=is_cents(field))


def _written(values: pl.Series, name: str, style: str, *, in_cents: bool = False) -> pl.Series:
    frame = values.alias("value").to_frame()
    match values.dtype:
        case pl.String:
            return _texts(values, style)
        case pl.List():
            return _texts(values.list.join(LIST_SEPARATOR), style)
        case pl.Boolean:
            return _select(frame, f'" s="{style}" t="b"><v>', pl.col("value").cast(pl.Int8), "</v></c>")
        case pl.Date:
            return _days(values, style)
        case _:
            exact = (pl.col("value").cast(pl.Decimal(20, 2)) / 100).cast(pl.Decimal(20, 2))
            return _select(frame, f'" s="{style}"><v>', exact if in_cents else pl.col("value"), "</v></c>")


def _select(frame: pl.DataFrame, before: str, value: pl.Expr, after: str) -> pl.Series:
    return frame.select(pl.concat_str(pl.lit(before), value.cast(pl.String), pl.lit(after))).to_series()


def _days(values: pl.Series, style: str) -> pl.Series:
    number = _select(
        values.alias("value").to_frame(), f'" s="{style}"><v>', pl.col("value").cast(pl.Int32) + _EPOCH_DAYS, "</v></c>"
    )
    early = values < FIRST_DAY
    return (
        number if not early.any() else number.zip_with(~early.fill_null(False), _texts(values.cast(pl.String), style))
    )


def _texts(values: pl.Series, style: str) -> pl.Series:
    odd = values.str.contains(_UNWRITABLE).fill_null(False)
    safe = values.str.replace_many(_MARKUP)
    if odd.any():
        written = pl.Series([format_text(text) if text is not None else None for text in values], dtype=pl.String)
        safe = safe.zip_with(~odd, written)
    opening = (
        pl.when(values.str.contains(_BLANK_ENDS)).then(pl.lit('<t xml:space="preserve">')).otherwise(pl.lit("<t>"))
    )
    frame = safe.alias("value").to_frame()
    cell = pl.concat_str(pl.lit(f'" s="{style}" t="inlineStr"><is>'), opening, "value", pl.lit("</t></is></c>"))
    return frame.select(cell).to_series()


def is_text(field: pa.Field) -> bool:
    """Whether the cells of a column are texts."""
    kind = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
    return bool(pa.types.is_string(kind) or pa.types.is_list(kind))


def number_format(field: pa.Field) -> str:
    """How a spreadsheet shows the cells of a column."""
    if is_text(field):
        # A text that looks like a number, as most NITs do, stays one when the cell is edited.
        return "@"
    if pa.types.is_date(field.type):
        return "yyyy-mm-dd"
    if pa.types.is_decimal(field.type):
        return "#,##0" + ("." + "0" * field.type.scale if field.type.scale else "")
    return "#,##0.00" if is_cents(field) else "General"
