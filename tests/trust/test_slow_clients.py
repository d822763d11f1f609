"""Clients that are slow, gone or many, and workers that are killed: through the shipped proxy, others are answered."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress

import pytest
import requests

from tests.cli.test_serve import free_port
from tests.served import ROOT, wait_until_answered
from tests.trust.proxy import NGINX, NO_NGINX, Proxy, proxied
from tests.trust.tables import Tell, tell
from tests.trust.test_reload import _read, _workers

pytestmark = pytest.mark.skipif(NGINX is None, reason=NO_NGINX)

TABLE = "Slow clients and killed workers, through the proxy"
KILLS = 8
READERS = 4


@pytest.fixture(scope="module")
def service(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[int, int, Proxy]]:
    """Process and port of the service, and the proxy before it."""
    if request.config.getoption("--faults") != "all":
        pytest.skip("slow clients and killed workers take minutes: make trust")
    folder = tmp_path_factory.mktemp("slow")
    environment = {"EXEMPTIONS_HOME": str(folder / "home"), "PATH": os.environ["PATH"], "PYTHONUTF8": "1"}
    demo = [sys.executable, "-m", "api.cli", "demo", "--rows", "5000"]
    subprocess.run(demo, env=environment, cwd=ROOT, check=True, capture_output=True)
    port = free_port()
    command = [sys.executable, "-m", "api.cli", "serve", "--port", str(port), "--workers", "2"]
    with subprocess.Popen(command, env=environment, cwd=ROOT, start_new_session=True) as process:
        try:
            wait_until_answered(f"http://127.0.0.1:{port}/health/live", process)
            with proxied(folder / "nginx", f"127.0.0.1:{port}", releases=folder / "home" / "releases") as proxy:
                yield process.pid, port, proxy
        finally:
            os.killpg(process.pid, signal.SIGTERM)


def test_killed_workers__readers_hardly_notice(service: tuple[int, int, Proxy], record_property: Tell) -> None:
    master, port, proxy = service
    found, stop = Counter[str](), threading.Event()
    readers = [threading.Thread(target=_read, args=(proxy.address, found, stop, n)) for n in range(READERS)]
    for reader in readers:
        reader.start()
    try:
        for _ in range(KILLS):
            workers = _wait_for_two(master, port)
            os.kill(min(workers), signal.SIGKILL)
            time.sleep(0.5)
        _wait_for_two(master, port)
    finally:
        stop.set()
        for reader in readers:
            reader.join()
    # These readers ask for more than one address may: that is told as such, and no matter of the workers.
    errors = sum(count for status, count in found.items() if status not in ("200", "429"))
    tell(
        record_property, TABLE, what="worker killed with SIGKILL under load", injected=KILLS,
        answers_meanwhile=found["200"], errors_of_readers=errors, then="another worker answers; a new one comes",
    )  # fmt: skip
    # The proxy tries again, but a connection that both tries make to the socket of the killed one is a 503.
    assert found.keys() <= {"200", "429", "503"} and errors <= KILLS, found


def _wait_for_two(master: int, port: int) -> set[int]:
    """The workers, once two of them answer: each has a socket of its own, and a new connection lands on any of them."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        found = _workers(master)
        with suppress(requests.RequestException):
            answers = [requests.get(f"http://127.0.0.1:{port}/health/live", timeout=60) for _ in range(12)]
            if len(found) == 2 and found == _workers(master) and all(answer.ok for answer in answers):
                return found
        time.sleep(0.1)
    pytest.fail("no new worker came")


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
def test_slow_clients__others_are_answered(what: str, service: tuple[int, int, Proxy], record_property: Tell) -> None:
    _, _, proxy = service
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
