"""The pictures that messengers show beside a shared link."""

import struct
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from flask import Flask
from flask.testing import FlaskClient

from api.pages.cards import HEIGHT, WIDTH, Card, card_svg
from api.recent import Recent
from api.state import EXTENSION, FinishedBody
from exemptions.release import Release
from tests.api.conftest import make_app
from tests.api.test_pages import load
from tests.api.test_sharing import SITE, told
from tests.exemptions.releases import invented_nit, invented_record_id

ENDED, NAMED, WITHHELD = 12, 13, 14
"""Numbers of a record that the newest release no longer has, and of two of natural persons: the name of one is public,
that of the other is withheld."""


@pytest.fixture(scope="module")
def public(registry_home: Path) -> Iterator[FlaskClient]:
    app = make_app(registry_home, EXEMPTIONS_BASE_URL=SITE)
    with app.test_client() as client:
        yield client
    app.extensions[EXTENSION].renderer.close()


def words(app: Flask, path: str, card: Card) -> list[str]:
    """The lines of a picture."""
    with app.test_request_context(path):
        release: Release = app.extensions[EXTENSION].store.current()
        root = ElementTree.fromstring(card_svg(card, release))
    return [element.text or "" for element in root.iterfind(".//{*}text")]


def drawn_words(app: Flask, client: FlaskClient, path: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Everything that is written in the picture at an address."""
    seen: list[str] = []
    state = app.extensions[EXTENSION]
    monkeypatch.setattr(type(state.renderer), "draw_png", lambda _self, svg, *, scale: seen.append(svg) or b"")
    # Another test may have had the picture drawn, and none may find what is drawn here.
    bodies = Recent[str, FinishedBody](capacity=1 << 20, weigh=lambda finished: len(finished.body))
    monkeypatch.setitem(app.extensions, EXTENSION, replace(state, bodies=bodies))
    assert client.get(path).status_code == 200
    return " ".join(element.text or "" for element in ElementTree.fromstring(seen[0]).iterfind(".//{*}text"))


def test_card__is_a_picture_of_the_size_that_the_page_tells(public: FlaskClient) -> None:
    head = told(load(public, f"/registro/{invented_record_id(3)}"))
    assert head["twitter:card"] == "summary_large_image"
    assert (head["og:image:width"], head["og:image:height"]) == (str(WIDTH), str(HEIGHT))
    assert head["og:image:alt"] == head["og:title"]
    response = public.get(head["og:image"].removeprefix(SITE))
    assert response.mimetype == head["og:image:type"] == "image/png"
    assert struct.unpack(">II", response.data[16:24]) == (WIDTH, HEIGHT)
    assert response.headers["Cache-Control"] == "public, max-age=3600"


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_card__is_the_pages_own_where_it_has_one(public: FlaskClient, prefix: str) -> None:
    own = f"/registro/{invented_record_id(3)}", f"/contribuyente/{invented_nit(3)}"
    for path in own:
        assert told(load(public, prefix + path))["og:image"] == f"{SITE}{prefix}/tarjeta{path}.png?release=3"
    for path in ("/", "/metodologia", "/buscar?q=nubes"):
        assert told(load(public, prefix + path))["og:image"] == f"{SITE}{prefix}/tarjeta.png?release=3"


def test_card__tells_name_and_status(app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    page = load(client, f"/registro/{invented_record_id(40)}")
    text = drawn_words(app, client, f"/tarjeta/registro/{invented_record_id(40)}.png", monkeypatch)
    assert page.find("h1").text in text
    assert "Al 15 de febrero de 2026 este beneficio estaba vigente." in text
    assert "Publicación 3" in text


@pytest.mark.parametrize("number", [NAMED, WITHHELD])
def test_card__of_a_natural_person_is_the_registrys(public: FlaskClient, number: int) -> None:
    registrys = public.get("/tarjeta.png").headers["ETag"]
    own = public.get(f"/tarjeta/registro/{invented_record_id(number)}.png", headers={"If-None-Match": registrys})
    assert own.status_code == 304


def test_card__of_a_taxpayer_counts_its_benefits(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = drawn_words(app, client, f"/en/tarjeta/contribuyente/{invented_nit(40)}.png", monkeypatch)
    assert "1 benefit, 1 in force" in text


def test_card__of_what_ended_is_the_registrys(app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    text = drawn_words(app, client, f"/tarjeta/registro/{invented_record_id(ENDED)}.png", monkeypatch)
    assert "Quién no paga impuestos en Guatemala" in text


def test_card__of_a_subject_counts_its_records(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = client.get("/api/v1/records?category=ASOC&limit=1").json["total"]
    text = drawn_words(app, client, "/tarjeta/categoria/ASOC.png", monkeypatch)
    assert f"Categoría Asociación {found} beneficios" in text
    for path in ("/ley/decreto-29-89", "/departamento/01", "/impuesto/ISR"):
        text = drawn_words(app, client, f"/tarjeta{path}.png", monkeypatch)
        assert load(client, path).find("h1").text.split()[0] in text


@pytest.mark.parametrize(
    "path",
    [
        "/tarjeta/registro/no-hay.png",
        "/tarjeta/ley/no-hay.png",
        "/tarjeta/pais/GT.png",
        f"/tarjeta/contribuyente/{invented_nit(999)}.png",
    ],
)
def test_card__of_nothing_is_not_there(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_card__fits_the_longest_name_and_takes_no_markup(app: Flask) -> None:
    name = "ASOCIACIÓN <b>DE</b> VECINOS & AMIGOS " * 12
    lines = words(app, "/tarjeta.png", Card("", name, "hecho"))
    title = [line for line in lines if "VECINOS" in line or "ASOC" in line]
    assert len(title) == 4
    assert title[-1].endswith("…")
    assert "<b>DE</b>" in " ".join(title)
