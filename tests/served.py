"""The service as its users reach it: served by its own command at an address."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from tests.cli.test_serve import free_port

ROOT = Path(__file__).parents[1]
PATIENCE_S = 240.0


def served(environment: Mapping[str, str]) -> Iterator[str]:
    port = free_port()
    command = [sys.executable, "-m", "api.cli", "serve", "--port", str(port), "--workers", "1"]
    address = {"EXEMPTIONS_BASE_URL": f"http://127.0.0.1:{port}"}
    service = subprocess.Popen(command, env={**environment, **address}, cwd=ROOT, start_new_session=True)
    try:
        wait_until_answered(f"http://127.0.0.1:{port}/health/live", service)
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(service.pid, signal.SIGTERM)
        service.wait(30)


def wait_until_answered(address: str, service: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and service.poll() is None:
        try:
            with urlopen(address, timeout=5):
                return
        except (URLError, OSError):
            time.sleep(0.2)
    pytest.fail(f"{address} does not answer")
