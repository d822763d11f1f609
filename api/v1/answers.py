"""What answers made from a release have in common."""

from __future__ import annotations

from exemptions.calendar import format_instant
from exemptions.release import Release


def release_facts(release: Release) -> dict[str, object]:
    """The release that an answer was made from, as every answer begins."""
    return {
        "release": release.number,
        "published_at": format_instant(release.published_at),
        "status_date": release.status_date.isoformat(),
    }
