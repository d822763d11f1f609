"""The staff's API: a month's delivery by a program, and who is kept out."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from jsonschema import Draft202012Validator, FormatChecker

from api import create_app
from api.staff.access import access_of
from api.work import run_next_job
from exemptions.accounts import ROLES_WITH, disable_account, issue_token
from exemptions.settings import read_settings
from tests.api.office import OPERATOR, PEOPLE, PREFIX, Office
from tests.api.staff_home import registry_file, school
from tests.databases import Databases


@pytest.fixture
def office(tmp_path: Path, database: Databases) -> Iterator[Office]:
    opened = Office(tmp_path / "home", **database.environment())
    opened.client.get(f"{PREFIX}/datasets")
    yield opened
    opened.close()


def routes(app: Flask) -> Iterator[tuple[str, str, str]]:
    """Endpoint, method and a path of every route of the staff's API."""
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith(PREFIX):
            path = rule.rule.replace("<int:number>", "1").replace("<name>", "registry").removeprefix(PREFIX)
            for method in sorted((rule.methods or set()) - {"OPTIONS", "HEAD"}):
                yield rule.endpoint, method, path


@pytest.mark.both_databases
def test_month__a_program_delivers_another_approves_and_it_is_public(office: Office) -> None:
    first = office.load(1, 2, 3)
    assert (first["state"], first["added"], first["loaded_by"]) == ("validated", 3, "luis")
    approved = office.order("marta", f"/batches/{first['batch']}/approve", {"seen": first["seen"]})
    assert (approved.status_code, approved.json["state"], approved.json["decided_by"]) == (200, "approved", "marta")
    assert office.ask("luis", "/releases").json == {"items": [], "approved": [1]}
    job = office.work(office.order("marta", "/releases", {"note": "Julio"}))
    assert (job["kind"], job["state"], job["outcome"]) == ("publish", "done", {"release": 1})
    assert office.client.get("/api/v1/records").json["total"] == 3
    office.load(1, 2, 3, 4, query="dataset=registry&file_name=agosto.csv&cutoff=2026-07-31")
    office.order("marta", "/batches/2/approve")
    assert office.work(office.order("marta", "/releases"))["outcome"] == {"release": 2}
    back = office.work(office.order("marta", "/releases/1/rollback"))
    assert back["outcome"] == {"release": 3, "restores": 1}
    releases = office.ask("luis", "/releases").json["items"]
    assert [(r["release"], r["restores"], r["note"]) for r in releases] == [
        (3, 1, None),
        (2, None, None),
        (1, None, "Julio"),
    ]
    gone = office.work(office.order("marta", "/releases/2/withdraw", {"reason": "Traía datos de más"}))
    assert (gone["state"], gone["outcome"]["withdrawn"]) == ("done", [2]), gone


def test_delivery__an_identical_one_gives_the_same_batch(office: Office) -> None:
    assert office.load(1, 2)["batch"] == office.load(1, 2)["batch"] == 1
    assert [job["state"] for job in office.ask("luis", "/jobs").json["items"]] == ["done", "done"]


def test_delivery__a_refused_file_is_reported_with_every_remedy(office: Office) -> None:
    job = office.work(office.deliver(registry_file([school(1, NIT="CF"), school(2, NOMBRE="")])))
    assert job["outcome"] == {"batch": 1, "state": "refused"}
    findings = office.ask("luis", "/batches/1/report").json["findings"]
    assert [(f["row"], f["rule"]) for f in findings] == [(2, "nit_consumidor_final"), (3, "nombre_vacio")]
    english = office.ask("luis", "/batches/1/report", headers={"Accept-Language": "en"}).json["findings"]
    assert english[0]["remedy"] != findings[0]["remedy"]
    text = office.ask("luis", "/batches/1/report.csv").data.decode("utf-8-sig")
    assert [(row["row"], row["rule"]) for row in csv.DictReader(io.StringIO(text))] == [
        ("2", "nit_consumidor_final"),
        ("3", "nombre_vacio"),
    ]
    assert office.ask("luis", "/batches/1/comparison").status_code == 409


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ("file_name=a.csv", ["dataset"]),
        ("dataset=registro&file_name=a.csv", ["dataset"]),
        ("dataset=registry", ["file_name"]),
        ("dataset=registry&file_name=%F2%90%97%A7", ["file_name"]),
        ("dataset=registry&file_name=a.csv&cutoff=ayer&mode=todo", ["mode", "cutoff"]),
        ("dataset=registry&file_name=a.csv&map=NIT&header_row=x", ["header_row", "map"]),
        ("dataset=registry&file_name=a.csv&encoding=nada", ["encoding"]),
        ("dataset=registry&file_name=a.csv&dry=1", ["dry"]),
    ],
)
def test_delivery__a_wrong_parameter_is_named_and_nothing_is_kept(office: Office, query: str, wrong: list[str]) -> None:
    refused = office.deliver(b"NIT\n", query)
    assert refused.status_code == 422
    assert [problem["parameter"] for problem in refused.json["errors"]] == wrong
    assert list((office.settings.home / "uploads" / "incoming").glob("*")) == []


