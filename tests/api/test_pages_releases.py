"""The first page, the publications, the data and the methodology: figures equal to the API's, nothing hidden."""

import json
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from api.pages import catalogs as catalog_pages
from exemptions.catalog_entries import CatalogName
from exemptions.catalogs import load_catalogs
from exemptions.columns import KEYS
from tests.api.conftest import CSV_TEXT, make_app
from tests.api.html_page import Element, read_page
from tests.exemptions.releases import (
    build_test_release,
    default_rows,
    invented_record_id,
    point_at,
    record,
)


def load(client: FlaskClient, path: str, status: int = 200) -> Element:
    response = client.get(path)
    assert response.status_code == status
    return read_page(response.get_data(as_text=True))


def figures(page: Element) -> dict[str, tuple[str, str]]:
    parts = page.find("dl", class_="figures").find_all("div")
    return {
        part.find("dt").text: (
            part.find("span", class_="figure-value").text,
            part.find("span", class_="figure-note").text,
        )
        for part in parts
    }


def change_manifest(folder: Path, **changed: object) -> None:
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_bytes()) | changed, sort_keys=True) + "\n", encoding="utf-8")


def test_home__gives_the_first_answers_as_the_api_counts_them(client: FlaskClient) -> None:
    answer = client.get("/api/v1/records?facets=permanence,status,type").get_json()
    counts = {name: {value["value"]: value["count"] for value in answer["facets"][name]} for name in answer["facets"]}
    shown = figures(load(client, "/"))
    permanent, temporary = counts["permanence"]["permanent"], counts["permanence"]["temporary"]
    assert shown["Beneficios"] == (str(answer["total"]), f"{permanent} permanentes y {temporary} temporales")
    assert shown["Vigentes"][0] == str(counts["status"]["active"])
    manifest = client.get("/api/v1/releases/3").get_json()
    assert shown["Contribuyentes"][0] == str(manifest["counts"]["taxpayers"])
    reported = [part for part in answer["sums"]["jobs"] if part["kind"] == "reported"]
    jobs = max(reported, key=lambda part: (part["rows"], part["year"]))
    assert shown[f"Empleos reportados en {jobs['year']}"] == (f"{jobs['sum']:,}", f"en {jobs['rows']} registros")
    amount = max(answer["sums"]["amount_gtq"], key=lambda part: part["rows"])
    value, note = shown[f"Impuesto no pagado en {amount['year']}"]
    assert value == f"Q {amount['sum'] / 1_000_000:,.1f} millones"
    assert note == f"Q {amount['sum']:,.2f}, en {amount['rows']} registros"


def test_home__names_those_with_the_most_as_the_api_ranks_them(client: FlaskClient) -> None:
    rankings = client.get("/api/v1/overview").get_json()["rankings"]
    amounts, jobs = load(client, "/").find_all("section", class_="leaders")
    for section, ranking in ((amounts, rankings["amount"]), (jobs, rankings["jobs"])):
        # A reported zero is no lead.
        expected = [(f"/contribuyente/{item['nit']}", item["name"]) for item in ranking["items"] if item["value"] > 0]
        links = section.find("ol").find_all("a")
        assert [(link.attrs["href"], link.text) for link in links] == expected[:5] != []
        assert str(ranking["year"]) in section.find("h3").text
    first = amounts.find("ol").find_all("li")[0].find("span", class_="leader-value").text
    assert first == f"Q {rankings['amount']['items'][0]['value']:,.2f} 12,346 millones de quetzales"
    assert amounts.find("p").find("a").attrs["href"] == "/buscar?sort=-amount_gtq"


@pytest.mark.parametrize("corrected_to", [-100, -300])
def test_home__tells_no_share_of_a_total_that_is_not_positive(tmp_path: Path, corrected_to: int) -> None:
    rows = [record(1, name="Hilos de Agua, S. A.", amount_gtq=100), record(2, amount_gtq=corrected_to)]
    build_test_release(tmp_path / "releases", rows)
    (amounts,) = load(make_app(tmp_path).test_client(), "/").find_all("section", class_="leaders")
    assert "Hilos de Agua, S. A." in amounts.text
    assert "suman" not in amounts.text


