"""Jobs that were promised beside those that were reported, period by period."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from markupsafe import Markup

from api.formatting import format_count
from api.pages.facts import Fact, period_words, source_words
from api.pages.labels import VALUE_STATE
from api.pages.language import page_url
from api.pages.texts import gettext as _
from api.pages.values import Item
from exemptions.columns import JobsKind, PersonKind, ValueState


@dataclass(frozen=True, slots=True)
class JobsCell:
    """The jobs of one kind in one period, or why there are none."""

    text: str
    is_state: bool


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """One period of one benefit."""

    period: str
    promised: JobsCell
    reported: JobsCell
    source: str
    releases: tuple[int, ...]
    """The releases that brought its jobs, as far as they are known."""
    benefit: str
    url: str


@dataclass(frozen=True, slots=True)
class JobsCompared:
    """The jobs of some benefits, what was promised beside what was reported.

    Quarters are periods of their own and are never added; what does not tell its period or kind stands apart.
    """

    rows: tuple[ComparedRow, ...]
    sentences: tuple[str, ...]
    hides_small: bool
    """Whether small numbers are withheld, so that a missing one may be there."""


@dataclass(slots=True)
class _Period:
    jobs: dict[str, int] = field(default_factory=dict)
    sources: dict[Markup, None] = field(default_factory=dict)
    releases: set[int] = field(default_factory=set)


def compare_jobs(facts: Iterable[Fact], items: Mapping[str, Item], benefits: Mapping[str, str]) -> JobsCompared:
    """The jobs of the records `items` by period, the latest first; `benefits` names each record."""
    periods: defaultdict[tuple[str, str], _Period] = defaultdict(_Period)
    for fact in facts:
        if fact["period"] is not None and fact["kind"] is not None:
            together = periods[fact["period"], fact["record_id"]]
            together.jobs[fact["kind"]] = fact["jobs"]
            together.sources[source_words(fact["source"])] = None
            together.releases |= {fact["release"]} - {None}
    rows = tuple(
        ComparedRow(
            period=period_words(period),
            promised=_cell(together, JobsKind.PROJECTED, items[record_id]),
            reported=_cell(together, JobsKind.REPORTED, items[record_id]),
            source=Markup(", ").join(together.sources),
            releases=tuple(sorted(together.releases)),
            benefit=benefits[record_id],
            url=page_url("record", record_id=record_id),
        )
        for (period, record_id), together in sorted(periods.items(), reverse=True)
    )
    natural = any(item["person_kind"] == PersonKind.NATURAL for item in items.values())
    return JobsCompared(rows, tuple(_sentences(periods)) if len(items) == 1 else (), hides_small=natural)


def _cell(together: _Period, kind: JobsKind, item: Item) -> JobsCell:
    jobs = together.jobs.get(kind)
    if jobs is not None:
        return JobsCell(format_count(jobs), is_state=False)
    if item["person_kind"] == PersonKind.NATURAL:
        return JobsCell(_("no reportado o reservado"), is_state=True)
    return JobsCell(str(VALUE_STATE[ValueState.NOT_REPORTED]), is_state=True)


def _sentences(periods: Mapping[tuple[str, str], _Period]) -> Iterable[str]:
    """What was promised and what was reported: of each period that has both, else of the latest of each."""
    both = [
        (period, together) for (period, _id), together in sorted(periods.items(), reverse=True) if _has_both(together)
    ]
    for period, together in both:
        yield _(
            "Prometió %(promised)s, reportó %(reported)s en %(period)s.",
            promised=format_count(together.jobs[JobsKind.PROJECTED]),
            reported=format_count(together.jobs[JobsKind.REPORTED]),
            period=period_words(period),
        )
    if not both:
        promised, reported = _latest(periods, JobsKind.PROJECTED), _latest(periods, JobsKind.REPORTED)
        if promised and reported:
            yield _(
                "Prometió %(promised)s en %(promised_in)s; lo último que reportó son %(reported)s, en %(reported_in)s.",
                promised=format_count(promised[1]),
                promised_in=period_words(promised[0]),
                reported=format_count(reported[1]),
                reported_in=period_words(reported[0]),
            )


def _has_both(together: _Period) -> bool:
    return {JobsKind.PROJECTED.value, JobsKind.REPORTED.value} <= together.jobs.keys()


def _latest(periods: Mapping[tuple[str, str], _Period], kind: JobsKind) -> tuple[str, int] | None:
    told = [(period, together.jobs[kind]) for (period, _id), together in periods.items() if kind in together.jobs]
    return max(told, default=None)
