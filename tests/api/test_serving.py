"""The service under gunicorn, as it really runs: switching, cutting, refusing, stopping."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import requests
from flask import Flask

import api.serving
import api.state
from tests.exemptions.releases import build_test_release, record

ROOT = Path(__file__).parents[2]
PATIENCE_S = 240.0


@dataclass(frozen=True)
class Server:
    """A running service."""

    home: Path
    port: int
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("served")) as running:
        yield running
        running.process.send_signal(signal.SIGTERM)
        assert running.process.wait(timeout=PATIENCE_S) == 0


@contextmanager
def serving(home: Path, app: str = "tests.api.failing_wsgi:app", *, workers: int = 2) -> Iterator[Server]:
    """A service with three records in a session of its own, as a terminal gives one; none of it outlives the block."""
    build_test_release(home / "releases", [record(n) for n in range(1, 4)])
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = home / "log"
    command = [sys.executable, "-m", "gunicorn", "--config", "python:api.serving"]
    with log.open("wb") as sink:
        process = subprocess.Popen(
            [*command, "--bind", f"127.0.0.1:{port}", "--workers", str(workers), app],
            cwd=ROOT,
            env={**os.environ, "EXEMPTIONS_HOME": str(home)},
            stdout=sink,
            stderr=sink,
            start_new_session=True,
        )
    running = Server(home, port, process, log)
    try:
        wait_until(lambda: is_ready(running), running)
        yield running
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def wait_until(holds: Callable[[], bool], server: Server) -> None:
    """Wait until something holds; the limit only keeps a broken service from hanging the tests."""
    give_up = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < give_up, server.log.read_text()
        assert server.process.poll() is None, server.log.read_text()
        time.sleep(0.05)


def is_ready(server: Server) -> bool:
    try:
        return requests.get(f"{server.url}/health/ready", timeout=PATIENCE_S).status_code == 200
    except (requests.ConnectionError, requests.Timeout):
        return False


def test_server__a_failing_stream_is_cut_and_the_client_notices(server: Server) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE_S)
    connection.request("GET", "/api/fail/stream?q=typed")
    response = connection.getresponse()
    with pytest.raises(http.client.IncompleteRead) as cut:
        response.read()
    connection.close()
    assert response.status == 200
    assert b"disk" not in cut.value.partial
    assert "typed" not in server.log.read_text()


def test_server__serves_a_new_release_without_a_restart(server: Server) -> None:
    assert requests.get(f"{server.url}/api/v1/records", timeout=PATIENCE_S).json()["release"] == 1
    following = requests.get(f"{server.url}/api/v1/records?limit=1", timeout=PATIENCE_S).json()["next"]
    build_test_release(server.home / "releases", [record(9)], 2)
    seen: list[int] = []

    def switched() -> bool:
        # Each request is a connection of its own, so both workers are asked.
        seen.append(requests.get(f"{server.url}/api/v1/records", timeout=PATIENCE_S).json()["release"])
        return seen[-8:] == [2] * 8

    wait_until(switched, server)
    assert set(seen) <= {1, 2}
    assert requests.get(f"{server.url}{following}", timeout=PATIENCE_S).json()["release"] == 1


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414),
        (b"GET / HTTP/9.9\r\n\r\n", 400),
        (b"nonsense\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: x\r\nBad Header: y\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: x\r\n" + b"".join(b"X-%d: y\r\n" % n for n in range(200)) + b"\r\n", 431),
    ],
)
def test_server__what_cannot_be_read_is_a_problem_too(server: Server, sent: bytes, status: int) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE_S) as connection:
        connection.sendall(sent)
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        body = answer.read()
    assert answer.status == status
    assert answer.getheader("Content-Type") == "application/problem+json"
    assert b'"type":"/docs#problem-' in body
    request_id = answer.getheader("X-Request-ID")
    assert request_id and f'"request_id":"{request_id}"'.encode() in body
    wait_until(lambda: request_id in server.log.read_text(encoding="utf-8"), server)


def test_server__figures_are_the_sum_of_all_workers(server: Server) -> None:
    for _ in range(12):
        requests.get(f"{server.url}/health/live", timeout=PATIENCE_S)
    lines = requests.get(f"{server.url}/metrics", timeout=PATIENCE_S).text.splitlines()
    counted = [line for line in lines if 'route="/health/live"' in line and line.startswith("registry_requests_total")]
    assert len(counted) == 1
    assert float(counted[0].rpartition(" ")[2]) == 12


def test_serving__the_master_loads_nothing_that_its_workers_use() -> None:
    """Threads and maps of compiled libraries do not survive a fork."""
    loaded = subprocess.run(
        [sys.executable, "-c", "import api.serving, api.worker, sys; print(*sys.modules)"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert {"flask", "polars", "pyarrow", "tantivy", "prometheus_client"} & set(loaded) == set()


def test_server__stops_at_once_however_often_it_is_told(tmp_path: Path) -> None:
    with serving(tmp_path) as running:
        for _ in range(8):
            requests.get(f"{running.url}/api/v1/records", timeout=PATIENCE_S).raise_for_status()
        os.killpg(running.process.pid, signal.SIGINT)
        for _ in range(500):
            with suppress(ProcessLookupError):
                os.killpg(running.process.pid, signal.SIGQUIT)
        assert running.process.wait(timeout=PATIENCE_S) == 0
        assert "SIGKILL" not in running.log.read_text()


def test_server__logs_no_address(server: Server) -> None:
    requests.get(f"{server.url}/api/v1/records?q=palabra-tecleada", timeout=PATIENCE_S)
    requests.get(f"{server.url}/contribuyente/palabra-tecleada", timeout=PATIENCE_S)
    wait_until(lambda: "/contribuyente/<nit>" in server.log.read_text(), server)
    assert "palabra-tecleada" not in server.log.read_text()


def test_serving__a_worker_keeps_what_it_imported_and_may_drop_its_release(monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[str] = []
    monkeypatch.setattr(api.serving.gc, "freeze", lambda: steps.append("freeze"))
    monkeypatch.setattr(api.state, "start_serving", lambda _app: steps.append("open"))
    api.serving.post_worker_init(cast(Any, SimpleNamespace(wsgi=Flask("x"))))
    assert steps == ["freeze", "open"]
