"""Ranks: the place of every row in one total order, which sorts results and is what a cursor holds.

The order of a column is that of its values, ties in row order (the name order), missing values last in both directions.
The orders asked for most are kept in the index as rank fields; the others are computed from the records on first use.
Both come from `rank_rows`, so a cursor means the same either way.
"""

from __future__ import annotations

from typing import NamedTuple

import polars as pl
import pyarrow as pa

from exemptions.columns import COLUMN, Kind
from exemptions.names import name_order_expr

_IDENTIFIERS = frozenset({"record_id", "nit", "resolution"})
"""Texts that are compared sign by sign; other texts are words and follow the Spanish order."""


class Sort(NamedTuple):
    """An order of the records: a column key and a direction."""

    column: str = "name"
    descending: bool = False

    @property
    def field(self) -> str:
        """The name of its rank field; rows are in name order already, so the first order is the row itself."""
        if self == NAME_ORDER:
            return "row"
        return f"rank_{self.column}_desc" if self.descending else f"rank_{self.column}"


NAME_ORDER = Sort()
INDEXED_SORTS: tuple[Sort, ...] = (
    Sort("name", True),
    *(Sort(c, d) for c in ("amount_gtq", "jobs", "valid_from", "valid_until") for d in (False, True)),
)
"""The orders whose ranks the index holds, besides the row."""


def rank_rows(records: pa.RecordBatch, sort: Sort) -> pl.Series:
    """The rank of every row, from 0, each once.

    Shape: UInt32, one per row of `records`.
    """
    order = order_rows(records, sort)
    places = pl.int_range(len(order), dtype=pl.UInt32, eager=True)
    # Writing each place at its row takes a fifth of the time of sorting the places by row.
    return places.clone().scatter(order, places).alias("rank")


def order_rows(records: pa.RecordBatch, sort: Sort) -> pl.Series:
    """The rows in an order.

    Shape: UInt32, every row once.
    """
    if sort == NAME_ORDER:
        return pl.int_range(records.num_rows, dtype=pl.UInt32, eager=True).alias("row")
    frame = pl.DataFrame({"value": _sort_values(records, sort.column)}).with_row_index("row")
    ordered = frame.sort("value", descending=sort.descending, nulls_last=True, maintain_order=True)
    return ordered.get_column("row")


def _sort_values(records: pa.RecordBatch, key: str) -> pl.Series:
    """Values that compare as people expect the column to sort."""
    column = records.column(key)
    if key == NAME_ORDER.column:
        return _name_places(_series(column))
    if not isinstance(column, pa.DictionaryArray):
        return _comparable(_series(column), key)
    distinct = pl.DataFrame({"text": _series(column.dictionary)}).with_row_index("code")
    # Sorting a few distinct values and looking their places up spares building a key for every row.
    places = (
        distinct.with_columns(_comparable(distinct.get_column("text"), key).alias("key"))
        .sort("key", "text")
        .select("code", place=pl.int_range(pl.len(), dtype=pl.UInt32))
    )
    codes = pl.DataFrame({"code": _series(column.indices).cast(pl.UInt32)})
    return codes.join(places, on="code", how="left", maintain_order="left").get_column("place")


def _name_places(names: pl.Series) -> pl.Series:
    """The place of each name among the distinct keys. Rows are in name order already, so equal names and equal keys
    follow each other: each is looked at once, and there is nothing to sort."""
    runs = names.rle_id()
    keys = _comparable(names.filter(runs.diff().fill_null(1) != 0), NAME_ORDER.column)
    places = pl.select(pl.when(keys.is_not_null()).then(keys.rle_id())).to_series()
    return places.gather(runs)


def _series(values: pa.Array) -> pl.Series:
    return pl.Series(pl.from_arrow(values))


def _comparable(values: pl.Series, key: str) -> pl.Series:
    if COLUMN[key].kind is Kind.TEXT and key not in _IDENTIFIERS:
        return pl.DataFrame({"text": values}).select(name_order_expr(pl.col("text"))).to_series()
    return values
