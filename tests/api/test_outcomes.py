"""The page of results and its answers, recomputed from the release's downloads alone."""

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

from api.formatting import format_count, format_money, format_percent
from tests.api.conftest import make_app
from tests.api.html_page import read_page
from tests.exemptions.releases import build_test_release, record
from tests.exemptions.test_outcomes import AMOUNTS, EVENTS, JOBS, ROWS, amount

PATH = "/api/v1/outcomes"
PAGE = "/resultados"
MANY = range(20, 45)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    home: Path = tmp_path_factory.mktemp("outcomes")
    rows = [*ROWS, *(record(n, category="ASOC", amount_gtq=n * n, jobs_status="not_applicable") for n in MANY)]
    amounts = [*AMOUNTS, *(amount(n, 2023, n * n, "IVA", "exencion") for n in MANY)]
    build_test_release(home / "releases", rows, amounts=amounts, jobs=JOBS, events=EVENTS)
    with make_app(home).test_client() as client:
        yield client


def table(client: FlaskClient, path: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(client.get(path).text)))


@pytest.fixture(scope="module")
def answer(client: FlaskClient) -> Any:
    return json.loads(client.get(PATH).text, parse_float=Decimal)


@pytest.fixture(scope="module")
def records(client: FlaskClient) -> dict[str, dict[str, str]]:
    return {row["record_id"]: row for row in table(client, "/api/v1/records.csv")}


@pytest.fixture(scope="module")
def not_paid(client: FlaskClient) -> dict[tuple[str, int], Decimal]:
    """Record and year → tax not paid."""
    found: defaultdict[tuple[str, int], Decimal] = defaultdict(Decimal)
    for row in table(client, "/api/v1/releases/1/tables/amounts.csv"):
        if row["mechanism"] not in ("suspension", "devolucion"):
            found[row["record_id"], int(row["year"])] += Decimal(row["amount_gtq"])
    return found


@pytest.fixture(scope="module")
def jobs(client: FlaskClient) -> dict[str, dict[tuple[str, int], int]]:
    """Kind → record and year → jobs."""
    found: dict[str, dict[tuple[str, int], int]] = {"reported": {}, "projected": {}}
    for row in table(client, "/api/v1/releases/1/tables/jobs.csv"):
        found[row["kind"]][row["record_id"], int(row["year"])] = int(row["jobs"])
    return found


def test_outcomes__are_what_the_downloads_add_up_to(
    answer: Any,
    records: dict[str, dict[str, str]],
    not_paid: dict[tuple[str, int], Decimal],
    jobs: dict[str, dict[tuple[str, int], int]],
) -> None:
    keys = {
        (records[record_id]["category"], year)
        for figures in (not_paid, jobs["reported"], jobs["projected"])
        for record_id, year in figures
    }
    items = {(item["category"], item["year"]): item for item in answer["items"]}
    assert set(items) == keys
    for (category, year), item in items.items():
        own = {record_id for record_id, row in records.items() if row["category"] == category}
        paid = {one: not_paid[one, year] for one in own if (one, year) in not_paid}
        reported = {one: jobs["reported"][one, year] for one in own if (one, year) in jobs["reported"]}
        promised = {
            one: max(told)[1]
            for one in reported
            if (told := [(y, n) for (i, y), n in jobs["projected"].items() if i == one and y <= year])
        }
        both = paid.keys() & reported.keys()
        assert item["not_paid_gtq"] == (sum(paid.values()) if paid else None)
        assert item["reported"] == {"sum": sum(reported.values()) if reported else None, "records": len(reported)}
        assert item["compared"]["projected"] == (sum(promised.values()) if promised else None)
        assert item["compared"]["reported"] == (sum(reported[one] for one in promised) if promised else None)
        assert item["per_job"]["amount_gtq"] == (sum(paid[one] for one in both) if both else None)
        assert item["per_job"]["jobs"] == (sum(reported[one] for one in both) if both else None)
        assert (item["per_job"]["amount_per_job_gtq"] is None) == (item["per_job"]["no_ratio"] is not None)