def test_delivery__a_name_without_a_sign_to_be_seen_is_not_called_missing(office: Office) -> None:
    told = {
        query: office.deliver(b"NIT\n", f"dataset=registry{query}").json["errors"][0]["message"]
        for query in ("", "&file_name=%F2%90%97%A7")
    }
    assert told[""] == "Falta el nombre del archivo."
    assert told["&file_name=%F2%90%97%A7"] == "Ese nombre no tiene ningún signo que se vea."


def test_delivery__what_cannot_be_received_leaves_nothing(tmp_path: Path) -> None:
    office = Office(tmp_path / "home", EXEMPTIONS_MAX_UPLOAD_BYTES="1000")
    too_large = office.deliver(b"x" * 1001)
    assert (too_large.status_code, too_large.json["type"]) == (413, "/docs#problem-too-large")
    assert office.deliver(b"").status_code == 422
    form = office.ask(
        "luis", "/batches?dataset=registry&file_name=a.csv", method="POST", data={"file": (io.BytesIO(b"x"), "a.csv")}
    )
    assert (form.status_code, form.json["type"]) == (415, "/docs#problem-wrong-body")
    assert list((office.settings.home / "uploads" / "incoming").glob("*")) == []
    assert office.ask("luis", "/jobs").json == {"items": [], "next": None}
    office.close()


def test_delivery__one_that_is_cut_short_is_no_file(office: Office) -> None:
    content = registry_file([school(1), school(2)])
    headers = {"Authorization": f"bearer {office.tokens['luis']}"}
    refused = office.client.post(
        f"{PREFIX}/batches?dataset=registry&file_name=a.csv",
        input_stream=io.BytesIO(content[:-20]),
        headers=headers,
        # The server says that the stream ends where the body does, which is also so when the sender goes away.
        environ_overrides={"CONTENT_LENGTH": str(len(content)), "wsgi.input_terminated": True},
    )
    assert (refused.status_code, refused.json["type"]) == (422, "/docs#problem-file-refused")
    assert list((office.settings.home / "uploads" / "incoming").glob("*")) == []
    assert office.ask("luis", "/jobs").json["items"] == []


def test_delivery__options_reach_the_load(office: Office) -> None:
    content = registry_file([school(1)]).decode().replace("NOMBRE", "Institución", 1).encode("cp1252")
    query = "dataset=registry&file_name=C%3A%5Cenvios%5Cjulio.csv&encoding=windows-1252&map=Instituci%C3%B3n%3Dname"
    job = office.work(office.deliver(content, f"{query}&mode=merge&cutoff=2026-07-15"))
    batch = office.ask("luis", f"/batches/{job['outcome']['batch']}").json
    assert (batch["state"], batch["mode"], batch["cutoff"]) == ("validated", "merge", "2026-07-15")
    assert batch["file_name"] == "julio.csv"


def test_comparison__is_told_in_numbers_and_row_by_row(office: Office) -> None:
    office.order("marta", f"/batches/{office.load(1, 2)['batch']}/approve")
    office.work(office.order("marta", "/releases"))
    rows = [school(1, NOMBRE="COLEGIO CAMBIADO"), school(2), school(3)]
    office.work(office.deliver(registry_file(rows), "dataset=registry&file_name=agosto.csv"))
    numbers = office.ask("marta", "/batches/2/comparison").json
    assert (numbers["before"], numbers["added"], numbers["ended"], numbers["changed"], numbers["after"]) == (
        2,
        1,
        0,
        1,
        3,
    )
    changes = office.ask("marta", "/batches/2/changes").json
    assert sorted(change["kind"] for change in changes) == ["added", "changed"]
    (changed,) = [change for change in changes if change["kind"] == "changed"]
    assert changed["fields"] == {"name": ["COLEGIO INVENTADO 1", "COLEGIO CAMBIADO"]}
    text = office.ask("marta", "/batches/2/changes.csv").data.decode("utf-8-sig")
    assert "COLEGIO CAMBIADO" in [row["after"] for row in csv.DictReader(io.StringIO(text))]


