"""Counts and sums over a result: facets, jobs and amounts by year, taxpayers. All are exact."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import polars as pl

from exemptions.clauses import build_clause
from exemptions.columns import LIST_SEPARATOR, ValueState
from exemptions.documents import NO_KIND, NO_YEAR, TAX_SET
from exemptions.facts import quetzales
from exemptions.filters import FACETS, FILTER, FILTERS
from exemptions.index import index_guard
from exemptions.matches import matching_rows, shared_rows, total
from exemptions.query import RegistryQuery, is_set, selection
from exemptions.release import Release
from exemptions.summary import Selection

# Above every catalogue (419 activities), every span of years and the sets of taxes that laws grant together.
_MOST_VALUES = 10_000
_COUNTED_AS: Mapping[str, str] = {"taxes": TAX_SET}
"""Fields that are counted by another one."""
# Adding up the summary takes 0.5 ms however many rows match; the index needs as long for some 10,000.
_FEW_ROWS = 10_000
# The index sums in float64, which holds every integer up to here.
_EXACT_LIMIT = 2**53


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value of a facet and how many rows have it."""

    value: str
    count: int


@dataclass(frozen=True, slots=True)
class JobsSum:
    """The published jobs of one year and one kind; None where rows do not tell the year or kind."""

    year: int | None
    kind: str | None
    sum: int
    rows: int


@dataclass(frozen=True, slots=True)
class AmountSum:
    """The published amounts of one year, in quetzales."""

    year: int | None
    sum: Decimal
    rows: int


@dataclass(frozen=True, slots=True)
class Sums:
    """What a result adds up to. Years and kinds are never added together; only published values are summed.

    Order: the latest year first, unknown years last; kinds by name.
    """

    jobs: tuple[JobsSum, ...]
    amount_gtq: tuple[AmountSum, ...]
    states: Mapping[str, Mapping[str, int]]
    """`jobs` and `amount_gtq` → state → rows: how many rows the sums include and how many they leave out, and why."""


def facets(release: Release, query: RegistryQuery, names: Collection[str]) -> dict[str, list[FacetValue]]:
    """The values of some facets with their counts; a facet ignores its own filter, so that others can be chosen.

    Shape: one list for each of `names`, which are of `FACETS`.
    Order: most rows first, then by value.
    Raises: ReleaseDamaged; KeyError for a name that is no facet.
    """
    unknown = [name for name in names if name not in FACETS]
    if unknown:
        raise KeyError(unknown[0])
    asked: dict[RegistryQuery, list[str]] = {}
    for name in dict.fromkeys(names):
        asked.setdefault(_without(query, name), []).append(name)
    counted: dict[str, Sequence[FacetValue]] = {}
    for others, group in asked.items():
        counted |= _facets(release, others, group)
    return {name: list(counted[name]) for name in names}


def sums(release: Release, query: RegistryQuery) -> Sums:
    """What the result adds up to.

    Raises: ReleaseDamaged.
    """
    answer: Sums = release.answers.get(("sums", selection(query)), lambda: _compute_sums(release, query))
    return answer


def count_together(release: Release, query: RegistryQuery, names: Collection[str]) -> None:
    """Count in one walk over the result what a page of it tells: total, sums and facets; they are answers from then on.

    Facets whose own filter is set count other rows, and what is known already is left alone.
    Raises: ReleaseDamaged.
    """
    rest = selection(query)
    if release.answers.find(("sums", rest)) is not None:
        return
    counted_here = [name for name in names if name in FACETS and not is_set(rest, FILTER[name])]
    selected = _select_codes(release, rest)
    if selected is not None:
        found = _sums_of_codes(selected)
        values = {name: _facet_of_codes(selected, name) for name in counted_here}
    else:
        wanted = {f"facet {name}": _terms(_facet_field(name)) for name in counted_here}
        counted = _aggregate(release, rest, _wanted_for_sums() | wanted)
        found = _sums_of(release, rest, counted)
        values = {name: _facet_values(counted[f"facet {name}"]) for name in counted_here}
    # Every row tells the state of its jobs.
    release.answers.keep(("total", rest), sum(found.states["jobs"].values()))
    release.answers.keep(("sums", rest), found)
    for name in counted_here:
        release.answers.keep(("facet", rest, name), values[name])


