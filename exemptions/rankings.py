"""The taxpayers of a result in the order of what they do not pay or employ, each with all its benefits together."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

import polars as pl

from exemptions.columns import PersonKind
from exemptions.facts import quetzales
from exemptions.figures import amount_figures, jobs_figures, taxpayer_rows
from exemptions.query import RegistryQuery, selection
from exemptions.release import Release
from exemptions.series import amounts_by_year, jobs_by_year, told_jobs, told_year

SHOWN = 10
"""Taxpayers that a page shows; the whole order is a search's."""
MOST_RANKED = 1_000

_SHARE = Decimal("0.0001")


class Measure(StrEnum):
    """What taxpayers are ranked by."""

    AMOUNT = "amount"
    JOBS = "jobs"


@dataclass(frozen=True, slots=True)
class RankedTaxpayer:
    """One taxpayer. A natural person has no NIT here, and no name unless it is public: nothing else identifies it."""

    place: int
    nit: str | None
    name: str | None
    is_natural: bool
    value: Decimal
    """Quetzales or jobs, over all its benefits in the result."""
    share: Decimal | None
    """Of the total, from 0 to 1 with four decimals; None where the total is not positive."""
    records: int


@dataclass(frozen=True, slots=True)
class Ranking:
    """The first taxpayers by one measure in one year, the one that most records tell of."""

    measure: Measure
    year: int
    kind: str | None
    """Of jobs: projected or reported."""
    total: Decimal
    taxpayers: int
    """How many have a published figure of that year, ranked or not."""
    records: int
    entries: tuple[RankedTaxpayer, ...]


def rank_taxpayers(release: Release, query: RegistryQuery, measure: Measure, *, limit: int = SHOWN) -> Ranking | None:
    """The taxpayers of the query with the largest figures; None where no figure is published.

    Amounts are tax not paid of the year that most records tell of; jobs those of the year and kind most told, reported
    ones before projected ones. Each benefit of a natural person without published NIT stands for itself.
    Order: largest first, ties in name order.
    Raises: ReleaseDamaged.
    """
    if not 1 <= limit <= MOST_RANKED:
        raise ValueError(f"a ranking has from 1 to {MOST_RANKED} taxpayers")
    if limit != SHOWN:
        # Kept, each of the thousand lengths that a client may ask for would hold up to a thousand taxpayers.
        return _rank(release, query, measure, limit)
    key = ("ranking", selection(query), measure)
    # An answer is never None, so it is kept inside a list.
    found: list[Ranking | None] = release.answers.get(key, lambda: [_rank(release, query, measure, limit)])
    return found[0]


@dataclass(frozen=True, slots=True)
class Basis:
    """Which figures a ranking adds up."""

    measure: Measure
    year: int
    kind: str | None


def find_basis(release: Release, query: RegistryQuery, measure: Measure) -> Basis | None:
    """The year that most of the query's records tell of, and of jobs the kind; None where nothing is published.

    Raises: ReleaseDamaged.
    """
    if measure is Measure.AMOUNT:
        told = told_year(amounts_by_year(release, query))
        return Basis(measure, told.year, None) if told is not None and told.year is not None else None
    jobs = told_jobs(jobs_by_year(release, query))
    return Basis(measure, jobs.year, jobs.kind) if jobs is not None and jobs.year is not None else None


def taxpayer_values(release: Release, query: RegistryQuery, basis: Basis) -> pl.DataFrame:
    """What every taxpayer of the query has in the year of the basis.

    Shape: `taxpayer` (see `figures.taxpayer_rows`), `value` in cents or jobs as Int128, `records`.
    Order: largest first, ties in name order.
    Raises: ReleaseDamaged.
    """
    return add_taxpayers(release, _figures_of(release, query, basis))


def add_taxpayers(release: Release, figures: pl.DataFrame) -> pl.DataFrame:
    """What every taxpayer has of some figures; they are `row` and `value`.

    Shape and order: those of `taxpayer_values`.
    """
    named = figures.with_columns(taxpayer=taxpayer_rows(release).gather(figures.get_column("row")))
    values = named.group_by("taxpayer").agg(
        value=pl.col("value").cast(pl.Int128).sum(), records=pl.col("row").n_unique()
    )
    return values.sort("value", "taxpayer", descending=[True, False])


def share_of(part: Decimal, total: Decimal) -> Decimal | None:
    """A part of a total with four decimals; None where the total is not positive."""
    return (part / total).quantize(_SHARE) if total > 0 else None


def _figures_of(release: Release, query: RegistryQuery, basis: Basis) -> pl.DataFrame:
    """The figures that are added up: `row` and `value`."""
    if basis.measure is Measure.AMOUNT:
        chosen = amount_figures(release, query).filter("is_not_paid", pl.col("year") == basis.year)
        return chosen.select("row", value="cents")
    told = jobs_figures(release, query).filter(pl.col("year") == basis.year, pl.col("kind") == basis.kind)
    return told.select("row", value="jobs")


def _rank(release: Release, query: RegistryQuery, measure: Measure, limit: int) -> Ranking | None:
    basis = find_basis(release, query, measure)
    if basis is None:
        return None
    values = taxpayer_values(release, query, basis)
    total = _quantity(int(values.get_column("value").sum()), measure)
    first = values.head(limit)
    items = release.to_items(first.get_column("taxpayer").to_list(), ["nit", "name", "person_kind"])
    entries = [
        RankedTaxpayer(
            place=place,
            nit=item["nit"],
            name=item["name"],
            is_natural=item["person_kind"] == PersonKind.NATURAL,
            value=_quantity(value, measure),
            share=share_of(_quantity(value, measure), total),
            records=records,
        )
        for place, (item, (_taxpayer, value, records)) in enumerate(zip(items, first.iter_rows(), strict=True), 1)
    ]
    return Ranking(
        measure=measure,
        year=basis.year,
        kind=basis.kind,
        total=total,
        taxpayers=values.height,
        records=int(values.get_column("records").sum()),
        entries=tuple(entries),
    )


def _quantity(value: int, measure: Measure) -> Decimal:
    return quetzales(value) if measure is Measure.AMOUNT else Decimal(value)
