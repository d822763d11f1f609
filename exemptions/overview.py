"""What a result is as a whole: how many, of what kinds, how much, since when, and whose. Every figure is exact.

The parts can be asked for on their own: `exemptions.series`, `exemptions.rankings`, `exemptions.concentration`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from exemptions.aggregates import FacetValue, Sums, count_together, facets, sums, taxpayers
from exemptions.concentration import Concentration, measure_concentration
from exemptions.matches import total
from exemptions.query import RegistryQuery
from exemptions.rankings import SHOWN, Measure, Ranking, rank_taxpayers
from exemptions.release import Release
from exemptions.series import (
    AmountYear,
    JobsYear,
    Terms,
    UpcomingEnds,
    amounts_by_year,
    jobs_by_year,
    terms_by_year,
    upcoming_ends,
)

AXES = ("type", "category", "permanence", "status", "department", "municipality", "activity", "tax")
"""Filters over whose values a result is spread."""


@dataclass(frozen=True, slots=True)
class Overview:
    """The whole of a result."""

    records: int
    taxpayers: int
    spread: Mapping[str, Sequence[FacetValue]]
    """Axis of `AXES` → its values with their records, most records first; an axis ignores its own filter."""
    sums: Sums
    """What the records' own figures add up to, each of its latest year, and how many records have none, and why."""
    amounts: tuple[AmountYear, ...]
    """All published amounts by year, not only each record's latest."""
    jobs: tuple[JobsYear, ...]
    terms: Terms
    ends: UpcomingEnds
    by_amount: Ranking | None
    by_jobs: Ranking | None
    concentration: Concentration | None


def build_overview(release: Release, query: RegistryQuery, *, ranked: int = SHOWN) -> Overview:
    """The whole of a query's result, with the first `ranked` taxpayers of each ranking.

    Raises: ReleaseDamaged.
    """
    count_together(release, query, AXES)
    return Overview(
        records=total(release, query),
        taxpayers=taxpayers(release, query),
        spread=facets(release, query, AXES),
        sums=sums(release, query),
        amounts=amounts_by_year(release, query),
        jobs=jobs_by_year(release, query),
        terms=terms_by_year(release, query),
        ends=upcoming_ends(release, query),
        by_amount=rank_taxpayers(release, query, Measure.AMOUNT, limit=ranked),
        by_jobs=rank_taxpayers(release, query, Measure.JOBS, limit=ranked),
        concentration=measure_concentration(release, query),
    )
