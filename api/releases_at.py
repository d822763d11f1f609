"""Which release answers a request: chosen once, and used for everything in the answer."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from flask import g

from api.state import app_state
from exemptions.calendar import guatemala_day
from exemptions.errors import Exhausted, NothingPublished, ReleaseDamaged
from exemptions.parameters import ParameterReader
from exemptions.pointer import ListedRelease
from exemptions.query import RegistryQuery
from exemptions.release import Release


def release_of_query(query: RegistryQuery, *, cursor_release: int | None = None) -> Release:
    """The release that a query names by number, by its cursor or by day; else the current one.

    Raises: ReleaseNotFound, ReleaseWithdrawn, NothingPublished; InvalidQuery for a day without a release.
    """
    store = app_state().store
    if query.release is not None:
        return keep_release(store.get(query.release))
    if cursor_release is not None:
        # Before the day: a release published during a walk would change which one is in force at the end of today.
        return keep_release(store.get(cursor_release))
    if query.as_of is not None:
        return keep_release(store.as_of(query.as_of))
    return current_release()


@dataclass(frozen=True, slots=True)
class ReleaseChoice:
    """Which release a request asks for: one by its number, the one of a day, or the current one."""

    number: int | None
    as_of: date | None

    @property
    def params(self) -> list[tuple[str, str]]:
        """The query that makes the same choice."""
        if self.number is not None:
            return [("release", str(self.number))]
        return [("as_of", self.as_of.isoformat())] if self.as_of is not None else []

    @property
    def is_pinned(self) -> bool:
        """Whether the answer never changes: the release of today may still be another one."""
        return self.number is not None


CHOICE = ("release", "as_of")
"""The parameters that `read_choice` reads."""


def read_choice(reader: ParameterReader) -> ReleaseChoice:
    """Which release the parameters ask for; what is wrong with them is noted."""
    return ReleaseChoice(*reader.release())


def chosen_release(choice: ReleaseChoice) -> Release:
    """The release asked for.

    Raises: ReleaseNotFound, ReleaseWithdrawn, NothingPublished; InvalidQuery for a day without a release.
    """
    if choice.as_of is not None:
        return keep_release(app_state().store.as_of(choice.as_of))
    return release_numbered(choice.number)


def release_numbered(number: int | None) -> Release:
    """The release of that number; the current one for None.

    Raises: ReleaseNotFound, ReleaseWithdrawn, NothingPublished.
    """
    return current_release() if number is None else keep_release(app_state().store.get(number))


def current_release() -> Release:
    """The newest release.

    Raises: NothingPublished.
    """
    release = app_state().store.current()
    return keep_release(release)


def listed_with(release: Release) -> tuple[ListedRelease, ...]:
    """Every release ever published as an answer made from `release` may list them, withdrawn ones included.

    One that was published since is left out, as this process does not serve it yet: an answer is of one release.
    Order: by number, the oldest first.
    """
    return tuple(entry for entry in app_state().store.list() if entry.withdrawn or entry.release <= release.number)


def release_days() -> dict[int, date]:
    """The day, in Guatemala, on which each release was published."""
    return {entry.release: guatemala_day(entry.published_at) for entry in app_state().store.list()}


def tell_release() -> None:
    """Let a page that is made from no release tell about the newest one all the same, when there is one.

    Every page must say when the registry's data is invented.
    """
    if "release" not in g:
        with suppress(NothingPublished, ReleaseDamaged, Exhausted):
            current_release()


def keep_release(release: Release) -> Release:
    """Make `release` the one of this request, as pages, log and headers tell it."""
    g.release = release
    return release


def download_name(release: Release, rest: str) -> str:
    """The name that a downloaded file gets: it says the release, and of a demonstration that its data is invented."""
    what = "datos-inventados" if release.manifest["demonstration"] else "exenciones"
    return f"{what}-{release.number}-{rest}"
