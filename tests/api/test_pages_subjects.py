"""The pages of types, categories, laws, taxes, places and activities, and the page of all ways in."""

import csv
import io
import json
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient

from api.pages.subject_words import KINDS, SECTIONS
from exemptions.catalogs import load_catalogs
from exemptions.laws import law_slug
from exemptions.subjects import CATALOG_OF, SubjectKind
from tests.api.conftest import make_app
from tests.api.html_page import Element
from tests.api.test_pages_words import app_of, load
from tests.exemptions.releases import build_test_release, default_rows, invented_nit, invented_record_id, record

PATHS = {
    "/tipo/BFT": "type=BFT",
    "/categoria/MAQ_ADT_E": "category=MAQ_ADT_E",
    "/ley/decreto-65-89": "category=ZF_ADM&category=ZF_IND&category=ZF_SERV",
    "/impuesto/ISR": "tax=ISR",
    "/departamento/01": "department=01",
    "/municipio/0901": "municipality=0901",
    "/actividad/1410": "activity=1410",
}
"""One page of each kind → the search of its records."""


def main_of(client: FlaskClient, path: str, status: int = 200) -> Element:
    return load(client, path, status).find("main")


def links_of(page: Element) -> dict[str, str]:
    return {link.text: link.attrs["href"] for link in page.find_all("a")}


def rows_of(client: FlaskClient, path: str) -> list[dict[str, str]]:
    response = client.get(path)
    assert response.status_code == 200, path
    return list(csv.DictReader(io.StringIO(response.text)))


def figures_of(page: Element) -> dict[str, str]:
    figures = page.find("dl", class_="figures")
    values = [value.text for value in figures.find_all("span", class_="figure-value")]
    return dict(zip([term.text for term in figures.find_all("dt")], values, strict=True))


def test_kinds__each_has_its_words() -> None:
    assert set(KINDS) == set(SECTIONS) == set(CATALOG_OF) == set(SubjectKind)


@pytest.mark.parametrize(("path", "query"), PATHS.items(), ids=PATHS)
def test_subject__tells_what_its_downloads_add_up_to(client: FlaskClient, path: str, query: str) -> None:
    """Page, API and files of one release have the same figures."""
    page = main_of(client, path)
    links = links_of(page)
    exact = {name: href for name, href in links.items() if "headers=" not in href}
    name, address = next((name, href) for name, href in exact.items() if href.startswith("/api/v1/records.csv"))
    assert parse_qs(urlsplit(address).query) == {**parse_qs(query), "release": ["3"]}
    records = rows_of(client, address)
    assert name.startswith(f"CSV {len(records)} fila")
    ids = {row["record_id"] for row in records}
    figures = figures_of(page)
    assert figures["Beneficios"] == str(len(records))
    assert figures["Vigentes"] == str(sum(row["status"] == "active" for row in records))
    told = json.loads(client.get(links["Todas en un JSON"]).data, parse_float=Decimal)
    assert (told["records"], str(told["taxpayers"])) == (len(records), figures["Contribuyentes"])
    amounts: defaultdict[str, Decimal] = defaultdict(Decimal)
    counted: Counter[str] = Counter()
    for row in rows_of(client, "/api/v1/releases/3/tables/amounts.csv"):
        if row["record_id"] in ids:
            amounts[row["year"]] += Decimal(row["amount_gtq"])
            counted[row["year"]] += 1
    written = [f"{year}Q {amounts[year]:,.2f} en {counted[year]} registro" for year in sorted(amounts, reverse=True)]
    table = page.find_all("table", class_="years-table")[0].text if amounts else page.text
    for line in written:
        assert line in table
    assert ("No hay ningún monto publicado" in page.text) == (not amounts)


@pytest.mark.parametrize("path", PATHS)
def test_subject__leads_only_to_what_is_there(client: FlaskClient, path: str) -> None:
    page = load(client, f"/en{path}").find("main")
    for href in links_of(page).values():
        # Drawing takes a process of its own, which the tests of pictures start.
        if not href.startswith("#") and "/graficas/" not in href:
            assert client.get(href).status_code == 200, href


