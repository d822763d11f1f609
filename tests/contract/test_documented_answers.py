"""Every answer is one that the OpenAPI document tells: its status, its media type and each of its headers.

The routes are taken from the document, so that a new one is tested as soon as it is there.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.contract.addresses import iter_addresses

Document = dict[str, Any]

PROTECTION = {
    "Access-Control-Allow-Origin", "Access-Control-Expose-Headers", "Content-Security-Policy",
    "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy", "Permissions-Policy", "Referrer-Policy",
    "X-Content-Type-Options", "X-Frame-Options",
}  # fmt: skip
"""What every answer of the service tells a browser; no part of any route's contract."""
OF_HTTP = {"Content-Type", "Content-Length", "Date"}
"""Told by the media types of the document, and by HTTP itself."""


@dataclass(frozen=True, slots=True)
class Route:
    """One operation with an address that answers it."""

    path: str
    method: str
    operation: Document
    address: str

    @property
    def media(self) -> str:
        """A media type that it gives."""
        return next(iter(self.operation["responses"].get("200", {}).get("content", {"application/json": {}})))


def ask(client: FlaskClient, route: Route, case: str) -> TestResponse:
    headers: dict[str, str] = {}
    method, address = route.method.upper(), route.address
    match case:
        case "plain" | "english" | "packed":
            headers = {"english": {"Accept-Language": "en"}, "packed": {"Accept-Encoding": "gzip"}}.get(case, {})
        case "unchanged":
            headers = {"If-None-Match": client.get(address, buffered=True).headers.get("ETag", '"none"')}
        case "bad query":
            address += "?nothing=1"
        case "wrong method":
            method = "PATCH"
        case "wrong accept":
            headers = {"Accept": "image/png"}
        case "unknown path":
            address += "/nothing/at/all"
        case "malformed escape":
            address += "?q=%zz&%=%&%ff=%c3%28"
        case "too long a value":
            address += f"?q={'a' * 4_000}"
        case "impossible range":
            headers = {"Range": "bytes=999999999999-"}
    return client.open(address, method=method, headers=headers, buffered=True)


CASES = (
    "plain", "english", "packed", "unchanged", "bad query", "wrong method", "wrong accept", "unknown path",
    "malformed escape", "too long a value", "impossible range",
)  # fmt: skip


@pytest.fixture(scope="module")
def document(app: Flask) -> Document:
    loaded: Document = app.test_client().get("/openapi.json").json
    return loaded


@pytest.fixture(scope="module")
def routes(app: Flask, document: Document) -> list[Route]:
    """Every operation that needs no person; those that send something are asked with nothing."""
    addresses = {plain_rule(address.rule): address.path for address in iter_addresses(app)}
    return [
        Route(path, method, operation, addresses.get(path, path))
        for path, methods in document["paths"].items()
        if "/staff/" not in path
        for method, operation in methods.items()
        if method != "parameters"
    ]


def plain_rule(rule: str) -> str:
    for written, told in (("<int:", "{"), ("<path:", "{"), ("<", "{"), (">", "}")):
        rule = rule.replace(written, told)
    return rule


@pytest.mark.parametrize("case", CASES)
def test_answers__are_told_by_the_document(
    client: FlaskClient, document: Document, routes: list[Route], case: str
) -> None:
    untold = [fault for route in routes for fault in faults(document, route, ask(client, route, case), case)]
    assert untold == [], "\n".join(untold)


def faults(document: Document, route: Route, response: TestResponse, case: str) -> Iterator[str]:
    """What of an answer the document does not tell."""
    where = f"{route.method} {route.path} ({case}) {response.status_code}"
    told = resolve(document, route.operation["responses"].get(str(response.status_code), {}))
    if not told and case == "unknown path":
        # Another address, which belongs to no operation; its problem is the same everywhere.
        told = document["components"]["responses"]["Problem404"]
    if not told:
        yield f"{where} is not told"
        return
    for name, header in told.get("headers", {}).items():
        if resolve(document, header).get("required") and name not in response.headers:
            yield f"{where} lacks {name}"
    for name in set(response.headers.keys()) - PROTECTION - OF_HTTP - set(told.get("headers", {})):
        yield f"{where} has {name}, which is not told"
    if response.data and not {response.mimetype, "*/*"} & set(told.get("content", {})):
        yield f"{where} is {response.mimetype}"


@pytest.mark.parametrize("case", CASES[4:])
def test_answers__that_refuse_are_problems(client: FlaskClient, routes: list[Route], case: str) -> None:
    seen = set()
    for route in routes:
        response = ask(client, route, case)
        seen.add(response.status_code)
        if response.status_code >= 400:
            assert response.content_type == "application/problem+json", (route.path, case)
            problem = response.json
            assert problem["status"] == response.status_code
            assert problem["request_id"] == response.headers["X-Request-ID"]
            assert response.headers["Cache-Control"] == "no-store"
            if response.status_code == 405:
                assert route.method.upper() in response.headers["Allow"]
    expected = {
        "bad query": 422, "wrong method": 405, "wrong accept": 406, "unknown path": 404, "malformed escape": 422,
        "too long a value": 422, "impossible range": 416,
    }  # fmt: skip
    assert expected[case] in seen
    assert max(seen) < 500


def test_answers__a_wrong_accept_is_refused_by_every_route(client: FlaskClient, routes: list[Route]) -> None:
    takes_any = {"/health/live", "/health/ready", "/downloads/{number}/{name}"}
    for route in routes:
        if route.path not in takes_any and route.method == "get":
            assert ask(client, route, "wrong accept").status_code in (308, 406), route.path


def test_answers__the_test_sees_what_is_not_told(client: FlaskClient, document: Document, routes: list[Route]) -> None:
    route = next(route for route in routes if route.path == "/api/v1/suggest")
    poorer = {**document, "components": {**document["components"], "headers": {}}}
    bare = Route(route.path, route.method, {"responses": {"200": {"content": {"text/csv": {}}}}}, route.address)
    assert list(faults(document, route, ask(client, route, "plain"), "plain")) == []
    assert any("ETag" in fault for fault in faults(poorer, bare, ask(client, bare, "plain"), "plain"))
    assert any("is application/json" in fault for fault in faults(poorer, bare, ask(client, bare, "plain"), "plain"))
    assert any("is not told" in fault for fault in faults(poorer, bare, ask(client, bare, "bad query"), "bad query"))


def resolve(document: Document, node: Document) -> Document:
    if "$ref" not in node:
        return node
    found: Any = document
    for part in node["$ref"].removeprefix("#/").split("/"):
        found = found[part]
    resolved: Document = found
    return resolved
