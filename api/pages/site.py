"""What the site tells of itself: who publishes it and why, what it remembers of visitors, whom it is accessible to."""

from __future__ import annotations

from datetime import date

from flask import Response

from api.formatting import format_day
from api.pages.blueprint import pages
from api.pages.language import page_language
from api.pages.reading import answer_reading
from exemptions.release import Release

_ACCESSIBILITY_CHECKED_ON = date(2026, 11, 29)
"""When the pages were last looked at as the statement says; change it together with what it says."""


@pages.get("/acerca", endpoint="about")
def show_about() -> Response:
    """What this is, who publishes it, on what legal frame, how it is made, and on what terms it may be used."""
    return answer_reading("about.html", lambda release: {"two_person": _two_person(release)})


@pages.get("/privacidad", endpoint="privacy")
def show_privacy() -> Response:
    """What is kept of a visit. Tests hold the sentences together with what the service does."""
    return answer_reading("privacy.html", lambda release: {})


@pages.get("/accesibilidad", endpoint="accessibility")
def show_accessibility() -> Response:
    """The statement on accessibility: what was checked, how, and what is known to be missing."""
    return answer_reading(
        "accessibility.html",
        lambda release: {"checked_on": format_day(_ACCESSIBILITY_CHECKED_ON, page_language())},
    )


def _two_person(release: Release | None) -> bool | None:
    """Whether another person approves what one loaded; None while nothing has been published."""
    return bool(release.manifest["two_person"]) if release is not None else None
