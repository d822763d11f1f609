"""One record and one taxpayer: everything of a legal person, nothing of a natural one."""

import pytest
from flask.testing import FlaskClient
from stdnum.gt.nit import calc_check_digit

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


def test_record__that_ended_is_found_in_its_release_only(client: FlaskClient) -> None:
    path = f"/api/v1/records/{invented_record_id(12)}"
    assert client.get(f"{path}?release=2").status_code == 200
    assert client.get(path).status_code == 404


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
