"""The records of a release added up by their codes: a few thousand rows that answer for millions.

Two million records have some fourteen thousand different combinations of codes and years, so a search by codes alone
is counted here in a third of a millisecond, however many records it matches; the index would walk over every one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import polars as pl
import pyarrow as pa

from exemptions.columns import LIST_SEPARATOR
from exemptions.filters import FILTERS
from exemptions.query import RegistryQuery, is_set

_COMMON = (
    "exempt_type", "category", "permanence", "status", "department", "authority", "taxes", "person_kind",
    "jobs_status", "jobs_year", "jobs_kind", "amount_status", "amount_year",
)  # fmt: skip
_LEVELS = (
    _COMMON,
    (*_COMMON, "municipality"),
    (*_COMMON, "activity"),
    (*_COMMON, "municipality", "activity"),
)
"""Columns that are told apart, the smallest table first: 2,000,000 records gave 14,000, 86,000 and 47,000 rows."""

_NUMBERS = ("rows", "jobs", "jobs_rows", "amount_gtq", "amount_rows")


class Summary:
    """How many records each combination of codes has, and the sums of their numbers."""

    def __init__(self, records: pa.RecordBatch) -> None:
        self._records = records
        self._values: Mapping[str, list[str]] = {
            name: records.column(name).dictionary.to_pylist()
            for name in _LEVELS[-1]
            if isinstance(records.column(name), pa.DictionaryArray)
        }

    def select(self, query: RegistryQuery) -> Selection | None:
        """The records that a query matches; None for a query that looks at more than codes."""
        chosen: dict[str, list[int]] = {}
        for spec in FILTERS:
            if not is_set(query, spec):
                continue
            if not spec.is_facet:
                return None
            wanted = set(getattr(query, spec.parameter))
            values = self._values[spec.field]
            chosen[spec.field] = [
                code for code, value in enumerate(values) if not wanted.isdisjoint(value.split(LIST_SEPARATOR))
            ]
        return Selection(self, chosen)

    def table(self, level: int) -> pl.DataFrame:
        """The records added up by the columns of a level."""
        return self._tables[level]

    def reader(self, column: str) -> Callable[[int | None], Any]:
        """Gives the value that a number in a column's place stands for."""
        values = self._values.get(column)
        return lambda code: code if values is None or code is None else values[code]

    @cached_property
    def _tables(self) -> tuple[pl.DataFrame, ...]:
        whole = _add_up(_coded(self._records), _LEVELS[-1])
        return (*(_add_up(whole, level) for level in _LEVELS[:-1]), whole)


@dataclass(frozen=True, slots=True)
class Selection:
    """The records of some codes; all of them where a column names none."""

    summary: Summary
    chosen: Mapping[str, list[int]]
    """Column → the numbers of its codes, any of which matches."""
    _found: dict[int, pl.DataFrame] = field(default_factory=dict)
    """Level → its matching part."""

    def total(self) -> int:
        """How many records there are."""
        return int(self._matching(()).get_column("rows").sum())

    def count(self, column: str) -> dict[str, int]:
        """The values of a column of codes with the records of each; a record counts for each value of its list."""
        counted: dict[str, int] = {}
        for text, rows in self._by((column,), "rows"):
            if text is not None:
                for value in text.split(LIST_SEPARATOR):
                    counted[value] = counted.get(value, 0) + rows
        return counted

    def jobs(self) -> list[tuple[int | None, str | None, int, int]]:
        """Year, kind, sum and number of the published jobs."""
        return [part for part in self._by(("jobs_year", "jobs_kind"), "jobs", "jobs_rows") if part[-1]]

    def amounts(self) -> list[tuple[int | None, int, int]]:
        """Year, sum in cents and number of the published amounts."""
        return [part for part in self._by(("amount_year",), "amount_gtq", "amount_rows") if part[-1]]

    def _by(self, columns: tuple[str, ...], *numbers: str) -> list[tuple[Any, ...]]:
        """The sums of some numbers for each combination of values, which come first; the order is no particular one."""
        added = self._matching(columns).group_by(columns).agg(pl.col(numbers).sum())
        readers = [self.summary.reader(column) for column in columns]
        return [
            (*(read(code) for read, code in zip(readers, row, strict=False)), *row[len(columns) :])
            for row in added.iter_rows()
        ]

    def _matching(self, columns: tuple[str, ...]) -> pl.DataFrame:
        """The part of the smallest table that tells those columns and the chosen ones apart."""
        needed = {*columns, *self.chosen}
        level = next(place for place, known in enumerate(_LEVELS) if needed.issubset(known))
        if level not in self._found:
            conditions = [pl.col(column).is_in(codes) for column, codes in self.chosen.items()]
            self._found[level] = self.summary.table(level).filter(*conditions)
        return self._found[level]


def _coded(records: pa.RecordBatch) -> pl.DataFrame:
    """The columns that are told apart, as numbers, and those that are added up."""
    columns = {name: records.column(name) for name in (*_LEVELS[-1], "jobs", "amount_gtq")}
    frame = pl.DataFrame(
        {
            name: pl.Series(pl.from_arrow(column.indices if isinstance(column, pa.DictionaryArray) else column))
            for name, column in columns.items()
        }
    )
    return frame.with_columns(
        rows=pl.lit(1, pl.UInt32),
        jobs=pl.col("jobs").cast(pl.Int64),
        jobs_rows=pl.col("jobs").is_not_null().cast(pl.UInt32),
        amount_rows=pl.col("amount_gtq").is_not_null().cast(pl.UInt32),
    )


def _add_up(table: pl.DataFrame, columns: tuple[str, ...]) -> pl.DataFrame:
    return table.group_by(columns).agg(pl.col(_NUMBERS).sum())