def test_home__tells_since_when_with_the_searches_behind(client: FlaskClient) -> None:
    terms = client.get("/api/v1/overview").get_json()["terms"]
    page = load(client, "/")
    assert "empezó en 2019" in page.text
    assert f"{terms['without_begin']} registros no tienen publicado su primer día" in page.text
    links = page.find("ul", class_="begin-years").find_all("a")
    # The release is of February 2026: what begins later is not yet since when.
    assert [link.find("span", class_="way-name").text for link in links] == ["2019", "2020", "2021", "2022"]
    for link, year in zip(links, terms["begun"], strict=False):
        shown = load(client, link.attrs["href"]).find("h1").text
        assert shown.startswith(f"{year['records']} registro")


def test_home__leads_to_every_kind_of_search_and_to_how_to_read_it(client: FlaskClient) -> None:
    addresses = [link.attrs["href"] for link in load(client, "/").find("main").find_all("a")]
    for name in ("type=", "status=", "permanence=", "category=", "department=", "activity="):
        assert any(address.startswith(f"/buscar?{name}") for address in addresses), name
    assert "/como-leer" in addresses
    assert "/publicaciones/3/cambios" in addresses
    assert any(address.startswith("/buscar?valid_from_min=") for address in addresses)


def test_home__shows_pictures_of_the_registry_with_their_tables(client: FlaskClient) -> None:
    pictures = load(client, "/").find_all("figure")
    assert len(pictures) == 2
    for picture in pictures:
        assert picture.find("img").attrs["alt"]
        assert len(picture.find("table").find_all("tr")) > 1


def test_home__says_what_the_amounts_leave_out(client: FlaskClient) -> None:
    states = client.get("/api/v1/records").get_json()["sums"]["states"]["amount_gtq"]
    text = load(client, "/").find("main").text
    assert "no es el gasto tributario oficial" in text
    assert "No incluye 1 registro cuyo último monto es de otro año." in text
    assert f"{states['not_reported']} registros sin dato reportado; 1 registro con el dato reservado" in text


def test_home__without_amounts_shows_none_and_says_why(tmp_path: Path) -> None:
    rows = [record(number, amount_status="withheld", withheld_fields="amount_gtq") for number in (1, 2)]
    build_test_release(tmp_path / "releases", rows)
    with make_app(tmp_path).test_client() as client:
        page = load(client, "/")
    assert set(figures(page)) == {"Beneficios", "Contribuyentes", "Vigentes"}
    assert "no se publica o no se ha reportado. Deja fuera: 2 registros con el dato reservado." in page.text


def test_home__ways_in_count_what_their_search_finds(client: FlaskClient) -> None:
    page = load(client, "/")
    ways = [way for group in page.find_all("ul", class_="ways") for way in group.find_all("li")]
    assert len(ways) > 20
    for way in ways:
        # The count is a link of its own beside the page about the value, or a part of the only link.
        shown = (way.find_all("a", class_="way-count") or way.find_all("span", class_="way-count"))[0]
        count = int(shown.text.split()[0].replace(",", ""))
        address = shown.attrs.get("href") or way.find("a").attrs["href"]
        assert load(client, address).find("h1").text.startswith(f"{count} registro")


def test_releases__lists_all_from_the_newest_with_what_was_withdrawn(client: FlaskClient) -> None:
    rows = load(client, "/publicaciones").find("table").find_all("tr")[1:]
    assert [row.find("th").text for row in rows] == ["3", "2", "1"]
    assert [bool(row.find("th").find_all("a")) for row in rows] == [True, True, False]
    assert "Retirada" in rows[2].text
    sha256 = client.get("/api/v1/releases").get_json()["items"][0]["manifest_sha256"]
    assert rows[0].find("code").text == sha256


def test_releases__says_when_one_person_may_do_both(tmp_path: Path, client: FlaskClient) -> None:
    folder = build_test_release(tmp_path / "releases")
    change_manifest(folder, two_person=False)
    point_at(tmp_path / "releases", 1)
    with make_app(tmp_path).test_client() as lone:
        assert "la regla de dos personas está apagada" in load(lone, "/publicaciones").text
        assert "apagada: la misma persona puede cargar y aprobar" in load(lone, "/publicaciones/1").text
        assert "puede hacerlo la misma persona que lo cargó" in load(lone, "/metodologia").text
    assert "apagada" not in load(client, "/publicaciones").text


