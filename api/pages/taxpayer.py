"""The page of one taxpayer: all benefits of a legal person together. Natural persons have none."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

from flask import redirect
from werkzeug.wrappers import Response as BaseResponse

from api.formatting import format_count, format_day, format_tax_number
from api.pages.blueprint import pages
from api.pages.facts import (
    AmountRow,
    Fact,
    TimelineEntry,
    amount_rows,
    period_words,
    timeline,
)
from api.pages.fields import FieldLine, field_groups
from api.pages.figures import AmountTotal, EnergyRow, JobsGroup, amount_totals, energy_rows, jobs_groups
from api.pages.labels import JOBS_KIND, STATUS
from api.pages.language import page_url
from api.pages.links import export_url
from api.pages.render import answer_page, page_reader
from api.pages.sentences import short_term, verdict
from api.pages.texts import gettext as _
from api.pages.texts import ngettext
from api.pages.values import Item, Reader
from api.parameters import parameter_reader
from api.releases_at import CHOICE, chosen_release, read_choice, release_days
from exemptions.columns import Status
from exemptions.nit import parse_nit
from exemptions.release import Release

_TOLD = ("taxes", "legal_basis", "authority", "resolution", "jobs", "amount_gtq")
"""Columns that the page tells of each benefit; the benefit's own page tells all."""


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
    category: str
    url: str
    status: str
    status_word: str
    term: str
    lines: tuple[FieldLine, ...]


@dataclass(frozen=True, slots=True)
class JobsTotal:
    """Jobs of one period and kind over several benefits; periods and kinds are never added together."""

    period: str
    kind: str
    jobs: int
    rows: int


@dataclass(frozen=True, slots=True)
class TaxpayerPage:
    """What the page of a taxpayer tells."""

    name: str
    other_names: tuple[str, ...]
    nit: str
    summary: str
    benefits: tuple[Benefit, ...]
    job_totals: tuple[JobsTotal, ...]
    jobs: tuple[JobsGroup, ...]
    amount_totals: tuple[AmountTotal, ...]
    amounts: tuple[AmountRow, ...]
    energy: tuple[EnergyRow, ...]
    timeline: list[TimelineEntry]
    json_url: str
    csv_url: str
    report_url: str


@pages.get("/contribuyente/<nit>", endpoint="taxpayer")
def show_taxpayer(nit: str) -> BaseResponse:
    """All benefits of a legal person; the same answer for a natural person's NIT as for an unknown one."""
    parameters = parameter_reader(*CHOICE)
    choice = read_choice(parameters)
    parameters.raise_problems()
    release = chosen_release(choice)
    rows = release.taxpayer_rows(nit)
    canonical = parse_nit(nit).canonical
    if nit != canonical:
        return redirect(page_url("taxpayer", nit=canonical, **dict(choice.params)), code=HTTPStatus.MOVED_PERMANENTLY)
    return answer_page(
        release,
        "taxpayer.html",
        lambda: {"taxpayer": _build(release, canonical, release.to_items(rows), page_reader(release))},
        query=choice.params,
        pinned=choice.is_pinned,
    )


def _build(release: Release, nit: str, items: Sequence[Item], reader: Reader) -> TaxpayerPage:
    ids = [item["record_id"] for item in items]
    benefits = {
        item["record_id"]: reader.name_of("categories", item["category"], item["category_name"]) for item in items
    }
    # The name that most of its benefits carry comes first; files write the same taxpayer in several ways.
    names = tuple(name for name, _count in Counter(item["name"] for item in items if item["name"]).most_common())
    jobs, amounts = release.jobs_of(ids), release.amounts_of(ids)
    return TaxpayerPage(
        name=names[0],
        other_names=names[1:],
        nit=format_tax_number(nit),
        summary=_summary(release, items, reader),
        benefits=tuple(_benefit(item, benefits[item["record_id"]], reader) for item in _by_status(items)),
        job_totals=_job_totals(jobs),
        jobs=jobs_groups(jobs, benefits),
        amount_totals=amount_totals(amounts, reader),
        amounts=amount_rows(amounts, benefits, reader),
        energy=energy_rows(release.energy_of(ids), benefits, reader),
        timeline=_timeline(release, items, benefits, reader),
        json_url=f"/api/v1/taxpayers/{nit}?release={release.number}",
        csv_url=export_url("csv", [("nit", nit)], release=release.number),
        report_url=page_url("corrections", nit=nit),
    )


def _by_status(items: Sequence[Item]) -> list[Item]:
    """What is in force first, what has ended last; the latest first among those alike."""
    latest_first = sorted(items, key=lambda item: item["valid_from"] or "", reverse=True)
    return sorted(latest_first, key=lambda item: _STATUS_ORDER.index(Status(item["status"])))


def _summary(release: Release, items: Sequence[Item], reader: Reader) -> str:
    if len(items) == 1:
        return verdict(items[0], status_date=release.status_date, lang=reader.lang)
    active = sum(item["status"] == Status.ACTIVE for item in items)
    count, day = format_count(len(items)), format_day(release.status_date, reader.lang)
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


def _benefit(item: Item, category: str, reader: Reader) -> Benefit:
    lines = {line.key: line for group in field_groups(item, reader) for line in group.lines}
    return Benefit(
        category=category,
        url=page_url("record", record_id=item["record_id"]),
        status=item["status"],
        status_word=str(STATUS[item["status"]]),
        term=short_term(item, lang=reader.lang),
        lines=tuple(lines[key] for key in _TOLD),
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


def _timeline(release: Release, items: Sequence[Item], benefits: dict[str, str], reader: Reader) -> list[TimelineEntry]:
    entries: list[TimelineEntry] = []
    for item in items:
        url = page_url("record", record_id=item["record_id"])
        ids = [item["record_id"]]
        for entry in timeline(item, release.events_of(ids), release.history_of(ids), release_days(), reader.lang):
            entries.append(
                TimelineEntry(entry.on, entry.when, entry.title, entry.detail, url, benefits[item["record_id"]])
            )
    return sorted(entries, key=lambda entry: entry.on)
