"""What search engines, messengers and browsers are told of the pages."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient

from tests.api.conftest import make_app
from tests.api.html_page import Element
from tests.api.test_pages import ERRORS, PATHS, english, load
from tests.exemptions.releases import build_test_release, invented_nit, invented_record_id, point_at, record

SITE = "https://registro.example"
ENGINES = ("/sitemap.xml", "/opensearch.xml", "/en/opensearch.xml", "/opensearch.json")
NATURAL = (13, 14, 15)
"""Numbers of the records of natural persons."""


@pytest.fixture(scope="module")
def public(registry_home: Path) -> Iterator[FlaskClient]:
    """A site that knows its public address."""
    with make_app(registry_home, EXEMPTIONS_BASE_URL=SITE).test_client() as client:
        yield client


def told(page: Element) -> dict[str, str]:
    """What the page's head tells under each name."""
    return {
        meta.attrs.get("property") or meta.attrs["name"]: meta.attrs["content"]
        for meta in page.find("head").find_all("meta")
        if "content" in meta.attrs
    }


def locations(client: FlaskClient, path: str) -> list[str]:
    response = client.get(path)
    assert response.status_code == 200
    assert response.mimetype == "application/xml"
    return [element.text or "" for element in ElementTree.fromstring(response.data).iterfind(".//{*}loc")]


def mapped(client: FlaskClient) -> list[str]:
    """Every path of the map of the site."""
    parts = locations(client, "/sitemap.xml")
    assert all(part.startswith(f"{SITE}/") for part in parts)
    found = [address for part in parts for address in locations(client, urlsplit(part).path)]
    assert all(address.startswith(f"{SITE}/") for address in found)
    return [address.removeprefix(SITE) for address in found]


@pytest.mark.parametrize("path", [*PATHS, *map(english, PATHS)])
def test_page__is_told_to_who_shares_it(public: FlaskClient, path: str) -> None:
    page = load(public, path)
    head = told(page)
    assert page.find("title").text.startswith(head["og:title"])
    assert head["og:description"] == head["description"] != ""
    assert head["og:locale"] == ("en" if path.startswith("/en/") else "es_GT")
    canonical = page.find("link", rel="canonical").attrs["href"]
    assert head["og:url"] == canonical
    assert canonical.startswith(f"{SITE}/")
    alternates = {
        link.attrs["hreflang"]: link.attrs["href"]
        for link in page.find_all("link", rel="alternate")
        if "hreflang" in link.attrs
    }
    plain = SITE + path.removeprefix("/en").partition("?")[0]
    assert {code: address.partition("?")[0] for code, address in alternates.items()} == {
        "es-GT": plain,
        "en": SITE + english(plain.removeprefix(SITE)),
        "x-default": plain,
    }
    assert canonical in alternates.values()
    assert (
        page.find("link", rel="search").attrs["href"] == ("/en" if path.startswith("/en/") else "") + "/opensearch.xml"
    )


def test_page__tells_nothing_absolute_without_a_public_address(client: FlaskClient) -> None:
    page = load(client, "/")
    assert not [value for name, value in told(page).items() if name in ("og:url", "og:image")]
    for relation in ("search", "canonical", "alternate"):
        # The feed is at an address of this site whatever its name.
        assert not [
            link for link in page.find_all("link", rel=relation) if not link.attrs["href"].startswith("/feeds/")
        ]


@pytest.mark.parametrize(("path", "status"), ERRORS)
def test_error__has_no_lasting_address(public: FlaskClient, path: str, status: int) -> None:
    page = load(public, path, status)
    assert told(page)["robots"].startswith("noindex")
    assert "og:url" not in told(page)
    assert not page.find_all("link", rel="canonical")


def test_sitemap__has_the_pages_of_legal_persons_in_both_languages(public: FlaskClient) -> None:
    found = mapped(public)
    for path in ("/", "/buscar", "/metodologia", "/docs", "/publicaciones/3", "/diccionario/laws",
                 "/explorar", "/categoria/ASOC", "/departamento/01", "/ley/decreto-29-89",
                 f"/registro/{invented_record_id(3)}", f"/contribuyente/{invented_nit(3)}"):  # fmt: skip
        assert path in found
        assert english(path) in found
    assert len(found) == len(set(found))
    assert not [path for path in found if any(invented_record_id(number) in path for number in NATURAL)]


@pytest.mark.parametrize("number", NATURAL)
def test_page__of_a_natural_person_is_not_for_search_engines(public: FlaskClient, number: int) -> None:
    assert told(load(public, f"/registro/{invented_record_id(number)}"))["robots"] == "noindex"


