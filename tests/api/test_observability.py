"""Request ids, log lines without what people typed, and figures for this machine only."""

import json
import logging
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

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
    assert "registry_release 3.0" in text


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
