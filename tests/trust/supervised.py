"""The staff's service under a supervisor that does what its unit of systemd asks for: start it again."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import requests

from tests.cli.test_serve import free_port
from tests.served import ROOT

PATIENCE_S = 600.0
RESTART_S = 0.2
"""RestartSec of the unit is longer, which only makes people wait."""

WORKER, JOBS, MASTER, ALL = "web worker", "what does jobs", "master", "all at once"
TARGETS = (WORKER, JOBS, MASTER, ALL)


class Supervised:
    """A service that comes back."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self.address = f"http://127.0.0.1:{free_port()}"
        self._environment = {**environment, "EXEMPTIONS_BASE_URL": self.address, "EXEMPTIONS_ROLE": "staff"}
        self._log = log
        self._is_stopped = threading.Event()
        self._process = self._start()
        self._thread = threading.Thread(target=self._supervise, daemon=True)
        self._thread.start()

    def kill(self, target: str, chance: random.Random) -> None:
        """End one of its processes, or all, with a signal that none of them can see coming."""
        master = self._process.pid
        children = _children(master)
        workers = {child for child in children if b"api.serving" in _words(child)}
        # What does jobs is one process that looks for them and, meanwhile, one that does them.
        jobs = [child for child in children if child not in workers]
        jobs += [grandchild for child in jobs for grandchild in _children(child)]
        chosen = {WORKER: sorted(workers), JOBS: jobs[-1:] if chance.random() < 0.7 else jobs[:1], MASTER: [master]}
        if target == ALL:
            _kill_group(master)
        for process in chosen.get(target, []):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)

    def wait(self) -> None:
        """Return once it answers, and what does jobs is there too."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            with suppress(requests.RequestException):
                is_ready = requests.get(f"{self.address}/health/live", timeout=30).ok
                if is_ready and len(_children(self._process.pid)) >= 2:
                    return
            time.sleep(0.1)
        raise AssertionError("the service does not come back")

    def stop(self) -> None:
        """End it, and the supervisor."""
        self._is_stopped.set()
        _kill_group(self._process.pid)
        self._thread.join(PATIENCE_S)

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "api.cli", "serve", "--workers", "1"]
        port = self.address.rpartition(":")[2]
        with self._log.open("ab") as log:
            return subprocess.Popen(
                [*command, "--port", port], env=self._environment, cwd=ROOT, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip

    def _supervise(self) -> None:
        while True:
            self._process.wait()
            # Nothing of a service whose main process has ended is left (KillMode=mixed).
            _kill_group(self._process.pid)
            if self._is_stopped.is_set():
                return
            time.sleep(RESTART_S)
            self._process = self._start()


@contextmanager
def supervised(environment: dict[str, str], log: Path) -> Iterator[Supervised]:
    """A service that comes back until the block ends."""
    service = Supervised(environment, log)
    try:
        service.wait()
        yield service
    finally:
        service.stop()


def _children(process: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    except OSError:
        return []


def _words(process: int) -> bytes:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return b""


def _kill_group(leader: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)
