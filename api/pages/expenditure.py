"""The page of tax expenditure: what the official reports estimate, never added up and never split."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Response

from api.estimate_query import (
    PARAMETERS,
    EstimateQuery,
    contradictions_of,
    matching_estimates,
    read_estimate_query,
    refuse_unknown_reports,
    restatements_of,
)
from api.formatting import format_count, format_day
from api.pages.blueprint import pages
from api.pages.estimate_cells import EstimateCells, EstimateTeller
from api.pages.estimate_tables import (
    ContradictionRow,
    PartitionBlock,
    RestatementRow,
    SeriesTable,
    contradiction_rows,
    current_figures,
    partition_blocks,
    restatement_rows,
    series_table,
)
from api.pages.estimate_words import method_words
from api.pages.expenditure_compared import ComparedTable, compared_tables
from api.pages.expenditure_filters import FilterForm, filter_form
from api.pages.files import table_files
from api.pages.language import page_language, page_url
from api.pages.links import Link, pinned_page
from api.pages.picture_estimates import CONSTANT_NAME as CONSTANT_PICTURE
from api.pages.picture_estimates import NAME as PICTURE
from api.pages.picture_subjects import GROUP, TAX, WHOLE, WHOLE_CODE
from api.pages.pictures import Picture, subject_pictures
from api.pages.price_words import PriceNote, price_note
from api.pages.render import answer_page, page_reader
from api.pages.texts import gettext as _
from api.pages.texts import ngettext
from api.pages.values import Reader, Shown
from api.pages.written import own_words
from api.parameters import parameter_reader
from api.releases_at import chosen_release
from api.state import app_state
from api.v1.expenditure import PATH
from exemptions.calendar import guatemala_day
from exemptions.estimates import Estimate, Estimates, SeriesKey, read_estimates
from exemptions.fact_codes import Partition
from exemptions.macro import read_product
from exemptions.release import Release


@dataclass(frozen=True, slots=True)
class VintageRow:
    """One report by one method: the years it tells of, and how many figures."""

    report: str
    method: Shown
    years: str
    figures: str
    url: str


@dataclass(frozen=True, slots=True)
class ShownSeries:
    """The years of one thing, drawn where it has a picture."""

    table: SeriesTable
    picture: Picture | None
    constant_picture: Picture | None
    """The same in quetzales of the base year."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What the figures that match tell."""

    lead: EstimateCells | None
    """The newest figure of the one thing asked for; None where several are."""
    year: int
    series: tuple[ShownSeries, ...]
    blocks: tuple[PartitionBlock, ...]
    restatements: tuple[RestatementRow, ...]
    """Those of the series that are shown; others of the same years stand apart."""
    other_restatements: tuple[RestatementRow, ...]
    contradictions: tuple[ContradictionRow, ...]
    all: tuple[EstimateCells, ...]


@dataclass(frozen=True, slots=True)
class ExpenditurePage:
    """What the page tells; without `vintages` nothing was ever published."""

    older: Link | None
    form: FilterForm
    figures: Figures | None
    """None where nothing matches."""
    prices: PriceNote
    compared: tuple[ComparedTable, ...]
    vintages: tuple[VintageRow, ...]
    downloads: tuple[Link, ...]
    reconciliation_url: str
    provisions_url: str
    outcomes_url: str
    permalink: str
    citation: str


@pages.get("/gasto-tributario", endpoint="expenditure")
def show_expenditure() -> Response:
    """The official estimates that match, with everything that is to be known before using them."""
    parameters = parameter_reader(*PARAMETERS)
    query = read_estimate_query(parameters, app_state().catalogs)
    parameters.raise_problems()
    release = chosen_release(query.choice)
    refuse_unknown_reports(query, release)
    newest = app_state().store.current().number
    return answer_page(
        release,
        "expenditure.html",
        lambda: {"expenditure": _build(release, newest, query, page_reader(release))},
        query=[*query.params(), *query.choice.params],
        pinned=query.choice.is_pinned,
        depends_on=str(newest),
    )


def _build(release: Release, newest: int, query: EstimateQuery, reader: Reader) -> ExpenditurePage:
    estimates = read_estimates(release)
    teller = EstimateTeller(estimates, read_product(release), reader, dict(query.choice.params))
    found = matching_estimates(release, query)
    permalink = pinned_page("expenditure", release=release.number, params=query.params())
    return ExpenditurePage(
        older=None if release.number == newest else _older(release, reader),
        form=filter_form(query, estimates, reader),
        figures=_figures(release, found, teller) if found else None,
        prices=price_note(teller.product, release),
        compared=compared_tables(release, query, teller),
        vintages=_vintages(estimates, query),
        downloads=_downloads(release, query, len(found)),
        reconciliation_url=page_url("reconciliation", **teller.pin),
        provisions_url=page_url("provisions", **teller.pin),
        outcomes_url=page_url("outcomes", **teller.pin),
        permalink=permalink,
        citation=_citation(release, reader, permalink),
    )