def test_approve__what_is_held_back_needs_a_lift_that_covers_it(office: Office) -> None:
    office.order("marta", f"/batches/{office.load(1, 2, 3, 4)['batch']}/approve")
    office.work(office.order("marta", "/releases"))
    held = office.load(1, 2, query="dataset=registry&file_name=agosto.csv")
    assert (held["state"], [hold["guard"] for hold in held["guards"]]) == ("blocked", ["removals"])
    refused = office.order("marta", "/batches/2/approve")
    assert (refused.status_code, refused.json["type"]) == (409, "/docs#problem-batch-blocked")
    assert [(hold["guard"], hold["measured"]) for hold in refused.json["guards"]] == [("removals", 2)]
    short = office.order("marta", "/batches/2/approve", {"lift": {"removals": 1, "reason": "cierres"}})
    assert short.status_code == 409
    allowed = office.order("marta", "/batches/2/approve", {"lift": {"removals": 2, "reason": "cierres"}})
    assert (allowed.status_code, allowed.json["lifted"]["reason"]) == (200, "cierres")


@pytest.mark.parametrize("unfit", ["\\ud800", "a\\u0000b"])
def test_order__a_text_that_no_database_keeps_is_refused(office: Office, unfit: str) -> None:
    batch = office.load(1, 2)
    headers = {"Authorization": f"bearer {office.tokens['marta']}", "Content-Type": "application/json"}
    for path, body, place in (
        (f"/batches/{batch['batch']}/reject", f'{{"reason": "{unfit}"}}', "reason"),
        (f"/batches/{batch['batch']}/approve", f'{{"lift": {{"removals": 1, "reason": "{unfit}"}}}}', "lift.reason"),
        ("/releases", f'{{"note": "{unfit}"}}', "note"),
        ("/releases/1/withdraw", f'{{"reason": "x", "fields": ["name", "{unfit}"]}}', "fields.1"),
        ("/releases", f'"{unfit}"', "body"),
    ):
        refused = office.client.post(f"{PREFIX}{path}", data=body, headers=headers)
        assert (refused.status_code, refused.json["type"]) == (422, "/docs#problem-invalid-parameters")
        assert [problem["parameter"] for problem in refused.json["errors"]] == [place]
    assert office.ask("marta", f"/batches/{batch['batch']}").json["state"] == "validated"


def test_order__a_body_nested_too_deep_is_malformed(office: Office) -> None:
    headers = {"Authorization": f"bearer {office.tokens['marta']}", "Content-Type": "application/json"}
    deep = "[" * 20_000 + "]" * 20_000
    refused = office.client.post(f"{PREFIX}/batches/1/approve", data=deep, headers=headers)
    assert (refused.status_code, refused.json["type"]) == (400, "/docs#problem-bad-request")


def test_delivery__of_a_day_to_come_fails_with_its_reason_and_holds_up_nobody(office: Office) -> None:
    query = "dataset=registry&file_name=a.csv"
    failed = office.work(office.deliver(registry_file([school(1)]), f"{query}&cutoff=9999-12-31"))
    assert (failed["state"], "9999-12-31" in failed["outcome"]["es"]) == ("failed", True)
    done = office.work(office.deliver(registry_file([school(1)]), query))
    assert done["outcome"]["state"] == "validated"


def test_decision__about_what_was_not_seen_is_refused(office: Office) -> None:
    batch = office.load(1, 2)
    stale = office.order("marta", "/batches/1/approve", {"seen": "0" * 20})
    assert (stale.status_code, stale.json["type"]) == (409, "/docs#problem-conflict")
    rejected = office.order("marta", "/batches/1/reject", {"reason": "otro archivo"})
    assert (rejected.json["state"], rejected.json["reason"]) == ("rejected", "otro archivo")
    assert office.order("marta", "/batches/1/approve", {"seen": batch["seen"]}).status_code == 409


def test_two_people__who_loads_does_not_approve_whatever_the_role(office: Office) -> None:
    query = f"{PREFIX}/batches?dataset=registry&file_name=a.csv"
    headers = {"Authorization": f"bearer {office.tokens['marta']}"}
    office.client.post(query, data=registry_file([school(1)]), headers=headers)
    run_next_job(office.book, office.settings, office.clock)
    refused = office.order("marta", "/batches/1/approve")
    assert (refused.status_code, refused.json["type"]) == (403, "/docs#problem-forbidden")
    assert office.denials() == [("marta", "approve")]
    assert office.ask("marta", "/batches/1").json["state"] == "validated"


def test_publish__who_asks_second_is_told_of_the_first(office: Office) -> None:
    first = office.order("marta", "/releases")
    second = office.order("marta", "/releases")
    assert (second.status_code, second.json["job"]) == (409, first.json["job"])


