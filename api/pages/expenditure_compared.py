"""The official estimates beside the sums of the registry's published amounts: two things that are never added."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from api.estimate_query import EstimateQuery
from api.formatting import format_count, format_money
from api.pages.estimate_cells import EstimateTeller
from api.pages.links import Link, search_url
from api.pages.price_words import constant_words
from api.pages.texts import LazyString, ngettext
from api.pages.texts import gettext as _
from api.pages.texts import lazy_gettext as _l
from api.pages.values import Shown
from api.v1.expenditure_summary import CATALOG_OF
from api.v1.expenditure_summary import PATH as SUMMARY_PATH
from exemptions.expenditure_summary import Axis, OfficialFigure, RegistrySum, SummaryRow, summarize
from exemptions.query import RegistryQuery
from exemptions.release import Release

_TITLES: Mapping[Axis, LazyString] = {
    Axis.YEAR: _l("Todos los impuestos, por año"),
    Axis.TAX: _l("Por impuesto y año"),
    Axis.GROUP: _l("Por grupo de beneficiarios y año"),
    Axis.TYPE: _l("Por tipo exento y año"),
    Axis.CATEGORY: _l("Por categoría y año"),
}
_NARROWING = (Axis.CATEGORY, Axis.TYPE, Axis.GROUP, Axis.TAX)
"""Axes that a filter of the page chooses, the narrowest first."""
_ROWS = 14
"""About what a screen holds; of a longer table the earlier years are one fold away."""
_NOTHING = "—"


@dataclass(frozen=True, slots=True)
class OfficialCell:
    """An official figure in quetzales; `wider` tells what else it is of."""

    amount: str
    constant: str
    """The same in quetzales of the base year, in words; empty where the release has no deflator at all."""
    wider: str


@dataclass(frozen=True, slots=True)
class RegistryCell:
    """A sum of the registry, and of how many records; a state where there is none."""

    amount: Shown
    constant: str
    records: str
    url: str


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """One year of one value: its official figures, what is published of it, and apart what was only put off."""

    year: int
    name: str
    official: tuple[OfficialCell, ...]
    registry: RegistryCell
    deferred: str


@dataclass(frozen=True, slots=True)
class ComparedTable:
    """Order: the newest year first. `others` are the rows of earlier years, where all together would be a long list."""

    title: str
    is_by_year: bool
    rows: tuple[ComparedRow, ...]
    others: tuple[ComparedRow, ...]
    has_deferred: bool
    file: Link


def compared_tables(release: Release, query: EstimateQuery, teller: EstimateTeller) -> tuple[ComparedTable, ...]:
    """The years and taxes; or what the filters name, and nothing else."""
    narrowed = [axis for axis in _NARROWING if getattr(query, axis.value)]
    axes = narrowed[:1] or [Axis.YEAR, Axis.TAX]
    return tuple(table for axis in axes if (table := _table(release, axis, query, teller)).rows)


def _table(release: Release, axis: Axis, query: EstimateQuery, teller: EstimateTeller) -> ComparedTable:
    chosen: tuple[str, ...] = () if axis is Axis.YEAR else getattr(query, axis.value)
    found = [
        row
        for row in summarize(release, axis)
        if (not query.year or row.year in query.year) and (not chosen or row.code in chosen)
    ]
    found.sort(key=lambda row: -row.year)
    rows = tuple(_row(row, release, query, teller) for row in found)
    newest = [row for row in rows if row.year == rows[0].year]
    shown = len(newest) if len(rows) > _ROWS and axis is not Axis.YEAR else len(rows)
    return ComparedTable(
        title=str(_TITLES[axis]),
        is_by_year=axis is Axis.YEAR,
        rows=rows[:shown],
        others=rows[shown:],
        has_deferred=any(row.registry is not None and row.registry.deferred_gtq is not None for row in found),
        file=Link("CSV", f"{SUMMARY_PATH}.csv?{urlencode({'group_by': axis.value, 'release': release.number})}"),
    )


def _row(row: SummaryRow, release: Release, query: EstimateQuery, teller: EstimateTeller) -> ComparedRow:
    return ComparedRow(
        year=row.year,
        name=_name(row, teller),
        official=tuple(_official(one, teller) for one in row.official),
        registry=_cell(row, release, query, teller),
        deferred=_deferred(row.registry),
    )


def _official(found: OfficialFigure, teller: EstimateTeller) -> OfficialCell:
    wider = ""
    if found.is_wider and found.coverage is not None:
        wider = f"{teller.cells(found.estimate).name}: {teller.coverage(found.coverage).words}"
    amount = found.estimate.amount_gtq
    return OfficialCell(format_money(amount), constant_words(teller.product, amount, found.estimate.year), wider)


def _name(row: SummaryRow, teller: EstimateTeller) -> str:
    catalog = CATALOG_OF.get(row.axis)
    if catalog is None:
        return str(row.year)
    if row.code is None:
        return _("Sin impuesto indicado")
    return teller.reader.name_of(catalog.value, row.code)


def _cell(row: SummaryRow, release: Release, query: EstimateQuery, teller: EstimateTeller) -> RegistryCell:
    asked = _search(row, release, query)
    url = search_url(asked) if asked is not None else ""
    if row.registry is None or row.registry.not_paid_gtq is None:
        return RegistryCell(Shown(_("ningún monto publicado"), is_state=True), "", "", url)
    amount = row.registry.not_paid_gtq
    constant = constant_words(teller.product, amount, row.year)
    return RegistryCell(Shown(format_money(amount)), constant, _records(row.registry.records), url)


def _search(row: SummaryRow, release: Release, query: EstimateQuery) -> RegistryQuery | None:
    """The records that a row's sum is of; None where no search of the registry tells them apart."""
    if row.code is None or row.axis is Axis.YEAR:
        return None
    chosen: dict[str, Any] = {_PARAMETERS[row.axis]: _codes(row, release)}
    return RegistryQuery(**chosen, release=query.choice.number, as_of=query.choice.as_of)


_PARAMETERS: Mapping[Axis, str] = {
    Axis.TAX: "tax",
    Axis.TYPE: "type",
    Axis.CATEGORY: "category",
    Axis.GROUP: "category",
}


def _codes(row: SummaryRow, release: Release) -> tuple[str, ...]:
    if row.axis is not Axis.GROUP:
        return (str(row.code),)
    categories = release.catalogs.categories.values()
    return tuple(sorted(category.code for category in categories if category.expenditure_group == row.code))


def _deferred(found: RegistrySum | None) -> str:
    if found is None or found.deferred_gtq is None:
        return _NOTHING
    return f"{format_money(found.deferred_gtq)}, {_records(found.deferred_records)}"


def _records(count: int) -> str:
    return ngettext("en %(count)s registro", "en %(count)s registros", count, count=format_count(count))
