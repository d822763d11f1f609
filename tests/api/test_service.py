"""Health, catalogues, suggestions, documentation, and a registry in which nothing was published yet."""

import csv
import io
import json
import re
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest
from flask.testing import FlaskClient

from api.problem_types import PROBLEM_TYPES
from exemptions.catalog_entries import CatalogName
from exemptions.catalogs import load_catalogs
from tests.api.conftest import make_app
from tests.exemptions.releases import build_test_release, point_at, record


def test_health__lives_and_is_ready(client: FlaskClient) -> None:
    assert client.get("/health/live").json == {"status": "live"}
    assert client.get("/health/ready").json == {"status": "ready", "release": 3, "newest": 3}


@pytest.mark.parametrize(
    "path", ["/health/ready", "/api/v1/records", "/api/v1/records.csv", "/api/v1/releases", "/api/v1/catalogs"]
)
def test_service__tells_that_nothing_was_published(tmp_path: Path, path: str) -> None:
    client = make_app(tmp_path).test_client()
    response = client.get(path)
    assert (response.status_code, response.json["type"]) == (503, "/docs#problem-nothing-published")
    assert int(response.headers["Retry-After"]) > 0
    assert client.get("/health/live").status_code == 200


def test_service__does_not_serve_a_damaged_release(tmp_path: Path) -> None:
    folder = build_test_release(tmp_path / "releases", [record(1)])
    (folder / "withheld.json").write_text("{}", encoding="utf-8")
    response = make_app(tmp_path).test_client().get("/api/v1/records")
    assert (response.status_code, response.json["type"]) == (503, "/docs#problem-release-unavailable")


def test_service__a_withdrawn_release_is_gone(tmp_path: Path) -> None:
    releases = tmp_path / "releases"
    build_test_release(releases, [record(1)])
    build_test_release(releases, [record(1)], 2)
    client = make_app(tmp_path).test_client()
    assert client.get("/api/v1/records?release=1").status_code == 200
    point_at(releases, 2, withdrawn=[1])
    assert client.get("/api/v1/records?release=1").status_code == 410


def test_catalogs__are_all_listed_with_titles(client: FlaskClient) -> None:
    items = client.get("/api/v1/catalogs", headers={"Accept-Language": "en"}).json["items"]
    assert [item["name"] for item in items] == [name.value for name in CatalogName]
    assert {item["name"]: item["title"] for item in items}["taxes"] == "Taxes"
    assert {item["name"]: item["entries"] for item in items}["municipalities"] == 340


@pytest.mark.parametrize("name", [name.value for name in CatalogName])
def test_catalog__has_the_same_codes_in_both_formats(client: FlaskClient, name: str) -> None:
    codes = list(load_catalogs().entries(CatalogName(name)))
    rows = list(csv.DictReader(io.StringIO(client.get(f"/api/v1/catalogs/{name}.csv").text, newline="")))
    assert [item["code"] for item in client.get(f"/api/v1/catalogs/{name}").json["items"]] == codes
    assert [row["code"] for row in rows] == codes


@pytest.mark.parametrize("name", [name.value for name in CatalogName])
def test_catalog__has_the_same_rows_in_every_format(client: FlaskClient, name: str) -> None:
    path = f"/api/v1/catalogs/{name}"
    exact = csv.DictReader(io.StringIO(client.get(f"{path}.csv").text, newline=""))
    flat = [{key: value or None for key, value in row.items()} for row in exact]
    for rows in (
        client.get(f"{path}.json").json,
        [json.loads(line) for line in client.get(f"{path}.ndjson").text.splitlines()],
        pq.read_table(io.BytesIO(client.get(f"{path}.parquet").data)).to_pylist(),
    ):
        assert [{key: _written(value) for key, value in row.items()} for row in rows] == flat
    labelled = list(csv.reader(io.StringIO(client.get(f"{path}.csv?headers=es").text.removeprefix("\ufeff"))))
    assert labelled[0][:3] == ["Código", "Nombre", "Nombre en inglés"]
    assert [row[0] for row in labelled[1:]] == [row["code"] for row in flat]
    sheet = openpyxl.load_workbook(io.BytesIO(client.get(f"{path}.xlsx?headers=en").data))["Data"]
    assert [row[0] for row in sheet.iter_rows(min_row=2, values_only=True)] == [row["code"] for row in flat]


def _written(value: object) -> str | None:
    return None if value is None else str(value).lower() if isinstance(value, bool) else str(value)


@pytest.mark.parametrize("name", ["nothing", "types.pdf", "TYPES", "..%2ftypes", "nothing.csv"])
def test_catalog__that_is_not_there(client: FlaskClient, name: str) -> None:
    assert client.get(f"/api/v1/catalogs/{name}").status_code == 404


def test_suggest__gives_names_and_nits(client: FlaskClient) -> None:
    names = client.get("/api/v1/suggest?q=nub").json["items"]
    nits = client.get("/api/v1/suggest?q=80000000&limit=2").json["items"]
    assert "NUBES DE OBSIDIANA, SOCIEDAD ANÓNIMA" in [item["text"] for item in names]
    assert [item["kind"] for item in nits] == ["nit", "nit"]


@pytest.mark.parametrize("q", ["", "%20", "%22", "zzzzz"])
def test_suggest__nothing_for_nothing(client: FlaskClient, q: str) -> None:
    assert client.get(f"/api/v1/suggest?q={q}").json["items"] == []


@pytest.mark.parametrize("path", ["/docs", "/en/docs"])
def test_docs__show_every_operation_and_problem(client: FlaskClient, path: str) -> None:
    page = client.get(path).text
    document = client.get("/openapi.json").json
    for methods in document["paths"].values():
        for operation in methods.values():
            if isinstance(operation, dict):
                assert f'id="{operation["operationId"]}"' in page
    for kind in PROBLEM_TYPES:
        assert f'id="problem-{kind.slug}"' in page
    assert re.search("<script(?![^>]* src=)", page) is None
    assert "style=" not in page


def test_docs__are_in_the_language_of_the_address(client: FlaskClient) -> None:
    assert "Buscar beneficios" in client.get("/docs").text
    assert "Search benefits" in client.get("/en/docs").text
    assert "Search benefits" not in client.get("/docs").text


def test_openapi__is_in_the_language_asked_for(client: FlaskClient) -> None:
    spanish = client.get("/openapi.json").json
    english = client.get("/openapi.json", headers={"Accept-Language": "en"}).json
    assert spanish["info"]["title"] == "Registro abierto de exenciones tributarias"
    assert english["info"]["title"] == "Open registry of tax exemptions"
    assert json.dumps(spanish) != json.dumps(english)


@pytest.mark.parametrize("path", ["/docs", "/en/docs", "/nothing", "/en/nothing", "/buscar?regimne=1"])
def test_pages__made_from_no_release_say_that_the_data_is_invented(client: FlaskClient, path: str) -> None:
    page = client.get(path).text
    assert 'class="demonstration"' in page
    assert "/publicaciones/3" in page


def test_docs__are_there_before_anything_was_published(tmp_path: Path) -> None:
    client = make_app(tmp_path).test_client()
    assert client.get("/docs").status_code == 200
    assert client.get("/nothing").status_code == 404