def test_release__tells_what_changed_and_names_what_has_gone(client: FlaskClient) -> None:
    page = load(client, "/publicaciones/3")
    table = next(table for table in page.find_all("table") if "cambios" in table.find("caption").text)
    rows = [[cell.text for cell in (*row.find_all("th"), *row.find_all("td"))] for row in table.find_all("tr")[1:]]
    assert rows == [
        ["Cooperativa Agrícola Ñandú, R.L. Cooperativa, federación o confederación", "Empleos generados", "12", "15"],
        ["Fundación Nube Fundación", "Retirado del registro", "", ""],
        ["Ábaco del Futuro, S. A. Asociación", "Agregado", "", ""],
    ]
    gone = table.find_all("a")[1].attrs["href"]
    assert gone == f"/registro/{invented_record_id(12)}?release=2"
    assert client.get(gone).status_code == 200


def test_release__with_many_changes_shows_the_first_and_links_all(tmp_path: Path) -> None:
    rows = [record(number) for number in range(1, 81)]
    changes = [
        {"record_id": row["record_id"], "kind": "changed", "field": field, "before": "01", "after": "02", "release": 2}
        for row in rows
        for field in ("department", "department_name")
    ]
    build_test_release(tmp_path / "releases", rows, number=1)
    build_test_release(tmp_path / "releases", rows, number=2, changes=changes)
    with make_app(tmp_path).test_client() as client:
        page = load(client, "/publicaciones/2")
    table = next(table for table in page.find_all("table") if "cambios" in table.find("caption").text)
    assert table.find("caption").text == "Los primeros 50 cambios"
    assert len(table.find_all("tr")) == 51
    links = [link.attrs["href"] for link in page.find_all("p", class_="after-table")[0].find_all("a")]
    data = [f"/api/v1/releases/2/changes{suffix}" for suffix in (".csv", ".ndjson", ".parquet", "")]
    assert links == ["/publicaciones/2/cambios", *data]


def test_release__that_is_the_first_says_so_and_lists_no_changes(tmp_path: Path) -> None:
    build_test_release(tmp_path / "releases", number=1)
    with make_app(tmp_path).test_client() as client:
        page = load(client, "/publicaciones/1")
    assert "Es la primera publicación" in page.text
    assert not [table for table in page.find_all("table") if "cambios" in table.find("caption").text]


def test_release__tells_its_note_what_it_restores_and_which_is_newer(tmp_path: Path) -> None:
    releases = tmp_path / "releases"
    for number in (1, 2):
        build_test_release(releases, number=number)
    folder = build_test_release(releases, number=3, restores=1)
    change_manifest(folder, note="Se deshace <lo de ayer>.")
    point_at(releases, 3)
    with make_app(tmp_path).test_client() as client:
        page, older = load(client, "/publicaciones/3"), load(client, "/publicaciones/1")
        assert "Repite el contenido de la publicación 1." in load(client, "/publicaciones").text
    assert "Se deshace <lo de ayer>." in page.text
    assert "/publicaciones/1" in [link.attrs["href"] for link in page.find("main").find_all("a")]
    assert "No es la publicación más nueva" not in page.text
    assert "No es la publicación más nueva" in older.text


def test_release__gives_its_files_with_size_and_hash(client: FlaskClient) -> None:
    page = load(client, "/publicaciones/2")
    table = next(table for table in page.find_all("table") if "Descargas" in table.find("caption").text)
    rows = {row.find("th").find_all("a")[0].text: row for row in table.find_all("tr")[1:]}
    assert {"records.csv", "records.parquet", "jobs.arrow", "history.arrow"} <= set(rows)
    csv = rows["records.csv"]
    address = csv.find("th").find("a").attrs["href"]
    assert address == "/downloads/2/records.csv"
    with client.get(address) as response:
        assert response.get_data() == CSV_TEXT
        assert response.headers["ETag"].strip('"') == csv.find("code").text
    with client.get("/downloads/2/records.csv.gz") as packed:
        assert packed.status_code == 200
    assert "records.arrow" not in rows


