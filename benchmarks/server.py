"""A gunicorn for the length of a block."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from benchmarks.measure import CommandFailed, children_of
from benchmarks.registry import ROOT

_START_S = 120.0


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answers."""

    port: int
    workers: list[int]
    """Process ids."""


@contextmanager
def serving(app: str, config: str, *, env: Mapping[str, str], path: str) -> Iterator[Server]:
    """Serve `app` with the settings of the module `config`; begins when both workers have answered `path`.

    Raises: CommandFailed.
    """
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "--config", f"python:{config}", "--bind", f"127.0.0.1:{port}", app]
    with subprocess.Popen(
        command,
        # What `exemptions serve` sets, since the allocator reads it when a process begins.
        env={**env, "MALLOC_ARENA_MAX": "2"},
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as master:
        try:
            _wait_until_answered(port, path, master)
            yield Server(port, children_of(master.pid))
        finally:
            master.terminate()


def free_port() -> int:
    """A port of this machine that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_answered(port: int, path: str, master: subprocess.Popen[bytes]) -> None:
    """Wait for many answers in a row: connections are spread over the workers by chance."""
    until, answered = time.monotonic() + _START_S, 0
    while answered < 30:
        if time.monotonic() > until or master.poll() is not None:
            raise CommandFailed(f"the server does not answer {path}")
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
                connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
                answered = answered + 1 if connection.recv(64).startswith(b"HTTP/1.1 200") else 0
        except OSError:
            answered = 0
        if not answered:
            time.sleep(0.2)
