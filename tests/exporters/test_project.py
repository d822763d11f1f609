"""From the book to the published row: catalogue defaults, states, names, order, facts."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from exemptions.catalogs import load_catalogs
from exemptions.columns import KEYS
from exemptions.database import mark_demonstration
from tests.exemptions.releases import invented_nit
from tests.exporters.staging import CUTOFF, Home, natural, row


def published(home: Home, **given: Any) -> dict[str, Any]:
    """The published row of one taxpayer."""
    home.release([row(1, **given)])
    return home.records()[0]


def withheld(home: Home) -> Any:
    return json.loads((home.folder() / "withheld.json").read_bytes())


def test_project__publishes_a_row_field_by_field(home: Home) -> None:
    with home.book.write() as session:
        mark_demonstration(session, actor="a", clock=home.clock)
    record = published(
        home, category="ENR", name="Energía Papalote, S.A.", resolution="MEM-1-2020", taxes="ISR;IVA",
        authority="MINECO", valid_from=date(2020, 1, 1), valid_until=date(2029, 12, 31), status="suspended",
        status_reason="Falta de informe", activity="3510", municipality="0101", jobs=0, jobs_year=2025,
        jobs_kind="reported", amount_cents=0, amount_year=2025, unresolved='{"jobs_kind": "Atlantis"}',
    )  # fmt: skip
    category = load_catalogs().categories["ENR"]
    record_id = record.pop("record_id")
    assert len(record_id) == 16
    assert record == {
        "nit": invented_nit(1),
        "name": "Energía Papalote, S.A.",
        "person_kind": "legal",
        "exempt_type": "BFT",
        "exempt_type_name": "Beneficio fiscal temporal",
        "category": "ENR",
        "category_name": category.name_es,
        "permanence": "temporary",
        "legal_basis": "; ".join(category.legal_basis),
        "authority": "MINECO",
        "taxes": "ISR;IVA",
        "resolution": "MEM-1-2020",
        "valid_from": date(2020, 1, 1),
        "valid_until": date(2029, 12, 31),
        "status": "suspended",
        "status_reason": "Falta de informe",
        "activity": "3510",
        "activity_name": load_catalogs().activities["3510"].name_es,
        "department": "01",
        "department_name": "Guatemala",
        "municipality": "0101",
        "municipality_name": load_catalogs().municipalities["0101"].name_es,
        "jobs": 0,
        "jobs_status": "reported",
        "jobs_year": 2025,
        "jobs_kind": "reported",
        "amount_gtq": 0,
        "amount_status": "reported",
        "amount_year": 2025,
        "withheld_fields": None,
        "first_release": 1,
        "changed_release": 1,
    }
    assert home.table("jobs") == [
        {"record_id": record_id, "period": "2025", "year": 2025, "kind": "reported", "jobs": 0, "source": "registry"}
    ]
    assert home.table("amounts") == [
        {"record_id": record_id, "year": 2025, "tax": None, "mechanism": None, "amount_cents": 0, "source": "registry"}
    ]
    assert home.table("events") == [
        {
            "record_id": record_id, "event": "suspension", "date": CUTOFF, "until": None, "reason": "Falta de informe",
            "legal_basis": None, "source": "registry",
        }
    ]  # fmt: skip


def test_project__fills_blanks_from_the_catalogues(home: Home) -> None:
    record = published(home, category="MAQ_SERV", municipality="0901")
    category = load_catalogs().categories["MAQ_SERV"]
    assert record["taxes"].split(";") == list(category.taxes)
    assert (record["authority"], record["department"]) == (category.authority, "09")


@pytest.mark.parametrize("key", ["authority", "taxes", "department"])
def test_project__a_text_that_no_catalogue_knows_is_no_blank_to_fill(home: Home, key: str) -> None:
    given = {"category": "ENR", "resolution": "MEM-1-2020", "municipality": "0101"}
    dates = {"valid_from": date(2020, 1, 1), "valid_until": date(2029, 12, 31)}
    record = published(home, **given, **dates, unresolved=f'{{"{key}": "Atlantis"}}')
    filled = {name for name in ("authority", "taxes", "department") if record[name] is not None}
    assert filled == {"authority", "taxes", "department"} - {key}


def test_project__leaves_missing_what_nobody_knows(home: Home) -> None:
    record = published(home, category="ASOC", status=None)
    unknown = ("resolution", "valid_from", "valid_until", "status_reason", "activity", "activity_name", "department",
               "department_name", "municipality", "municipality_name", "jobs", "jobs_year", "jobs_kind", "amount_gtq",
               "amount_year", "withheld_fields")  # fmt: skip
    assert {key: record[key] for key in unknown} == dict.fromkeys(unknown)
    assert record["status"] == "active"
    assert record.keys() == set(KEYS)


@pytest.mark.parametrize(
    ("category", "jobs", "state"),
    [("ENR", 5, "reported"), ("ENR", None, "not_reported"), ("ASOC", None, "not_applicable"), ("ASOC", 3, "reported")],
)
def test_project__tells_the_state_of_the_jobs(home: Home, category: str, jobs: int | None, state: str) -> None:
    record = published(home, category=category, jobs=jobs)
    assert (record["jobs"], record["jobs_status"]) == (jobs, state)


@pytest.mark.parametrize(
    ("category", "cents", "state"),
    [
        ("ENR", 5, "withheld"),
        ("ENR", None, "not_reported"),
        ("MAQ_DEV", None, "not_applicable"),
        ("MAQ_ADT_M", None, "not_applicable"),
        ("MAQ_ADT_P", None, "not_reported"),
        ("MAQ_DEV", 5, "withheld"),
    ],
)
def test_project__tells_the_state_of_the_amount(home: Home, category: str, cents: int | None, state: str) -> None:
    record = published(home, category=category, amount_cents=cents, amount_year=cents and 2025)
    assert (record["amount_gtq"], record["amount_year"], record["amount_status"]) == (None, None, state)
    assert home.table("amounts") == []


def test_project__withholds_of_natural_persons(home: Home) -> None:
    home.release(
        [
            natural(1, municipality="0101", activity="8510", jobs=4, jobs_year=2025, jobs_kind="reported"),
            natural(2, category="MAQ_SERV", jobs=5, jobs_year=2025, jobs_kind="reported", status="revoked",
                    status_reason="Motivo propio"),
            natural(3, category="DIPL"),
            natural(4, category="DIPL"),
        ]
    )  # fmt: skip
    maquila, school = home.records()
    assert (school["nit"], school["name"], school["department"], school["municipality"]) == (None, None, "01", None)
    assert (school["activity_name"], school["municipality_name"]) == (None, None)
    assert (school["jobs"], school["jobs_status"], school["jobs_year"], school["jobs_kind"]) == (
        None,
        "withheld",
        None,
        None,
    )
    assert school["withheld_fields"] == "nit;name;activity;municipality;jobs"
    assert (maquila["nit"], maquila["name"], maquila["jobs"]) == (None, "Inventada,Persona,,2", 5)
    assert [(e["event"], e["reason"]) for e in home.table("events")] == [("revocation", None)]
    assert [j["jobs"] for j in home.table("jobs")] == [5]
    assert home.manifest()["counts"]["records"] == 2
    assert '"category": "DIPL",\n   "records": 2' in (home.folder() / "withheld.json").read_text("utf-8")


def test_project__counts_a_taxpayer_of_two_benefits_once(home: Home) -> None:
    home.release([row(1, category="ENR"), row(1, category="MAQ_DEV"), natural(2), row(3)])
    assert (home.manifest()["counts"]["records"], home.manifest()["counts"]["taxpayers"]) == (4, 3)


def test_project__orders_by_name_in_spanish_and_never_by_what_is_withheld(home: Home) -> None:
    names = ["Ñame", "nube", "Nórdica", "ZETA", "Árbol", "abeja", "Niño"]
    home.release([*(row(n, name=name) for n, name in enumerate(names, 20)), natural(5), natural(6, category="COOP")])
    assert [r["name"] for r in home.records()][:7] == ["abeja", "Árbol", "Niño", "Nórdica", "nube", "Ñame", "ZETA"]
    assert [(r["name"], r["category"]) for r in home.records()][7:] == [(None, "CED_PRIV"), (None, "COOP")]


def test_project__breaks_ties_of_names_by_nit_category_and_resolution(home: Home) -> None:
    rows = [
        row(2, name="Igual", category="ENR", resolution="B"),
        row(2, name="Igual", category="ENR", resolution="A"),
        row(1, name="IGUAL", category="ZF_IND"),
        row(2, name="Igual", category="ASOC"),
    ]
    home.release(rows)
    nits = invented_nit(1), invented_nit(2)
    assert [(r["nit"], r["category"], r["resolution"]) for r in home.records()] == [
        (nits[0], "ZF_IND", "RES-1"),
        (nits[1], "ASOC", None),
        (nits[1], "ENR", "A"),
        (nits[1], "ENR", "B"),
    ]


def test_project__of_parts_is_that_of_the_whole(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [row(n, category="MAQ_SERV", jobs=n, jobs_year=2025, jobs_kind="reported") for n in range(1, 6)]
    rows += [natural(6), natural(7, category="DIPL"), row(8, municipality="0101"), natural(9, category="DIPL")]
    home.release(rows)
    whole = home.records(), withheld(home), home.table("events")
    monkeypatch.setattr("exporters.project._PART_ROWS", 2)
    home.release([*rows, row(10)])
    added = [record for record in home.records() if record["first_release"] == 2]
    others = [record for record in home.records() if record not in added]
    assert (others, withheld(home), home.table("events")) == whole
    assert len(added) == 1
