"""Every error has one shape (RFC 9457), for programs; people get a page; nobody gets the inside."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient

from api.problem_types import OF_ERROR, OF_STATUS, PROBLEM_TYPES, find_problem_type
from exemptions import errors
from tests.api.conftest import make_app

REQUIRED = {"type", "title", "status", "detail", "instance", "request_id"}


class PanicException(BaseException):
    """What compiled libraries raise when they panic: no `Exception`."""


class NewError(errors.RegistryError):
    """A class that nobody mapped."""


@pytest.fixture(scope="module")
def failing_app(registry_home: Path) -> Flask:
    """The application with routes that fail in every way there is."""
    app = make_app(registry_home)
    failures: dict[str, BaseException] = {
        "bug": ZeroDivisionError("division by zero"),
        "panic": PanicException("index out of bounds: secret"),
        "unmapped": NewError("secreto", "secret"),
        **{kind.__name__: _made(kind) for kind in OF_ERROR},
    }
    for name, failure in failures.items():
        app.add_url_rule(f"/api/fail/{name}", f"fail_{name}", _raiser(failure))
        app.add_url_rule(f"/fail/{name}", f"fail_page_{name}", _raiser(failure))
    for status in (400, 403, 409, 413, 415, 429, 431, 501, 503):
        app.add_url_rule(f"/api/fail/{status}", f"fail_{status}", _aborter(status))
    return app


@pytest.fixture
def failing(failing_app: Flask) -> Iterator[FlaskClient]:
    with failing_app.test_client() as client:
        yield client


def _made(kind: type[errors.RegistryError]) -> errors.RegistryError:
    if kind is errors.InvalidQuery:
        return errors.InvalidQuery((errors.ParameterProblem("q", "x", "malo", "bad"),))
    return kind("una frase", "a sentence")


def _raiser(failure: BaseException) -> object:
    def view() -> str:
        raise failure

    return view


def _aborter(status: int) -> object:
    def view() -> str:
        abort(status)

    return view


@pytest.mark.parametrize("kind", list(OF_ERROR), ids=lambda kind: kind.__name__)
def test_problem__of_a_domain_error_has_its_sentence_in_the_language_asked_for(
    failing: FlaskClient, kind: type[errors.RegistryError]
) -> None:
    path = f"/api/fail/{kind.__name__}"
    spanish = failing.get(path)
    english = failing.get(path, headers={"Accept-Language": "en"})
    assert spanish.content_type == english.content_type == "application/problem+json"
    assert spanish.status_code == OF_ERROR[kind].status == spanish.json["status"]
    assert spanish.json.keys() - {"errors"} == REQUIRED
    assert spanish.json["type"] == f"/docs#problem-{OF_ERROR[kind].slug}"
    assert (spanish.json["title"], english.json["title"]) == (OF_ERROR[kind].title.es, OF_ERROR[kind].title.en)
    assert spanish.headers["Content-Language"] == "es"
    assert spanish.headers["Cache-Control"] == "no-store"
    assert "Accept-Language" in spanish.headers["Vary"]
    if kind is not errors.InvalidQuery:
        assert (spanish.json["detail"], english.json["detail"]) == ("una frase", "a sentence")


@pytest.mark.parametrize("name", ["bug", "panic", "unmapped"])
def test_problem__of_a_bug_tells_an_id_and_nothing_else(
    failing: FlaskClient, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    with caplog.at_level(logging.ERROR, "registry.problems"):
        response = failing.get(f"/api/fail/{name}?q=typed")
    assert response.status_code == 500
    assert response.json["type"] == "/docs#problem-internal-error"
    assert "secret" not in response.text
    assert "division" not in response.text
    assert response.json["request_id"] in caplog.text
    assert "typed" not in caplog.text


@pytest.mark.parametrize("status", [400, 403, 409, 413, 415, 429, 431, 501, 503])
def test_problem__of_an_http_error_keeps_its_status(failing: FlaskClient, status: int) -> None:
    response = failing.get(f"/api/fail/{status}")
    assert (response.status_code, response.content_type) == (status, "application/problem+json")
    assert response.json["status"] == status
    assert response.json.keys() == REQUIRED


@pytest.mark.parametrize("name", ["bug", "panic", "unmapped", "InvalidQuery", "NotFound", "NothingPublished"])
def test_problem__is_a_page_for_people(failing: FlaskClient, name: str) -> None:
    page = failing.get(f"/fail/{name}", headers={"Accept": "text/html,*/*;q=0.8"})
    machine = failing.get(f"/fail/{name}", headers={"Accept": "application/json"})
    assert (page.mimetype, machine.mimetype) == ("text/html", "application/problem+json")
    assert page.status_code == machine.status_code
    assert "secret" not in page.text
    assert page.headers["Cache-Control"] == "no-store"


def test_problem__every_type_has_its_own_slug_and_place() -> None:
    slugs = [kind.slug for kind in PROBLEM_TYPES]
    assert len(slugs) == len(set(slugs))
    assert set(OF_ERROR.values()) | set(OF_STATUS.values()) <= set(PROBLEM_TYPES)


def test_problem__an_unmapped_class_is_a_bug_and_a_derived_one_is_not() -> None:
    assert find_problem_type(NewError("a", "b")) is None
    assert find_problem_type(errors.BatchNotFound("a", "b")) is OF_ERROR[errors.NotFound]


@pytest.mark.parametrize(
    ("path", "accept", "status"),
    [
        ("/api/v1/records", "text/csv", 406),
        ("/api/v1/records.csv", "application/json", 406),
        ("/api/v1/records.csv", "text/csv", 200),
        ("/api/v1/records.csv", "text/*;q=0.1", 200),
        ("/api/v1/records", "application/json;q=0", 406),
        ("/api/v1/records", "*/*", 200),
        ("/openapi.json", "application/vnd.oai.openapi+json", 200),
        ("/api/v1/records", "not a media type", 406),
    ],
)
def test_problem__a_format_that_is_not_offered_is_told(
    client: FlaskClient, path: str, accept: str, status: int
) -> None:
    response = client.get(path, headers={"Accept": accept})
    assert response.status_code == status
    if status == 406:
        assert response.json["type"] == "/docs#problem-not-acceptable"


def test_problem__types_begin_with_the_public_address(registry_home: Path) -> None:
    client = make_app(registry_home, EXEMPTIONS_BASE_URL="https://registro.example").test_client()
    response = client.get("/api/v1/nothing", headers={"Host": "evil.example"})
    assert response.json["type"] == "https://registro.example/docs#problem-not-found"
    assert "evil" not in response.text
