"""The load generator: wrk, sending requests that were written beforehand."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

WRK = shutil.which("wrk")
NO_WRK = "wrk is not installed (Debian, Ubuntu: sudo apt install wrk)"
CONNECTIONS = 64
_SCRIPT = Path(__file__).with_name("requests.lua")
_TIMEOUT_S = 30
_LONGEST_S = 4 * 3600


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a run of wrk gave. Units: seconds, milliseconds, MB of a million bytes.

    The last five count failures: connections refused, broken in reading and in writing, answers with a status of 400
    or more, and answers slower than thirty seconds.
    """

    requests: int
    seconds: float
    megabytes: float
    p50_ms: float
    p90_ms: float
    p99_ms: float
    p999_ms: float
    slowest_ms: float
    connect: int
    read: int
    write: int
    status: int
    timeout: int

    @property
    def per_second(self) -> float:
        return self.requests / self.seconds

    @property
    def errors(self) -> int:
        """Requests without a good answer."""
        return self.connect + self.read + self.write + self.status + self.timeout


class Running:
    """wrk at work; `result` once the block of `loading` has ended."""

    def __init__(self) -> None:
        self._result: Loaded | None = None

    @property
    def result(self) -> Loaded:
        assert self._result is not None, "wrk is still running"
        return self._result

    def tell(self, output: str) -> None:
        lines = [line for line in output.splitlines() if line.startswith("{")]
        assert lines, output
        self._result = Loaded(**json.loads(lines[-1]))


def write_requests(path: Path, requests: Iterable[bytes]) -> Path:
    """Write requests as the script of wrk reads them."""
    path.write_bytes(b"".join(request + b"\0" for request in requests))
    return path


def run_wrk(port: int, requests: Path, *, seconds: float) -> Loaded:
    """Send the requests of a file over 64 connections for some seconds."""
    command = _command(port, requests, seconds)
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=seconds + 2 * _TIMEOUT_S)
    running = Running()
    running.tell(done.stdout)
    return running.result


@contextmanager
def loading(port: int, requests: Path) -> Iterator[Running]:
    """Send the requests of a file for the length of the block."""
    running = Running()
    command = _command(port, requests, _LONGEST_S)
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as wrk:
        try:
            yield running
        finally:
            # It ends at an interrupt as at the end of its time.
            wrk.send_signal(signal.SIGINT)
            output, _ = wrk.communicate(timeout=2 * _TIMEOUT_S)
    running.tell(output)


def _command(port: int, requests: Path, seconds: float) -> list[str]:
    assert WRK is not None, NO_WRK
    return [
        WRK, "--threads", "1", "--connections", str(CONNECTIONS), "--duration", str(round(seconds)),
        "--timeout", str(_TIMEOUT_S), "--script", str(_SCRIPT), f"http://127.0.0.1:{port}/", str(requests),
    ]  # fmt: skip
