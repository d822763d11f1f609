"""The benefit against what was promised for it, by category and year: amounts, jobs reported and jobs projected.

Jobs of several years, and projected and reported ones, are never added together. A ratio is made of records that have
both of its figures, and both are told; where one is missing, zero or withheld there is no ratio but the reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

import polars as pl

from exemptions.aggregates import sums
from exemptions.columns import JobsKind, ValueState
from exemptions.facts import quetzales
from exemptions.figures import amount_figures, jobs_figures
from exemptions.query import RegistryQuery
from exemptions.release import Release

_PER_JOB = Decimal("0.01")
_FULFILLED = Decimal("0.0001")
_KEY = ("category", "year")


class NoOutcome(StrEnum):
    """Why a ratio is not made."""

    NO_JOBS = "no_jobs"
    NO_AMOUNT = "no_amount"
    NO_PROJECTION = "no_projection"
    NOT_SAME_RECORDS = "not_same_records"
    """Both figures are told, by different records."""
    WITHHELD = "withheld"
    """None is published of a figure, and some of the category's records have it withheld."""
    ZERO = "zero"
    NOT_APPLICABLE = "not_applicable"
    """The law asks no record of the category for jobs."""


@dataclass(frozen=True, slots=True)
class Told:
    """A sum and the records that tell it; None where none does."""

    sum: int | None
    records: int


@dataclass(frozen=True, slots=True)
class Compared:
    """Jobs reported in the year against those that the same records promised, each by its newest promise until then."""

    records: int
    projected: int | None
    reported: int | None
    fulfilled: Decimal | None
    """Reported to projected, four decimals."""
    no_ratio: NoOutcome | None


@dataclass(frozen=True, slots=True)
class PerJob:
    """Tax not paid for each reported job, over the records that tell both in the year."""

    records: int
    amount_gtq: Decimal | None
    jobs: int | None
    amount_per_job_gtq: Decimal | None
    no_ratio: NoOutcome | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """One category in one year."""

    category: str
    year: int
    not_paid_gtq: Decimal | None
    not_paid_records: int
    reported: Told
    projected: Told
    compared: Compared
    per_job: PerJob


@dataclass(frozen=True, slots=True)
class _Kept:
    """How many of a category's records have a number withheld."""

    amounts: int
    jobs: int
    asks_for_jobs: bool


def list_outcomes(release: Release) -> tuple[Outcome, ...]:
    """Every category and year with published amounts or jobs.

    Order: the catalogue's of categories, then the latest year first.
    Raises: ReleaseDamaged.
    """
    found: tuple[Outcome, ...] = release.answers.get("outcomes", lambda: _list(release))
    return found


def _list(release: Release) -> tuple[Outcome, ...]:
    amounts, reported, projected = _amounts(release), _jobs(release, JobsKind.REPORTED), _projections(release)
    promised_in_year = _jobs(release, JobsKind.PROJECTED)
    both = amounts.join(reported, on=("row", *_KEY), how="inner")
    promised = reported.join_asof(
        projected, left_on="year", right_on="promised_year", by="row", strategy="backward", check_sortedness=False
    ).drop_nulls("promised")
    tables = {
        "amounts": _sum(amounts, "cents"),
        "reported": _sum(reported, "jobs"),
        "projected": _sum(promised_in_year, "jobs"),
        "both": _sum(both, "cents", "jobs"),
        "promised": _sum(promised, "jobs", "promised"),
    }
    places = {code: place for place, code in enumerate(release.catalogs.categories)}
    keys = {key for name in ("amounts", "reported", "projected") for key in tables[name]}
    withheld = {category: _kept_back(release, category) for category, _year in keys}
    ordered = sorted(keys, key=lambda key: (places.get(key[0], len(places)), -key[1]))
    return tuple(_outcome(key, tables, withheld[key[0]]) for key in ordered)


_Sums = Mapping[tuple[str, int], tuple[int, ...]]
"""Category and year → sums, then how many records they are of."""


