"""Official figures beside the registry's sums: side by side, never added, never divided."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from exemptions.expenditure_summary import Axis, SummaryRow, summarize
from exemptions.query import RegistryQuery
from exemptions.release import Release, open_release
from tests.exemptions.releases import build_test_release, invented_record_id, record


def amount(number: int, year: int, cents: int, tax: str = "ISR", mechanism: str = "exoneracion") -> dict[str, object]:
    return {"record_id": invented_record_id(number), "year": year, "tax": tax, "mechanism": mechanism,
            "amount_cents": cents, "source": "amounts"}  # fmt: skip


def estimate(year: int, partition: str, key: str, cents: int, tax: str | None = None) -> dict[str, object]:
    return {"year": year, "tax": tax, "partition": partition, "key": key, "amount_cents": cents, "report": "Informe",
            "method_version": "v1"}  # fmt: skip


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    home: Path = tmp_path_factory.mktemp("summary")
    rows = [
        record(1, category="MAQ_ADT_E"), record(2, category="MAQ_ADT_M"), record(3, category="COOP"),
        record(4, category="ENR"),
    ]  # fmt: skip
    amounts = [
        amount(1, 2024, 100_00), amount(1, 2024, 900_00, "DAI", "suspension"), amount(2, 2024, 50_00, "IVA"),
        amount(3, 2024, 7_00, mechanism="exencion"), amount(3, 2023, 5_00, mechanism="exencion"),
    ]  # fmt: skip
    expenditure = [
        estimate(2024, "total", "TOTAL", 10_000_00), estimate(2024, "impuesto", "ISR", 6_000_00, "ISR"),
        estimate(2024, "beneficiario", "REGIMEN_29_89", 4_000_00),
        estimate(2024, "beneficiario", "Cooperativas", 30_00),
        estimate(2024, "naturaleza", "DIRECTOS", 6_500_00),
    ]  # fmt: skip
    return open_release(build_test_release(home, rows, amounts=amounts, expenditure=expenditure))


def rows_by_code(rows: tuple[SummaryRow, ...], year: int = 2024) -> dict[str | None, SummaryRow]:
    return {row.code: row for row in rows if row.year == year}


def official(row: SummaryRow) -> list[Decimal]:
    return [figure.estimate.amount_gtq for figure in row.official]


def test_summary__of_a_year_has_the_total_beside_what_is_published(release: Release) -> None:
    earlier, later = summarize(release, Axis.YEAR)
    assert (earlier.year, earlier.official) == (2023, ())
    assert official(later) == [10_000]
    assert later.registry is not None
    assert (later.registry.not_paid_gtq, later.registry.records) == (157, 3)
    assert (later.registry.deferred_gtq, later.registry.deferred_records) == (900, 1)


def test_summary__of_taxes_keeps_each_tax_apart(release: Release) -> None:
    found = rows_by_code(summarize(release, Axis.TAX))
    assert set(found) == {"ISR", "IVA", "DAI"}
    assert official(found["ISR"]) == [6_000] and found["IVA"].official == ()
    assert found["ISR"].registry is not None and found["ISR"].registry.not_paid_gtq == 107
    assert found["DAI"].registry is not None and found["DAI"].registry.not_paid_gtq is None


def test_summary__of_categories_shows_the_group_whole_with_what_it_covers(release: Release) -> None:
    found = rows_by_code(summarize(release, Axis.CATEGORY))
    for code in ("MAQ_ADT_E", "MAQ_ADT_M", "MAQ_SERV"):
        (figure,) = found[code].official
        assert figure.estimate.amount_gtq == 4_000
        assert figure.is_wider
    assert official(found["COOP"]) == [30] and not found["COOP"].official[0].is_wider
    assert found["MAQ_SERV"].registry is None


def test_summary__of_groups_and_types_adds_the_published_amounts_of_their_categories(release: Release) -> None:
    groups, kinds = (rows_by_code(summarize(release, axis)) for axis in (Axis.GROUP, Axis.TYPE))
    assert groups["REGIMEN_29_89"].registry is not None and groups["REGIMEN_29_89"].registry.not_paid_gtq == 150
    assert kinds["BFT"].registry is not None and kinds["BFT"].registry.not_paid_gtq == 150
    assert official(kinds["COOP"]) == [30]


def test_summary__of_mechanisms_and_authorities_has_no_official_figure(release: Release) -> None:
    mechanisms, authorities = (summarize(release, axis) for axis in (Axis.MECHANISM, Axis.AUTHORITY))
    assert all(row.official == () for row in (*mechanisms, *authorities))
    found = rows_by_code(mechanisms)
    assert set(found) == {"exoneracion", "suspension", "exencion"}
    assert None in rows_by_code(authorities)


def test_summary__narrows_the_registry_and_never_the_official_figures(release: Release) -> None:
    (row,) = (row for row in summarize(release, Axis.YEAR, RegistryQuery(category=("COOP",))) if row.year == 2024)
    assert official(row) == [10_000]
    assert row.registry is not None and row.registry.not_paid_gtq == 7
