"""The page of one taxpayer: all benefits of a legal person together. Natural persons have none."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus

from flask import redirect
from werkzeug.wrappers import Response as BaseResponse

from api.formatting import format_count, format_day, format_tax_number
from api.found import FoundTaxpayer, find_taxpayer
from api.pages.blueprint import pages
from api.pages.facts import AmountRow, Fact, JobsRow, TimelineEntry, period_words, timeline
from api.pages.fields import FieldLine, field_groups
from api.pages.figures import (
    AmountTotal,
    EnergyRow,
    amount_totals,
    energy_rows,
    forgone_rows,
    jobs_apart,
    other_rows,
)
from api.pages.jobs_compared import JobsCompared, compare_jobs
from api.pages.labels import JOBS_KIND, STATUS
from api.pages.language import page_url
from api.pages.links import export_url, pinned_page
from api.pages.render import answer_page, page_reader
from api.pages.sentences import short_term, status_sentence
from api.pages.sums import excluded_words
from api.pages.texts import gettext as _
from api.pages.texts import ngettext
from api.pages.values import Item, Reader, Shown, show
from api.parameters import parameter_reader
from api.releases_at import CHOICE, ReleaseChoice, chosen_release, read_choice, release_days
from exemptions.columns import Status, ValueState
from exemptions.ended import EndedBenefit
from exemptions.origins import value_releases
from exemptions.release import Release

_TOLD = ("taxes", "legal_basis", "authority", "resolution", "jobs", "amount_gtq")
"""Columns that the page tells of each benefit; the benefit's own page tells all."""

_DETAILED = 25
"""Benefits told one by one; a page of more would be read by nobody, and each has a page of its own."""
_LISTED = 500
"""Lines of a table of this page: some 150 kB of text, packed 15 kB. What is left out is in the files."""


_STATUS_ORDER = (
    Status.ACTIVE,
    Status.SUSPENDED,
    Status.PENDING,
    Status.EXPIRED,
    Status.CANCELLED,
    Status.REVOKED,
)


@dataclass(frozen=True, slots=True)
class Benefit:
    """One benefit in the list of all."""

    anchor: str
    """Where on the page it is told; empty where it only stands in the list."""
    category: str
    url: str
    status: str
    status_word: str
    term: str
    resolution: Shown
    jobs: Shown
    amount: Shown
    lines: tuple[FieldLine, ...]


@dataclass(frozen=True, slots=True)
class JobsTotal:
    """Jobs of one period and kind over several benefits; periods and kinds are never added together."""

    period: str
    kind: str
    jobs: int
    rows: int


@dataclass(frozen=True, slots=True)
class EndedLine:
    """A benefit that is no longer in the registry."""

    category: str
    resolution: str
    url: str
    ended: int
    ended_url: str
    ended_on: str


@dataclass(frozen=True, slots=True)
class TaxpayerPage:
    """What the page of a taxpayer tells."""

    release: int
    name: str
    other_names: tuple[str, ...]
    nit: str
    nit_plain: str
    """As addresses have it."""
    summary: str
    asked: str
    today_url: str
    benefits: tuple[Benefit, ...]
    """The first ones, up to the most that the page lists."""
    benefits_count: int
    all_url: str
    """The search that lists every benefit, page by page."""
    job_totals: tuple[JobsTotal, ...]
    jobs: JobsCompared
    jobs_apart: tuple[JobsRow, ...]
    amount_totals: tuple[AmountTotal, ...]
    amounts_excluded: str
    forgone: tuple[AmountRow, ...]
    not_forgone: tuple[AmountRow, ...]
    cut: str
    """What the tables of figures leave out; empty when they leave out nothing."""
    energy: tuple[EnergyRow, ...]
    timeline: list[TimelineEntry]
    ended: tuple[EndedLine, ...]
    json_url: str
    csv_url: str
    pinned_url: str
    report_url: str


@pages.get("/contribuyente/<nit>", endpoint="taxpayer")
def show_taxpayer(nit: str) -> BaseResponse:
    """All benefits of a legal person; the same answer for a natural person's NIT as for an unknown one."""
    parameters = parameter_reader(*CHOICE)
    choice = read_choice(parameters)
    parameters.raise_problems()
    release = chosen_release(choice)
    found = find_taxpayer(release, nit)
    if nit != found.nit:
        return redirect(page_url("taxpayer", nit=found.nit, **dict(choice.params)), code=HTTPStatus.MOVED_PERMANENTLY)
    return answer_page(
        release,
        "taxpayer.html",
        lambda: {"taxpayer": _build(release, found, choice, page_reader(release))},
        query=choice.params,
        pinned=choice.is_pinned,
        depends_on=";".join(found.depends_on),
    )


