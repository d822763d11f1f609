"""The lines of requests per second: searches, repeated ones, 304 and pages, beside a bare Flask route."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from benchmarks.figures import Better, Figure, Target, compared
from benchmarks.generator import Load, measure_ceiling, request_bytes, run_load
from benchmarks.measure import watched_memory
from benchmarks.registry import Registry
from benchmarks.searches import Searches, api_path, page_path
from benchmarks.server import Server, serving

CONNECTIONS = 16
RUNS = 5
_BARE_REQUESTS = 10_000
_ONE_CLIENT = 1_000
_EMPTY = 50
_BARE = "bare Flask route, same gunicorn settings"
_UNIT = "requests/s"


def measure_requests(registry: Registry, *, per_run: int, targets: dict[str, Target]) -> Iterator[Figure]:
    """Yield the figures of requests, each run beside a run of the bare route."""
    searches = Searches(registry.release)
    with _both(registry) as (bare, server), watched_memory(server.workers) as memory:
        beside = _Beside(bare, server)
        rows = registry.rows

        def distinct() -> list[bytes]:
            return [request_bytes(api_path(params)) for params in searches.draw(per_run)]

        _warm_up(server, distinct())
        values, references = beside.run(distinct)
        yield compared(
            "distinct searches: 20 rows, five facets, sums",
            rows,
            _UNIT,
            values,
            reference=_BARE,
            reference_values=references,
            target=targets.get("distinct"),
            details={"workers_own_memory_mb": memory.peak_mb, "generator_ceiling_requests_s": _ceiling()},
        )
        yield _latency(server, searches, rows, targets.get("p99"))
        repeated = request_bytes(api_path(searches.draw(5)[0]))
        values, references = beside.run(lambda: [repeated] * _BARE_REQUESTS)
        yield compared(
            "the same search repeated",
            rows,
            _UNIT,
            values,
            reference=_BARE,
            reference_values=references,
            target=targets.get("repeated"),
        )
        path = api_path(searches.draw(5)[0])
        known = request_bytes(path, [("If-None-Match", _etag(server.port, path))])
        values, references = beside.run(lambda: [known] * _BARE_REQUESTS, status=304)
        yield compared(
            "the same search, unchanged (304)",
            rows,
            _UNIT,
            values,
            reference=_BARE,
            reference_values=references,
            target=targets.get("unchanged"),
        )

        def pages() -> list[bytes]:
            return [request_bytes(page_path(params)) for params in searches.draw(per_run // 2)]

        _warm_up(server, pages())
        values, references = beside.run(pages)
        yield compared(
            "distinct searches as pages (HTML)",
            rows,
            _UNIT,
            values,
            reference=_BARE,
            reference_values=references,
            target=targets.get("page"),
            details={"workers_own_memory_mb": memory.peak_mb},
        )


@contextmanager
def _both(registry: Registry) -> Iterator[tuple[Server, Server]]:
    with (
        serving("benchmarks.bare:app", "benchmarks.bare_serving", env=registry.environment, path="/") as bare,
        serving("wsgi:app", "api.serving", env=registry.environment, path=api_path(())) as server,
    ):
        yield bare, server


class _Beside:
    """Runs a load in turns with the same number of connections on the bare route."""

    def __init__(self, bare: Server, server: Server) -> None:
        self._bare = bare
        self._server = server

    def run(self, make: Callable[[], Sequence[bytes]], *, status: int = 200) -> tuple[list[float], list[float]]:
        """Requests per second of the server and of the bare route, run by run."""
        values, references = [], []
        for _ in range(RUNS):
            requests = make()
            references.append(self._load(self._bare, [request_bytes("/")] * _BARE_REQUESTS).per_second)
            values.append(self._load(self._server, requests, status).per_second)
        return values, references

    def _load(self, server: Server, requests: Sequence[bytes], status: int = 200) -> Load:
        return run_load(server.port, requests, connections=CONNECTIONS, status=status)


def _latency(server: Server, searches: Searches, rows: int, target: Target | None) -> Figure:
    """One client, one request after the other; one search in twenty has no condition at all."""
    drawn = [*searches.draw(_ONE_CLIENT - _EMPTY), *searches.draw_empty(_EMPTY)]
    empty = run_load(server.port, [request_bytes(api_path(p)) for p in drawn[-_EMPTY:]], connections=1)
    some = run_load(server.port, [request_bytes(api_path(p)) for p in drawn[:-_EMPTY]], connections=1)
    both = Load(empty.seconds + some.seconds, [*empty.latencies, *some.latencies])
    return compared(
        "distinct searches, one client, p99",
        rows,
        "ms",
        [both.percentile_ms(0.99)],
        target=target,
        details={
            "p50_ms": both.percentile_ms(0.5),
            "empty_search_p50_ms": empty.percentile_ms(0.5),
            "empty_search_slowest_ms": empty.percentile_ms(1.0),
        },
    )


def _warm_up(server: Server, requests: Sequence[bytes]) -> None:
    run_load(server.port, requests, connections=CONNECTIONS)


def _ceiling() -> float:
    return measure_ceiling(requests=20_000, connections=CONNECTIONS)


def _etag(port: int, path: str) -> str:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(request_bytes(path, [("Connection", "close")]))
        answer = b""
        while block := connection.recv(65_536):
            answer += block
    found = re.search(rb"\r\nETag: ([^\r]+)\r\n", answer)
    assert found is not None
    return found[1].decode("ascii")


def search_targets(rows: int) -> dict[str, Target]:
    """What the lines must reach at a size of the registry."""
    more = Better.MORE
    if rows <= 100_000:
        return {"distinct": Target(more, 0.20)}
    return {
        "distinct": Target(more, 0.05),
        "p99": Target(Better.LESS, 25.0),
        "repeated": Target(more, 0.50),
        "unchanged": Target(more, 0.60),
        "page": Target(more, 0.04),
    }
