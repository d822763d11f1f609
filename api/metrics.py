"""The figures of the service in Prometheus' text format, for programs on the same machine only."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import ip_address

from flask import Response, abort, request
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client import values as metric_values
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import REGISTRY

from api.freshness import fresh_registry
from api.parameters import refuse_parameters

_REQUESTS = Counter("registry_requests", "Answers sent.", ("method", "route", "status"))
_SECONDS = Histogram(
    "registry_request_seconds",
    "Seconds from the request to the last byte of the answer.",
    ("route",),
    # Most searches take milliseconds, an export of everything seconds.
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
_BODIES = Counter("registry_finished_bodies", "Answers taken from the finished bodies, or made.", ("found",))
_CUT = Counter("registry_cut_streams", "Streamed answers that failed and were cut.")

_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via")
"""Headers that a proxy adds: behind one, every request seems to come from this machine."""


def count_request(*, method: str, route: str, status: int, seconds: float) -> None:
    """Count one answer."""
    counter, histogram = _series(method, route, status)
    counter.inc()
    histogram.observe(seconds)


# Finding the two series by their labels takes longer than counting.
@lru_cache(maxsize=4_096)
def _series(method: str, route: str, status: int) -> tuple[Counter, Histogram]:
    return _REQUESTS.labels(method, route, str(status)), _SECONDS.labels(route)


def count_body(*, found: bool) -> None:
    """Count whether a finished body was found."""
    _bodies("yes" if found else "no").inc()


@lru_cache(maxsize=2)
def _bodies(found: str) -> Counter:
    return _BODIES.labels(found)


def count_cut_stream() -> None:
    """Count a stream that failed after its first byte."""
    _CUT.inc()


def answer_metrics() -> Response:
    """The figures of all workers; 404 for everybody who is not on this machine."""
    if not _asked_on_this_machine():
        abort(404)
    refuse_parameters()
    figures = generate_latest(_registry()) + generate_latest(fresh_registry())
    response = Response(figures, content_type=CONTENT_TYPE_LATEST)
    response.headers["Cache-Control"] = "no-store"
    return response


def _registry() -> CollectorRegistry:
    # Under gunicorn each worker counts in a file of its own, and the answer is the sum of all files.
    if not metric_values.ValueClass._multiprocess:
        return REGISTRY
    collected = CollectorRegistry()
    MultiProcessCollector(collected)  # type: ignore[no-untyped-call]
    return collected


def _asked_on_this_machine() -> bool:
    if any(name in request.headers for name in _FORWARDED):
        return False
    try:
        return ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False
