"""Pages that are read and not searched: they need no publication, and tell of the newest one where there is any."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response

from api.pages.render import Context, answer_page, answer_plain
from api.parameters import refuse_parameters
from api.releases_at import current_release
from exemptions.errors import NothingPublished
from exemptions.release import Release


def answer_reading(template: str, make: Callable[[Release | None], Context], *, depends_on: str = "") -> Response:
    """The page; `make` gives what its template needs, from the newest release or from none."""
    refuse_parameters()
    try:
        release = current_release()
    except NothingPublished:
        return answer_plain(template, make(None))
    return answer_page(release, template, lambda: make(release), depends_on=depends_on)
