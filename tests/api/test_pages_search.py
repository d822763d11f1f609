"""The search page: the same answer as the API, with its filters, and never a dead end."""

import json
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from api.pages.hits import hit_rows
from api.pages.render import page_reader
from exemptions.query import RegistryQuery
from tests.api.conftest import make_app
from tests.api.html_page import Element, read_page, untied_errors
from tests.exemptions.releases import build_test_release, invented_nit, invented_record_id, point_at

QUERIES = (
    "",
    "q=fundacion",
    "q=nubes+de+obsidianna",
    "status=active&status=expired",
    "permanence=temporary&jobs_min=1",
    "amount_min=100&amount_max=99000000.01",
    "valid_on=2025-10-01",
    "department=01&person_kind=natural",
    "type=BFT&sort=-amount_gtq",
    f"nit={invented_nit(3)}",
    "release=2&category=FUND",
)


def load(client: FlaskClient, query: str, status: int = 200, path: str = "/buscar") -> Element:
    response = client.get(f"{path}?{query}")
    assert response.status_code == status
    return read_page(response.get_data(as_text=True))


def shown_ids(page: Element) -> list[str]:
    links = page.find_all("a", class_="title")
    return [urlsplit(link.attrs["href"]).path.rsplit("/", 1)[1] for link in links]


@pytest.mark.parametrize("query", QUERIES)
def test_search__shows_what_the_api_answers(client: FlaskClient, query: str) -> None:
    answer = client.get(f"/api/v1/records?{query}").get_json()
    page = load(client, query)
    assert shown_ids(page) == [item["record_id"] for item in answer["items"]]
    assert page.find("h1").text.startswith(f"{answer['total']} registro")


@pytest.mark.parametrize("query", QUERIES)
def test_search__files_have_exactly_the_records_that_are_counted(client: FlaskClient, query: str) -> None:
    page = load(client, query)
    total = int(page.find("h1").text.split()[0])
    links = page.find("section", class_="downloads").find("ul").find_all("a")
    names = ["XLSX", "CSV para hojas de cálculo", "CSV", "JSON", "NDJSON", "Parquet"]
    assert [link.text for link in links] == names
    assert f"Descargar {total} registro" in page.find("section", class_="downloads").text
    for link in links:
        asked = parse_qs(urlsplit(link.attrs["href"]).query)
        assert asked["release"] == ["2" if "release=2" in query else "3"]
    ndjson = client.get(links[4].attrs["href"]).get_data(as_text=True)
    assert len(ndjson.splitlines()) == total


def test_search__facets_count_what_the_api_counts(client: FlaskClient) -> None:
    query = "q=fundacion&status=active"
    answer = client.get(f"/api/v1/records?{query}&facets=type,status").get_json()
    page = load(client, query)
    for name in ("type", "status"):
        group = page.find("details", id=f"f-{name}")
        shown = {
            label.find("input").attrs["value"]: int(label.find("span", class_="option-count").text)
            for label in group.find_all("label", class_="option")
        }
        assert shown == {value["value"]: value["count"] for value in answer["facets"][name]}
    chosen = [box for box in page.find("details", id="f-status").find_all("input") if "checked" in box.attrs]
    assert [box.attrs["value"] for box in chosen] == ["active"]


def test_search__every_active_filter_can_be_taken_away_alone(client: FlaskClient) -> None:
    query = "q=nube&type=BFT&type=NOLUC&jobs_max=400&valid_on=2025-01-01"
    page = load(client, query)
    chips = page.find("ul", class_="chips").find_all("a", class_="chip")
    texts = [chip.text for chip in chips]
    assert texts == [
        "Quitar el filtro Tipo exento: Beneficio fiscal temporal×",
        "Quitar el filtro Tipo exento: Ente no lucrativo×",
        "Quitar el filtro Empleos, hasta: 400×",
        "Quitar el filtro Vigente el día: 1 de enero de 2025×",
        "Quitar todos",
    ]
    without_first = parse_qsl(urlsplit(chips[0].attrs["href"]).query)
    assert without_first == [("q", "nube"), ("type", "NOLUC"), ("jobs_max", "400"), ("valid_on", "2025-01-01")]


