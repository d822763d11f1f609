"""What a result adds up to year after year: amounts, jobs, beginnings and ends of benefits. All figures are exact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import polars as pl

from exemptions.columns import JobsKind, Status
from exemptions.facts import quetzales
from exemptions.figures import amount_figures, jobs_figures
from exemptions.query import RegistryQuery, selection
from exemptions.release import Release
from exemptions.row_masks import row_mask

_OPEN = (Status.PENDING, Status.ACTIVE, Status.SUSPENDED)
"""Statuses that an end by the term is still to come for."""


@dataclass(frozen=True, slots=True)
class AmountLine:
    """The published amounts of one year, tax and mechanism; None where the facts do not tell it."""

    year: int | None
    tax: str | None
    mechanism: str | None
    is_not_paid: bool
    """Whether it is tax not paid; what was suspended or paid back is not."""
    amount_gtq: Decimal
    records: int


@dataclass(frozen=True, slots=True)
class AmountYear:
    """The published amounts of one year; what was suspended or paid back is told apart, for it is not tax not paid."""

    year: int | None
    not_paid_gtq: Decimal | None
    """None where nothing of that year is tax not paid."""
    records: int
    """Records with tax not paid in that year."""
    deferred_gtq: Decimal | None
    deferred_records: int
    lines: tuple[AmountLine, ...]


@dataclass(frozen=True, slots=True)
class JobsYear:
    """The published jobs of one year and kind."""

    year: int | None
    kind: str | None
    jobs: int
    records: int
    by_quarter: int
    """How many of the records are counted with a quarter's figure, the year's last one."""


@dataclass(frozen=True, slots=True)
class YearCount:
    year: int
    records: int


@dataclass(frozen=True, slots=True)
class Terms:
    """When the benefits of a result begin and end."""

    begun: tuple[YearCount, ...]
    """By the year of the first day."""
    ending: tuple[YearCount, ...]
    """By the year of the last day, past and to come."""
    without_begin: int
    """Records without a published first day."""
    without_end: int
    """Records without a last day: it has no term, or it is not published."""


@dataclass(frozen=True, slots=True)
class UpcomingEnds:
    """The benefits whose last day comes soon and that nothing ended before.

    `first` and `last` are the days looked at, both included.
    """

    first: date
    last: date
    total: int
    rows: tuple[int, ...]
    """Rows of the nearest ends; the nearest first, then name order."""


def amounts_by_year(release: Release, query: RegistryQuery) -> tuple[AmountYear, ...]:
    """The published amounts of the query's records. Years are never added together.

    Order: the latest year first, an unknown year last; lines by tax and mechanism, those of all together first.
    Raises: ReleaseDamaged.
    """
    key = ("amounts by year", selection(query))
    years: tuple[AmountYear, ...] = release.answers.get(key, lambda: _add_amounts(amount_figures(release, query)))
    return years


def jobs_by_year(release: Release, query: RegistryQuery) -> tuple[JobsYear, ...]:
    """The published jobs of the query's records. Years and kinds are never added together, quarters neither.

    Order: the latest year first, an unknown year last; kinds by name, an unknown kind last.
    Raises: ReleaseDamaged.
    """
    key = ("jobs by year", selection(query))
    years: tuple[JobsYear, ...] = release.answers.get(key, lambda: _add_jobs(jobs_figures(release, query)))
    return years


def terms_by_year(release: Release, query: RegistryQuery) -> Terms:
    """When the benefits of the query begin and end.

    Order: years ascending.
    Raises: ReleaseDamaged.
    """
    terms: Terms = release.answers.get(("terms", selection(query)), lambda: _count_terms(release, query))
    return terms


def upcoming_ends(release: Release, query: RegistryQuery, *, limit: int = 10) -> UpcomingEnds:
    """The ends in the twelve months from the release's status date on, of benefits that have not ended otherwise.

    Raises: ReleaseDamaged.
    """
    key = ("upcoming ends", selection(query), limit)
    ends: UpcomingEnds = release.answers.get(key, lambda: _find_ends(release, query, limit))
    return ends


def told_year(years: tuple[AmountYear, ...]) -> AmountYear | None:
    """The year whose tax not paid most records tell; the later one of two alike. None if no amount is published.

    The latest year is told by a few long before the others tell theirs, so it would be a poor summary.
    """
    known = [year for year in years if year.year is not None and year.not_paid_gtq is not None]
    return max(known, key=lambda year: (year.records, year.year or 0), default=None)


def told_jobs(years: tuple[JobsYear, ...]) -> JobsYear | None:
    """The year and kind that most records tell, reported jobs before projected ones. None if no jobs are published."""
    known = [part for part in years if part.year is not None and part.kind is not None]
    reported = [part for part in known if part.kind == JobsKind.REPORTED]
    return max(reported or known, key=lambda part: (part.records, part.year or 0), default=None)


def _add_amounts(figures: pl.DataFrame) -> tuple[AmountYear, ...]:
    summed = pl.col("cents").cast(pl.Int128).sum()
    parts = figures.group_by("year", "tax", "mechanism", "is_not_paid").agg(summed, records=pl.col("row").n_unique())
    totals = figures.group_by("year", "is_not_paid").agg(summed, records=pl.col("row").n_unique())
    lines: dict[int | None, list[AmountLine]] = {}
    ordered = parts.with_columns(pl.col("tax", "mechanism").cast(pl.String)).sort("tax", "mechanism", nulls_last=False)
    for year, tax, mechanism, is_not_paid, cents, records in ordered.iter_rows():
        line = AmountLine(year, tax, mechanism, is_not_paid, quetzales(cents), records)
        lines.setdefault(year, []).append(line)
    sums = {(year, kept): (quetzales(cents), records) for year, kept, cents, records in totals.iter_rows()}
    years = sorted(lines, key=lambda year: (year is None, -(year or 0)))
    return tuple(_amount_year(year, sums, tuple(lines[year])) for year in years)


def _amount_year(
    year: int | None, sums: Mapping[tuple[int | None, bool], tuple[Decimal, int]], lines: tuple[AmountLine, ...]
) -> AmountYear:
    not_paid, records = sums.get((year, True), (None, 0))
    deferred, deferred_records = sums.get((year, False), (None, 0))
    return AmountYear(year, not_paid, records, deferred, deferred_records, lines)


def _add_jobs(figures: pl.DataFrame) -> tuple[JobsYear, ...]:
    added = figures.group_by("year", "kind").agg(
        pl.col("jobs").cast(pl.Int128).sum(), records=pl.len(), by_quarter=pl.col("is_quarter").sum()
    )
    parts = (JobsYear(*part) for part in added.with_columns(pl.col("kind").cast(pl.String)).iter_rows())
    return tuple(
        sorted(parts, key=lambda p: (p.year is None, -(p.year or 0), p.kind is None, p.kind or "")),
    )


def _count_terms(release: Release, query: RegistryQuery) -> Terms:
    days = _days(release, query)
    begun, ending = (_count_years(days.get_column(name)) for name in ("valid_from", "valid_until"))
    return Terms(
        begun=begun,
        ending=ending,
        without_begin=days.get_column("valid_from").null_count(),
        without_end=days.get_column("valid_until").null_count(),
    )


def _count_years(days: pl.Series) -> tuple[YearCount, ...]:
    counted = days.dt.year().drop_nulls().value_counts().sort(days.name)
    return tuple(YearCount(year, records) for year, records in counted.iter_rows())


def _days(release: Release, query: RegistryQuery) -> pl.DataFrame:
    """First and last days of the query's records; `valid_from`, `valid_until`, and `row`."""
    columns = {name: _dates(release, name) for name in ("valid_from", "valid_until")}
    days = pl.DataFrame(columns).with_row_index("row")
    mask = row_mask(release, query)
    return days if mask is None else days.filter(mask)


def _dates(release: Release, name: str) -> pl.Series:
    return pl.Series(name, pl.from_arrow(release.records.column(name)), dtype=pl.Date)


def _find_ends(release: Release, query: RegistryQuery, limit: int) -> UpcomingEnds:
    first = release.status_date
    last = _year_later(first)
    still_open = row_mask(release, RegistryQuery(status=tuple(_OPEN)))
    days = _days(release, query).filter(pl.col("valid_until").is_between(first, last))
    if still_open is not None:
        days = days.filter(still_open.gather(days.get_column("row")))
    nearest = days.sort("valid_until", "row").head(limit)
    return UpcomingEnds(first, last, days.height, tuple(nearest.get_column("row")))


def _year_later(day: date) -> date:
    """The last day of the twelve months that begin on `day`."""
    if (day.month, day.day) == (2, 29):
        return date(day.year + 1, 2, 28)
    return day.replace(year=day.year + 1) - timedelta(days=1)
