"""The benefit against what was promised: a ratio only of records with both figures, and else the reason."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from exemptions.concentration import LEAST_TAXPAYERS, measure_tax_concentration
from exemptions.concentrations import by_category
from exemptions.endings import Ending, list_endings
from exemptions.outcomes import Compared, NoOutcome, Outcome, PerJob, Told, list_outcomes
from exemptions.release import Release, open_release
from tests.exemptions.releases import Row, build_test_release, invented_record_id, record


def amount(number: int, year: int, cents: int, tax: str | None = "ISR", mechanism: str = "exoneracion") -> Row:
    return {"record_id": invented_record_id(number), "year": year, "tax": tax, "mechanism": mechanism,
            "amount_cents": cents, "source": "amounts"}  # fmt: skip


def jobs(number: int, year: int, count: int, kind: str = "reported") -> Row:
    return {"record_id": invented_record_id(number), "period": str(year), "year": year, "kind": kind, "jobs": count,
            "source": "jobs"}  # fmt: skip


def event(number: int, what: str, day: date, reason: str | None) -> Row:
    return {"record_id": invented_record_id(number), "event": what, "date": day, "until": None, "reason": reason,
            "legal_basis": None, "source": "events"}  # fmt: skip


ROWS = [
    record(1, category="MAQ_ADT_E", resolution="R-1", jobs=80, amount_gtq=100_00),
    record(2, category="MAQ_ADT_E", resolution="R-2", jobs=10, amount_gtq=1_00),
    record(3, category="COOP", amount_gtq=7_00, jobs_status="not_applicable"),
    record(4, category="ZF_IND", resolution="R-4", jobs=0, amount_gtq=900_00),
    record(5, category="ZF_SERV", resolution="R-5", amount_gtq=5_00, jobs_status="withheld"),
    record(6, category="ENR", resolution="R-6", amount_gtq=5_00, jobs_status="not_reported"),
    record(7, category="ENR", resolution="R-7", jobs=4),
]
AMOUNTS = [
    amount(1, 2024, 70_00), amount(1, 2024, 30_00, "IVA"), amount(1, 2024, 900_00, "DAI", "suspension"),
    amount(2, 2024, 1_00), amount(3, 2024, 7_00), amount(4, 2024, 900_00), amount(5, 2024, 5_00), amount(6, 2024, 5_00),
]  # fmt: skip
JOBS = [
    jobs(1, 2019, 90, "projected"), jobs(1, 2022, 100, "projected"), jobs(1, 2025, 500, "projected"),
    jobs(1, 2024, 80), jobs(2, 2023, 10), jobs(4, 2024, 0), jobs(4, 2024, 12, "projected"), jobs(7, 2024, 4),
]  # fmt: skip
EVENTS = [
    event(1, "revocation", date(2025, 3, 1), "No presentó su informe"),
    event(2, "revocation", date(2025, 9, 1), "No presentó su informe"),
    event(4, "cancellation", date(2023, 1, 5), None),
    event(4, "suspension", date(2022, 1, 5), "Otro"),
]


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    home: Path = tmp_path_factory.mktemp("outcomes")
    return open_release(build_test_release(home, ROWS, amounts=AMOUNTS, jobs=JOBS, events=EVENTS))


@pytest.fixture(scope="module")
def outcomes(release: Release) -> dict[tuple[str, int], Outcome]:
    return {(one.category, one.year): one for one in list_outcomes(release)}


def test_outcomes__add_amounts_and_jobs_of_a_category_and_year(outcomes: dict[tuple[str, int], Outcome]) -> None:
    one = outcomes["MAQ_ADT_E", 2024]
    assert (one.not_paid_gtq, one.not_paid_records) == (Decimal("101.00"), 2)
    assert (one.reported, one.projected) == (Told(80, 1), Told(None, 0))


def test_outcomes__compare_with_the_newest_promise_until_then(outcomes: dict[tuple[str, int], Outcome]) -> None:
    assert outcomes["MAQ_ADT_E", 2024].compared == Compared(1, 100, 80, Decimal("0.8000"), None)
    assert outcomes["MAQ_ADT_E", 2023].compared.no_ratio is NoOutcome.NO_PROJECTION


def test_outcomes__divide_only_what_the_same_records_tell(outcomes: dict[tuple[str, int], Outcome]) -> None:
    assert outcomes["MAQ_ADT_E", 2024].per_job == PerJob(1, Decimal("100.00"), 80, Decimal("1.25"), None)


@pytest.mark.parametrize(
    ("category", "year", "why"),
    [
        ("COOP", 2024, NoOutcome.NOT_APPLICABLE),
        ("ZF_IND", 2024, NoOutcome.ZERO),
        ("ZF_SERV", 2024, NoOutcome.WITHHELD),
        ("ENR", 2024, NoOutcome.NOT_SAME_RECORDS),
        ("MAQ_ADT_E", 2023, NoOutcome.NO_AMOUNT),
        ("MAQ_ADT_E", 2022, NoOutcome.NO_JOBS),
    ],
)
def test_outcomes__have_no_amount_per_job_and_say_why(
    outcomes: dict[tuple[str, int], Outcome], category: str, year: int, why: NoOutcome
) -> None:
    per_job = outcomes[category, year].per_job
    assert (per_job.amount_per_job_gtq, per_job.no_ratio) == (None, why)


def test_outcomes__show_both_inputs_of_a_ratio_that_a_zero_forbids(outcomes: dict[tuple[str, int], Outcome]) -> None:
    one = outcomes["ZF_IND", 2024]
    assert one.per_job == PerJob(1, Decimal("900.00"), 0, None, NoOutcome.ZERO)
    assert one.compared == Compared(1, 12, 0, None, NoOutcome.ZERO)


def test_endings__count_records_by_reason(release: Release) -> None:
    assert list_endings(release) == (
        Ending("MAQ_ADT_E", 2025, "revocation", "No presentó su informe", 2),
        Ending("ZF_IND", 2023, "cancellation", None, 1),
    )


def test_concentration__of_a_tax_adds_that_tax_alone(tmp_path: Path) -> None:
    rows = [record(number, category="COOP") for number in range(1, LEAST_TAXPAYERS + 1)]
    isr = [amount(number, 2024, 1_00) for number in range(2, LEAST_TAXPAYERS + 1)]
    amounts = [
        *isr,
        amount(1, 2024, 81_00),
        amount(2, 2024, 5_000_00, "IVA"),
        amount(2, 2024, 9_00, "ISR", "suspension"),
    ]
    built = open_release(build_test_release(tmp_path, rows, amounts=amounts))
    found = measure_tax_concentration(built, "ISR")
    assert found is not None
    assert (found.year, found.taxpayers, found.total_gtq) == (2024, 20, Decimal("100.00"))
    assert (found.top_share, found.percent_taxpayers, found.percent_share) == (Decimal("0.9"), 1, Decimal("0.81"))
    assert measure_tax_concentration(built, "IVA") is None


def test_concentrations__tell_the_categories_that_are_too_small_to_measure(release: Release) -> None:
    assert {one.code: one.found for one in by_category(release)} == dict.fromkeys(
        ("COOP", "MAQ_ADT_E", "ZF_IND", "ZF_SERV", "ENR")
    )
