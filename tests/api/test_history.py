"""The past in public: every route answers of any release or day, and the differences of two releases are exact."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api import create_app
from exemptions.columns import BOOKKEEPING, COLUMN, LIST_SEPARATOR, Kind
from exemptions.datasets import Dataset
from exporters.withdraw import withdraw
from tests.api.conftest import make_app
from tests.api.html_page import read_page
from tests.contract.addresses import iter_addresses
from tests.exemptions.releases import build_test_release, point_at, record
from tests.exporters.staging import APPROVER, Home, about, row

NAMED_BY_PATH = ("/api/v1/releases/<", "/publicaciones/<", "/downloads/<")
"""Beginnings of addresses whose path names the release."""

PINNED_OTHERWISE = {
    "root.get_data_package": "it describes the newest release; that of another one is among its files",
    "root.get_catalog_json_ld": "it lists all releases",
    "root.get_catalog_turtle": "it lists all releases",
    "v1.list_releases": "it lists all releases",
    **{f"feed_{kind}_es": "a feed follows the newest release" for kind in ("changes", "taxpayer", "record", "search")},
    **{f"feed_{kind}_en": "a feed follows the newest release" for kind in ("changes", "taxpayer", "record", "search")},
    "v1.list_keys": "it lists the keys of all releases",
    "v1.get_key_pem": "a key is of many releases",
    "releases": "it lists all releases",
    "verify": "it checks what any release was",
    "home": "it presents the newest release; that of another one is its search",
    "data": "it offers the newest files; those of another release are on its page",
    "dictionary": "it explains the columns of the program",
    "catalog": "it explains the catalogues of the program; those of a release are in the API",
    "methodology": "it explains the program",
    "picture_svg": "its page names the release",
    "picture_png": "its page names the release",
    "picture_csv": "its page names the release",
    "card": "the page that shows it names the release",
    "card_record": "the page that shows it names the release",
    "card_taxpayer": "the page that shows it names the release",
    "card_subject": "the page that shows it names the release",
    "v1.get_reconciliation": "reconciling programs ask the newest release alone",
    "v1.suggest_entity": "it helps with reconciling",
    "v1.suggest_property": "it helps with reconciling",
    "v1.suggest_type": "it helps with reconciling",
    "v1.flyout_entity": "it helps with reconciling",
    "v1.flyout_property": "it helps with reconciling",
    "v1.flyout_type": "it helps with reconciling",
    "v1.propose_properties": "it helps with reconciling",
    "v1.preview_entity": "it helps with reconciling",
    "v1.view_entity": "it helps with reconciling",
    "compare": "its form asks for the day",
    "style": "it shows what pages are made of",
    "glossary": "it explains words",
    "reading": "it explains the program",
    "questions": "it explains the program",
    "about": "it tells of the site",
    "privacy": "it tells of the site",
    "accessibility": "it tells of the site",
}
"""Route (pages without their language) → why it needs no parameter that chooses a release."""

NO_DATA = ("static", "en_root", "site", "corrections", "correction", "root.docs", "root.openapi", "ops.")


OTHER_PATHS = (
    "/.well-known",
    "/health", "/metrics", "/openapi", "/docs", "/staff", "/robots", "/favicon", "/api/v1/corrections", "/api/v1/staff",
)  # fmt: skip


def data_routes(app: Flask) -> dict[str, str]:
    """Route → an address, of every public route that tells something of the registry."""
    found = {}
    for address in iter_addresses(app):
        name = address.endpoint.removeprefix("es.")
        is_data = not name.startswith(("en.", *NO_DATA)) and not address.path.startswith(OTHER_PATHS)
        if is_data and name not in PINNED_OTHERWISE and not address.rule.startswith(NAMED_BY_PATH):
            found[name] = address.path
    return found


def test_routes__of_data_answer_of_a_release_and_of_a_day(app: Flask, client: FlaskClient) -> None:
    routes = data_routes(app)
    assert len(routes) > 15
    for name, path in routes.items():
        for choice in ("release=2", "as_of=2026-01-20"):
            response = client.get(f"{path}?{choice}")
            assert (response.status_code, response.headers["X-Registry-Release"]) == (200, "2"), (name, choice)
        today = client.get(f"{path}?as_of=2026-03-01")
        assert today.headers["X-Registry-Release"] == "3", name


def test_routes__of_data_refuse_a_day_without_release_and_both_choices(app: Flask, client: FlaskClient) -> None:
    for name, path in data_routes(app).items():
        for choice in ("as_of=2025-12-31", "as_of=2027-01-01", "release=2&as_of=2026-01-20", "release=0", "as_of=ayer"):
            assert client.get(f"{path}?{choice}").status_code == 422, (name, choice)


def test_routes__of_a_withdrawn_release_are_gone_everywhere(app: Flask, client: FlaskClient) -> None:
    for name, path in data_routes(app).items():
        assert client.get(f"{path}?release=1").status_code == 410, name
        # Release 1 was in force until the fifteenth of January.
        assert client.get(f"{path}?as_of=2026-01-10").status_code == 410, name
    for path in (
        "/api/v1/releases/1", "/api/v1/releases/1/changes", "/api/v1/releases/3/changes?from=1", "/publicaciones/1",
        "/publicaciones/1/cambios", "/publicaciones/3/cambios?from=1", "/downloads/1/manifest.json",
        "/downloads/1/records.csv", "/en/publicaciones/1", "/downloads/1/no.such",
    ):  # fmt: skip
        assert client.get(path).status_code == 410, path


def test_pages__otherwise_pinned_exist(app: Flask) -> None:
    endpoints = {address.endpoint.removeprefix("es.") for address in iter_addresses(app)}
    assert PINNED_OTHERWISE.keys() <= endpoints


def test_routes__that_name_a_release_are_gone_with_it(app: Flask, client: FlaskClient) -> None:
    named = [address for address in iter_addresses(app) if address.rule.startswith(NAMED_BY_PATH)]
    assert len(named) > 6
    for address in named:
        assert client.get(address.path, buffered=True).status_code == 200, address.path
        assert client.get(address.path.replace("/3", "/1", 1)).status_code == 410, address.path


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    made = Home(tmp_path)
    yield made
    made.book.close()


def test_withdrawn__its_reason_is_told_to_people_and_programs(home: Home) -> None:
    home.release([row(1)])
    home.release([row(1), row(2)])
    client = create_app(home.settings, clock=home.clock).test_client()
    walk = client.get("/api/v1/records?limit=1").json["next"]
    assert client.get(walk).status_code == 200
    reason = "Mostraba una fila de otra oficina."
    withdraw(home.book, home.settings, release=2, reason=reason, actor=APPROVER, clock=home.clock)
    # A cursor is pinned to its release, and goes with it.
    for path in (walk, "/api/v1/releases/2", "/downloads/2/records.csv", "/publicaciones/2", "/buscar?release=2"):
        response = client.get(path)
        assert response.status_code == 410, path
        assert reason in response.text, path
    entry = client.get("/api/v1/releases").json["items"][1]
    assert (entry["state"], entry["reason"], entry["withdrawn_at"]) == ("withdrawn", reason, "2026-11-20T18:00:00Z")
    assert reason in client.get("/publicaciones").text
    assert client.get("/api/v1/records").json["release"] == 3


# The differences of two releases.


def table_of(client: FlaskClient, release: int) -> dict[str, dict[str, Any]]:
    """The public table of a release by record_id, without what only tells when a record changed."""
    lines = client.get(f"/api/v1/records.ndjson?release={release}").text.splitlines()
    records = [json.loads(line) for line in lines]
    return {r["record_id"]: {k: v for k, v in r.items() if k not in BOOKKEEPING} for r in records}


def apply_json(table: dict[str, dict[str, Any]], changes: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What a reader gets who applies the differences, as the API's JSON has them."""
    made = {key: dict(value) for key, value in table.items()}
    blank = {key: None for key in COLUMN if key not in BOOKKEEPING}
    for change in changes["items"]:
        record_id = change["record_id"]
        if change["kind"] == "ended":
            del made[record_id]
            continue
        if change["kind"] == "added":
            assert record_id not in made
            made[record_id] = blank | {"record_id": record_id}
        for field, (before, after) in change["fields"].items():
            assert before is None or made[record_id][field] == before
            made[record_id][field] = after
    return made


