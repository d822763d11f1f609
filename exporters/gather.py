"""The facts of the book joined to their records, and the figures that each record shows of them.

A fact whose record is not in the book stays there and is left out here. The registry's own figures count as facts too,
with the source `registry`, unless a dataset tells the same year.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl
from sqlalchemy.orm import Session

from exemptions.catalogs import Catalogs
from exemptions.columns import JobsKind
from exemptions.content import KEY
from exemptions.datasets import Dataset
from exemptions.editions import read_current
from exemptions.status import Event

REGISTRY_SOURCE = "registry"
"""Source of what the registry's own rows state."""

ENERGY_CATEGORY = "ENR"
"""The category whose records the energy projects belong to: the file names taxpayer and resolution alone."""

_ANNUAL = 5
"""Stands for a whole year among its quarters, and comes after the last of them."""
_KIND_RANK = {JobsKind.REPORTED.value: 0, JobsKind.PROJECTED.value: 1}
_UNKNOWN_KIND_RANK = 2
_EVENT_RANK = {
    Event.SUSPENSION.value: 0,
    Event.CANCELLATION.value: 1,
    Event.REVOCATION.value: 2,
    Event.REACTIVATION.value: 3,
}
"""Order of the events of one day: a reactivation ends what its own day brought too."""


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of the records, each with its `record_id`, the official estimates, and what they are measured by.

    Shape: `jobs` has period, year, kind, jobs, source; `amounts` year, tax, mechanism, amount_cents, source; `energy`
    and `events` the columns of their dataset; `expenditure` and `macro` are the datasets themselves.
    Order: `events` by record_id and day, as they happened; the others in none.
    """

    jobs: pl.DataFrame
    amounts: pl.DataFrame
    energy: pl.DataFrame
    events: pl.DataFrame
    expenditure: pl.DataFrame
    macro: pl.DataFrame


def gather_facts(session: Session, content: pl.DataFrame) -> Facts:
    """The facts that the book holds about the records of `content`, the registry's own figures among them."""
    keys = content.select("record_id", *KEY)
    jobs = read_current(session, Dataset.JOBS).join(keys, on=KEY, how="inner")
    amounts = read_current(session, Dataset.AMOUNTS).join(keys, on=KEY, how="inner")
    facts = Facts(
        jobs=jobs.with_columns(year=pl.col("period").str.slice(0, 4).cast(pl.Int64)).select(_JOBS),
        amounts=amounts.select(_AMOUNTS),
        energy=_gather_energy(session, keys),
        events=gather_events(session, content),
        expenditure=read_current(session, Dataset.EXPENDITURE),
        macro=read_current(session, Dataset.MACRO),
    )
    return _with_registry(facts, content)


def gather_amounts(session: Session, content: pl.DataFrame, *, release: int | None = None) -> pl.DataFrame:
    """The amounts of the records of `content` that the book holds, or held at `release`, the registry's own among them.

    Shape: record_id, year, tax, mechanism, amount_cents, source.
    """
    held = read_current(session, Dataset.AMOUNTS, release=release)
    amounts = held.join(content.select("record_id", *KEY), on=KEY, how="inner").select(_AMOUNTS)
    return pl.concat([amounts, _own_amounts(content, amounts)])


def gather_events(session: Session, content: pl.DataFrame, *, release: int | None = None) -> pl.DataFrame:
    """The events of the records of `content` that the book holds, or held at `release`.

    Shape: `status.EVENTS_SCHEMA`, then `reason` and `legal_basis`.
    Order: record_id, day, and within a day what stops a benefit before what reactivates it.
    """
    held = read_current(session, Dataset.EVENTS, release=release)
    joined = held.join(content.select("record_id", *KEY), on=KEY, how="inner")
    rank = pl.col("event").replace_strict(_EVENT_RANK, return_dtype=pl.Int64)
    return joined.sort("record_id", "date", rank).select(_EVENTS)


_FIGURES = ("jobs", "jobs_year", "jobs_kind", "amount_cents", "amount_year")


