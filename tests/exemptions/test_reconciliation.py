"""Published amounts beside the official estimate: the ratio, or why there is none, and every reason that is counted."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from exemptions.reconciliation import NoRatio, Reason, ReasonKind, ReconciliationLine, Unit, reconcile
from exemptions.release import Release, open_release
from tests.exemptions.releases import Row, build_test_release, invented_record_id, record


def amount(number: int, year: int, cents: int, tax: str | None, mechanism: str | None = "exoneracion") -> Row:
    return {"record_id": invented_record_id(number), "year": year, "tax": tax, "mechanism": mechanism,
            "amount_cents": cents, "source": "amounts"}  # fmt: skip


def estimate(year: int, tax: str | None, cents: int) -> Row:
    partition, key = ("impuesto", tax) if tax else ("total", "TOTAL")
    return {"year": year, "tax": tax, "partition": partition, "key": key, "amount_cents": cents, "report": "Informe",
            "method_version": "v1"}  # fmt: skip


def cell(year: int, tax: str | None, category: str, taxpayers: int | None, cents: int | None) -> Row:
    return {"year": year, "category": category, "person_kind": "legal", "tax": tax, "taxpayers": taxpayers,
            "amount_cents": cents, "state": "suppressed_few" if cents is None else "published", "ground": "Ley",
            "authority": "SAT", "decided_on": date(2026, 1, 1)}  # fmt: skip


CELLS = [
    cell(2024, "ISO", "MAQ_ADT_E", 3, 70_00), cell(2024, "ISO", "COOP", 4, 5_01), cell(2024, "ISO", "ONG", None, None),
    cell(2024, None, "COOP", None, None), cell(2022, "ISR", "COOP", None, None), cell(2021, "IVA", "COOP", 5, 9_00),
]  # fmt: skip


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    home: Path = tmp_path_factory.mktemp("reconciliation")
    rows = [
        record(1, category="MAQ_ADT_E", taxes="ISR;DAI;IVA", amount_gtq=100_00),
        record(2, category="COOP", taxes="ISR", amount_gtq=80_01),
        record(3, category="MAQ_ADT_E", taxes="ISO;ISR", amount_status="withheld"),
        record(4, category="COOP", taxes="ISR", amount_status="not_reported"),
    ]  # fmt: skip
    amounts = [
        amount(1, 2024, 100_00, "ISR"), amount(1, 2024, 900_00, "DAI", "suspension"), amount(1, 2024, 0, "IVA"),
        amount(2, 2024, 50_01, "ISR"), amount(2, 2024, 30_00, None, None), amount(2, 2023, 5_00, "ISR"),
    ]  # fmt: skip
    expenditure = [
        estimate(2024, None, 10_000_00), estimate(2024, "ISR", 600_00), estimate(2024, "IVA", 400_00),
        estimate(2024, "ISO", 70_00), estimate(2024, "DAI", 80_00), estimate(2022, "ISR", 10_00),
    ]  # fmt: skip
    return open_release(build_test_release(home, rows, amounts=amounts, expenditure=expenditure, withheld_cells=CELLS))


@pytest.fixture(scope="module")
def lines(release: Release) -> dict[tuple[int, str | None], ReconciliationLine]:
    return {(line.year, line.tax): line for line in reconcile(release)}


def reasons(line: ReconciliationLine) -> dict[ReasonKind, tuple[int | None, Decimal | None]]:
    return {reason.kind: (reason.count, reason.amount_gtq) for reason in line.reasons}


def test_reconciliation__has_the_ratio_of_what_is_published(
    lines: dict[tuple[int, str | None], ReconciliationLine],
) -> None:
    assert lines[2024, "ISR"].ratio == Decimal("0.2500")
    assert lines[2024, "ISR"].no_ratio is None
    assert lines[2024, None].ratio == Decimal("0.0180")


@pytest.mark.parametrize(
    ("year", "tax", "why"),
    [
        (2024, "IVA", NoRatio.ZERO),
        (2024, "ISO", NoRatio.WITHHELD),
        (2024, "DAI", NoRatio.NO_AMOUNT),
        (2023, "ISR", NoRatio.NO_ESTIMATE),
        (2022, "ISR", NoRatio.WITHHELD),
    ],
)
def test_reconciliation__has_no_ratio_and_says_why(
    lines: dict[tuple[int, str | None], ReconciliationLine], year: int, tax: str, why: NoRatio
) -> None:
    line = lines[year, tax]
    assert (line.ratio, line.no_ratio) == (None, why)


def test_reconciliation__counts_each_reason(lines: dict[tuple[int, str | None], ReconciliationLine]) -> None:
    found = reasons(lines[2024, "ISR"])
    assert ReasonKind.WITHHELD not in found
    assert found[ReasonKind.MISSING] == (1, None)
    assert found[ReasonKind.TAX_NOT_TOLD] == (1, Decimal("30.00"))
    assert found[ReasonKind.DIFFERENT_CONCEPT] == (None, Decimal("600.00"))
    assert ReasonKind.SUSPENSION_NOT_COUNTED not in found
    assert reasons(lines[2024, "DAI"])[ReasonKind.SUSPENSION_NOT_COUNTED] == (1, Decimal("900.00"))


def test_reconciliation__tells_what_is_withheld_of_its_year_and_tax(
    lines: dict[tuple[int, str | None], ReconciliationLine],
) -> None:
    def withheld(year: int, tax: str | None) -> Reason:
        return next(one for one in lines[year, tax].reasons if one.kind is ReasonKind.WITHHELD)

    assert withheld(2024, "ISO") == Reason(ReasonKind.WITHHELD, 7, Decimal("75.01"), Unit.TAXPAYERS, 3, 1)
    # Over all taxes nobody is counted: a taxpayer would be counted once for each of its taxes.
    assert withheld(2024, None) == Reason(ReasonKind.WITHHELD, None, Decimal("75.01"), Unit.TAXPAYERS, 4, 2)
    assert withheld(2022, "ISR") == Reason(ReasonKind.WITHHELD, None, None, Unit.TAXPAYERS, 1, 1)


def test_reconciliation__has_a_line_for_what_is_only_withheld(
    lines: dict[tuple[int, str | None], ReconciliationLine],
) -> None:
    for tax in ("IVA", None):
        line = lines[2021, tax]
        assert (line.registry, line.official, line.no_ratio) == (None, None, NoRatio.NO_ESTIMATE)


def test_reconciliation__counts_records_of_a_release_that_has_no_cells(tmp_path: Path) -> None:
    rows = [record(1, category="COOP", taxes="ISR", amount_status="withheld")]
    built = build_test_release(tmp_path, rows, expenditure=[estimate(2024, "ISR", 600_00)], withheld_cells=None)
    (line,) = reconcile(open_release(built))
    assert Reason(ReasonKind.WITHHELD, 1) in line.reasons
    assert line.no_ratio is NoRatio.WITHHELD


def test_reconciliation__counts_as_missing_who_was_in_force_at_the_end_of_the_year(tmp_path: Path) -> None:
    term = {"category": "MAQ_ADT_E", "taxes": "ISR"}
    rows = [
        record(1, **term, valid_from=date(2024, 5, 1), valid_until=date(2025, 4, 30)),
        record(2, **term, valid_from=date(2025, 2, 1), valid_until=date(2026, 3, 1)),
        record(3, **term, valid_from=date(2026, 2, 1), valid_until=date(2027, 3, 1)),
    ]
    figures = [estimate(year, "ISR", 1_00) for year in (2023, 2024, 2025, 2026)]
    built = build_test_release(tmp_path, rows, events=[], expenditure=figures, status_date="2026-02-15")
    counts = {line.year: reasons(line).get(ReasonKind.MISSING, (0, None))[0] for line in reconcile(open_release(built))}
    assert counts == {2023: 0, 2024: 1, 2025: 1, 2026: 2}


def test_reconciliation__of_all_taxes_together_has_the_amounts_that_tell_none(
    lines: dict[tuple[int, str | None], ReconciliationLine],
) -> None:
    line = lines[2024, None]
    assert line.registry is not None and line.registry.not_paid_gtq == Decimal("180.01")
    assert ReasonKind.TAX_NOT_TOLD not in reasons(line)


def test_reconciliation__tells_the_published_amounts_of_taxes_without_an_estimate(
    tmp_path: Path,
) -> None:
    amounts = [amount(1, 2024, 5_00, "IUSI"), amount(1, 2024, 2_00, "ITF"), amount(1, 2024, 9_00, "ISR")]
    expenditure = [estimate(2024, "ISR", 600_00), estimate(2024, None, 900_00)]
    built = build_test_release(tmp_path, [record(1)], amounts=amounts, expenditure=expenditure)
    line = reconcile(open_release(built))[0]
    assert reasons(line)[ReasonKind.TAX_NOT_ESTIMATED] == (None, Decimal("7.00"))


def test_reconciliation__counts_treatments_that_nobody_is_registered_for(
    lines: dict[tuple[int, str | None], ReconciliationLine],
) -> None:
    count, _amount = reasons(lines[2024, "IVA"])[ReasonKind.NOT_INDIVIDUALISED]
    assert count is not None and count > 20
    assert ReasonKind.NOT_INDIVIDUALISED not in reasons(lines[2024, "DAI"])


def test_reconciliation__begins_with_the_latest_year_and_its_total(release: Release) -> None:
    assert [(line.year, line.tax) for line in reconcile(release)] == [
        (2024, None), (2024, "ISR"), (2024, "IVA"), (2024, "ISO"), (2024, "DAI"), (2023, None), (2023, "ISR"),
        (2022, None), (2022, "ISR"), (2021, None), (2021, "IVA"),
    ]  # fmt: skip
