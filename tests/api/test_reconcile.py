"""The reconciliation service answers as the specification's own schemas ask, and refuses what they refuse."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from jsonschema import Draft7Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT7
from werkzeug.test import TestResponse

from exemptions.columns import KEYS
from tests.exemptions.releases import invented_nit, invented_record_id

PATH = "/api/v1/reconcile"
STANDARD = Path(__file__).parent / "data" / "reconciliation-0.2"
BATCHES = STANDARD / "examples" / "reconciliation-query-batch"


def validator(name: str) -> Draft7Validator:
    schemas = [json.loads(path.read_bytes()) for path in STANDARD.glob("*.json")]
    # What a service without authentication has no part of.
    swagger = {"$id": "http://swagger.io/v2/schema.json"}
    known = Registry().with_resources(
        (schema["$id"], Resource.from_contents(schema, default_specification=DRAFT7)) for schema in (*schemas, swagger)
    )
    schema = json.loads((STANDARD / f"{name}.json").read_bytes())
    # Its only reference to a neighbour is relative to a folder that the neighbour does not name.
    text = json.dumps(schema).replace('"$ref": "type.json"', f'"$ref": "{_id_of("type")}"')
    return Draft7Validator(json.loads(text), registry=known)


def _id_of(name: str) -> str:
    return str(json.loads((STANDARD / f"{name}.json").read_bytes())["$id"])


def faults(name: str, value: object) -> list[str]:
    return [error.message for error in validator(name).iter_errors(value)]


def ask(client: FlaskClient, **queries: Any) -> Any:
    """The results of a batch, each checked against the schema."""
    response = client.post(PATH, data={"queries": json.dumps(queries)})
    assert response.status_code == 200, response.data
    assert faults("reconciliation-result-batch", response.json) == []
    return response.json


def results(client: FlaskClient, query: Any) -> list[Any]:
    found: list[Any] = ask(client, q0=query if isinstance(query, dict) else {"query": query})["q0"]["result"]
    return found


def told(response: TestResponse) -> Any:
    return json.loads(response.data)


def test_reconcile__the_manifest_is_valid_and_leads_everywhere(client: FlaskClient) -> None:
    manifest = told(client.get(PATH))
    assert faults("manifest", manifest) == []
    assert manifest["versions"] == ["0.2"]
    for kind in ("entity", "property", "type"):
        place = manifest["suggest"][kind]
        assert client.get(f"{place['service_url']}{place['service_path']}?prefix=a").status_code == 200
        flyout = f"{place['flyout_service_url']}{place['flyout_service_path']}"
        key = {"entity": invented_nit(3), "property": "amount_gtq", "type": "category:COOP"}[kind]
        answer = told(client.get(flyout.replace("${id}", key)))
        assert (answer["id"], "<p>" in answer["html"]) == (key, True)
    for template in (manifest["view"]["url"], manifest["preview"]["url"]):
        assert client.get(template.replace("{{id}}", invented_nit(3))).status_code in (200, 308)
    proposal = manifest["extend"]["propose_properties"]
    assert client.get(f"{proposal['service_url']}{proposal['service_path']}").status_code == 200


def test_reconcile__the_validators_see_planted_faults(client: FlaskClient) -> None:
    manifest = told(client.get(PATH))
    assert faults("manifest", manifest | {"versions": ["0.1"]}) != []
    assert faults("reconciliation-result-batch", {"q0": {"result": [{"id": "x"}]}}) != []
    assert faults("suggest-entities-response", {"result": [{"id": 3}]}) != []
    assert faults("suggest-types-response", {"result": [{"id": "x"}]}) != []
    assert faults("data-extension-response", {"meta": [], "rows": {"x": {"p": [{"str": 3}]}}}) != []
    assert faults("data-extension-property-proposal", {"type": "x"}) != []


@pytest.mark.parametrize("path", sorted(BATCHES.glob("invalid/*.json")), ids=lambda path: path.stem)
def test_reconcile__refuses_every_batch_that_the_specification_calls_invalid(client: FlaskClient, path: Path) -> None:
    assert faults("reconciliation-query-batch", json.loads(path.read_bytes())) != []
    for response in (
        client.post(PATH, data={"queries": path.read_text("utf-8")}),
        client.get(f"{PATH}?queries={quote(json.dumps(json.loads(path.read_bytes())))}"),
    ):
        assert (response.status_code, response.mimetype) == (422, "application/problem+json")
        assert response.json is not None
        assert response.json["errors"][0]["parameter"].startswith("queries.q")


@pytest.mark.parametrize("path", sorted(BATCHES.glob("valid/*.json")), ids=lambda path: path.stem)
def test_reconcile__answers_every_batch_that_the_specification_calls_valid(client: FlaskClient, path: Path) -> None:
    batch = json.loads(path.read_bytes())
    assert ask(client, **batch).keys() == batch.keys()


@pytest.mark.parametrize(
    "text",
    ["", "x", "[]", "null", "3", '{"q0": 3}', '{"q0": {"query": 3}}', '{"q0": {"query": "a", "limit": "x"}}',
     '{"q0": {"query": "a", "limit": NaN}}', '{"q0": {"query": "a", "type": 3}}',
     '{"q0": {"query": "a", "type_strict": "x"}}', '{"q0": {"query": "a", "properties": {}}}',
     '{"q0": {"query": "a", "properties": [{"pid": "nit"}]}}', '{"q0": {"query": "\\ud800"}}',
     '{"q0": {"query": "a", "properties": [{"pid": "nit", "v": [[]]}]}}', "[" * 50_000,
     json.dumps({f"q{n}": {"query": "a"} for n in range(101)})],
    ids=range(17),
)  # fmt: skip
def test_reconcile__refuses_what_is_no_batch(client: FlaskClient, text: str) -> None:
    response = client.post(PATH, data={"queries": text})
    assert (response.status_code, response.mimetype) == (422, "application/problem+json")


def test_reconcile__refuses_what_it_does_not_know(client: FlaskClient) -> None:
    assert client.post(PATH, data={"queries": "{}", "x": "1"}).status_code == 422
    assert client.post(PATH, data={"queries": "{}", "extend": "{}"}).status_code == 422
    assert client.get(f"{PATH}?query=a").status_code == 422
    assert client.post(PATH, data={"queries": "x" * 2_000_000}).status_code == 413
    assert client.get(f"{PATH}/suggest/entity?prefix={'x' * 300}").status_code == 422


def test_reconcile__one_certain_candidate_is_a_match(client: FlaskClient) -> None:
    found = results(client, "nubes de obsidiana s.a.")
    assert [(item["id"], item["match"], item["score"]) for item in found] == [(invented_nit(3), True, 100)]
    assert {kind["id"] for kind in found[0]["type"]} == {"category:MAQ_ADT_E", "category:ZF_IND"}
    assert invented_nit(3) in found[0]["description"]


def test_reconcile__namesakes_are_candidates_and_a_property_tells_them_apart(client: FlaskClient) -> None:
    found = results(client, "Colegio La Luciérnaga")
    assert {item["id"] for item in found} == {invented_nit(6), invented_nit(7)}
    assert not any(item["match"] for item in found)
    for property_, value in (("municipality", "0901"), ("nit", invented_nit(7))):
        query = {"query": "Colegio La Luciérnaga", "properties": [{"pid": property_, "v": value}]}
        best = results(client, query)[0]
        assert (best["id"], best["match"]) == (invented_nit(7), True)


def test_reconcile__near_names_and_lone_words_are_candidates_and_no_match(client: FlaskClient) -> None:
    for text, number in (("Nubes de Obsidiama", 3), ("Ñandú", 2)):
        best = results(client, text)[0]
        assert (best["id"], best["match"]) == (invented_nit(number), False)
        assert best["score"] < 95


def test_reconcile__a_type_keeps_only_who_has_it(client: FlaskClient) -> None:
    name = "NUBES DE OBSIDIANA, SOCIEDAD ANÓNIMA"
    for kind in ("category:ZF_IND", "type:BFT", "taxpayer"):
        assert results(client, {"query": name, "type": kind})[0]["match"], kind
    assert results(client, {"query": name, "type": ["category:COOP"], "type_strict": "any"}) == []


def test_reconcile__a_nit_finds_its_taxpayer_and_no_natural_person(client: FlaskClient) -> None:
    nit = {"pid": "nit", "v": f"{invented_nit(3)[:-1]}-{invented_nit(3)[-1]}"}
    assert results(client, {"properties": [nit]})[0]["match"]
    assert results(client, f"NIT {invented_nit(3)}")[0]["id"] == invented_nit(3)
    assert results(client, invented_nit(13)) == []
    natural = results(client, "Ficticio Ejemplar Primero")[0]
    assert (natural["id"], natural["match"]) == (invented_record_id(13), True)


def test_reconcile__limits_candidates_as_asked(client: FlaskClient) -> None:
    assert len(results(client, {"query": "Colegio La Luciérnaga", "limit": 1})) == 1


def test_reconcile__suggestions_are_valid(client: FlaskClient) -> None:
    entities = told(client.get(f"{PATH}/suggest/entity?prefix=colegio"))
    assert faults("suggest-entities-response", entities) == []
    assert {item["id"] for item in entities["result"]} == {invented_nit(6), invented_nit(7)}
    assert told(client.get(f"{PATH}/suggest/entity?prefix=colegio&cursor=2"))["result"] == []
    properties = told(client.get(f"{PATH}/suggest/property?prefix=monto"))
    assert faults("suggest-properties-response", properties) == []
    assert "amount_status" in {item["id"] for item in properties["result"]}
    types = told(client.get(f"{PATH}/suggest/type?prefix=cooperativa"))
    assert faults("suggest-types-response", types) == []
    assert "category:COOP" in {item["id"] for item in types["result"]}


def test_reconcile__values_of_columns_extend_a_table(client: FlaskClient) -> None:
    order: Any = {
        "ids": [invented_nit(3), invented_record_id(13), "nobody"],
        "properties": [{"id": name} for name in ("category", "amount_gtq", "valid_from", "jobs", "taxes", "nit")],
    }
    assert faults("data-extension-query", order) == []
    answer = told(client.post(PATH, data={"extend": json.dumps(order)}))
    assert faults("data-extension-response", answer) == []
    assert [item["id"] for item in answer["meta"]] == [item["id"] for item in order["properties"]]
    rows = answer["rows"]
    assert rows[invented_nit(3)]["category"] == [{"str": "MAQ_ADT_E"}, {"str": "ZF_IND"}]
    assert rows[invented_nit(3)]["amount_gtq"] == [{"float": 1234567.89}, {"float": 0.0}]
    assert rows[invented_nit(3)]["jobs"] == [{"int": 340}]
    assert rows[invented_nit(3)]["valid_from"][0] == {"date": "2020-01-01T00:00:00"}
    assert (rows[invented_record_id(13)]["nit"], rows["nobody"]["jobs"]) == ([], [])
    proposal = told(client.get(f"{PATH}/extend/propose?type=category:COOP&limit=5"))
    assert faults("data-extension-property-proposal", proposal) == []
    assert [item["id"] for item in proposal["properties"]] == list(KEYS[:5])


@pytest.mark.parametrize(
    "text",
    ["[]", "{}", '{"ids": 3, "properties": []}', '{"ids": [3], "properties": []}', '{"ids": [], "properties": [3]}',
     '{"ids": [], "properties": [{"id": "amount"}]}', json.dumps({"ids": ["x"] * 501, "properties": []})],
    ids=range(7),
)  # fmt: skip
def test_reconcile__refuses_orders_of_values_that_are_none(client: FlaskClient, text: str) -> None:
    assert client.post(PATH, data={"extend": text}).status_code == 422


def test_reconcile__any_page_may_ask_by_cors_or_an_old_one_by_jsonp(client: FlaskClient) -> None:
    response = client.get(f"{PATH}?callback=jQuery_1.fn", headers={"Origin": "https://refine.example"})
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert (response.mimetype, response.headers["X-Content-Type-Options"]) == ("text/javascript", "nosniff")
    assert response.data.startswith(b"/**/jQuery_1.fn({")
    assert response.data.endswith(b"});")
    asked = client.post(f"{PATH}?callback=f", data={"queries": '{"q0": {"query": "x"}}'})
    assert asked.data == b'/**/f({"q0":{"result":[]}});'
    for wrong in ("alert(1)", "a%3Cscript%3E", "1a", "a" * 65, "a..b"):
        assert client.get(f"{PATH}?callback={wrong}").status_code == 422, wrong
    preflight = client.options(PATH, headers={"Origin": "https://refine.example"})
    assert "POST" in preflight.headers["Access-Control-Allow-Methods"]


def test_reconcile__a_preview_may_stand_in_a_frame_and_runs_nothing(client: FlaskClient) -> None:
    response = client.get(f"{PATH}/preview/{invented_nit(9)}")
    assert "X-Frame-Options" not in response.headers
    policy = response.headers["Content-Security-Policy"]
    assert "frame-ancestors *" in policy
    assert "script-src" not in policy
    assert "FUNDACIÓN &#34;ZAPOTE &amp; CEREZO&#34;" in response.text
    assert client.get(f"{PATH}/preview/nobody").status_code == 404


def test_reconcile__an_entity_leads_to_its_page(client: FlaskClient) -> None:
    assert client.get(f"{PATH}/view/{invented_nit(3)}").headers["Location"] == f"/contribuyente/{invented_nit(3)}"
    natural = client.get(f"{PATH}/view/{invented_record_id(13)}", headers={"Accept-Language": "en"})
    assert natural.headers["Location"] == f"/en/registro/{invented_record_id(13)}"
    assert client.get(f"{PATH}/view/{invented_nit(13)}").status_code == 404


def test_reconcile__speaks_both_languages(client: FlaskClient) -> None:
    spanish, english = (
        told(client.get(f"{PATH}/suggest/property?prefix=nit", headers={"Accept-Language": lang}))["result"][0]["name"]
        for lang in ("es", "en")
    )
    assert (spanish, english) == ("NIT", "NIT (tax number)")
