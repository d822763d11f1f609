"""Feeds: valid by RFC 4287, whole by RFC 5005, made from releases alone."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from flask.testing import FlaskClient

from api.feeds.atom import Entry, Feed, make_id, write_feed
from api.feeds.found import PER_DOCUMENT
from tests.api.conftest import make_app
from tests.exemptions.releases import build_test_release, default_rows, invented_nit, invented_record_id, record

ATOM = "{http://www.w3.org/2005/Atom}"
BASE = "https://registro.example"
FEEDS = (
    "/feeds/changes.atom",
    f"/feeds/contribuyente/{invented_nit(3)}.atom",
    f"/feeds/registro/{invented_record_id(2)}.atom",
    "/feeds/buscar.atom",
    "/feeds/buscar.atom?category=COOP&category=FUND&q=nube",
    "/feeds/buscar.atom?release=2",
)
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


@pytest.fixture(scope="module")
def public(registry_home: Path) -> FlaskClient:
    return make_app(registry_home, EXEMPTIONS_BASE_URL=BASE).test_client()


def faults_of(content: bytes) -> list[str]:
    """What breaks a MUST of RFC 4287 §4."""
    root, faults = ET.fromstring(content), []
    if root.tag != f"{ATOM}feed":
        return ["no feed"]
    has_author = root.find(f"{ATOM}author") is not None
    for element in (root, *root.findall(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            if len(element.findall(f"{ATOM}{name}")) != 1:
                faults.append(f"{element.tag}: not exactly one {name}")
        for name in ("generator", "rights", "subtitle", "published", "summary", "content", "icon", "logo"):
            if len(element.findall(f"{ATOM}{name}")) > 1:
                faults.append(f"{element.tag}: several {name}")
        links = [(link.get("rel"), link.get("type"), link.get("hreflang")) for link in element.findall(f"{ATOM}link")]
        alternates = [link for link in links if link[0] == "alternate"]
        if len(alternates) != len(set(alternates)):
            faults.append(f"{element.tag}: two alternates of a kind")
        if any(not link.get("href") for link in element.findall(f"{ATOM}link")):
            faults.append(f"{element.tag}: a link without an address")
        if element is not root:
            if not has_author and element.find(f"{ATOM}author") is None:
                faults.append("an entry without author")
            if not alternates and element.find(f"{ATOM}content") is None:
                faults.append("an entry without alternate and content")
        for name in ("updated", "published"):
            faults += [
                f"{name}: {found.text}"
                for found in element.findall(f"{ATOM}{name}")
                if not INSTANT.fullmatch(found.text or "")
            ]
        identifier = element.findtext(f"{ATOM}id") or ""
        if not re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", identifier):
            faults.append(f"id: {identifier}")
    for author in root.iter(f"{ATOM}author"):
        if len(author.findall(f"{ATOM}name")) != 1:
            faults.append("an author without name")
    ids = [entry.findtext(f"{ATOM}id") for entry in root.findall(f"{ATOM}entry")]
    if len(ids) != len(set(ids)):
        faults.append("two entries of one id")
    return faults


def entries(content: bytes) -> list[dict[str, str]]:
    found = []
    for entry in ET.fromstring(content).findall(f"{ATOM}entry"):
        link = entry.find(f"{ATOM}link")
        assert link is not None
        told = {name: entry.findtext(f"{ATOM}{name}") or "" for name in ("id", "title", "updated", "summary")}
        found.append(told | {"url": link.get("href") or ""})
    return found


def links(content: bytes) -> dict[str, str]:
    return {link.get("rel") or "": link.get("href") or "" for link in ET.fromstring(content).findall(f"{ATOM}link")}


@pytest.mark.parametrize("prefix", ["", "/en"])
@pytest.mark.parametrize("path", FEEDS)
def test_feed__keeps_every_must(public: FlaskClient, path: str, prefix: str) -> None:
    response = public.get(prefix + path)
    assert (response.status_code, response.content_type) == (200, "application/atom+xml; charset=utf-8")
    assert faults_of(response.data) == []
    told = links(response.data)
    assert told["self"].startswith(BASE + prefix + path.partition("?")[0])
    assert told["alternate"].startswith(f"{BASE}{prefix}/")
    assert "Datos inventados" in response.get_data(as_text=True) or "Invented" in response.get_data(as_text=True)


def test_faults_of__sees_each_fault(public: FlaskClient) -> None:
    good = public.get(FEEDS[0]).get_data(as_text=True)
    for old, new in (
        ("<title>", "<titel>"), ("<updated>2026-02-15T12:00:00Z", "<updated>ayer"), ("urn:uuid:", "http://x/"),
        ("<author>", "<autor>"), ('rel="alternate"', 'rel="related"'),
    ):  # fmt: skip
        closing = (old.replace("<", "</"), new.replace("<", "</"))
        wrong = good.replace(old, new).replace(*closing) if old.endswith(">") else good.replace(old, new)
        assert faults_of(wrong.encode()), old


def test_changes__has_every_release_with_its_own_instant(public: FlaskClient) -> None:
    found = entries(public.get("/feeds/changes.atom").data)
    assert [entry["title"][:13] for entry in found] == ["Publicación 3", "Publicación 2", "Publicación 1"]
    assert "retirada" in found[2]["title"]
    assert found[0]["updated"] == "2026-02-15T12:00:00Z"
    assert found[0]["url"] == f"{BASE}/publicaciones/3/cambios"


def test_record__tells_each_change_with_its_release(public: FlaskClient) -> None:
    (entry,) = entries(public.get(f"/feeds/registro/{invented_record_id(2)}.atom").data)
    assert (
        entry["title"]
        == "Cambió Empleos generados: Cooperativa Agrícola Ñandú, R.L., Cooperativa, federación o confederación"
    )
    assert "Empleos generados: 12 → 15" in entry["summary"]
    assert entry["url"] == f"{BASE}/registro/{invented_record_id(2)}?release=3"


def test_record__that_ended_is_told(public: FlaskClient) -> None:
    (entry,) = entries(public.get(f"/feeds/registro/{invented_record_id(12)}.atom").data)
    assert entry["title"].startswith("Retirado del registro: Fundación Nube")


def test_search__follows_what_came_changed_and_went(public: FlaskClient) -> None:
    everything = entries(public.get("/feeds/buscar.atom").data)
    assert len(everything) == 3
    gone = entries(public.get("/feeds/buscar.atom?category=FUND").data)
    assert [entry["title"][:8] for entry in gone] == ["Retirado"]
    assert entries(public.get("/feeds/buscar.atom?category=ENR").data) == []
    # Whatever its order, its view and its release, a search is followed under one name.
    one = ET.fromstring(public.get("/feeds/buscar.atom?category=FUND").data).findtext(f"{ATOM}id")
    two = ET.fromstring(public.get("/feeds/buscar.atom?view=table&sort=-jobs&category=FUND").data).findtext(f"{ATOM}id")
    assert one == two


def test_search__archives_hold_every_change_once(tmp_path: Path) -> None:
    rows = [record(number) for number in range(1, 231)]
    changes = [{"record_id": row["record_id"], "kind": "added", "release": 1} for row in rows]
    build_test_release(tmp_path / "releases", rows, 1, changes=changes)
    build_test_release(tmp_path / "releases", rows[:-1], 2, published_at="2026-02-01T12:00:00Z",
                       changes=[{"record_id": rows[-1]["record_id"], "kind": "ended", "release": 2}])  # fmt: skip
    client = make_app(tmp_path, EXEMPTIONS_BASE_URL=BASE).test_client()
    path, seen, documents = "/feeds/buscar.atom", [], 0
    while path:
        content = client.get(path).data
        assert faults_of(content) == []
        assert len(entries(content)) <= PER_DOCUMENT
        assert (b"archive />" in content) == (documents > 0)
        seen += [entry["id"] for entry in entries(content)]
        documents += 1
        path = links(content).get("prev-archive", "").removeprefix(BASE)
    assert len(set(seen)) == 231
    assert documents == 4
    assert client.get("/feeds/buscar.atom?release=1&page=4").status_code == 404


def test_taxpayer__is_paged_without_loss(tmp_path: Path) -> None:
    rows = [record(number, nit=invented_nit(1), category="ENR", resolution=f"R-{number}") for number in range(1, 231)]
    changes = [{"record_id": row["record_id"], "kind": "added", "release": 1} for row in rows]
    build_test_release(tmp_path / "releases", rows, 1, changes=changes)
    client = make_app(tmp_path).test_client()
    path, seen = f"/feeds/contribuyente/{invented_nit(1)}.atom", []
    while path:
        content = client.get(path).data
        seen += [entry["id"] for entry in entries(content)]
        path = links(content).get("next", "")
    assert len(seen) == len(set(seen)) == 230


def test_feed__is_the_same_bytes_and_is_not_sent_again(public: FlaskClient) -> None:
    for path in FEEDS:
        first = public.get(path)
        assert public.get(path).data == first.data
        for headers in (
            {"If-None-Match": first.headers["ETag"]},
            {"If-Modified-Since": first.headers["Last-Modified"]},
        ):
            again = public.get(path, headers=headers)
            assert (again.status_code, again.data) == (304, b""), (path, headers)
            assert again.headers["ETag"] == first.headers["ETag"]
        later = public.get(path, headers={"If-Modified-Since": "Thu, 01 Jan 2026 00:00:00 GMT"})
        assert later.status_code == 200
        both = {"If-None-Match": '"otro"', "If-Modified-Since": first.headers["Last-Modified"]}
        assert public.get(path, headers=both).status_code == 200


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/feeds/changes.atom?page=2", 404), ("/feeds/changes.atom?page=0", 422), ("/feeds/changes.atom?q=x", 422),
        ("/feeds/contribuyente/12345678.atom", 404), (f"/feeds/contribuyente/{'9' * 13}.atom", 404),
        ("/feeds/registro/..%2f.atom", 404), ("/feeds/registro/%00.atom", 404),
        ("/feeds/buscar.atom?category=NADA", 422), ("/feeds/buscar.atom?q=%00", 422),
        ("/feeds/buscar.atom?as_of=2026-02-20", 422), ("/feeds/buscar.atom?page=2", 422),
        ("/feeds/buscar.atom?release=1", 410), ("/feeds/buscar.atom?release=9", 404),
        ("/feeds/buscar.atom?release=3&page=2", 404), ("/feeds/buscar.atom?view=x", 422), ("/feeds/otro.atom", 404),
    ],
)  # fmt: skip
def test_feed__refuses_in_its_own_way(public: FlaskClient, path: str, status: int) -> None:
    response = public.get(path)
    assert (response.status_code, response.mimetype) == (status, "application/problem+json")
    assert public.get("/feeds/changes.atom", headers={"Accept": "text/csv"}).status_code == 406


def test_feed__of_a_hostile_search_is_well_formed(public: FlaskClient) -> None:
    for q in ("%3C%2Ffeed%3E%3Cscript%3E", "a%0D%0AX-Evil:%201", "%1B%5D0;x%07", "]]%3E%26amp;", "%EF%BF%BE"):
        response = public.get(f"/feeds/buscar.atom?q={q}")
        assert response.status_code == 200, q
        assert faults_of(response.data) == [], q
        assert "X-Evil" not in response.headers


def test_feed__of_a_natural_person_tells_only_what_is_published(public: FlaskClient) -> None:
    content = public.get(f"/feeds/registro/{invented_record_id(14)}.atom").get_data(as_text=True)
    assert "Persona individual (nombre reservado)" in content


def test_feed__of_a_withdrawn_release_says_so_from_then_on(registry_home: Path, tmp_path: Path) -> None:
    shutil.copytree(registry_home / "releases", tmp_path / "releases")
    pointer = tmp_path / "releases" / "current.json"
    text = pointer.read_text(encoding="utf-8")
    before = make_app(tmp_path).test_client().get("/feeds/changes.atom")
    withdrawn = '"state": "withdrawn", "withdrawn_at": "2026-03-01T00:00:00Z", "reason": "Un error"'
    pointer.write_text(text.replace('"state": "withdrawn"', withdrawn), encoding="utf-8")
    after = make_app(tmp_path).test_client().get("/feeds/changes.atom")
    assert "Un error" in after.get_data(as_text=True)
    assert after.last_modified is not None
    assert before.last_modified is not None
    assert after.last_modified > before.last_modified


def test_write_feed__holds_any_text() -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    hostile = "\x00\x1b<b>&\"'\ufffe]]>"
    feed = Feed(make_id("x"), hostile, hostile, at, "es", "/f?a&b", "/p", hostile, "", "", "g",
                [Entry(make_id("y"), hostile, at, "/e", hostile)])  # fmt: skip
    assert faults_of(write_feed(feed)) == []
    assert entries(write_feed(feed))[0]["title"] == "\ufffd\ufffd<b>&\"'\ufffd]]>"


def test_pages__lead_to_their_feeds(client: FlaskClient) -> None:
    row = default_rows()[2]
    for page, feed in (
        ("/", "/feeds/changes.atom"),
        ("/en/publicaciones", "/en/feeds/changes.atom"),
        ("/buscar?category=COOP&sort=-jobs", "/feeds/buscar.atom?category=COOP"),
        (f"/registro/{row['record_id']}", f"/feeds/registro/{row['record_id']}.atom"),
        (f"/en/contribuyente/{row['nit']}", f"/en/feeds/contribuyente/{row['nit']}.atom"),
    ):
        text = client.get(page).get_data(as_text=True)
        assert re.search(f'<link rel="alternate" type="application/atom\\+xml"[^>]*href="{re.escape(feed)}"', text), (
            page
        )
        assert text.count(f'href="{feed}"') >= (1 if page == "/" else 2), page
