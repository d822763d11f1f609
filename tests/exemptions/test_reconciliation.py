"""Published amounts beside the official estimate: the ratio, or why there is none, and every reason that is counted."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from exemptions.reconciliation import NoRatio, ReasonKind, ReconciliationLine, reconcile
from exemptions.release import Release, open_release
from tests.exemptions.releases import Row, build_test_release, invented_record_id, record


def amount(number: int, year: int, cents: int, tax: str | None, mechanism: str | None = "exoneracion") -> Row:
    return {"record_id": invented_record_id(number), "year": year, "tax": tax, "mechanism": mechanism,
            "amount_cents": cents, "source": "amounts"}  # fmt: skip


def estimate(year: int, tax: str | None, cents: int) -> Row:
    partition, key = ("impuesto", tax) if tax else ("total", "TOTAL")
    return {"year": year, "tax": tax, "partition": partition, "key": key, "amount_cents": cents, "report": "Informe",
            "method_version": "v1"}  # fmt: skip


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
    return open_release(build_test_release(home, rows, amounts=amounts, expenditure=expenditure))


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
    assert found[ReasonKind.WITHHELD] == (1, None)
    assert found[ReasonKind.MISSING] == (1, None)
    assert found[ReasonKind.TAX_NOT_TOLD] == (1, Decimal("30.00"))
    assert found[ReasonKind.DIFFERENT_CONCEPT] == (None, Decimal("600.00"))
    assert ReasonKind.SUSPENSION_NOT_COUNTED not in found
    assert reasons(lines[2024, "DAI"])[ReasonKind.SUSPENSION_NOT_COUNTED] == (1, Decimal("900.00"))


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
        (2022, "ISR"),
    ]  # fmt: skip
