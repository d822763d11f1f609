"""A registry small enough to add up by hand: totals, years, rankings and concentration of what is published."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from exemptions.aggregates import taxpayers
from exemptions.concentration import LEAST_TAXPAYERS, measure_concentration
from exemptions.filters import FACETS
from exemptions.matches import matching_rows
from exemptions.overview import AXES, build_overview
from exemptions.query import RegistryQuery
from exemptions.rankings import Measure, rank_taxpayers
from exemptions.release import Release, open_release
from exemptions.row_masks import row_mask
from exemptions.series import (
    AmountLine,
    JobsYear,
    YearCount,
    amounts_by_year,
    jobs_by_year,
    terms_by_year,
    upcoming_ends,
)
from tests.exemptions.releases import Row, build_test_release, invented_nit, invented_record_id, record

EVERYTHING = RegistryQuery()
MAQUILAS = RegistryQuery(category=("MAQ_ADT_E", "MAQ_REP"))


def amount(
    number: int, year: int | None, cents: int, tax: str | None = "ISR", mechanism: str | None = "exencion"
) -> Row:
    return {"record_id": invented_record_id(number), "year": year, "tax": tax, "mechanism": mechanism,
            "amount_cents": cents, "source": "amounts"}  # fmt: skip


def jobs(number: int, period: str | None, count: int, kind: str | None = "reported") -> Row:
    return {"record_id": invented_record_id(number), "period": period, "year": int(period[:4]) if period else None,
            "kind": kind, "jobs": count, "source": "jobs"}  # fmt: skip


def rows() -> list[Row]:
    """Two benefits of one taxpayer, three of others, two of natural persons: all four states of a figure."""
    term = {"valid_from": date(2020, 2, 1), "valid_until": date(2026, 6, 30)}
    return [
        record(1, name="Hilos de Agua, S. A.", category="MAQ_ADT_E", resolution="R-1", **term, amount_gtq=40_000,
               amount_year=2025, jobs=30),
        record(2, name="Hilos de Agua, S. A.", nit=invented_nit(1), category="ZF_IND", resolution="R-2",
               valid_from=date(2021, 1, 1), valid_until=date(2031, 1, 1), amount_gtq=1_005, amount_year=2024),
        record(3, name="Barro y Luz, S. A.", category="MAQ_ADT_E", resolution="R-3", **term, status="suspended",
               amount_gtq=0, jobs=4, jobs_kind="projected"),
        record(4, name="Almidón del Norte, S. A.", category="MAQ_ADT_E", resolution="R-4", valid_from=date(2020, 5, 1),
               valid_until=date(2026, 3, 1), status="revoked", department="16"),
        record(5, name="Cooperativa El Eco", category="COOP", department="16", jobs_status="not_applicable",
               amount_status="not_applicable"),
        record(6, name=None, nit=None, person_kind="natural", category="MAQ_REP", resolution="R-6", **term,
               amount_gtq=40_000, withheld_fields="nit;name"),
        record(7, name=None, nit=None, person_kind="natural", category="MAQ_REP", resolution="R-7", **term,
               amount_status="withheld", jobs_status="withheld", withheld_fields="nit;name;amount_gtq;jobs"),
    ]  # fmt: skip


AMOUNTS = [
    amount(1, 2025, 25_000),
    amount(1, 2025, 15_000, "IVA"),
    amount(1, 2025, 700_000, "DAI", "suspension"),
    amount(1, 2024, 10_000),
    amount(2, 2024, 1_005, None, None),
    amount(3, 2025, 0),
    amount(3, 2023, 99, "DAI", "devolucion"),
    amount(6, 2025, 40_000),
    amount(6, None, 5, None, None),
]
JOBS = [
    jobs(1, "2025-T1", 20),
    jobs(1, "2025-T3", 30),
    jobs(1, "2024-T4", 11),
    jobs(1, "2024", 12),
    jobs(3, "2025", 4, "projected"),
    jobs(6, "2025", 5),
    jobs(6, None, 3, None),
]


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    folder = tmp_path_factory.mktemp("releases")
    return open_release(build_test_release(folder, rows(), amounts=AMOUNTS, jobs=JOBS))


def test_amounts_by_year__keeps_what_was_suspended_or_paid_back_apart(release: Release) -> None:
    years = {year.year: year for year in amounts_by_year(release, EVERYTHING)}
    assert list(years) == [2025, 2024, 2023, None]
    assert (years[2025].not_paid_gtq, years[2025].records) == (Decimal("800.00"), 3)
    assert (years[2025].deferred_gtq, years[2025].deferred_records) == (Decimal("7000.00"), 1)
    assert (years[2024].not_paid_gtq, years[2024].records) == (Decimal("110.05"), 2)
    assert years[2024].deferred_gtq is None
    assert (years[2023].not_paid_gtq, years[2023].records) == (None, 0)
    assert (years[2023].deferred_gtq, years[2023].deferred_records) == (Decimal("0.99"), 1)
    assert years[None].not_paid_gtq == Decimal("0.05")


def test_amounts_by_year__tells_each_tax_and_mechanism(release: Release) -> None:
    latest, before, *_rest = amounts_by_year(release, EVERYTHING)
    assert latest.lines == (
        AmountLine(2025, "DAI", "suspension", False, Decimal("7000.00"), 1),
        AmountLine(2025, "ISR", "exencion", True, Decimal("650.00"), 3),
        AmountLine(2025, "IVA", "exencion", True, Decimal("150.00"), 1),
    )
    assert before.lines[0] == AmountLine(2024, None, None, True, Decimal("10.05"), 1)


def test_jobs_by_year__takes_the_last_quarter_and_never_adds_quarters(release: Release) -> None:
    assert jobs_by_year(release, EVERYTHING) == (
        JobsYear(2025, "projected", 4, 1, 0),
        JobsYear(2025, "reported", 35, 2, 1),
        JobsYear(2024, "reported", 12, 1, 0),
        JobsYear(None, None, 3, 1, 0),
    )


def test_series__are_of_the_records_of_the_query_alone(release: Release) -> None:
    query = RegistryQuery(category=("ZF_IND",))
    assert [(year.year, year.not_paid_gtq) for year in amounts_by_year(release, query)] == [(2024, Decimal("10.05"))]
    assert jobs_by_year(release, query) == ()
    assert terms_by_year(release, query).begun == (YearCount(2021, 1),)


def test_series__of_nothing_are_empty(release: Release) -> None:
    query = RegistryQuery(category=("DIPL",))
    found = build_overview(release, query)
    assert (found.records, found.taxpayers, found.amounts, found.jobs) == (0, 0, (), ())
    assert (found.by_amount, found.by_jobs, found.concentration) == (None, None, None)
    assert found.ends.total == 0


def test_terms_by_year__counts_those_without_a_day(release: Release) -> None:
    terms = terms_by_year(release, EVERYTHING)
    assert terms.begun == (YearCount(2020, 5), YearCount(2021, 1))
    assert terms.ending == (YearCount(2026, 5), YearCount(2031, 1))
    assert (terms.without_begin, terms.without_end) == (1, 1)


def test_upcoming_ends__leaves_out_what_something_else_ended(release: Release) -> None:
    ends = upcoming_ends(release, EVERYTHING, limit=3)
    names = [item["name"] for item in release.to_items(ends.rows, ["name"])]
    assert (ends.first, ends.last, ends.total) == (date(2026, 1, 15), date(2027, 1, 14), 4)
    assert names == ["Barro y Luz, S. A.", "Hilos de Agua, S. A.", None]


@pytest.mark.parametrize(
    ("status_date", "last"), [("2028-02-29", date(2029, 2, 28)), ("2027-03-01", date(2028, 2, 29))]
)
def test_upcoming_ends__looks_twelve_months_ahead(tmp_path: Path, status_date: str, last: date) -> None:
    release = open_release(build_test_release(tmp_path, [record(1)], status_date=status_date))
    assert upcoming_ends(release, EVERYTHING).last == last


def test_rank_taxpayers__adds_the_benefits_of_a_taxpayer_in_the_year_that_most_tell(release: Release) -> None:
    ranking = rank_taxpayers(release, EVERYTHING, Measure.AMOUNT)
    assert ranking is not None
    assert (ranking.year, ranking.total, ranking.taxpayers, ranking.records) == (2025, Decimal("800.00"), 3, 3)
    told = [(e.place, e.name, e.nit, e.value, e.share, e.records) for e in ranking.entries]
    assert told == [
        (1, "Hilos de Agua, S. A.", invented_nit(1), Decimal("400.00"), Decimal("0.5000"), 1),
        (2, None, None, Decimal("400.00"), Decimal("0.5000"), 1),
        (3, "Barro y Luz, S. A.", invented_nit(3), Decimal("0.00"), Decimal("0.0000"), 1),
    ]


def test_rank_taxpayers__of_many_lengths_fill_no_memory(tmp_path: Path) -> None:
    release = open_release(build_test_release(tmp_path, rows()))
    rank_taxpayers(release, EVERYTHING, Measure.AMOUNT)
    kept = len(release.answers)
    lengths = [rank_taxpayers(release, EVERYTHING, Measure.AMOUNT, limit=limit) for limit in (1, 2, 3, 999)]
    assert [len(ranking.entries) for ranking in lengths if ranking] == [1, 2, 3, 3]
    assert len(release.answers) == kept


def test_rank_taxpayers__adds_two_benefits_of_one_year(tmp_path: Path) -> None:
    amounts = [amount(1, 2025, 150), amount(2, 2025, 250), amount(3, 2025, 300)]
    release = open_release(build_test_release(tmp_path, rows(), amounts=amounts, jobs=[]))
    ranking = rank_taxpayers(release, EVERYTHING, Measure.AMOUNT, limit=1)
    assert ranking is not None
    first = ranking.entries[0]
    assert (first.nit, first.value, first.share, first.records) == (
        invented_nit(1), Decimal("4.00"), Decimal("0.5714"), 2,
    )  # fmt: skip
    assert len(ranking.entries) == 1 and ranking.taxpayers == 2


def test_rank_taxpayers__tells_nothing_that_identifies_a_natural_person(release: Release) -> None:
    ranking = rank_taxpayers(release, MAQUILAS, Measure.AMOUNT)
    assert ranking is not None
    natural = [entry for entry in ranking.entries if entry.is_natural]
    assert [(entry.nit, entry.name) for entry in natural] == [(None, None)]
    identifiers = {invented_record_id(number) for number in range(1, 8)}
    assert not identifiers.intersection(map(str, vars_of(natural[0])))


def vars_of(entry: object) -> list[object]:
    return [getattr(entry, name) for name in entry.__slots__]  # type: ignore[attr-defined]


def test_rank_taxpayers__prefers_reported_jobs_to_projected_ones(release: Release) -> None:
    ranking = rank_taxpayers(release, EVERYTHING, Measure.JOBS)
    assert ranking is not None
    assert (ranking.year, ranking.kind, ranking.total) == (2025, "reported", Decimal(35))
    assert [(entry.name, entry.value) for entry in ranking.entries] == [
        ("Hilos de Agua, S. A.", Decimal(30)), (None, Decimal(5)),
    ]  # fmt: skip
    projected = rank_taxpayers(release, RegistryQuery(status=("suspended",)), Measure.JOBS)
    assert projected is not None and projected.kind == "projected"


def test_rank_taxpayers__has_no_share_of_a_total_that_is_not_positive(tmp_path: Path) -> None:
    amounts = [amount(1, 2025, 100), amount(3, 2025, -100)]
    release = open_release(build_test_release(tmp_path, rows(), amounts=amounts, jobs=[]))
    ranking = rank_taxpayers(release, EVERYTHING, Measure.AMOUNT)
    assert ranking is not None
    assert [(entry.value, entry.share) for entry in ranking.entries] == [
        (Decimal("1.00"), None),
        (Decimal("-1.00"), None),
    ]


def many(values: list[int], folder: Path) -> Release:
    listed = [record(number) for number in range(1, len(values) + 1)]
    amounts = [amount(number, 2025, cents) for number, cents in enumerate(values, 1)]
    return open_release(build_test_release(folder, listed, amounts=amounts))


def test_concentration__is_the_share_of_the_largest(tmp_path: Path) -> None:
    found = measure_concentration(many([*range(100, 250)], tmp_path), EVERYTHING)
    assert found is not None
    total = sum(range(100, 250))
    assert (found.year, found.taxpayers, found.total_gtq) == (2025, 150, Decimal(total) / 100)
    assert found.top_share == (Decimal(sum(range(240, 250))) / total).quantize(Decimal("0.0001"))
    assert (found.percent_taxpayers, found.percent_share) == (
        2,
        (Decimal(249 + 248) / total).quantize(Decimal("0.0001")),
    )


def test_concentration__has_a_bounded_curve_from_nothing_to_all(tmp_path: Path) -> None:
    found = measure_concentration(many([*range(100, 250)], tmp_path), EVERYTHING)
    assert found is not None
    places = [point.taxpayers for point in found.curve]
    shares = [point.share for point in found.curve]
    assert (len(places), places[0], places[-1]) == (101, 0, 150)
    assert places == sorted(set(places)) and shares == sorted(shares)
    assert (shares[0], shares[-1], found.curve[-1].amount_gtq) == (0, 1, found.total_gtq)


def test_concentration__counts_a_correction_below_zero_and_adds_nothing_for_it(tmp_path: Path) -> None:
    found = measure_concentration(many([100] * 19 + [-500], tmp_path), EVERYTHING)
    assert found is not None
    assert (found.taxpayers, found.total_gtq, found.curve[-1].share) == (20, Decimal("19.00"), 1)


def test_concentration__says_nothing_of_few_taxpayers_or_of_nothing(tmp_path: Path, release: Release) -> None:
    assert measure_concentration(release, EVERYTHING) is None
    assert measure_concentration(many([5] * (LEAST_TAXPAYERS - 1), tmp_path / "few"), EVERYTHING) is None
    assert measure_concentration(many([0] * LEAST_TAXPAYERS, tmp_path / "zero"), EVERYTHING) is None
    assert measure_concentration(many([5] * LEAST_TAXPAYERS, tmp_path / "enough"), EVERYTHING) is not None


def test_overview__adds_up_exactly_what_no_float_holds(tmp_path: Path) -> None:
    amounts = [amount(1, 2025, 2**62), amount(2, 2025, 2**62), amount(3, 2025, 1)]
    release = open_release(build_test_release(tmp_path, rows(), amounts=amounts, jobs=[]))
    assert amounts_by_year(release, EVERYTHING)[0].not_paid_gtq == Decimal(2**63 + 1) / 100


def test_overview__counts_every_state_of_the_figures(release: Release) -> None:
    found = build_overview(release, EVERYTHING)
    assert (found.records, found.taxpayers) == (7, 6)
    assert found.sums.states["amount_gtq"] == {"reported": 4, "not_reported": 1, "not_applicable": 1, "withheld": 1}
    assert found.sums.states["jobs"] == {"reported": 2, "not_reported": 3, "not_applicable": 1, "withheld": 1}
    assert {value.value: value.count for value in found.spread["status"]} == {"active": 5, "suspended": 1, "revoked": 1}
    assert set(found.spread) == set(AXES)


def test_overview__is_kept_for_the_same_selection_in_any_order(release: Release) -> None:
    first = amounts_by_year(release, RegistryQuery(category=("COOP", "MAQ_ADT_E")))
    again = amounts_by_year(release, RegistryQuery(category=("COOP", "MAQ_ADT_E"), sort="jobs", descending=True))
    assert first is again


@pytest.mark.parametrize(
    "query",
    [
        EVERYTHING,
        RegistryQuery(type=("BFT",)),
        RegistryQuery(category=("COOP", "MAQ_ADT_E")),
        RegistryQuery(tax=("IVA",)),
        RegistryQuery(tax=("IVA", "IUSI")),
        RegistryQuery(tax=("ALC",)),
        RegistryQuery(department=("16",), category=("COOP",)),
        RegistryQuery(municipality=("0101",)),
        RegistryQuery(activity=("0111",)),
        RegistryQuery(person_kind=("natural",), permanence=("temporary",)),
        RegistryQuery(q="hilos"),
        RegistryQuery(valid_on=date(2026, 5, 1), category=("MAQ_ADT_E",)),
        RegistryQuery(jobs_min=5),
    ],
)
def test_row_mask__marks_the_rows_that_the_search_finds(release: Release, query: RegistryQuery) -> None:
    mask = row_mask(release, query)
    found = list(range(release.records.num_rows)) if mask is None else mask.arg_true().to_list()
    assert found == matching_rows(release, query).to_list()


def test_row_mask__knows_every_filter_of_codes(release: Release) -> None:
    for name in FACETS:
        mask = row_mask(release, RegistryQuery(**{name: ("nothing",)}))
        assert isinstance(mask, pl.Series) and not mask.any()


def test_overview__counts_taxpayers_as_the_search_does(release: Release) -> None:
    assert build_overview(release, MAQUILAS).taxpayers == taxpayers(release, MAQUILAS) == 5
