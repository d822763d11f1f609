"""Every link that the OpenAPI document tells leads to an answer, by the values of the answer before it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api.spec_links import LINKS
from tests.api.office import PREFIX, Office
from tests.contract.addresses import iter_addresses

Document = dict[str, Any]
Ask = Callable[[str, str], TestResponse]
"""Method and path → what is answered."""

QUERIES = {
    "suggest": "?q=80000000",
    "suggestEntity": "?prefix=a",
    "suggestProperty": "?prefix=a",
    "suggestType": "?prefix=a",
    "proposeProperties": "?type=category:COOP",
}
"""Operation → what it has to be asked for to answer with an item."""

ELSEWHERE = {("getRelease", "file")}
"""This registry's releases were written by the tests; one that was published has the file."""


class Linked:
    """The operations of a document, and what the links of each lead to."""

    def __init__(self, document: Document) -> None:
        self.operations = {
            operation["operationId"]: (path, method, operation, methods.get("parameters", []))
            for path, methods in document["paths"].items()
            for method, operation in methods.items()
            if method != "parameters"
        }

    def links(self, source: str) -> dict[str, Document]:
        told = self.operations[source][2]["responses"]
        return {name: link for status in told for name, link in told[status].get("links", {}).items()}

    def iter_links(self) -> Iterator[tuple[str, str, Document]]:
        for source in self.operations:
            for name, link in self.links(source).items():
                yield source, name, link

    def parameters(self, operation_id: str) -> dict[str, str]:
        """Name → where it stands."""
        _, _, operation, shared = self.operations[operation_id]
        return {entry["name"]: entry["in"] for entry in (*shared, *operation.get("parameters", ()))}

    def follow(self, ask: Ask, answer: Any, link: Document) -> TestResponse | None:
        """What a link leads to, None where the answer has no value for it."""
        path, method, _, _ = self.operations[link["operationId"]]
        places, query = self.parameters(link["operationId"]), {}
        for name, expression in link.get("parameters", {}).items():
            value = expression
            if expression.startswith("$response.body#"):
                value = value_at(answer, expression.removeprefix("$response.body#/"))
            if value is None:
                return None
            if places[name] == "path":
                path = path.replace(f"{{{name}}}", quote(str(value), safe=""))
            else:
                query[name] = value
        return ask(method, f"{path}?{urlencode(query)}" if query else path)


def value_at(answer: Any, pointer: str) -> Any:
    """What a JSON pointer points at, None if at nothing."""
    for part in pointer.split("/"):
        if isinstance(answer, list):
            answer = answer[int(part)] if int(part) < len(answer) else None
        else:
            answer = (answer or {}).get(part)
    return answer


@pytest.fixture
def linked(client: FlaskClient) -> Linked:
    return Linked(client.get("/openapi.json").json)


def test_links__name_operations_and_parameters_that_there_are(linked: Linked) -> None:
    assert LINKS.keys() <= linked.operations.keys()
    for source, name, link in linked.iter_links():
        assert link["description"], (source, name)
        assert link.get("parameters", {}).keys() <= linked.parameters(link["operationId"]).keys(), (source, name)
        needed = {part for part, place in linked.parameters(link["operationId"]).items() if place == "path"}
        assert needed <= link.get("parameters", {}).keys(), (source, name)


def test_links__of_the_public_lead_to_answers(app: Flask, client: FlaskClient, linked: Linked) -> None:
    rules = {
        address.rule.replace("<int:", "{").replace("<path:", "{").replace("<", "{").replace(">", "}"): address.path
        for address in iter_addresses(app)
    }

    def ask(method: str, path: str) -> TestResponse:
        return client.open(path, method=method)

    # The release that the record came with was withdrawn here.
    gone, nowhere = {("getRecord", "first_changes")}, []
    for source, (path, method, _, _) in linked.operations.items():
        if method != "get" or path not in rules or not linked.links(source):
            continue
        answer = client.get(rules[path] + QUERIES.get(source, ""))
        assert answer.status_code == 200, (source, answer.text)
        for name, link in linked.links(source).items():
            if (source, name) in ELSEWHERE:
                continue
            followed = linked.follow(ask, answer.json, link)
            if followed is None:
                nowhere.append((source, name))
            else:
                expected = 410 if (source, name) in gone else 200
                assert followed.status_code == expected, (source, name, followed.request.url, followed.text)
    assert nowhere == []


def test_links__of_the_staff_lead_from_a_file_to_its_release_and_back(tmp_path: Path) -> None:
    office = Office(tmp_path / "home")
    linked = Linked(office.client.get("/openapi.json").json)
    followed: set[tuple[str, str]] = set()

    def ask_as(person: str) -> Ask:
        def ask(method: str, path: str) -> TestResponse:
            if not path.startswith(PREFIX):
                return office.client.open(path, method=method)
            body = {"json": {"reason": "Prueba"}} if path.endswith(("/reject", "/withdraw")) else {}
            return office.ask(person, path.removeprefix(PREFIX), method=method.upper(), **body)

        return ask

    def go(source: str, name: str, answer: Any, *, by: str = "luis", status: int = 200) -> Any:
        response = linked.follow(ask_as(by), answer, linked.links(source)[name])
        assert response is not None and response.status_code == status, (source, name, response and response.text)
        followed.add((source, name))
        return response.json if response.is_json else response

    for number in (1, 2):
        office.load(number, query=f"dataset=registry&mode=merge&file_name={number}.csv")
        listed = office.ask("luis", "/batches").json
        batch = go("listBatches", "batch", listed)
        assert batch == go("listDatasets", "batch", office.ask("luis", "/datasets").json)
        assert batch["batch"] == go("getJob", "batch", go("listJobs", "job", office.ask("luis", "/jobs").json))["batch"]
        for name in ("report", "comparison", "changes"):
            go("getBatch", name, batch)
        approved = go("getBatch", "approve", batch, by="marta")
        assert go("listStaffReleases", "approved", office.ask("luis", "/releases").json)["state"] == "approved"
        accepted = go("approveBatch", "publish", approved, by="marta", status=202)
        office.run_job()
        job = go("publishRelease", "job", accepted)
        go("getRelease", "file", go("getJob", "manifest", job)).close()

    rejected = office.load(3, query="dataset=registry&mode=merge&file_name=3.csv")
    assert go("rejectBatch", "batch", go("getBatch", "reject", rejected, by="marta"))["state"] == "rejected"
    office.load(4, query="dataset=registry&mode=merge&file_name=4.csv")
    batch = go("listBatches", "batch", office.ask("luis", "/batches").json)
    go("approveBatch", "reject", go("getBatch", "approve", batch, by="marta"), by="marta")

    sent = office.deliver(b"NIT\n").json
    go("createBatch", "job", sent)
    office.run_job()
    for name, source in (("roll_back", "rollBack"), ("withdraw", "withdrawRelease")):
        accepted = go("listStaffReleases", name, office.ask("marta", "/releases").json, by="marta", status=202)
        go(source, "job", accepted)
        office.run_job()
    office.close()
    of_staff = {
        (source, name) for source, name, _ in linked.iter_links()
        if linked.operations[source][0].startswith(PREFIX)
    }  # fmt: skip
    assert followed == of_staff | ELSEWHERE
