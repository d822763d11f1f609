"""Pages that are read and not searched."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response

from api.pages.render import Context, answer_page, answer_plain
from api.parameters import parameter_reader, refuse_parameters
from api.releases_at import CHOICE, ReleaseChoice, chosen_release, current_release, read_choice
from exemptions.errors import NothingPublished
from exemptions.release import Release


def answer_reading(template: str, make: Callable[[Release | None], Context], *, depends_on: str = "") -> Response:
    """A page that needs no publication; `make` gives what its template needs, from the newest release or from none."""
    refuse_parameters()
    try:
        release = current_release()
    except NothingPublished:
        return answer_plain(template, make(None))
    return answer_page(release, template, lambda: make(release), depends_on=depends_on)


def answer_release(template: str, make: Callable[[Release, ReleaseChoice], object]) -> Response:
    """A page of one release, which is all that can be chosen; `make` gives what its template calls `page`."""
    parameters = parameter_reader(*CHOICE)
    choice = read_choice(parameters)
    parameters.raise_problems()
    release = chosen_release(choice)
    return answer_page(
        release, template, lambda: {"page": make(release, choice)}, query=choice.params, pinned=choice.is_pinned
    )