def test_subject__bars_count_what_their_searches_find(client: FlaskClient) -> None:
    page = main_of(client, "/ley/decreto-10-2012")
    bars = [bar for ways in page.find_all("ul", class_="ways") for bar in ways.find_all("a")]
    assert len(bars) > 10
    for bar in bars:
        count = int(bar.find("span", class_="way-count").text.split()[0])
        query = urlsplit(bar.attrs["href"]).query
        assert client.get(f"/api/v1/records?{query}").json["total"] == count, bar.attrs["href"]


def test_subject__of_a_law_counts_only_the_categories_that_cite_it(client: FlaskClient) -> None:
    page = main_of(client, "/ley/decreto-65-89")
    assert "2 contribuyentes" not in page.text
    assert "1 contribuyente tiene o tuvo un beneficio cuya base legal cita esta norma." in page.text
    assert "Zona franca, usuario industrial" in page.text


def test_subject__shows_its_pictures_with_their_tables(client: FlaskClient) -> None:
    page = main_of(client, "/departamento/01?release=2")
    pictures = page.find_all("figure", class_="picture")
    assert pictures
    for picture in pictures:
        assert picture.find("img").attrs["alt"]
        assert "release=2" in picture.find("img").attrs["src"]
        assert picture.find_all("table")


def test_subject__ranks_taxpayers_and_hides_natural_persons(client: FlaskClient) -> None:
    tables = main_of(client, "/tipo/BFT").find_all("table", class_="ranking-table")
    amounts = [[cell.text for cell in row.find_all("td")] for row in tables[0].find("tbody").find_all("tr")]
    assert [cells[1] for cells in amounts] == ["Q 99,000,000.01", "Q 1,234,567.89"]
    names = [head.text for head in tables[0].find("tbody").find_all("th")]
    assert names == ["Energía Papalote, Cía. Ltda.", "NUBES DE OBSIDIANA, SOCIEDAD ANÓNIMA"]
    text = client.get("/categoria/CED_PRIV").get_data(as_text=True)
    for number in (14, 15):
        assert invented_nit(number) not in text and invented_record_id(number) not in text


def test_subject__names_a_natural_person_by_no_name_it_withholds(tmp_path: Path) -> None:
    withheld = record(1, name=None, nit=None, person_kind="natural", category="MAQ_REP", jobs=9)
    page = main_of(app_of(tmp_path, withheld), "/categoria/MAQ_REP")
    row = page.find("table", class_="ranking-table").find("tbody").find("tr")
    assert "Persona individual (nombre reservado)" in row.text
    assert row.find_all("a") == []


def test_subject__tells_what_changed_in_it_with_the_last_release(client: FlaskClient) -> None:
    assert "0 registros nuevos, 0 modificados, 1 retirado" in main_of(client, "/categoria/FUND").text
    assert "0 registros nuevos, 1 modificado, 0 retirados" in main_of(client, "/categoria/COOP").text
    assert "1 registro nuevo, 0 modificados, 0 retirados" in main_of(client, "/categoria/ASOC").text
    assert "No cambió ningún registro de aquí." in main_of(client, "/tipo/BFT").text


def test_subject__tells_that_what_ended_cannot_be_counted_without_the_release_before(client: FlaskClient) -> None:
    # Release 1, before release 2, was withdrawn.
    assert "cuántos retiró ya no se puede saber" in main_of(client, "/categoria/FUND?release=2").text


