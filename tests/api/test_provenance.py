"""Every file that the API gives tells where it came from, is always the same, and refuses what it cannot be."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from flask import Flask
from flask.testing import FlaskClient

from api.compression import StreamFailed
from exporters.formats import FORMATS, Format
from exporters.published_files import CSVW_SUFFIX
from tests.api.conftest import make_app
from tests.contract.addresses import iter_addresses
from tests.exemptions.releases import invented_nit

FORM = {form.suffix: form for form in FORMATS.values()}
NO_TABLES = ("/api/v1/match", "/api/v1/cite")
"""Addresses of files that hold no table of the registry."""
OWN = ("/api/v1/releases/", "/downloads/")
"""Addresses whose path names the release."""


def exports(app: Flask) -> Iterator[tuple[str, Format]]:
    """Every public address that gives a file in one of the formats."""
    for address in iter_addresses(app):
        suffix = address.path[address.path.rfind(".") :]
        is_file = address.path.startswith("/api/v1/") and "GET" in address.methods and suffix in FORM
        if is_file and not address.path.startswith(NO_TABLES) and not address.path.endswith(CSVW_SUFFIX):
            yield address.path, FORM[suffix]


def count_rows(form: Format, content: bytes) -> int:
    match form.name:
        case "csv":
            return len(list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))) - 1
        case "json":
            return len(json.loads(content))
        case "ndjson":
            return len(content.splitlines())
        case "parquet":
            return int(pq.read_metadata(pa.BufferReader(content)).num_rows)
        case _:
            return int(openpyxl.load_workbook(io.BytesIO(content)).worksheets[0].max_row) - 1


def test_exports__are_many(app: Flask) -> None:
    found = dict(exports(app))
    assert len(found) > 45
    assert set(found.values()) == set(FORMATS.values())


def test_exports__tell_release_query_licence_permalink_and_rows(app: Flask, client: FlaskClient) -> None:
    for path, form in exports(app):
        response = client.get(path)
        headers = response.headers
        assert response.status_code == 200, path
        assert headers["X-Registry-Release"] == "3", path
        assert int(headers["X-Total-Count"]) == count_rows(form, response.data), path
        assert 'filename="datos-inventados-3-' in headers["Content-Disposition"], path
        links = headers["Link"]
        assert '<https://creativecommons.org/licenses/by/4.0/>; rel="license"' in links, path
        (permalink,) = re.findall('<([^>]*)>; rel="bookmark"', links)
        assert permalink.startswith(path), path
        assert path.startswith(OWN) or "release=3" in permalink, path
        assert permalink == path or headers["X-Registry-Query"] in permalink, path
        assert client.get(permalink).data == response.data, path


def test_exports__are_the_same_bytes_for_the_same_request(app: Flask, registry_home: Path) -> None:
    with app.test_client() as client:
        first = {path: client.get(path).data for path, _ in exports(app)}
    # Another process has nothing at hand of what this one made.
    with make_app(registry_home).test_client() as client:
        for path, content in first.items():
            assert client.get(path, headers={"Accept-Encoding": "identity"}).data == content, path


def test_exports__tell_in_head_what_get_gives(app: Flask, client: FlaskClient) -> None:
    told = ("ETag", "X-Total-Count", "Link", "Content-Disposition", "X-Registry-Query", "Content-Type")
    for path, _ in exports(app):
        head, got = client.head(path, buffered=True), client.get(path)
        assert [head.headers[name] for name in told] == [got.headers[name] for name in told], path
        assert head.data == b""


def test_exports__of_no_accepted_type_list_what_there_is(app: Flask, client: FlaskClient) -> None:
    for path, form in exports(app):
        response = client.get(path, headers={"Accept": "image/png, video/*"})
        assert (response.status_code, response.content_type) == (406, "application/problem+json"), path
        available = response.json["available"]
        assert available[0] == {"media_type": form.essence, "url": path}
        for other in available:
            assert client.get(other["url"], headers={"Accept": other["media_type"]}).status_code == 200, other


def test_exports__are_not_sent_to_who_has_them_or_wants_others(app: Flask, client: FlaskClient) -> None:
    for path, _ in exports(app):
        etag = client.head(path, buffered=True).headers["ETag"]
        assert client.get(path, headers={"If-None-Match": etag}).status_code == 304, path
        assert client.get(path, headers={"If-Match": '"other"'}).status_code == 412, path


@pytest.mark.parametrize("lang", ["es", "en"])
def test_exports__for_people_have_headings_in_their_language(app: Flask, client: FlaskClient, lang: str) -> None:
    labelled = [(path, form) for path, form in exports(app) if form.is_labelled and "/catalogs" not in path]
    for path, form in labelled:
        if "/overview/" in path or "/groups" in path:
            continue
        response = client.get(f"{path}?headers={lang}")
        assert response.status_code == 200, path
        assert f"-{lang}{form.suffix}" in response.headers["Content-Disposition"], path
        assert f"headers={lang}" in response.headers["X-Registry-Query"], path
        if form.name == "csv":
            assert response.data.startswith(b"\xef\xbb\xbf"), path
        else:
            book = openpyxl.load_workbook(io.BytesIO(response.data))
            assert book.sheetnames == (["Datos", "Acerca de"] if lang == "es" else ["Data", "About"])
            told = {row[0]: row[1] for row in book.worksheets[1].iter_rows(max_row=4, values_only=True)}
            assert told["Publicación" if lang == "es" else "Release"] == 3, path
    assert len(labelled) > 20
    assert client.get("/api/v1/records.csv?headers=fr").status_code == 422
    assert client.get("/api/v1/records.ndjson?headers=es").status_code == 422


def test_workbook__without_a_language_asked_for_follows_the_client(client: FlaskClient) -> None:
    for lang, sheet in (("es", "Datos"), ("en", "Data")):
        response = client.get("/api/v1/records.xlsx", headers={"Accept-Language": lang})
        assert openpyxl.load_workbook(io.BytesIO(response.data)).sheetnames[0] == sheet
        assert "Accept-Language" in response.headers["Vary"]
        assert f"headers={lang}" in response.headers["Link"]


def test_workbook__of_too_many_rows_names_the_csv_that_opens_in_its_place(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.files.MAX_ROWS", 3)
    response = client.get("/api/v1/records.xlsx?permanence=permanent&headers=en", headers={"Accept-Language": "en"})
    assert (response.status_code, response.content_type) == (422, "application/problem+json")
    assert response.json["type"].endswith("#problem-too-many-rows")
    address = response.json["detail"].rpartition(" ")[2]
    assert address == "/api/v1/records.csv?permanence=permanent&headers=en&release=3"
    assert client.get(address).data.startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("form", FORMATS.values(), ids=list(FORMATS))
def test_exports__cut_the_transfer_when_they_fail(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, form: Format
) -> None:
    whole = client.get(f"/api/v1/records{form.suffix}").data

    def failing(self: Any, rows: Any = None, size: int = 0) -> Iterator[pa.RecordBatch]:
        yield self.records.slice(0, 4)
        raise OSError("the disk is gone")

    monkeypatch.setattr("exemptions.release.Release.iter_batches", failing)
    path = f"/api/v1/records{form.suffix}?release=3&sort=-jobs"
    if form.name == "xlsx":
        # A workbook is made before its first byte leaves, so its failure is an error like any other.
        monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
        response = client.get(path)
        assert (response.status_code, response.content_type) == (500, "application/problem+json")
        with pytest.raises(zipfile.BadZipFile):
            zipfile.ZipFile(io.BytesIO(whole[:-5]))
        return
    with pytest.raises(StreamFailed):
        client.get(path, buffered=True)
    if form.name in ("csv", "ndjson"):
        # Their lines are whole at any cut between two: the count in the headers tells.
        assert client.head(path, buffered=True).headers["X-Total-Count"] == str(count_rows(form, whole))


def test_headers__of_endless_searches_stay_short(client: FlaskClient) -> None:
    asked = "&".join(f"nit={invented_nit(number)}" for number in range(400))
    for path in ("/api/v1/records", "/api/v1/records.csv", "/api/v1/records/groups.csv", "/buscar"):
        also = "&group_by=type" if "groups" in path else "&limit=1" if path.endswith("records") else ""
        response = client.get(f"{path}?{asked}{also}")
        assert response.status_code == 200, path
        assert sum(len(name) + len(value) + 4 for name, value in response.headers) < 4_096, path
        assert "X-Registry-Query" not in response.headers
    assert client.get(f"/api/v1/records.csv?nit={invented_nit(1)}").headers["X-Registry-Query"]