def test_search__the_box_keeps_the_filters(client: FlaskClient) -> None:
    page = load(client, f"q=nubes&nit={invented_nit(3)}&release=2")
    box = next(field for field in page.find_all("input") if field.attrs["name"] == "q")
    assert box.attrs["form"] == page.find("form", class_="filters").attrs["id"]
    assert box.attrs["value"] == "nubes"
    hidden = {field.attrs["name"]: field.attrs["value"] for field in page.find_all("input", type="hidden")}
    assert hidden == {"nit": invented_nit(3)}
    assert page.find("input", id="f-release").attrs["value"] == "2"


def test_search__ignores_fields_left_empty(client: FlaskClient) -> None:
    blank = load(client, "q=nubes&category=&jobs_min=&valid_on=&sort=name")
    assert shown_ids(blank) == shown_ids(load(client, "q=nubes"))


def test_search__walks_all_pages_once_and_back_to_the_first(client: FlaskClient) -> None:
    seen: list[str] = []
    address = "/buscar?limit=6&sort=-jobs"
    for _ in range(10):
        page = read_page(client.get(address).get_data(as_text=True))
        seen += shown_ids(page)
        following = page.find_all("a", rel="next")
        if not following:
            break
        address = following[0].attrs["href"]
    everything = client.get("/api/v1/records?limit=100&sort=-jobs").get_json()
    assert seen == [item["record_id"] for item in everything["items"]]
    first = page.find("nav", class_="pager").find("a").attrs["href"]
    assert first == "/buscar?sort=-jobs&limit=6"


def test_search__sums_tell_what_they_leave_out(client: FlaskClient) -> None:
    sums = client.get("/api/v1/records").get_json()["sums"]
    section = load(client, "").find("section", class_="sums")
    rows = [[cell.text for cell in (*row.find_all("th"), *row.find_all("td"))] for row in section.find_all("tr")]
    kinds = {"reported": "reportados", "projected": "proyectados"}
    for part in sums["jobs"]:
        assert [f"{part['year']}, {kinds[part['kind']]}", f"{part['sum']:,}", str(part["rows"])] in rows
    for part in sums["amount_gtq"]:
        assert [str(part["year"]), f"Q {part['sum']:,.2f}", str(part["rows"])] in rows
    how, *notes = [note.text for note in section.find_all("p", class_="note")]
    assert "Los años no se suman entre sí" in how
    assert f"{sums['states']['jobs']['not_reported']} registros sin dato reportado" in notes[0]
    assert "1 registro con el dato reservado" in notes[0]
    assert f"{sums['states']['amount_gtq']['not_reported']} registros sin dato reportado" in notes[1]


def test_search__says_why_a_near_match_is_shown(client: FlaskClient) -> None:
    page = load(client, "q=fundasion+name")
    assert "«fundasion name»" in page.find("p", id="aproximado").text
    assert not load(client, "q=fundacion+name").find_all("p", id="aproximado")


def test_search__shows_the_four_ways_of_having_no_number(client: FlaskClient) -> None:
    page = load(client, "")
    by_id = dict(zip(shown_ids(page), page.find("ol", class_="hits").find_all("li"), strict=True))

    def fact(number: int, label: str) -> str:
        facts = by_id[invented_record_id(number)].find("dl").find_all("div")
        return next(fact.find("dd").text for fact in facts if fact.find("dt").text == label)

    jobs = {number: fact(number, "Empleos") for number in (5, 6, 15)}
    assert jobs == {5: "0 reportados, 2025", 6: "no reportado", 15: "reservado"}
    assert fact(13, "Impuesto no pagado") == "reservado"
    assert fact(4, "Impuesto no pagado") == "Q 0.00 2025"


