"""The search page: the same answer as the API, with its filters, and never a dead end."""

from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from flask.testing import FlaskClient

from tests.api.html_page import Element, read_page
from tests.exemptions.releases import invented_nit, invented_record_id

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
    assert [link.text for link in links] == ["CSV", "JSON", "NDJSON", "Parquet"]
    assert f"Descargar {total} registro" in page.find("section", class_="downloads").text
    for link in links:
        asked = parse_qs(urlsplit(link.attrs["href"]).query)
        assert asked["release"] == ["2" if "release=2" in query else "3"]
    ndjson = client.get(links[2].attrs["href"]).get_data(as_text=True)
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
    assert hidden == {"nit": invented_nit(3), "release": "2"}


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
    notes = [note.text for note in section.find_all("p", class_="note")]
    assert f"{sums['states']['jobs']['not_reported']} registros sin dato reportado" in notes[0]
    assert "1 registro con el dato reservado" in notes[0]
    assert f"{sums['states']['amount_gtq']['not_reported']} registros sin dato reportado" in notes[1]


def test_search__says_why_a_near_match_is_shown(client: FlaskClient) -> None:
    page = load(client, "q=fundasion+name")
    assert "«fundasion name»" in page.find("p", id="aproximado").text
    assert not load(client, "q=fundacion+name").find_all("p", id="aproximado")


def test_search__shows_the_four_ways_of_having_no_number(client: FlaskClient) -> None:
    page = load(client, "")
    by_id = dict(zip(shown_ids(page), page.find("table", class_="results-table").find_all("tr")[1:], strict=True))
    jobs = {number: by_id[invented_record_id(number)].find_all("td")[3].text for number in (5, 6, 15)}
    assert jobs == {5: "0 reportados, 2025", 6: "no reportado", 15: "reservado"}
    assert by_id[invented_record_id(13)].find_all("td")[4].text == "reservado"
    assert by_id[invented_record_id(4)].find_all("td")[4].text == "Q 0.00 2025"


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
