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


@pytest.mark.parametrize(
    ("asked", "coding"),
    [
        ("", None), ("identity", None), ("gzip", "gzip"), ("zstd", "zstd"), ("gzip, zstd", "zstd"),
        ("gzip;q=1, zstd;q=0.5", "gzip"), ("gzip;q=0.5, identity", None), ("zstd;q=0, gzip;q=0.1", "gzip"), ("*", None),
        ("br", None), ("GZIP", "gzip"),
    ],
)  # fmt: skip
def test_download__comes_in_the_coding_asked_for_with_its_own_validators(
    client: FlaskClient, asked: str, coding: str | None
) -> None:
    response = fetch(client, f"{PATH}/records.csv", headers={"Accept-Encoding": asked})
    assert response.headers.get("Content-Encoding") == coding
    assert response.headers["Vary"] == "Accept-Encoding"
    stored = {None: CSV_TEXT, "gzip": downloads()["records.csv.gz"], "zstd": downloads()["records.csv.zst"]}[coding]
    assert response.data == stored
    assert response.headers["ETag"] == f'"{hashlib.sha256(stored).hexdigest()}"'
    assert response.headers["Repr-Digest"] == digest(stored)
    assert response.content_length == len(stored)
    head = client.head(f"{PATH}/records.csv", headers={"Accept-Encoding": asked})
    told = ("ETag", "Content-Length", "Repr-Digest", "Last-Modified", "Content-Type", "Vary", "Link", "Cache-Control")
    assert [head.headers[name] for name in told] == [response.headers[name] for name in told]


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


PUBLISHED = "Thu, 15 Jan 2026 12:00:00 GMT"
BEFORE, AFTER = "Thu, 15 Jan 2026 11:59:59 GMT", "Fri, 16 Jan 2026 12:00:00 GMT"
OTHER = '"another"'
PLAIN = f'"{hashlib.sha256(CSV_TEXT).hexdigest()}"'
WEAK = f"W/{PLAIN}"
PART = {"Range": "bytes=9-12"}

CONDITIONS: list[tuple[dict[str, str], int]] = [
    ({}, 200),
    ({"If-Match": PLAIN}, 200),
    ({"If-Match": f"{OTHER}, {PLAIN}"}, 200),
    ({"If-Match": "*"}, 200),
    ({"If-Match": OTHER}, 412),
    ({"If-Match": WEAK}, 412),
    ({"If-Match": PLAIN, "If-Unmodified-Since": BEFORE}, 200),
    ({"If-Match": OTHER, "If-None-Match": PLAIN}, 412),
    ({"If-Match": PLAIN, "If-None-Match": PLAIN}, 304),
    ({"If-Unmodified-Since": BEFORE}, 412),
    ({"If-Unmodified-Since": PUBLISHED}, 200),
    ({"If-Unmodified-Since": AFTER}, 200),
    ({"If-Unmodified-Since": "yesterday"}, 200),
    ({"If-None-Match": PLAIN}, 304),
    ({"If-None-Match": WEAK}, 304),
    ({"If-None-Match": "*"}, 304),
    ({"If-None-Match": OTHER}, 200),
    ({"If-None-Match": OTHER, "If-Modified-Since": AFTER}, 200),
    ({"If-None-Match": PLAIN, "If-Modified-Since": BEFORE}, 304),
    ({"If-Modified-Since": BEFORE}, 200),
    ({"If-Modified-Since": PUBLISHED}, 304),
    ({"If-Modified-Since": AFTER}, 304),
    ({"If-Modified-Since": "yesterday"}, 200),
    (PART, 206),
    (PART | {"If-None-Match": PLAIN}, 304),
    (PART | {"If-None-Match": OTHER}, 206),
    (PART | {"If-Match": OTHER}, 412),
    (PART | {"If-Range": PLAIN}, 206),
    (PART | {"If-Range": WEAK}, 200),
    (PART | {"If-Range": OTHER}, 200),
    (PART | {"If-Range": PUBLISHED}, 206),
    (PART | {"If-Range": BEFORE}, 200),
    (PART | {"If-Range": AFTER}, 200),
    (PART | {"If-Range": "rubbish"}, 200),
    ({"If-Range": PLAIN}, 200),
    ({"Range": "bytes=99999999-", "If-Range": OTHER}, 200),
]