def apply_rows(table: dict[str, dict[str, Any]], rows: list[dict[str, str]]) -> dict[str, dict[str, Any]]:
    """The same from the rows of the CSV."""
    items: dict[str, dict[str, Any]] = {}
    for change in rows:
        item = items.setdefault(
            change["record_id"], {"record_id": change["record_id"], "kind": change["kind"], "fields": {}}
        )
        if change["field"]:
            pair = [_typed(change["field"], change[side]) for side in ("before", "after")]
            item["fields"][change["field"]] = pair
    return apply_json(table, {"items": list(items.values())})


def _typed(field: str, text: str) -> object:
    if not text:
        return None
    match COLUMN[field].kind:
        case Kind.INTEGER:
            return int(text)
        case Kind.MONEY:
            return float(text)
        case Kind.LIST:
            return text.split(LIST_SEPARATOR)
        case _:
            return text


NAMES = st.sampled_from(["Zapote", "Ñandú, S.A.", 'Nube; "dos"', "Guayaba"])
RECORDS = st.fixed_dictionaries(
    {},
    optional={
        "name": NAMES,
        "status": st.sampled_from(["active", "suspended", "revoked"]),
        "activity": st.sampled_from(["0111", "0112", None]),
        "municipality": st.sampled_from(["0101", "0901", None]),
        "jobs": st.integers(0, 3),
        "taxes": st.sampled_from(["ISR", "ISR;DAI", None]),
        "amount_cents": st.sampled_from([0, 1, 123_456]),
        "category": st.sampled_from(["ENR", "COOP", "ASOC"]),
        "valid_until": st.sampled_from([date(2026, 11, 22), date(2029, 12, 31)]),
    },
)
EDITIONS = st.dictionaries(st.integers(1, 5), RECORDS, min_size=1, max_size=5)
ACTS = st.lists(st.one_of(EDITIONS, st.sampled_from(["rollback", "calendar"])), min_size=3, max_size=5)

