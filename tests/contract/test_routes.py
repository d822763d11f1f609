"""Whatever is asked of any route: a 4xx problem that names the fault, or an honest answer; never a 500."""

import json

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from exemptions.filters import FILTERS
from exemptions.query import PAGE_PARAMETERS, QUERY_PARAMETERS
from tests.contract.addresses import Address, iter_addresses

NAMES = (*QUERY_PARAMETERS, *PAGE_PARAMETERS, "from")
"""Of the parameters that any address takes."""

EVERYTHING = 16
"""Records of the newest release."""

FREE = ("static", "es.home", "en.home")
"""Routes that answer no question: a mark of a version or a campaign in their address keeps nobody out."""

SEARCHES = (
    "/api/v1/records",
    "/api/v1/records.csv",
    "/api/v1/records.ndjson",
    "/api/v1/records.json",
    "/api/v1/records.parquet",
)

NASTY = {
    "nul": "%00",
    "nul inside": "a%00b",
    "lone surrogate": "%ED%A0%80",
    "broken escape": "%",
    "not utf-8": "%FF%FE",
    "overlong": "%C0%AF",
    "quotes": "%22%27%60",
    "query syntax": "name:%5Ba%20TO%20b%5D%20AND%20(x%20OR%20*)~2%5E3",
    "sql": "'%3B%20DROP%20TABLE%20records%3B--",
    "template": "%7B%7B7*7%7D%7D",
    "traversal": "..%2F..%2Fetc%2Fpasswd",
    "line feed": "a%0D%0AX-Evil:%201",
    "signs only": "%21%3F%2E%2C%2D",
    "long": "a" * 7000,
    "many words": "+".join(["palabra"] * 300),
    "huge number": "9" * 400,
    "negative": "-1",
    "float": "1e309",
    "arabic digits": "%D9%A1%D9%A2",
    "direction override": "%E2%80%AE",
    "emoji": "%F0%9F%99%82",
}


@pytest.fixture(scope="session")
def addresses(app: Flask) -> list[Address]:
    return list(iter_addresses(app))


def fetch(client: FlaskClient, path: str, method: str = "GET") -> TestResponse:
    return client.open(path, method=method, buffered=True)


def is_told(response: TestResponse, address: Address) -> bool:
    """A fault is told in the shape of its reader: a problem for programs, a page for people."""
    wanted = "text/html" if address.is_page else "application/problem+json"
    return 400 <= response.status_code < 500 and response.mimetype == wanted


def test_routes__every_address_of_the_list_answers(client: FlaskClient, addresses: list[Address]) -> None:
    failed = {
        address.path: response.status_code
        for address in addresses
        if (response := fetch(client, address.path)).status_code not in (200, 308)
    }
    assert failed == {}


def test_routes__an_unknown_parameter_is_refused_everywhere(client: FlaskClient, addresses: list[Address]) -> None:
    wrong = {}
    for address in addresses:
        response = fetch(client, f"{address.path}?regimne=1")
        refused = response.status_code == 422 and is_told(response, address)
        if not refused and response.status_code != 308 and address.endpoint not in FREE:
            wrong[address.path] = response.status_code
    assert wrong == {}


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"])
def test_routes__a_wrong_method_is_told_with_the_right_ones(
    client: FlaskClient, addresses: list[Address], method: str
) -> None:
    for address in addresses:
        if method in address.methods:
            continue
        response = fetch(client, address.path, method)
        assert (response.status_code, is_told(response, address)) == (405, True), address.path
        assert {"GET", "HEAD", "OPTIONS"} <= set(response.headers["Allow"].split(", ")), address.path


@pytest.mark.parametrize("turn", range(len(NASTY)), ids=NASTY.keys())
def test_routes__a_nasty_value_of_any_parameter_never_fails(
    request: pytest.FixtureRequest, client: FlaskClient, addresses: list[Address], turn: int
) -> None:
    """Each address takes each value, in another parameter each time; `--naughty=all` puts each value in each."""
    value = list(NASTY.values())[turn]
    for place, address in enumerate(addresses):
        names = NAMES if not address.endpoint.startswith("en.") else ("q",)
        chosen = names if request.config.getoption("--naughty") == "all" else (names[(turn + place) % len(names)],)
        for path in (f"{address.path}?{name}={value}" for name in chosen):
            response = fetch(client, path)
            assert response.status_code in (200, 308) or is_told(response, address), path[:200]
            assert "X-Evil" not in response.headers


@pytest.mark.parametrize("value", NASTY.values(), ids=NASTY.keys())
def test_routes__a_nasty_part_of_a_path_never_fails(client: FlaskClient, addresses: list[Address], value: str) -> None:
    for address in addresses:
        if "<" in address.rule:
            start = address.rule.partition("<")[0]
            response = fetch(client, f"{start}{value}")
            assert response.status_code in (200, 308) or is_told(response, address), f"{start}{value}"[:200]


@pytest.mark.parametrize("value", NASTY.values(), ids=NASTY.keys())
@pytest.mark.parametrize("filter_name", [spec.parameter for spec in FILTERS])
def test_routes__a_nasty_filter_is_never_dropped(client: FlaskClient, filter_name: str, value: str) -> None:
    """What cannot be understood is refused; what is understood narrows. It is never ignored."""
    response = fetch(client, f"/api/v1/records?{filter_name}={value}")
    if response.status_code == 200 and filter_name not in ("jobs_min", "jobs_max", "amount_min", "amount_max"):
        assert response.json["total"] < EVERYTHING
    elif response.status_code != 200:
        assert [error["parameter"] for error in response.json["errors"]] == [filter_name]


@pytest.mark.parametrize("path", SEARCHES)
def test_routes__a_misspelt_filter_never_gives_the_whole_registry(client: FlaskClient, path: str) -> None:
    for name in QUERY_PARAMETERS:
        response = fetch(client, f"{path}?{name}s_=x")
        assert response.status_code == 422
        assert json.loads(response.data)["errors"][0]["parameter"] == f"{name}s_"


def test_routes__a_single_value_given_twice_is_refused(client: FlaskClient, addresses: list[Address]) -> None:
    repeatable = {spec.parameter for spec in FILTERS if spec.is_repeatable} | {"facets", "fields"}
    for name in (*QUERY_PARAMETERS, *PAGE_PARAMETERS):
        if name not in repeatable:
            response = fetch(client, f"/api/v1/records?{name}=1&{name}=2")
            assert response.status_code == 422
            assert name in [error["parameter"] for error in response.json["errors"]]


@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/api",
        "/api/",
        "/api/v2/records",
        "/api/v1/",
        "/api/v1/records/",
        "/downloads/",
        "/downloads/x/y",
        "//",
        "/%2e%2e/",
        "/a%00b",
        "/%ff",
    ],
)
def test_routes__what_is_not_there_is_a_404(client: FlaskClient, path: str) -> None:
    response = fetch(client, path)
    assert response.status_code in (308, 404)
    if path.startswith(("/api", "/downloads")):
        assert response.mimetype == "application/problem+json"