@pytest.mark.parametrize(("headers", "status"), CONDITIONS)
def test_download__judges_conditions_in_every_combination(
    client: FlaskClient, headers: dict[str, str], status: int
) -> None:
    response = fetch(client, f"{PATH}/records.csv", headers=headers)
    assert response.status_code == status
    match status:
        case 412:
            assert response.content_type == "application/problem+json"
            assert response.json["type"].endswith("#problem-precondition-failed")
        case 304:
            assert response.data == b""
        case _:
            assert response.data == (CSV_TEXT if status == 200 else CSV_TEXT[9:13])
    if status != 412:
        assert (response.headers["ETag"], response.headers.get("Last-Modified", PUBLISHED)) == (PLAIN, PUBLISHED)
        assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert response.headers["Vary"] == "Accept-Encoding"


SIZE = len(CSV_TEXT)


@pytest.mark.parametrize("coding", ["identity", "zstd"])
@pytest.mark.parametrize("name", ["records.csv", "records.parquet"])
@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ("bytes=0-0", (0, 1)), ("bytes=5-", (5, None)), ("bytes=-7", (-7, None)), ("bytes=-99999999", (0, None)),
        ("BYTES=2-3", (2, 4)), ("bytes= 2 - 3", (2, 4)), ("bytes=2-99999999", (2, None)),
        ("bytes=0-" + "9" * 4000, (0, None)),
        ("bytes=99999999-", 416), ("bytes=" + "9" * 4000 + "-", 416), ("bytes=-0", 416),
        ("bytes=3-2", 200), ("bytes=-", 200), ("bytes=", 200), ("bytes=a-b", 200), ("bytes=1", 200), ("lines=0-1", 200),
        ("bytes=0-1,3-4", 200), ("bytes=--1", 200), ("bytes=0x1-2", 200), ("", 200), ("bytes=٣-4", 200),
    ],
)  # fmt: skip
def test_download__gives_the_range_asked_for_or_says_why_not(
    client: FlaskClient, name: str, coding: str, asked: str, part: tuple[int, int | None] | int
) -> None:
    headers = {"Accept-Encoding": coding}
    whole = fetch(client, f"{PATH}/{name}", headers=headers).data
    response = fetch(client, f"{PATH}/{name}", headers={**headers, "Range": asked.encode().decode("latin-1")})
    head = client.head(f"{PATH}/{name}", headers={**headers, "Range": asked.encode().decode("latin-1")})
    assert (head.status_code, head.content_length) == (200, len(whole))
    if part == 416:
        assert (response.status_code, response.content_type) == (416, "application/problem+json")
        assert response.headers["Content-Range"] == f"bytes */{len(whole)}"
    elif isinstance(part, int):
        assert (response.status_code, response.data) == (200, whole)
    else:
        expected = whole[part[0] : part[1]]
        assert (response.status_code, response.data) == (206, expected)
        first = part[0] % len(whole)
        assert response.headers["Content-Range"] == f"bytes {first}-{first + len(expected) - 1}/{len(whole)}"
        assert response.content_length == len(expected)


def test_download__tells_where_it_came_from(client: FlaskClient) -> None:
    response = fetch(client, f"{PATH}/records.csv")
    assert response.headers["X-Registry-Release"] == "2"
    assert response.headers["X-Registry-Query"] == ""
    assert '</downloads/2/records.csv>; rel="bookmark"' in response.headers["Link"]
    assert 'rel="license"' in response.headers["Link"]
    arrow = fetch(client, f"{PATH}/records.arrow")
    assert arrow.headers["X-Total-Count"] == "16"


def test_download__of_another_type_than_accepted_lists_what_there_is(client: FlaskClient) -> None:
    response = fetch(client, f"{PATH}/records.csv", headers={"Accept": "image/png"})
    assert (response.status_code, response.content_type) == (406, "application/problem+json")
    assert response.json["available"] == [{"media_type": "text/csv", "url": f"{PATH}/records.csv"}]


def test_download__is_logged_when_its_last_byte_is_sent(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", logger="registry.access"):
        fetch(client, f"{PATH}/records.parquet").close()
    assert [record.name for record in caplog.records] == ["registry.access"]