def test_data__tells_how_to_cite_the_release(registry_home: Path) -> None:
    with make_app(registry_home, EXEMPTIONS_BASE_URL="https://registro.example").test_client() as client:
        citation = load(client, "/datos").find("blockquote").text
        english = load(client, "/en/datos").find("blockquote").text
        sha256 = client.get("/api/v1/releases").get_json()["items"][0]["manifest_sha256"]
    assert citation == (
        "Registro de ensayo. Registro abierto de exenciones tributarias (datos inventados de demostración) [en línea]. "
        "Publicación 3, 15 de febrero de 2026. Disponible en: https://registro.example/publicaciones/3. "
        f"SHA-256 {sha256}."
    )
    assert "https://registro.example/en/publicaciones/3" in english


def test_dictionary__has_every_column_with_its_values(client: FlaskClient) -> None:
    page = load(client, "/diccionario")
    # The columns of the other tables come after those of the records, and carry their table's name.
    entries = page.find_all("article", class_="entry")[: len(KEYS)]
    assert [entry.attrs["id"] for entry in entries] == list(KEYS)
    values = {entry.attrs["id"]: [value.find("code").text for value in entry.find_all("dt") if value.find_all("code")]
              for entry in entries}  # fmt: skip
    assert values["status"] == ["pending", "active", "suspended", "revoked", "cancelled", "expired"]
    assert values["department"] == list(load_catalogs().departments)
    linked = {link.attrs["href"] for link in page.find("main").find_all("a") if "/diccionario/" in link.attrs["href"]}
    assert f"/diccionario/{CatalogName.MUNICIPALITIES}" in linked


def test_catalogs__have_a_page_each_with_every_code(client: FlaskClient) -> None:
    known = load_catalogs()
    for name in CatalogName:
        for prefix in ("", "/en"):
            page = load(client, f"{prefix}/diccionario/{name}")
            codes = [element.attrs["id"] for tag in ("tr", "article") for element in page.find("main").find_all(tag)
                     if "id" in element.attrs]  # fmt: skip
            assert codes == list(known.entries(name)), name
    assert client.get("/diccionario/nada").status_code == 404
    assert set(catalog_pages._SUBJECTS) <= set(CatalogName)


def test_category__tells_law_taxes_authority_and_what_is_unsourced(client: FlaskClient) -> None:
    page = load(client, "/diccionario/categories")
    entry = page.find("article", id="MAQ_ADT_E")
    category = load_catalogs().categories["MAQ_ADT_E"]
    for citation in category.legal_basis:
        assert citation in entry.text
    assert "Ministerio de Economía" in entry.text
    assert "Derechos Arancelarios a la Importación" in entry.text


def test_methodology__counts_what_is_withheld_by_ground(tmp_path: Path) -> None:
    ground = {"level": "withheld", "ground": "Ley de prueba", "authority": "Autoridad", "date": "2026-01-02"}
    withheld = [
        {"field": "nit", "category": category, "person_kind": "natural", "records": records, **ground}
        for category, records in (("CED_PRIV", 12), ("MAQ_REP", 30))
    ]
    count_only = [{"category": "DIPL", "records": 1234}]
    build_test_release(tmp_path / "releases", default_rows(), withheld=withheld, count_only=count_only)
    with make_app(tmp_path).test_client() as client:
        known, reserved = load(client, "/metodologia").find_all("table")
        rows = reserved.find_all("tr")[1:]
    cells = [[cell.text for cell in (*row.find_all("th"), *row.find_all("td"))] for row in rows]
    coverage = [[cell.text for cell in row.find_all("td")] for row in known.find_all("tr")[1:]]
    counted = [sum(row[key] == "reported" for row in default_rows()) for key in ("jobs_status", "amount_status")]
    assert [int(line[0]) for line in coverage] == counted
    assert all(sum(map(int, line[:4])) == len(default_rows()) for line in coverage)
    assert cells == [
        ["El registro entero: solo se cuenta", "Persona individual Misión o agente diplomático", "1,234", "", ""],
        ["NIT: no se publica",
         "Persona individual Centro educativo privado; Maquila, reposición con franquicia arancelaria", "42",
         "Ley de prueba", "Autoridad 2 de enero de 2026"],
    ]  # fmt: skip
