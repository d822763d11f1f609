"""Totals of amounts and jobs before and after a load, each over figures of one meaning."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import polars as pl

from exemptions.catalogs import Catalogs
from exemptions.datasets import Dataset
from exemptions.fact_content import FACTS

LEAST_ROWS = 20
"""A period with fewer facts than these is measured together with the other small ones of its meaning."""


class Quantity(StrEnum):
    """What is added up."""

    AMOUNT = "amount_cents"
    JOBS = "jobs"


class AmountMeaning(StrEnum):
    """What an amount of the tax authority is."""

    NOT_PAID = "not_paid"
    DEFERRED = "deferred"
    """Suspended, or paid and given back: no revenue forgone."""


@dataclass(frozen=True, slots=True)
class Total:
    """One total before and after; money in cents. `rows_…` count the rows that state a figure."""

    quantity: Quantity
    period: str
    """Year, quarter or report; empty for all of them together."""
    meaning: str
    """Kind of jobs, `AmountMeaning` or partition; empty where figures have one meaning only."""
    before: int
    after: int
    rows_before: int
    rows_after: int

    @property
    def percent(self) -> float | None:
        """By how much it moved, in percent of before; None where before was nothing."""
        return round(100 * abs(self.after - self.before) / abs(self.before), 2) if self.before else None


_NOTHING = pl.lit("")
_PERIODS: Mapping[tuple[Dataset, Quantity], pl.Expr] = {
    (Dataset.REGISTRY, Quantity.JOBS): pl.col("jobs_year").cast(pl.String),
    (Dataset.REGISTRY, Quantity.AMOUNT): pl.col("amount_year").cast(pl.String),
    (Dataset.JOBS, Quantity.JOBS): pl.col("period"),
    (Dataset.AMOUNTS, Quantity.AMOUNT): pl.col("year").cast(pl.String),
    (Dataset.EXPENDITURE, Quantity.AMOUNT): pl.concat_str(
        "year", "report", "method_version", separator=" · ", ignore_nulls=True
    ),
}

_PERIOD_COLUMNS: Mapping[tuple[Dataset, Quantity], str] = {
    (Dataset.JOBS, Quantity.JOBS): "period",
    (Dataset.AMOUNTS, Quantity.AMOUNT): "year",
}
"""Datasets that state the same benefits period after period."""


def totals_by_period(
    before: pl.DataFrame, after: pl.DataFrame, dataset: Dataset, quantity: Quantity, catalogs: Catalogs
) -> list[Total]:
    """The totals of every period and meaning on its own; none where the dataset has no such figure.

    Order: period, meaning.
    """
    if (dataset, quantity) not in _PERIODS:
        return []
    old, new = (_tag(side, dataset, quantity, catalogs) for side in (before, after))
    return _compare(old, new, quantity)


def guarded_totals(
    before: pl.DataFrame, after: pl.DataFrame, dataset: Dataset, quantity: Quantity, catalogs: Catalogs
) -> list[Total]:
    """The totals that a guard looks at (see `exemptions.guards`): each figure of `before` is in one of them."""
    if (dataset, quantity) not in _PERIODS:
        return []
    old, new = (_tag(side, dataset, quantity, catalogs) for side in (before, after))
    if dataset is Dataset.REGISTRY:
        whole = {"period": _NOTHING, "meaning": _NOTHING}
        return _compare(old.with_columns(**whole), new.with_columns(**whole), quantity)
    cells = old.group_by("period", "meaning").agg(few=pl.len() < LEAST_ROWS)
    # A period that stands for the first time has nothing to be compared with.
    old, new = (side.join(cells, on=("period", "meaning"), how="inner") for side in (old, new))
    pooled = {"period": pl.when("few").then(_NOTHING).otherwise("period")}
    return _compare(old.with_columns(**pooled), new.with_columns(**pooled), quantity)


def new_period_totals(
    standing: pl.DataFrame, incoming: pl.DataFrame, dataset: Dataset, quantity: Quantity, catalogs: Catalogs
) -> list[Total]:
    """The totals of periods that stand for the first time, each against the latest earlier one of its kind.

    Only what both periods state of the same benefit is added up, so that growth does not count but a figure in another
    unit does; fewer than `LEAST_ROWS` of them say nothing. Order: period, meaning.
    """
    period = _PERIOD_COLUMNS.get((dataset, quantity))
    if period is None:
        return []
    own = [name for name in FACTS[dataset].key if name != period]
    old, new = (
        side.filter(pl.col(quantity).is_not_null()).select(
            *own, period=pl.col(period).cast(pl.String), meaning=_meaning(dataset, quantity, catalogs), value=quantity
        )
        for side in (standing, incoming)
    )
    cells = ("period", "meaning")
    stood = old.select(cells).unique().rows()
    fresh = new.select(cells).unique().join(old.select(cells).unique(), on=cells, how="anti").sort(cells)
    totals = []
    for name, meaning in fresh.rows():
        # A quarter is compared with a quarter, a year with a year.
        earlier = [p for p, m in stood if m == meaning and len(p) == len(name) and p < name]
        if not earlier:
            continue
        before, after = (
            side.filter(pl.col("period") == which, pl.col("meaning") == meaning)
            for side, which in ((old, max(earlier)), (new, name))
        )
        both = before.join(after, on=own, how="inner", nulls_equal=True, suffix="_after")
        if both.height >= LEAST_ROWS:
            sums = int(both["value"].sum()), int(both["value_after"].sum())
            totals.append(Total(quantity, f"{max(earlier)} → {name}", meaning, *sums, both.height, both.height))
    return totals


def _tag(rows: pl.DataFrame, dataset: Dataset, quantity: Quantity, catalogs: Catalogs) -> pl.DataFrame:
    """The figures with the period and the meaning of each.

    Shape: `period`, `meaning`, `value`.
    """
    stated = rows.filter(pl.col(quantity).is_not_null())
    return stated.select(
        period=_PERIODS[dataset, quantity].fill_null(""),
        meaning=_meaning(dataset, quantity, catalogs).cast(pl.String).fill_null(""),
        value=pl.col(quantity),
    )


def _meaning(dataset: Dataset, quantity: Quantity, catalogs: Catalogs) -> pl.Expr:
    if quantity is Quantity.JOBS:
        return pl.col("jobs_kind" if dataset is Dataset.REGISTRY else "kind")
    if dataset is Dataset.EXPENDITURE:
        return pl.col("partition")
    if dataset is Dataset.REGISTRY:
        return _NOTHING
    deferred = [code for code, mechanism in catalogs.mechanisms.items() if not mechanism.counts_as_not_paid]
    return (
        pl.when(pl.col("mechanism").is_in(deferred))
        .then(pl.lit(str(AmountMeaning.DEFERRED)))
        .otherwise(pl.lit(str(AmountMeaning.NOT_PAID)))
    )


def _compare(before: pl.DataFrame, after: pl.DataFrame, quantity: Quantity) -> list[Total]:
    sums = [
        side.group_by("period", "meaning").agg(sum=pl.col("value").sum(), rows=pl.len()) for side in (before, after)
    ]
    both = sums[0].join(sums[1], on=("period", "meaning"), how="full", coalesce=True, suffix="_after").fill_null(0)
    columns = ("period", "meaning", "sum", "sum_after", "rows", "rows_after")
    return [Total(quantity, *row) for row in both.sort("period", "meaning").select(columns).iter_rows()]
