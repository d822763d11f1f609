"""Which records of a search a release added, changed or ended."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl
import pyarrow as pa

from api.state import app_state
from exemptions.errors import NotFound
from exemptions.matches import matching_rows
from exemptions.query import RegistryQuery
from exemptions.release import Release

PER_DOCUMENT = 100
"""Entries of one document; a reader follows the links to the rest."""
_RELEASES_LOOKED_AT = 3
"""Releases that the newest document of a search covers at most: opening an old one checks all its files."""


@dataclass(frozen=True, slots=True)
class Part:
    """Some records that a release touched, and the release before it that tells of what ended."""

    release: Release
    before: Release | None
    record_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a document of the archive begins."""

    release: int
    page: int


@dataclass(frozen=True, slots=True)
class Found:
    """What one document tells, and where the next older one begins; None at the end."""

    parts: tuple[Part, ...]
    older: Place | None


def find_newest(query: RegistryQuery, current: Release) -> Found:
    """What the newest releases changed in the records of a search: the current one, and those before while they fit."""
    parts: list[Part] = []
    count = 0
    kept = [number for number in reversed(app_state().store.published()) if number <= current.number]
    for looked, number in enumerate(kept):
        if looked == _RELEASES_LOOKED_AT:
            return Found(tuple(parts), Place(number, 1))
        release = current if number == current.number else app_state().store.get(number)
        before = _release_before(number)
        touched = _touched(query, release, before)
        if parts and count + len(touched) > PER_DOCUMENT:
            return Found(tuple(parts), Place(number, 1))
        parts.append(Part(release, before, tuple(touched[:PER_DOCUMENT])))
        if len(touched) > PER_DOCUMENT:
            return Found(tuple(parts), Place(number, 2))
        count += len(touched)
    return Found(tuple(parts), None)


def find_archived(query: RegistryQuery, release: Release, page: int) -> Found:
    """What one release changed in the records of a search, a page of it.

    Raises: NotFound for a page after the last.
    """
    before = _release_before(release.number)
    touched = _touched(query, release, before)
    start = (page - 1) * PER_DOCUMENT
    if page > 1 and start >= len(touched):
        raise NotFound("Ese canal no tiene tantas páginas.", "That feed does not have so many pages.")
    part = Part(release, before, tuple(touched[start : start + PER_DOCUMENT]))
    if start + PER_DOCUMENT < len(touched):
        return Found((part,), Place(release.number, page + 1))
    return Found((part,), Place(before.number, 1) if before else None)


def _release_before(number: int) -> Release | None:
    """The newest release before that can still be had; of one that was withdrawn nothing can be asked."""
    store = app_state().store
    kept = [release for release in store.published() if release < number]
    return store.get(kept[-1]) if kept else None


def _touched(query: RegistryQuery, release: Release, before: Release | None) -> list[str]:
    """The records that the release touched and that match in it or did before it.

    Order: record_id.
    """
    touched = pl.Series(pl.from_arrow(release.changes.column("record_id")), dtype=pl.String).unique().sort()
    if not query.is_everything:
        sides = [_matching(query, side) for side in (release, before) if side is not None]
        touched = touched.filter(touched.is_in(pl.concat(sides).implode()))
    found: list[str] = touched.to_list()
    return found


def _matching(query: RegistryQuery, release: Release) -> pl.Series:
    ids: pa.Array = release.records.column("record_id")
    return pl.Series(pl.from_arrow(ids.take(matching_rows(release, query).to_arrow())), dtype=pl.String)
