"""The records of a release added up by their codes: a few thousand rows that answer for millions.

Two million records have some fourteen thousand different combinations of codes and years, so a search by codes alone
is counted here in a third of a millisecond, however many records it matches; the index would walk over every one.
Bounds of jobs and amounts leave records that have such a number, a quarter of them all: these are kept in the order of
their combination, and finding those within the bounds and adding them up takes three milliseconds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

import polars as pl
import pyarrow as pa

from exemptions.answers import AnswerCache
from exemptions.columns import LIST_SEPARATOR
from exemptions.documents import CODE_SET, CODES_TOGETHER, NUMBER_SET, PLACES
from exemptions.filters import Bound
from exemptions.placed import Bounds, Chosen, PlacedPart, PlacedRows, code_conditions
from exemptions.query import RegistryQuery

_T = TypeVar("_T")

_SETS: Mapping[str, tuple[str, ...]] = {
    CODE_SET: CODES_TOGETHER,
    NUMBER_SET: ("jobs_status", "jobs_year", "jobs_kind", "amount_status", "amount_year"),
}
"""Columns whose combinations are numbered, as there are only some hundred of them."""
_SET_OF: Mapping[str, str] = {column: name for name, columns in _SETS.items() for column in columns}

_COMMON = (*_SETS, "department")
_LEVELS = (
    _COMMON,
    (*_COMMON, "municipality"),
    (*_COMMON, "activity"),
    (*_COMMON, "municipality", "activity"),
)
"""What is told apart, the smallest table first: 2,000,000 records gave 14,000, 86,000 and 47,000 rows."""

_NUMBERS = ("rows", "jobs", "jobs_rows", "amount_gtq", "amount_rows")
_SUMS = (
    pl.len().cast(pl.UInt32).alias("rows"),
    pl.col("jobs").sum(),
    pl.col("jobs").count().cast(pl.UInt32).alias("jobs_rows"),
    pl.col("amount_gtq").sum(),
    pl.col("amount_gtq").count().cast(pl.UInt32).alias("amount_rows"),
)
"""What records are added up to, in the order of `_NUMBERS`."""
_SHORT = 65_536
_NOWHERE = -1
"""The number of a place that is not told."""
_HOLDER = "holder"

_BOUNDED: Mapping[str, str] = {"jobs": "jobs", "amount_cents": "amount_gtq"}
"""Field of a filter with a bound → column."""
SUMMED = frozenset({*CODES_TOGETHER, *PLACES, *_BOUNDED})
"""Fields of the filters that a query may have to be answered here."""
_BOUNDS_KEPT = 4
"""Tables of bounds that are kept, of up to 2 MB; a search and its facets without their own filters share one."""


class Summary:
    """How many records each combination of codes has, and the sums of their numbers."""

    def __init__(self, records: pa.RecordBatch) -> None:
        self._records = records
        self._within: AnswerCache[Within] = AnswerCache(_BOUNDS_KEPT)

    def select(self, query: RegistryQuery) -> Selection | None:
        """The records that a query matches; None for a query that looks at more than codes and numbers."""
        chosen: dict[str, set[int]] = {}
        bounds: list[tuple[str, Bound, int]] = []
        for spec in query.filters:
            if spec.is_facet:
                wanted = getattr(query, spec.parameter)
                fitting = {
                    number for number, codes in enumerate(self.codes(spec.field)) if not codes.isdisjoint(wanted)
                }
                column = _SET_OF.get(spec.field, spec.field)
                chosen[column] = fitting & chosen.get(column, fitting)
            elif spec.field in _BOUNDED and spec.bound is not None:
                bounds.append((_BOUNDED[spec.field], spec.bound, getattr(query, spec.parameter)))
            else:
                return None
        return Selection(self, {column: sorted(numbers) for column, numbers in chosen.items()}, tuple(bounds))

    def add_up(self, level: int, chosen: Chosen) -> pl.DataFrame:
        """The records of some codes, added up by the columns of a level."""
        return self._tables[level].filter(*code_conditions(chosen).values())

    def within(self, bounds: Bounds) -> Within:
        """The records within some bounds, of which there is at least one."""
        return self._within.get(bounds, lambda: Within(self._numbered.within(bounds)))

    def look_ahead(self, chosen: Chosen, bounds: Bounds, limit: int, start: int) -> list[int] | None:
        """The first rows from `start` on of some codes and within some bounds; None where they do not lie close.

        Order: row order.
        """
        return self._numbered.look_ahead(chosen, bounds, limit, start)

    def shared_holders(self, chosen: Chosen, bounds: Bounds) -> pl.Series:
        """The taxpayer's number of each record of some codes and within some bounds that shares its taxpayer."""
        shared = self._shared.within(bounds)
        return shared.values(_HOLDER, shared.matching(chosen))

    def codes(self, column: str) -> list[frozenset[str]]:
        """The codes that each number of a place stands for, or each number of a set in a column of it."""
        return self._codes[column]

    @cached_property
    def number_sets(self) -> list[tuple[Any, ...]]:
        """What each number of a set of `NUMBER_SET` stands for: its columns as the records have them."""
        return self._sets[NUMBER_SET].rows()

    @cached_property
    def _sets(self) -> Mapping[str, pl.DataFrame]:
        """The combinations that occur; the place of each is its number."""
        return {name: self._columns(columns).unique(maintain_order=True) for name, columns in _SETS.items()}

    @cached_property
    def _codes(self) -> Mapping[str, list[frozenset[str]]]:
        codes = {}
        for column in (*_SET_OF, *PLACES):
            values = self._records.column(column)
            if isinstance(values, pa.DictionaryArray):
                texts = [frozenset(text.split(LIST_SEPARATOR)) for text in values.dictionary.to_pylist()]
                codes[column] = texts
                if column in _SET_OF:
                    numbers = self._sets[_SET_OF[column]].get_column(column)
                    codes[column] = [frozenset() if number is None else texts[number] for number in numbers]
        return codes

    @cached_property
    def _tables(self) -> tuple[pl.DataFrame, ...]:
        whole = self._coded.group_by(_LEVELS[-1]).agg(_SUMS)
        return (*(whole.group_by(level).agg(pl.col(_NUMBERS).sum()) for level in _LEVELS[:-1]), whole)

    @cached_property
    def holders(self) -> pl.Series:
        """The number of each record's taxpayer, by row; null where the taxpayer has no other record or is not told."""
        nits = pl.DataFrame({"nit": pl.Series(pl.from_arrow(self._records.column("nit")), dtype=pl.String)})
        shared = nits.with_row_index("row").filter(pl.col("nit").is_not_null() & pl.col("nit").is_duplicated())
        numbers = shared.select("row", holder=pl.col("nit").rank("dense").cast(pl.UInt32))
        holders = pl.repeat(None, nits.height, dtype=pl.UInt32, eager=True)
        return holders.scatter(numbers.get_column("row"), numbers.get_column("holder")).alias(_HOLDER)

    @cached_property
    def _numbered(self) -> PlacedRows:
        """The records that have a number."""
        rows = self._coded.with_row_index("row")
        return PlacedRows(rows.filter(pl.col("jobs").is_not_null() | pl.col("amount_gtq").is_not_null()), _COMMON)

    @cached_property
    def _shared(self) -> PlacedRows:
        """The records whose taxpayer has others."""
        rows = self._coded.with_columns(self.holders).with_row_index("row")
        return PlacedRows(rows.drop_nulls(_HOLDER), _COMMON)

    @property
    def _coded(self) -> pl.DataFrame:
        """What is told apart, as numbers, and what is added up."""
        sets = [
            self._columns(columns)
            .join(
                self._sets[name].with_row_index(name), on=columns, how="left", nulls_equal=True, maintain_order="left"
            )
            .get_column(name)
            .cast(pl.UInt16 if self._sets[name].height < _SHORT else pl.UInt32)
            for name, columns in _SETS.items()
        ]
        return pl.DataFrame([*sets, *self._columns((*PLACES, *_BOUNDED.values()))]).with_columns(
            # The catalogues have a few hundred places and activities; counting is slower where some are null.
            pl.col(PLACES).cast(pl.Int16).fill_null(_NOWHERE),
            pl.col("jobs").cast(pl.Int64),
        )

    def _columns(self, names: Sequence[str]) -> pl.DataFrame:
        """Columns of the records, codes as their numbers."""
        columns = {name: self._records.column(name) for name in names}
        return pl.DataFrame(
            {
                name: pl.Series(pl.from_arrow(column.indices if isinstance(column, pa.DictionaryArray) else column))
                for name, column in columns.items()
            }
        )


