"""Answers that are given again without reading the request: what they share with the first, and when they end."""

import gc
import json
import logging
from pathlib import Path
from typing import Any
from weakref import ref

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.api.conftest import make_app
from tests.exemptions.releases import build_test_release, point_at, record

ADDRESSES = ["/api/v1/records?limit=2&facets=type", "/buscar?q=nubes", "/en/buscar?q=nubes", "/"]


def fetch(client: FlaskClient, path: str, **headers: str) -> TestResponse:
    return client.get(path, buffered=True, headers={name.replace("_", "-"): text for name, text in headers.items()})


def told(response: TestResponse) -> list[tuple[str, str]]:
    return [pair for pair in response.headers if pair[0] != "X-Request-ID"]


@pytest.fixture
def dispatched(monkeypatch: pytest.MonkeyPatch, registry_home: Path) -> tuple[FlaskClient, list[str]]:
    """A client, and the addresses of its requests that the application looked at."""
    app, seen = make_app(registry_home), []
    dispatch = app.full_dispatch_request

    def look(*args: Any) -> Any:
        from flask import request

        seen.append(request.full_path)
        return dispatch(*args)

    monkeypatch.setattr(app, "full_dispatch_request", look)
    return app.test_client(), seen


@pytest.mark.parametrize("path", ADDRESSES)
def test_repeats__are_the_first_answer_but_for_the_request_id(
    dispatched: tuple[FlaskClient, list[str]], path: str
) -> None:
    client, seen = dispatched
    first, again = fetch(client, path), fetch(client, path)
    assert len(seen) == 1
    assert (again.status, again.data, told(again)) == (first.status, first.data, told(first))
    assert again.headers["X-Request-ID"] != first.headers["X-Request-ID"]
    assert fetch(client, path, X_Request_ID="proxy-12345").headers["X-Request-ID"] == "proxy-12345"
    assert len(seen) == 1


@pytest.mark.parametrize("path", ADDRESSES)
def test_repeats__of_an_unchanged_answer_have_no_body(dispatched: tuple[FlaskClient, list[str]], path: str) -> None:
    client, seen = dispatched
    etag = fetch(client, path).headers["ETag"]
    first, again = (fetch(client, path, If_None_Match=etag) for _ in range(2))
    assert len(seen) == 2
    assert (again.status_code, again.data, told(again)) == (304, b"", told(first))
    assert fetch(client, path, If_None_Match='"other"').status_code == 200


def test_repeats__never_mix_what_clients_ask_for(client: FlaskClient) -> None:
    path = "/api/v1/records?limit=1&facets=type"
    asked = [
        {},
        {"Accept_Encoding": "gzip"},
        {"Accept_Encoding": "zstd"},
        {"Accept_Language": "en"},
        {"Accept_Language": "en", "Accept_Encoding": "gzip"},
    ]
    first = [fetch(client, path, **headers) for headers in asked]
    again = [fetch(client, path, **headers) for headers in asked]
    assert len({response.headers["ETag"] for response in first}) == len(asked)
    assert [(r.data, told(r)) for r in again] == [(r.data, told(r)) for r in first]
    assert fetch(client, path, Accept="text/html").status_code == 406
    assert client.post(path).status_code == 405
    head = client.head(path, buffered=True)
    assert (head.status_code, head.data, told(head)) == (200, b"", told(first[0]))


def test_repeats__end_with_the_release(tmp_path: Path) -> None:
    build_test_release(tmp_path / "releases", [record(1)])
    client = make_app(tmp_path).test_client()
    for path in ("/api/v1/records", "/buscar"):
        assert [fetch(client, path).headers["X-Registry-Release"] for _ in range(2)] == ["1", "1"]
    build_test_release(tmp_path / "releases", [record(1)], 2)
    for path in ("/api/v1/records", "/buscar"):
        assert [fetch(client, path).headers["X-Registry-Release"] for _ in range(2)] == ["2", "2"]


