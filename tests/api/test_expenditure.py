"""The official estimates: filtered, never added up, and refused with a name where they cannot be understood."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from flask.testing import FlaskClient

from tests.api.conftest import make_app
from tests.exemptions.releases import build_test_release

PATH = "/api/v1/expenditure"
COLUMNS = [
    "year", "tax", "partition", "key", "group", "amount_gtq", "pct_gdp", "report", "method_version", "note",
    "source_url", "is_latest", "group_code", "covers", "amount_constant_gtq", "pct_gdp_computed", "pct_gdp_basis",
    "amount_constant_status", "base_year", "deflator",
]  # fmt: skip


def estimate(year: int, tax: str | None, partition: str, cents: int, report: str, **given: Any) -> dict[str, Any]:
    return {"year": year, "tax": tax, "partition": partition, "key": tax or "TOTAL", "amount_cents": cents,
            "report": report} | given  # fmt: skip


ESTIMATES = [
    estimate(2020, None, "total", 1_617_022_000_010, "Informe 2021", pct_gdp=2.6, group="Total, «todo»"),
    estimate(2020, "ISR", "impuesto", 417_727_000_000, "Informe 2021", note="Nota"),
    estimate(2020, "IVA", "impuesto", 1_094_891_000_000, "Informe 2021"),
    estimate(2022, None, "total", 1_726_800_000_000, "Informe 2023", method_version="v2"),
    estimate(2020, None, "total", 1_700_000_000_000, "Informe 2019"),
    estimate(2022, None, "beneficiario", 500_000_000, "Informe 2023", key="REGIMEN_29_89", method_version="v2"),
]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    home: Path = tmp_path_factory.mktemp("estimates")
    build_test_release(home / "releases", expenditure=ESTIMATES)
    with make_app(home).test_client() as client:
        yield client


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", [0, 1, 2, 3, 5]),
        ("?year=2020", [0, 1, 2]),
        ("?vintage=latest&year=2020&partition=total", [0]),
        ("?vintage=all&year=2020&partition=total", [0, 4]),
        ("?vintage=all&report=Informe+2019", [4]),
        ("?group=REGIMEN_29_89", [5]),
        ("?category=MAQ_ADT_M", [5]),
        ("?type=BFT&type=COOP", [5]),
        ("?type=COOP", []),
        ("?year=2020&year=2022&partition=total", [0, 3]),
        ("?tax=ISR&tax=IVA", [1, 2]),
        ("?tax=IVA&year=2022", []),
        ("?report=Informe+2023", [3, 5]),
        ("?year=&tax=", [0, 1, 2, 3, 5]),
        ("?release=1&partition=impuesto", [1, 2]),
    ],
)
def test_expenditure__is_filtered(client: FlaskClient, query: str, found: list[int]) -> None:
    answer = client.get(f"{PATH}{query}").json
    assert answer["total"] == len(found)
    assert [(item["year"], item["tax"]) for item in answer["items"]] == [
        (ESTIMATES[place]["year"], ESTIMATES[place]["tax"]) for place in found
    ]


def test_expenditure__has_every_column_and_exact_amounts(client: FlaskClient) -> None:
    response = client.get(PATH)
    assert list(response.json["items"][0]) == COLUMNS
    assert '"amount_gtq":16170220000.10,' in response.text
    assert (response.json["release"], response.json["status_date"]) == (1, "2026-01-15")


def test_expenditure__as_csv_has_the_same_rows(client: FlaskClient) -> None:
    response = client.get(f"{PATH}.csv?year=2020")
    rows = list(csv.DictReader(io.StringIO(response.text)))
    assert response.mimetype == "text/csv"
    assert list(rows[0]) == COLUMNS
    assert [(row["tax"], row["amount_gtq"], row["group"]) for row in rows] == [
        ("", "16170220000.10", "Total, «todo»"),
        ("ISR", "4177270000.00", ""),
        ("IVA", "10948910000.00", ""),
    ]


def test_expenditure__as_a_file_has_the_columns_asked_for_in_their_order(client: FlaskClient) -> None:
    query = "vintage=all&fields=covers,year,amount_gtq"
    rows = [[";".join(one["covers"]), str(one["year"]), f"{one['amount_gtq']:.2f}"] for one in _items(client)]
    answer = client.get(f"{PATH}.csv?{query}")
    header, *told = csv.reader(io.StringIO(answer.text, newline=""))
    assert (header, told) == (["covers", "year", "amount_gtq"], rows)
    assert answer.headers["X-Registry-Query"] == query
    assert [list(row) for row in client.get(f"{PATH}.json?{query}").json] == [header] * len(rows)
    table = pq.read_table(io.BytesIO(client.get(f"{PATH}.parquet?{query}").get_data()))
    assert table.column_names == header
    labels = client.get(f"{PATH}.csv?{query}&headers=es").text.removeprefix("\ufeff").splitlines()[0]
    assert labels == "Categorías que abarca,Año,Gasto tributario (Q)"


@pytest.mark.parametrize(("suffix", "query"), [(".csv", "fields=years"), ("", "fields=year")])
def test_expenditure__refuses_columns_it_does_not_have(client: FlaskClient, suffix: str, query: str) -> None:
    response = client.get(f"{PATH}{suffix}?{query}")
    assert response.status_code == 422
    assert [error["parameter"] for error in response.json["errors"]] == ["fields"]


def _items(client: FlaskClient) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = client.get(f"{PATH}?vintage=all").json["items"]
    return items


def test_expenditure__as_csv_has_its_header_where_nothing_matches(client: FlaskClient) -> None:
    assert client.get(f"{PATH}.csv?year=1999").text == ",".join(COLUMNS) + "\r\n"


def test_expenditure__tells_what_was_restated_and_what_does_not_add_up(client: FlaskClient) -> None:
    answer = client.get(f"{PATH}?year=2020").json
    (restated,) = answer["restatements"]
    assert restated["before"] == {"report": "Informe 2019", "amount_gtq": 17_000_000_000.0}
    assert restated["after"]["report"] == "Informe 2021"
    assert restated["difference_gtq"] == -829_779_999.9
    (contradicted,) = answer["contradictions"]
    assert (contradicted["partition"], contradicted["difference_gtq"]) == ("impuesto", -1_044_040_000.1)
    assert client.get(f"{PATH}?year=2022").json["restatements"] == []


def test_expenditure__of_a_group_names_what_it_covers(client: FlaskClient) -> None:
    (item,) = client.get(f"{PATH}?group=REGIMEN_29_89").json["items"]
    assert item["group_code"] == "REGIMEN_29_89" and "MAQ_ADT_E" in item["covers"]


def test_expenditure__in_every_format_has_the_same_figures(client: FlaskClient) -> None:
    items = client.get(f"{PATH}?vintage=all").json["items"]
    lines = [json.loads(line) for line in client.get(f"{PATH}.ndjson?vintage=all").text.splitlines()]
    assert lines == items
    table = pq.read_table(io.BytesIO(client.get(f"{PATH}.parquet?vintage=all").get_data()))
    assert table.column_names == COLUMNS
    assert [float(amount) for amount in table.column("amount_gtq").to_pylist()] == [one["amount_gtq"] for one in items]
    assert table.column("is_latest").to_pylist() == [one["is_latest"] for one in items]


@pytest.mark.parametrize(
    ("query", "parameter", "nearest"),
    [
        ("yeer=2020", "yeer", "year"),
        ("group=REGIMEN_29", "group", "REGIMEN_29_89"),
        ("vintage=newest", "vintage", None),
        ("vintage=all&vintage=all", "vintage", None),
        ("year=20", "year", None),
        ("year=dos", "year", None),
        ("tax=ISRR", "tax", "ISR"),
        ("partition=impuestos", "partition", "impuesto"),
        ("report=informe+2023", "report", "Informe 2023"),
        ("report=%00", "report", None),
        ("release=1&release=1", "release", None),
    ],
)
@pytest.mark.parametrize("suffix", ["", ".csv", ".ndjson", ".parquet"])
def test_expenditure__refuses_by_name(
    client: FlaskClient, suffix: str, query: str, parameter: str, nearest: str | None
) -> None:
    response = client.get(f"{PATH}{suffix}?{query}")
    assert response.status_code == 422
    assert [error["parameter"] for error in response.json["errors"]] == [parameter]
    if nearest is not None:
        assert response.json["errors"][0]["nearest"] == nearest


def test_expenditure__of_a_release_without_estimates_is_empty(tmp_path: Path) -> None:
    build_test_release(tmp_path / "releases")
    with make_app(tmp_path).test_client() as client:
        assert client.get(PATH).json["items"] == []
        assert client.get(f"{PATH}?report=Informe").status_code == 422


def test_expenditure__is_not_sent_again_to_who_has_it(client: FlaskClient) -> None:
    first = client.get(f"{PATH}?year=2020&tax=ISR")
    again = client.get(f"{PATH}?tax=ISR&year=2020", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    other = client.get(f"{PATH}?tax=IVA&year=2020", headers={"If-None-Match": first.headers["ETag"]})
    assert other.status_code == 200