def _build(release: Release, found: FoundTaxpayer, choice: ReleaseChoice, reader: Reader) -> TaxpayerPage:
    items = _by_status(release.to_items(found.rows))
    by_id = {item["record_id"]: item for item in items}
    ids = list(by_id)
    benefits = {
        item["record_id"]: reader.name_of("categories", item["category"], item["category_name"]) for item in items
    }
    names = _names(items, found.ended)
    jobs, amounts = release.jobs_of(ids), release.amounts_of(ids)
    forgone, others = forgone_rows(amounts, benefits, reader), other_rows(amounts, benefits, reader)
    compared = compare_jobs(jobs, by_id, benefits)
    is_short = len(items) <= _DETAILED
    params = choice.params
    return TaxpayerPage(
        release=release.number,
        name=names[0],
        other_names=names[1:],
        nit=format_tax_number(found.nit),
        nit_plain=found.nit,
        summary=_summary(release, items, reader),
        asked=_asked(release, choice, reader.lang),
        today_url=page_url("taxpayer", nit=found.nit) if params else "",
        benefits=_benefits(release, items[:_LISTED], benefits, choice, reader),
        benefits_count=len(items),
        all_url=page_url("search", nit=found.nit, **dict(params)),
        job_totals=_job_totals(jobs),
        jobs=JobsCompared(compared.rows[:_LISTED], compared.sentences, compared.hides_small),
        jobs_apart=jobs_apart(jobs, benefits)[:_LISTED],
        amount_totals=amount_totals(amounts, reader),
        amounts_excluded=_excluded(items),
        forgone=forgone[:_LISTED],
        not_forgone=others[:_LISTED],
        cut=_cut(len(compared.rows), len(forgone), len(others)),
        energy=energy_rows(release.energy_of(ids), benefits, reader)[:_LISTED],
        timeline=_timeline(release, items, benefits, reader) if is_short else [],
        ended=tuple(_ended_line(benefit, reader) for benefit in found.ended[:_LISTED]),
        json_url=f"/api/v1/taxpayers/{found.nit}?release={release.number}",
        csv_url=export_url("csv", [("nit", found.nit)], release=release.number),
        pinned_url=pinned_page("taxpayer", release=release.number, nit=found.nit),
        report_url=page_url("corrections", nit=found.nit),
    )


def _names(items: Sequence[Item], ended: Sequence[EndedBenefit]) -> tuple[str, ...]:
    """The names of a taxpayer; files write the same one in several ways, and what most benefits carry comes first."""
    told = [item["name"] for item in items] or [benefit.name for benefit in ended]
    names = tuple(name for name, _count in Counter(name for name in told if name).most_common())
    return names or (_("Nombre no publicado"),)


def _asked(release: Release, choice: ReleaseChoice, lang: str) -> str:
    """What an address that names a release or a day adds."""
    if choice.as_of is not None:
        return _(
            "El %(day)s regía la publicación %(number)s, con estados al %(status_day)s.",
            day=format_day(choice.as_of, lang),
            number=release.number,
            status_day=format_day(release.status_date, lang),
        )
    if choice.number is None:
        return ""
    day = format_day(release_days()[release.number], lang)
    return _("Así estaba en la publicación %(number)s, del %(day)s.", number=release.number, day=day)


def _excluded(items: Sequence[Item]) -> str:
    """How many benefits have no amount to add, and why."""
    counted = Counter(item["amount_status"] for item in items)
    states = {state.value: counted.get(state.value, 0) for state in ValueState}
    return excluded_words(states) if counted.total() > states[ValueState.REPORTED] else ""


def _cut(*lengths: int) -> str:
    left_out = sum(max(0, length - _LISTED) for length in lengths)
    if not left_out:
        return ""
    return _(
        "Las tablas muestran las %(shown)s líneas más recientes; %(left)s más están en el JSON de esta página. "
        "Las sumas cuentan todas.",
        shown=format_count(_LISTED),
        left=format_count(left_out),
    )