def test_search__as_a_table_shows_the_same_records(client: FlaskClient) -> None:
    listed, table = load(client, "q=nubes&status=active"), load(client, "q=nubes&status=active&view=table")
    assert shown_ids(table) == shown_ids(listed) != []
    rows = table.find("table", class_="hits-table").find_all("tr")[1:]
    assert [row.find("a", class_="title").text for row in rows] == [
        link.text for link in listed.find_all("a", class_="title")
    ]
    assert not listed.find_all("table", class_="hits-table")


def test_search__keeps_the_view_in_every_address_of_the_page(client: FlaskClient) -> None:
    page = load(client, "status=active&view=table&limit=2")
    kept = {field.attrs["name"]: field.attrs["value"] for field in page.find_all("input", type="hidden")}
    assert kept == {"limit": "2", "view": "table"}
    chip, following = page.find("ul", class_="chips").find("a"), page.find("a", rel="next")
    for link in (chip, following):
        assert "view=table" in link.attrs["href"]
    views = {link.text: link.attrs["href"] for link in page.find("nav", class_="views").find_all("a")}
    assert views == {
        "Lista": "/buscar?status=active&limit=2",
        "Tabla": "/buscar?status=active&limit=2&view=table",
    }
    assert page.find("a", **{"aria-current": "true"}).text == "Tabla"
    for link in page.find("section", class_="downloads").find_all("a"):
        assert "view=" not in link.attrs["href"]


def test_search__a_view_that_does_not_exist_is_told(client: FlaskClient) -> None:
    page = load(client, "q=nube&view=tabel", 422)
    repair = page.find("div", class_="notice-error").find("li").find("a")
    assert (repair.text, repair.attrs["href"]) == ("Usar table", "/buscar?q=nube&view=table")
    assert client.get("/api/v1/records?view=table").status_code == 422


def test_search__repairs_a_wrong_order_in_its_own_parameter(client: FlaskClient) -> None:
    repair = load(client, "sort=nombre", 422).find("div", class_="notice-error").find("a")
    assert repair.attrs["href"] == "/buscar?sort=name"


def marks(page: Element) -> list[list[str]]:
    return [[mark.text for mark in link.find_all("mark")] for link in page.find_all("a", class_="title")]


def test_search__marks_the_words_that_were_found(client: FlaskClient) -> None:
    assert marks(load(client, "q=nandu+agricola")) == [["Agrícola", "Ñandú"]]
    assert marks(load(client, "q=nubes+s.a.&view=table")) == [["NUBES", "SOCIEDAD ANÓNIMA"]] * 2
    assert not load(client, "").find_all("mark")


def test_search__tells_which_word_was_near(client: FlaskClient) -> None:
    page = load(client, "q=Fundasion+ñame")
    assert marks(page) == [["Fundación", "Ñame"]]
    assert page.find("p", class_="hit-why").text == "«Fundasion» se parece a «Fundación»"
    assert not load(client, "q=fundacion+ñame").find_all("p", class_="hit-why")


def test_search__marks_a_number_that_was_found(client: FlaskClient) -> None:
    page = load(client, f"q={invented_nit(3)}")
    assert {link.find("mark").text for link in page.find_all("a", class_="nit")} == {"80000000003-8"}
    assert marks(page) == [[], []]


def test_search__escapes_names_when_it_marks_them(client: FlaskClient) -> None:
    html = client.get("/buscar?q=zapote+cerezo").get_data(as_text=True)
    assert "FUNDACIÓN &#34;<mark>ZAPOTE</mark> &amp; <mark>CEREZO</mark>&#34;" in html