def _figures(release: Release, found: Sequence[Estimate], teller: EstimateTeller) -> Figures:
    estimates = teller.estimates
    places = {vintage: place for place, vintage in enumerate(estimates.reports)}
    year = max(figure.year for figure in found)
    current = [figure for figure in current_figures(found, places) if figure.year == year]
    keys = _lead_keys(found)
    leads = [figure for figure in current if figure.series in keys]
    lead = leads[0] if len(keys) == 1 and leads else None
    contradictions = contradictions_of(estimates, list(found))
    restated = restatements_of(estimates, list(found))
    return Figures(
        lead=None if lead is None else teller.cells(lead),
        year=year,
        series=tuple(_series(release, key, teller) for key in keys),
        blocks=partition_blocks([figure for figure in current if figure is not lead], contradictions, teller),
        restatements=restatement_rows((one for one in restated if one.after.series in keys), teller),
        other_restatements=restatement_rows((one for one in restated if one.after.series not in keys), teller),
        contradictions=contradiction_rows(contradictions, teller),
        all=tuple(teller.cells(figure) for figure in found),
    )


def _lead_keys(found: Sequence[Estimate]) -> tuple[SeriesKey, ...]:
    """What a question is about: the things of the widest partition that answers it; of the total that of all taxes."""
    for partition in Partition:
        keys = sorted({figure.series for figure in found if figure.partition is partition}, key=_width)
        if keys and partition is Partition.TOTAL and keys[0].tax is None:
            return (keys[0],)
        if keys:
            return tuple(keys)
    return ()


def _width(key: SeriesKey) -> tuple[bool, str, str]:
    return key.tax is not None, key.tax or "", key.key


def _series(release: Release, key: SeriesKey, teller: EstimateTeller) -> ShownSeries:
    newest = teller.estimates.series(key).points[-1]
    subject = _pictured(newest, teller.estimates)
    nominal, constant = (
        next(iter(subject_pictures(release, *subject, name)), None) if subject else None
        for name in (PICTURE, CONSTANT_PICTURE)
    )
    return ShownSeries(series_table(key, teller), nominal, constant)


def _pictured(figure: Estimate, estimates: Estimates) -> tuple[str, str] | None:
    """Kind and code of the subject whose picture draws the series of this figure."""
    group = estimates.find_group(figure)
    match figure.partition:
        case Partition.TOTAL if figure.tax is None:
            return WHOLE, WHOLE_CODE
        case Partition.TAX if figure.tax is not None:
            return TAX, figure.tax
        case Partition.BENEFICIARY if group is not None and figure.tax is None:
            return GROUP, group.group.code
        case _:
            return None


def _vintages(estimates: Estimates, query: EstimateQuery) -> tuple[VintageRow, ...]:
    """Every report and method, the newest first."""
    rows = []
    for report, method in reversed(estimates.reports):
        own = [figure for figure in estimates.all if (figure.report, figure.method_version) == (report, method)]
        first, last = min(figure.year for figure in own), max(figure.year for figure in own)
        rows.append(
            VintageRow(
                report=report,
                method=method_words(method),
                years=str(first) if first == last else _("%(first)s a %(last)s", first=first, last=last),
                figures=format_count(len(own)),
                url=page_url("expenditure", report=report, vintage="all", **dict(query.choice.params)),
            )
        )
    return tuple(rows)


def _downloads(release: Release, query: EstimateQuery, count: int) -> tuple[Link, ...]:
    asked = [*query.params(), ("release", str(release.number))]
    rows = ngettext("%(count)s fila", "%(count)s filas", count, count=format_count(count))
    return table_files(PATH, asked, page_language(), rows)


def _older(release: Release, reader: Reader) -> Link:
    told = _(
        "Está viendo la publicación %(number)s, con los estados al %(day)s.",
        number=release.number,
        day=format_day(release.status_date, reader.lang),
    )
    return Link(told, page_url("expenditure"))


def _citation(release: Release, reader: Reader, permalink: str) -> str:
    parts = (
        own_words(release.manifest["publisher"].get("name") or ""),
        _(
            "Gasto tributario estimado, según el registro abierto de exenciones tributarias, publicación %(number)s, "
            "del %(day)s",
            number=release.number,
            day=format_day(guatemala_day(release.published_at), reader.lang),
        ),
        permalink if app_state().settings.base_url else "",
    )
    return ". ".join(part for part in parts if part) + "."
