"""Strings that break software, in headers, in every field of the staff's forms, and as names of files that they send.

`make test` sends each a few; `--naughty=all`, as `make trust` does, sends every string through each.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient

from exemptions.inbox import Report, draw_number, leave_report
from tests.api.html_page import Element, read_page
from tests.api.staff_home import NOON, StaffHome, Visitor, registry_file, school
from tests.api.test_naughty import STRINGS, check, pairs
from tests.contract.addresses import PATH_VALUES
from tests.trust.tables import Tell, tell

HEADERS = (
    "Accept", "Accept-Encoding", "Accept-Language", "Authorization", "Content-Type", "Cookie", "Forwarded", "Host",
    "If-Match", "If-Modified-Since", "If-None-Match", "If-Range", "If-Unmodified-Since", "Origin", "Range", "Referer",
    "User-Agent", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Request-Id",
)  # fmt: skip
PATHS = (
    "/", "/buscar?q=nubes", "/api/v1/records", "/api/v1/records.csv", "/downloads/3/records.arrow", "/nada",
    f"/registro/{PATH_VALUES['record_id']}", "/api/v1/staff/batches", "/openapi.json",
)  # fmt: skip
PAGES = (
    "/entrar", "/cargar", "/lotes", "/lotes/1", "/lotes/2", "/publicaciones", "/publicaciones/1",
    "/publicaciones/1/retirar", "/correcciones", "/personas", "/personas/luis", "/tokens", "/cuenta", "/bitacora",
    "/trabajos",
)  # fmt: skip
LEFT_ALONE = ("/salir",)
"""Forms that end the session of who would send the next one."""


def as_header(string: str) -> str:
    """The bytes of a string, as far as a header can hold them: a server sees each as one sign."""
    written = string.encode("utf-8", "replace").decode("latin-1")
    return "".join(sign for sign in written if sign not in "\r\n\0")


def some(request: pytest.FixtureRequest, places: list[object], most: int) -> list[tuple[object, str]]:
    """Places and strings: all, or so many of them."""
    chosen = pairs(request, places, 0, 1)
    return chosen if request.config.getoption("--naughty") == "all" else chosen[:: max(1, len(chosen) // most)]


def test_every_header__takes_any_string(
    request: pytest.FixtureRequest, client: FlaskClient, record_property: Tell
) -> None:
    places: list[object] = [(path, header) for path in PATHS for header in HEADERS]
    sent = some(request, places, 150)
    for place, string in sent:
        assert isinstance(place, tuple)
        path, header = place
        if header == "Host" and not string.strip():
            continue
        response = client.get(path, headers={header: as_header(string)}, buffered=True)
        assert response.status_code < 500 or header == "Host", f"{path} {header} {string!r}: {response.text[:300]}"
        if "script" in string and response.mimetype == "text/html":
            assert as_header(string) not in response.text
        for _, value in response.headers:
            assert all(32 <= ord(sign) < 127 or ord(sign) >= 160 for sign in value), value
    tell(record_property, "Fuzzed requests", made_by="naughty strings in headers", requests=len(sent), server_errors=0)


@dataclass(frozen=True)
class Field:
    """One field of a form on a page of the staff's area."""

    page: str
    action: str
    name: str
    others: tuple[tuple[str, str], ...]
    is_file: bool


def fields_of(page: str, html: str) -> Iterator[Field]:
    for form in read_page(html).find_all("form"):
        action = urlsplit(form.attrs.get("action") or page).path
        if form.attrs.get("method", "get").lower() != "post" or action.endswith(LEFT_ALONE):
            continue
        controls = [control for tag in ("input", "select", "textarea") for control in form.find_all(tag)]
        given = {c.attrs["name"]: _value(c) for c in controls if "name" in c.attrs and c.attrs.get("type") != "file"}
        for control in controls:
            name = control.attrs.get("name", "")
            if name and name != "csrf_token":
                others = tuple((n, v) for n, v in given.items() if n not in (name, "csrf_token"))
                yield Field(page, action, name, others, control.attrs.get("type") == "file")


def _value(control: Element) -> str:
    if control.tag == "select":
        options = control.find_all("option")
        return options[0].attrs.get("value", "") if options else ""
    return control.attrs.get("value", "") or "texto"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[StaffHome]:
    """A batch that is public, one that waits, and a report."""
    home = StaffHome(tmp_path)
    luis, marta = home.visit("luis"), home.visit("marta")
    luis.load([school(1), school(2)])
    marta.approve(1)
    marta.publish()
    luis.load([school(1), school(2), school(3)])
    report = Report(draw_number(), NOON, "es", None, "Un texto que basta.", None, None)
    leave_report(home.settings.inbox, report)
    yield home
    home.close()


def test_every_field_of_the_staff__takes_any_string(
    request: pytest.FixtureRequest, office: StaffHome, record_property: Tell
) -> None:
    fields: list[object] = []
    for person in ("ana", "luis", "marta"):
        visitor = office.visit(person)
        for page in PAGES:
            answer = visitor.get(page)
            if answer.status_code == 200:
                fields += [(person, field) for field in fields_of(f"/staff{page}", answer.text)]
    assert len({(field.action, field.name) for _, field in fields}) > 20  # type: ignore[misc]
    sent = some(request, fields, 40)
    visitors: dict[str, Visitor] = {}
    for place, string in sent:
        assert isinstance(place, tuple)
        person, field = place
        _send(office, visitors, person, field, string)
    tell(record_property, "Fuzzed requests", made_by="naughty strings in forms", requests=len(sent), server_errors=0)


def _send(office: StaffHome, visitors: dict[str, Visitor], person: str, field: Field, string: str) -> None:
    if person not in visitors:
        visitors[person] = office.visit(person)
    visitor = visitors[person]
    data: dict[str, object] = dict(field.others)
    data[field.name] = (io.BytesIO(registry_file([school(4)])), string or "x") if field.is_file else string
    answer = visitor.post(field.action.removeprefix("/staff"), data, page=field.page.removeprefix("/staff"))
    assert answer.status_code < 500, f"{field} {string!r}: {answer.text[:300]}"
    location = answer.headers.get("Location", "/")
    assert location.startswith("/") and not location.startswith(("//", "/\\")), location
    if answer.status_code in (303, 401, 403):
        # Whoever ended their own session, or was shut out, comes in anew.
        visitors.pop(person)
    if "password" in answer.text or not field.others:
        # Wrong passwords shut an account for a while, which has tests of its own.
        office.wait(days=1)
        visitors.pop(person, None)


@pytest.mark.parametrize("page", ["/correcciones", "/comparar"])
def test_public_upload__takes_any_name(
    request: pytest.FixtureRequest, client: FlaskClient, page: str, record_property: Tell
) -> None:
    sent = some(request, [page], 20)
    for _, string in sent:
        file = (io.BytesIO(b"Nombre\nNube\n"), string or "x")
        response = client.post(page, data={"file": file}, content_type="multipart/form-data")
        check(response, string)
    tell(record_property, "Fuzzed requests", made_by="naughty names of files", requests=len(sent), server_errors=0)


def test_strings__are_the_ones_of_the_parameters() -> None:
    assert len(STRINGS) > 500
