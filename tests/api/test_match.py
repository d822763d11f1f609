"""`POST /match`: the list comes back with what is in the registry, in every format, and hostile lists with a reason."""

from __future__ import annotations

import csv
import io
import json
import logging
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api.turns import TooBusy, Turns
from exemptions.columns import KEYS
from exporters.match_rows import OWN_COLUMNS, RECORD_COLUMNS
from loaders.lists import MAX_LIST_BYTES
from tests.exemptions.releases import invented_nit

PATH = "/api/v1/match"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LIST = f"NIT,Proveedor\n{invented_nit(3)},=1+1\n{invented_nit(77)},B\n,C\n".encode()


def send(
    client: FlaskClient, data: bytes = LIST, query: str = "", *, kind: str = "text/csv", accept: str = ""
) -> TestResponse:
    headers = {"Accept": accept} if accept else {}
    return client.post(f"{PATH}{query}", data=data, content_type=kind, headers=headers, buffered=True)


def answer_of(response: TestResponse) -> Any:
    """The JSON of an answer."""
    return json.loads(response.data)


def test_match__tells_how_the_list_was_read_and_what_is_in_the_registry(client: FlaskClient) -> None:
    response = send(client)
    assert (response.status_code, response.mimetype) == (200, "application/json")
    answer = answer_of(response)
    assert (answer["release"], answer["column"], answer["expected"], answer["lines"]) == (3, "NIT", "nit", 3)
    first, second, third = answer["items"]
    assert (first["line"], first["state"], first["how"], first["score"]) == (2, "matched", "nit", 100)
    assert list(first["taxpayer"]["records"][0]) == list(KEYS)
    assert len(first["taxpayer"]["records"]) == 2
    assert (second["state"], third["state"]) == ("none", "blank")
    assert answer["counts"] == {"matched": 1, "ambiguous": 0, "none": 1, "invalid": 0, "blank": 1}


def test_match__headers_say_where_the_answer_comes_from_and_that_it_is_kept_nowhere(client: FlaskClient) -> None:
    headers = send(client, "Razón social\nX\n".encode()).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Registry-Release"] == "3"
    assert headers["X-Total-Count"] == "1"
    assert unquote(headers["X-Match-Column"]) == "Razón social"
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert "X-Match-Column" in headers["Access-Control-Expose-Headers"]
    assert 'rel="license"' in headers["Link"]


def test_match__every_format_tells_the_same(client: FlaskClient) -> None:
    items = answer_of(send(client))["items"]
    lines = [json.loads(line) for line in send(client, accept="application/x-ndjson").data.splitlines()]
    assert lines == items
    rows = list(csv.DictReader(io.StringIO(send(client, accept="text/csv").text, newline="")))
    assert list(rows[0]) == [*OWN_COLUMNS, *RECORD_COLUMNS]
    assert [(row["state"], row["how"]) for row in rows] == [(item["state"], item["how"] or "") for item in items]
    records = items[0]["taxpayer"]["records"]
    assert rows[0]["record_ids"].split(" | ") == [record["record_id"] for record in records]
    # In the order of the records, and once where all agree.
    assert rows[0]["category"].split(" | ") == [record["category"] for record in records]
    assert rows[0]["amount_gtq"].split(" | ") == ["1234567.89", "0.00"]
    assert rows[0]["status"] == "active"
    book = openpyxl.load_workbook(io.BytesIO(send(client, accept=XLSX).data))
    cells = list(book.worksheets[0].values)
    assert [row[4] for row in cells[1:]] == ["Está en el registro", "No se encontró", "Línea en blanco"]
    assert book.worksheets[0].freeze_panes == "A2"
    about: dict[Any, Any] = {label: value for label, value, *_ in book.worksheets[1].values}
    assert (about["Publicación"], about["Líneas"], about["Está en el registro"]) == (3, 3, 1)


def test_match__the_spreadsheet_variant_gives_the_file_back_and_runs_nothing(client: FlaskClient) -> None:
    response = send(client, query="?headers=es", accept="text/csv")
    assert response.data.startswith(b"\xef\xbb\xbf")
    head, first, *_ = csv.reader(io.StringIO(response.data.decode("utf-8-sig"), newline=""))
    assert head[:4] == ["NIT", "Proveedor", "Línea", "Lo que se buscó"]
    assert first[:2] == [invented_nit(3), "'=1+1"]
    book = openpyxl.load_workbook(io.BytesIO(send(client, query="?headers=en", accept=XLSX).data))
    sheet = book.worksheets[0]
    assert (sheet["B2"].value, sheet["B2"].data_type) == ("=1+1", "s")
    assert sheet["C1"].value == "Line"


@pytest.mark.parametrize("accept", ["application/json", "text/csv", "application/x-ndjson", XLSX])
def test_match__same_list_same_release_same_bytes(client: FlaskClient, accept: str) -> None:
    assert send(client, accept=accept).data == send(client, query="?release=3", accept=accept).data