def _ended_line(benefit: EndedBenefit, reader: Reader) -> EndedLine:
    day = release_days().get(benefit.ended)
    return EndedLine(
        category=reader.name_of("categories", benefit.category, benefit.category_name),
        resolution=benefit.resolution or "",
        url=page_url("record", record_id=benefit.record_id),
        ended=benefit.ended,
        ended_url=page_url("release", number=benefit.ended),
        ended_on=format_day(day, reader.lang) if day else "",
    )


def _by_status(items: Sequence[Item]) -> list[Item]:
    """What is in force first, what has ended last; the latest first among those alike."""
    latest_first = sorted(items, key=lambda item: item["valid_from"] or "", reverse=True)
    return sorted(latest_first, key=lambda item: _STATUS_ORDER.index(Status(item["status"])))


def _summary(release: Release, items: Sequence[Item], reader: Reader) -> str:
    count, day = format_count(len(items)), format_day(release.status_date, reader.lang)
    if not items:
        return _("Ningún beneficio de este contribuyente está ya en el registro.")
    if len(items) == 1:
        events = release.events_of([items[0]["record_id"]])
        return status_sentence(items[0], events, status_date=release.status_date, lang=reader.lang)
    active = sum(item["status"] == Status.ACTIVE for item in items)
    if not active:
        return _("Tiene %(all)s beneficios; al %(day)s ninguno estaba vigente.", all=count, day=day)
    if active == len(items):
        return _("Tiene %(all)s beneficios; al %(day)s todos estaban vigentes.", all=count, day=day)
    return ngettext(
        "Tiene %(all)s beneficios; al %(day)s solo uno estaba vigente.",
        "Tiene %(all)s beneficios; al %(day)s estaban vigentes %(num)s.",
        active,
        all=count,
        day=day,
    )


def _benefits(
    release: Release, items: Sequence[Item], names: Mapping[str, str], choice: ReleaseChoice, reader: Reader
) -> tuple[Benefit, ...]:
    histories: defaultdict[str, list[Fact]] = defaultdict(list)
    for change in release.history_of([item["record_id"] for item in items[:_DETAILED]]):
        histories[change["record_id"]].append(change)
    return tuple(
        _benefit(
            item,
            names[item["record_id"]],
            histories[item["record_id"]] if place < _DETAILED else None,
            choice,
            reader,
        )
        for place, item in enumerate(items)
    )


def _benefit(
    item: Item, category: str, history: Sequence[Fact] | None, choice: ReleaseChoice, reader: Reader
) -> Benefit:
    """A benefit; one without `history` only stands in the list."""
    lines: tuple[FieldLine, ...] = ()
    if history is not None:
        told = {
            line.key: line
            for group in field_groups(item, value_releases(item, history), reader)
            for line in group.lines
        }
        lines = tuple(told[key] for key in _TOLD)
    return Benefit(
        anchor=f"beneficio-{item['record_id']}" if lines else "",
        category=category,
        url=page_url("record", record_id=item["record_id"], **dict(choice.params)),
        status=item["status"],
        status_word=str(STATUS[item["status"]]),
        term=short_term(item, lang=reader.lang),
        resolution=show(item, "resolution", reader),
        jobs=show(item, "jobs", reader),
        amount=show(item, "amount_gtq", reader),
        lines=lines,
    )


def _job_totals(jobs: Sequence[Fact]) -> tuple[JobsTotal, ...]:
    """The sums over more than one benefit; what one benefit alone reports is among the jobs themselves."""
    together: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for fact in jobs:
        if fact["period"] is None or fact["kind"] is None:
            continue
        together[fact["period"], fact["kind"]].append(fact["jobs"])
    return tuple(
        JobsTotal(period_words(period), str(JOBS_KIND[kind]), sum(counts), len(counts))
        for (period, kind), counts in sorted(together.items(), reverse=True)
        if len(counts) > 1
    )


def _timeline(
    release: Release, items: Sequence[Item], benefits: Mapping[str, str], reader: Reader
) -> list[TimelineEntry]:
    entries: list[TimelineEntry] = []
    days = release_days()
    for item in items:
        record_id = item["record_id"]
        history, url = release.history_of([record_id]), page_url("record", record_id=record_id)
        told = timeline(item, release.events_of([record_id]), history, days, value_releases(item, history), reader.lang)
        entries += [replace(entry, url=url, link=benefits[record_id]) for entry in told]
    return sorted(entries, key=lambda entry: entry.on)
