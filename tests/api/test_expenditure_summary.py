"""Tax expenditure by an axis, and the catalogue of provisions, as programs read them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.api.conftest import make_app
from tests.exemptions.releases import build_test_release, invented_record_id, record

PATH = "/api/v1/expenditure/summary"
PROVISIONS = "/api/v1/expenditure/provisions"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    home: Path = tmp_path_factory.mktemp("summary")
    told = {"year": 2024, "report": "Informe", "method_version": "v1"}
    estimates = [
        told | {"partition": "total", "key": "TOTAL", "amount_cents": 1_000_000_01, "pct_gdp": 2.4},
        told | {"partition": "beneficiario", "key": "REGIMEN_29_89", "amount_cents": 400_000_00},
    ]
    amounts = [
        {"record_id": invented_record_id(number), "year": 2024, "tax": tax, "mechanism": mechanism,
         "amount_cents": cents, "source": "amounts"}
        for number, tax, mechanism, cents in (
            (1, "ISR", "exoneracion", 10_050), (1, "DAI", "suspension", 99_00), (2, "IVA", "exencion", 5_00),
        )
    ]  # fmt: skip
    rows = [record(1, category="MAQ_ADT_E", department="05"), record(2, category="COOP", department="01")]
    build_test_release(home / "releases", rows, amounts=amounts, expenditure=estimates)
    with make_app(home).test_client() as client:
        yield client


def test_summary__of_years_is_the_default(client: FlaskClient) -> None:
    answer = client.get(PATH).json
    assert (answer["group_by"], answer["has_official"]) == ("year", True)
    (row,) = answer["items"]
    assert (row["code"], row["label"], row["year"]) == (None, None, 2024)
    assert [(one["amount_gtq"], one["pct_gdp"]) for one in row["official"]] == [(1_000_000.01, 2.4)]
    told = {"not_paid_gtq": 105.5, "records": 2, "deferred_gtq": 99.0, "deferred_records": 1}
    assert row["registry"] == told | {"not_paid_constant_gtq": None, "deferred_constant_gtq": None}


def test_summary__names_codes_in_the_readers_language(client: FlaskClient) -> None:
    answer = client.get(f"{PATH}?group_by=tax", headers={"Accept-Language": "en"}).json
    assert {row["code"]: row["label"] for row in answer["items"]}["DAI"] == "Customs duties on imports"


def test_summary__of_a_category_says_that_the_figure_is_of_the_whole_group(client: FlaskClient) -> None:
    rows = {row["code"]: row for row in client.get(f"{PATH}?group_by=category").json["items"]}
    (official,) = rows["MAQ_SERV"]["official"]
    assert official["is_wider"] and {"MAQ_SERV", "MAQ_ADT_E"} <= set(official["covers"])
    assert rows["MAQ_SERV"]["registry"] is None
    assert rows["COOP"]["official"] == []


def test_summary__has_no_official_figures_by_mechanism_and_says_so(client: FlaskClient) -> None:
    answer = client.get(f"{PATH}?group_by=mechanism").json
    assert answer["has_official"] is False
    assert {row["code"] for row in answer["items"]} == {"exoneracion", "suspension", "exencion"}


def test_summary__takes_every_filter_of_the_registry(client: FlaskClient) -> None:
    (row,) = client.get(f"{PATH}?department=05").json["items"]
    assert row["registry"]["not_paid_gtq"] == 100.5


def test_summary__as_csv_has_the_same_figures(client: FlaskClient) -> None:
    rows = list(csv.DictReader(io.StringIO(client.get(f"{PATH}.csv?group_by=category").text)))
    told = {row["code"]: (row["official_gtq"], row["registry_not_paid_gtq"]) for row in rows}
    assert told["MAQ_ADT_E"] == ("400000.00", "100.50")
    assert told["MAQ_SERV"] == ("400000.00", "")
    assert told["COOP"] == ("", "5.00")


@pytest.mark.parametrize(
    ("query", "parameter", "nearest"),
    [
        ("group_by=categoria", "group_by", "category"),
        ("group_by=year&group_by=tax", "group_by", None),
        ("axis=year", "axis", None),
        ("category=COP", "category", "COOP"),
        ("release=0", "release", None),
    ],
)
@pytest.mark.parametrize("suffix", ["", ".csv"])
def test_summary__refuses_by_name(
    client: FlaskClient, suffix: str, query: str, parameter: str, nearest: str | None
) -> None:
    response = client.get(f"{PATH}{suffix}?{query}")
    assert response.status_code == 422
    assert [error["parameter"] for error in response.json["errors"]] == [parameter]
    if nearest is not None:
        assert response.json["errors"][0]["nearest"] == nearest


def test_provisions__tell_what_is_declared_and_null_for_what_is_not(client: FlaskClient) -> None:
    answer = client.get(f"{PROVISIONS}?category=COOP&tax=ISR").json
    (provision,) = answer["items"]
    assert answer["total"] == 1
    assert provision["objective_es"] is None and provision["benchmark_es"] is None and provision["method"] is None
    assert provision["legal_references"] and provision["has_registered_beneficiaries"]


def test_provisions__hold_the_objective_ones_too(client: FlaskClient) -> None:
    items = client.get(f"{PROVISIONS}?tax=IVA").json["items"]
    objective = [one for one in items if not one["has_registered_beneficiaries"]]
    assert objective and all(one["category"] is None for one in objective)


def test_provisions__as_csv_are_the_same(client: FlaskClient) -> None:
    rows = list(csv.DictReader(io.StringIO(client.get(f"{PROVISIONS}.csv").text)))
    items = client.get(PROVISIONS).json["items"]
    assert [row["code"] for row in rows] == [one["code"] for one in items]
    assert rows[0]["has_registered_beneficiaries"] == "true"
    assert ";".join(items[0]["legal_references"]) == rows[0]["legal_references"]
