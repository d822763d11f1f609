"""Some records of a release, each with the number of its combination of codes: looked through in milliseconds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from exemptions.filters import Bound

PLACE = "place"
"""The number of a record's combination."""

Bounds = tuple[tuple[str, Bound, int], ...]
"""Column, which side, and the bound itself, which is included."""
Chosen = Mapping[str, list[int]]
"""Column → the numbers of its codes, any of which matches."""


class PlacedRows:
    """Records in the order of their combination of some columns, which makes adding them up by it five times as fast.

    `rows` has those columns, others to filter by, and what is added up or read.
    """

    def __init__(self, rows: pl.DataFrame, columns: Sequence[str]) -> None:
        self._columns = frozenset(columns)
        self._combinations = rows.select(columns).unique(maintain_order=True)
        placed = rows.join(self._combinations.with_row_index(PLACE), on=columns, how="left", nulls_equal=True)
        self._rows = placed.drop(columns).sort(PLACE)

    def matching(self, chosen: Chosen, bounds: Bounds) -> pl.DataFrame:
        """The records of some codes and within some bounds.

        Shape: the rows' own columns and `PLACE`.
        """
        conditions = code_conditions(chosen)
        together = [condition for column, condition in conditions.items() if column in self._columns]
        apart = [condition for column, condition in conditions.items() if column not in self._columns]
        if not together:
            return self._rows.filter(*_within(bounds), *apart)
        fitting = self._combinations.select(pl.all_horizontal(together).fill_null(False)).to_series()
        # All conditions at once: only the records that meet them all are copied.
        return self._rows.filter(*_within(bounds), *apart, fitting.gather(self._rows.get_column(PLACE)))

    def add_up(self, found: pl.DataFrame, numbers: Sequence[str]) -> pl.DataFrame:
        """Records that were found here, added up by their combination.

        Shape: the columns of the combinations and `numbers`.
        """
        added = found.group_by(PLACE).agg(pl.col(numbers).sum())
        return pl.concat([added, self._combinations[added.get_column(PLACE)]], how="horizontal")


def code_conditions(chosen: Chosen) -> dict[str, pl.Expr]:
    """What the codes of each column ask for."""
    return {column: pl.col(column).is_in(codes) for column, codes in chosen.items()}


def _within(bounds: Bounds) -> list[pl.Expr]:
    return [
        pl.col(column) >= number if side is Bound.MIN else pl.col(column) <= number for column, side, number in bounds
    ]
