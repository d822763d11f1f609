"""Which release answers a request: chosen once, and used for everything in the answer."""

from __future__ import annotations

from flask import g

from api.metrics import show_release
from api.state import app_state
from exemptions.query import RegistryQuery
from exemptions.release import Release


def release_of_query(query: RegistryQuery, *, cursor_release: int | None = None) -> Release:
    """The release that a query names by number, by day or by its cursor; else the current one.

    Raises: ReleaseNotFound, ReleaseWithdrawn, NothingPublished; InvalidQuery for a day without a release.
    """
    store = app_state().store
    if query.release is not None:
        return keep_release(store.get(query.release))
    if query.as_of is not None:
        return keep_release(store.as_of(query.as_of))
    if cursor_release is not None:
        return keep_release(store.get(cursor_release))
    return current_release()


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
    show_release(release.number)
    return keep_release(release)


def keep_release(release: Release) -> Release:
    """Make `release` the one of this request, as pages, log and headers tell it."""
    g.release = release
    return release