def test_repeats__keep_no_release_open_that_was_replaced(tmp_path: Path) -> None:
    build_test_release(tmp_path / "releases", [record(1)])
    app = make_app(tmp_path)
    client = app.test_client()
    for path in ADDRESSES:
        fetch(client, path)
    store = app.extensions["registry"].store
    first = ref(store.current())
    build_test_release(tmp_path / "releases", [record(1)], 2)
    # The answers to the other addresses are still kept.
    assert fetch(client, "/").headers["X-Registry-Release"] == "2"
    gc.collect()
    assert first() is None


def test_repeats__of_a_release_that_was_withdrawn_are_gone(tmp_path: Path) -> None:
    releases = tmp_path / "releases"
    build_test_release(releases, [record(1)])
    build_test_release(releases, [record(1)], 2)
    client = make_app(tmp_path).test_client()
    path = "/api/v1/records?release=1"
    assert [fetch(client, path).status_code for _ in range(2)] == [200, 200]
    point_at(releases, 2, withdrawn=[1])
    assert fetch(client, path).status_code == 410
    # The one that is current is asked for by its number until it is withdrawn itself.
    path = "/api/v1/records?release=2"
    assert [fetch(client, path).status_code for _ in range(2)] == [200, 200]


@pytest.mark.parametrize("is_damaged", [True, False], ids=["damaged", "withdrawn"])
def test_repeats__of_the_only_release_are_gone_with_it(tmp_path: Path, is_damaged: bool) -> None:
    folder = build_test_release(tmp_path / "releases", [record(1)])
    app = make_app(tmp_path)
    client = app.test_client()
    for path in ADDRESSES:
        assert [fetch(client, path).status_code for _ in range(2)] == [200, 200]
    if is_damaged:
        (folder / "records.arrow").write_bytes(b"")
        app.extensions["registry"].store.drop_broken()
    else:
        point_at(tmp_path / "releases", None, withdrawn=[1])
    # Kept answers do not keep their release.
    gc.collect()
    for path in ADDRESSES:
        answer = fetch(client, path)
        assert "X-Registry-Release" not in answer.headers and record(1)["name"] not in answer.text


def test_repeats__keep_no_endless_headers(dispatched: tuple[FlaskClient, list[str]]) -> None:
    client, seen = dispatched
    headers = {"Accept_Language": "es, " + ", ".join(f"x-{number}" for number in range(1_000))}
    first, again = (fetch(client, "/api/v1/records?limit=1", **headers) for _ in range(2))
    assert len(seen) == 2
    assert (again.status_code, again.data, told(again)) == (200, first.data, told(first))


def test_repeats__of_errors_are_made_anew(dispatched: tuple[FlaskClient, list[str]]) -> None:
    client, seen = dispatched
    path = "/api/v1/records?type=NADA"
    bodies = [fetch(client, path).json["request_id"] for _ in range(2)]
    assert len(set(bodies)) == len(seen) == 2


def test_repeats__are_logged_and_counted_like_first_answers(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    def count() -> float:
        name = 'registry_request_seconds_count{route="/api/v1/records"}'
        text = client.get("/metrics", buffered=True).text
        return float(next((line.split()[-1] for line in text.splitlines() if line.startswith(name)), 0))

    path, before = "/api/v1/records?q=Persona+Buscada", count()
    with caplog.at_level(logging.INFO):
        responses = [fetch(client, path) for _ in range(2)]
    lines = [json.loads(entry.message) for entry in caplog.records if entry.name == "registry.access"]
    assert [line["request_id"] for line in lines] == [response.headers["X-Request-ID"] for response in responses]
    first, again = ({name: line[name] for name in line if name not in ("request_id", "ms")} for line in lines)
    assert first == again
    assert again["params"] == {"q": len("Persona Buscada")}
    assert "Buscada" not in caplog.text
    assert count() == before + 2


def test_searches__of_endless_query_strings_are_read_anew(registry_home: Path) -> None:
    app = make_app(registry_home)
    kept = app.extensions["registry"].asked
    short, long = "limit=1", "&".join(["limit=1", *["category=COOP"] * 80])
    for query in (short, long):
        assert fetch(app.test_client(), f"/api/v1/records?{query}").status_code == 200
    assert kept.find(short.encode()) is not None
    assert kept.find(long.encode()) is None
