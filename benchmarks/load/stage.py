"""A registry, its service and the shipped proxy before it, as long as a measurement needs them."""

from __future__ import annotations

import http.client
import random
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from benchmarks.load.scenario import BROWSER, Request, Scenario, Visitor, as_bytes, keys_of
from benchmarks.load.wrk import write_requests
from benchmarks.registry import NEXT_EDITION, Registry
from benchmarks.server import Server, serving
from loaders.demo_update import write_demo_update
from tests.trust.proxy import proxied

BASE_URL = "https://registro.example"
# Its limits are for one address each; a crowd comes from many, which a test can only tell of.
_TRUSTING = "set_real_ip_from 127.0.0.1; real_ip_header X-Forwarded-For;"
GIVING_WAY = ("nice", "-n", "10")
"""As the shipped units run what publishes."""
_SEED = 20_261
_LATER = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Front:
    """The shipped nginx, running."""

    port: int
    folder: Path

    def put_still(self, content: bytes) -> None:
        """Lay a file of that content at `/still.html`."""
        (self.folder / "still.html").write_bytes(content)


class Stage:
    """A registry with one release published and the next editions written."""

    def __init__(self, folder: Path, rows: int, *, editions: int, before: tuple[str, ...] = GIVING_WAY) -> None:
        self.registry = Registry(folder, rows, before=before)
        self.folder = folder
        shutil.rmtree(folder, ignore_errors=True)
        self.registry.make_sources()
        self._editions = list(self._write_editions(editions))
        self._waiting = iter(self._editions)
        self.staying = keys_of(self._editions[-1])
        self._seed = iter(range(1, 1_000))
        self.registry.clear()
        self.registry.load(self.registry.source)
        self.registry.publish()

    @contextmanager
    def serving(self) -> Iterator[Server]:
        """The service, answering."""
        environment = {**self.registry.environment, "EXEMPTIONS_BASE_URL": BASE_URL}
        with serving("wsgi:app", "api.serving", env=environment, path="/") as server:
            yield server

    @contextmanager
    def bare(self) -> Iterator[Server]:
        """The smallest application under the same settings."""
        with serving("benchmarks.bare:app", "benchmarks.bare_serving", env=self.registry.environment, path="/") as bare:
            yield bare

    @contextmanager
    def fronted(self, server: Server) -> Iterator[Front]:
        """The shipped proxy before the service."""
        releases, folder = self.registry.home / "releases", self.folder / "nginx"
        with proxied(folder, f"127.0.0.1:{server.port}", releases=releases, more=_TRUSTING) as proxy:
            yield Front(proxy.port, folder)

    def publish_next(self) -> float | None:
        """Load, approve and publish the next edition; how many seconds that took, None if there is no other."""
        edition = next(self._waiting, None)
        if edition is None:
            return None
        return self.registry.load(edition).seconds + self.registry.publish().seconds

    def scenario(self, server: Server) -> Scenario:
        """Visits that were not drawn before."""

        def ask(path: str, coding: str) -> tuple[dict[str, str], bytes]:
            return fetch(server.port, path, coding=coding)

        return Scenario(self.registry.release, ask, staying=self.staying, seed=next(self._seed))

    def draw(self, server: Server, count: int, *, visitors: Sequence[Visitor] = ()) -> list[Request]:
        """About `count` requests of visits that were not drawn before."""
        return self.scenario(server).draw(count, visitors=visitors)

    def write(self, requests: Sequence[Request], *, proxied: bool = False) -> Path:
        """Write requests for wrk; for a proxy, each as another visitor's."""
        addresses = random.Random(_SEED) if proxied else None
        return write_requests(self.folder / "requests", as_bytes(requests, addresses=addresses))

    def _write_editions(self, count: int) -> Iterator[Path]:
        before = self.registry.source
        for number in range(count):
            path, today = self.folder / f"edition-{number}.csv", NEXT_EDITION + number * _LATER
            write_demo_update(path, previous=before, seed=_SEED, today=today)
            yield path
            before = path


def fetch(port: int, path: str, *, coding: str = BROWSER) -> tuple[dict[str, str], bytes]:
    """The headers, by names in small letters, and the body of an answer.

    Raises: AssertionError if it is no good answer.
    """
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path, headers={"Accept-Encoding": coding})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    assert answer.status == http.client.OK, f"{path}: {answer.status}"
    return {name.lower(): value for name, value in answer.getheaders()}, body
