"""What `current.json` says of a folder of releases: which exist, which is current, which were withdrawn."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

from exemptions.calendar import guatemala_day, parse_instant
from exemptions.errors import (
    MALFORMED,
    NothingPublished,
    ReleaseDamaged,
    ReleaseNotFound,
    ReleaseWithdrawn,
)
from exemptions.exhaustion import refuse_exhausted

POINTER = "current.json"


class ReleaseState(StrEnum):
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class ListedRelease:
    """One release as the pointer lists it."""

    release: int
    published_at: datetime
    status_date: date
    manifest_sha256: str
    restores: int | None
    state: ReleaseState
    withdrawn_at: datetime | None = None
    reason: str | None = None
    """Why it was withdrawn."""

    @property
    def withdrawn(self) -> bool:
        """Whether only its tombstone remains."""
        return self.state is ReleaseState.WITHDRAWN


@dataclass(frozen=True, slots=True)
class Pointer:
    """What `current.json` says."""

    current: ListedRelease | None
    """None when every release was withdrawn."""
    releases: Mapping[int, ListedRelease]

    @property
    def withdrawn(self) -> frozenset[int]:
        """The numbers of the releases of which only a tombstone remains."""
        return frozenset(number for number, listed in self.releases.items() if listed.withdrawn)


def read_pointer(path: Path) -> Pointer:
    """What the pointer of a release store says.

    Raises: NothingPublished if there is none; ReleaseDamaged, Exhausted.
    """
    try:
        content = (path / POINTER).read_bytes()
    except FileNotFoundError as error:
        raise nothing_published() from error
    except OSError as error:
        refuse_exhausted(error)
        raise _unreadable_pointer() from error
    return parse_pointer(content)


# The file is read for many answers and changes with a release; reading what its bytes say takes most of the time.
@lru_cache(maxsize=8)
def parse_pointer(content: bytes) -> Pointer:
    """What the bytes of a `current.json` say.

    Raises: ReleaseDamaged if they do not say which releases exist.
    """
    try:
        return _parse_pointer(json.loads(content))
    except MALFORMED as error:
        raise _unreadable_pointer() from error


def _parse_pointer(content: Mapping[str, Any]) -> Pointer:
    releases = {
        int(entry["release"]): ListedRelease(
            release=int(entry["release"]),
            published_at=parse_instant(entry["published_at"]).astimezone(UTC),
            status_date=date.fromisoformat(entry["status_date"]),
            manifest_sha256=str(entry["manifest_sha256"]),
            restores=entry.get("restores"),
            state=ReleaseState(entry["state"]),
            withdrawn_at=_instant(entry.get("withdrawn_at")),
            reason=entry.get("reason"),
        )
        for entry in content["releases"]
    }
    if any(number < 1 for number in releases):
        raise ValueError("releases are numbered from 1")
    current = content["release"]
    if current is not None and releases[int(current)].manifest_sha256 != content["manifest_sha256"]:
        raise ValueError("it says two things of the current release")
    return Pointer(None if current is None else releases[int(current)], releases)


def _instant(text: str | None) -> datetime | None:
    return None if text is None else parse_instant(text).astimezone(UTC)


def get_listed(pointer: Pointer, number: int) -> ListedRelease:
    """A release that can be had.

    Raises: ReleaseNotFound, ReleaseWithdrawn.
    """
    listed = pointer.releases.get(number)
    if listed is None:
        raise ReleaseNotFound(f"No existe la publicación {number}.", f"There is no release {number}.")
    if listed.withdrawn:
        raise _withdrawn(listed)
    return listed


def _withdrawn(listed: ListedRelease) -> ReleaseWithdrawn:
    number, day = listed.release, listed.withdrawn_at and guatemala_day(listed.withdrawn_at).isoformat()
    if day is None or not listed.reason:
        return ReleaseWithdrawn(f"La publicación {number} fue retirada.", f"Release {number} was withdrawn.")
    return ReleaseWithdrawn(
        f"La publicación {number} fue retirada el {day}. Motivo: {listed.reason}",
        f"Release {number} was withdrawn on {day}. Reason: {listed.reason}",
    )


def _unreadable_pointer() -> ReleaseDamaged:
    return ReleaseDamaged(
        "current.json no se puede leer o no dice qué publicaciones hay.",
        "current.json cannot be read or does not say which releases exist.",
    )


def nothing_published() -> NothingPublished:
    """The fault of a registry that has no release yet, or none any more."""
    return NothingPublished("Todavía no hay ninguna publicación.", "Nothing has been published yet.")