def test_subject__keeps_the_release_in_its_links(client: FlaskClient) -> None:
    page = load(client, "/categoria/FUND?release=2").find("main")
    assert "Está viendo la publicación 2" in page.text
    assert figures_of(page)["Beneficios"] == "3"
    links = links_of(page)
    assert links["Explorar"] == "/explorar?release=2"
    assert links["Ver 3 registros"] == "/buscar?category=FUND&release=2"
    assert links["Ver esto en la publicación más nueva"] == "/categoria/FUND"
    bars = [bar.attrs["href"] for ways in page.find_all("ul", class_="ways") for bar in ways.find_all("a")]
    assert bars and all("release=2" in bar for bar in bars)
    by_day = load(client, "/categoria/FUND?as_of=2026-01-20").find("main")
    assert links_of(by_day)["Ver 3 registros"] == "/buscar?category=FUND&as_of=2026-01-20"


def test_subject__without_records_says_so_and_still_tells_the_law(client: FlaskClient) -> None:
    page = main_of(client, "/categoria/HIDRO")
    assert "La publicación 3 no tiene ningún registro suyo." in page.text
    assert "Decreto-Ley 109-83" in page.text
    assert page.find_all("dl", class_="figures") == []
    assert not any(href.startswith("/api/v1/records") for href in links_of(page).values())


def test_subject__offers_only_tables_that_hold_something(client: FlaskClient) -> None:
    links = links_of(main_of(client, "/categoria/CED_PRIV"))
    tables = [href for href in links.values() if href.startswith("/api/v1/overview/")]
    assert tables == []
    lines = main_of(client, "/categoria/MAQ_ADT_E").find("ul", class_="table-links").find_all("li")
    titles = [line.text.partition(":")[0] for line in lines]
    assert titles[0] == "Montos por año, impuesto y mecanismo"
    assert "Curva de concentración" not in titles
    files = links_of(lines[0])
    assert list(files) == ["XLSX", "CSV para hojas de cálculo", "CSV", "NDJSON", "Parquet", "JSON"]
    amounts = [row["amount_gtq"] for row in rows_of(client, files["CSV"])]
    assert [f"{row['amount_gtq']:.2f}" for row in client.get(files["JSON"]).json] == amounts


def test_subject__of_a_tax_tells_that_amounts_are_of_all_taxes(client: FlaskClient) -> None:
    assert "Los montos son los de esos beneficios por todos sus impuestos" in main_of(client, "/impuesto/ISR").text


def test_subject__of_a_law_that_nothing_cites_has_no_figures(client: FlaskClient) -> None:
    page = main_of(client, "/ley/decreto-6-91")
    assert "Ninguna categoría del catálogo cita esta norma" in page.text
    assert page.find_all("dl", class_="figures") == []


def test_subject__tells_of_natural_persons_that_are_only_counted(tmp_path: Path) -> None:
    counted = [{"category": "DIPL", "records": 72}]
    build_test_release(tmp_path / "releases", count_only=counted)
    client = make_app(tmp_path).test_client()
    told = "Además hay 72 registros de personas individuales que solo se cuentan."
    assert told in main_of(client, "/categoria/DIPL").text
    assert "solo se cuentan" not in main_of(client, "/categoria/CONS").text


@pytest.mark.parametrize(
    ("asked", "page"),
    [
        ("/categoria/coop", "/categoria/COOP"),
        ("/departamento/quetzaltenango", "/departamento/09"),
        ("/departamento/1", "/departamento/01"),
        ("/ley/D_29_89", "/ley/decreto-29-89"),
        ("/ley/ley de maquila", "/ley/decreto-29-89"),
        ("/en/impuesto/isr?release=2", "/en/impuesto/ISR?release=2"),
    ],
)
def test_subject__another_spelling_leads_to_the_one_address(client: FlaskClient, asked: str, page: str) -> None:
    response = client.get(asked)
    assert (response.status_code, response.headers["Location"]) == (301, page)


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/categoria/COPERATIVA", "Lo más parecido: Cooperativa, federación o confederación (COOP)"),
        ("/departamento/Guatemaya", "Guatemala (01)"),
        ("/ley/decreto-29-98", "(decreto-29-89)"),
        ("/impuesto/zzzzzzzz", "No existe ese impuesto"),
        ("/departamento/-1", "No existe ese departamento"),
    ],
)
def test_subject__an_unknown_code_is_told_the_nearest(client: FlaskClient, path: str, told: str) -> None:
    assert told in main_of(client, path, 404).text


