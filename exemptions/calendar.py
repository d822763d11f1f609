"""Time as the registry tells it: calendar days of Guatemala, instants of UTC.

Source: Guatemala is UTC−6 all year; it has no summer time, so a fixed offset needs no time-zone database.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache

GUATEMALA = timezone(timedelta(hours=-6), "America/Guatemala")

Clock = Callable[[], datetime]
"""Gives the present instant with its time zone; tests inject their own."""


def system_clock() -> datetime:
    """The present instant in UTC."""
    return datetime.now(UTC)


def guatemala_day(instant: datetime) -> date:
    """The calendar day in Guatemala at `instant`, which must carry a time zone."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs its time zone")
    return instant.astimezone(GUATEMALA).date()


def seconds_to_midnight(instant: datetime) -> float:
    """Seconds from `instant` to the next midnight in Guatemala; more than 0, at most 86,400."""
    local = instant.astimezone(GUATEMALA)
    midnight = datetime.combine(local.date() + timedelta(days=1), datetime.min.time(), GUATEMALA)
    return (midnight - local).total_seconds()


@lru_cache(maxsize=256)
def format_instant(instant: datetime) -> str:
    """RFC 3339 in UTC, whole seconds, ending in Z."""
    return instant.astimezone(UTC).replace(microsecond=0).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_instant(text: str) -> datetime:
    """The instant of a text that `format_instant` made."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
