"""`GET /records/groups`: its figures are those of the downloads and of the facets, recomputed from the files alone."""

import csv
import io
import json
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest
from flask.testing import FlaskClient

from exemptions.groups import GROUPINGS, group_records
from exemptions.query import RegistryQuery
from exemptions.release import open_release
from tests.exemptions.releases import build_test_release, record

PATH = "/api/v1/records/groups"
COLUMNS = {"type": "exempt_type"}
"""Grouping → column of the download, where they are not called the same."""

Place = tuple[str | None, ...]


def answer(client: FlaskClient, query: str) -> dict[str, object]:
    loaded: dict[str, object] = json.loads(client.get(f"{PATH}?{query}").data, parse_float=Decimal)
    return loaded


def read_csv(client: FlaskClient, path: str) -> list[dict[str, str]]:
    response = client.get(path)
    assert response.status_code == 200
    rows = list(csv.DictReader(io.StringIO(response.text, newline="")))
    assert int(response.headers["X-Total-Count"]) == len(rows)
    return rows


def recompute(rows: list[dict[str, str]], names: list[str]) -> dict[Place, dict[str, object]]:
    """The groups as anybody adds them up from a download."""
    members: defaultdict[Place, list[dict[str, str]]] = defaultdict(list)
    for row in rows:
        members[tuple(row[COLUMNS.get(name, name)] or None for name in names)].append(row)
    return {
        place: {
            "records": len(group),
            "taxpayers": len({row["nit"] for row in group if row["nit"]}) + sum(not row["nit"] for row in group),
            "jobs": _sums(group, "jobs", "jobs_year", "jobs_kind"),
            "amount_gtq": _sums(group, "amount_gtq", "amount_year"),
            "states": {
                number: dict(Counter(row[state] for row in group))
                for number, state in (("jobs", "jobs_status"), ("amount_gtq", "amount_status"))
            },
        }
        for place, group in members.items()
    }


def _sums(group: list[dict[str, str]], number: str, *by: str) -> dict[Place, tuple[Decimal, int]]:
    sums: defaultdict[Place, Decimal] = defaultdict(Decimal)
    counts: Counter[Place] = Counter()
    for row in group:
        if row[number]:
            place = tuple(row[name] or None for name in by)
            sums[place] += Decimal(row[number])
            counts[place] += 1
    return {place: (total, counts[place]) for place, total in sums.items()}


def told(group: dict[str, object]) -> dict[str, object]:
    """A group of an answer in the shape of `recompute`."""
    sums = group["sums"]

    def place(part: dict[str, object], *names: str) -> Place:
        return tuple(None if part[name] is None else str(part[name]) for name in names)

    return {
        "records": group["records"],
        "taxpayers": group["taxpayers"],
        "jobs": {place(part, "year", "kind"): (part["sum"], part["rows"]) for part in sums["jobs"]},
        "amount_gtq": {place(part, "year"): (part["sum"], part["rows"]) for part in sums["amount_gtq"]},
        "states": {
            number: {state: count for state, count in states.items() if count}
            for number, states in sums["states"].items()
        },
    }


@pytest.mark.parametrize("names", [[name] for name in GROUPINGS] + [["category", "department"], ["status", "type"]])
@pytest.mark.parametrize("query", ["", "type=BFT", "q=a", "release=2"])
def test_groups__are_what_the_download_adds_up_to(client: FlaskClient, names: list[str], query: str) -> None:
    found = answer(client, f"group_by={','.join(names)}&{query}")
    rows = read_csv(client, f"/api/v1/records.csv?{query}")
    groups = {tuple(group["values"][name] for name in names): told(group) for group in found["groups"]}
    assert groups == recompute(rows, names)
    assert found["total"] == len(rows) == sum(group["records"] for group in found["groups"])


@pytest.mark.parametrize("name", GROUPINGS)
def test_groups__agree_with_the_facets(client: FlaskClient, name: str) -> None:
    found = answer(client, f"group_by={name}&status=active")
    facet = client.get(f"/api/v1/records?facets={name}&status=active").json["facets"][name]
    counted = {group["values"][name]: group["records"] for group in found["groups"] if group["values"][name]}
    labels = {group["values"][name]: group["labels"][name] for group in found["groups"] if group["values"][name]}
    if name != "status":
        assert counted == {value["value"]: value["count"] for value in facet}
    assert {value["value"]: value["label"] for value in facet}.items() >= labels.items()


