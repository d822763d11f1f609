"""Rows of the records as dictionaries for JSON and pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from exemptions.columns import COLUMN, KEYS, LIST_SEPARATOR, Kind
from exemptions.facts import quetzales


class ItemReader:
    """Reads a few rows fast.

    The values of dictionary columns are kept as Python objects and looked up by number: converting them anew for every
    page is the slow part of reading twenty rows.
    """

    def __init__(self, records: pa.RecordBatch) -> None:
        self._records = records
        self._distinct = {
            key: [_plain_value(key, text) for text in column.dictionary.to_pylist()]
            for key in KEYS
            if isinstance(column := records.column(key), pa.DictionaryArray)
        }

    def read(self, rows: Sequence[int], fields: Sequence[str] | None = None) -> list[dict[str, Any]]:
        """The rows as JSON-ready dictionaries: lists as lists, dates as text, amounts as Decimal, missing as None.

        Order: that of `rows`; keys in the table's order.
        """
        keys = KEYS if fields is None else [key for key in KEYS if key in set(fields)]
        places = pa.array(rows, pa.uint32())
        columns = [self._column(key, places) for key in keys]
        return [dict(zip(keys, values, strict=True)) for values in zip(*columns, strict=True)]

    def _column(self, key: str, places: pa.Array) -> list[Any]:
        column = self._records.column(key)
        if key in self._distinct:
            distinct = self._distinct[key]
            codes = column.indices.take(places).to_pylist()
            return [None if code is None else _own(distinct[code]) for code in codes]
        taken = column.take(places)
        match COLUMN[key].kind:
            case Kind.DATE:
                values: list[Any] = taken.cast(pa.string()).to_pylist()
            case Kind.MONEY:
                values = [None if cents is None else quetzales(cents) for cents in taken.to_pylist()]
            case _:
                values = taken.to_pylist()
        return values


def _plain_value(key: str, text: str | None) -> str | tuple[str, ...] | None:
    if text is not None and COLUMN[key].kind is Kind.LIST:
        return tuple(text.split(LIST_SEPARATOR)) if text else ()
    return text


def _own(value: str | tuple[str, ...] | None) -> str | list[str] | None:
    """A list of the caller's own, so that changing an item changes no later one."""
    return list(value) if isinstance(value, tuple) else value
