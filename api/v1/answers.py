"""What answers made from a release have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from exemptions.calendar import format_instant
from exemptions.release import Release

Value = TypeVar("Value")


def release_facts(release: Release) -> dict[str, object]:
    """The release that an answer was made from, as every answer begins."""
    return {
        "release": release.number,
        "published_at": format_instant(release.published_at),
        "status_date": release.status_date.isoformat(),
    }


def choose_fields(values: Mapping[str, Value], fields: Sequence[str]) -> dict[str, Value]:
    """The values of the columns asked for; all of them where none is."""
    return {key: value for key, value in values.items() if not fields or key in fields}


def lasting_address(path: str, release: Release, fields: Sequence[str]) -> str:
    """The address that always gives this answer."""
    chosen = f"&fields={','.join(fields)}" if fields else ""
    return f"{path}?release={release.number}{chosen}"
