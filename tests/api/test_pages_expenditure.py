"""The page of tax expenditure: the API's figures in words, each series broken where its method is not one."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient

from tests.api.conftest import make_app
from tests.api.html_page import Element
from tests.api.test_pages_words import load
from tests.exemptions.releases import build_test_release, invented_record_id, record

PATH = "/gasto-tributario"
MILLION = 100_000_000


def estimate(year: int, partition: str, key: str, millions: float, edition: int, **given: Any) -> dict[str, Any]:
    amount = int(Decimal(str(millions)) * MILLION)
    return {"year": year, "partition": partition, "key": key, "amount_cents": amount,
            "report": f"Informe {edition}"} | given  # fmt: skip


V1, V2 = {"method_version": "v1"}, {"method_version": "v2"}
ESTIMATES = [
    estimate(2020, "total", "TOTAL", 16170.22, 2021, pct_gdp=2.6),
    estimate(2021, "total", "TOTAL", 17000, 2022, **V1),
    estimate(2022, "total", "TOTAL", 19818.5, 2023, **V1, pct_gdp=2.7),
    estimate(2022, "total", "TOTAL", 17268, 2024, **V2, pct_gdp=2.3),
    estimate(2023, "total", "TOTAL", 17326, 2024, **V2, note="Cifra preliminar"),
    estimate(2023, "impuesto", "ISR", 5000, 2024, **V2, tax="ISR"),
    estimate(2023, "impuesto", "IVA", 12326, 2024, **V2, tax="IVA"),
    estimate(2023, "ambito", "INTERNOS", 16499, 2024, **V2),
    estimate(2023, "ambito", "COMERCIO_EXTERIOR", 820.5, 2024, **V2),
    estimate(2023, "beneficiario", "REGIMEN_29_89", 7000.123456, 2024, **V2),
    estimate(2023, "beneficiario", "COOPERATIVAS", 10325.876544, 2024, **V2),
]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    home: Path = tmp_path_factory.mktemp("expenditure")
    amounts = [
        {"record_id": invented_record_id(1), "year": 2023, "tax": tax, "mechanism": mechanism, "amount_cents": cents,
         "source": "amounts"}
        for tax, mechanism, cents in (("ISR", "exoneracion", 10_050), ("DAI", "suspension", 99_00))
    ]  # fmt: skip
    build_test_release(home / "releases", [record(1, category="MAQ_ADT_E")], amounts=amounts, expenditure=ESTIMATES)
    with make_app(home).test_client() as client:
        yield client


def main_of(client: FlaskClient, path: str) -> Element:
    return load(client, path).find("main")


def millions(amount: float) -> str:
    """An amount of the API as the page writes it."""
    told = (Decimal(str(amount)) / 1_000_000).normalize()
    return f"Q {told:,.2f}" if told == round(told, 2) else f"Q {told:,f}"


def cells_of(row: Element) -> list[str]:
    return [cell.text for cell in row.children if isinstance(cell, Element) and cell.tag in ("th", "td")]


def block_of(page: Element, partition: str) -> Element:
    return page.find("section", class_=f"partition-{partition}")


@pytest.mark.parametrize(
    "query", ["", "?year=2022&vintage=all", "?tax=ISR", "?category=MAQ_SERV", "?report=Informe+2024"]
)
def test_expenditure__shows_every_figure_that_the_api_gives(client: FlaskClient, query: str) -> None:
    page = main_of(client, f"{PATH}{query}")
    items = client.get(f"/api/v1/expenditure{query}").json["items"]
    table = page.find_all("table", class_="stack-table")[-1]
    rows = [cells_of(row) for row in table.find("tbody").find_all("tr")]
    assert [(row[1], row[2]) for row in rows] == [(str(one["year"]), millions(one["amount_gtq"])) for one in items]
    for row, item in zip(rows, items, strict=True):
        assert row[3] == ("no declarado" if item["pct_gdp"] is None else f"{item['pct_gdp']}%")
        assert row[4].startswith(item["report"])
        assert (item["method_version"] or "no declarado") in row[4]
        assert ("un informe posterior la corrigió" in row[4]) == (not item["is_latest"])


def test_expenditure__tells_the_newest_total_first_with_what_is_declared_of_it(client: FlaskClient) -> None:
    page = main_of(client, PATH)
    figures = page.find("dl", class_="figures").text
    assert "Gasto tributario total, 2023Q 17,326.00 millones" in figures
    assert "Del producto interno bruto (PIB)no declarado" in figures
    assert "Informe: Informe 2024. Versión del método: v2. Cifra preliminar" in page.text
    assert "2.3%" in main_of(client, f"{PATH}?year=2022").find("dl", class_="figures").text


def test_expenditure__breaks_a_series_where_the_method_changes_or_is_not_declared(client: FlaskClient) -> None:
    body = main_of(client, PATH).find("table", class_="series-table").find("tbody")
    assert [cells_of(row)[0] for row in body.find_all("tr")] == [
        "2023",
        "2022",
        "Entre 2021 y 2022 cambió el método: sus cifras no se comparan.",
        "2021",
        "Entre 2020 y 2021 no se declara si el método es el mismo: sus cifras no se comparan.",
        "2020",
    ]
    assert cells_of(body.find_all("tr")[-1])[4] == "no declarado"


def test_expenditure__draws_each_break(client: FlaskClient) -> None:
    picture = main_of(client, PATH).find("figure", class_="picture")
    assert "a un lado y otro de una línea punteada no se comparan" in picture.text
    drawn = client.get("/graficas/registro/todo/gasto-tributario.csv").text.splitlines()
    assert drawn[1:3] == ["2020,16170220000.00,Informe 2021,no declarado", "2021,17000000000.00,Informe 2022,v1"]


def test_expenditure__keeps_partitions_apart_and_never_adds_them(client: FlaskClient) -> None:
    page = main_of(client, PATH)
    blocks = page.find_all("section", class_="partition")
    assert [block.find("h3").text for block in blocks] == ["Por impuesto", "Por ámbito", "Por grupo de beneficiarios"]
    assert "Son alternativas" in page.text
    sums = {sum(one["amount_cents"] for one in ESTIMATES if one["year"] == 2023 and one["partition"] != "total")}
    assert not any(millions(total / 100) in page.text for total in sums)
    for block in blocks:
        assert block.find_all("tfoot") == []


def test_expenditure__flags_a_group_with_all_the_categories_it_covers(client: FlaskClient) -> None:
    block = block_of(main_of(client, PATH), "beneficiario")
    rows = block.find("tbody").find_all("tr")
    (cooperatives, exporters) = rows
    assert "Corresponde a 1 categoría" in cooperatives.text and cooperatives.find_all("span", class_="flag") == []
    assert "Abarca 7 categorías del registro, todas juntas" in exporters.find("span", class_="flag").text
    links = [link.attrs["href"] for link in exporters.find("ul").find_all("a")]
    (item,) = client.get("/api/v1/expenditure?group=REGIMEN_29_89").json["items"]
    assert links == [f"/categoria/{code}" for code in item["covers"]]


def test_expenditure__shows_both_figures_of_what_was_restated(client: FlaskClient) -> None:
    page = main_of(client, PATH)
    (row,) = page.find("table", class_="restated-table").find("tbody").find_all("tr")
    (restated,) = client.get("/api/v1/expenditure").json["restatements"]
    told = cells_of(row)
    assert told[2:4] == [
        f"{millions(restated[side]['amount_gtq'])} {restated[side]['report']}" for side in ("before", "after")
    ]
    assert told[4] == "−Q 2,550.50 (−12.9%)"


def test_expenditure__says_what_does_not_add_up_and_by_how_much(client: FlaskClient) -> None:
    page = main_of(client, PATH)
    (told,) = client.get("/api/v1/expenditure").json["contradictions"]
    assert told["difference_gtq"] == -6_500_000
    words = "Las partes suman Q 17,319.50 millones y el total dado es Q 17,326.00 millones: faltan Q 6.50 millones."
    assert words in block_of(page, "ambito").text
    assert "faltan" not in block_of(page, "impuesto").text
    assert f"Por ámbito, 2023. {words} Informe 2024" in page.text
    assert "Lo que no cuadra" not in main_of(client, f"{PATH}?year=2020").text


def test_expenditure__puts_the_registry_beside_the_reports(client: FlaskClient) -> None:
    by_year, by_tax = main_of(client, PATH).find_all("table", class_="compared-table")
    assert cells_of(by_year.find("tbody").find_all("tr")[0]) == [
        "2023", "Q 17,326,000,000.00", "Q 100.50 en 1 registro", "Q 99.00, en 1 registro",
    ]  # fmt: skip
    taxes = {cells_of(row)[0]: cells_of(row)[2:] for row in by_tax.find("tbody").find_all("tr")}
    assert taxes["Impuesto Sobre la Renta"] == ["Q 5,000,000,000.00", "Q 100.50 en 1 registro", "—"]
    assert taxes["Derechos Arancelarios a la Importación"][:2] == ["sin estimación publicada", "ningún monto publicado"]


def test_expenditure__of_a_category_gives_the_group_whole_and_says_so(client: FlaskClient) -> None:
    page = main_of(client, f"{PATH}?category=MAQ_SERV")
    figures = page.find("dl", class_="figures").text
    assert "Usuarios del régimen del Decreto 29-89, 2023Q 7,000.123456 millones" in figures
    (row,) = page.find("table", class_="compared-table").find("tbody").find_all("tr")
    assert "Usuarios del régimen del Decreto 29-89: Abarca 7 categorías" in row.text


def test_expenditure__downloads_exactly_what_it_shows(client: FlaskClient) -> None:
    page = main_of(client, f"{PATH}?year=2023&tax=ISR")
    links = {link.text: link.attrs["href"] for link in page.find("ul", class_="download-list").find_all("a")}
    for_sheets, exact = ["XLSX", "CSV para hojas de cálculo"], ["CSV", "NDJSON", "Parquet", "JSON"]
    assert list(links) == [f"{name} 1 fila" for name in [*for_sheets, *exact]]
    assert client.get(links["JSON 1 fila"]).json["total"] == 1
    for name, address in links.items():
        assert client.get(address).status_code == 200
        labelled = "&headers=es" if name.removesuffix(" 1 fila") in for_sheets else ""
        assert urlsplit(address).query == "year=2023&tax=ISR&release=1" + labelled


def test_expenditure__leads_only_to_what_is_there(client: FlaskClient) -> None:
    for link in main_of(client, f"/en{PATH}").find_all("a"):
        address = link.attrs["href"]
        if not address.startswith("#") and "/graficas/" not in address:
            assert client.get(address).status_code == 200, address


def test_expenditure__keeps_what_is_chosen_in_its_form(client: FlaskClient) -> None:
    page = main_of(client, f"{PATH}?year=2022&year=2023&tax=ISR&report=Informe+2024&release=1")
    form = page.find("form", class_="choices")
    hidden = [(one.attrs["name"], one.attrs["value"]) for one in form.find_all("input", type="hidden")]
    assert sorted(hidden) == [("release", "1"), ("report", "Informe 2024"), ("year", "2022"), ("year", "2023")]
    assert [one.attrs["value"] for one in form.find_all("option") if "selected" in one.attrs] == ["ISR"]
    chips = [chip.text for chip in page.find_all("a", class_="chip")]
    assert len(chips) == 5 and chips[-1] == "Quitar todos"


def test_expenditure__that_no_report_tells_says_so(client: FlaskClient) -> None:
    page = main_of(client, f"{PATH}?tax=IUSI")
    assert "Ningún informe publicado da una cifra de lo que usted pide." in page.text
    assert page.find_all("dl", class_="figures") == []


@pytest.mark.parametrize("query", ["yeer=2020", "year=dos", "group=XYZ", "report=Informe+1999"])
def test_expenditure__refuses_what_it_does_not_understand(client: FlaskClient, query: str) -> None:
    assert client.get(f"{PATH}?{query}").status_code == 422


def test_expenditure__without_any_estimate_says_that_none_was_published(tmp_path: Path) -> None:
    build_test_release(tmp_path / "releases", [record(1)])
    with make_app(tmp_path).test_client() as client:
        page = main_of(client, PATH)
    assert "no tiene ninguna estimación oficial del gasto tributario" in page.text
    assert page.find_all("form") == [] and page.find_all("ul", class_="download-list") == []


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/categoria/MAQ_SERV", "category=MAQ_SERV"),
        ("/impuesto/ISR", "tax=ISR"),
        ("/ley/decreto-29-89", "category=MAQ_ADT_E"),
        ("/tipo/COOP", "type=COOP"),
    ],
)
def test_subject__shows_its_official_figures_whole(client: FlaskClient, path: str, query: str) -> None:
    section = main_of(client, path).find("section", id="sec-estimado")
    items = client.get(f"/api/v1/expenditure?{query}").json["items"]
    assert items
    for item in items:
        assert millions(item["amount_gtq"]) in section.text
        flagged = "Abarca" in section.text and "todas juntas" in section.text
        assert flagged == (len(item["covers"]) > 1)
    address = next(link.attrs["href"] for link in section.find_all("a") if "Ver estas estimaciones" in link.text)
    assert address.startswith(f"{PATH}?") and client.get(address).status_code == 200


def test_subject__that_no_report_tells_of_says_so(client: FlaskClient) -> None:
    assert "Ningún informe oficial publicado da una cifra de esto." in main_of(client, "/impuesto/IUSI").text
    assert main_of(client, "/departamento/01").find_all("section", id="sec-estimado") == []