@pytest.mark.parametrize(
    ("path", "body", "wrong"),
    [
        ("/batches/1/approve", {"lift": {"removals": "2", "reason": "x"}}, ["lift.removals"]),
        ("/batches/1/approve", {"lift": {"removals": 2}}, ["lift.reason"]),
        (
            "/batches/1/approve",
            {"lift": {"accepted": {"nada": 1}, "reason": " "}},
            ["lift.accepted.nada.key", "lift.reason"],
        ),
        ("/batches/1/reject", {}, ["reason"]),
        ("/batches/1/reject", {"reason": "x" * 2001}, ["reason"]),
        ("/batches/1/reject", {"reason": "x", "razon": "x"}, ["razon"]),
        ("/releases", {"note": 3}, ["note"]),
        ("/releases", ["note"], ["body"]),
        ("/releases/1/withdraw", {"reason": "x", "also": -1}, ["also"]),
        ("/releases/1/withdraw", {"reason": "x", "leave_nothing": 0}, ["leave_nothing"]),
        ("/releases/1/withdraw", {"reason": "x", "leave_nothing": "false"}, ["leave_nothing"]),
    ],
)
def test_order__a_wrong_field_is_named(office: Office, path: str, body: object, wrong: list[str]) -> None:
    office.load(1)
    refused = office.order("marta", path, body)
    assert refused.status_code == 422, refused.text
    assert sorted(problem["parameter"] for problem in refused.json["errors"]) == wrong
    assert office.ask("luis", "/batches/1").json["state"] == "validated"


def test_order__a_body_that_is_no_json_is_refused(office: Office) -> None:
    assert office.ask("marta", "/releases", method="POST", data="note=x").status_code == 415
    broken = office.ask("marta", "/releases", method="POST", data="{", content_type="application/json")
    assert broken.status_code == 400
    large = office.ask("marta", "/releases", method="POST", json={"note": "x" * 70_000})
    assert large.status_code == 413
    assert office.ask("luis", "/jobs").json["items"] == []


def test_numbers__that_were_never_given_are_not_found(office: Office) -> None:
    for number in (7, 2**31, 2**80):
        for path in ("batches/{}", "batches/{}/report", "batches/{}/comparison", "batches/{}/changes", "jobs/{}"):
            assert office.ask("marta", f"/{path.format(number)}").status_code == 404, path
        for path in ("batches/{}/approve", "releases/{}/rollback"):
            assert office.order("marta", f"/{path.format(number)}").status_code == 404, path
    assert office.ask("luis", "/templates/nada.csv").status_code == 404


def test_lists__go_on_where_they_ended(office: Office) -> None:
    for number in range(3):
        office.load(1, number + 2, query=f"dataset=registry&file_name={number}.csv")
    first = office.ask("luis", "/batches?limit=2&dataset=registry").json
    second = office.client.get(first["next"], headers={"Authorization": f"Bearer {office.tokens['luis']}"}).json
    assert [b["batch"] for b in first["items"] + second["items"]] == [3, 2, 1]
    assert second["next"] is None
    assert office.ask("luis", "/batches?state=published").json["items"] == []
    assert office.ask("luis", "/batches?state=publicado").status_code == 422
    jobs = office.ask("luis", "/jobs?limit=1").json
    assert jobs["next"] == f"{PREFIX}/jobs?limit=1&before=3"


def test_datasets__tell_their_state_and_their_template(office: Office) -> None:
    office.order("marta", f"/batches/{office.load(1)['batch']}/approve")
    office.work(office.order("marta", "/releases"))
    office.now += timedelta(days=90)
    office.tokens["luis"] = office.tokens["marta"] = ""
    with office.book.write() as session:
        office.tokens["ana"] = issue_token(session, actor=OPERATOR, name="ana", at=office.now)
    items = {item["dataset"]: item for item in office.ask("ana", "/datasets").json["items"]}
    assert (items["registry"]["release"], items["registry"]["rows"], items["jobs"]["last_batch"]) == (1, 1, None)
    assert items["registry"]["days_overdue"] > 0
    csv_template = office.ask("ana", "/templates/jobs.csv")
    assert csv_template.data.decode("utf-8-sig").startswith("NIT,")
    assert office.ask("ana", "/templates/jobs.xlsx").data.startswith(b"PK")


