"""What the API promises about its use: how often it may be asked, and how long what it has goes on answering."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from api import deprecations
from api.deprecations import DEPRECATIONS, Deprecation
from exemptions.errors import SettingsError
from exemptions.settings import read_settings
from tests.api.conftest import make_app

ENDING = Deprecation(date(2026, 1, 1), date(2027, 6, 30), "/api/v1/records")


def test_rate_limit__is_stated_as_it_was_set(registry_home: Path) -> None:
    client = make_app(registry_home, EXEMPTIONS_RATE_LIMIT="600/60").test_client()
    for path in ("/api/v1/records", "/api/v1/records.csv", "/api/v1/nothing"):
        response = client.get(path, buffered=True)
        assert response.headers["RateLimit-Policy"] == '"default";q=600;w=60'
        assert "RateLimit-Policy" in response.headers["Access-Control-Expose-Headers"]


def test_rate_limit__nothing_is_stated_where_nothing_was_set(client: FlaskClient) -> None:
    assert "RateLimit-Policy" not in client.get("/api/v1/records").headers


@pytest.mark.parametrize("text", ["600", "0/60", "600/0", "600/60/1", "a/b", "٦/60", "600/60\r\nX: 1"])
def test_rate_limit__that_is_none_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="EXEMPTIONS_RATE_LIMIT"):
        read_settings({"EXEMPTIONS_RATE_LIMIT": text})


@pytest.fixture
def ending(registry_home: Path, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """A service in which two routes are going to end."""
    monkeypatch.setattr(
        deprecations,
        "DEPRECATIONS",
        {"/api/v1/suggest": ENDING, "/api/v1/taxpayers/{nit}": Deprecation(date(2026, 1, 1), date(2027, 1, 1))},
    )
    return make_app(registry_home, EXEMPTIONS_BASE_URL="https://registro.example").test_client()


@pytest.mark.parametrize("path", ["/api/v1/suggest?q=a", "/api/v1/suggest?x=1"])
def test_deprecation__is_told_by_every_answer_of_the_route(ending: FlaskClient, path: str) -> None:
    headers = ending.get(path).headers
    assert headers["Deprecation"] == "@1767225600"
    assert headers["Sunset"] == "Wed, 30 Jun 2027 00:00:00 GMT"
    links = ", ".join(headers.get_all("Link"))
    assert '<https://registro.example/docs#docs-versions>; rel="deprecation"' in links
    assert '<https://registro.example/api/v1/records>; rel="successor-version"' in links


def test_deprecation__of_a_route_with_parts_in_its_path(ending: FlaskClient) -> None:
    headers = ending.get("/api/v1/taxpayers/nothing").headers
    assert headers["Deprecation"] == "@1767225600"
    assert "successor-version" not in ", ".join(headers.get_all("Link"))


def test_deprecation__is_told_by_the_document_and_by_no_other_route(ending: FlaskClient) -> None:
    document = ending.get("/openapi.json").json
    told = {
        path
        for path, methods in document["paths"].items()
        if methods["get" if "get" in methods else "post"].get("deprecated")
    }
    assert told == {"/api/v1/suggest", "/api/v1/taxpayers/{nit}"}
    assert "Deprecation" not in ending.get("/api/v1/records").headers


def test_deprecation__gives_a_year_at_least() -> None:
    with pytest.raises(ValueError, match="year"):
        Deprecation(date(2026, 1, 1), date(2026, 12, 31))


def test_deprecation__of_a_path_that_is_not_there_is_a_mistake(
    registry_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deprecations, "DEPRECATIONS", {"/api/v1/nothing": ENDING})
    with pytest.raises(KeyError):
        make_app(registry_home)


def test_deprecation__none_is_overdue() -> None:
    """What is past its day is to be taken out, not left."""
    assert [path for path, end in DEPRECATIONS.items() if end.sunset < datetime.now(UTC).date()] == []
