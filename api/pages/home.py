"""The first page: the search box, the first answers, and the ways into the registry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Response, current_app

from api.formatting import MILLION, format_count, format_day, format_millions, format_money
from api.pages.blueprint import pages
from api.pages.filter_panel import value_label, with_filter
from api.pages.home_answers import Leaders, Since, find_leaders, find_since
from api.pages.labels import JOBS_KIND
from api.pages.language import page_language, page_url
from api.pages.links import search_url
from api.pages.picture_subjects import WHOLE, WHOLE_CODE
from api.pages.pictures import Picture, subject_pictures
from api.pages.releases import changed_words
from api.pages.render import answer_page, answer_plain, page_reader
from api.pages.sums import excluded_words
from api.pages.texts import gettext as _
from api.pages.texts import ngettext
from api.pages.values import Reader, records_phrase
from api.releases_at import current_release
from exemptions.aggregates import AmountSum, FacetValue, Sums, facets, sums
from exemptions.calendar import guatemala_day
from exemptions.columns import JobsKind, Permanence, Status
from exemptions.errors import NothingPublished
from exemptions.filters import FILTER
from exemptions.query import RegistryQuery
from exemptions.release import Release

_CATEGORIES_SHOWN = 12
"""The rest is one fold away: forty lines would push the departments out of sight."""
_ACTIVITIES_SHOWN = 8
_PICTURES = ("categorias", "mapa")
_WAYS = ("type", "status", "permanence", "category", "department", "activity")
_SUBJECTS = frozenset({"type", "category", "department", "activity"})
"""Ways whose values have pages of their own, with totals and rankings."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One of the first answers."""

    label: str
    value: str
    note: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Way:
    """One way into the registry: a value, how many records have it, and their search."""

    name: str
    count: int
    percent: str
    url: str
    page_url: str = ""
    """The page about the value; empty where it has none."""


@dataclass(frozen=True, slots=True)
class HomePage:
    """What the first page tells of the newest release."""

    figures: tuple[Figure, ...]
    money_note: str
    latest: str
    is_first: bool
    """Whether it is the first release, which changes nothing."""
    leaders: tuple[Leaders, ...]
    since: Since | None
    pictures: tuple[Picture, ...]
    explore_url: str
    types: tuple[Way, ...]
    statuses: tuple[Way, ...]
    permanences: tuple[Way, ...]
    categories: tuple[Way, ...]
    """The most frequent ones."""
    other_categories: tuple[Way, ...]
    departments: tuple[Way, ...]
    without_department: str
    activities: tuple[Way, ...]
    """The most frequent ones."""


@pages.get("/", endpoint="home")
def show_home() -> Response:
    """The first page, also while nothing has been published."""
    try:
        release = current_release()
    except NothingPublished:
        return answer_plain("home.html", {"home": None})
    return answer_page(release, "home.html", lambda: {"home": _build(release, page_reader(release))})


def _build(release: Release, reader: Reader) -> HomePage:
    everything = RegistryQuery()
    counted = facets(release, everything, _WAYS)
    summed = sums(release, everything)
    records = release.records.num_rows
    ways = {name: _ways(name, counted[name], records, reader) for name in _WAYS}
    placed = sum(value.count for value in counted["department"])
    return HomePage(
        figures=_figures(release, counted, summed),
        money_note=_money_note(summed),
        latest=_latest(release, reader),
        is_first=release.manifest["previous"] is None,
        leaders=find_leaders(release),
        since=find_since(release, reader),
        pictures=subject_pictures(release, WHOLE, WHOLE_CODE, *_PICTURES),
        explore_url=page_url("explore") if _has_page("explore") else "",
        types=ways["type"],
        statuses=_in_order(ways["status"], counted["status"], tuple(Status)),
        permanences=ways["permanence"],
        categories=ways["category"][:_CATEGORIES_SHOWN],
        other_categories=ways["category"][_CATEGORIES_SHOWN:],
        departments=_in_order(ways["department"], counted["department"], tuple(reader.catalogs.departments)),
        without_department=_without_department(records - placed),
        activities=ways["activity"][:_ACTIVITIES_SHOWN],
    )


def _figures(release: Release, counted: Mapping[str, Sequence[FacetValue]], summed: Sums) -> tuple[Figure, ...]:
    counts = release.manifest["counts"]
    by_permanence = {value.value: value.count for value in counted["permanence"]}
    by_status = {value.value: value.count for value in counted["status"]}
    figures = [
        Figure(
            _("Beneficios"),
            format_count(counts["records"]),
            _permanence_note(by_permanence.get(Permanence.PERMANENT, 0), by_permanence.get(Permanence.TEMPORARY, 0)),
        ),
        Figure(_("Contribuyentes"), format_count(counts["taxpayers"]), _("Uno puede tener varios beneficios")),
        Figure(
            _("Vigentes"),
            format_count(by_status.get(Status.ACTIVE, 0)),
            ngettext(
                "de %(count)s registro publicado",
                "de %(count)s registros publicados",
                counts["records"],
                count=format_count(counts["records"]),
            ),
        ),
    ]
    return (*figures, *_jobs_figure(summed), *_amount_figure(summed))


