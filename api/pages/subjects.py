"""The pages of a type, category, law, tax, place or activity: one page, with declared differences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus

from flask import redirect
from werkzeug.wrappers import Response as BaseResponse

from api.formatting import format_count, format_day
from api.overview_links import PATH as OVERVIEW_PATH
from api.overview_links import OverviewTable, overview_params, overview_url
from api.pages.blueprint import pages
from api.pages.files import table_files
from api.pages.language import page_url
from api.pages.links import Link, export_url, search_url
from api.pages.pictures import Picture, subject_pictures
from api.pages.render import answer_page, page_reader
from api.pages.subject_estimates import SubjectEstimates, subject_estimates
from api.pages.subject_facts import SubjectFact, subject_facts
from api.pages.subject_links import subject_url
from api.pages.subject_parts import (
    Axis,
    Ends,
    SubjectFigure,
    changes_words,
    concentration_words,
    count_active,
    subject_axes,
    subject_ends,
    subject_figures,
    unknown_jobs_words,
)
from api.pages.subject_tables import (
    AmountLineRow,
    AmountYearRow,
    JobsYearRow,
    RankingTable,
    TermRow,
    amount_line_rows,
    amount_year_rows,
    jobs_year_rows,
    ranking_table,
    term_rows,
    unknown_jobs,
)
from api.pages.subject_words import ANCHORS, KINDS, PICTURES_OF, SECTIONS, TABLE_TITLES, KindWords
from api.pages.sums import excluded_words
from api.pages.texts import gettext as _
from api.pages.texts import ngettext
from api.pages.values import Reader, records_phrase
from api.pages.withheld import CountedLine, counted_lines
from api.parameters import parameter_reader
from api.releases_at import CHOICE, ReleaseChoice, chosen_release, read_choice
from api.state import absolute, app_state
from exemptions.overview import Overview, build_overview
from exemptions.query import RegistryQuery, query_params
from exemptions.release import Release
from exemptions.subject_changes import result_changes
from exemptions.subjects import CATALOG_OF, Subject, SubjectKind, get_subject
from exporters.formats import FORMATS
from exporters.xlsx_format import MAX_ROWS

_EXACT = ("csv", "json", "ndjson", "parquet")
"""Formats for programs."""


@dataclass(frozen=True, slots=True)
class WaysOut:
    """The same records as a search and as files."""

    search_url: str
    search_words: str
    downloads: tuple[Link, ...]
    tables: tuple[tuple[str, tuple[Link, ...]], ...]
    """Title of each table of the page, and its files."""
    json_url: str


@dataclass(frozen=True, slots=True)
class SubjectResult:
    """What the records of a subject are as a whole; what has nothing to tell is empty."""

    figures: tuple[SubjectFigure, ...]
    amounts_excluded: str
    jobs_excluded: str
    amounts: tuple[AmountYearRow, ...]
    amount_lines: tuple[AmountLineRow, ...]
    jobs: tuple[JobsYearRow, ...]
    unknown_jobs: str
    rankings: tuple[RankingTable, ...]
    concentration: str
    pictures: tuple[Picture, ...]
    axes: tuple[Axis, ...]
    ends: Ends | None
    terms: tuple[TermRow, ...]
    changed: str
    changes_url: str


@dataclass(frozen=True, slots=True)
class SubjectPage:
    """What the page of a subject tells."""

    kind: str
    kind_label: str
    term: str
    name: str
    code: str
    about: str
    summary: str
    breadcrumb: tuple[tuple[str, str], ...]
    older: Link | None
    facts: tuple[SubjectFact, ...]
    catalog: Link
    counted: CountedLine | None
    permalink: str
    estimates: SubjectEstimates | None
    """None for a kind that official reports do not tell of."""
    ways: WaysOut | None = None
    """None for a law that no category cites."""
    result: SubjectResult | None = None
    """None where the release has no record of it."""


def _show(kind: SubjectKind, code: str) -> BaseResponse:
    """The page of one subject; another spelling of its code leads to it."""
    parameters = parameter_reader(*CHOICE)
    choice = read_choice(parameters)
    parameters.raise_problems()
    release = chosen_release(choice)
    subject = get_subject(release.catalogs, kind, code)
    if code != subject.slug:
        return redirect(_page(subject, **dict(choice.params)), code=HTTPStatus.MOVED_PERMANENTLY)
    newest = app_state().store.current().number
    previous = _previous(release)
    return answer_page(
        release,
        "subject.html",
        lambda: {"subject": _build(release, previous, newest, subject, choice, page_reader(release))},
        query=choice.params,
        pinned=choice.is_pinned,
        depends_on=f"{newest} {previous is not None}",
    )


@pages.get("/tipo/<code>", endpoint="type")
def show_type(code: str) -> BaseResponse:
    """An exempt type."""
    return _show(SubjectKind.TYPE, code)


@pages.get("/categoria/<code>", endpoint="category")
def show_category(code: str) -> BaseResponse:
    """A category."""
    return _show(SubjectKind.CATEGORY, code)


@pages.get("/ley/<slug>", endpoint="law")
def show_law(slug: str) -> BaseResponse:
    """A law, with the categories that cite it."""
    return _show(SubjectKind.LAW, slug)


@pages.get("/impuesto/<code>", endpoint="tax")
def show_tax(code: str) -> BaseResponse:
    """A tax."""
    return _show(SubjectKind.TAX, code)


@pages.get("/departamento/<code>", endpoint="department")
def show_department(code: str) -> BaseResponse:
    """A department."""
    return _show(SubjectKind.DEPARTMENT, code)


@pages.get("/municipio/<code>", endpoint="municipality")
def show_municipality(code: str) -> BaseResponse:
    """A municipality."""
    return _show(SubjectKind.MUNICIPALITY, code)


@pages.get("/actividad/<code>", endpoint="activity")
def show_activity(code: str) -> BaseResponse:
    """A class of economic activity."""
    return _show(SubjectKind.ACTIVITY, code)


def _page(subject: Subject, **more: object) -> str:
    return subject_url(subject.kind, subject.slug, **more)


def _previous(release: Release) -> Release | None:
    """The release before; None when it is the first or has been withdrawn."""
    store, number = app_state().store, release.manifest["previous"]
    kept = {entry.release for entry in store.list() if not entry.withdrawn}
    return store.get(number) if number in kept else None


def _build(
    release: Release, previous: Release | None, newest: int, subject: Subject, choice: ReleaseChoice, reader: Reader
) -> SubjectPage:
    words, pin = KINDS[subject.kind], dict(choice.params)
    page = SubjectPage(
        kind=subject.kind.value,
        kind_label=str(words.label),
        term=words.term,
        name=_name(subject, reader),
        code="" if subject.kind is SubjectKind.LAW else subject.slug,
        about=str(words.about),
        summary=_("Ninguna categoría del catálogo cita esta norma, así que ningún registro depende de ella."),
        breadcrumb=_breadcrumb(subject, reader, pin),
        older=_older(release, newest, subject, reader),
        facts=subject_facts(subject, reader, pin),
        catalog=_catalog_link(subject),
        counted=_counted(release, subject, reader),
        permalink=absolute(_page(subject, release=release.number)),
        estimates=subject_estimates(release, subject, reader, pin),
    )
    if subject.query is None:
        return page
    query = replace(subject.query, release=choice.number, as_of=choice.as_of)
    found = build_overview(release, query)
    page = replace(page, ways=_ways_out(release, query, found, reader.lang))
    if not found.records:
        nothing = _("La publicación %(number)s no tiene ningún registro suyo.", number=release.number)
        return replace(page, summary=nothing)
    return replace(
        page,
        summary=_summary(release, words, found, reader),
        result=SubjectResult(
            figures=subject_figures(found),
            amounts_excluded=excluded_words(found.sums.states["amount_gtq"]),
            jobs_excluded=excluded_words(found.sums.states["jobs"]),
            amounts=amount_year_rows(found.amounts),
            amount_lines=amount_line_rows(found.amounts, reader),
            jobs=jobs_year_rows(found.jobs),
            unknown_jobs=unknown_jobs_words(unknown_jobs(found.jobs)),
            rankings=_rankings(release, query, found, pin),
            concentration=concentration_words(found.concentration),
            pictures=subject_pictures(release, PICTURES_OF[subject.kind], subject.entry.code),
            axes=subject_axes(subject, words, query, found, reader),
            ends=subject_ends(release, query, found.ends, reader, pin),
            terms=term_rows(found.terms),
            changed=changes_words(result_changes(release, previous, query), release),
            changes_url=page_url("changes", number=release.number) if release.manifest["previous"] is not None else "",
        ),
    )


def _ways_out(release: Release, query: RegistryQuery, found: Overview, lang: str) -> WaysOut:
    params, number = query_params(query), release.number
    rows = ngettext("%(count)s fila", "%(count)s filas", found.records, count=format_count(found.records))
    labelled, asked = [*params, ("headers", lang)], overview_params(query, release=number)
    sheets = [Link(_("CSV para hojas de cálculo"), export_url("csv", labelled, release=number), rows)]
    if found.records <= MAX_ROWS:
        sheets.insert(0, Link("XLSX", export_url("xlsx", labelled, release=number), rows))
    exact = [Link(FORMATS[form].title, export_url(form, params, release=number), rows) for form in _EXACT]
    return WaysOut(
        search_url=search_url(query),
        search_words=_("Ver %(count)s", count=records_phrase(found.records)),
        downloads=(*sheets, *exact),
        tables=tuple(
            (str(title), table_files(f"{OVERVIEW_PATH}/{table}", asked, lang, is_answer=False))
            for table, title in TABLE_TITLES.items()
            if _has_rows(found, table)
        ),
        json_url=overview_url(query, release=number),
    )


def _has_rows(found: Overview, table: OverviewTable) -> bool:
    """Whether a table has anything to download."""
    parts: Mapping[OverviewTable, object] = {
        OverviewTable.AMOUNTS: found.amounts,
        OverviewTable.JOBS: found.jobs,
        OverviewTable.BEGUN: found.terms.begun,
        OverviewTable.ENDING: found.terms.ending,
        OverviewTable.BY_AMOUNT: found.by_amount,
        OverviewTable.BY_JOBS: found.by_jobs,
        OverviewTable.CONCENTRATION: found.concentration,
    }
    return bool(parts[table])


def _name(subject: Subject, reader: Reader) -> str:
    return reader.name_of(CATALOG_OF[subject.kind].value, subject.entry.code)


def _breadcrumb(subject: Subject, reader: Reader, pin: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    """Where the page belongs: names and addresses, from the widest to the nearest."""
    explore = page_url("explore", **pin)
    links = [(_("Explorar"), explore), (str(SECTIONS[subject.kind]), f"{explore}#{ANCHORS[subject.kind]}")]
    if subject.kind is SubjectKind.MUNICIPALITY:
        code = subject.entry.department
        links.append((reader.name_of("departments", code), page_url("department", code=code, **pin)))
    if subject.kind is SubjectKind.CATEGORY:
        code = subject.entry.exempt_type
        links.append((reader.name_of("types", code), page_url("type", code=code, **pin)))
    return tuple(links)


def _older(release: Release, newest: int, subject: Subject, reader: Reader) -> Link | None:
    if release.number == newest:
        return None
    told = _(
        "Está viendo la publicación %(number)s, con los estados al %(day)s.",
        number=release.number,
        day=format_day(release.status_date, reader.lang),
    )
    return Link(told, _page(subject))


def _catalog_link(subject: Subject) -> Link:
    url = page_url("catalog", name=CATALOG_OF[subject.kind].value)
    return Link(_("Ver todo el catálogo en el diccionario"), f"{url}#{subject.entry.code}")


def _counted(release: Release, subject: Subject, reader: Reader) -> CountedLine | None:
    """Records of natural persons in this category that are only counted."""
    if subject.kind is not SubjectKind.CATEGORY:
        return None
    own = [entry for entry in release.withheld.get("count_only", ()) if entry["category"] == subject.entry.code]
    return next(iter(counted_lines({**release.withheld, "count_only": own}, reader)), None)


def _summary(release: Release, words: KindWords, found: Overview, reader: Reader) -> str:
    """Whose these records are, and how many stood on the release's day."""
    active, day = count_active(found), format_day(release.status_date, reader.lang)
    if found.records == 1:
        standing = (
            _("Su único registro estaba vigente al %(day)s.", day=day)
            if active
            else _("Su único registro no estaba vigente al %(day)s.", day=day)
        )
    else:
        standing = _(
            "De sus %(records)s registros, %(active)s estaban vigentes al %(day)s.",
            records=format_count(found.records),
            active=format_count(active),
            day=day,
        )
    return f"{words.sentence(found.taxpayers)} {standing}"


def _rankings(
    release: Release, query: RegistryQuery, found: Overview, pin: Mapping[str, object]
) -> tuple[RankingTable, ...]:
    tables = (
        (found.by_amount, "amount_gtq", OverviewTable.BY_AMOUNT),
        (found.by_jobs, "jobs", OverviewTable.BY_JOBS),
    )
    made = (
        ranking_table(
            ranking,
            pin=pin,
            all_url=search_url(replace(query, sort=sort, descending=True)),
            csv_url=f"{overview_url(query, release=release.number, table=table)}&ranked=1000",
        )
        for ranking, sort, table in tables
    )
    return tuple(table for table in made if table is not None)
