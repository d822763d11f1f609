"""`GET /api/v1/records`: what it finds, counts, sums and pages through."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.api.conftest import make_app
from tests.exemptions.releases import build_test_release, invented_nit, invented_record_id, record

PATH = "/api/v1/records"


def test_records__tell_release_total_and_items(client: FlaskClient) -> None:
    answer = client.get(PATH).json
    assert (answer["release"], answer["published_at"], answer["status_date"]) == (
        3,
        "2026-02-15T12:00:00Z",
        "2026-02-15",
    )
    assert (answer["total"], len(answer["items"]), answer["next"], answer["approximate"]) == (16, 16, None, False)


def test_records__find_a_badly_typed_name_and_say_so(client: FlaskClient) -> None:
    answer = client.get(PATH, query_string={"q": "obsidania"}).json
    assert answer["approximate"] is True
    assert {item["name"] for item in answer["items"]} == {"NUBES DE OBSIDIANA, SOCIEDAD ANÓNIMA"}


def test_records__amounts_have_exactly_two_decimals(client: FlaskClient) -> None:
    text = client.get(PATH, query_string={"q": "abaco", "fields": "amount_gtq"}).text
    assert '"items":[{"amount_gtq":12345678901.10}]' in text
    assert json.loads(text, parse_float=Decimal)["sums"]["amount_gtq"][0]["sum"] == Decimal("12345678901.10")


def test_records__facets_carry_labels_in_the_language_asked_for(client: FlaskClient) -> None:
    query = {"facets": "status,type", "q": "papalote"}
    spanish = client.get(PATH, query_string=query).json["facets"]
    english = client.get(PATH, query_string=query, headers={"Accept-Language": "en"}).json["facets"]
    assert spanish["status"] == [{"value": "suspended", "label": "Suspendido", "count": 1}]
    assert [value["label"] for value in spanish["type"]] == ["Beneficio fiscal temporal"]
    assert english["status"] == [{"value": "suspended", "label": "Suspended", "count": 1}]


def test_records__a_facet_ignores_its_own_filter(client: FlaskClient) -> None:
    facets = client.get(PATH, query_string={"facets": "category", "category": "FUND"}).json["facets"]
    assert {entry["value"]: entry["count"] for entry in facets["category"]}["COOP"] == 1
    assert sum(entry["count"] for entry in facets["category"]) == 16


def test_records__sums_tell_what_they_leave_out(client: FlaskClient) -> None:
    sums = client.get(PATH, query_string={"q": "nubes"}).json["sums"]
    assert sums["jobs"] == [
        {"year": 2025, "kind": "projected", "sum": 340, "rows": 1},
        {"year": 2025, "kind": "reported", "sum": 340, "rows": 1},
    ]
    assert sums["amount_gtq"] == [{"year": 2025, "sum": 1234567.89, "rows": 2}]
    assert sums["states"]["jobs"] == {"reported": 2, "not_reported": 0, "not_applicable": 0, "withheld": 0}


def test_records__fields_choose_the_columns(client: FlaskClient) -> None:
    items = client.get(PATH, query_string={"fields": "nit,record_id", "limit": "1"}).json["items"]
    assert [list(item) for item in items] == [["record_id", "nit"]]


@pytest.mark.parametrize("sort", ["name", "-amount_gtq", "jobs", "-valid_until", "category"])
@pytest.mark.parametrize("limit", ["1", "3", "7"])
def test_records__walking_by_next_gives_every_record_once(client: FlaskClient, sort: str, limit: str) -> None:
    seen: list[str] = []
    address = f"{PATH}?sort={sort}&limit={limit}&fields=record_id"
    while address:
        response = client.get(address)
        seen += [item["record_id"] for item in response.json["items"]]
        address = response.json["next"]
        assert ('rel="next"' in response.headers["Link"]) == (address is not None)
    assert len(seen) == len(set(seen)) == 16


@pytest.mark.parametrize("query", ["", "&as_of=2026-03-01"])
def test_records__a_walk_stays_with_its_release(tmp_path: Path, query: str) -> None:
    rows = [record(n) for n in range(1, 6)]
    build_test_release(tmp_path / "releases", rows, published_at="2026-03-01T12:00:00Z")
    client = make_app(tmp_path).test_client()
    first = client.get(f"{PATH}?limit=2{query}").json
    build_test_release(tmp_path / "releases", [record(99)], 2, published_at="2026-03-01T13:00:00Z")
    assert client.get(PATH).json["total"] == 1
    rest = client.get(first["next"]).json
    assert (rest["release"], rest["total"], len(rest["items"])) == (1, 5, 2)


def test_records__next_is_a_path_and_link_is_absolute(registry_home: Path) -> None:
    client = make_app(registry_home, EXEMPTIONS_BASE_URL="https://registro.example").test_client()
    response = client.get(f"{PATH}?limit=1", headers={"Host": "evil.example"})
    assert response.json["next"].startswith("/api/v1/records?limit=1&cursor=")
    assert response.headers["Link"].startswith(f'<https://registro.example{response.json["next"]}>; rel="next"')
    assert "evil" not in response.text + str(response.headers)


def test_records__release_and_as_of_choose_the_release(client: FlaskClient) -> None:
    assert client.get(f"{PATH}?release=2").json["release"] == 2
    assert client.get(f"{PATH}?as_of=2026-01-31").json["release"] == 2
    assert client.get(f"{PATH}?as_of=2026-02-20").json["release"] == 3


@pytest.mark.parametrize(
    ("query", "status", "slug"),
    [
        ("release=9", 404, "release-not-found"),
        ("release=1", 410, "release-withdrawn"),
        ("as_of=2025-12-31", 422, "invalid-parameters"),
        ("as_of=2027-01-01", 422, "invalid-parameters"),
        ("as_of=2026-02-20&release=2", 422, "invalid-parameters"),
    ],
)
def test_records__a_release_that_is_not_there_is_told(client: FlaskClient, query: str, status: int, slug: str) -> None:
    response = client.get(f"{PATH}?{query}")
    assert (response.status_code, response.json["type"]) == (status, f"/docs#problem-{slug}")


def test_records__every_wrong_parameter_is_named_with_the_nearest(client: FlaskClient) -> None:
    response = client.get(f"{PATH}?regimne=1&category=COPO&limit=0&q=a&q=b", headers={"Accept-Language": "en"})
    errors = {error["parameter"]: error for error in response.json["errors"]}
    assert response.status_code == 422
    assert errors.keys() == {"regimne", "category", "limit", "q"}
    assert errors["category"]["nearest"] == "COOP"
    assert errors["category"]["value"] == "COPO"
    assert "single" in errors["q"]["message"]


def test_records__the_cursor_of_another_search_is_refused(client: FlaskClient) -> None:
    cursor = client.get(f"{PATH}?limit=1").json["next"].split("cursor=")[1]
    response = client.get(f"{PATH}?limit=1&q=nubes&cursor={cursor}")
    assert response.status_code == 422
    assert [error["parameter"] for error in response.json["errors"]] == ["cursor"]


@pytest.mark.parametrize(
    "q", ['"', "AND", "n-1", "'", "*", "name:x", "(", "🙂", "%00%", "--", "a OR b", "[a TO b]", "~2"]
)
def test_records__nothing_typed_is_syntax(client: FlaskClient, q: str) -> None:
    response = client.get(PATH, query_string={"q": q})
    assert response.status_code == 200
    if not any(char.isalnum() for char in q):
        assert response.json["total"] == 0


def test_records__repeated_parameters_mean_any_of(client: FlaskClient) -> None:
    total = client.get(f"{PATH}?category=COOP&category=CDAG").json["total"]
    assert total == 2


def test_records__natural_persons_are_not_found_by_what_is_withheld(client: FlaskClient) -> None:
    answer = client.get(f"{PATH}?person_kind=natural").json
    assert answer["total"] == 3
    assert all(item["nit"] is None for item in answer["items"])
    assert client.get(PATH, query_string={"nit": invented_nit(13)}).json["total"] == 0


def test_records__record_id_finds_one(client: FlaskClient) -> None:
    answer = client.get(PATH, query_string={"record_id": invented_record_id(3)}).json
    assert [item["nit"] for item in answer["items"]] == [invented_nit(3)]
