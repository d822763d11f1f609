"""One record and one taxpayer: everything of a legal person, nothing of a natural one."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from stdnum.gt.nit import calc_check_digit

from exemptions.columns import KEYS
from exemptions.nit import format_nit
from tests.exemptions.releases import invented_nit, invented_record_id

TAXPAYERS = "/api/v1/taxpayers"


def test_record__has_its_jobs_amounts_events_and_history(client: FlaskClient) -> None:
    answer = client.get(f"/api/v1/records/{invented_record_id(8)}").json
    assert answer["record"]["name"] == "Energía Papalote, Cía. Ltda."
    assert [amount["year"] for amount in answer["amounts"]] == [2025]
    assert answer["jobs"] == []
    assert [(event["event"], event["date"]) for event in answer["events"]] == []


def test_record__shows_its_events_and_exact_amount_in_its_release(client: FlaskClient) -> None:
    response = client.get(f"/api/v1/records/{invented_record_id(8)}?release=2")
    assert [(event["event"], event["date"]) for event in response.json["events"]] == [("suspension", "2025-09-01")]
    assert '"amount_gtq":99000000.01' in response.text


def test_record__tells_what_changed(client: FlaskClient) -> None:
    history = client.get(f"/api/v1/records/{invented_record_id(2)}").json["history"]
    assert [(row["field"], row["before"], row["after"], row["release"]) for row in history] == [("jobs", "12", "15", 3)]


def test_record__links_to_its_page_and_its_permanent_address(client: FlaskClient) -> None:
    record_id = invented_record_id(8)
    assert client.get(f"/api/v1/records/{record_id}").json["links"] == {
        "self": f"/api/v1/records/{record_id}",
        "permalink": f"/api/v1/records/{record_id}?release=3",
        "page": f"/registro/{record_id}",
    }


def test_record__that_ended_tells_when_and_where_its_last_values_are(client: FlaskClient) -> None:
    record_id = invented_record_id(12)
    path = f"/api/v1/records/{record_id}"
    answer = client.get(path).json
    assert (answer["release"], answer["record"], answer["value_releases"]) == (3, None, {})
    last = f"{path}?release=2"
    assert answer["ended"] == {"record_id": record_id, "release": 3, "last_release": 2, "last": last}
    assert [row["kind"] for row in answer["history"]] == ["ended"]
    then = client.get(last).json
    assert (then["record"]["record_id"], then["ended"]) == (record_id, None)


def test_record__tells_which_release_brought_each_value(client: FlaskClient) -> None:
    brought = client.get(f"/api/v1/records/{invented_record_id(2)}").json["value_releases"]
    assert list(brought) == list(KEYS)
    assert {key for key, release in brought.items() if release == 3} == {"jobs", "changed_release"}
    assert {release for key, release in brought.items() if key not in ("jobs", "changed_release")} == {1}


def test_taxpayer__whose_benefits_ended_is_a_taxpayer_without_records(client: FlaskClient) -> None:
    answer = client.get(f"{TAXPAYERS}/{invented_nit(12)}").json
    assert answer["taxpayer"]["name"] == "Fundación Nube"
    assert (answer["records"], answer["value_releases"], answer["history"]) == ([], {}, [])
    assert [(end["record_id"], end["release"]) for end in answer["ended"]] == [(invented_record_id(12), 3)]
    then = client.get(f"{TAXPAYERS}/{invented_nit(12)}?release=2").json
    assert ([row["record_id"] for row in then["records"]], then["ended"]) == ([invented_record_id(12)], [])


@pytest.mark.parametrize("writing", ["canonical", "hyphen", "spaces", "lower"])
def test_taxpayer__is_found_by_any_usual_writing(client: FlaskClient, writing: str) -> None:
    nit = invented_nit(3)
    written = {
        "canonical": nit,
        "hyphen": format_nit(nit),
        "spaces": f" {nit} ",
        "lower": f"nit {format_nit(nit).lower()}",
    }[writing]
    response = client.get(f"{TAXPAYERS}/{written}")
    assert response.json["taxpayer"] == {
        "nit": nit,
        "nit_display": format_nit(nit),
        "name": "NUBES DE OBSIDIANA, SOCIEDAD ANÓNIMA",
        "person_kind": "legal",
        "identifiers": [{"scheme": "GT-NIT", "id": format_nit(nit), "org_id": f"GT-NIT-{nit}"}],
    }
    assert response.headers["Content-Location"] == f"{TAXPAYERS}/{nit}"
    assert sorted(record["category"] for record in response.json["records"]) == ["MAQ_ADT_E", "ZF_IND"]
    assert {job["record_id"] for job in response.json["jobs"]} == {invented_record_id(3), invented_record_id(4)}


def test_taxpayer__natural_unknown_and_impossible_numbers_answer_alike(client: FlaskClient) -> None:
    unknown = "80000009999"
    numbers = [invented_nit(13), f"{unknown}{calc_check_digit(unknown)}", "1234567890101", "CF", "abc", "800000000039"]
    answers = []
    for number in numbers:
        response = client.get(f"{TAXPAYERS}/{number}")
        assert response.status_code == 404
        told = {key: value for key, value in response.json.items() if key not in ("instance", "request_id")}
        headers = {name: value for name, value in response.headers if name not in ("X-Request-ID", "Content-Length")}
        answers.append((told, headers))
    assert all(answer == answers[0] for answer in answers)


@pytest.mark.parametrize(
    "path", [f"/api/v1/records/{invented_record_id(999)}", "/api/v1/records/a%00b", "/api/v1/records/%ED%A0%80"]
)
def test_record__that_is_not_there_is_a_problem(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    assert (response.status_code, response.content_type) == (404, "application/problem+json")


@pytest.mark.parametrize(
    ("path", "read"),
    [
        (f"/api/v1/records/{invented_record_id(2)}", lambda answer: [answer["record"]]),
        (f"{TAXPAYERS}/{invented_nit(2)}", lambda answer: answer["records"]),
    ],
)
def test_record__fields_choose_the_columns(client: FlaskClient, path: str, read: Callable[[Any], Any]) -> None:
    whole = client.get(path)
    chosen = client.get(f"{path}?fields=jobs,record_id")
    assert read(chosen.json) == [{"record_id": row["record_id"], "jobs": row["jobs"]} for row in read(whole.json)]
    assert chosen.json["jobs"] == whole.json["jobs"]
    assert chosen.headers["ETag"] != whole.headers["ETag"]
    assert chosen.json["links"]["permalink"].endswith("?release=3&fields=record_id,jobs")
    assert client.get(chosen.json["links"]["permalink"]).json == chosen.json
    assert client.get(f"{path}?fields=empleos").json["errors"][0]["parameter"] == "fields"
