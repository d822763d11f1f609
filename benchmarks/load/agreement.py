"""Whether every answer belongs wholly to one release, while another one takes its place.

A reader asks for the same addresses again and again. Each answer names its release; it must be, byte for byte, what
that release answers when nothing else goes on. An answer with parts of two releases is not.
"""

from __future__ import annotations

import http.client
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from threading import Event, Thread

RELEASE = "x-registry-release"
_TIMEOUT_S = 60
_PAUSE_S = 0.04
"""A reader keeps within what the proxy gives one address."""

Digests = Mapping[str, str]
"""Path → the digest of the answer's body."""


@dataclass(slots=True)
class Read:
    """What readers saw."""

    answers: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """(path, release that the header names, digest of the body) → how often."""
    failed: list[str] = field(default_factory=list)

    def mixed(self, at_rest: Mapping[str, Digests]) -> list[str]:
        """The answers that are not those of the release that they name: release → path → digest at rest."""
        return [
            f"{path} of release {release}"
            for (path, release, digest) in self.answers
            if at_rest.get(release, {}).get(path) != digest
        ]

    def count(self, release: str) -> int:
        """How many answers named that release."""
        return sum(count for (_, told, _), count in self.answers.items() if told == release)

    @property
    def total(self) -> int:
        return self.answers.total()


class Reader:
    """One connection that asks one address after the other."""

    def __init__(self, port: int, headers: Mapping[str, str]) -> None:
        self._port = port
        self._headers = headers
        self._connection = self._connect()

    def ask(self, path: str) -> tuple[int, str, bytes]:
        """The status, the release that the answer names, and the body."""
        try:
            return self._ask(path)
        except (http.client.HTTPException, OSError):
            # A server may close a connection that was idle.
            self._connection.close()
            self._connection = self._connect()
            return self._ask(path)

    def close(self) -> None:
        self._connection.close()

    def _ask(self, path: str) -> tuple[int, str, bytes]:
        self._connection.request("GET", path, headers=dict(self._headers))
        answer = self._connection.getresponse()
        return answer.status, answer.headers.get(RELEASE, ""), answer.read()

    def _connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self._port, timeout=_TIMEOUT_S)


def digests_at_rest(port: int, paths: Sequence[str], headers: Mapping[str, str]) -> tuple[str, Digests]:
    """The release that is current, and what it answers, when nobody publishes; what names no release is left out.

    Raises: AssertionError if an answer fails; ValueError if they name several releases.
    """
    reader, found, releases = Reader(port, headers), {}, set[str]()
    for path in paths:
        status, release, body = reader.ask(path)
        assert status == http.client.OK, f"{path}: {status}"
        if release:
            found[path] = sha256(body).hexdigest()
            releases.add(release)
    reader.close()
    (release,) = releases
    return release, found


@contextmanager
def reading(ports: Sequence[int], paths: Sequence[str], headers: Mapping[str, str]) -> Iterator[Read]:
    """Read for the length of the block, one reader at each port."""
    read, stop = Read(), Event()
    readers = [Thread(target=_read, args=(port, paths, headers, read, stop), daemon=True) for port in ports]
    for reader in readers:
        reader.start()
    try:
        yield read
    finally:
        stop.set()
        for reader in readers:
            reader.join()


def _read(port: int, paths: Sequence[str], headers: Mapping[str, str], read: Read, stop: Event) -> None:
    reader = Reader(port, headers)
    while not stop.is_set():
        for path in paths:
            if stop.is_set():
                break
            try:
                status, release, body = reader.ask(path)
            except (http.client.HTTPException, OSError) as error:
                read.failed.append(f"{path}: {error!r}")
                continue
            if status == http.client.OK:
                read.answers[path, release, sha256(body).hexdigest()] += 1
            else:
                read.failed.append(f"{path}: {status}")
            time.sleep(_PAUSE_S)
    reader.close()