def _permanence_note(permanent: int, temporary: int) -> str:
    return _(
        "%(permanent)s y %(temporary)s",
        permanent=ngettext("%(count)s permanente", "%(count)s permanentes", permanent, count=format_count(permanent)),
        temporary=ngettext("%(count)s temporal", "%(count)s temporales", temporary, count=format_count(temporary)),
    )


def _without_department(count: int) -> str:
    if not count:
        return ""
    return ngettext(
        "%(count)s registro no tiene departamento publicado.",
        "%(count)s registros no tienen departamento publicado.",
        count,
        count=format_count(count),
    )


def _jobs_figure(summed: Sums) -> tuple[Figure, ...]:
    """Jobs of the year that most records tell of, the reported ones if there are any, else those projected.

    Some regimes report by quarter, so the latest year is told by a few long before the others tell theirs.
    """
    known = [part for part in summed.jobs if part.year is not None and part.kind is not None]
    if not known:
        return ()
    reported = [part for part in known if part.kind == JobsKind.REPORTED]
    told = max(reported or known, key=lambda part: (part.rows, part.year or 0))
    label = _("Empleos %(kind)s en %(year)s", kind=str(JOBS_KIND[told.kind or ""]), year=told.year)
    return (Figure(label, format_count(told.sum), _("en %(count)s", count=records_phrase(told.rows))),)


def _amount_figure(summed: Sums) -> tuple[Figure, ...]:
    """The tax not paid in the year that most records tell of; a large sum in millions, with the exact one beside it."""
    told = _told_year(summed)
    if told is None:
        return ()
    label = _("Impuesto no pagado en %(year)s", year=told.year)
    exact, note = format_money(told.sum), _("en %(count)s", count=records_phrase(told.rows))
    if abs(told.sum) < MILLION:
        return (Figure(label, exact, note),)
    return (Figure(label, format_millions(told.sum), f"{exact}, {note}", _("millones")),)


def _told_year(summed: Sums) -> AmountSum | None:
    """The year that most records tell of; the later one of two alike. None if no amount is published."""
    known = [part for part in summed.amount_gtq if part.year is not None]
    return max(known, key=lambda part: (part.rows, part.year or 0), default=None)


def _money_note(summed: Sums) -> str:
    """What the headline of the amounts leaves out, and what it is not."""
    left_out = excluded_words(summed.states["amount_gtq"])
    told = _told_year(summed)
    if told is None:
        return _("El impuesto no pagado por cada contribuyente no se publica o no se ha reportado.") + " " + left_out
    others = sum(part.rows for part in summed.amount_gtq) - told.rows
    sentences = [
        _("La suma de montos no es el gasto tributario oficial, que se estima con otros métodos."),
        _("No incluye %(count)s cuyo último monto es de otro año.", count=records_phrase(others)) if others else "",
        left_out,
    ]
    return " ".join(sentence for sentence in sentences if sentence)


def _latest(release: Release, reader: Reader) -> str:
    counts = release.manifest["counts"]
    told = _(
        "Publicación %(number)s, del %(day)s.",
        number=release.number,
        day=format_day(guatemala_day(release.published_at), reader.lang),
    )
    if release.manifest["previous"] is None:
        return told + " " + _("Es la primera.")
    return told + " " + changed_words(counts)


def _ways(name: str, counted: Sequence[FacetValue], records: int, reader: Reader) -> tuple[Way, ...]:
    has_page = name in _SUBJECTS and _has_page(name)
    return tuple(
        Way(
            value_label(FILTER[name], value.value, reader),
            value.count,
            f"{100 * value.count / records:.1f}",
            search_url(with_filter(RegistryQuery(), name, (value.value,))),
            page_url(name, code=value.value) if has_page else "",
        )
        for value in counted
    )


def _has_page(page: str) -> bool:
    return f"{page_language()}.{page}" in current_app.view_functions


def _in_order(ways: Sequence[Way], counted: Sequence[FacetValue], order: Sequence[str]) -> tuple[Way, ...]:
    """The ways in the order of their catalogue instead of by count."""
    places = {code: place for place, code in enumerate(order)}
    pairs = sorted(zip(counted, ways, strict=True), key=lambda pair: places.get(pair[0].value, len(places)))
    return tuple(way for _value, way in pairs)
