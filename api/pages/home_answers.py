"""The first answers about a whole release beside its counts: who has the most, and since when."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from api.formatting import format_count, format_money, format_percent
from api.pages.labels import JOBS_KIND
from api.pages.language import page_url
from api.pages.links import search_url
from api.pages.texts import gettext as _
from api.pages.texts import ngettext
from api.pages.values import Reader, amount_in_words, records_phrase, taxpayers_phrase
from exemptions.query import RegistryQuery
from exemptions.rankings import Measure, RankedTaxpayer, Ranking, rank_taxpayers, share_of
from exemptions.release import Release
from exemptions.series import YearCount, terms_by_year

_LARGEST = 5
_YEARS = 8
"""Years that the first page shows; all are one search away."""


@dataclass(frozen=True, slots=True)
class Largest:
    """One of the taxpayers with the most."""

    name: str
    url: str
    """Empty for a natural person, who has no page."""
    value: str
    detail: str


@dataclass(frozen=True, slots=True)
class Leaders:
    """The taxpayers with the most by one measure, and what the order is made from."""

    title: str
    entries: tuple[Largest, ...]
    note: str
    url: str
    """The search of all benefits in this order."""


@dataclass(frozen=True, slots=True)
class BeginYear:
    """How many benefits began in a year."""

    label: str
    count: int
    percent: str
    """Of the year with the most, for a bar."""
    url: str


@dataclass(frozen=True, slots=True)
class Since:
    """When the benefits began."""

    sentence: str
    years: tuple[BeginYear, ...]
    """The latest last."""
    note: str


def find_leaders(release: Release) -> tuple[Leaders, ...]:
    """Who has the most, by amount and by jobs; a measure of which nothing is published is left out."""
    rankings = (rank_taxpayers(release, RegistryQuery(), measure, limit=_LARGEST) for measure in Measure)
    return tuple(_leaders(found, entries) for found in rankings if found is not None and (entries := _with_any(found)))


def _with_any(ranking: Ranking) -> tuple[RankedTaxpayer, ...]:
    """Who has any: a reported zero is no lead."""
    return tuple(entry for entry in ranking.entries if entry.value > 0)


def find_since(release: Release, reader: Reader) -> Since | None:
    """When the benefits of a release began; None where no first day is published."""
    terms = terms_by_year(release, RegistryQuery())
    begun = [year for year in terms.begun if year.records]
    if not begun:
        return None
    this_year = release.status_date.year
    shown = [year for year in begun if year.year <= this_year][-_YEARS:]
    most = max((year.records for year in shown), default=1)
    oldest = min(begun, key=lambda year: year.year)
    return Since(
        sentence=_since_words(oldest, sum(year.records for year in begun)),
        years=tuple(_begin_year(year, most) for year in shown),
        note=_without_begin(terms.without_begin),
    )


def _leaders(ranking: Ranking, entries: tuple[RankedTaxpayer, ...]) -> Leaders:
    is_amount = ranking.measure is Measure.AMOUNT
    title = (
        _("Los que más impuesto no pagaron en %(year)s", year=ranking.year)
        if is_amount
        else _(
            "Los que más empleos %(kind)s tienen, %(year)s", kind=str(JOBS_KIND[ranking.kind or ""]), year=ranking.year
        )
    )
    note = _("De %(taxpayers)s con el dato publicado de ese año.", taxpayers=taxpayers_phrase(ranking.taxpayers))
    if len(entries) < ranking.taxpayers:
        # Corrections below zero may leave a total of nothing or less, of which nobody has a share.
        share = share_of(sum((entry.value for entry in entries), Decimal(0)), ranking.total)
        note += (
            " " + _("Los de esta lista suman el %(share)s.", share=format_percent(share)) if share is not None else ""
        )
    return Leaders(
        title=title,
        entries=tuple(_largest(entry, is_amount=is_amount) for entry in entries),
        note=note,
        url=search_url(replace(RegistryQuery(), sort="amount_gtq" if is_amount else "jobs", descending=True)),
    )


def _largest(entry: RankedTaxpayer, *, is_amount: bool) -> Largest:
    return Largest(
        name=entry.name or _("Persona individual (nombre reservado)"),
        url=page_url("taxpayer", nit=entry.nit) if entry.nit else "",
        value=format_money(entry.value) if is_amount else format_count(int(entry.value)),
        detail=amount_in_words(entry.value) if is_amount else "",
    )


def _since_words(oldest: YearCount, dated: int) -> str:
    words = _(
        "El beneficio más antiguo con fecha publicada empezó en %(year)s. De los %(count)s con fecha, estos empezaron "
        "en los últimos años:"
    )
    return words % {"year": oldest.year, "count": records_phrase(dated)}


def _begin_year(year: YearCount, most: int) -> BeginYear:
    query = RegistryQuery(valid_from_min=date(year.year, 1, 1), valid_from_max=date(year.year, 12, 31))
    return BeginYear(str(year.year), year.records, f"{100 * year.records / most:.1f}", search_url(query))


def _without_begin(count: int) -> str:
    if not count:
        return ""
    return ngettext(
        "%(count)s registro no tiene publicado su primer día.",
        "%(count)s registros no tienen publicado su primer día.",
        count,
        count=format_count(count),
    )
