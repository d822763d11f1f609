"""The records of a release added up by their codes: a few thousand rows that answer for millions.

Two million records have some fourteen thousand different combinations of codes and years, so a search by codes alone
is counted here in a third of a millisecond, however many records it matches; the index would walk over every one.
Bounds of jobs and amounts leave records that have such a number, a quarter of them all: these are kept in the order of
their combination, and adding up those within the bounds takes three milliseconds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import polars as pl
import pyarrow as pa

from exemptions.answers import AnswerCache
from exemptions.columns import LIST_SEPARATOR
from exemptions.filters import FILTERS, Bound
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
_PLACE = "place"
"""The number of a record's combination of common columns."""

_BOUNDED: Mapping[str, str] = {"jobs": "jobs", "amount_cents": "amount_gtq"}
"""Field of a filter with a bound → column."""
SUMMED = frozenset({*_LEVELS[-1], *_BOUNDED})
"""Fields of the filters that a query may have to be answered here."""
_BOUNDS_KEPT = 4
"""Tables of bounds that are kept, of up to 2 MB; a search and its facets without their own filters share one."""

Bounds = tuple[tuple[str, Bound, int], ...]
"""Column, which side, and the bound itself, which is included."""


class Summary:
    """How many records each combination of codes has, and the sums of their numbers."""

    def __init__(self, records: pa.RecordBatch) -> None:
        self._records = records
        self._values: Mapping[str, list[str]] = {
            name: records.column(name).dictionary.to_pylist()
            for name in _LEVELS[-1]
            if isinstance(records.column(name), pa.DictionaryArray)
        }
        self._within: AnswerCache[pl.DataFrame] = AnswerCache(_BOUNDS_KEPT)

    def select(self, query: RegistryQuery) -> Selection | None:
        """The records that a query matches; None for a query that looks at more than codes and numbers."""
        chosen: dict[str, list[int]] = {}
        bounds: list[tuple[str, Bound, int]] = []
        for spec in FILTERS:
            if not is_set(query, spec):
                continue
            if spec.is_facet:
                wanted = set(getattr(query, spec.parameter))
                values = self._values[spec.field]
                chosen[spec.field] = [
                    code for code, value in enumerate(values) if not wanted.isdisjoint(value.split(LIST_SEPARATOR))
                ]
            elif spec.field in _BOUNDED and spec.bound is not None:
                bounds.append((_BOUNDED[spec.field], spec.bound, getattr(query, spec.parameter)))
            else:
                return None
        return Selection(self, chosen, tuple(bounds))

    def matching(self, level: int, chosen: Mapping[str, list[int]], bounds: Bounds) -> pl.DataFrame:
        """The records of some codes and within some bounds, added up by the columns of a level."""
        conditions = _conditions(chosen)
        if not bounds:
            return self._tables[level].filter(*conditions.values())
        if not level:
            table = self._within.get(bounds, lambda: self._add_up_within(bounds, [], []))
            return table.filter(*conditions.values())
        apart = [column for column in _LEVELS[level] if column not in _COMMON]
        first = [conditions.pop(column) for column in apart if column in conditions]
        return self._add_up_within(bounds, first, apart).filter(*conditions.values())

    def first_rows(self, chosen: Mapping[str, list[int]], bounds: Bounds, limit: int, start: int) -> list[int]:
        """The first rows, from `start` on, of some codes and within some bounds, of which there is at least one."""
        combinations, numbered = self._numbered
        conditions = _conditions(chosen)
        apart = [conditions.pop(column) for column in chosen if column not in _COMMON]
        found = numbered.filter(*_within(bounds), *apart, pl.col("row") >= start)
        if conditions:
            fitting = combinations.select(pl.all_horizontal(*conditions.values()).fill_null(False)).to_series()
            found = found.filter(fitting.gather(found.get_column(_PLACE)))
        return found.get_column("row").bottom_k(limit).sort().to_list()

    def reader(self, column: str) -> Callable[[int | None], Any]:
        """Gives the value that a number in a column's place stands for."""
        values = self._values.get(column)
        return lambda code: code if values is None or code is None else values[code]

    @cached_property
    def _tables(self) -> tuple[pl.DataFrame, ...]:
        whole = _add_up(_coded(self._records), _LEVELS[-1])
        return (*(_add_up(whole, level) for level in _LEVELS[:-1]), whole)

    def _add_up_within(self, bounds: Bounds, conditions: list[pl.Expr], apart: list[str]) -> pl.DataFrame:
        """The records within bounds and of other conditions, by their common columns and the ones `apart`."""
        combinations, numbered = self._numbered
        added = _add_up(numbered.filter(*_within(bounds), *conditions), (_PLACE, *apart))
        return pl.concat([added, combinations[added.get_column(_PLACE)]], how="horizontal")

    @cached_property
    def _numbered(self) -> tuple[pl.DataFrame, pl.DataFrame]:
        """The combinations of common columns, and the records that have a number in the order of their combination."""
        with_number = (
            _coded(self._records)
            .with_row_index("row")
            .filter(pl.col("jobs").is_not_null() | pl.col("amount_gtq").is_not_null())
        )
        combinations = with_number.select(_COMMON).unique(maintain_order=True)
        placed = with_number.join(combinations.with_row_index(_PLACE), on=_COMMON, how="left", nulls_equal=True)
        kept = placed.select("row", _PLACE, *(column for column in _LEVELS[-1] if column not in _COMMON), *_NUMBERS)
        return combinations, kept.sort(_PLACE)


@dataclass(frozen=True, slots=True)
class Selection:
    """The records of some codes within some bounds; all of them where a column names none."""

    summary: Summary
    chosen: Mapping[str, list[int]]
    """Column → the numbers of its codes, any of which matches."""
    bounds: Bounds
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

    def first_rows(self, limit: int, start: int) -> list[int]:
        """The first rows from `start` on; only for records within bounds.

        Order: row order.
        """
        return self.summary.first_rows(self.chosen, self.bounds, limit, start)

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
            self._found[level] = self.summary.matching(level, self.chosen, self.bounds)
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


def _conditions(chosen: Mapping[str, list[int]]) -> dict[str, pl.Expr]:
    return {column: pl.col(column).is_in(codes) for column, codes in chosen.items()}


def _within(bounds: Bounds) -> list[pl.Expr]:
    return [
        pl.col(column) >= number if side is Bound.MIN else pl.col(column) <= number for column, side, number in bounds
    ]


def _add_up(table: pl.DataFrame, columns: tuple[str, ...]) -> pl.DataFrame:
    return table.group_by(columns).agg(pl.col(_NUMBERS).sum())
