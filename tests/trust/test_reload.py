"""Workers that are replaced, or killed, while everybody goes on reading: no reader gets an error or half an answer."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import requests

from tests.cli.test_serve import free_port
from tests.served import ROOT, wait_until_answered
from tests.trust.crowd import CUT, PARTIAL, WHOLE, crowd
from tests.trust.proxy import NGINX, NO_NGINX, Proxy, proxied
from tests.trust.tables import Tell, tell

pytestmark = pytest.mark.skipif(NGINX is None, reason=NO_NGINX)

READERS = 6
RELOADS = 2
KILLS = {"some": 2, "all": 40}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, int, Proxy]]:
    """Process and port of a service with two workers, and the proxy before it."""
    folder = tmp_path_factory.mktemp("workers")
    environment = {"EXEMPTIONS_HOME": str(folder / "home"), "PATH": os.environ["PATH"], "PYTHONUTF8": "1"}
    demo = [sys.executable, "-m", "api.cli", "demo", "--rows", "200"]
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


def test_reload__no_request_fails(service: tuple[int, int, Proxy]) -> None:
    master, _, proxy = service
    with crowd(proxy.port, READERS) as found:
        for _ in range(RELOADS):
            time.sleep(1)
            before = _workers(master)
            os.kill(master, signal.SIGHUP)
            _wait_for_others(master, before)
    assert found.keys() == {WHOLE} and found[WHOLE] > 20, found


def test_killed_workers__no_reader_gets_an_error(
    service: tuple[int, int, Proxy], request: pytest.FixtureRequest, record_property: Tell
) -> None:
    master, port, proxy = service
    kills, instants = KILLS[request.config.getoption("--faults")], random.Random("kills")
    with crowd(proxy.port, READERS) as found:
        for _ in range(kills):
            workers = _wait_for_two(master, port)
            time.sleep(instants.uniform(0.0, 0.3))
            os.kill(instants.choice(sorted(workers)), signal.SIGKILL)
            time.sleep(0.5)
        _wait_for_two(master, port)
    errors = sum(number for what, number in found.items() if what not in (WHOLE, CUT, PARTIAL))
    tell(
        record_property, "Killed workers, through the proxy", what="one of two workers killed with SIGKILL under load",
        injected=kills, whole_answers=found[WHOLE], errors=errors, partial=found[PARTIAL], exports_cut=found[CUT],
    )  # fmt: skip
    # Of an export that was on its way a reader has a part, and sees that the connection ended before it did.
    assert found.keys() <= {WHOLE, CUT} and found[WHOLE] > 20 and found[CUT] <= kills, found


def _workers(master: int) -> set[int]:
    """The processes that answer; the one that does jobs is a child too."""
    children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    return {int(child) for child in children if b"api.serving" in Path(f"/proc/{child}/cmdline").read_bytes()}


def _wait_for_others(master: int, before: set[int]) -> None:
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline:
        now = _workers(master)
        if len(now) == len(before) and not now & before:
            return
        time.sleep(0.1)
    pytest.fail("the workers were not replaced")


def _wait_for_two(master: int, port: int) -> set[int]:
    """The workers, once two of them answer: each has a socket of its own, and a new connection lands on any of them."""
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline:
        with suppress(requests.RequestException, FileNotFoundError):
            found = _workers(master)
            answers = [requests.get(f"http://127.0.0.1:{port}/health/live", timeout=60) for _ in range(12)]
            if len(found) == 2 and found == _workers(master) and all(answer.ok for answer in answers):
                return found
        time.sleep(0.1)
    pytest.fail("no new worker came")
