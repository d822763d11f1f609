"""The page that tells what is published and what is not, how the status is derived, and what cannot be concluded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Response

from api.formatting import format_percent
from api.pages.blueprint import pages
from api.pages.dictionary import state_lines
from api.pages.labels import STATUS, STATUS_MEANING, VALUE_STATE
from api.pages.policy import PolicyWords, policy_words
from api.pages.render import answer_page, answer_plain, page_reader
from api.pages.texts import gettext as _
from api.pages.values import Reader, column_label
from api.pages.withheld import CellGroup, CountedLine, WithheldLine, cell_groups, counted_lines, withheld_lines
from api.parameters import refuse_parameters
from api.releases_at import current_release
from api.state import app_state
from exemptions.aggregates import sums
from exemptions.columns import Status, ValueState
from exemptions.errors import NothingPublished
from exemptions.policy_history import trace
from exemptions.query import RegistryQuery
from exemptions.release import Release

_STATES = (ValueState.REPORTED, ValueState.NOT_REPORTED, ValueState.NOT_APPLICABLE, ValueState.WITHHELD)
_FROM_STRONG_TO_WEAK = (
    Status.REVOKED,
    Status.CANCELLED,
    Status.EXPIRED,
    Status.PENDING,
    Status.SUSPENDED,
    Status.ACTIVE,
)


@dataclass(frozen=True, slots=True)
class CoverageLine:
    """How many records have a number, and how many lack it for each reason, in the order of `_STATES`."""

    name: str
    counts: tuple[int, ...]
    share: str
    """Records with the number, of those that it applies to."""


@dataclass(frozen=True, slots=True)
class MethodologyPage:
    """What of the methodology depends on the publication."""

    two_person: bool | None
    """None while nothing has been published."""
    statuses: tuple[tuple[str, str], ...]
    states: tuple[tuple[str, str], ...]
    counted: tuple[CountedLine, ...] = ()
    withheld: tuple[WithheldLine, ...] = ()
    cells: tuple[CellGroup, ...] = ()
    coverage_heads: tuple[str, ...] = ()
    coverage: tuple[CoverageLine, ...] = ()
    policy: PolicyWords | None = None


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
    told = app_state().policies.until(release.number)
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
                cells=cell_groups(release, reader),
                coverage_heads=tuple(str(VALUE_STATE[state]) for state in _STATES),
                coverage=_coverage(release, reader),
                policy=policy_words(trace(told), reader),
            )
        },
        # A withdrawal, or a copy that was repaired, changes what is known of earlier rules without a new publication.
        depends_on=repr([one.release.release for one in told if one.rules is None]),
    )


def _coverage(release: Release, reader: Reader) -> tuple[CoverageLine, ...]:
    """How far the numbers that may be missing are known in a release."""
    states = sums(release, RegistryQuery()).states
    return tuple(_coverage_line(key, states[key], reader) for key in ("jobs", "amount_gtq"))


def _coverage_line(key: str, states: Mapping[str, int], reader: Reader) -> CoverageLine:
    counts = tuple(states[state] for state in _STATES)
    applies = sum(counts) - states[ValueState.NOT_APPLICABLE]
    known = states[ValueState.REPORTED]
    share = (
        _("%(share)s de los que lo tendrían", share=format_percent(known / applies))
        if applies
        else str(VALUE_STATE[ValueState.NOT_APPLICABLE])
    )
    return CoverageLine(column_label(key, reader.lang), counts, share)
