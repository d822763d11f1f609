"""What holds on every page, in both languages."""

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.api.conftest import LOGGED_NUMBER, make_app
from tests.api.html_page import Element, read_page
from tests.exemptions.releases import build_test_release, invented_nit, invented_record_id

PATHS = (
    "/",
    "/buscar",
    "/buscar?q=nubes&status=active",
    f"/registro/{invented_record_id(3)}",
    f"/registro/{invented_record_id(14)}",
    f"/contribuyente/{invented_nit(3)}",
    "/publicaciones",
    "/publicaciones/3",
    "/datos",
    "/diccionario",
    "/diccionario/categories",
    "/diccionario/municipalities",
    "/metodologia",
    "/estilo",
    "/graficas",
    "/graficas/departamento/01",
    "/correcciones",
    f"/correcciones?record_id={invented_record_id(3)}",
    f"/correcciones/{LOGGED_NUMBER}",
    "/correcciones/0000000099",
)
ERRORS = (
    ("/no-hay", 404),
    (f"/contribuyente/{invented_nit(999)}", 404),
    ("/publicaciones/1", 410),
    ("/buscar?q=%00", 422),
)

TAGS = ("div", "section", "h1", "h2", "h3", "input", "select", "details", "article", "tr", "ul", "main", "a")


def english(path: str) -> str:
    return f"/en{path}"


def load(client: FlaskClient, path: str, status: int = 200) -> Element:
    response = client.get(path, headers={"Accept": "text/html"})
    assert response.status_code == status
    assert response.mimetype == "text/html"
    return read_page(response.get_data(as_text=True))


def addresses(page: Element) -> Iterator[str]:
    """Everything that a page loads or links."""
    for tag, name in (("a", "href"), ("link", "href"), ("script", "src"), ("img", "src"), ("form", "action")):
        for element in page.find_all(tag):
            if name in element.attrs:
                yield element.attrs[name]


STRUCTURED = "application/ld+json"
"""Type of the data for search engines, which stands in a script that no browser runs."""


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("prefix", ["", "/en"])
def test_page__has_its_landmarks_and_language(client: FlaskClient, path: str, prefix: str) -> None:
    page = load(client, prefix + path)
    assert page.find("html").attrs["lang"] == ("en" if prefix else "es-GT")
    assert len(page.find_all("h1")) == 1
    assert page.find("main").attrs["id"] == "contenido"
    assert page.find("a", class_="skip").attrs["href"] == "#contenido"
    assert len(page.find_all("header", class_="masthead")) == 1
    assert len(page.find_all("footer")) == 1
    ids = [element.attrs["id"] for tag in TAGS for element in page.find_all(tag) if "id" in element.attrs]
    assert len(ids) == len(set(ids)), "an id is there twice"


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("prefix", ["", "/en"])
def test_page__names_every_field_and_table(client: FlaskClient, path: str, prefix: str) -> None:
    page = load(client, prefix + path)
    labelled = {label.attrs["for"] for label in page.find_all("label") if "for" in label.attrs}
    wrapped = [box for label in page.find_all("label") for box in label.find_all("input")]
    for field in (*page.find_all("input"), *page.find_all("select"), *page.find_all("textarea")):
        hidden = field.attrs.get("type") == "hidden"
        assert hidden or field.attrs.get("id") in labelled or field in wrapped, field.attrs
    for table in page.find_all("table"):
        assert table.find("caption").text
        assert all(head.attrs["scope"] in ("col", "row") for head in table.find_all("th"))


