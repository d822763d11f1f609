"""How far the tax not paid is that of a few taxpayers."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from exemptions.facts import quetzales
from exemptions.figures import amount_figures
from exemptions.query import RegistryQuery, selection
from exemptions.rankings import Measure, add_taxpayers, find_basis, share_of, taxpayer_values
from exemptions.release import Release

LEAST_TAXPAYERS = 20
"""Of fewer taxpayers the largest ten are half or all, and a share of them says nothing."""
MOST_POINTS = 100
"""Points of the curve after its beginning: one for each percent of the taxpayers."""

_TOP = 10


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """What the first `taxpayers`, the largest ones, do not pay together. Shares are from 0 to 1, four decimals."""

    taxpayers: int
    taxpayers_share: Decimal
    amount_gtq: Decimal
    share: Decimal


@dataclass(frozen=True, slots=True)
class Concentration:
    """How the tax not paid of one year is spread over the taxpayers with a published amount."""

    year: int
    taxpayers: int
    total_gtq: Decimal
    """Without the taxpayers whose corrections leave less than nothing; they are counted and add nothing."""
    top_taxpayers: int
    top_share: Decimal
    percent_taxpayers: int
    """How many taxpayers one percent is, rounded up."""
    percent_share: Decimal
    curve: tuple[CurvePoint, ...]
    """From no taxpayer to all of them."""


def measure_concentration(release: Release, query: RegistryQuery) -> Concentration | None:
    """The concentration of the query's tax not paid in the year that most records tell of.

    None where nothing is published, where nothing is above zero, or of fewer than `LEAST_TAXPAYERS`.
    Raises: ReleaseDamaged.
    """
    key = ("concentration", selection(query))
    # An answer is never None, so it is kept inside a list.
    found: list[Concentration | None] = release.answers.get(key, lambda: [_measure(release, query)])
    return found[0]


def measure_tax_concentration(release: Release, tax: str) -> Concentration | None:
    """The concentration of one tax not paid, in the year that most records tell of it.

    None as for `measure_concentration`; amounts stated for all taxes together are of no tax.
    Raises: ReleaseDamaged.
    """
    found: list[Concentration | None] = release.answers.get(
        ("tax concentration", tax), lambda: [_measure_tax(release, tax)]
    )
    return found[0]


def _measure(release: Release, query: RegistryQuery) -> Concentration | None:
    basis = find_basis(release, query, Measure.AMOUNT)
    return None if basis is None else _spread(taxpayer_values(release, query, basis), basis.year)


def _measure_tax(release: Release, tax: str) -> Concentration | None:
    figures = amount_figures(release, RegistryQuery()).filter("is_not_paid", pl.col("year").is_not_null())
    own = figures.filter(pl.col("tax").cast(pl.String) == tax)
    told = own.group_by("year").agg(records=pl.col("row").n_unique()).sort("records", "year", descending=True)
    if told.is_empty():
        return None
    year = int(told.item(0, "year"))
    chosen = own.filter(pl.col("year") == year).select("row", value="cents")
    return _spread(add_taxpayers(release, chosen), year)


def _spread(values: pl.DataFrame, year: int) -> Concentration | None:
    """How the values of taxpayers, the largest first, are spread over them."""
    if values.height < LEAST_TAXPAYERS:
        return None
    reached = values.get_column("value").clip(lower_bound=0).cum_sum()
    count, total = values.height, quetzales(reached[-1])
    if total <= 0:
        return None
    percent = -(-count // 100)

    def point(taxpayers: int) -> CurvePoint:
        amount = quetzales(reached[taxpayers - 1]) if taxpayers else quetzales(0)
        return CurvePoint(taxpayers, _share(Decimal(taxpayers), Decimal(count)), amount, _share(amount, total))

    return Concentration(
        year=year,
        taxpayers=count,
        total_gtq=total,
        top_taxpayers=_TOP,
        top_share=point(_TOP).share,
        percent_taxpayers=percent,
        percent_share=point(percent).share,
        curve=tuple(point(place) for place in _places(count)),
    )


def _places(count: int) -> list[int]:
    """Numbers of taxpayers from 0 to `count`, evenly spread: every one where they are few."""
    steps = min(count, MOST_POINTS)
    spread = pl.int_range(steps + 1, eager=True, dtype=pl.Int64) * count // steps
    return spread.to_list()


def _share(part: Decimal, whole: Decimal) -> Decimal:
    share = share_of(part, whole)
    if share is None:
        raise ValueError("a share of nothing")
    return share