def find_figures(facts: Facts, catalogs: Catalogs) -> pl.DataFrame:
    """The figures that records show of their facts.

    Jobs are those of the latest reported year, else of the latest projected one: the year's own figure, else that of
    its last quarter. The amount is the sum of the latest year that has any tax not paid; what is suspended or paid back
    is none. Shape: a row for each record that has any: `record_id`, then jobs and amount with their years and kind.
    """
    jobs, amounts = _shown_jobs(facts.jobs), _shown_amounts(facts.amounts, catalogs)
    return jobs.join(amounts, on="record_id", how="full", coalesce=True).select("record_id", *_FIGURES)


def with_figures(content: pl.DataFrame, figures: pl.DataFrame) -> pl.DataFrame:
    """`content` with the figures that `find_figures` gives in place of those of the file; shape and order stay."""
    joined = content.drop(_FIGURES).join(figures, on="record_id", how="left", maintain_order="left")
    return joined.select(content.columns)


_JOBS = ("record_id", "period", "year", "kind", "jobs", "source")
_AMOUNTS = ("record_id", "year", "tax", "mechanism", "amount_cents", "source")
_ENERGY = ("record_id", "project", "technology", "capacity_kw", "municipality", "valid_from", "valid_until")
_EVENTS = ("record_id", "event", "date", "until", "reason", "legal_basis")


def _gather_energy(session: Session, keys: pl.DataFrame) -> pl.DataFrame:
    projects = read_current(session, Dataset.ENERGY).with_columns(category=pl.lit(ENERGY_CATEGORY))
    return projects.join(keys, on=KEY, how="inner").select(_ENERGY)


def _with_registry(facts: Facts, content: pl.DataFrame) -> Facts:
    """Add what the registry's own rows state of years that no dataset speaks of."""
    source = pl.lit(REGISTRY_SOURCE).alias("source")
    jobs = content.filter(pl.col("jobs").is_not_null()).select(
        "record_id",
        pl.col("jobs_year").cast(pl.String).alias("period"),
        year="jobs_year",
        kind="jobs_kind",
        jobs="jobs",
    )
    own_jobs = jobs.join(facts.jobs, on=("record_id", "year", "kind"), how="anti").with_columns(source)
    return replace(
        facts,
        jobs=pl.concat([facts.jobs, own_jobs.select(_JOBS)]),
        amounts=pl.concat([facts.amounts, _own_amounts(content, facts.amounts)]),
    )


def _own_amounts(content: pl.DataFrame, amounts: pl.DataFrame) -> pl.DataFrame:
    """What the registry's own rows state of the years that `amounts` do not speak of."""
    own = content.filter(pl.col("amount_cents").is_not_null()).select(
        "record_id",
        pl.lit(None, pl.String).alias("tax"),
        pl.lit(None, pl.String).alias("mechanism"),
        "amount_cents",
        pl.lit(REGISTRY_SOURCE).alias("source"),
        year="amount_year",
    )
    return own.join(amounts, on=("record_id", "year"), how="anti").select(_AMOUNTS)


def _shown_jobs(jobs: pl.DataFrame) -> pl.DataFrame:
    kind = pl.col("kind").replace_strict(_KIND_RANK, default=_UNKNOWN_KIND_RANK, return_dtype=pl.Int64)
    quarter = pl.col("period").str.extract("-T([1-4])$").cast(pl.Int64).fill_null(_ANNUAL)
    ranked = jobs.with_columns(kind_rank=kind, quarter=quarter).sort(
        "record_id", "kind_rank", "year", "quarter", descending=[False, False, True, True], nulls_last=True
    )
    first = ranked.unique("record_id", keep="first", maintain_order=True)
    return first.select("record_id", "jobs", jobs_year="year", jobs_kind="kind")


def _shown_amounts(amounts: pl.DataFrame, catalogs: Catalogs) -> pl.DataFrame:
    by_year = (
        amounts.filter(counts_as_not_paid(catalogs))
        .group_by("record_id", "year")
        .agg(pl.col("amount_cents").sum())
        .sort("record_id", "year", descending=[False, True], nulls_last=True)
    )
    latest = by_year.unique("record_id", keep="first", maintain_order=True)
    return latest.select("record_id", "amount_cents", amount_year="year")


def counts_as_not_paid(catalogs: Catalogs) -> pl.Expr:
    """Whether a fact's amount is tax not paid; an amount of all mechanisms together was stated as such."""
    others = [code for code, mechanism in catalogs.mechanisms.items() if not mechanism.counts_as_not_paid]
    return pl.col("mechanism").is_null() | ~pl.col("mechanism").is_in(others)