def _outcome(key: tuple[str, int], tables: Mapping[str, _Sums], withheld: _Kept) -> Outcome:
    amount, reported, projected = (_told(tables[name].get(key)) for name in ("amounts", "reported", "projected"))
    return Outcome(
        category=key[0],
        year=key[1],
        not_paid_gtq=None if amount.sum is None else quetzales(amount.sum),
        not_paid_records=amount.records,
        reported=reported,
        projected=projected,
        compared=_compare(tables["promised"].get(key), reported, withheld),
        per_job=_divide(tables["both"].get(key), amount, reported, withheld),
    )


def _compare(found: tuple[int, ...] | None, reported: Told, withheld: _Kept) -> Compared:
    if found is None:
        why = _no_jobs(reported, withheld) or NoOutcome.NO_PROJECTION
        return Compared(0, None, None, None, why)
    jobs, promised, records = found
    if not jobs or not promised:
        return Compared(records, promised, jobs, None, NoOutcome.ZERO)
    return Compared(records, promised, jobs, (Decimal(jobs) / promised).quantize(_FULFILLED), None)


def _divide(found: tuple[int, ...] | None, amount: Told, reported: Told, withheld: _Kept) -> PerJob:
    if found is None:
        why = (
            _no_jobs(reported, withheld)
            or _missing(amount, NoOutcome.NO_AMOUNT, withheld.amounts)
            or NoOutcome.NOT_SAME_RECORDS
        )
        return PerJob(0, None, None, None, why)
    cents, jobs, records = found
    money = quetzales(cents)
    if not cents or not jobs:
        return PerJob(records, money, jobs, None, NoOutcome.ZERO)
    return PerJob(records, money, jobs, (money / jobs).quantize(_PER_JOB), None)


def _no_jobs(reported: Told, withheld: _Kept) -> NoOutcome | None:
    if reported.sum is None and not withheld.asks_for_jobs:
        return NoOutcome.NOT_APPLICABLE
    return _missing(reported, NoOutcome.NO_JOBS, withheld.jobs)


def _missing(told: Told, why: NoOutcome, withheld: int) -> NoOutcome | None:
    if told.sum is not None:
        return None
    return NoOutcome.WITHHELD if withheld else why


def _told(found: tuple[int, ...] | None) -> Told:
    return Told(None, 0) if found is None else Told(found[0], found[1])


def _kept_back(release: Release, category: str) -> _Kept:
    states = sums(release, RegistryQuery(category=(category,))).states
    jobs = states["jobs"]
    return _Kept(
        amounts=states["amount_gtq"][ValueState.WITHHELD],
        jobs=jobs[ValueState.WITHHELD],
        asks_for_jobs=sum(jobs.values()) > jobs[ValueState.NOT_APPLICABLE],
    )


def _amounts(release: Release) -> pl.DataFrame:
    """Tax not paid of each record in each year."""
    figures = amount_figures(release, RegistryQuery()).filter("is_not_paid", pl.col("year").is_not_null())
    added = figures.group_by("row", "year").agg(pl.col("cents").cast(pl.Int128).sum())
    return _with_category(release, added)


def _jobs(release: Release, kind: JobsKind) -> pl.DataFrame:
    """The jobs of one kind of each record in each year; records in order, then years."""
    figures = jobs_figures(release, RegistryQuery()).filter(pl.col("year").is_not_null(), pl.col("kind") == kind)
    return _with_category(release, figures.select("row", "year", "jobs")).sort("row", "year")


def _projections(release: Release) -> pl.DataFrame:
    own = _jobs(release, JobsKind.PROJECTED)
    return own.select("row", promised_year="year", promised="jobs")


def _with_category(release: Release, figures: pl.DataFrame) -> pl.DataFrame:
    values = release.records.column("category").take(figures.get_column("row").to_arrow())
    return figures.with_columns(category=pl.Series(pl.from_arrow(values)).cast(pl.String))


def _sum(figures: pl.DataFrame, *columns: str) -> _Sums:
    added = figures.group_by(_KEY).agg(
        *(pl.col(name).cast(pl.Int128).sum() for name in columns), records=pl.col("row").n_unique()
    )
    return {(category, year): tuple(rest) for category, year, *rest in added.iter_rows()}
