"""The service takes up new code and settings, and moves to new releases, while everybody goes on reading."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import pytest
import requests

from tests.cli.test_serve import free_port
from tests.served import ROOT, wait_until_answered
from tests.trust.proxy import NGINX, NO_NGINX, proxied

pytestmark = pytest.mark.skipif(NGINX is None, reason=NO_NGINX)

READERS = 4
RELOADS = 3
PATHS = (
    "/api/v1/records?limit=2",
    "/buscar?category=COOP",
    "/api/v1/records.csv?fields=record_id,name",
    "/health/live",
)


def test_reload__no_request_fails(tmp_path: Path) -> None:
    environment = {"EXEMPTIONS_HOME": str(tmp_path / "home"), "PATH": os.environ["PATH"], "PYTHONUTF8": "1"}
    demo = [sys.executable, "-m", "api.cli", "demo", "--rows", "200"]
    subprocess.run(demo, env=environment, cwd=ROOT, check=True, capture_output=True)
    port = free_port()
    command = [sys.executable, "-m", "api.cli", "serve", "--port", str(port), "--workers", "2"]
    with subprocess.Popen(command, env=environment, cwd=ROOT, start_new_session=True) as service:
        try:
            wait_until_answered(f"http://127.0.0.1:{port}/health/live", service)
            with proxied(tmp_path / "nginx", f"127.0.0.1:{port}") as proxy:
                found, stop = Counter[str](), threading.Event()
                readers = [
                    threading.Thread(target=_read, args=(proxy.address, found, stop, number))
                    for number in range(READERS)
                ]
                for reader in readers:
                    reader.start()
                for _ in range(RELOADS):
                    time.sleep(1)
                    before = _workers(service.pid)
                    os.kill(service.pid, signal.SIGHUP)
                    _wait_for_others(service.pid, before)
                stop.set()
                for reader in readers:
                    reader.join()
        finally:
            os.killpg(service.pid, signal.SIGTERM)
    assert found.keys() == {"200"} and found["200"] > 20, found


def _read(address: str, found: Counter[str], stop: threading.Event, number: int) -> None:
    with requests.Session() as session:
        count = 0
        while not stop.is_set():
            count += 1
            path = PATHS[(number + count) % len(PATHS)]
            # Each asks something of its own, so that nothing comes from what the proxy keeps.
            separator = "&" if "?" in path else "?"
            url = (
                f"{address}{path}"
                if path == "/health/live"
                else f"{address}{path}{separator}jobs_min={number}{count:05d}"
            )
            try:
                answer = session.get(url, timeout=20)
                found[str(answer.status_code)] += 1
            except requests.RequestException as error:
                found[type(error).__name__] += 1
            time.sleep(0.05)


def _workers(master: int) -> set[int]:
    """The processes that answer; the one that does jobs is a child too."""
    children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    return {int(child) for child in children if b"gunicorn" in Path(f"/proc/{child}/cmdline").read_bytes()}


def _wait_for_others(master: int, before: set[int]) -> None:
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline:
        now = _workers(master)
        if len(now) == len(before) and not now & before:
            return
        time.sleep(0.1)
    pytest.fail("the workers were not replaced")
