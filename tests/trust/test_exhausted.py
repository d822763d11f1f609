"""A worker that may open no more files, or have no more memory: it answers 503 or lets wait, and goes on afterwards."""

from __future__ import annotations

import http.client
import os
import resource
import socket
import time
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
import requests
from flask import Flask

from tests.api.conftest import make_app
from tests.api.test_serving import is_ready, serving, wait_until
from tests.exemptions.releases import build_test_release, record
from tests.trust.tables import Tell, tell
from tests.trust.test_reload import _workers

TABLE = "Exhausted resources"
HANDLES = 80


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    build_test_release(tmp_path / "releases", [record(n) for n in range(3)])
    return make_app(tmp_path)


@pytest.mark.parametrize(
    ("what", "failure"),
    [
        ("file handles", OSError(24, "Too many open files")),
        ("memory", MemoryError()),
        ("threads", RuntimeError("can't start new thread")),
    ],
)
def test_exhausted__is_told_as_such(app: Flask, what: str, failure: Exception, record_property: Tell) -> None:
    def view() -> str:
        raise failure

    app.add_url_rule("/api/fail/exhausted", "fail_exhausted", view)
    app.add_url_rule("/fallo", "fail_page_exhausted", view)
    client = app.test_client()
    for path in ("/api/fail/exhausted", "/fallo"):
        answer = client.get(path, headers={"Accept": "text/html"})
        assert (answer.status_code, answer.content_type) == (503, "application/problem+json")
        assert answer.json["type"] == "/docs#problem-overloaded" and answer.headers["Retry-After"] == "5"
    tell(record_property, TABLE, what=f"{what}, in a request", injected=2, answered_503=2, then="the next is answered")


def test_exhausted__no_handle_left_in_the_process(app: Flask, record_property: Tell) -> None:
    client = app.test_client()
    assert client.get("/api/v1/records").status_code == 200
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    lowest = os.open(os.devnull, os.O_RDONLY)
    os.close(lowest)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (lowest, limits[1]))
        found = [client.get(path).status_code for path in ("/api/v1/records?limit=7", "/api/v1/releases", "/buscar")]
        stored = client.get("/downloads/1/records.arrow").status_code
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert set(found) <= {200, 503} and stored == 503
    assert client.head("/downloads/1/records.arrow").status_code == 200
    told = [*found, stored]
    tell(
        record_property, TABLE, what="no file handle left", injected=len(told), answered_503=told.count(503),
        then="what lies in memory is answered; afterwards everything",
    )  # fmt: skip


def test_exhausted__a_flood_of_connections_takes_the_handles(
    tmp_path: Path, request: pytest.FixtureRequest, record_property: Tell
) -> None:
    """Straight at the service, which the shipped proxy never lets happen."""
    if request.config.getoption("--faults") != "all":
        pytest.skip("a flood of connections takes its time: make trust")
    with serving(tmp_path) as server:
        before = _workers(server.process.pid)
        for worker in before:
            resource.prlimit(worker, resource.RLIMIT_NOFILE, (HANDLES, HANDLES))
        with ExitStack() as held:
            for _ in range(4 * HANDLES):
                with suppress(OSError):
                    connection = socket.create_connection(("127.0.0.1", server.port), 2)
                    held.enter_context(connection)
            found = [_ask(server.port) for _ in range(8)]
            time.sleep(2)
        wait_until(lambda: is_ready(server), server)
        answers = [requests.get(f"{server.url}/api/v1/records", timeout=20).status_code for _ in range(8)]
        assert answers == [200] * 8
        assert server.process.poll() is None
        # No worker died of it, nor with it what it was sending.
        assert _workers(server.process.pid) == before
    tell(
        record_property, TABLE, what=f"{4 * HANDLES} connections at {HANDLES} handles a worker", injected=len(found),
        answered_503=sum(status == 503 for status in found),
        then=f"{found.count(200)} answered, {found.count(None)} left waiting; afterwards all; no worker died",
    )  # fmt: skip


def _ask(port: int) -> int | None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/api/v1/records")
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
