"""Releases, their manifests and their differences."""

import csv
import hashlib
import io
import json
import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from flask.testing import FlaskClient

from exemptions.release import open_release
from exemptions.store import ReleaseStore
from tests.api.conftest import make_app
from tests.exemptions.releases import Row, build_test_release, invented_record_id, record

PATH = "/api/v1/releases"


def test_releases__are_listed_newest_first_with_the_withdrawn(client: FlaskClient) -> None:
    answer = client.get(PATH).json
    assert answer["current"] == 3
    assert [(item["release"], item["state"]) for item in answer["items"]] == [
        (3, "published"),
        (2, "published"),
        (1, "withdrawn"),
    ]
    assert answer["items"][0]["url"] == "/api/v1/releases/3"


def test_release__is_its_manifest_byte_for_byte(client: FlaskClient) -> None:
    listed = client.get(PATH).json["items"][0]
    content = client.get(f"{PATH}/3").data
    assert hashlib.sha256(content).hexdigest() == listed["manifest_sha256"]
    assert json.loads(content)["release"] == 3


@pytest.mark.parametrize(
    "path",
    [PATH, "/publicaciones", "/feeds/changes.atom", "/catalog.jsonld"],
)
def test_list__of_a_process_that_has_not_noticed_the_newest_is_wholly_of_the_one_before(
    registry_home: Path, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    before = open_release(registry_home / "releases" / "2")
    monkeypatch.setattr(ReleaseStore, "current", lambda store: before)
    with make_app(registry_home).test_client() as client:
        answer = client.get(path)
    assert answer.headers["X-Registry-Release"] == "2"
    assert not re.search(r"/releases/3|publicaciones/3|publicación 3\b", answer.text)
    assert re.search(r"/releases/2|publicaciones/2|publicación 2\b", answer.text)


@pytest.mark.parametrize(
    ("number", "status"), [("1", 410), ("9", 404), ("0", 404), ("x", 404), ("-1", 404), ("9" * 30, 404)]
)
def test_release__that_is_not_there_is_told(client: FlaskClient, number: str, status: int) -> None:
    for path in (f"{PATH}/{number}", f"{PATH}/{number}/changes", f"{PATH}/{number}/changes.csv"):
        response = client.get(path)
        assert (response.status_code, response.content_type) == (status, "application/problem+json")


def test_changes__are_told_by_record(client: FlaskClient) -> None:
    answer = client.get(f"{PATH}/3/changes").json
    items = {item["record_id"]: item for item in answer["items"]}
    assert (answer["release"], answer["from"]) == (3, 2)
    assert items[invented_record_id(2)] == {
        "record_id": invented_record_id(2),
        "kind": "changed",
        "reason": None,
        "fields": {"jobs": [12, 15]},
    }
    assert items[invented_record_id(12)]["kind"] == "ended"
    assert items[invented_record_id(12)]["fields"] == {}
    added = items[invented_record_id(40)]
    assert added["kind"] == "added"
    record = client.get(f"/api/v1/records/{invented_record_id(40)}").json["record"]
    own = ("record_id", "first_release", "changed_release")
    told = {key: value for key, value in record.items() if key not in own and value not in (None, [])}
    assert added["fields"] == {key: [None, value] for key, value in told.items()}


def test_changes__are_the_same_rows_in_csv_and_ndjson(client: FlaskClient) -> None:
    from_csv = list(csv.DictReader(io.StringIO(client.get(f"{PATH}/3/changes.csv").text, newline="")))
    from_ndjson = [json.loads(line) for line in client.get(f"{PATH}/3/changes.ndjson").text.splitlines()]
    assert [
        {key: row[key] or "" for key in ("record_id", "kind", "field", "before", "after")} for row in from_ndjson
    ] == [{key: row[key] for key in ("record_id", "kind", "field", "before", "after")} for row in from_csv]
    assert [row["kind"] for row in from_csv if row["kind"] != "added"] == ["changed", "ended"]
    assert int(client.get(f"{PATH}/3/changes.csv").headers["X-Total-Count"]) == len(from_csv)
    table = pq.read_table(io.BytesIO(client.get(f"{PATH}/3/changes.parquet").data))
    assert table.to_pylist() == from_ndjson


@pytest.mark.parametrize("older", ["3", "4", "0", "x"])
def test_changes__are_counted_from_an_older_release_only(client: FlaskClient, older: str) -> None:
    response = client.get(f"{PATH}/3/changes?from={older}")
    assert response.status_code == 422
    assert [error["parameter"] for error in response.json["errors"]] == ["from"]


def test_changes__from_a_withdrawn_release_are_gone(client: FlaskClient) -> None:
    assert client.get(f"{PATH}/3/changes?from=1").status_code == 410


def test_changes__over_several_releases_are_what_differs_in_the_end(tmp_path: Path) -> None:
    """Three releases: a value that went there and back is no change, a status keeps its reason."""
    temporary = {
        "category": "ENR",
        "resolution": "R-1",
        "valid_from": date(2020, 1, 1),
        "valid_until": date(2026, 1, 31),
    }
    first = [record(1, jobs=5), record(2, amount_gtq=150), record(3), record(4, **temporary)]
    second = [record(1, jobs=6), record(2, amount_gtq=150), record(4, **temporary), record(5)]
    third = [record(1, jobs=5), record(2, amount_gtq=275), record(4, **temporary, status="expired"), record(5)]
    one, two, three, four, five = (invented_record_id(n) for n in range(1, 6))
    to_second: list[Row] = [
        {"record_id": one, "kind": "changed", "field": "jobs", "before": "5", "after": "6", "release": 2},
        {"record_id": three, "kind": "ended", "release": 2},
        {"record_id": five, "kind": "added", "release": 2},
    ]
    to_third: list[Row] = [
        {"record_id": one, "kind": "changed", "field": "jobs", "before": "6", "after": "5", "release": 3},
        {"record_id": two, "kind": "changed", "field": "amount_gtq", "before": "1.50", "after": "2.75", "release": 3},
        {"record_id": four, "kind": "changed", "field": "status", "before": "active", "after": "expired",
         "reason": "expired", "release": 3},
    ]  # fmt: skip
    releases = tmp_path / "releases"
    build_test_release(releases, first)
    build_test_release(releases, second, 2, changes=to_second)
    build_test_release(releases, third, 3, changes=to_third, history=to_second)
    client = make_app(tmp_path).test_client()
    answer = json.loads(client.get(f"{PATH}/3/changes?from=1").data, parse_float=Decimal)
    items = {item.pop("record_id"): item for item in answer["items"]}
    fields_of_five = items[five]["fields"]
    assert (fields_of_five["name"], fields_of_five["status"]) == ([None, "ENTIDAD INVENTADA 5"], [None, "active"])
    assert items == {
        two: {"kind": "changed", "reason": None, "fields": {"amount_gtq": [Decimal("1.50"), Decimal("2.75")]}},
        three: {"kind": "ended", "reason": None, "fields": {}},
        four: {"kind": "changed", "reason": "expired", "fields": {"status": ["active", "expired"]}},
        five: {"kind": "added", "reason": None, "fields": fields_of_five},
    }
