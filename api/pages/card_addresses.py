"""Where the picture of a page is that messengers show beside a link to it."""

from __future__ import annotations

from api.pages.language import page_url
from exemptions.release import Release
from exemptions.subjects import SubjectKind

_PAGES_WITH_ONE = frozenset({"record", "taxpayer", *SubjectKind})
"""Pages whose picture is their own; the others show the registry's."""


def card_url(page: str, path: str, release: Release) -> str:
    """The path of the picture of a page: its own where it has one, after its own path; else the registry's."""
    prefix = page_url("home").rstrip("/")
    own = path.removeprefix(prefix) if page in _PAGES_WITH_ONE else ""
    return f"{prefix}/tarjeta{own}.png?release={release.number}"
