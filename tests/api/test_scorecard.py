"""The self-assessment as people and programs get it: its counts are those of the downloads."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.api.html_page import Element, read_page

PATH = "/api/v1/scorecard"
PAGE = "/autoevaluacion"


@pytest.fixture
def items(client: FlaskClient) -> dict[tuple[str, str], Any]:
    return {(item["framework"], item["code"]): item for item in client.get(PATH).json["items"]}


@pytest.fixture
def page(client: FlaskClient) -> Element:
    return read_page(client.get(PAGE).text)


def test_scorecard__counts_what_the_downloads_have(client: FlaskClient, items: dict[tuple[str, str], Any]) -> None:
    records = list(csv.DictReader(io.StringIO(client.get("/api/v1/records.csv").text)))

    def told(*keys: str) -> int:
        return sum(all(row[key] or key in row["withheld_fields"].split(";") for key in keys) for row in records)

    expected = {
        ("serigy", "16.1"): ["exempt_type"], ("serigy", "16.3"): ["legal_basis"], ("serigy", "16.6"): ["name"],
        ("serigy", "16.7"): ["nit"], ("serigy", "16.8"): ["activity"], ("eu", "1"): ["name", "nit"],
        ("eu", "4"): ["valid_from"], ("eu", "5"): ["authority"], ("eu", "7"): ["department"],
    }  # fmt: skip
    for key, columns in expected.items():
        assert (items[key]["count"], items[key]["total"]) == (told(*columns), len(records)), key
    for key, column in ((("serigy", "16.5"), "amount_status"), (("serigy", "16.9"), "jobs_status")):
        states = [row[column] for row in records if row[column] != "not_applicable"]
        assert (items[key]["count"], items[key]["total"]) == (states.count("reported"), len(states))
    years = {
        row["year"] for row in csv.DictReader(io.StringIO(client.get("/api/v1/releases/3/tables/amounts.csv").text))
    }
    assert items["eu", "13"]["count"] == len(years - {""})
    provisions = list(csv.DictReader(io.StringIO(client.get("/api/v1/expenditure/provisions.csv").text)))
    for code, column in (("4.1", "objective_es"), ("3.2", "benchmark_es"), ("4.5", "legal_references")):
        counted = sum(bool(row[column]) for row in provisions)
        assert (items["gteti", code]["count"], items["gteti", code]["total"]) == (counted, len(provisions))


def test_scorecard__page_marks_every_item_for_programs(page: Element, items: dict[tuple[str, str], Any]) -> None:
    for framework in ("serigy", "eu", "gteti"):
        rows = [row for row in page.find_all("tr") if f"data-{framework}" in row.attrs]
        marked = {row.attrs[f"data-{framework}"]: row.attrs["data-verdict"] for row in rows}
        assert marked == {code: item["verdict"] for (own, code), item in items.items() if own == framework}
        for row in rows:
            item = items[framework, row.attrs[f"data-{framework}"]]
            assert item["rule"] in row.text
            assert row.find("a").attrs["href"] == item["evidence"]
            if item["count"] is not None:
                assert f"{item['count']:,}" in row.text and f"{item['total']:,}" in row.text


def test_scorecard__evidence_is_there(client: FlaskClient, items: dict[tuple[str, str], Any]) -> None:
    assert {client.get(address).status_code for address in {item["evidence"] for item in items.values()}} == {200}


def test_scorecard__speaks_the_readers_language(client: FlaskClient) -> None:
    item = client.get(PATH, headers={"Accept-Language": "en"}).json["items"][0]
    assert item["asks"] == "Type of waiver"
    assert "Type of waiver" in client.get(f"/en{PAGE}").text


def test_scorecard__as_csv_has_every_indicator(client: FlaskClient, items: dict[tuple[str, str], Any]) -> None:
    rows = list(csv.DictReader(io.StringIO(client.get(f"{PATH}.csv").text)))
    assert [(row["framework"], row["code"]) for row in rows] == list(items)
    assert all(row["verdict"] == items[row["framework"], row["code"]]["verdict"] for row in rows)