def test_match__answers_of_a_release_and_of_a_day(client: FlaskClient) -> None:
    name = "Fundación Nube".encode()
    assert answer_of(send(client, name, kind="text/plain"))["items"][0]["state"] == "none"
    for query in ("?release=2", "?as_of=2026-01-20"):
        answer = answer_of(send(client, name, query, kind="text/plain"))
        assert (answer["release"], answer["items"][0]["how"]) == (2, "exact_name")
    assert send(client, query="?release=1").status_code == 410
    assert send(client, query="?as_of=2025-01-01").status_code == 422
    assert send(client, query="?release=9").status_code == 404


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (f'["{invented_nit(3)}"]'.encode(), "application/json"),
        (f'[{{"nit": "{invented_nit(3)}"}}]'.encode(), "application/json"),
        (f'{{"nit": "{invented_nit(3)}"}}\n'.encode(), "application/x-ndjson"),
        (invented_nit(3).encode(), "text/plain"),
        (f"NIT\n{invented_nit(3)}".encode(), "application/octet-stream"),
        (f"list={invented_nit(3)}".encode(), "application/x-www-form-urlencoded"),
    ],
)
def test_match__takes_a_list_in_any_usual_form(client: FlaskClient, data: bytes, kind: str) -> None:
    assert [item["how"] for item in answer_of(send(client, data, kind=kind))["items"]] == ["nit"]


def test_match__takes_a_form_with_a_file(client: FlaskClient) -> None:
    response = client.post(PATH, data={"file": (io.BytesIO(LIST), "lista.csv")}, buffered=True)
    assert answer_of(response)["counts"]["matched"] == 1


def test_match__is_packed_for_those_who_ask(client: FlaskClient) -> None:
    response = client.post(PATH, data=LIST, content_type="text/csv", headers={"Accept-Encoding": "gzip"}, buffered=True)
    assert (response.headers["Content-Encoding"], response.data[:2]) == ("gzip", b"\x1f\x8b")


@pytest.mark.parametrize(
    ("data", "kind", "query", "status", "slug"),
    [
        (b"NIT\n" + b"1\n" * 50_001, "text/csv", "", 422, "list-refused"),
        (b"NIT\n\xff\xfe\x00", "text/csv", "", 422, "list-refused"),
        (b"", "text/csv", "", 422, "list-refused"),
        (b"PK\x03\x04 broken", XLSX, "", 422, "list-refused"),
        (b'["a", {}]', "application/json", "", 422, "list-refused"),
        (b"[" * 100_000, "application/json", "", 422, "list-refused"),
        (b"{", "application/json", "", 422, "list-refused"),
        (b"NIT,X\n1,2\n1,2,3\n", "text/csv", "", 422, "list-refused"),
        (b"x" * (MAX_LIST_BYTES + 1), "text/csv", "", 413, "content-too-large"),
        (b"list=" + b"x" * (MAX_LIST_BYTES + 1), "application/x-www-form-urlencoded", "", 413, "content-too-large"),
        (b"1\n" * 5_000_000, "text/plain", "", 413, "content-too-large"),
        (LIST, "image/png", "", 415, "unsupported-content"),
        (LIST, "", "", 415, "unsupported-content"),
        (LIST, "text/csv", "?column=otra", 422, "list-refused"),
        (LIST, "text/csv", "?encoding=klingon", 422, "invalid-parameters"),
        (LIST, "text/csv; charset=klingon", "", 422, "list-refused"),
        (LIST, "text/csv", "?headers=de", 422, "invalid-parameters"),
        (LIST, "text/csv", "?columm=NIT", 422, "invalid-parameters"),
        (LIST, "text/csv", "?column=a%00", 422, "invalid-parameters"),
    ],
)  # fmt: skip
def test_match__hostile_lists_are_refused_with_a_problem(
    client: FlaskClient, data: bytes, kind: str, query: str, status: int, slug: str
) -> None:
    response = send(client, data, query, kind=kind)
    assert (response.status_code, response.mimetype) == (status, "application/problem+json")
    assert answer_of(response)["type"].endswith(f"#problem-{slug}")
    if slug == "list-refused":
        for fault in answer_of(response)["errors"]:
            assert fault.keys() == {"row", "column", "value", "rule", "message", "remedy"}
            assert fault["message"]
            assert fault["remedy"]


def test_match__a_refusal_names_the_row_in_the_language_asked_for(client: FlaskClient) -> None:
    response = client.post(
        PATH, data=b"NIT,X\n1,2\n1,2,3\n", content_type="text/csv", headers={"Accept-Language": "en"}, buffered=True
    )
    fault = answer_of(response)["errors"][0]
    assert fault["row"] == 3
    assert "row" in fault["message"].lower()


def test_match__offers_no_other_format_and_no_other_method(client: FlaskClient) -> None:
    refused = send(client, accept="application/pdf")
    assert refused.status_code == 406
    assert client.get(PATH).status_code == 405
    assert client.options(PATH).headers["Access-Control-Allow-Methods"]


def test_match__logs_nothing_of_the_list(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        send(client, b"NOMBRE\nSecretisima Empresa\n", "?column=NOMBRE")
        send(client, b"PK\x03\x04 Secretisima", kind=XLSX)
    assert "Secretisima" not in caplog.text
    assert "NOMBRE" not in caplog.text


def test_match__more_at_once_than_a_worker_takes_are_asked_to_come_back(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns = Turns(1, wait_s=0.01)
    monkeypatch.setattr("api.v1.match.places", lambda: turns)
    with turns.take():
        response = send(client)
        assert (response.status_code, response.headers["Retry-After"]) == (503, "5")
    assert send(client).status_code == 200


def test_turns__are_left_once_whatever_happens() -> None:
    turns = Turns(1, wait_s=0.01)
    with pytest.raises(ZeroDivisionError), turns.take():
        raise ZeroDivisionError
    with turns.take() as turn:
        turn.leave()
        with pytest.raises(TooBusy), turns.take(), turns.take():
            pass
    with turns.take():
        pass


def test_match__a_place_is_free_again_when_the_client_goes_away(client: FlaskClient, registry_home: Path) -> None:
    for _ in range(4):
        client.post(PATH, data=LIST, content_type="text/csv").close()
    assert send(client).status_code == 200
