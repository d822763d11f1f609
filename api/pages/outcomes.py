"""The page of results: the benefit against the promised jobs, benefits ended early, and in how few hands it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from flask import Response

from api.formatting import format_count, format_money
from api.pages.blueprint import pages
from api.pages.files import table_files
from api.pages.labels import EVENT
from api.pages.language import page_url
from api.pages.links import Link
from api.pages.reading import answer_release
from api.pages.render import page_reader
from api.pages.subject_tables import percent
from api.pages.texts import LazyString, ngettext
from api.pages.texts import gettext as _
from api.pages.texts import lazy_gettext as _l
from api.pages.values import Reader
from api.releases_at import ReleaseChoice
from api.v1.outcomes import PATH
from exemptions.concentration import LEAST_TAXPAYERS
from exemptions.concentrations import Measured, by_category, by_tax
from exemptions.endings import Ending, list_endings
from exemptions.outcomes import Compared, NoOutcome, Outcome, PerJob, list_outcomes
from exemptions.release import Release

_NO_OUTCOME: Mapping[NoOutcome, LazyString] = {
    NoOutcome.NO_JOBS: _l("sin empleos reportados"),
    NoOutcome.NO_AMOUNT: _l("sin montos"),
    NoOutcome.NO_PROJECTION: _l("sin promesa publicada"),
    NoOutcome.NOT_SAME_RECORDS: _l("montos y empleos son de registros distintos"),
    NoOutcome.WITHHELD: _l("reservado"),
    NoOutcome.ZERO: _l("con un cero no hay razón"),
    NoOutcome.NOT_APPLICABLE: _l("no aplica"),
}


@dataclass(frozen=True, slots=True)
class Ratio:
    """A ratio with its two figures, or why there is none."""

    value: str
    detail: str
    is_state: bool


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    category: Link
    not_paid: str
    not_paid_detail: str
    fulfilled: Ratio
    per_job: Ratio


@dataclass(frozen=True, slots=True)
class OutcomeYear:
    year: int
    rows: tuple[OutcomeRow, ...]


@dataclass(frozen=True, slots=True)
class EndingRow:
    year: int
    category: Link
    event: str
    reason: str
    records: int


@dataclass(frozen=True, slots=True)
class HandsRow:
    """A category or tax, and how much of its amount is of the largest taxpayers."""

    name: Link
    year: int
    taxpayers: str
    total: str
    top: str
    percent: str
    percent_taxpayers: str


@dataclass(frozen=True, slots=True)
class OutcomesPage:
    """What the page shows; `main` is the year that most records tell both amount and jobs of."""

    main: OutcomeYear | None
    others: tuple[OutcomeYear, ...]
    without_jobs: int
    endings: tuple[EndingRow, ...]
    categories: tuple[HandsRow, ...]
    taxes: tuple[HandsRow, ...]
    least: int
    downloads: tuple[Link, ...]


@pages.get("/resultados", endpoint="outcomes")
def show_outcomes() -> Response:
    """The outcomes of a release."""
    return answer_release("outcomes.html", lambda release, choice: _build(release, choice, page_reader(release)))


@dataclass(frozen=True, slots=True)
class _Names:
    """Links to the pages of categories and taxes, of the release that was asked for."""

    reader: Reader
    pin: Mapping[str, str]

    def category(self, code: str) -> Link:
        return Link(self.reader.name_of("categories", code), page_url("category", code=code, **self.pin))

    def tax(self, code: str) -> Link:
        return Link(self.reader.name_of("taxes", code), page_url("tax", code=code, **self.pin))


def _build(release: Release, choice: ReleaseChoice, reader: Reader) -> OutcomesPage:
    names = _Names(reader, dict(choice.params))
    outcomes = list_outcomes(release)
    asked = [one for one in outcomes if one.per_job.no_ratio is not NoOutcome.NOT_APPLICABLE]
    main, *others = _years(asked, names) or (None,)
    return OutcomesPage(
        main=main,
        others=tuple(others),
        without_jobs=len({one.category for one in outcomes} - {one.category for one in asked}),
        endings=tuple(_ending(one, names) for one in list_endings(release)),
        categories=tuple(_hands(by_category(release), names.category)),
        taxes=tuple(_hands(by_tax(release), names.tax)),
        least=LEAST_TAXPAYERS,
        downloads=table_files(PATH, [("release", str(release.number))], reader.lang),
    )


def _years(outcomes: Iterable[Outcome], names: _Names) -> list[OutcomeYear]:
    """The year most told first, then the others, the latest first; years that tell promises alone are left out."""
    found: defaultdict[int, list[Outcome]] = defaultdict(list)
    for one in outcomes:
        if one.reported.records or one.not_paid_records:
            found[one.year].append(one)
    ordered = sorted(found, reverse=True)
    if not ordered:
        return []
    told = max(ordered, key=lambda year: (sum(one.per_job.records for one in found[year]), year))
    years = [told, *(year for year in ordered if year != told)]
    return [OutcomeYear(year, tuple(_row(one, names) for one in found[year])) for year in years]


def _row(one: Outcome, names: _Names) -> OutcomeRow:
    is_told = one.not_paid_gtq is not None
    return OutcomeRow(
        category=names.category(one.category),
        not_paid=format_money(one.not_paid_gtq) if one.not_paid_gtq is not None else _("sin montos"),
        not_paid_detail=_of_records(one.not_paid_records) if is_told else "",
        fulfilled=_fulfilled(one.compared),
        per_job=_per_job(one.per_job),
    )


def _fulfilled(compared: Compared) -> Ratio:
    if compared.projected is None or compared.reported is None:
        return Ratio(_why(compared.no_ratio), "", True)
    detail = _(
        "%(reported)s de %(projected)s prometidos, %(records)s",
        reported=format_count(compared.reported),
        projected=format_count(compared.projected),
        records=_in_records(compared.records),
    )
    if compared.no_ratio is not None:
        return Ratio(_why(compared.no_ratio), detail, True)
    return Ratio(percent(compared.fulfilled), detail, False)


def _per_job(per_job: PerJob) -> Ratio:
    if per_job.amount_gtq is None or per_job.jobs is None:
        return Ratio(_why(per_job.no_ratio), "", True)
    jobs = ngettext("%(count)s empleo", "%(count)s empleos", per_job.jobs, count=format_count(per_job.jobs))
    detail = _(
        "%(amount)s entre %(jobs)s, %(records)s",
        amount=format_money(per_job.amount_gtq),
        jobs=jobs,
        records=_in_records(per_job.records),
    )
    if per_job.amount_per_job_gtq is None:
        return Ratio(_why(per_job.no_ratio), detail, True)
    return Ratio(format_money(per_job.amount_per_job_gtq), detail, False)


def _why(reason: NoOutcome | None) -> str:
    return str(_NO_OUTCOME[reason]) if reason is not None else ""


def _of_records(records: int) -> str:
    return ngettext("de %(count)s registro", "de %(count)s registros", records, count=format_count(records))


def _in_records(records: int) -> str:
    return ngettext("en %(count)s registro", "en %(count)s registros", records, count=format_count(records))


def _ending(one: Ending, names: _Names) -> EndingRow:
    reason = one.reason or _("motivo no publicado")
    return EndingRow(one.year, names.category(one.category), str(EVENT[one.event]), reason, one.records)


def _hands(measured: Iterable[Measured], name: Callable[[str], Link]) -> Iterable[HandsRow]:
    for one in measured:
        found = one.found
        if found is not None:
            yield HandsRow(
                name=name(one.code),
                year=found.year,
                taxpayers=format_count(found.taxpayers),
                total=format_money(found.total_gtq),
                top=percent(found.top_share),
                percent=percent(found.percent_share),
                percent_taxpayers=format_count(found.percent_taxpayers),
            )
