"""The tables beside the records in formats that more programs open: the same rows, amounts in quetzales."""

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from urllib.parse import urljoin

import pyarrow.parquet as pq
import pytest
from flask.testing import FlaskClient

from exemptions.release import FACT_TABLES
from tests.api.conftest import make_app
from tests.api.html_page import read_page
from tests.api.test_facts import AMOUNTS, ENERGY, EVENTS, JOBS, ROW
from tests.exemptions.releases import build_test_release

PATH = "/api/v1/releases/1/tables"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    home: Path = tmp_path_factory.mktemp("tables")
    build_test_release(home / "releases", [ROW], jobs=JOBS, amounts=AMOUNTS, energy=ENERGY, events=EVENTS)
    build_test_release(home / "releases", [ROW], number=2, energy=None)
    with make_app(home).test_client() as client:
        yield client


def test_table__has_exactly_the_published_rows_in_every_format(client: FlaskClient) -> None:
    lines = [json.loads(line) for line in client.get(f"{PATH}/amounts.ndjson").text.splitlines()]
    told = [(line["tax"], line["mechanism"], Decimal(str(line["amount_gtq"]))) for line in lines]
    published = [(row["tax"], row["mechanism"], Decimal(row["amount_cents"]) / 100) for row in AMOUNTS]
    assert sorted(told) == sorted(published)
    rows = list(csv.DictReader(io.StringIO(client.get(f"{PATH}/amounts.csv").text)))
    assert [(row["tax"], row["mechanism"], Decimal(row["amount_gtq"])) for row in rows] == told
    assert "amount_cents" not in rows[0]
    table = pq.read_table(io.BytesIO(client.get(f"{PATH}/amounts.parquet").get_data())).to_pylist()
    assert [(row["tax"], row["mechanism"], row["amount_gtq"]) for row in table] == told


def test_table__keeps_days_numbers_and_what_is_missing(client: FlaskClient) -> None:
    response = client.get(f"{PATH}/energy.parquet")
    north, south = sorted(pq.read_table(io.BytesIO(response.get_data())).to_pylist(), key=lambda row: row["project"])
    assert (north["capacity_kw"], north["valid_from"]) == (14_350, date(2023, 8, 10))
    assert (south["capacity_kw"], south["technology"]) == (None, None)
    assert response.headers["X-Total-Count"] == "2"
    assert response.headers["Content-Disposition"] == 'attachment; filename="datos-inventados-1-energy.parquet"'
    assert response.headers["Cache-Control"] == "public, max-age=3600"


@pytest.mark.parametrize("name", FACT_TABLES)
def test_table__as_csv_leads_to_what_describes_it(client: FlaskClient, name: str) -> None:
    address = f"{PATH}/{name}.csv"
    answer = client.get(address)
    found = re.search(r'<([^>]+)>; rel="describedby"; type="application/csvm\+json"', answer.headers["Link"])
    told = client.get(found[1])
    assert told.content_type == "application/csvm+json"
    assert urljoin(found[1], told.json["url"]) == address
    assert [column["name"] for column in told.json["tableSchema"]["columns"]] == answer.text.splitlines()[0].split(",")
    assert "csvm+json" not in client.get(f"{address}?headers=es").headers["Link"]
    assert client.get(f"{found[1]}?x=1").status_code == 422


def test_table__that_a_release_has_not_is_not_described(client: FlaskClient) -> None:
    for missing in ("releases/2/tables/energy", "releases/1/tables/records"):
        assert client.get(f"/api/v1/{missing}.csv-metadata.json").status_code == 404


def test_table__without_rows_has_its_columns(client: FlaskClient) -> None:
    header = client.get(f"{PATH}/expenditure.csv").text.strip().split(",")
    assert {"year", "tax", "amount_gtq", "method_version"} <= set(header)
    assert client.get(f"{PATH}/expenditure.ndjson").text == ""
    assert pq.read_table(io.BytesIO(client.get(f"{PATH}/expenditure.parquet").get_data())).num_rows == 0


def test_table__that_a_release_lacks_is_told(client: FlaskClient) -> None:
    assert client.get("/api/v1/releases/2/tables/energy.csv").status_code == 404
    for name in ("records", "history", "manifest", "..%2Fbook", "%00"):
        assert client.get(f"{PATH}/{name}.csv").status_code == 404
    assert client.get("/api/v1/releases/9/tables/jobs.csv").status_code == 404
    assert client.get(f"{PATH}/jobs.csv?limit=1").status_code == 422
    assert client.get(f"{PATH}/jobs.csv", headers={"Accept": "application/json"}).status_code == 406


@pytest.mark.parametrize("page", ["/datos", "/publicaciones/1"])
def test_page__offers_each_table_in_formats_that_open(client: FlaskClient, page: str) -> None:
    release = 2 if page == "/datos" else 1
    found = {a.attrs["href"] for a in read_page(client.get(page).text).find_all("a")}
    here = [name for name in FACT_TABLES if release == 1 or name != "energy"]
    for name in here:
        for suffix in ("csv", "ndjson", "parquet"):
            address = f"/api/v1/releases/{release}/tables/{name}.{suffix}"
            assert address in found
            assert client.get(address).status_code == 200
