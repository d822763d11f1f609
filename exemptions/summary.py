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
from exemptions.filters import Bound
from exemptions.placed import Bounds, Chosen, PlacedRows, code_conditions
from exemptions.query import RegistryQuery

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
_HOLDER = "holder"

_BOUNDED: Mapping[str, str] = {"jobs": "jobs", "amount_cents": "amount_gtq"}
"""Field of a filter with a bound → column."""
SUMMED = frozenset({*_LEVELS[-1], *_BOUNDED})
"""Fields of the filters that a query may have to be answered here."""
_BOUNDS_KEPT = 4
"""Tables of bounds that are kept, of up to 2 MB; a search and its facets without their own filters share one."""


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
        for spec in query.filters:
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

    def add_up(self, level: int, chosen: Chosen) -> pl.DataFrame:
        """The records of some codes, added up by the columns of a level."""
        return self._tables[level].filter(*code_conditions(chosen).values())

    def add_up_within(self, bounds: Bounds, chosen: Chosen) -> pl.DataFrame:
        """The records within some bounds and of some codes, added up by the common columns."""
        numbered = self._numbered
        if not set(chosen).issubset(_COMMON):
            return numbered.add_up(numbered.matching(chosen, bounds), _NUMBERS)
        table = self._within.get(bounds, lambda: numbered.add_up(numbered.matching({}, bounds), _NUMBERS))
        return table.filter(*code_conditions(chosen).values())

    def rows_within(self, chosen: Chosen, bounds: Bounds) -> pl.DataFrame:
        """The records of some codes and within some bounds, of which there is at least one.

        Shape: row, municipality, activity and the numbers.
        """
        return self._numbered.matching(chosen, bounds)

    def shared_holders(self, chosen: Chosen, bounds: Bounds) -> pl.Series:
        """The taxpayer's number of each record of some codes and within some bounds that shares its taxpayer."""
        return self._shared.matching(chosen, bounds).get_column(_HOLDER)

    def reader(self, column: str) -> Callable[[int | None], Any]:
        """Gives the value that a number in a column's place stands for."""
        values = self._values.get(column)
        return lambda code: code if values is None or code is None else values[code]

    @cached_property
    def _tables(self) -> tuple[pl.DataFrame, ...]:
        whole = _add_up(_coded(self._records), _LEVELS[-1])
        return (*(_add_up(whole, level) for level in _LEVELS[:-1]), whole)

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
        rows = _coded(self._records).with_row_index("row")
        return PlacedRows(rows.filter(pl.col("jobs").is_not_null() | pl.col("amount_gtq").is_not_null()), _COMMON)

    @cached_property
    def _shared(self) -> PlacedRows:
        """The records whose taxpayer has others."""
        rows = _coded(self._records).drop("rows", "jobs_rows", "amount_rows").with_columns(self.holders)
        return PlacedRows(rows.drop_nulls(_HOLDER), _COMMON)


@dataclass(frozen=True, slots=True)
class Selection:
    """The records of some codes within some bounds; all of them where a column names none."""

    summary: Summary
    chosen: Chosen
    bounds: Bounds
    _found: dict[object, pl.DataFrame] = field(default_factory=dict)
    """What was looked for already: a level's matching part, or the records themselves."""

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
        rows = self._rows_within().get_column("row")
        return rows.filter(rows >= start).bottom_k(limit).sort().to_list()

    def taxpayers(self) -> int:
        """How many taxpayers they are of: distinct NITs, and each record without one as one of its own."""
        shared = self.summary.shared_holders(self.chosen, self.bounds)
        return self.total() - len(shared) + shared.n_unique()

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
        if self.bounds:
            if not set(columns).issubset(_COMMON):
                return self._rows_within()
            return self._find("within", lambda: self.summary.add_up_within(self.bounds, self.chosen))
        needed = {*columns, *self.chosen}
        level = next(place for place, known in enumerate(_LEVELS) if needed.issubset(known))
        return self._find(level, lambda: self.summary.add_up(level, self.chosen))

    def _rows_within(self) -> pl.DataFrame:
        return self._find("rows", lambda: self.summary.rows_within(self.chosen, self.bounds))

    def _find(self, key: object, compute: Callable[[], pl.DataFrame]) -> pl.DataFrame:
        if key not in self._found:
            self._found[key] = compute()
        return self._found[key]


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
