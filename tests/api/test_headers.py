"""What every answer carries: protection for people, openness for programs."""

import pytest
from flask.testing import FlaskClient

from tests.api.conftest import make_app

ADDRESSES = [
    "/", "/docs", "/nothing", "/api/v1/records", "/api/v1/records?x=1", "/api/v1/records.csv",
    "/downloads/3/records.arrow", "/openapi.json", "/health/live", "/metrics",
]  # fmt: skip


@pytest.mark.parametrize("path", ADDRESSES)
def test_headers__protect_every_answer(client: FlaskClient, path: str) -> None:
    headers = client.get(path, buffered=True).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "base-uri 'none'" in policy
    assert "form-action" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]


@pytest.mark.parametrize(
    "path", ["/api/v1/records", "/api/v1/records?x=1", "/api/v1/nothing", "/downloads/3/records.arrow", "/openapi.json"]
)
def test_headers__any_site_may_read_the_data(client: FlaskClient, path: str) -> None:
    headers = client.get(path, headers={"Origin": "https://other.example"}, buffered=True).headers
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert {"ETag", "Link", "X-Total-Count", "X-Request-ID"} <= set(
        headers["Access-Control-Expose-Headers"].split(", ")
    )
    assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"


@pytest.mark.parametrize("path", ["/", "/docs", "/health/live", "/metrics", "/nothing"])
def test_headers__pages_and_the_service_are_not_open(client: FlaskClient, path: str) -> None:
    headers = client.get(path, headers={"Origin": "https://other.example"}).headers
    assert "Access-Control-Allow-Origin" not in headers


def test_headers__a_preflight_tells_methods_and_headers(client: FlaskClient) -> None:
    response = client.options(
        "/api/v1/records",
        headers={"Origin": "https://other.example", "Access-Control-Request-Method": "GET"},
    )
    assert response.status_code == 200
    assert set(response.headers["Access-Control-Allow-Methods"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
    assert "If-None-Match" in response.headers["Access-Control-Allow-Headers"]
    assert response.headers["Access-Control-Allow-Origin"] == "*"


def test_headers__transport_security_only_where_the_address_is_https(registry_home: object) -> None:
    secure = make_app(registry_home, EXEMPTIONS_BASE_URL="https://registro.example")  # type: ignore[arg-type]
    plain = make_app(registry_home, EXEMPTIONS_BASE_URL="http://127.0.0.1:8000")  # type: ignore[arg-type]
    told = secure.test_client().get("/health/live").headers["Strict-Transport-Security"]
    assert told == "max-age=31536000; includeSubDomains"
    assert "Strict-Transport-Security" not in plain.test_client().get("/health/live").headers


def test_headers__the_router_leads_to_no_name_that_a_client_invented(client: FlaskClient) -> None:
    response = client.get("/en//buscar", headers={"Host": "evil.example"})
    assert (response.status_code, response.headers["Location"]) == (308, "/en/buscar")
