"""Strings that break software, through every parameter and form of the public: never a 5xx, never markup of theirs.

Two files beside this one's folder hold the strings and their licence. `make test` sends each string and fills each
parameter a few times, in a fixed rotation; `--naughty=all`, as `make trust` does, sends every string through each.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from itertools import islice, product
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api.openrefine.batches import MAX_QUERIES
from exemptions.inbox import LONGEST, make_inbox
from exemptions.query import QUERY_PARAMETERS
from tests.api.conftest import build_registry, make_app
from tests.contract.addresses import OWN_PATH_VALUES, PATH_VALUES, iter_addresses
from tests.trust.tables import Tell, tell

STRINGS: list[str] = list(
    dict.fromkeys(json.loads((Path(__file__).parents[1] / "data" / "naughty-strings.json").read_bytes()))
)
ROUNDS = 2
"""How often the rotation goes through the longer of the two lists, strings and places."""
SHARES = 8
"""Tests that the requests are dealt out to, so that several cores can send them."""
SHORTEST_MARKUP = 4
"""Shorter strings, such as `<>`, stand in pages anyway."""
KINDS = ["text/csv", "text/plain", "application/json"]
"""Of a list that is sent to be compared."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a string is put: a part of the path, the value of a parameter, or the name of one."""

    path: str
    where: str
    name: str

    def address(self, string: str) -> str:
        written = quote(string, safe="")
        match self.where:
            case "path":
                return self.path.replace("{}", written)
            case "value":
                return f"{self.path}?{quote(self.name)}={written}"
            case _:
                return f"{self.path}?{written}=1"


def iter_places(app: Flask) -> Iterator[Place]:
    """Every parameter of every GET operation of the public's document, and what the pages take."""
    document = app.test_client().get("/openapi.json").json
    assert document is not None
    for path, operations in document["paths"].items():
        if path.startswith("/api/v1/staff") or "get" not in operations:
            continue
        told = [*operations.get("parameters", ()), *operations["get"].get("parameters", ())]
        for parameter in {(entry["in"], entry["name"]): entry for entry in map(resolver(document), told)}.values():
            name = parameter["name"]
            yield (
                Place(_filled(path.replace(f"{{{name}}}", "{}", 1)), "path", name)
                if parameter["in"] == "path"
                else Place(_filled(path), "value", name)
            )
        yield Place(_filled(path), "name", "")
    for address in iter_addresses(app):
        if address.is_page:
            yield Place(address.path, "name", "")
            yield from (Place(path, "path", name) for path, name in _opened(address.rule, address.endpoint))
    yield from (Place("/buscar", "value", name) for name in QUERY_PARAMETERS)
    yield from (Place(f"/en{path}", "value", "q") for path in ("", "/buscar", "/correcciones", "/glosario"))
    yield Place("/{}", "path", "")


def resolver(document: Mapping[str, Any]) -> Any:
    def resolve(entry: Mapping[str, Any]) -> Mapping[str, Any]:
        found = entry
        for step in entry["$ref"].removeprefix("#/").split("/") if "$ref" in entry else ():
            found = (document if found is entry else found)[step]
        return found

    return resolve


def _filled(path: str) -> str:
    for name, value in PATH_VALUES.items():
        path = path.replace(f"{{{name}}}", value)
    return path


def _opened(rule: str, endpoint: str) -> Iterator[tuple[str, str]]:
    """The rule of a page once for each of its parts, with that part left open and the others filled in."""
    parts = re.findall(r"<(?:\w+:)?(\w+)>", rule)
    for open_part in parts:
        path = rule
        for name in parts:
            known = OWN_PATH_VALUES.get((endpoint.partition(".")[2], name)) or PATH_VALUES.get(name, "x")
            for written in (f"<{name}>", f"<int:{name}>", f"<path:{name}>"):
                path = path.replace(written, "{}" if name == open_part else known)
        yield path, open_part