def test_search__bounds_the_days_themselves(client: FlaskClient) -> None:
    page = load(client, "valid_from_min=2022-01-01&valid_until_max=2030-12-31")
    assert shown_ids(page) == [invented_record_id(5)]
    chips = [chip.text for chip in page.find("ul", class_="chips").find_all("a", class_="chip")]
    assert chips[:2] == [
        "Quitar el filtro Empieza, desde: 1 de enero de 2022×",
        "Quitar el filtro Termina, hasta: 31 de diciembre de 2030×",
    ]
    assert page.find("input", id="f-valid_from_min").attrs["value"] == "2022-01-01"
    assert "open" in page.find("details", id="f-start").attrs


def test_search__can_be_taken_back_to_a_day(client: FlaskClient) -> None:
    page = load(client, "q=fundacion&as_of=2026-01-20")
    assert "Está viendo la publicación 2, del 15 de enero de 2026" in page.text
    assert "en la publicación 2, con los estados" in page.find("p", class_="result-summary").text
    assert page.find("input", id="f-as_of").attrs["value"] == "2026-01-20"
    chip = page.find("ul", class_="chips").find("a", class_="chip")
    assert chip.text == "Quitar el filtro Como estaba el 20 de enero de 2026×"
    assert chip.attrs["href"] == "/buscar?q=fundacion"
    assert "Publicación 3, la más nueva" in load(client, "q=fundacion").find("p", class_="result-summary").text


def test_search__tells_about_how_large_each_file_will_be(tmp_path: Path) -> None:
    csv = b"".join(b"%040d\n" % number for number in range(16))
    build_test_release(tmp_path / "releases", number=1, downloads={"records.csv": csv, "records.parquet": b"PAR1"})
    point_at(tmp_path / "releases", 1)
    manifest = tmp_path / "releases" / "1" / "manifest.json"
    told = json.loads(manifest.read_bytes())
    for entry in told["files"]:
        if entry["path"].startswith("downloads/records"):
            entry["rows"] = 16
    manifest.write_text(json.dumps(told, sort_keys=True) + "\n", encoding="utf-8")
    point_at(tmp_path / "releases", 1)
    with make_app(tmp_path).test_client() as client:
        everything, some = load(client, ""), load(client, "q=nubes")
    assert sizes(everything) == {"CSV": "656 bytes", "Parquet": "4 bytes"}
    # Two of sixteen rows; a small Parquet file is mostly its own description, so its size is not guessed.
    assert sizes(some) == {"CSV": "unos 82 bytes"}


def sizes(page: Element) -> dict[str, str]:
    links = page.find("section", class_="downloads").find("ul").find_all("a")
    found = {link.text.split()[0]: link.find_all("span", class_="file-size") for link in links}
    return {name: size[0].text for name, size in found.items() if size}


def test_search__names_a_person_whose_name_is_withheld_with_words(client: FlaskClient) -> None:
    page = load(client, "person_kind=natural&category=CED_PRIV")
    assert {link.text for link in page.find_all("a", class_="title")} == {"Persona individual (nombre reservado)"}
    assert page.text.count("NIT reservado") == 2


def test_search__with_wrong_parameters_tells_each_at_its_field(client: FlaskClient) -> None:
    page = load(client, "q=nube&category=COP&jobs_min=muchos&estatus=active&department=01", 422)
    problems = page.find("div", class_="notice-error").find_all("li")
    assert len(problems) == 3
    repairs = [link.attrs["href"] for item in problems for link in item.find_all("a") if link.text.startswith("Usar")]
    assert "/buscar?q=nube&category=COP&jobs_min=muchos&status=active&department=01" in repairs
    assert "/buscar?q=nube&category=COOP&jobs_min=muchos&estatus=active&department=01" in repairs
    field = page.find("input", id="f-jobs_min")
    assert field.attrs["aria-invalid"] == "true"
    assert field.attrs["value"] == "muchos"
    assert page.find("p", id=field.attrs["aria-describedby"]).text
    assert "open" in page.find("details", id="f-category").attrs
    assert untied_errors(page) == []
    assert "COOP" in page.find("p", id="error-category").text
    # What was right stays chosen.
    assert [box.attrs["value"] for box in page.find("details", id="f-department").find_all("input")
            if "checked" in box.attrs] == ["01"]  # fmt: skip
    assert not page.find_all("table")


