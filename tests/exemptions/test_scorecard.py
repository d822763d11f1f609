"""Each verdict of the self-assessment is what its check finds, and changes when the data does."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from exemptions.indicators import Finding, Framework, Verdict
from exemptions.release import open_release
from exemptions.scorecard import INDICATORS, judge, of_framework
from exemptions.state_documents import DocumentKind
from tests.exemptions.releases import Row, build_test_release, invented_record_id, record

FULL: Row = {
    "category": "COOP", "activity": "1410", "department": "01", "authority": "INACOP", "amount_gtq": 5_00,
    "jobs_status": "not_applicable", "valid_from": date(2025, 12, 1),
}  # fmt: skip
FILES = {"records.csv.gz": b"", "records.parquet": b"", "records.json.gz": b""}


def total(year: int) -> Row:
    return {"year": year, "partition": "total", "key": "TOTAL", "amount_cents": 1_00, "report": "Informe"}


def amount(year: int) -> Row:
    return {"record_id": invented_record_id(1), "year": year, "tax": "ISR", "mechanism": "exencion",
            "amount_cents": 5_00, "source": "amounts"}  # fmt: skip


def findings(
    home: Path, row: Row, *, amounts: list[Row], expenditure: list[Row], downloads: dict[str, bytes] | None = None
) -> dict[tuple[Framework, str], Finding]:
    built = build_test_release(home, [record(1, **row)], amounts=amounts, expenditure=expenditure, downloads=downloads)
    return {(one.indicator.framework, one.indicator.code): one.finding for one in judge(open_release(built))}


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[Framework, str], Finding]:
    years = range(2015, 2026)
    return findings(
        tmp_path_factory.mktemp("full"), FULL, amounts=[amount(year) for year in years],
        expenditure=[total(year) for year in range(2015, 2028)], downloads=FILES,
    )  # fmt: skip


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[Framework, str], Finding]:
    row = {
        "category": "MAQ_ADT_E", "nit": None, "name": None, "legal_basis": None, "activity": None, "department": None,
        "authority": None, "valid_from": None, "valid_until": None,
    }  # fmt: skip
    return findings(tmp_path_factory.mktemp("bare"), row, amounts=[], expenditure=[])


def test_scorecard__has_the_indicators_of_every_list_once() -> None:
    counts = {framework: sum(one.framework is framework for one in INDICATORS) for framework in Framework}
    assert counts == {Framework.SERIGY: 14, Framework.EU: 13, Framework.GTETI: 25}
    assert len({(one.framework, one.code) for one in INDICATORS}) == 52


BY_DATA = [
    *((Framework.SERIGY, f"16.{item}") for item in (3, 4, 5, 6, 7, 8, 10, 14)),
    *((Framework.EU, item) for item in ("1", "2", "3", "4", "5", "7", "10", "11", "12", "13")),
    *((Framework.GTETI, item) for item in ("1.1", "1.2", "1.4", "5.2", "5.3")),
]


@pytest.mark.parametrize(("framework", "code"), BY_DATA)
def test_scorecard__is_met_by_data_and_not_without_it(
    full: dict[tuple[Framework, str], Finding],
    bare: dict[tuple[Framework, str], Finding],
    framework: Framework,
    code: str,
) -> None:
    assert full[framework, code].verdict is Verdict.MET
    assert bare[framework, code].verdict is not Verdict.MET


def test_scorecard__tells_what_the_registry_itself_lacks(bare: dict[tuple[Framework, str], Finding]) -> None:
    assert bare[Framework.SERIGY, "16.12"].verdict is Verdict.NOT_MET
    assert bare[Framework.SERIGY, "16.11"].verdict is Verdict.NOT_MET
    assert bare[Framework.EU, "8"].verdict is Verdict.NOT_MET


def test_scorecard__takes_what_is_withheld_and_said_to_be_so(tmp_path: Path) -> None:
    hidden = FULL | {"nit": None, "name": None, "person_kind": "natural", "withheld_fields": "nit;name"}
    found = findings(tmp_path, hidden, amounts=[], expenditure=[])
    assert found[Framework.SERIGY, "16.6"] == Finding(Verdict.MET, 1, 1)
    assert found[Framework.SERIGY, "16.7"].verdict is Verdict.MET


BY_DOCUMENT = {
    "2.1": DocumentKind.LEGAL_REQUIREMENT, "2.2": DocumentKind.SUBMISSION, "2.3": DocumentKind.RESPONSIBILITY,
    "2.4": DocumentKind.BUDGET, "2.5": DocumentKind.FISCAL_STRATEGY, "5.4": DocumentKind.EVALUATION_FRAMEWORK,
    "5.5": DocumentKind.EVALUATION,
}  # fmt: skip


def test_scorecard__waits_for_documents_of_the_state(full: dict[tuple[Framework, str], Finding]) -> None:
    for code in BY_DOCUMENT:
        assert full[Framework.GTETI, code] == Finding(Verdict.NEEDS_STATE, 0, 1, is_minimum=True)
    assert full[Framework.GTETI, "3.5"].verdict is Verdict.NOT_EVALUATED


@pytest.mark.parametrize(("code", "kind"), BY_DOCUMENT.items())
def test_scorecard__is_met_by_its_own_document_alone(tmp_path: Path, code: str, kind: DocumentKind) -> None:
    built = build_test_release(tmp_path, [record(1)])
    manifest = json.loads((built / "manifest.json").read_bytes())
    document = {"kind": kind, "title": "T", "authority": "A", "date": "2026-06-30", "url": "https://example.org/a"}
    (built / "manifest.json").write_text(json.dumps(manifest | {"documents": [document]}), encoding="utf-8")
    found = of_framework(judge(open_release(built)), Framework.GTETI)
    met = [one.indicator.code for one in found if one.indicator.code in BY_DOCUMENT and one.finding.count]
    assert met == [code]
    assert next(one.finding.verdict for one in found if one.indicator.code == code) is Verdict.MET


def test_scorecard__of_one_list_keeps_its_order(tmp_path: Path) -> None:
    judged = judge(open_release(build_test_release(tmp_path, [record(1)])))
    assert [one.indicator.code for one in of_framework(judged, Framework.EU)] == [str(n) for n in range(1, 14)]
