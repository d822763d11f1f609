"""Rows of the records as dictionaries for JSON and pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, Literal

import pyarrow as pa

from exemptions.columns import COLUMN, KEYS, LIST_SEPARATOR, Kind
from exemptions.facts import quetzales

_EPOCH = date(1970, 1, 1).toordinal()

Value = Any
"""A value of an item: text, whole number, Decimal, list of texts, or None."""


class ItemReader:
    """Reads a few rows fast.

    Numbers, days and the places of repeated texts are read from the mapped file one by one, without a library's array
    in between: for twenty rows of all columns that takes a third of the time. The values of dictionary columns are kept
    as Python objects.
    """

    def __init__(self, records: pa.RecordBatch) -> None:
        self._columns = {key: _cells(key, records.column(key)) for key in KEYS}

    def read(self, rows: Sequence[int], fields: Sequence[str] | None = None) -> list[dict[str, Value]]:
        """The rows as JSON-ready dictionaries: lists as lists, dates as text, amounts as Decimal, missing as None.

        Order: that of `rows`; keys in the table's order.
        """
        keys = KEYS if fields is None else [key for key in KEYS if key in set(fields)]
        columns = [self._columns[key](rows) for key in keys]
        return [dict(zip(keys, values, strict=True)) for values in zip(*columns, strict=True)]


_Cells = Callable[[Sequence[int]], list[Value]]
"""Gives the values of one column at some rows."""


def _cells(key: str, column: pa.Array) -> _Cells:
    if isinstance(column, pa.DictionaryArray):
        distinct = [_plain_value(key, text) for text in column.dictionary.to_pylist()]
        if COLUMN[key].kind is Kind.LIST:
            return _listed(_coded(column, distinct))
        return _coded(column, distinct)
    match COLUMN[key].kind:
        case Kind.DATE:
            return _converted(column, "i", _iso_day)
        case Kind.MONEY:
            return _converted(column, "q", quetzales)
        case Kind.INTEGER:
            return _converted(column, "q", int)
        case _:
            return _texts(column)


def _listed(cells: _Cells) -> _Cells:
    """The cells of a column of lists, each a list of the caller's own: changing an item changes no later one."""
    return lambda rows: [None if value is None else list(value) for value in cells(rows)]


def _coded(column: pa.DictionaryArray, distinct: Sequence[Value]) -> _Cells:
    """The cells of a column whose values repeat."""
    codes, shown, offset = _fixed(column.indices, "i")
    if shown is None:
        return lambda rows: [distinct[codes[row]] for row in rows]
    return lambda rows: [
        distinct[codes[row]] if shown[offset + row >> 3] >> (offset + row & 7) & 1 else None for row in rows
    ]


def _converted(column: pa.Array, code: Literal["i", "q"], convert: Callable[[int], Value]) -> _Cells:
    """The cells of a column of numbers."""
    values, shown, offset = _fixed(column, code)
    if shown is None:
        return lambda rows: [convert(values[row]) for row in rows]
    return lambda rows: [
        convert(values[row]) if shown[offset + row >> 3] >> (offset + row & 7) & 1 else None for row in rows
    ]


def _fixed(column: pa.Array, code: Literal["i", "q"]) -> tuple[memoryview[int], memoryview[int] | None, int]:
    """The numbers of a column, the bits that tell which rows have one (None where all have), and the first row's bit.

    `code` names the width as `struct` does.
    """
    validity, data = column.buffers()
    values = memoryview(b"" if data is None else data).cast(code)[column.offset :]
    return values, memoryview(validity) if column.null_count else None, column.offset


def _texts(column: pa.StringArray) -> _Cells:
    """The cells of a column of plain texts."""
    validity, places, data = column.buffers()
    if data is None:
        return lambda rows: [None for _ in rows]
    ends, text, offset = memoryview(places).cast("i"), memoryview(data), column.offset
    shown = memoryview(validity) if column.null_count else None

    def read(row: int) -> str | None:
        place = offset + row
        if shown is not None and not shown[place >> 3] >> (place & 7) & 1:
            return None
        return str(text[ends[place] : ends[place + 1]], "utf-8")

    return lambda rows: [read(row) for row in rows]


@lru_cache(maxsize=65_536)
def _iso_day(number: int) -> str:
    return date.fromordinal(_EPOCH + number).isoformat()


def _plain_value(key: str, text: str | None) -> str | tuple[str, ...] | None:
    if text is not None and COLUMN[key].kind is Kind.LIST:
        return tuple(text.split(LIST_SEPARATOR)) if text else ()
    return text