def taxpayers(release: Release, query: RegistryQuery) -> int:
    """How many taxpayers the result has: distinct NITs, and each record without a published NIT as one of its own.

    Raises: ReleaseDamaged.
    """
    count: int = release.answers.get(("taxpayers", selection(query)), lambda: _count_taxpayers(release, query))
    return count


def _without(query: RegistryQuery, name: str) -> RegistryQuery:
    rest = selection(query)
    if is_set(query, FILTER[name]):
        cleared: dict[str, Any] = {name: ()}
        rest = replace(rest, **cleared)
    return rest


def _facets(release: Release, query: RegistryQuery, names: list[str]) -> Mapping[str, Sequence[FacetValue]]:
    """Facets that the query does not filter by; those that are not known yet are counted together."""
    kept = {name: release.answers.find(("facet", query, name)) for name in names}
    known: dict[str, Sequence[FacetValue]] = {name: values for name, values in kept.items() if values is not None}
    missing = [name for name in names if name not in known]
    selected = _select_codes(release, query) if missing else None
    if selected is not None:
        for name in missing:
            known[name] = _facet_of_codes(selected, name)
            release.answers.keep(("facet", query, name), known[name])
    elif missing:
        counted = _aggregate(release, query, {name: _terms(_facet_field(name)) for name in missing})
        for name in missing:
            known[name] = _facet_values(counted[name])
            release.answers.keep(("facet", query, name), known[name])
    return known


def _facet_field(name: str) -> str:
    field = FILTER[name].field
    return _COUNTED_AS.get(field, field)


def _facet_values(counted: Mapping[str, Any]) -> Sequence[FacetValue]:
    rows: dict[str, int] = {}
    for bucket in _all_buckets(counted):
        # Of codes only the set of a row's taxes is joined, so any other key is its own single part.
        for code in bucket["key"].split(LIST_SEPARATOR):
            rows[code] = rows.get(code, 0) + bucket["doc_count"]
    return _in_order(rows)


def _facet_of_codes(selected: Selection, name: str) -> Sequence[FacetValue]:
    return _in_order(selected.count(FILTER[name].field))


def _in_order(rows: Mapping[str, int]) -> Sequence[FacetValue]:
    ordered = sorted(rows.items(), key=lambda counted: (-counted[1], counted[0]))
    return tuple(FacetValue(code, count) for code, count in ordered)


def _wanted_for_sums() -> dict[str, Any]:
    kinds = {"kinds": _terms("jobs_kind", {"sum": {"sum": {"field": "jobs"}}})}
    return {
        "jobs": _terms("jobs_year", kinds),
        "amounts": _terms("amount_year", {"sum": {"sum": {"field": "amount_cents"}}}),
        "jobs_states": _terms("jobs_status"),
        "amount_states": _terms("amount_status"),
    }


def _compute_sums(release: Release, query: RegistryQuery) -> Sums:
    selected = _select_codes(release, query)
    if selected is not None:
        return _sums_of_codes(selected)
    return _sums_of(release, query, _aggregate(release, query, _wanted_for_sums()))


def _select_codes(release: Release, query: RegistryQuery) -> Selection | None:
    """What the summary of the release knows of a query: None if it looks at more than codes, or matches so few records
    that the index counts them faster."""
    if _largest_sum(release) >= _EXACT_LIMIT:
        return None
    clauses = [
        (spec.field, getattr(query, spec.parameter)) for spec in FILTERS if spec.is_facet and is_set(query, spec)
    ]
    searcher = release.index.searcher
    if any(sum(searcher.doc_freq(field, code) for code in codes) < _FEW_ROWS for field, codes in clauses):
        return None
    return release.summary.select(query)


def _sums_of_codes(selected: Selection) -> Sums:
    return _sums(
        [JobsSum(*part) for part in selected.jobs()],
        [AmountSum(year, quetzales(cents), rows) for year, cents, rows in selected.amounts()],
        {"jobs": selected.count("jobs_status"), "amount_gtq": selected.count("amount_status")},
    )


def _sums_of(release: Release, query: RegistryQuery, counted: Mapping[str, Any]) -> Sums:
    is_exact = _largest_sum(release) < _EXACT_LIMIT
    jobs, amounts = _sums_of_index(counted) if is_exact else _sums_of_rows(release, query)
    states = {
        number: {bucket["key"]: int(bucket["doc_count"]) for bucket in _all_buckets(counted[wanted])}
        for number, wanted in (("jobs", "jobs_states"), ("amount_gtq", "amount_states"))
    }
    return _sums(jobs, amounts, states)


