"""Request ids, log lines without what people typed, and figures for this machine only."""

import json
import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from exemptions.calendar import parse_instant
from exemptions.store_sight import StoreSight
from tests.api.conftest import make_app
from tests.exemptions.releases import invented_nit


def fetch(client: FlaskClient, path: str, **options: Any) -> TestResponse:
    """The whole answer; an answer is logged and counted when its last byte is sent."""
    return client.open(path, buffered=True, **options)


def test_request_id__is_the_proxys_or_our_own(client: FlaskClient) -> None:
    assert client.get("/health/live", headers={"X-Request-ID": "abc-12345"}).headers["X-Request-ID"] == "abc-12345"
    own = client.get("/health/live").headers["X-Request-ID"]
    assert len(own) == 16


@pytest.mark.parametrize("sent", ["short", "has space in it", "x" * 65, "inj\u00e9ction-8", "a;b;c;d;e"])
def test_request_id__that_is_not_usable_is_replaced(client: FlaskClient, sent: str) -> None:
    response = client.get("/api/v1/nothing", headers={"X-Request-ID": sent})
    assert response.headers["X-Request-ID"] != sent
    assert response.json["request_id"] == response.headers["X-Request-ID"]


def test_log__tells_route_status_and_lengths_and_nothing_typed(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    nit, secret = invented_nit(3), "Persona Buscada"
    with caplog.at_level(logging.INFO):
        fetch(
            client,
            "/api/v1/records",
            query_string={"q": secret, secret: "1"},
            headers={"Referer": f"/buscar?q={secret}"},
        )
        fetch(client, f"/api/v1/taxpayers/{nit}", query_string={"release": "3"})
        fetch(client, "/api/v1/records", query_string={"nit": nit, "q": "a\x00b"})
        fetch(client, f"/contribuyente/{nit}")
        fetch(client, f"/{nit}")
    assert nit not in caplog.text
    assert "Buscada" not in caplog.text
    lines = [json.loads(record.message) for record in caplog.records if record.name == "registry.access"]
    assert [line["status"] for line in lines][:3] == [422, 200, 422]
    assert lines[0]["params"] == {"q": len(secret), "(other)": 1}
    assert lines[1]["route"] == "/api/v1/taxpayers/<nit>"
    assert lines[1]["release"] == 3
    assert lines[1]["ms"] >= 0
    assert lines[4]["route"] == "(none)"


def test_metrics__count_by_route_never_by_address(client: FlaskClient) -> None:
    nit = invented_nit(3)
    fetch(client, f"/api/v1/taxpayers/{nit}")
    fetch(client, "/api/v1/records", method="BREW")
    text = fetch(client, "/metrics").text
    assert 'registry_requests_total{method="GET",route="/api/v1/taxpayers/<nit>",status="200"}' in text
    assert 'method="other"' in text
    assert "BREW" not in text
    assert nit not in text
    assert "registry_served_release 3.0" in text


def test_metrics__tell_how_old_the_data_is(client: FlaskClient) -> None:
    text = fetch(client, "/metrics").text
    told = dict(line.rsplit(" ", 1) for line in text.splitlines() if line.startswith("registry_") and "{" not in line)
    shown = fetch(client, "/api/v1/releases").json
    assert shown is not None
    newest = shown["items"][0]
    assert float(told["registry_pointed_release"]) == newest["release"]
    assert float(told["registry_published_seconds"]) == parse_instant(newest["published_at"]).timestamp()
    # Midnight of Guatemala is six in the morning in the time of the world.
    assert float(told["registry_status_day_seconds"]) == parse_instant(f"{newest['status_date']}T06:00:00Z").timestamp()


@pytest.mark.parametrize("is_refused", [False, True])
def test_metrics__tell_what_this_machine_thinks_of_the_store(tmp_path: Path, is_refused: bool) -> None:
    (tmp_path / "releases").mkdir()
    sight = StoreSight(4, datetime(2026, 11, 21, tzinfo=UTC), is_followed=True, is_pinned=True, is_refused=is_refused)
    (tmp_path / "releases" / "store.json").write_bytes(sight.encode())
    with make_app(tmp_path).test_client() as client:
        text = fetch(client, "/metrics").text
    assert "registry_store_release 4.0\n" in text
    assert "registry_store_is_pinned 1.0\n" in text
    assert f"registry_store_is_refused {float(is_refused)}\n" in text


@pytest.mark.parametrize(
    ("address", "headers"),
    [
        ("203.0.113.9", {}),
        ("127.0.0.1", {"X-Forwarded-For": "203.0.113.9"}),
        ("127.0.0.1", {"Forwarded": "for=203.0.113.9"}),
        ("", {}),
    ],
)
def test_metrics__are_not_there_for_others(client: FlaskClient, address: str, headers: dict[str, str]) -> None:
    response = fetch(client, "/metrics", environ_base={"REMOTE_ADDR": address}, headers=headers)
    assert (response.status_code, response.content_type) == (404, "application/problem+json")
