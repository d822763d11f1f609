"""`GET /downloads/<n>/<file>`: the files of a release, with ranges and digests."""

import base64
import gzip
import hashlib
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.api.conftest import CSV_TEXT, downloads

PATH = "/downloads/2"


def fetch(client: FlaskClient, path: str, **options: Any) -> TestResponse:
    """The whole answer, with its file closed."""
    return client.get(path, buffered=True, **options)


def digest(content: bytes) -> str:
    return f"sha-256=:{base64.b64encode(hashlib.sha256(content).digest()).decode()}:"


def test_download__gives_the_stored_bytes_for_ever(client: FlaskClient) -> None:
    content = downloads()["records.parquet"]
    response = fetch(client, f"{PATH}/records.parquet")
    assert response.data == content
    assert response.headers["ETag"] == f'"{hashlib.sha256(content).hexdigest()}"'
    assert response.headers["Repr-Digest"] == digest(content)
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.headers["Content-Disposition"] == 'attachment; filename="datos-inventados-2-records.parquet"'
    assert (
        fetch(client, f"{PATH}/records.parquet", headers={"If-None-Match": response.headers["ETag"]}).status_code == 304
    )


def test_download__gives_a_range_of_a_stored_file(client: FlaskClient) -> None:
    response = fetch(client, f"{PATH}/records.parquet", headers={"Range": "bytes=5-8"})
    assert (response.status_code, response.data) == (206, downloads()["records.parquet"][5:9])


@pytest.mark.parametrize("name", ["records.parquet", "records.csv", "records.csv.gz"])
def test_download__of_several_ranges_at_once_gives_the_whole_file(client: FlaskClient, name: str) -> None:
    response = fetch(client, f"{PATH}/{name}", headers={"Range": "bytes=0-1,5-6"})
    assert (response.status_code, response.data) == (200, fetch(client, f"{PATH}/{name}").data)


def test_download__gives_the_manifest_that_lists_the_others(client: FlaskClient) -> None:
    response = fetch(client, f"{PATH}/manifest.json")
    assert response.content_type == "application/json"
    assert response.headers["Repr-Digest"] == digest(response.data)
    assert response.data == fetch(client, "/api/v1/releases/2").data
    listed = {entry["path"]: entry["sha256"] for entry in response.get_json()["files"]}
    assert listed["records.arrow"] == hashlib.sha256(fetch(client, f"{PATH}/records.arrow").data).hexdigest()


@pytest.mark.parametrize("coding", ["gzip", "identity"])
def test_download__names_the_character_set_once(client: FlaskClient, coding: str) -> None:
    response = fetch(client, f"{PATH}/records.csv", headers={"Accept-Encoding": coding})
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8; header=present"


def test_download__unpacks_a_text_file(client: FlaskClient) -> None:
    response = fetch(client, f"{PATH}/records.csv")
    assert response.data == CSV_TEXT
    assert response.content_length == len(CSV_TEXT)
    assert response.content_type.startswith("text/csv")
    assert response.headers["Repr-Digest"] == digest(CSV_TEXT)


def test_download__sends_a_text_file_packed_to_who_unpacks(client: FlaskClient) -> None:
    response = fetch(client, f"{PATH}/records.csv", headers={"Accept-Encoding": "gzip"})
    assert response.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(response.data) == CSV_TEXT
    assert response.headers["ETag"] != fetch(client, f"{PATH}/records.csv").headers["ETag"]
    assert "Accept-Encoding" in response.headers["Vary"]


def test_download__the_packed_file_has_its_own_address(client: FlaskClient) -> None:
    response = fetch(client, f"{PATH}/records.csv.gz", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in response.headers
    assert gzip.decompress(response.data) == CSV_TEXT


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [("bytes=0-0", 0, 1), ("bytes=100000-100009", 100_000, 100_010), ("bytes=-7", -7, None), ("bytes=5-", 5, None)],
)
def test_download__gives_a_range_of_an_unpacked_file(
    client: FlaskClient, asked: str, start: int, stop: int | None
) -> None:
    response = fetch(client, f"{PATH}/records.csv", headers={"Range": asked})
    assert response.status_code == 206
    assert response.data == CSV_TEXT[start:stop]
    first = start % len(CSV_TEXT)
    assert response.headers["Content-Range"] == f"bytes {first}-{first + len(response.data) - 1}/{len(CSV_TEXT)}"


def test_download__resumes_only_what_has_not_changed(client: FlaskClient) -> None:
    etag = fetch(client, f"{PATH}/records.csv").headers["ETag"]
    same = fetch(client, f"{PATH}/records.csv", headers={"Range": "bytes=9-", "If-Range": etag})
    other = fetch(client, f"{PATH}/records.csv", headers={"Range": "bytes=9-", "If-Range": '"other"'})
    assert (same.status_code, other.status_code, other.data) == (206, 200, CSV_TEXT)


@pytest.mark.parametrize("name", ["records.csv", "records.parquet"])
def test_download__a_range_behind_the_end_is_a_problem(client: FlaskClient, name: str) -> None:
    response = fetch(client, f"{PATH}/{name}", headers={"Range": "bytes=99999999-"})
    assert (response.status_code, response.content_type) == (416, "application/problem+json")
    assert response.headers["Content-Range"].startswith("bytes */")


@pytest.mark.parametrize(
    "name",
    [
        "nothing.csv",
        "../manifest.json",
        "..%2f..%2fcurrent.json",
        "/etc/passwd",
        "index/meta.json",
        "%00",
        "records.csv.gz/x",
    ],
)
def test_download__only_what_the_manifest_lists_exists(client: FlaskClient, name: str) -> None:
    response = fetch(client, f"{PATH}/{name}")
    assert response.status_code in (308, 404)
    assert b"root:" not in response.data


def test_download__tables_of_the_release_can_be_had_too(client: FlaskClient) -> None:
    assert fetch(client, f"{PATH}/records.arrow").data.startswith(b"ARROW1")
    assert fetch(client, f"{PATH}/catalogs/types.csv").status_code == 200


@pytest.mark.parametrize(("number", "status"), [(1, 410), (9, 404)])
def test_download__of_a_release_that_is_not_there(client: FlaskClient, number: int, status: int) -> None:
    assert fetch(client, f"/downloads/{number}/records.parquet").status_code == status