def _sums(jobs: list[JobsSum], amounts: list[AmountSum], states: Mapping[str, Mapping[str, int]]) -> Sums:
    return Sums(
        jobs=tuple(sorted(jobs, key=lambda part: (part.year is None, -(part.year or 0), part.kind or ""))),
        amount_gtq=tuple(sorted(amounts, key=lambda part: (part.year is None, -(part.year or 0)))),
        states={
            number: {state.value: rows.get(state.value, 0) for state in ValueState} for number, rows in states.items()
        },
    )


def _sums_of_index(counted: Mapping[str, Any]) -> tuple[list[JobsSum], list[AmountSum]]:
    jobs = [
        _jobs_sum(int(year["key"]), str(kind["key"]), _whole(kind["sum"]), int(kind["doc_count"]))
        for year in _all_buckets(counted["jobs"])
        for kind in _all_buckets(year["kinds"])
    ]
    amounts = [
        _amount_sum(int(year["key"]), _whole(year["sum"]), int(year["doc_count"]))
        for year in _all_buckets(counted["amounts"])
    ]
    return jobs, amounts


def _sums_of_rows(release: Release, query: RegistryQuery) -> tuple[list[JobsSum], list[AmountSum]]:
    """The same from the records, in whole numbers of any size, for figures too large for the index to add exactly."""
    rows = matching_rows(release, query).to_arrow()
    names = ["jobs", "jobs_year", "jobs_kind", "amount_gtq", "amount_year"]
    frame = pl.DataFrame(pl.from_arrow(release.records.select(names).take(rows)))
    frame = frame.with_columns(pl.col("jobs", "amount_gtq").cast(pl.Int128))
    by_jobs = frame.drop_nulls("jobs").group_by("jobs_year", "jobs_kind").agg(pl.col("jobs").sum(), pl.len())
    by_amount = frame.drop_nulls("amount_gtq").group_by("amount_year").agg(pl.col("amount_gtq").sum(), pl.len())
    jobs = [_jobs_sum(year, kind, total, count) for year, kind, total, count in by_jobs.iter_rows()]
    amounts = [_amount_sum(year, total, count) for year, total, count in by_amount.iter_rows()]
    return jobs, amounts


def _largest_sum(release: Release) -> int:
    """A bound that no sum over rows of this release can pass."""

    def compute() -> int:
        names = ("jobs", "amount_gtq")
        columns = [pl.Series(pl.from_arrow(release.records.column(name)), dtype=pl.Int64) for name in names]
        return max(int(column.cast(pl.Int128).abs().sum() or 0) for column in columns)

    largest: int = release.answers.get("largest sum", compute)
    return largest


def _jobs_sum(year: int | None, kind: str | None, total: int, rows: int) -> JobsSum:
    return JobsSum(None if year == NO_YEAR else year, None if kind == NO_KIND else kind, total, rows)


def _amount_sum(year: int | None, cents: int, rows: int) -> AmountSum:
    return AmountSum(None if year == NO_YEAR else year, quetzales(cents), rows)


def _whole(summed: Mapping[str, Any]) -> int:
    return int(summed["value"] or 0)


def _terms(field: str, inner: Mapping[str, Any] | None = None) -> dict[str, Any]:
    terms: dict[str, Any] = {"terms": {"field": field, "size": _MOST_VALUES}}
    return terms if inner is None else terms | {"aggs": inner}


def _all_buckets(counted: Mapping[str, Any]) -> list[Any]:
    """The buckets of an aggregation, none of which may have been left out.

    Raises: OverflowError if there were more than could be returned.
    """
    if counted["sum_other_doc_count"]:
        raise OverflowError("an aggregation has more values than it may return")
    buckets: list[Any] = counted["buckets"]
    return buckets


def _aggregate(release: Release, query: RegistryQuery, wanted: dict[str, Any]) -> Mapping[str, Any]:
    with index_guard():
        counted: Mapping[str, Any] = release.index.searcher.aggregate(build_clause(release, query), wanted)
        return counted


def _count_taxpayers(release: Release, query: RegistryQuery) -> int:
    shared = shared_rows(release, query)
    nits = pl.Series(pl.from_arrow(release.records.column("nit").take(shared.to_arrow())), dtype=pl.String)
    return total(release, query) - len(shared) + nits.drop_nulls().n_unique() + nits.null_count()
