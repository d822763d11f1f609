"""Citations: the same in every format, pinned to a release, whatever is asked."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient

from tests.api.conftest import make_app
from tests.exemptions.releases import invented_record_id

BASE = "https://registro.example"


@pytest.fixture(scope="module")
def public(registry_home: Path) -> FlaskClient:
    return make_app(registry_home, EXEMPTIONS_BASE_URL=BASE).test_client()


def read_bibtex(text: str) -> dict[str, str]:
    """The fields of one entry, read as BibTeX does: a value ends where its braces are even."""
    found = re.match(r"@misc\{([A-Za-z0-9-]+),\n", text)
    assert found is not None, text
    fields, place = {"key": found[1]}, found.end()
    while text[place] != "}":
        head = re.compile(r"  ([a-z]+) = \{").match(text, place)
        assert head is not None, text[place:]
        depth, end = 1, head.end()
        while depth:
            depth += {"{": 1, "}": -1}.get(text[end], 0)
            end += 1
        fields[head[1]] = text[head.end() : end - 1]
        place = re.compile(r",?\n").match(text, end).end()  # type: ignore[union-attr]
    assert text[place:] == "}\n"
    return fields


def test_cite__of_a_release_says_the_same_in_every_format(public: FlaskClient) -> None:
    sha256 = public.get("/api/v1/releases").get_json()["items"][0]["manifest_sha256"]
    told = public.get("/api/v1/cite").get_json()
    assert told["url"] == f"{BASE}/publicaciones/3"
    assert told["text_es"] == (
        "Registro de ensayo. Registro abierto de exenciones tributarias (datos inventados de demostración) [en línea]. "
        f"Publicación 3, 15 de febrero de 2026. Disponible en: {BASE}/publicaciones/3. SHA-256 {sha256}."
    )
    assert "Release 3, 15 February 2026. Available at: " in told["text_en"]
    assert public.get("/api/v1/cite.txt").get_data(as_text=True) == told["text_es"] + "\n"
    assert (
        public.get("/api/v1/cite.txt", headers={"Accept-Language": "en"})
        .get_data(as_text=True)
        .startswith(told["text_en"])
    )
    (item,) = json.loads(public.get("/api/v1/cite.json").data)
    assert item == told["csl"]
    assert (item["type"], item["version"], item["URL"]) == ("dataset", "3", told["url"])
    assert item["issued"] == {"date-parts": [[2026, 2, 15]]}
    bibtex = read_bibtex(public.get("/api/v1/cite.bib").get_data(as_text=True))
    assert bibtex["key"] == item["id"] == "exenciones-gt-3"
    assert (bibtex["author"], bibtex["year"], bibtex["url"]) == ("{Registro de ensayo}", "2026", told["url"])


def test_cite__of_a_search_leads_to_the_same_records_for_ever(public: FlaskClient) -> None:
    told = public.get("/api/v1/cite?q=Ñandú&category=COOP&release=2").get_json()
    parts = urlsplit(told["url"])
    assert (parts.path, parts.query.endswith("release=2")) == ("/buscar", True)
    assert "Búsqueda: q=Ñandú; category=COOP" in told["text_es"]
    page = public.get(f"{parts.path}?{parts.query}").get_data(as_text=True)
    assert f'href="/registro/{invented_record_id(2)}?release=2"' in page
    # Of a day, the release of that day is cited.
    assert public.get("/api/v1/cite?as_of=2026-01-20").get_json()["release"] == 2


def test_cite__of_a_record_leads_to_its_page(public: FlaskClient) -> None:
    told = public.get(f"/api/v1/cite?record_id={invented_record_id(3)}").get_json()
    assert told["url"] == f"{BASE}/registro/{invented_record_id(3)}?release=3"
    assert "NUBES DE OBSIDIANA, SOCIEDAD ANÓNIMA, " in told["text_es"]
    natural = public.get(f"/api/v1/cite?record_id={invented_record_id(14)}").get_json()
    assert "Persona individual (nombre reservado)" in natural["text_es"]
    assert "Natural person (name withheld)" in natural["text_en"]
    assert public.get("/api/v1/cite?record_id=abcdefghijklmnop").status_code == 404


def test_cite__is_what_the_pages_show(public: FlaskClient) -> None:
    for page, query in (
        ("/datos", ""), ("/publicaciones/2", "?release=2"), ("/buscar?category=COOP", "?category=COOP"),
        (f"/registro/{invented_record_id(3)}", f"?record_id={invented_record_id(3)}"),
    ):  # fmt: skip
        text = public.get(f"/api/v1/cite{query}").get_json()["text_es"]
        shown = public.get(page).get_data(as_text=True)
        assert text.replace("&", "&amp;") in shown, page
        assert f"/api/v1/cite.bib?{query[1:] + '&amp;' if query and 'release' not in query else ''}release=" in shown


HOSTILE = ("%7D%7D%20%40misc%7Bx%2C", "%5Cinput%7B%2Fetc%2Fpasswd%7D", "a%0D%0ASet-Cookie:%20x=1", "%E2%80%AEabc",
           "%22%3E%3Cscript%3E", "100%25%20%23%20_%20%26%20%24%20~%20%5E", "%1B%5B31m")  # fmt: skip


@pytest.mark.parametrize("q", HOSTILE)
def test_cite__holds_hostile_words_as_words(public: FlaskClient, q: str) -> None:
    response = public.get(f"/api/v1/cite.bib?q={q}")
    assert response.status_code == 200
    assert "Set-Cookie" not in response.headers
    fields = read_bibtex(response.get_data(as_text=True))
    assert fields.keys() <= {"key", "author", "title", "year", "month", "version", "url", "note", "language"}
    assert not re.search(r"(?<!\\)[$&#%_~^]", fields["title"])
    assert "input{" not in fields["title"].replace("textbackslash{}input\\textbraceleft{}", "")
    assert not re.search("[\x00-\x1f\x7f\u202e]", fields["title"])
    (item,) = json.loads(public.get(f"/api/v1/cite.json?q={q}").data)
    assert not re.search("[\x00-\x1f\x7f\u202e]", item["title"])
    text = public.get(f"/api/v1/cite.txt?q={q}").get_data(as_text=True)
    assert text.count("\n") == 1


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("q=%00", 422),
        ("category=NADA", 422),
        ("style=apa", 422),
        ("release=1", 410),
        ("release=9", 404),
        ("q=a&q=b", 422),
    ],
)
def test_cite__refuses_in_its_own_way(public: FlaskClient, query: str, status: int) -> None:
    for suffix in ("", ".txt", ".bib", ".json"):
        response = public.get(f"/api/v1/cite{suffix}?{query}")
        assert (response.status_code, response.mimetype) == (status, "application/problem+json")
    assert public.get("/api/v1/cite.bib", headers={"Accept": "text/html"}).status_code == 406


def test_cite__without_a_public_address_gives_none(client: FlaskClient) -> None:
    told = client.get("/api/v1/cite").get_json()
    assert told["url"] is None
    assert "Disponible en" not in told["text_es"]
    assert "URL" not in told["csl"]