AMOUNTS = (
    '[[rule]]\nfield = "amount_gtq"\nperson_kind = "legal"\nlevel = "public"\nground = "Dictamen"\n'
    'authority = "SAT"\ndate = 2026-11-01\n'
)


def _rows(edition: dict[int, dict[str, Any]]) -> list[dict[str, Any]]:
    made = []
    for number, given_values in edition.items():
        values = dict(given_values)
        if "jobs" in values:
            values |= {"jobs_year": 2025, "jobs_kind": "reported"}
        if "amount_cents" in values:
            values |= {"amount_year": 2025}
        if values.get("category") != "ENR":
            values.pop("valid_until", None)
        made.append(row(number, **values))
    return made


@settings(max_examples=5, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(first=EDITIONS, acts=ACTS)
def test_changes__applied_to_the_older_release_give_the_newer_one(
    tmp_path_factory: pytest.TempPathFactory, first: dict[int, Any], acts: list[Any]
) -> None:
    home = Home(tmp_path_factory.mktemp("registry"))
    home.write_policy(AMOUNTS)
    home.release(_rows(first))
    for act in acts:
        home.now += timedelta(days=1)
        if act == "rollback":
            home.rollback(max(1, home.pointer()["release"] - 1))
        elif act == "calendar":
            home.publish(if_due=True)
        else:
            home.approve(_rows(act))
            home.publish()
    client = create_app(home.settings, clock=home.clock).test_client()
    newest = home.pointer()["release"]
    tables = {number: table_of(client, number) for number in range(1, newest + 1)}
    for newer in range(1, newest + 1):
        for older in range(1, newer):
            path = f"/api/v1/releases/{newer}/changes"
            changes = client.get(f"{path}?from={older}").json
            assert apply_json(tables[older], changes) == tables[newer], (older, newer)
            rows = list(csv.DictReader(io.StringIO(client.get(f"{path}.csv?from={older}").text, newline="")))
            assert apply_rows(tables[older], rows) == tables[newer], (older, newer)
    home.book.close()


# The page of the changes.


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """Two releases with a hundred and twenty changes between them, and one in which nothing changed."""
    folder = tmp_path_factory.mktemp("many")
    releases = folder / "releases"
    first = [record(n, jobs=n) for n in range(1, 121)]
    second = [record(n, jobs=n + 1) for n in range(1, 121)]
    changes = [
        {"record_id": r["record_id"], "kind": "changed", "field": "jobs", "before": str(r["jobs"]),
         "after": str(r["jobs"] + 1), "release": 2}
        for r in first
    ]  # fmt: skip
    build_test_release(releases, first)
    build_test_release(releases, second, 2, changes=changes)
    build_test_release(releases, second, 3, changes=[], history=changes)
    point_at(releases, 3)
    return make_app(folder).test_client()


def test_changes_page__shows_all_in_pages(many: FlaskClient) -> None:
    seen, path = [], "/publicaciones/3/cambios?from=1"
    while path:
        page = read_page(many.get(path).get_data(as_text=True))
        rows = page.find("table").find_all("tr")[1:]
        seen += [tuple(cell.text for cell in line.find_all("td")) for line in rows]
        following = [a for a in page.find_all("a") if a.attrs.get("rel") == "next"]
        path = following[0].attrs["href"] if following else ""
    assert sorted(seen) == sorted(("Empleos generados", str(n), str(n + 1)) for n in range(1, 121))
    assert many.get("/publicaciones/3/cambios?from=1&page=4").status_code == 404


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_changes_page__offers_the_choice_of_two_and_the_data(many: FlaskClient, prefix: str) -> None:
    page = read_page(many.get(f"{prefix}/publicaciones/3/cambios?from=2").get_data(as_text=True))
    selects = page.find("form", class_="sort-row").find_all("select")
    chosen = [next(o.attrs["value"] for o in s.find_all("option") if "selected" in o.attrs) for s in selects]
    assert [select.attrs["name"] for select in selects] == ["from", "to"]
    assert chosen == ["2", "3"]
    for pair in ("from=1&to=3", "from=3&to=1"):
        response = many.get(f"{prefix}/publicaciones/2/cambios?{pair}")
        assert (response.status_code, response.headers["Location"]) == (302, f"{prefix}/publicaciones/3/cambios?from=1")
    page = read_page(many.get(f"{prefix}/publicaciones/3/cambios?from=1").get_data(as_text=True))
    links = [a.attrs["href"] for a in page.find_all("a") if "/changes" in a.attrs["href"]]
    assert links == [f"/api/v1/releases/3/changes{suffix}?from=1" for suffix in (".csv", ".ndjson", ".parquet", "")]
    for link in links:
        assert many.get(link).status_code == 200


def test_changes_page__without_another_release_compares_with_the_one_before(many: FlaskClient) -> None:
    assert "120 modificados" in many.get("/publicaciones/2/cambios").get_data(as_text=True)
    assert "no cambió ningún registro" in many.get("/publicaciones/3/cambios").get_data(as_text=True)
    assert "Es la primera publicación" in many.get("/publicaciones/1/cambios").get_data(as_text=True)


@pytest.mark.parametrize("query", ["from=3", "from=2", "from=0", "from=x", "from=2&to=2", "to=0", "desde=1"])
def test_changes_page__refuses_what_cannot_be_compared(many: FlaskClient, query: str) -> None:
    assert many.get(f"/publicaciones/2/cambios?{query}").status_code in (404, 422)


# The timeline.


def lines_of(client: FlaskClient, path: str) -> list[tuple[str, str]]:
    """Day and words of each line of a page's timeline."""
    entries = read_page(client.get(path).get_data(as_text=True)).find("ol", class_="timeline").find_all("li")
    return [(e.find("span", class_="when").text, " ".join(e.text.split())) for e in entries]


def test_timeline__tells_acts_statements_and_publications_apart(home: Home) -> None:
    plant = row(1, category="ENR", name="Zapote")
    home.release([plant | {"status": "suspended", "status_reason": "Falta de informe"}], cutoff=date(2025, 12, 31))
    home.now += timedelta(days=1)
    revoked = about(plant, event="revocation", date=date(2026, 11, 2), legal_basis="Decreto 29-89, artículo 45")
    home.approve_facts(Dataset.EVENTS, [revoked])
    home.publish()
    client = create_app(home.settings, clock=home.clock).test_client()
    record_id = home.records()[0]["record_id"]
    lines = lines_of(client, f"/registro/{record_id}")
    words = [text.removeprefix(day).strip() for day, text in lines]
    assert words[0].startswith("Primer día del beneficio: resolución RES-1; base legal: ")
    # The edition of a year ago was loaded now: its statement is of its own day, its publication of today.
    assert lines[1][0] == "31 de diciembre de 2025"
    assert words[1] == "Consta como «suspendido» al 31 de diciembre de 2025: Falta de informe publicación 1"
    assert words[2] == "Revocatoria: base legal: Decreto 29-89, artículo 45 publicación 2"
    assert lines[3] == ("20 de noviembre de 2026", "20 de noviembre de 2026 Apareció en el registro publicación 1")
    assert lines[4][0] == "21 de noviembre de 2026"
    assert words[4].startswith("Cambió en el registro: Estado")
    assert words[4].endswith(" publicación 2")
    assert words[5:] == ["Último día del beneficio publicación 1"]
    english = lines_of(client, f"/en/registro/{record_id}")
    assert len(english) == 6
    taxpayer = lines_of(client, f"/contribuyente/{plant['nit']}")
    assert [day for day, _ in taxpayer] == [day for day, _ in lines]
    # As it was known before: a day in the past is never told what came later.
    earlier = lines_of(client, f"/registro/{record_id}?as_of=2026-11-20")
    assert [day for day, _ in earlier] == [lines[0][0], lines[1][0], lines[3][0], lines[5][0]]
    assert client.get(f"/registro/{record_id}?as_of=2025-12-31").status_code == 422


def test_timeline__does_not_repeat_an_end_that_the_last_day_tells(home: Home) -> None:
    ended = row(1, category="ENR", status="expired", valid_until=date(2026, 10, 31))
    early = row(2, category="ENR", status="expired", valid_until=date(2027, 10, 31))
    home.release([ended, early])
    client = create_app(home.settings, clock=home.clock).test_client()
    by_nit = {r["nit"]: r["record_id"] for r in home.records()}
    told = [" ".join(text for _, text in lines_of(client, f"/registro/{by_nit[r['nit']]}")) for r in (ended, early)]
    assert ["Consta como «vencido»" in text for text in told] == [False, True]