@pytest.mark.parametrize(
    "query",
    [
        "q=%00", "q=%FF%FE", "q=%ED%A0%80", "q=" + "a" * 10_000, "q=" + "a+" * 30, "cursor=x", "limit=100000",
        "sort=%00", "release=x", "as_of=2030-01-01", "as_of=2026-02-20&release=3", "jobs_min=5&jobs_max=1",
        "%FF=1", "q=a&q=b", "category=%3Cscript%3E", "valid_on=2025-02-30",
    ],
)  # fmt: skip
def test_search__refuses_what_it_cannot_read_and_shows_the_form(client: FlaskClient, query: str) -> None:
    for path in ("/buscar", "/en/buscar"):
        page = load(client, query, 422, path)
        assert page.find("div", class_="notice-error").find_all("li")
        assert page.find("form", class_="filters")


@pytest.mark.parametrize("q", ["%22%27%3C%3E%26", "%2B%2D%2A%3F", "AND+OR+NOT", "name:x", "%F0%9F%98%80", "..."])
def test_search__takes_signs_and_query_syntax_as_text(client: FlaskClient, q: str) -> None:
    page = load(client, f"q={q}")
    assert page.find("h1").text.startswith("0 registros")


def test_search__escapes_what_was_typed(client: FlaskClient) -> None:
    html = client.get("/buscar?q=%3Cscript%3Ealert(1)%3C/script%3E").get_data(as_text=True)
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert" in html


def test_search__without_hits_proposes_what_does_exist(client: FlaskClient) -> None:
    page = load(client, "q=nubes&status=expired&type=BFT")
    empty = page.find("section", class_="notice-info")
    links = {link.text: link.attrs["href"] for link in empty.find_all("a")}
    assert links["Sin «Estado: Vencido»"] == "/buscar?q=nubes&type=BFT"
    for text, address in links.items():
        if text.startswith("Sin "):
            assert shown_ids(read_page(client.get(address).get_data(as_text=True)))


def test_search__without_hits_names_the_nearest_names(client: FlaskClient) -> None:
    page = load(client, "q=cooperativa+zzzzzzzz")
    empty = page.find("section", class_="notice-info")
    assert "Cooperativa Agrícola Ñandú, R.L." in empty.text
    address = next(link.attrs["href"] for link in empty.find_all("a") if "Ñandú" in link.text)
    assert address == f"/contribuyente/{invented_nit(2)}"


def test_search__of_an_identity_number_explains_without_repeating_what_it_is(client: FlaskClient) -> None:
    valid, invalid = load(client, "q=1234+56789+0101"), load(client, "q=9999999999999")
    for page in (valid, invalid):
        assert "Esos números no están en este registro público" in page.find("section", class_="notice-info").text


@pytest.mark.parametrize(
    "query",
    ["q=zzzzzzzz", f"q={invented_nit(4000)}", f"nit={invented_nit(4000)}", "q=1234+56789+0101", "q=...", "q=1234567-1",
     "jobs_min=99999", "q=zzzz&status=active&department=01", "q=zzzz&release=2"],
)  # fmt: skip
def test_search__without_hits_always_leads_somewhere(client: FlaskClient, query: str) -> None:
    empty = load(client, query).find("section", class_="notice-info")
    onward = [link.attrs["href"] for link in empty.find_all("a") if link.attrs["href"].startswith("/buscar")]
    assert any(shown_ids(read_page(client.get(address).get_data(as_text=True))) for address in onward)