def test_laws__have_addresses_of_their_own() -> None:
    laws = load_catalogs().laws.values()
    slugs = [law_slug(law) for law in laws]
    assert len(set(slugs)) == len(slugs)
    assert "decreto-29-89" in slugs and "constitucion" in slugs


def test_explore__counts_every_way_in_as_its_search_does(client: FlaskClient) -> None:
    page = main_of(client, "/explorar")
    counts = {
        link.attrs["href"]: int(link.find("span", class_="way-count").text.split()[0])
        for link in page.find_all("a")
        if link.find_all("span", class_="way-count")
    }
    rows = rows_of(client, "/api/v1/records.csv")
    for kind, column in (("tipo", "exempt_type"), ("categoria", "category"), ("municipio", "municipality")):
        told = {path.rpartition("/")[2]: n for path, n in counts.items() if path.startswith(f"/{kind}/") and n}
        assert told == {code: n for code, n in Counter(row[column] for row in rows).items() if code}
    citing = {"ZF_ADM", "ZF_IND", "ZF_SERV"}
    assert counts["/ley/decreto-65-89"] == sum(row["category"] in citing for row in rows)
    assert counts["/impuesto/ISR"] == sum("ISR" in row["taxes"].split(";") for row in rows)


def test_explore__leads_to_every_type_category_law_tax_and_place(client: FlaskClient) -> None:
    hrefs = {link.attrs["href"] for link in main_of(client, "/en/explorar").find_all("a")}
    catalogs = load_catalogs()
    expected = {f"/en/tipo/{code}" for code in catalogs.types}
    expected |= {f"/en/categoria/{code}" for code in catalogs.categories}
    expected |= {f"/en/ley/{law_slug(law)}" for law in catalogs.laws.values()}
    expected |= {f"/en/impuesto/{code}" for code in catalogs.taxes}
    expected |= {f"/en/departamento/{code}" for code in catalogs.departments}
    expected |= {f"/en/municipio/{code}" for code in catalogs.municipalities}
    assert expected <= hrefs


def test_explore__keeps_the_release(client: FlaskClient) -> None:
    page = main_of(client, "/explorar?release=2")
    assert "16 registros de la publicación 2" in page.text
    ways = [link.attrs["href"] for link in page.find_all("a") if link.find_all("span", class_="way-count")]
    assert all(href.endswith("?release=2") for href in ways)


def test_dictionary__leads_to_the_pages_and_back(client: FlaskClient) -> None:
    assert links_of(main_of(client, "/diccionario/laws"))["Ley de Zonas Francas"] == "/ley/decreto-65-89"
    hrefs = [link.attrs["href"] for link in main_of(client, "/diccionario/categories").find_all("a")]
    assert "/categoria/COOP" in hrefs
    back = links_of(main_of(client, "/ley/decreto-65-89"))["Ver todo el catálogo en el diccionario"]
    assert back == "/diccionario/laws#D_65_89"


def test_subject__shows_upcoming_ends_and_their_search(tmp_path: Path) -> None:
    rows = [
        row | {"record_id": invented_record_id(100 + n), "resolution": f"R-{n}", "nit": invented_nit(100 + n)}
        for n in range(12)
        for row in default_rows()
        if row["resolution"] == "DPI-1-2020"
    ]
    build_test_release(tmp_path / "releases", rows, status_date="2029-06-30", events=[])
    page = main_of(make_app(tmp_path).test_client(), "/categoria/MAQ_ADT_E")
    assert "12 beneficios llegan a su último día entre el 30 de junio de 2029 y el 29 de junio de 2030." in page.text
    assert len(page.find("table", class_="ends-table").find("tbody").find_all("tr")) == 10
    href = links_of(page)["Ver todos los que terminan en esos doce meses"]
    assert "valid_until_min=2029-06-30" in href and "sort=valid_until" in href
