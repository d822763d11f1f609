"""Constant quetzales on pages: what the API gives, in words, and "not available" where a release has no deflator."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from api.formatting import NO_BREAK, format_rounded_millions
from tests.api.conftest import make_app
from tests.api.html_page import Element
from tests.api.test_macro import AMOUNTS, ESTIMATES, SERIES, SOURCE
from tests.api.test_pages_expenditure import cells_of, main_of
from tests.exemptions.releases import build_test_release, record

PATH = "/gasto-tributario"
API = "/api/v1/expenditure"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    home: Path = tmp_path_factory.mktemp("macro-pages")
    told: dict[str, Any] = {"amounts": AMOUNTS, "expenditure": ESTIMATES}
    rows = [record(1, category="MAQ_ADT_E")]
    build_test_release(home / "releases", rows, **told, macro=None)
    build_test_release(home / "releases", rows, 2, **told, macro=SERIES)
    with make_app(home).test_client() as client:
        yield client


def constant_of(item: dict[str, Any]) -> str:
    """What a page has for the constant amount of an item of the API."""
    told = item["amount_constant_gtq"]
    return "no disponible" if told is None else format_rounded_millions(Decimal(str(told))).replace(NO_BREAK, " ")


def share_of(item: dict[str, Any]) -> str:
    match item["pct_gdp_basis"]:
        case "official":
            return f"{item['pct_gdp']}%"
        case "computed":
            return f"{item['pct_gdp_computed']}% calculado"
        case _:
            return "no declarado"


def rows_of(table: Element) -> list[list[str]]:
    return [cells_of(row) for row in table.find("tbody").find_all("tr")]


def test_expenditure__shows_the_constant_amounts_and_shares_of_the_api(client: FlaskClient) -> None:
    page = main_of(client, PATH)
    items = client.get(API).json["items"]
    rows = rows_of(page.find_all("table", class_="stack-table")[-1])
    assert [(row[1], row[3], row[4]) for row in rows] == [
        (str(item["year"]), constant_of(item), share_of(item)) for item in items
    ]
    assert {share_of(item) for item in items} > {"no declarado", "2.4%", "2.289% calculado"}


def test_expenditure__names_the_base_year_and_the_source_once(client: FlaskClient) -> None:
    page = main_of(client, PATH)
    (note,) = page.find_all("p", class_="price-note")
    assert "En quetzales de 2018" in note.text and f"Fuente del PIB y del deflactor: {SOURCE}." in note.text
    (series,) = [link for link in note.find_all("a") if "macro" in link.attrs["href"]]
    assert client.get(series.attrs["href"]).text == client.get("/api/v1/macro.csv").text
    heads = [cell.text for cell in page.find("table", class_="series-table").find("thead").find_all("th")]
    assert heads[1:4] == ["Millones de quetzales", "Millones de quetzales de 2018", "Del PIB"]


def test_expenditure__of_one_year_leads_with_its_constant_amount(client: FlaskClient) -> None:
    figures = main_of(client, f"{PATH}?year=2023").find("dl", class_="figures").text
    (item,) = client.get(f"{API}?year=2023&partition=total").json["items"]
    assert f"En quetzales de 2018{constant_of(item)} millones" in figures
    assert "2.289%Calculado: el informe no da ningún porcentaje" in " ".join(figures.split()).replace("% C", "%C")
    assert "En quetzales de 2018no disponible" in main_of(client, PATH).find("dl", class_="figures").text


def test_expenditure__compares_years_with_the_sums_of_the_summary(client: FlaskClient) -> None:
    table = main_of(client, PATH).find_all("table", class_="compared-table")[0]
    told = {row[0]: row[1:] for row in rows_of(table)}
    assert told["2023"] == [
        "Q 19,000,000,000.07 Q 16,196,402,693.78 de 2018",
        "Q 117.31 Q 100.00 de 2018 en 1 registro",
    ]
    assert "en quetzales de 2018: no disponible" in told["2024"][0]


def test_picture__in_constant_quetzales_has_the_figures_of_the_api(client: FlaskClient) -> None:
    drawn = list(csv.DictReader(io.StringIO(client.get("/graficas/registro/todo/gasto-tributario-constante.csv").text)))
    items = client.get(f"{API}?partition=total").json["items"]
    told = {str(one["year"]): one["amount_constant_gtq"] for one in items}
    found = {row["year"]: float(row["amount_constant_gtq"]) for row in drawn if row["amount_constant_gtq"]}
    assert found == {year: amount for year, amount in told.items() if amount is not None}
    assert len(drawn) == 7
    assert client.get("/graficas/registro/todo/gasto-tributario-constante.csv?release=1").status_code == 404


@pytest.mark.parametrize("path", ["/categoria/MAQ_SERV", "/tipo/BFT", "/ley/decreto-29-89"])
def test_subject__shows_constant_quetzales_and_their_source(client: FlaskClient, path: str) -> None:
    section = main_of(client, path).find("section", id="sec-estimado")
    (item,) = client.get(f"{API}?category=MAQ_SERV").json["items"]
    assert constant_of(item) in section.text and share_of(item) in section.text
    assert "En quetzales de 2018" in section.text and SOURCE in section.text


@pytest.mark.parametrize("path", [PATH, "/categoria/MAQ_SERV"])
def test_page__of_an_older_release_says_that_they_are_not_available(client: FlaskClient, path: str) -> None:
    page = main_of(client, f"{path}?release=1")
    assert "los montos en quetzales constantes no están disponibles" in page.find("p", class_="price-note").text
    assert "quetzales de 20" not in page.text and "calculado" not in page.text