@pytest.mark.parametrize("query", ["group_by=category", "group_by=department,status&type=BFT"])
def test_groups__as_csv_have_the_same_figures(client: FlaskClient, query: str) -> None:
    found = answer(client, query)
    names = found["group_by"]
    groups = {tuple(group["values"][name] for name in names): told(group) for group in found["groups"]}
    read: dict[Place, dict[str, object]] = {}
    for row in read_csv(client, f"{PATH}.csv?{query}"):
        place = tuple(row[name] or None for name in names)
        empty = {"jobs": {}, "amount_gtq": {}, "states": {"jobs": Counter(), "amount_gtq": Counter()}}
        group = read.setdefault(place, {"records": int(row["records"]), "taxpayers": int(row["taxpayers"]), **empty})
        group["states"][row["number"]][row["state"]] += int(row["rows"])
        if row["state"] == "reported":
            by = (row["year"] or None, row["kind"] or None) if row["number"] == "jobs" else (row["year"] or None,)
            group[row["number"]][by] = (Decimal(row["sum"]), int(row["rows"]))
    assert {
        place: group | {"states": {n: dict(c) for n, c in group["states"].items()}} for place, group in read.items()
    } == groups


@pytest.mark.parametrize("query", ["group_by=department,status", "group_by=type&type=BFT"])
def test_groups__have_the_same_figures_in_every_format(client: FlaskClient, query: str) -> None:
    exact = [row["sum"] for row in read_csv(client, f"{PATH}.csv?{query}")]
    told = json.loads(client.get(f"{PATH}.json?{query}").data, parse_float=Decimal)
    assert ["" if row["sum"] is None else str(row["sum"]) for row in told] == exact
    table = pq.read_table(io.BytesIO(client.get(f"{PATH}.parquet?{query}").data))
    assert ["" if value is None else str(value) for value in table["sum"].to_pylist()] == exact
    sheet = openpyxl.load_workbook(io.BytesIO(client.get(f"{PATH}.xlsx?{query}&headers=en").data))["Data"]
    head, *rows = sheet.iter_rows(values_only=True)
    assert ["" if row[head.index("Sum")] is None else f"{row[head.index('Sum')]:.2f}" for row in rows] == exact


def test_groups__by_the_same_twice_are_refused(client: FlaskClient) -> None:
    refused = client.get("/api/v1/records/groups?group_by=status,type,status")
    (problem,) = refused.get_json()["errors"]
    assert (refused.status_code, problem["parameter"], problem["value"]) == (422, "group_by", "status,type,status")
    assert problem["message"] == "group_by lleva «status» más de una vez."


def test_groups__begin_with_the_largest_and_are_by_category_unless_asked(client: FlaskClient) -> None:
    found = answer(client, "")
    counts = [group["records"] for group in found["groups"]]
    assert found["group_by"] == ["category"]
    assert counts == sorted(counts, reverse=True)


def test_groups__are_labelled_in_the_language_asked_for(client: FlaskClient) -> None:
    labels = [
        client.get(f"{PATH}?group_by=status", headers={"Accept-Language": lang}).json["groups"][0]["labels"]["status"]
        for lang in ("es", "en")
    ]
    assert labels[0] != labels[1]


def test_groups__add_up_exactly_what_no_float_holds(tmp_path: Path) -> None:
    rows = [record(n, amount_gtq=2**62, amount_year=2025, jobs=2**31 - 1) for n in (1, 2, 3)]
    release = open_release(build_test_release(tmp_path, rows))
    [group] = group_records(release, RegistryQuery(), ["person_kind"])
    assert group.sums.amount_gtq[0].sum == Decimal(3 * 2**62) / 100
    assert group.sums.jobs[0].sum == 3 * (2**31 - 1)


def test_groups__of_nothing_are_none(client: FlaskClient) -> None:
    assert answer(client, "q=zzz")["groups"] == []
    assert read_csv(client, f"{PATH}.csv?q=zzz") == []


@pytest.mark.parametrize(
    ("query", "parameters"),
    [
        ("group_by=tax", ["group_by"]),
        ("group_by=nit", ["group_by"]),
        ("group_by=type,category,status", ["group_by"]),
        ("group_by=categoria&sort=name&limit=3", ["sort", "limit", "group_by"]),
        ("group_by=%00", ["group_by"]),
    ],
)
@pytest.mark.parametrize("suffix", ["", ".csv"])
def test_groups__refuse_what_cannot_be_grouped(
    client: FlaskClient, suffix: str, query: str, parameters: list[str]
) -> None:
    response = client.get(f"{PATH}{suffix}?{query}")
    assert response.status_code == 422
    assert [error["parameter"] for error in response.json["errors"]] == parameters
