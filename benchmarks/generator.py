"""A load generator: one thread, raw sockets, requests made beforehand.

It answers for itself: `measure_ceiling` tells how many requests a second it can make at all.
"""

from __future__ import annotations

import os
import re
import selectors
import signal
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.IGNORECASE)
_BUFFER_BYTES = 1 << 20


class BadAnswer(Exception):
    """An answer that is not the one expected: a figure made from it would mean nothing."""


@dataclass(slots=True)
class Load:
    """What a run of requests gave. Units: seconds."""

    seconds: float
    latencies: list[float] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        """Requests answered per second."""
        return len(self.latencies) / self.seconds

    def percentile_ms(self, share: float) -> float:
        """The latency that this share of requests did not pass."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000


def request_bytes(path: str, headers: Sequence[tuple[str, str]] = ()) -> bytes:
    """A GET request on a connection that stays open."""
    lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", "Accept: */*", *(f"{name}: {text}" for name, text in headers)]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii")


def run_load(port: int, requests: Sequence[bytes], *, connections: int, status: int = 200) -> Load:
    """Send every request once over some connections, each waiting for its answer before its next request.

    Raises: BadAnswer.
    """
    waiting = iter(requests)
    load = Load(0.0)
    with selectors.DefaultSelector() as selector:
        lines = [_Line(port, status) for _ in range(connections)]
        started = time.perf_counter()
        for line in lines:
            if line.send(waiting):
                selector.register(line.socket, selectors.EVENT_READ, line)
        while selector.get_map():
            for key, _ in selector.select():
                line = key.data
                if line.receive():
                    load.latencies.append(time.perf_counter() - line.sent)
                    if not line.send(waiting):
                        selector.unregister(line.socket)
        load.seconds = time.perf_counter() - started
        for line in lines:
            line.socket.close()
    return load


class _Line:
    """One connection with at most one request under way."""

    def __init__(self, port: int, status: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sent = 0.0
        self._begin = f"HTTP/1.1 {status} ".encode()
        self._received = bytearray()
        self._missing: int | None = None

    def send(self, waiting: object) -> bool:
        """Send the next request; False when there is none."""
        request = next(waiting, None)  # type: ignore[call-overload]
        if request is None:
            return False
        self._received.clear()
        self._missing = None
        self.sent = time.perf_counter()
        self.socket.sendall(request)
        return True

    def receive(self) -> bool:
        """Take what has come; True when the answer is whole."""
        block = self.socket.recv(_BUFFER_BYTES)
        if not block:
            raise BadAnswer("the server closed a connection")
        if self._missing is None:
            self._received += block
            end = self._received.find(b"\r\n\r\n")
            if end < 0:
                return False
            self._missing = self._body_bytes(end) - (len(self._received) - end - 4)
        else:
            self._missing -= len(block)
        return self._missing <= 0

    def _body_bytes(self, end: int) -> int:
        head = bytes(self._received[: end + 2])
        if not head.startswith(self._begin):
            raise BadAnswer(bytes(self._received[:2000]).decode("utf-8", errors="replace"))
        found = _LENGTH.search(head)
        return int(found[1]) if found else 0


def measure_ceiling(*, requests: int, connections: int) -> float:
    """Requests per second against a process that does nothing but answer."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        child = os.fork()
        if not child:
            _answer_forever(listener)
        try:
            return run_load(port, [request_bytes("/")] * requests, connections=connections).per_second
        finally:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


def _answer_forever(listener: socket.socket) -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 15\r\n\r\n" + b'{"status":"ok"}'
    with selectors.DefaultSelector() as selector:
        selector.register(listener, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                if key.fileobj is listener:
                    selector.register(listener.accept()[0], selectors.EVENT_READ)
                    continue
                connection = key.fileobj
                assert isinstance(connection, socket.socket)
                if connection.recv(65_536):
                    connection.sendall(answer)
                else:
                    selector.unregister(connection)
                    connection.close()
