"""The page that tells what is published and what is not, how the status is derived, and what cannot be concluded."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response

from api.pages.blueprint import pages
from api.pages.dictionary import state_lines
from api.pages.labels import STATUS, STATUS_MEANING
from api.pages.render import answer_page, answer_plain, page_reader
from api.pages.withheld import CountedLine, WithheldLine, counted_lines, withheld_lines
from api.parameters import refuse_parameters
from api.releases_at import current_release
from exemptions.columns import Status
from exemptions.errors import NothingPublished

_FROM_STRONG_TO_WEAK = (
    Status.REVOKED,
    Status.CANCELLED,
    Status.EXPIRED,
    Status.PENDING,
    Status.SUSPENDED,
    Status.ACTIVE,
)


@dataclass(frozen=True, slots=True)
class MethodologyPage:
    """What of the methodology depends on the publication."""

    two_person: bool | None
    """None while nothing has been published."""
    statuses: tuple[tuple[str, str], ...]
    states: tuple[tuple[str, str], ...]
    counted: tuple[CountedLine, ...] = ()
    withheld: tuple[WithheldLine, ...] = ()


@pages.get("/metodologia", endpoint="methodology")
def show_methodology() -> Response:
    """What is published and what is not. It needs no publication; with one it counts what that one withholds."""
    refuse_parameters()
    statuses = tuple((str(STATUS[status]), str(STATUS_MEANING[status])) for status in _FROM_STRONG_TO_WEAK)
    try:
        release = current_release()
    except NothingPublished:
        page = MethodologyPage(two_person=None, statuses=statuses, states=state_lines())
        return answer_plain("methodology.html", {"methodology": page})
    reader = page_reader(release)
    return answer_page(
        release,
        "methodology.html",
        lambda: {
            "methodology": MethodologyPage(
                two_person=release.manifest["two_person"],
                statuses=statuses,
                states=state_lines(),
                counted=counted_lines(release.withheld, reader),
                withheld=withheld_lines(release.withheld, reader),
            )
        },
    )
