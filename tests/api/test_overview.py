"""`GET /overview`: its figures are those of the downloads, recomputed from the files of the release alone."""

import csv
import io
import json
from collections import defaultdict
from decimal import Decimal

import openpyxl
import pyarrow.parquet as pq
import pytest
from flask.testing import FlaskClient

from api.overview_links import OverviewTable
from tests.exemptions.releases import invented_nit, invented_record_id

PATH = "/api/v1/overview"


def answer(client: FlaskClient, query: str = "") -> dict[str, object]:
    loaded: dict[str, object] = json.loads(client.get(f"{PATH}?{query}").data, parse_float=Decimal)
    return loaded


def rows_of(client: FlaskClient, path: str) -> list[dict[str, str]]:
    response = client.get(path)
    assert response.status_code == 200
    return list(csv.DictReader(io.StringIO(response.text)))


@pytest.mark.parametrize("query", ["", "type=BFT", "category=FUND&category=CED_PRIV", "department=01", "tax=IVA"])
def test_overview__is_what_the_downloads_add_up_to(client: FlaskClient, query: str) -> None:
    told = answer(client, query)
    records = rows_of(client, f"/api/v1/records.csv?{query}")
    ids = {row["record_id"] for row in records}
    amounts, jobs = (
        [row for row in rows_of(client, f"/api/v1/releases/3/tables/{name}.csv") if row["record_id"] in ids]
        for name in ("amounts", "jobs")
    )
    by_year: defaultdict[int, Decimal] = defaultdict(Decimal)
    for row in amounts:
        by_year[int(row["year"])] += Decimal(row["amount_gtq"])
    by_jobs: defaultdict[tuple[int, str], int] = defaultdict(int)
    for row in jobs:
        by_jobs[int(row["year"]), row["kind"]] += int(row["jobs"])
    assert told["records"] == len(records)
    assert told["taxpayers"] == len({row["nit"] for row in records if row["nit"]}) + sum(
        not row["nit"] for row in records
    )
    assert {year["year"]: year["not_paid_gtq"] for year in told["amounts_by_year"]} == dict(by_year)
    assert {(part["year"], part["kind"]): part["jobs"] for part in told["jobs_by_year"]} == dict(by_jobs)
    statuses = {value["value"]: value["count"] for value in told["spread"]["status"]}
    assert statuses == {status: sum(row["status"] == status for row in records) for status in statuses}
    assert sum(statuses.values()) == len(records)


def test_overview__ranks_and_tells_amounts_to_the_cent(client: FlaskClient) -> None:
    ranking = answer(client, "ranked=2")["rankings"]["amount"]
    assert [(item["place"], item["nit"], item["value"]) for item in ranking["items"]] == [
        (1, invented_nit(40), Decimal("12345678901.10")),
        (2, invented_nit(8), Decimal("99000000.01")),
    ]
    assert (ranking["year"], ranking["taxpayers"], ranking["records"]) == (2025, 3, 4)


def test_overview__names_no_natural_person_by_any_identifier(client: FlaskClient) -> None:
    answers = [client.get(f"{PATH}?person_kind=natural&ranked=1000").text]
    answers += [client.get(f"{PATH}/{table}.csv?person_kind=natural").text for table in ("by-amount", "by-jobs")]
    for number in (13, 14, 15):
        assert not any(invented_nit(number) in text or invented_record_id(number) in text for text in answers)


def test_overview__of_a_release_answers_as_that_release(client: FlaskClient) -> None:
    assert (answer(client, "release=2")["release"], answer(client, "release=2")["records"]) == (2, 16)
    assert answer(client, "as_of=2026-01-20")["release"] == 2
    assert client.get(f"{PATH}?release=2").headers["Cache-Control"] == "public, max-age=3600"


@pytest.mark.parametrize(
    ("table", "part", "key"),
    [
        ("jobs", "jobs_by_year", None),
        ("begun", "terms", "begun"),
        ("ending", "terms", "ending"),
        ("by-amount", "rankings", "amount"),
        ("by-jobs", "rankings", "jobs"),
    ],
)
def test_overview__has_tables_with_the_same_figures(
    client: FlaskClient, table: str, part: str, key: str | None
) -> None:
    told = answer(client)[part]
    expected = told[key] if key else told
    expected = expected["items"] if isinstance(expected, dict) else expected
    rows = rows_of(client, f"{PATH}/{table}.csv")
    written = [{name: "" if value is None else str(value) for name, value in row.items()} for row in expected]
    assert rows and rows == written


def test_overview__tells_amounts_by_tax_in_its_table(client: FlaskClient) -> None:
    rows = rows_of(client, f"{PATH}/amounts.csv?type=BFT")
    assert [(row["year"], row["tax"], row["amount_gtq"], row["records"]) for row in rows] == [
        ("2025", "", "100234567.90", "3"),
        ("2024", "", "10.50", "1"),
    ]
    assert rows[0]["is_not_paid"] == "true"


@pytest.mark.parametrize("table", OverviewTable)
def test_overview__gives_its_tables_with_the_same_rows_in_every_format(client: FlaskClient, table: str) -> None:
    rows = rows_of(client, f"{PATH}/{table}.csv")
    assert len(client.get(f"{PATH}/{table}.json").json) == len(rows)
    assert len(client.get(f"{PATH}/{table}.ndjson").text.splitlines()) == len(rows)
    assert pq.read_table(io.BytesIO(client.get(f"{PATH}/{table}.parquet").data)).num_rows == len(rows)
    sheet = openpyxl.load_workbook(io.BytesIO(client.get(f"{PATH}/{table}.xlsx").data))["Datos"]
    assert sheet.max_row == len(rows) + 1
    labelled = client.get(f"{PATH}/{table}.csv?headers=es").text.removeprefix("\ufeff")
    assert labelled.splitlines()[0].split(",") == [cell.value for cell in sheet[1]]


def test_overview__an_empty_table_has_its_header(client: FlaskClient) -> None:
    response = client.get(f"{PATH}/concentration.csv")
    assert response.text == "taxpayers,taxpayers_share,amount_gtq,share\r\n"
    assert response.headers["X-Total-Count"] == "0"


@pytest.mark.parametrize(
    ("query", "parameters"),
    [
        ("sort=name", ["sort"]),
        ("limit=3", ["limit"]),
        ("ranked=0", ["ranked"]),
        ("ranked=1001&type=NADA&x=1", ["x", "ranked", "type"]),
    ],
)
def test_overview__refuses_what_it_has_no_use_for(client: FlaskClient, query: str, parameters: list[str]) -> None:
    response = client.get(f"{PATH}?{query}")
    assert response.status_code == 422
    assert [error["parameter"] for error in response.json["errors"]] == parameters


def test_overview__has_no_table_of_another_name(client: FlaskClient) -> None:
    assert client.get(f"{PATH}/nothing.csv").status_code == 404
