"""The service as its users reach it: served by its own command at an address."""

from __future__ import annotations

import os
import signal
import ssl
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


def served(environment: Mapping[str, str], *, trusted: Path | None = None) -> Iterator[str]:
    """The address of the service, until the test is over; with TLS in its settings, `trusted` vouches for it."""
    port, scheme = free_port(), "https" if trusted else "http"
    command = [sys.executable, "-m", "api.cli", "serve", "--port", str(port), "--workers", "1"]
    address = f"{scheme}://127.0.0.1:{port}"
    own = {**environment, "EXEMPTIONS_BASE_URL": address}
    service = subprocess.Popen(command, env=own, cwd=ROOT, start_new_session=True)
    try:
        wait_until_answered(f"{address}/health/live", service, trusted=trusted)
        yield address
    finally:
        os.killpg(service.pid, signal.SIGTERM)
        service.wait(30)


def wait_until_answered(address: str, service: subprocess.Popen[bytes], *, trusted: Path | None = None) -> None:
    deadline = time.monotonic() + PATIENCE_S
    context = ssl.create_default_context(cafile=trusted) if trusted else None
    while time.monotonic() < deadline and service.poll() is None:
        try:
            with urlopen(address, timeout=5, context=context):
                return
        except (URLError, OSError):
            time.sleep(0.2)
    pytest.fail(f"{address} does not answer")
