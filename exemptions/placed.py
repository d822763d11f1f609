"""Some records of a release, each with the number of its combination of codes: looked through in milliseconds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_

import polars as pl

from exemptions.filters import Bound

PLACE = "place"
"""The number of a record's combination."""
_ROW = "row"
_LOOKED_AT = 4_096
"""Records that are looked at for the first ones of a result before all are."""

Bounds = tuple[tuple[str, Bound, int], ...]
"""Column, which side, and the bound itself, which is included."""
Chosen = Mapping[str, list[int]]
"""Column → the numbers of its codes, any of which matches."""


class PlacedRows:
    """Records in the order of their combination of some columns, which makes adding them up by it five times as fast.

    `rows` has the number of each row, those columns, others to filter by, and what is added up or read.
    """

    def __init__(self, rows: pl.DataFrame, columns: Sequence[str]) -> None:
        self._combinations = rows.select(columns).unique(maintain_order=True)
        placed = rows.join(self._combinations.with_row_index(PLACE), on=columns, how="left", nulls_equal=True)
        self._rows = placed.drop(columns).sort(PLACE)
        self._in_row_order = self._rows.get_column(_ROW).arg_sort()
        self._rising = self._rows.get_column(_ROW).gather(self._in_row_order)

    def within(self, bounds: Bounds) -> PlacedPart:
        """The records within some bounds."""
        return PlacedPart(self._combinations, self._rows.filter(*_within(bounds)) if bounds else self._rows)

    def look_ahead(self, chosen: Chosen, bounds: Bounds, limit: int, start: int) -> list[int] | None:
        """The first rows from the row `start` on that have some codes and are within some bounds, if they lie close;
        None where they do not.

        Order: row order.
        """
        place = int(self._rising.search_sorted(start))
        rows = self._rows[self._in_row_order.slice(place, _LOOKED_AT)].filter(*_within(bounds))
        part = PlacedPart(self._combinations, rows)
        found = part.values(_ROW, part.matching(chosen)).head(limit)
        return found.to_list() if len(found) == limit else None


@dataclass(frozen=True, slots=True)
class PlacedPart:
    """Some of the records, with all the combinations."""

    combinations: pl.DataFrame
    rows: pl.DataFrame

    def matching(self, chosen: Chosen) -> pl.Series | None:
        """Which of the records have some codes, as a mask; None where all have them."""
        masks = [self.rows.get_column(name).is_in(codes) for name, codes in chosen.items() if name in self.rows.columns]
        together = [
            condition for name, condition in code_conditions(chosen).items() if name in self.combinations.columns
        ]
        if together:
            fitting = self.combinations.select(pl.all_horizontal(together).fill_null(False)).to_series()
            if not fitting.all():
                # Bytes are looked up in two thirds of the time that bits take.
                masks.append(fitting.cast(pl.UInt8).gather(self.rows.get_column(PLACE)) > 0)
        return reduce(and_, masks) if masks else None

    def values(self, column: str, matching: pl.Series | None) -> pl.Series:
        """What the matching records have in a column."""
        values = self.rows.get_column(column)
        return values if matching is None else values.filter(matching)

    def first_rows(self, matching: pl.Series | None, limit: int, start: int) -> list[int]:
        """The first rows of the matching records from the row `start` on.

        Order: row order.
        """
        rows = self.values(_ROW, matching)
        return rows.filter(rows >= start).bottom_k(limit).sort().to_list()

    def add_up(self, matching: pl.Series | None, sums: Sequence[pl.Expr]) -> pl.DataFrame:
        """The matching records added up by their combination.

        Shape: the columns of the combinations and `sums`.
        """
        read = self.rows.select(PLACE, *{name for expression in sums for name in expression.meta.root_names()})
        added = (read if matching is None else read.filter(matching)).group_by(PLACE).agg(sums)
        return pl.concat([added, self.combinations[added.get_column(PLACE)]], how="horizontal")


def code_conditions(chosen: Chosen) -> dict[str, pl.Expr]:
    """What the codes of each column ask for."""
    return {column: pl.col(column).is_in(codes) for column, codes in chosen.items()}


def _within(bounds: Bounds) -> list[pl.Expr]:
    return [
        pl.col(column) >= number if side is Bound.MIN else pl.col(column) <= number for column, side, number in bounds
    ]