def test_outcomes__tell_endings_and_concentration_of_the_downloads(
    client: FlaskClient, answer: Any, records: dict[str, dict[str, str]], not_paid: dict[tuple[str, int], Decimal]
) -> None:
    ended: defaultdict[tuple[str, int, str, str], set[str]] = defaultdict(set)
    for row in table(client, "/api/v1/releases/1/tables/events.csv"):
        if row["event"] in ("revocation", "cancellation"):
            category = records[row["record_id"]]["category"]
            ended[category, int(row["date"][:4]), row["event"], row["reason"]].add(row["record_id"])
    told = {(e["category"], e["year"], e["event"], e["reason"] or ""): e["records"] for e in answer["endings"]}
    assert told == {key: len(ids) for key, ids in ended.items()}

    found = {one["code"]: one for one in answer["concentration"]["category"]}
    values = sorted((v for (i, y), v in not_paid.items() if records[i]["category"] == "ASOC"), reverse=True)
    total = sum(values)
    assert (found["ASOC"]["taxpayers"], found["ASOC"]["total_gtq"]) == (len(values), total)
    assert found["ASOC"]["top_10_share"] == (sum(values[:10]) / total).quantize(Decimal("0.0001"))
    assert found["ASOC"]["percent_share"] == (values[0] / total).quantize(Decimal("0.0001"))
    assert found["COOP"]["top_10_share"] is None
    assert [one["code"] for one in answer["concentration"]["tax"] if one["taxpayers"]] == ["IVA"]


def test_outcomes__page_shows_the_figures_of_the_answer(client: FlaskClient, answer: Any) -> None:
    shown = read_page(client.get(PAGE).text).text
    for item in answer["items"]:
        if item["per_job"]["no_ratio"] == "not_applicable" or not (
            item["not_paid_records"] or item["reported"]["records"]
        ):
            continue
        if item["not_paid_gtq"] is not None:
            assert format_money(item["not_paid_gtq"]).replace("\u00a0", " ") in shown
        if item["per_job"]["amount_per_job_gtq"] is not None:
            assert format_money(item["per_job"]["amount_per_job_gtq"]).replace("\u00a0", " ") in shown
            assert format_money(item["per_job"]["amount_gtq"]).replace("\u00a0", " ") in shown
        if item["compared"]["fulfilled"] is not None:
            assert format_percent(item["compared"]["fulfilled"]) in shown
            assert f"de {format_count(item['compared']['projected'])} prometidos" in shown
    assert "No presentó su informe" in shown and "motivo no publicado" in shown
    (iva,) = [one for one in answer["concentration"]["tax"] if one["taxpayers"]]
    assert format_percent(iva["top_10_share"]) in shown and format_percent(iva["percent_share"]) in shown


def test_outcomes__as_csv_are_the_same(client: FlaskClient, answer: Any) -> None:
    rows = table(client, f"{PATH}.csv")
    assert [(row["category"], int(row["year"])) for row in rows] == [
        (i["category"], i["year"]) for i in answer["items"]
    ]
    (row,) = [row for row in rows if (row["category"], row["year"]) == ("MAQ_ADT_E", "2024")]
    assert (row["per_job_amount_gtq"], row["per_job_jobs"], row["amount_per_job_gtq"]) == ("100.00", "80", "1.25")


def test_outcomes__of_a_release_without_figures_says_so(tmp_path: Path) -> None:
    build_test_release(tmp_path / "releases", [record(1, jobs=None)], amounts=[], jobs=[], events=[])
    with make_app(tmp_path).test_client() as empty:
        shown = empty.get(PAGE).text
    assert "no tiene montos ni empleos" in shown and "ninguna revocatoria" in shown and "Ninguna categoría" in shown


def test_outcomes__as_csv_hold_sums_larger_than_any_one_amount(tmp_path: Path) -> None:
    largest = 10**18 - 1
    rows = [record(number, category="MAQ_ADT_E", amount_gtq=largest) for number in range(1, 5)]
    build_test_release(tmp_path / "releases", rows)
    client = make_app(tmp_path).test_client()
    (line,) = table(client, f"{PATH}.csv")
    assert line["not_paid_gtq"] == "39999999999999999.96"
    assert client.get("/api/v1/expenditure/reconciliation.csv").status_code == 200
    assert client.get("/api/v1/expenditure/summary.csv?group_by=category").status_code == 200