def test_page__of_a_natural_person_whose_benefit_ended_is_not_for_search_engines(tmp_path: Path) -> None:
    rows = [record(1, name="FICTICIO,EJEMPLAR,,UNO,", nit=None, person_kind="natural", category="MAQ_REP"), record(2)]
    rows.append(record(3))
    ended = [{"record_id": invented_record_id(number), "kind": "ended", "release": 2} for number in (1, 3)]
    build_test_release(tmp_path / "releases", rows)
    build_test_release(tmp_path / "releases", [rows[1]], 2, changes=ended)
    with make_app(tmp_path, EXEMPTIONS_BASE_URL=SITE).test_client() as client:
        heads = [told(load(client, f"/registro/{invented_record_id(number)}")) for number in (1, 3)]
    assert ["robots" in head for head in heads] == [True, False]


def test_sitemap__leads_only_to_pages_that_search_engines_may_keep(public: FlaskClient) -> None:
    found = mapped(public)
    wrong = {path: status for path in found if (status := public.get(path).status_code) != 200}
    assert wrong == {}
    kept_out = [path for path in found if b'content="noindex' in public.get(path).data]
    assert kept_out == []


def test_sitemap__tells_the_moment_of_the_release_and_has_no_other_part(public: FlaskClient) -> None:
    moments = re.findall(rb"<lastmod>([^<]*)</lastmod>", public.get("/sitemap-records-1.xml").data)
    assert set(moments) == {b"2026-02-15T12:00:00Z"}
    for path in ("/sitemap-records-0.xml", "/sitemap-records-2.xml", "/sitemap-accounts-1.xml"):
        assert public.get(path).status_code == 404


def test_sitemap__leaves_out_a_release_as_soon_as_it_is_withdrawn(tmp_path: Path) -> None:
    releases = tmp_path / "releases"
    for number in (1, 2):
        build_test_release(releases, [record(1)], number)
    with make_app(tmp_path, EXEMPTIONS_BASE_URL=SITE).test_client() as client:
        assert f"{SITE}/publicaciones/1" in locations(client, "/sitemap-pages-1.xml")
        point_at(releases, 2, withdrawn=[1])
        found = locations(client, "/sitemap-pages-1.xml")
    assert f"{SITE}/publicaciones/2" in found
    assert f"{SITE}/publicaciones/1" not in found


def test_robots__keeps_out_of_staff_and_endless_searches(public: FlaskClient) -> None:
    lines = public.get("/robots.txt").get_data(as_text=True).splitlines()
    assert lines[0] == "User-agent: *"
    assert {"Disallow: /staff", "Disallow: /en/staff", "Disallow: /api/", "Disallow: /buscar?*&"} <= set(lines)
    assert "Disallow: /" not in lines
    assert lines[-1] == f"Sitemap: {SITE}/sitemap.xml"


def test_opensearch__describes_the_search_of_the_language(public: FlaskClient) -> None:
    for prefix in ("", "/en"):
        response = public.get(f"{prefix}/opensearch.xml")
        assert response.mimetype == "application/opensearchdescription+xml"
        root = ElementTree.fromstring(response.data)
        assert len(root.findtext("{*}ShortName") or "") in range(1, 17)
        template, suggestions, own = (url.attrib["template"] for url in root.iterfind("{*}Url"))
        assert template == f"{SITE}{prefix}/buscar?q={{searchTerms}}"
        assert public.get(template.removeprefix(SITE).replace("{searchTerms}", "nubes")).status_code == 200
        assert public.get(suggestions.removeprefix(SITE).replace("{searchTerms}", "nubes")).status_code == 200
        assert own == f"{SITE}{prefix}/opensearch.xml"


def test_opensearch__suggests_in_the_format_of_browsers(public: FlaskClient) -> None:
    response = public.get("/opensearch.json?q=abaco")
    assert response.mimetype == "application/x-suggestions+json"
    typed, texts = response.get_json(force=True)
    assert typed == "abaco"
    assert texts == ["Ábaco del Futuro, S. A."]
    assert texts == [item["text"] for item in public.get("/api/v1/suggest?q=abaco").json["items"]]
    assert public.get("/opensearch.json?q=").get_json(force=True) == ["", []]


def test_engines__get_nothing_made_of_relative_addresses(client: FlaskClient) -> None:
    assert {path: client.get(path).status_code for path in ENGINES} == dict.fromkeys(ENGINES, 404)
    assert "Sitemap" not in client.get("/robots.txt").get_data(as_text=True)
