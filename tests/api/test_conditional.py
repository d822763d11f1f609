"""ETags, 304, HEAD, caching, compression and the finished bodies."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from api.state import EXTENSION, AppState, FinishedBody
from tests.api.conftest import make_app
from tests.exemptions.releases import build_test_release, record

KEPT = [
    "/api/v1/records?q=nubes&facets=type",
    "/api/v1/records.csv?q=nubes",
    "/api/v1/records.parquet?q=nubes",
    "/api/v1/suggest?q=nub",
    "/api/v1/releases",
    "/api/v1/releases/3",
    "/api/v1/releases/3/changes",
    "/api/v1/releases/3/changes.csv",
    "/api/v1/catalogs",
    "/api/v1/catalogs/types",
    "/api/v1/catalogs/types.csv",
    "/openapi.json",
]


@pytest.mark.parametrize("path", KEPT)
def test_conditional__the_same_answer_is_not_sent_twice(client: FlaskClient, path: str) -> None:
    first = client.get(path)
    etag = first.headers["ETag"]
    assert first.status_code == 200
    assert not etag.startswith("W/")
    for asked in (etag, f'"other", {etag}', f"W/{etag}", "*"):
        again = client.get(path, headers={"If-None-Match": asked})
        assert (again.status_code, again.data) == (304, b"")
        for header in ("ETag", "Cache-Control", "Vary"):
            assert again.headers.get(header) == first.headers.get(header)
    assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize("path", [*KEPT, "/downloads/3/records.arrow", "/health/ready", "/docs"])
def test_conditional__head_is_get_without_its_body(client: FlaskClient, path: str) -> None:
    got = client.get(path, buffered=True)
    head = client.head(path, buffered=True)
    assert (head.status_code, head.data) == (got.status_code, b"")
    ignored = ("X-Request-ID", "Date")
    assert [pair for pair in head.headers if pair[0] not in ignored] == [
        pair for pair in got.headers if pair[0] not in ignored
    ]


def test_conditional__one_question_has_one_etag_however_it_is_written(client: FlaskClient) -> None:
    first = client.get("/api/v1/records?category=COOP&category=FUND&limit=20").headers["ETag"]
    assert client.get("/api/v1/records?category=FUND&category=COOP&q=").headers["ETag"] == first


@pytest.mark.parametrize(
    "other",
    [
        {"path": "/api/v1/records?limit=4"},
        {"path": "/api/v1/records?release=2"},
        {"headers": {"Accept-Language": "en"}},
        {"headers": {"Accept-Encoding": "gzip"}},
        {"headers": {"Accept-Encoding": "zstd"}},
    ],
)
def test_conditional__another_answer_has_another_etag(client: FlaskClient, other: dict[str, object]) -> None:
    first = client.get("/api/v1/records").headers["ETag"]
    assert client.get(**{"path": "/api/v1/records", **other}).headers["ETag"] != first  # type: ignore[arg-type]


def test_conditional__a_new_release_changes_the_etag(tmp_path: Path) -> None:
    build_test_release(tmp_path / "releases", [record(1)])
    client = make_app(tmp_path).test_client()
    etag = client.get("/api/v1/records").headers["ETag"]
    build_test_release(tmp_path / "releases", [record(1)], 2)
    response = client.get("/api/v1/records", headers={"If-None-Match": etag})
    assert (response.status_code, response.json["release"]) == (200, 2)


@pytest.mark.parametrize(
    ("path", "caching"),
    [
        ("/api/v1/records", "public, max-age=0, s-maxage=2"),
        ("/api/v1/records?as_of=2026-02-20", "public, max-age=0, s-maxage=2"),
        ("/api/v1/records?release=3", "public, max-age=3600"),
        ("/api/v1/records.csv?release=3", "public, max-age=3600"),
        ("/api/v1/catalogs?release=3", "public, max-age=3600"),
        ("/api/v1/nothing", "no-store"),
        ("/health/ready", "no-store"),
    ],
)
def test_conditional__what_may_change_is_not_kept_long(client: FlaskClient, path: str, caching: str) -> None:
    assert client.get(path).headers["Cache-Control"] == caching


def test_conditional__a_page_reached_by_cursor_is_pinned(client: FlaskClient) -> None:
    following = client.get("/api/v1/records?limit=3").json["next"]
    assert client.get(following).headers["Cache-Control"] == "public, max-age=3600"


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("", None), ("identity", None), ("*", None), ("br", None), ("gzip", "gzip"),
        ("gzip, deflate, br, zstd", "zstd"), ("gzip;q=1.0, zstd;q=0.5", "gzip"), ("gzip;q=0", None), ("GZIP", "gzip"),
    ],
)  # fmt: skip
def test_conditional__the_coding_is_one_that_the_client_names(
    client: FlaskClient, accepted: str, coding: str | None
) -> None:
    response = client.get("/api/v1/records", headers={"Accept-Encoding": accepted})
    assert response.headers.get("Content-Encoding") == coding
    assert "Accept-Encoding" in response.headers["Vary"]


def test_conditional__a_repeated_question_is_answered_from_the_finished_bodies(registry_home: Path) -> None:
    app = make_app(registry_home)
    state: AppState = app.extensions[EXTENSION]
    client = app.test_client()
    first = client.get("/api/v1/records?limit=1")
    finished = state.bodies.find(first.headers["ETag"].strip('"'))
    again = client.get("/api/v1/records?limit=1")
    assert finished is not None
    assert (again.data, again.headers["Link"]) == (finished.body, first.headers["Link"])


def test_conditional__many_small_answers_are_not_kept_for_ever(registry_home: Path) -> None:
    state: AppState = make_app(registry_home).extensions[EXTENSION]
    for number in range(110_000):
        state.bodies.keep(str(number), FinishedBody(b"", ()))
    assert state.bodies.find("0") is None
    assert state.bodies.find("109999") is not None