class Within:
    """The records within some bounds."""

    def __init__(self, part: PlacedPart) -> None:
        self._part = part

    def add_up(self, chosen: Chosen) -> pl.DataFrame:
        """The records of some codes, added up by the common columns."""
        if set(chosen).issubset(_COMMON):
            return self._table.filter(*code_conditions(chosen).values())
        return self._part.add_up(self._part.matching(chosen), _SUMS)

    def matching(self, chosen: Chosen) -> pl.Series | None:
        """Which of them have some codes, as a mask; None where all have them."""
        return self._part.matching(chosen)

    def count(self, matching: pl.Series | None, column: str) -> list[tuple[int, int]]:
        """The numbers of a column of places with the records of each, of those that a mask tells."""
        return self._part.values(column, matching).value_counts().rows()

    def first_rows(self, matching: pl.Series | None, limit: int, start: int) -> list[int]:
        """The first rows from `start` on of those that a mask tells.

        Order: row order.
        """
        return self._part.first_rows(matching, limit, start)

    @cached_property
    def _table(self) -> pl.DataFrame:
        return self._part.add_up(None, _SUMS)


@dataclass(frozen=True, slots=True)
class Selection:
    """The records of some codes within some bounds; all of them where a column names none."""

    summary: Summary
    chosen: Chosen
    bounds: Bounds
    _found: dict[object, Any] = field(default_factory=dict)
    """What was looked for already: a level's matching part, a mask of the records, sums by a set."""

    def total(self) -> int:
        """How many records there are."""
        return sum(rows for _, rows, *_ in self._by_set(NUMBER_SET))

    def count(self, column: str) -> dict[str, int]:
        """The values of a column of codes with the records of each; a record counts for each value of its list."""
        codes = self.summary.codes(column)
        counted: dict[str, int] = {}
        for number, rows, *_ in self._by_set(_SET_OF[column]) if column in _SET_OF else self._by_place(column):
            for value in () if number == _NOWHERE else codes[number]:
                counted[value] = counted.get(value, 0) + rows
        return counted

    def jobs(self) -> list[tuple[int | None, str | None, int, int]]:
        """Year, kind, sum and number of the published jobs."""
        kinds = self.summary.codes("jobs_kind")
        parts: dict[tuple[int | None, str | None], tuple[int, int]] = {}
        for number, _, jobs, rows, *_ in self._by_set(NUMBER_SET):
            of = self.summary.number_sets[number][1], next(iter(kinds[number]), None)
            total, known = parts.get(of, (0, 0))
            parts[of] = total + jobs, known + rows
        return [(*of, *part) for of, part in parts.items() if part[1]]

    def amounts(self) -> list[tuple[int | None, int, int]]:
        """Year, sum in cents and number of the published amounts."""
        parts: dict[int | None, tuple[int, int]] = {}
        for number, *_, amount, rows in self._by_set(NUMBER_SET):
            year = self.summary.number_sets[number][-1]
            total, known = parts.get(year, (0, 0))
            parts[year] = total + amount, known + rows
        return [(year, *part) for year, part in parts.items() if part[1]]

    def first_rows(self, limit: int, start: int) -> list[int]:
        """The first rows from `start` on; only for records within bounds.

        Order: row order.
        """
        rows = self.summary.look_ahead(self.chosen, self.bounds, limit, start)
        return self._within().first_rows(self._mask(), limit, start) if rows is None else rows

    def taxpayers(self) -> int:
        """How many taxpayers they are of: distinct NITs, and each record without one as one of its own."""
        shared = self.summary.shared_holders(self.chosen, self.bounds)
        return self.total() - len(shared) + shared.n_unique()

    def _by_set(self, name: str) -> list[tuple[int, ...]]:
        """The sums of `_NUMBERS` for each number of a set, which comes first."""
        return self._find(name, lambda: self._matching(()).group_by(name).agg(pl.col(_NUMBERS).sum()).rows())

    def _by_place(self, column: str) -> list[tuple[int, int]]:
        if self.bounds and column not in _COMMON:
            return self._within().count(self._mask(), column)
        return self._matching((column,)).group_by(column).agg(pl.col("rows").sum()).rows()

    def _matching(self, columns: tuple[str, ...]) -> pl.DataFrame:
        """The part of the smallest table that tells those columns and the chosen ones apart."""
        if self.bounds:
            return self._find("within", lambda: self._within().add_up(self.chosen))
        needed = {*columns, *self.chosen}
        level = next(place for place, known in enumerate(_LEVELS) if needed.issubset(known))
        return self._find(level, lambda: self.summary.add_up(level, self.chosen))

    def _within(self) -> Within:
        return self.summary.within(self.bounds)

    def _mask(self) -> pl.Series | None:
        return self._find("mask", lambda: self._within().matching(self.chosen))

    def _find(self, key: object, compute: Callable[[], _T]) -> _T:
        if key not in self._found:
            self._found[key] = compute()
        found: _T = self._found[key]
        return found
