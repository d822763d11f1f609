"""What `Link` tells leads where it says: to the same answer for ever, to the next page, to other formats."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from requests.utils import parse_header_links
from werkzeug.test import TestResponse

from api.relations import LONGEST_REPEATED, LONGEST_TOLD
from tests.api.conftest import make_app
from tests.exemptions.releases import build_test_release, invented_nit, invented_record_id, record

PATH = "/api/v1/records"
BASE = "https://registro.example"


def links_of(response: TestResponse) -> dict[str, list[dict[str, str]]]:
    """Relation → its links."""
    found: dict[str, list[dict[str, str]]] = {}
    for entry in parse_header_links(", ".join(response.headers.get_all("Link"))):
        found.setdefault(entry["rel"], []).append(entry)
    return found


def walk(client: FlaskClient, address: str) -> Iterator[TestResponse]:
    """The pages that next leads to, one after the other."""
    while address:
        response = client.get(address)
        assert response.status_code == 200
        yield response
        following = links_of(response).get("next")
        address = following[0]["url"] if following else ""


@pytest.mark.parametrize("query", ["", "type=BFT&sort=-amount_gtq", "q=a&status=active", "as_of=2026-02-20"])
def test_links__walking_by_next_gives_what_the_export_has(client: FlaskClient, query: str) -> None:
    pages = list(walk(client, f"{PATH}?{query}&limit=3&fields=record_id"))
    walked = [item["record_id"] for page in pages for item in page.json["items"]]
    exported = [row["record_id"] for row in csv.DictReader(io.StringIO(client.get(f"{PATH}.csv?{query}").text))]
    assert len(pages) > 1
    assert walked == exported
    assert len(walked) == len(set(walked)) == pages[0].json["total"]


def test_links__a_walk_goes_on_in_its_release_while_another_is_published(tmp_path: Path) -> None:
    build_test_release(tmp_path / "releases", [record(n) for n in range(1, 8)], published_at="2026-03-01T12:00:00Z")
    client = make_app(tmp_path).test_client()
    pages = walk(client, f"{PATH}?limit=2")
    seen = [item["record_id"] for item in next(pages).json["items"]]
    build_test_release(tmp_path / "releases", [record(99)], 2, published_at="2026-03-01T13:00:00Z")
    seen += [item["record_id"] for page in pages for item in page.json["items"]]
    assert sorted(seen) == sorted(invented_record_id(n) for n in range(1, 8))


def test_links__first_leads_back_to_the_first_page(client: FlaskClient) -> None:
    first, second, *_rest = walk(client, f"{PATH}?limit=3&sort=-name")
    assert "first" not in links_of(first)
    assert client.get(links_of(second)["first"][0]["url"]).json["items"] == first.json["items"]


@pytest.mark.parametrize(
    "path",
    [
        f"{PATH}?q=nubes&facets=type",
        f"{PATH}?as_of=2026-01-20&limit=2",
        f"{PATH}?release=2&sort=-jobs",
        f"{PATH}.csv?category=COOP",
        f"{PATH}/{invented_record_id(3)}",
        f"/api/v1/taxpayers/{invented_nit(3)}",
    ],
)
def test_links__bookmark_gives_the_same_for_ever(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    [bookmark] = links_of(response)["bookmark"]
    again = client.get(bookmark["url"])
    assert "release=" in bookmark["url"]
    assert again.headers["Cache-Control"] == "public, max-age=3600"
    assert again.headers["X-Registry-Release"] == response.headers["X-Registry-Release"]
    # The address of the next page is the one part that tells how the release was chosen.
    told, same = (answer.json and {**answer.json, "next": None} for answer in (response, again))
    assert told == same and (told or response.data == again.data)


def test_links__a_later_page_has_its_own_bookmark(client: FlaskClient) -> None:
    _first, second, *_rest = walk(client, f"{PATH}?limit=3")
    assert client.get(links_of(second)["bookmark"][0]["url"]).json == second.json


def test_links__lead_to_each_format_as_it_is_told(client: FlaskClient) -> None:
    response = client.get(f"{PATH}?type=BFT&limit=1&as_of=2026-01-20")
    told = {entry["type"]: entry["url"] for entry in links_of(response)["alternate"]}
    assert {"text/csv", "application/json", "application/x-ndjson", "text/html"} <= told.keys()
    for media_type, url in told.items():
        answer = client.get(url, headers={"Accept": media_type}, buffered=True)
        assert (answer.status_code, answer.mimetype) == (200, media_type)
        if "X-Total-Count" in answer.headers:
            assert int(answer.headers["X-Total-Count"]) == response.json["total"]


@pytest.mark.parametrize(
    "path", [PATH, f"{PATH}.ndjson", "/api/v1/overview", "/api/v1/releases/3", "/downloads/3/records.arrow"]
)
def test_links__tell_licence_and_dictionary(client: FlaskClient, path: str) -> None:
    links = links_of(client.get(path, buffered=True))
    assert links["license"][0]["url"] == "https://creativecommons.org/licenses/by/4.0/"
    assert client.get(links["describedby"][0]["url"]).status_code == 200


@pytest.mark.parametrize("path", [PATH, f"{PATH}?x=1", "/api/v1/nothing", "/api/v1/suggest?q=a"])
def test_links__every_answer_of_the_api_tells_its_description(client: FlaskClient, path: str) -> None:
    links = links_of(client.get(path))
    assert client.get(links["service-desc"][0]["url"]).json["openapi"] == "3.1.0"
    assert client.get(links["service-doc"][0]["url"]).mimetype == "text/html"


def test_links__are_absolute_and_never_after_the_host(registry_home: Path) -> None:
    client = make_app(registry_home, EXEMPTIONS_BASE_URL=BASE).test_client()
    links = links_of(client.get(f"{PATH}?limit=1", headers={"Host": "evil.example"}))
    own = [entry["url"] for relation, entries in links.items() if relation != "license" for entry in entries]
    assert own and all(url.startswith(f"{BASE}/") for url in own)


def test_links__of_a_long_query_stay_short(client: FlaskClient) -> None:
    query = "&".join(f"record_id={invented_record_id(n)}" for n in range(1, 200))
    response = client.get(f"{PATH}?{query}&limit=1")
    assert len(query) > LONGEST_TOLD
    # What no header holds is in the answer itself.
    assert links_of(response).keys() == {"describedby", "license", "service-desc", "service-doc"}
    assert response.json["next"]
    shorter = "&".join(f"record_id={invented_record_id(n)}" for n in range(1, 30))
    assert LONGEST_REPEATED < len(shorter) < LONGEST_TOLD
    links = links_of(client.get(f"{PATH}?{shorter}&limit=1"))
    assert links.keys() == {"next", "describedby", "license", "service-desc", "service-doc"}