def test_audit__is_given_to_approvers_and_administrators(office: Office) -> None:
    office.load(1)
    for name in ("ana", "marta"):
        lines = office.ask(name, "/audit.ndjson").text.splitlines()
        assert json.loads(lines[-1])["act"] == "batch_loaded"
    rows = list(csv.DictReader(io.StringIO(office.ask("ana", "/audit.csv?act=batch_loaded&from=2026-08-01").text)))
    assert [(row["actor"], row["subject"]) for row in rows] == [("luis", "batch 1")]
    whole, none = (
        office.ask("ana", f"/audit.csv?{query}") for query in ("from=0001-01-01&to=9999-12-31", "to=0001-01-01")
    )
    assert len(whole.text.splitlines()) > 1 == len(none.text.splitlines())
    assert office.ask("ana", "/audit.csv?from=20260801").status_code == 422
    assert office.ask("ana", "/audit.csv?act=load&from=x").status_code == 422
    assert office.ask("luis", "/audit.csv").status_code == 403


def test_access__every_route_asks_for_a_token_before_anything_else(office: Office) -> None:
    stranger = office.app.test_client()
    found = list(routes(office.app))
    assert len(found) >= 20
    for _, method, path in found:
        for credentials in (None, "Bearer x", f"Basic {office.tokens['ana']}", "Bearer", "Bearer " + "ñ"):
            headers = {} if credentials is None else {"Authorization": credentials}
            refused = stranger.open(f"{PREFIX}{path}?nothing=1", method=method, headers=headers)
            assert (refused.status_code, refused.mimetype) == (401, "application/problem+json"), (method, path)
            assert refused.headers["WWW-Authenticate"].startswith("Bearer")
            assert refused.headers["Cache-Control"] == "no-store"
            assert "Access-Control-Allow-Origin" not in refused.headers
            assert "Set-Cookie" not in refused.headers


@pytest.mark.parametrize("name", PEOPLE)
def test_access__each_role_has_its_routes_and_a_denial_is_noted(office: Office, name: str) -> None:
    refused = []
    for endpoint, method, path in routes(office.app):
        right = access_of(office.app.view_functions[endpoint]).right
        allowed = right is None or PEOPLE[name] in ROLES_WITH[right]
        status = office.ask(name, f"{path}?nothing=1", method=method).status_code
        assert status == (422 if allowed else 403), (method, path)
        if not allowed:
            refused.append((name, str(right)))
    assert sorted(office.denials()) == sorted(refused)


def test_access__a_token_that_ended_opens_nothing(office: Office) -> None:
    assert office.ask("luis", "/datasets").status_code == 200
    with office.book.write() as session:
        disable_account(session, actor=OPERATOR, name="luis", at=office.now)
    assert office.ask("luis", "/datasets").status_code == 401
    office.now += timedelta(days=30)
    assert office.ask("marta", "/datasets").status_code == 401


def test_access__a_cookie_is_not_looked_at(office: Office) -> None:
    office.client.set_cookie("session", office.tokens["ana"])
    assert office.client.get(f"{PREFIX}/datasets").status_code == 401
    answer = office.ask("ana", "/datasets")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    assert "Authorization" in answer.headers["Vary"]


def test_documents__only_a_node_of_the_staff_tells_of_the_staff(tmp_path: Path, office: Office) -> None:
    public = create_app(read_settings({"EXEMPTIONS_HOME": str(tmp_path / "public"), "EXEMPTIONS_ROLE": "public"}))
    for path in ("/openapi.json", "/docs"):
        assert "/api/v1/staff" not in public.test_client().get(path).text
        assert "/api/v1/staff" in office.client.get(path).text
    assert public.test_client().get(f"{PREFIX}/datasets").status_code == 404
    assert "securitySchemes" not in public.test_client().get("/openapi.json").json["components"]
    document = office.client.get("/openapi.json").json
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if method != "parameters":
                assert bool(operation.get("security")) == path.startswith(PREFIX), (method, path)


ANSWERS = (
    "/jobs",
    "/jobs/1",
    "/batches",
    "/batches/1",
    "/batches/1/report",
    "/batches/1/comparison",
    "/releases",
    "/datasets",
)


def test_documents__answers_are_as_told(office: Office) -> None:
    office.order("marta", f"/batches/{office.load(1)['batch']}/approve")
    office.work(office.order("marta", "/releases"))
    office.load(1, 2)
    document = office.client.get("/openapi.json").json
    for path in ANSWERS:
        answer = office.ask("marta", path)
        told = document["paths"][f"{PREFIX}{path.replace('/1', '/{number}')}"]["get"]["responses"]["200"]
        schema = told["content"]["application/json"]["schema"]
        whole = json.loads(json.dumps({**schema, "components": document["components"]}))
        assert list(Draft202012Validator(whole, format_checker=FormatChecker()).iter_errors(answer.json)) == [], path
        properties = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]["properties"]
        assert answer.json.keys() == properties.keys(), path