def test_search__of_an_unknown_number_says_the_same_as_of_a_withheld_one(client: FlaskClient) -> None:
    page = load(client, f"q={invented_nit(4000)}").find("section", class_="notice-info")
    assert "de ellas no se publica el NIT, tengan o no un beneficio" in page.text
    links = {link.text: link.attrs["href"] for link in page.find_all("a")}
    assert links["Ver lo que sí se publica de personas individuales"] == "/buscar?person_kind=natural"
    assert any(address.endswith("/metodologia#reserva") for address in links.values())
    wrong = load(client, "q=1234567-1").find("section", class_="notice-info")
    assert "Parece un NIT, pero no lo es" in wrong.text


def test_search__in_an_empty_release_says_so_and_leads_on(tmp_path: Path) -> None:
    build_test_release(tmp_path / "releases", [], 1)
    point_at(tmp_path / "releases", 1)
    with make_app(tmp_path).test_client() as client:
        empty = load(client, "q=nube").find("section", class_="notice-info")
        assert "no tiene ningún registro" in empty.text
        assert "/publicaciones" in [link.attrs["href"] for link in empty.find_all("a")]
        assert load(client, "", path="/").find("h1")


def test_search__of_an_older_release_says_so_and_links_the_newest(client: FlaskClient) -> None:
    page = load(client, "q=fundacion&release=2")
    assert "Está viendo la publicación 2" in page.text
    assert invented_record_id(12) in shown_ids(page)
    links = [link.attrs["href"] for link in page.find_all("a")]
    assert "/buscar?q=fundacion" in links
    assert f"/registro/{invented_record_id(12)}?release=2" in links
    assert "Está viendo la publicación" not in load(client, "q=fundacion&release=3").text


def test_search__of_a_withdrawn_release_is_gone(client: FlaskClient) -> None:
    assert "fue retirada" in load(client, "release=1", 410).find("h1").text


def test_search__in_english_has_no_spanish_word(client: FlaskClient) -> None:
    page = load(client, "q=nubes&status=active", path="/en/buscar")
    assert page.find("h1").text == "2 records for “nubes”"
    for word in ("registro", "Buscar", "Vigente", "Empleos", "Descargar", "reportado"):
        assert word not in page.find("main").text.replace("Registro de ensayo", "")


@pytest.mark.parametrize("view", ["list", "table"])
def test_search__writes_no_text_of_a_record_as_html(app: Flask, view: str) -> None:
    release = app.extensions["registry"].store.current()
    foul = "<b a='\"'>&,x"
    texts = ("nit", "name", "record_id", "category_name", "exempt_type_name", "municipality_name", "department_name")
    codes = ("category", "exempt_type", "municipality", "department")
    item = release.to_items([0])[0] | dict.fromkeys((*texts, *codes), foul)
    item |= {"jobs": 3, "jobs_year": 2025, "jobs_kind": "reported", "withheld_fields": [foul]}
    withheld = item | dict.fromkeys(("nit", "name", "municipality", "department", "jobs", "jobs_kind", "amount_gtq"))
    with app.test_request_context("/buscar"):
        rows = hit_rows([item, withheld], 1, RegistryQuery(q="b x foux"), page_reader(release))
        macros = app.jinja_env.get_template("parts/hits.html").make_module({})
        shown = str(macros.hits_list(rows) if view == "list" else macros.hits_table(rows, foul))
    assert "<b " not in shown
    assert "a='" not in shown
    assert "&,x" not in shown
    assert "&lt;" in shown


def test_search__is_the_same_page_however_it_was_written(registry_home: Path) -> None:
    told = []
    for query in (
        "category=CED_PRIV&department=01",
        "department=01&category=CED_PRIV",
        "q=&department=01&category=CED_PRIV",
    ):
        # A new application each time, so that none gives what it kept for another.
        with make_app(registry_home).test_client() as client:
            told.append(client.get(f"/buscar?{query}"))
    assert len({answer.data for answer in told}) == 1
    assert 'href="/en/buscar?category=CED_PRIV&amp;department=01"' in told[0].text
    assert len({answer.headers["ETag"] for answer in told}) == 1