class Markup(HTMLParser):
    """What of a page could run something."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in ("iframe", "object", "embed", "base", "frame", "applet", "marquee", "bgsound"):
            self.faults.append(f"<{tag}>")
        if tag == "script" and not given.get("src", "").startswith("/static/"):
            self.faults.extend(["<script>"] * (given.get("type") != "application/ld+json"))
        self.faults += [name for name in given if name.startswith("on")]
        self.faults += [
            value
            for name, value in given.items()
            if name in ("href", "src", "action", "formaction", "xlink:href")
            and "".join(value.split()).casefold().startswith(("javascript:", "vbscript:", "data:text"))
        ]


def faults_of(page: str) -> list[str]:
    """What a page holds that none of ours has."""
    markup = Markup()
    markup.feed(page)
    return markup.faults


def check(response: TestResponse, *strings: str) -> None:
    """The service did not fail, the strings stand nowhere as markup, and made no header."""
    assert response.status_code < 500, response.text[:500]
    for _, value in response.headers:
        assert all(32 <= ord(sign) < 127 or ord(sign) >= 160 for sign in value), value
    assert "Set-Cookie" not in response.headers
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    location = response.headers.get("Location", "/")
    assert location.startswith("/"), location
    assert not location.startswith(("//", "/\\")), location
    if response.mimetype in ("text/html", "application/xhtml+xml", "image/svg+xml"):
        text = response.text
        assert faults_of(text) == []
        assert [string for string in strings if is_markup(string) and string in text] == []


def is_markup(string: str) -> bool:
    """Whether a string would be markup if it stood in a page as it is."""
    return len(string) >= SHORTEST_MARKUP and any(sign in string for sign in '<>"')


def pairs(request: pytest.FixtureRequest, places: list[Any], share: int, shares: int = SHARES) -> list[tuple[Any, str]]:
    """The places and strings of one share: all, or those of the rotation."""
    if request.config.getoption("--naughty") == "all":
        return list(islice(product(places, STRINGS), share, None, shares))
    rounds = ROUNDS if len(places) > len(STRINGS) else 1
    count = rounds * max(len(places), len(STRINGS))
    return [(places[turn % len(places)], STRINGS[turn % len(STRINGS)]) for turn in range(share, count, shares)]


@pytest.fixture(scope="session")
def naughty_places(app: Flask) -> list[Place]:
    return sorted(set(iter_places(app)), key=lambda place: (place.name, place.path, place.where))


def test_places__are_all_that_the_document_tells(naughty_places: list[Place]) -> None:
    names = {place.name for place in naughty_places}
    assert names >= {"q", "nit", "record_id", "as_of", "callback", "facets", "prefix", "table", "chart", "code", "slug"}
    assert len(naughty_places) > 700
    assert all("<" not in place.path and ("{}" in place.path) == (place.where == "path") for place in naughty_places)


def test_rotation__sends_each_string_and_fills_each_place(request: pytest.FixtureRequest) -> None:
    places = list(range(470))
    sent = [pair for share in range(SHARES) for pair in pairs(request, places, share)]
    assert {place for place, _ in sent} == set(places)
    assert {string for _, string in sent} == set(STRINGS)


@pytest.mark.parametrize(
    "page",
    [
        "<p><script>alert(1)</script></p>",
        "<img src=x onerror=alert(1)>",
        "<a href=' java\nscript:alert(1)'>x</a>",
        '<iframe src="/"></iframe>',
    ],
)
def test_check__sees_a_planted_fault(page: str) -> None:
    assert faults_of(page) != []


@pytest.mark.parametrize("share", range(SHARES))
def test_every_parameter__takes_any_string(
    request: pytest.FixtureRequest,
    client: FlaskClient,
    naughty_places: list[Place],
    record_property: Tell,
    share: int,
) -> None:
    sent = pairs(request, naughty_places, share)
    for place, string in sent:
        address = place.address(string)
        response = client.get(address, headers={"Accept": "text/html, */*;q=0.5"}, buffered=True)
        try:
            check(response, string)
        except AssertionError as fault:
            raise AssertionError(f"{address}: {fault}") from fault
    tell(
        record_property, "Fuzzed requests", made_by="naughty strings in addresses", requests=len(sent), server_errors=0
    )


@pytest.mark.parametrize("share", range(len(LONGEST)))
def test_report__takes_any_string(request: pytest.FixtureRequest, tmp_path: Path, share: int) -> None:
    build_registry(tmp_path)
    make_inbox(tmp_path / "inbox")
    fields = {"text": "Un texto que basta.", "about": "", "source": "", "contact": ""}
    assert set(fields) == set(LONGEST)
    with make_app(tmp_path).test_client() as client:
        for field, string in pairs(request, sorted(fields), share, len(fields)):
            # Sent again with a fault in another field, the form comes back with all that was typed.
            fault = {"text": ""} if field == "about" else {"about": "x" * (LONGEST["about"] + 1)}
            for more in ({}, fault):
                response = client.post("/correcciones", data=fields | more | {field: string})
                check(response, string)
                assert response.status_code in ((422,) if more else (303, 422))


def test_comparing__takes_any_string(request: pytest.FixtureRequest, client: FlaskClient) -> None:
    for field, string in pairs(request, ["text", "column", "as_of", "format", "encoding"], 0, 1):
        check(client.post("/comparar", data={"text": "Nombre\nNube\n", field: string}), string)
    for chunk in chunks(20):
        check(client.post("/en/comparar", data={"text": _csv(chunk)}), *chunk)


@pytest.mark.parametrize("kind", KINDS)
def test_match__takes_any_string(request: pytest.FixtureRequest, client: FlaskClient, kind: str) -> None:
    for string in [string for asked, string in pairs(request, KINDS, 0, 1) if asked == kind]:
        body = json.dumps([string]) if kind == "application/json" else string
        check(client.post("/api/v1/match", data=body.encode(), content_type=kind, buffered=True), string)
    for chunk in chunks(100):
        body = json.dumps(chunk) if kind == "application/json" else _csv(chunk)
        check(client.post("/api/v1/match", data=body.encode(), content_type=kind, buffered=True), *chunk)


def test_reconcile__takes_any_string(client: FlaskClient) -> None:
    for string in STRINGS:
        check(client.post("/api/v1/reconcile", data={"queries": string}), string)
    for chunk in chunks(MAX_QUERIES):
        for key in ("query", "type"):
            queries = {f"q{number}": {"query": "Nube", key: string} for number, string in enumerate(chunk)}
            check(client.post("/api/v1/reconcile", data={"queries": json.dumps(queries)}), *chunk)


def chunks(size: int) -> Iterator[list[str]]:
    """The strings, some at a time."""
    for start in range(0, len(STRINGS), size):
        yield STRINGS[start : start + size]


def _csv(strings: list[str]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows([["Nombre"], *([string] for string in strings)])
    return text.getvalue()
