"""Constant quetzales and shares of the product: API and files are what the published series and amounts give."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from flask.testing import FlaskClient

from tests.api.conftest import make_app
from tests.exemptions.releases import build_test_release, invented_record_id, record

PATH = "/api/v1/macro"
EXPENDITURE = "/api/v1/expenditure"
SOURCE = "Banco de ensayo, cuentas de 2026"
SERIES = [
    {"year": year, "deflator": deflator, "base_year": 2018, "gdp_cents": gdp, "source": SOURCE}
    for year, deflator, gdp in ((2018, 100.0, 55_000_000_000_003), (2023, 117.31, 83_000_000_000_000))
]


def estimate(year: int, cents: int, key: str = "TOTAL", **given: Any) -> dict[str, Any]:
    partition = "total" if key == "TOTAL" else "beneficiario"
    return {"year": year, "partition": partition, "key": key, "amount_cents": cents, "report": "Informe"} | given


ESTIMATES = [
    estimate(2018, 1_300_000_000_001, pct_gdp=2.4),
    estimate(2023, 1_900_000_000_007),
    estimate(2023, 40_000_000_033, "REGIMEN_29_89"),
    estimate(2024, 2_000_000_000_000),
]
AMOUNTS = [
    {"record_id": invented_record_id(1), "year": year, "tax": "ISR", "mechanism": "exoneracion",
     "amount_cents": 117_31, "source": "amounts"}
    for year in (2023, 2024)
]  # fmt: skip


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    home: Path = tmp_path_factory.mktemp("macro")
    told: dict[str, Any] = {"amounts": AMOUNTS, "expenditure": ESTIMATES}
    rows = [record(1, category="MAQ_ADT_E")]
    build_test_release(home / "releases", rows, **told, macro=None)
    build_test_release(home / "releases", rows, 2, **told, macro=SERIES)
    with make_app(home).test_client() as client:
        yield client


def recomputed(client: FlaskClient, amount: str, year: str) -> tuple[str, str]:
    """Constant amount and percentage from the published files alone, as a reader would work them out."""
    series = {row["year"]: row for row in csv.DictReader(io.StringIO(client.get(f"{PATH}.csv").text))}
    row = series[year]
    constant = Decimal(amount) * Decimal(series[row["base_year"]]["deflator"]) / Decimal(row["deflator"])
    share = 100 * Decimal(amount) / Decimal(row["gdp_gtq"])
    return str(constant.quantize(Decimal("0.01"), ROUND_HALF_EVEN)), f"{share:.4g}"


def test_macro__tells_the_series_in_every_format(client: FlaskClient) -> None:
    answer = client.get(PATH)
    assert '"gdp_gtq":550000000000.03,' in answer.text
    assert (answer.json["base_year"], answer.json["total"]) == (2018, 2)
    assert answer.json["items"][1] == {
        "year": 2023, "deflator": 117.31, "base_year": 2018, "gdp_gtq": 830_000_000_000.0, "source": SOURCE,
        "release": None,
    }  # fmt: skip
    lines = [json.loads(line) for line in client.get(f"{PATH}.ndjson").text.splitlines()]
    assert lines == answer.json["items"]
    table = pq.read_table(io.BytesIO(client.get(f"{PATH}.parquet").get_data())).to_pylist()
    assert [row["gdp_gtq"] for row in table] == [Decimal("550000000000.03"), Decimal("830000000000.00")]
    whole = client.get("/api/v1/releases/2/tables/macro.csv").text
    assert whole.splitlines()[1] == f'2018,100.0,2018,550000000000.03,"{SOURCE}"'


def test_macro__of_a_release_without_it_is_empty(client: FlaskClient) -> None:
    answer = client.get(f"{PATH}?release=1").json
    assert (answer["base_year"], answer["items"]) == (None, [])
    assert client.get(f"{PATH}.csv?release=1").text == "year,deflator,base_year,gdp_gtq,source,release\r\n"
    assert client.get("/api/v1/releases/1/tables/macro.csv").status_code == 404


def test_expenditure__constant_amounts_are_those_that_the_published_files_give(client: FlaskClient) -> None:
    rows = list(csv.DictReader(io.StringIO(client.get(f"{EXPENDITURE}.csv").text)))
    items = client.get(EXPENDITURE).json["items"]
    assert len(rows) == len(items) == 4
    for row, item in zip(rows, items, strict=True):
        assert item["amount_constant_gtq"] == (
            float(row["amount_constant_gtq"]) if row["amount_constant_gtq"] else None
        )
        if row["year"] == "2024":
            continue
        constant, share = recomputed(client, row["amount_gtq"], row["year"])
        assert row["amount_constant_gtq"] == constant
        assert (row["base_year"], row["amount_constant_status"]) == ("2018", "computed")
        if row["pct_gdp_basis"] == "computed":
            assert float(row["pct_gdp_computed"]) == float(share)


def test_expenditure__says_which_percentage_is_official(client: FlaskClient) -> None:
    told = [
        (item["year"], item["pct_gdp"], item["pct_gdp_computed"], item["pct_gdp_basis"])
        for item in client.get(EXPENDITURE).json["items"]
    ]
    assert told == [
        (2018, 2.4, None, "official"),
        (2023, None, 2.289, "computed"),
        (2023, None, 0.04819, "computed"),
        (2024, None, None, "not_available"),
    ]


@pytest.mark.parametrize(("choice", "years"), [("", {2024}), ("?release=1", {2018, 2023, 2024})])
def test_expenditure__guesses_no_deflator(client: FlaskClient, choice: str, years: set[int]) -> None:
    items = client.get(f"{EXPENDITURE}{choice}").json["items"]
    without = [item for item in items if item["amount_constant_status"] == "not_available"]
    assert {item["year"] for item in without} == years
    for item in without:
        assert (item["amount_constant_gtq"], item["base_year"], item["deflator"]) == (None, None, None)
        assert item["amount_gtq"] > 0


def test_summary__tells_sums_of_one_year_in_quetzales_of_the_base_year(client: FlaskClient) -> None:
    rows = {row["year"]: row for row in client.get(f"{EXPENDITURE}/summary").json["items"]}
    assert rows[2023]["registry"]["not_paid_gtq"] == 117.31
    assert rows[2023]["registry"]["not_paid_constant_gtq"] == 100.0
    assert (rows[2023]["base_year"], rows[2023]["deflator"]) == (2018, 117.31)
    (official,) = rows[2023]["official"]
    assert (official["amount_constant_gtq"], official["pct_gdp_computed"]) == (16_196_402_693.78, 2.289)
    assert rows[2024]["registry"]["not_paid_constant_gtq"] is None
    assert rows[2024]["amount_constant_status"] == "not_available"


def test_summary__as_csv_has_the_same_figures(client: FlaskClient) -> None:
    rows = list(csv.DictReader(io.StringIO(client.get(f"{EXPENDITURE}/summary.csv").text)))
    told = {row["year"]: row for row in rows}
    assert told["2023"]["official_amount_constant_gtq"] == "16196402693.78"
    assert told["2023"]["registry_not_paid_constant_gtq"] == "100.00"
    assert (told["2024"]["registry_not_paid_constant_gtq"], told["2024"]["registry_not_paid_gtq"]) == ("", "117.31")
    assert told["2018"]["official_pct_gdp_basis"] == "official"