@pytest.mark.parametrize("path", PATHS)
def test_page__loads_nothing_from_elsewhere_and_has_nothing_inline(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    html = response.get_data(as_text=True)
    page = read_page(html)
    for element_tag, name in (("link", "href"), ("script", "src"), ("img", "src")):
        for element in page.find_all(element_tag):
            if element.attrs.get("rel") in ("canonical", "alternate") or element.attrs.get("type") == STRUCTURED:
                continue
            assert element.attrs[name].startswith(("/static/", "/graficas/", "/en/graficas/"))
    assert not page.find_all("style")
    assert not re.search(r"<[^>]+\s(style|on[a-z]+)=", html)
    scripts = [script for script in page.find_all("script") if script.attrs.get("type") != STRUCTURED]
    assert scripts
    assert all(script.text == "" for script in scripts)
    assert "'unsafe-inline'" not in response.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", PATHS)
def test_page__links_its_other_language_with_the_same_query(client: FlaskClient, path: str) -> None:
    page = load(client, path)
    switch = page.find("a", class_="language")
    assert switch.attrs["href"] == english(path)
    assert switch.text == "English"
    back = load(client, english(path)).find("a", class_="language")
    assert back.attrs["href"] == path
    assert back.text == "Español"


@pytest.mark.parametrize("path", PATHS)
def test_page__every_link_of_our_own_leads_somewhere(client: FlaskClient, path: str) -> None:
    page = load(client, path)
    own = {address for address in addresses(page) if address.startswith("/")}
    # One of each kind is enough: a page of results links hundreds of searches that differ in one code.
    kinds = {re.sub(r"=[^&]*", "=", address): address for address in sorted(own)}
    for address in kinds.values():
        with client.get(address) as response:
            # What a withdrawn release brought is still told, and its page says that it was withdrawn.
            gone = response.status_code == 410 and address.endswith("/publicaciones/1")
            assert gone or response.status_code in (200, 301, 308), address


@pytest.mark.parametrize("path", PATHS)
def test_page__says_that_demonstration_data_is_invented(client: FlaskClient, path: str) -> None:
    assert "Datos inventados de demostración" in load(client, path).find("section", class_="demonstration").text
    assert "Invented demonstration data" in load(client, english(path)).find("section", class_="demonstration").text


def test_page__has_no_banner_when_the_data_is_real(tmp_path: Path) -> None:
    build_test_release(tmp_path / "releases", demonstration=False)
    with make_app(tmp_path).test_client() as client:
        assert not load(client, "/").find_all("section", class_="demonstration")


def test_page__tells_the_release_in_its_footer(client: FlaskClient) -> None:
    footer = load(client, "/").find("footer").text
    for part in ("Número 3", "15 de febrero de 2026", "CC BY 4.0", "Registro de ensayo", "datos@registro.example"):
        assert part in footer
    assert "15 February 2026" in load(client, "/en/").find("footer").text


def test_page__tells_who_publishes_from_the_settings(registry_home: Path) -> None:
    app = make_app(registry_home, EXEMPTIONS_PUBLISHER="Institución <b>A</b>", EXEMPTIONS_CONTACT="mesa@a.example")
    with app.test_client() as client:
        page = load(client, "/")
    assert page.find("span", class_="brand-publisher").text == "Institución <b>A</b>"
    assert "mailto:mesa@a.example" in [link.attrs["href"] for link in page.find("footer").find_all("a")]


def test_page__is_absolute_after_the_settings_and_never_after_the_host(registry_home: Path) -> None:
    app = make_app(registry_home, EXEMPTIONS_BASE_URL="https://registro.example")
    with app.test_client() as client:
        html = client.get("/buscar?q=nubes", headers={"Host": "malo.example"}).get_data(as_text=True)
    assert "malo.example" not in html
    assert '<link rel="canonical" href="https://registro.example/buscar?q=nubes">' in html
    assert "https://registro.example/buscar?q=nubes&amp;release=3" in html


def test_page__is_not_sent_again_to_who_has_it(client: FlaskClient) -> None:
    first = client.get("/buscar?q=nubes")
    again = client.get("/buscar?q=nubes", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert first.headers["Cache-Control"] == "public, max-age=0, s-maxage=2"
    assert client.get("/en/buscar?q=nubes").headers["ETag"] != first.headers["ETag"]
    assert client.get("/buscar?q=nubes&release=3").headers["Cache-Control"] == "public, max-age=3600"


def test_asset__is_kept_for_ever_and_packed(client: FlaskClient) -> None:
    address = load(client, "/").find("link", rel="stylesheet").attrs["href"]
    plain = client.get(address)
    packed = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert plain.mimetype == "text/css"
    assert plain.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert gzip.decompress(packed.get_data()) == plain.get_data() != b""
    assert client.get("/static/site.css?v=000000000000").headers["Cache-Control"] == "public, max-age=0, s-maxage=2"
    assert client.get("/static/no-hay.css").status_code == 404


def test_page__language_comes_from_the_address_alone(client: FlaskClient) -> None:
    response = client.get("/", headers={"Accept-Language": "en"})
    assert response.headers["Content-Language"] == "es"
    assert 'lang="es-GT"' in response.get_data(as_text=True)
    assert client.get("/en").headers["Location"] == "/en/"


@pytest.mark.parametrize(("path", "status"), ERRORS)
@pytest.mark.parametrize(("prefix", "lang"), [("", "es-GT"), ("/en", "en")])
def test_error__is_a_page_in_the_language_of_the_address(
    client: FlaskClient, path: str, status: int, prefix: str, lang: str
) -> None:
    response = client.get(prefix + path, headers={"Accept": "text/html"})
    page = read_page(response.get_data(as_text=True))
    assert response.status_code == status
    assert page.find("html").attrs["lang"] == lang
    assert page.find("h1").text
    assert response.headers["Cache-Control"] == "no-store"


def test_error__tells_the_code_of_the_request(client: FlaskClient) -> None:
    response = client.get("/no-hay", headers={"Accept": "text/html", "X-Request-ID": "solicitud-0001"})
    assert "solicitud-0001" in response.get_data(as_text=True)


def test_error__500_says_nothing_of_what_failed(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> str:
        raise ZeroDivisionError("secreto")

    monkeypatch.setitem(app.view_functions, "es.methodology", fail)
    with app.test_client() as client:
        # With a query that nobody sent before: a page that was answered already would be repeated.
        response = client.get("/metodologia?falla=1", headers={"Accept": "text/html"})
    assert response.status_code == 500
    html = response.get_data(as_text=True)
    assert "Algo falló de nuestro lado" in html
    assert "secreto" not in html
    assert "ZeroDivisionError" not in html


def test_nothing_published__home_explains_and_data_pages_are_503(tmp_path: Path) -> None:
    with make_app(tmp_path).test_client() as client:
        home = load(client, "/")
        assert "Todavía no hay ninguna publicación" in home.text
        assert not home.find_all("input")
        assert "There is no release yet" in load(client, "/en/").text
        for path in ("/metodologia", "/diccionario", "/diccionario/taxes", "/en/diccionario/categories"):
            load(client, path)
        for path in ("/buscar", "/datos", "/publicaciones", "/publicaciones/1", f"/registro/{invented_record_id(1)}"):
            page = load(client, path, 503)
            assert page.find("h1").text == "El registro no está disponible en este momento"
            # What it leads to is there already.
            ways = [link.attrs["href"] for link in page.find_all("a", class_="card-link")]
            assert [client.get(way).status_code for way in ways] == [200] * 3
        assert client.get("/buscar").headers["Retry-After"]


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_frame__links_only_pages_that_exist(client: FlaskClient, prefix: str) -> None:
    page = load(client, f"{prefix}/correcciones")
    linked = [link.attrs["href"] for nav in page.find_all("nav") for link in nav.find_all("a")]
    assert f"{prefix}/publicaciones" in linked
    assert f"{prefix}/metodologia" in linked
    assert {path: status for path in linked if (status := client.get(path).status_code) != 200} == {}


def test_frame__marks_where_the_reader_is(client: FlaskClient) -> None:
    navigation = load(client, "/publicaciones/3").find("nav", class_="main-nav")
    assert navigation.find("a", **{"aria-current": "page"}).text == "Publicaciones"
