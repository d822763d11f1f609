"""The pages that explain the registry: whole in both languages, before and after a publication, and true."""

import logging
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from api.pages.questions import QUESTION_GROUPS
from exemptions.published_tables import TABLES
from tests.api.conftest import make_app
from tests.api.html_page import Element, read_page
from tests.contract.addresses import iter_addresses
from tests.exemptions.releases import build_test_release, invented_nit, invented_record_id, record

GUIDES = ("glosario", "como-leer", "preguntas", "acerca", "privacidad", "accesibilidad", "metodologia")


def load(client: FlaskClient, path: str) -> Element:
    response = client.get(path, headers={"Accept": "text/html"})
    assert response.status_code == 200, path
    return read_page(response.get_data(as_text=True))


def ids_of(element: Element) -> list[str]:
    inner = [child for child in element.children if isinstance(child, Element)]
    own = [element.attrs["id"]] if "id" in element.attrs else []
    return own + [found for child in inner for found in ids_of(child)]


@pytest.mark.parametrize("guide", GUIDES)
def test_guide__leads_only_to_parts_that_exist(client: FlaskClient, guide: str) -> None:
    for prefix in ("", "/en"):
        page = load(client, f"{prefix}/{guide}")
        own = ids_of(page)
        assert len(own) == len(set(own))
        for link in page.find("main").find_all("a"):
            target = urlsplit(link.attrs["href"])
            if target.scheme or not target.fragment:
                continue
            there = own if not target.path else ids_of(load(client, target.path))
            assert target.fragment in there, link.attrs["href"]


def test_guides__can_be_read_before_anything_is_published(tmp_path: Path) -> None:
    with make_app(tmp_path).test_client() as client:
        for guide in GUIDES:
            assert load(client, f"/{guide}").find("h1").text
            assert load(client, f"/en/{guide}").find("h1").text


def test_questions__are_many_and_each_has_its_address(client: FlaskClient) -> None:
    page = load(client, "/preguntas")
    anchors = [entry.anchor for group in QUESTION_GROUPS for entry in group.questions]
    assert len(anchors) >= 15
    asked = [heading for heading in page.find("main").find_all("h3") if "id" in heading.attrs]
    assert [heading.attrs["id"] for heading in asked] == anchors
    assert all(heading.text.endswith("?") for heading in asked)


def test_reading__tells_the_example_in_words_and_digits(client: FlaskClient) -> None:
    spanish, english = load(client, "/como-leer").text, load(client, "/en/como-leer").text
    assert "Q 1,234,567.89 en 2025 (1.2 millones de quetzales)" in spanish
    assert "Q 1,234,567.89 in 2025 (1.2 million quetzales)" in english


def test_about__says_who_publishes_and_on_what_terms_or_that_nobody_said(tmp_path: Path) -> None:
    build_test_release(tmp_path / "releases", [record(1)], number=1)
    told = {
        "EXEMPTIONS_PUBLISHER": "Institución de ensayo",
        "EXEMPTIONS_LICENSE": "CC BY 4.0",
        "EXEMPTIONS_CONTACT": "datos@registro.example",
    }
    with make_app(tmp_path, **told).test_client() as client:
        about = load(client, "/acerca").find("main").text
        assert "Institución de ensayo." in about
        assert "datos@registro.example" in load(client, "/privacidad").find("main").text
        assert "datos@registro.example" in load(client, "/accesibilidad").find("main").text
    with make_app(tmp_path / "empty").test_client() as client:
        unsaid = load(client, "/acerca").find("main").text
        assert "no ha declarado su nombre" in unsaid
        assert "no ha declarado una licencia" in unsaid


def test_privacy__no_public_address_sets_a_cookie(app: Flask, client: FlaskClient) -> None:
    for address in iter_addresses(app):
        answer = client.get(address.path, buffered=True)
        assert "Set-Cookie" not in answer.headers, address.path


def test_privacy__no_page_loads_anything_from_elsewhere(client: FlaskClient) -> None:
    answer = client.get("/buscar?q=cooperativa")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "http" not in policy
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    page = read_page(answer.get_data(as_text=True))
    loaded = [script.attrs["src"] for script in page.find_all("script") if "src" in script.attrs]
    loaded += [link.attrs["href"] for link in page.find_all("link") if link.attrs["rel"] in ("stylesheet", "icon")]
    assert loaded
    assert not [url for url in loaded if not url.startswith("/static/")]


def test_privacy__a_search_leaves_a_line_without_its_words_or_its_searcher(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        for path in ("/buscar?q=palabrasecreta", "/en/buscar?q=palabrasecreta&nit=palabrasecreta"):
            client.get(
                path, buffered=True, environ_base={"REMOTE_ADDR": "203.0.113.7"}, headers={"User-Agent": "Lector/1"}
            )
        client.get(f"/registro/{invented_record_id(3)}", buffered=True)
        client.get(f"/contribuyente/{invented_nit(3)}", buffered=True)
    assert "/registro/<record_id>" in caplog.text
    for kept_out in ("palabrasecreta", "203.0.113.7", "Lector", invented_record_id(3), invented_nit(3)):
        assert kept_out not in caplog.text


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_dictionary__explains_every_table_that_has_no_page_of_its_own(client: FlaskClient, prefix: str) -> None:
    page = load(client, f"{prefix}/diccionario")
    ids = {element.attrs.get("id") for element in page.find_all("article")}
    for table in TABLES.values():
        if table.name == "records":
            assert {column.key for column in table.columns} <= ids
        elif table.name != "dictionary" and not table.name.startswith("catalog_"):
            assert {f"{table.name}-{column.key}" for column in table.columns} <= ids, table.name
    grounds = [element.text for element in page.find_all("summary")]
    assert len([text for text in grounds if text in ("Fundamento legal", "Legal ground")]) == len(ids)
    files = [link.attrs["href"] for link in page.find_all("a") if link.attrs.get("href", "").startswith("/api/v1/dict")]
    labels = f"headers={prefix[1:] or 'es'}"
    assert files == [
        f"/api/v1/dictionary.xlsx?{labels}", f"/api/v1/dictionary.csv?{labels}",
        *(f"/api/v1/dictionary.{form}" for form in ("csv", "ndjson", "parquet")), "/api/v1/dictionary",
    ]  # fmt: skip
