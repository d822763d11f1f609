"""Clients that are slow, gone or many: through the shipped proxy, others are answered."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
import requests

from tests.cli.test_serve import free_port
from tests.served import ROOT, wait_until_answered
from tests.trust.proxy import NGINX, NO_NGINX, Proxy, proxied
from tests.trust.tables import Tell, tell

pytestmark = pytest.mark.skipif(NGINX is None, reason=NO_NGINX)

TABLE = "Slow clients, through the proxy"


@pytest.fixture(scope="module")
def proxy(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    """The proxy before a service."""
    if request.config.getoption("--faults") != "all":
        pytest.skip("slow clients take minutes: make trust")
    folder = tmp_path_factory.mktemp("slow")
    environment = {"EXEMPTIONS_HOME": str(folder / "home"), "PATH": os.environ["PATH"], "PYTHONUTF8": "1"}
    demo = [sys.executable, "-m", "api.cli", "demo", "--rows", "5000"]
    subprocess.run(demo, env=environment, cwd=ROOT, check=True, capture_output=True)
    port = free_port()
    command = [sys.executable, "-m", "api.cli", "serve", "--port", str(port), "--workers", "2"]
    with subprocess.Popen(command, env=environment, cwd=ROOT, start_new_session=True) as process:
        try:
            wait_until_answered(f"http://127.0.0.1:{port}/health/live", process)
            with proxied(folder / "nginx", f"127.0.0.1:{port}", releases=folder / "home" / "releases") as running:
                yield running
        finally:
            os.killpg(process.pid, signal.SIGTERM)


def _slow_headers(connection: socket.socket) -> None:
    connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")


def _slow_body(connection: socket.socket) -> None:
    connection.sendall(
        b"POST /api/v1/match HTTP/1.1\r\nHost: x\r\nContent-Type: text/csv\r\nContent-Length: 100000\r\n\r\nnit\r\n"
    )


def _unread_export(connection: socket.socket) -> None:
    # As much as the socket takes unread, which is little, and never a byte more.
    connection.sendall(b"GET /api/v1/records.csv HTTP/1.1\r\nHost: x\r\nAccept-Encoding: identity\r\n\r\n")


def _idle(connection: socket.socket) -> None:
    connection.sendall(b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n")
    assert connection.recv(65_536).startswith(b"HTTP/1.1 200")


CLIENTS: dict[str, tuple[int, Callable[[socket.socket], None], int]] = {
    "headers that never end": (200, _slow_headers, 10),
    "bodies that never end": (20, _slow_body, 15),
    "exports that nobody reads (the client vanished)": (5, _unread_export, 30),
    "kept connections that ask nothing more": (300, _idle, 30),
}
"""What a client does → how many at once, how, and after how many seconds the shipped configuration ends it."""


@pytest.mark.parametrize("what", CLIENTS)
def test_slow_clients__others_are_answered(what: str, proxy: Proxy, record_property: Tell) -> None:
    count, begin, limit_s = CLIENTS[what]
    with ExitStack() as held:
        # One after another, within what one address may ask in a second.
        connections = []
        for _ in range(count):
            connection = socket.socket()
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.settimeout(30)
            connection.connect(("127.0.0.1", proxy.port))
            connections.append(held.enter_context(connection))
            begin(connection)
            time.sleep(0.04)
        errors, worst = _ask(proxy)
        ended = _count_ended(connections, within_s=limit_s * 3 + 30) if begin is not _unread_export else count
    tell(
        record_property, TABLE, what=what, injected=count, answers_meanwhile=40, errors_of_readers=errors,
        slowest_answer_ms=worst, then=f"ended by the proxy after {limit_s} s",
    )  # fmt: skip
    assert errors == 0
    assert ended == count


def _ask(proxy: Proxy) -> tuple[int, float]:
    """What others get meanwhile: how many errors, and the slowest answer in milliseconds."""
    errors, worst = 0, 0.0
    for number in range(40):
        started = time.monotonic()
        answer = requests.get(f"{proxy.address}/api/v1/records?limit=1&jobs_min={number}", timeout=20)
        worst = max(worst, 1000 * (time.monotonic() - started))
        errors += answer.status_code != 200
        time.sleep(0.05)
    return errors, worst


def _count_ended(connections: list[socket.socket], *, within_s: float) -> int:
    """How many the proxy ends by itself."""
    deadline, ended = time.monotonic() + within_s, 0
    for connection in connections:
        connection.settimeout(max(0.1, deadline - time.monotonic()))
        try:
            while connection.recv(65_536):
                continue
            ended += 1
        except ConnectionResetError:
            ended += 1
        except TimeoutError:
            continue
    return ended
