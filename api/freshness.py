"""Figures that are looked up when they are asked for: which release is served, how old it is, what waits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, time

from flask import current_app
from prometheus_client import CollectorRegistry
from prometheus_client.metrics_core import GaugeMetricFamily, Metric

from api.earlier import earlier_manifests
from api.state import app_state
from exemptions.calendar import GUATEMALA
from exemptions.errors import Exhausted, NothingPublished, ReleaseDamaged
from exemptions.release import Release
from exemptions.store import ReleaseStore
from exemptions.store_sight import find_sight

EXTENSION = "fresh_figures"
"""Where an application keeps what else it can tell: functions that give families of figures."""

Figures = Callable[[], Iterable[Metric]]


class _Fresh:
    def collect(self) -> Iterator[Metric]:
        """What prometheus_client asks of a collector."""
        yield from _of_releases()
        yield from _of_store()
        others: tuple[Figures, ...] = current_app.extensions.get(EXTENSION, ())
        for figures in others:
            yield from figures()


def fresh_registry() -> CollectorRegistry:
    """A registry of these figures, for one answer."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Fresh())
    return registry


def _of_releases() -> Iterator[Metric]:
    store = app_state().store
    pointed, served = _pointed(store), _served(store)
    if pointed is not None:
        yield _gauge("registry_pointed_release", "Number of the newest release that is published.", pointed)
        about = "Number of the release that this machine serves; 0 while none passes its check."
        yield _gauge("registry_served_release", about, served.number if served else 0)
    if served is None:
        return
    about = "Earlier releases whose manifest is damaged on this machine; the catalogue leaves them out."
    yield _gauge("registry_damaged_manifests", about, len(earlier_manifests(served.number).damaged))
    day = datetime.combine(served.status_date, time(), GUATEMALA)
    for name, about, instant in (
        ("registry_published_seconds", "When the served release was published", served.published_at),
        ("registry_status_day_seconds", "Begin of the day that statuses are of", day),
    ):
        yield _gauge(name, f"{about}, in seconds since 1970.", instant.timestamp())
    yield _gauge("registry_records", "Records of the served release.", served.records.num_rows)


def _pointed(store: ReleaseStore) -> int | None:
    try:
        return store.get_listed().release
    except (NothingPublished, ReleaseDamaged, Exhausted):
        return None


def _served(store: ReleaseStore) -> Release | None:
    try:
        return store.current()
    except (NothingPublished, ReleaseDamaged, Exhausted):
        return None


def _of_store() -> Iterator[Metric]:
    """What the store that machines share had at the last look; nothing where there is none."""
    sight = find_sight(app_state().settings.releases)
    if sight is not None:
        yield _gauge("registry_store_release", "Newest release of the shared store.", sight.release or 0)
        looked = "When the shared store last answered, in seconds since 1970."
        yield _gauge("registry_store_looked_seconds", looked, sight.looked_at.timestamp())
        role = "1 if this machine copies from the store, 0 if it publishes to it."
        yield _gauge("registry_store_is_followed", role, int(sight.is_followed))
        pinned = "1 if this machine takes only what a key that it was told to trust has signed."
        yield _gauge("registry_store_is_pinned", pinned, int(sight.is_pinned))
        refused = "1 if this machine refused what the shared store has: unsigned, damaged, earlier or foreign."
        yield _gauge("registry_store_is_refused", refused, int(sight.is_refused))


def _gauge(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(name, about, value=value)
