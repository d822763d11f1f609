"""The reconciliation as programs and people get it, recomputed from the release's downloads alone."""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from api.formatting import format_count, format_money
from tests.api.conftest import make_app
from tests.api.html_page import read_page
from tests.exemptions.releases import build_test_release, invented_record_id, record

PATH = "/api/v1/expenditure/reconciliation"
PAGE = "/gasto-tributario/conciliacion"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    home: Path = tmp_path_factory.mktemp("reconciliation")
    told = {"report": "Informe", "method_version": "v1"}
    estimates = [
        told | {"year": 2024, "partition": "total", "key": "TOTAL", "amount_cents": 1_000_000_01},
        told | {"year": 2024, "partition": "impuesto", "key": "ISR", "tax": "ISR", "amount_cents": 400_000_00},
        told | {"year": 2024, "partition": "impuesto", "key": "ISO", "tax": "ISO", "amount_cents": 7_000_00},
    ]
    amounts = [
        {"record_id": invented_record_id(number), "year": year, "tax": tax, "mechanism": mechanism,
         "amount_cents": cents, "source": "amounts"}
        for number, year, tax, mechanism, cents in (
            (1, 2024, "ISR", "exoneracion", 20_050_55), (1, 2024, "DAI", "suspension", 99_00),
            (2, 2024, "ISR", "exencion", 5_00), (2, 2024, None, None, 8_12), (2, 2021, "IVA", "exencion", 3_00),
        )
    ]  # fmt: skip
    rows = [
        record(1, category="MAQ_ADT_E", taxes="ISR;DAI", amount_gtq=20_050_55),
        record(2, category="COOP", taxes="ISR;IVA", amount_gtq=13_12),
        record(3, category="COOP", taxes="ISR", amount_status="withheld"),
        record(4, category="COOP", taxes="ISR;IVA"),
    ]
    build_test_release(home / "releases", rows, amounts=amounts, expenditure=estimates)
    with make_app(home).test_client() as client:
        yield client


def table(client: FlaskClient, path: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(client.get(path).text)))


@pytest.fixture(scope="module")
def recomputed(client: FlaskClient) -> dict[tuple[int, str | None], dict[str, Any]]:
    """Year and tax → its figures, from the tables that everyone can download."""
    not_paying_back = {"suspension", "devolucion"}
    lines: defaultdict[tuple[int, str | None], dict[str, Any]] = defaultdict(lambda: {"ids": set()})
    for row in table(client, "/api/v1/releases/1/tables/amounts.csv"):
        for tax in (None, row["tax"] or "not told"):
            line = lines[int(row["year"]), tax]
            if row["mechanism"] in not_paying_back:
                line["deferred"] = line.get("deferred", Decimal(0)) + Decimal(row["amount_gtq"])
            else:
                line["not_paid"] = line.get("not_paid", Decimal(0)) + Decimal(row["amount_gtq"])
                line["ids"].add(row["record_id"])
    for row in table(client, "/api/v1/releases/1/tables/expenditure.csv"):
        if row["partition"] in ("total", "impuesto"):
            lines[int(row["year"]), row["tax"] or None]["official"] = Decimal(row["amount_gtq"])
    records = table(client, "/api/v1/records.csv")
    for (_year, tax), line in lines.items():
        covering = [row for row in records if tax is None or tax in row["taxes"].split(";")]
        for state in ("withheld", "not_reported"):
            line[state] = sum(row["amount_status"] == state for row in covering)
    return {key: line for key, line in lines.items() if key[1] != "not told"}


def test_reconciliation__is_what_the_downloads_add_up_to(
    client: FlaskClient, recomputed: dict[tuple[int, str | None], dict[str, Any]]
) -> None:
    answer = json.loads(client.get(PATH).text, parse_float=Decimal)
    items = {(item["year"], item["tax"]): item for item in answer["items"]}
    assert set(items) == set(recomputed)
    for key, line in recomputed.items():
        item = items[key]
        registry = item["registry"] or {"not_paid_gtq": None, "deferred_gtq": None, "records": 0}
        assert registry["not_paid_gtq"] == line.get("not_paid")
        assert registry["deferred_gtq"] == line.get("deferred")
        assert registry["records"] == len(line["ids"])
        assert (item["official"] or {}).get("amount_gtq") == line.get("official")
        counts = {reason["kind"]: reason["count"] for reason in item["reasons"]}
        assert counts.get("withheld", 0) == line["withheld"]
        assert counts.get("missing", 0) == line["not_reported"]
        if line.get("official") and line.get("not_paid"):
            assert item["ratio"] == (line["not_paid"] / line["official"]).quantize(Decimal("0.0001"))
        else:
            assert item["ratio"] is None and item["no_ratio"]


def test_reconciliation__page_shows_the_numbers_of_the_downloads(
    client: FlaskClient, recomputed: dict[tuple[int, str | None], dict[str, Any]]
) -> None:
    shown = " ".join(read_page(client.get(PAGE).text).text.split())
    for line in recomputed.values():
        for name in ("not_paid", "deferred", "official"):
            if name in line:
                assert " ".join(format_money(line[name]).split()) in shown
        for name in ("withheld", "not_reported"):
            if line[name]:
                assert f"{format_count(line[name])} registro" in shown


def test_reconciliation__every_number_leads_to_a_query_that_answers(client: FlaskClient) -> None:
    answer = client.get(PATH).json
    parts = [
        part for item in answer["items"] for part in (item["registry"], item["official"], *item["reasons"]) if part
    ]
    addresses = {part["query"] for part in parts}
    assert addresses and {client.get(address).status_code for address in addresses} == {200}
    official = next(item["official"] for item in answer["items"] if item["tax"] == "ISR" and item["official"])
    assert [one["amount_gtq"] for one in client.get(official["query"]).json["items"]] == [official["amount_gtq"]]


def test_reconciliation__treatments_without_beneficiaries_are_those_of_the_query(client: FlaskClient) -> None:
    reasons = [reason for item in client.get(PATH).json["items"] for reason in item["reasons"]]
    objective = [reason for reason in reasons if reason["kind"] == "not_individualised"]
    assert objective
    for reason in objective:
        answer = client.get(reason["query"]).json
        assert answer["total"] == reason["count"]
        assert not any(one["has_registered_beneficiaries"] for one in answer["items"])


def test_reconciliation__as_csv_has_the_same_figures(client: FlaskClient) -> None:
    rows = table(client, f"{PATH}.csv")
    items = client.get(PATH).json["items"]
    assert [(row["year"], row["tax"]) for row in rows] == [(str(item["year"]), item["tax"] or "") for item in items]
    told = {(row["year"], row["tax"]): row for row in rows}
    assert told["2024", "ISR"]["ratio"] == "0.0501"
    assert told["2024", "ISR"]["withheld_records"] == "1"
    assert told["2024", "ISO"]["registry_not_paid_gtq"] == ""
    assert told["2024", "ISO"]["no_ratio"] == "no_amount"


def test_reconciliation__of_a_release_without_figures_says_so(client: FlaskClient, tmp_path: Path) -> None:
    build_test_release(tmp_path / "releases", [record(1)], amounts=[])
    with make_app(tmp_path).test_client() as empty:
        assert "no tiene montos por contribuyente" in empty.get(PAGE).text
        assert empty.get(PATH).json["total"] == 0
