"""The page that sets the published amounts beside the official estimate and tells why they differ."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from flask import Response

from api.formatting import format_count, format_money
from api.pages.blueprint import pages
from api.pages.files import table_files
from api.pages.links import Link
from api.pages.reading import answer_release
from api.pages.render import page_reader
from api.pages.subject_tables import percent
from api.pages.texts import LazyString, ngettext
from api.pages.texts import gettext as _
from api.pages.texts import lazy_gettext as _l
from api.pages.values import Reader
from api.reconciliation_links import PATH, official_query, reason_query, registry_query
from exemptions.reconciliation import NoRatio, Reason, ReasonKind, ReconciliationLine, Unit, reconcile
from exemptions.release import Release

REASONS: Mapping[ReasonKind, tuple[LazyString, LazyString]] = {
    ReasonKind.NOT_INDIVIDUALISED: (
        _l("Sin beneficiario con nombre"),
        _l(
            "La ley exime algunas operaciones sin importar quién las haga, como la venta de medicinas genéricas. La "
            "estimación las cuenta; aquí nadie está inscrito por ellas."
        ),
    ),
    ReasonKind.WITHHELD: (
        _l("Monto reservado"),
        _l(
            "Montos de ese año que existen y la política de divulgación no permite publicar por contribuyente. Se "
            "suman por categoría, clase de persona e impuesto; de los grupos en que se podría adivinar a alguien no se "
            "dice la suma. Quien está en dos categorías cuenta dos veces. Las publicaciones anteriores a esa cuenta "
            "solo dicen cuántos registros son, sin el año."
        ),
    ),
    ReasonKind.SUSPENSION_NOT_COUNTED: (
        _l("Suspendido o devuelto"),
        _l("Un impuesto suspendido o devuelto no es impuesto no pagado, así que queda aparte."),
    ),
    ReasonKind.DIFFERENT_CONCEPT: (
        _l("Otro concepto"),
        _l(
            "La cifra oficial no suma contribuyentes: estima con un modelo cuánto se habría recaudado sin el "
            "beneficio. Esta diferencia no se puede contar."
        ),
    ),
    ReasonKind.MISSING: (
        _l("Sin monto reportado"),
        _l("Registros que regían al terminar el año, cubren este impuesto y no informan ningún monto."),
    ),
    ReasonKind.TAX_NOT_TOLD: (
        _l("Impuesto sin indicar"),
        _l("El monto se informó de todos los impuestos juntos; está en el total del año y en ningún impuesto."),
    ),
    ReasonKind.TAX_NOT_ESTIMATED: (
        _l("Impuesto sin estimación"),
        _l("Montos publicados de impuestos que el informe oficial no estima; están en el total del año."),
    ),
}
"""Reason → its name and what it means; in the order that the page explains them."""

_NO_RATIO: Mapping[NoRatio, LazyString] = {
    NoRatio.NO_ESTIMATE: _l("sin estimación"),
    NoRatio.NO_AMOUNT: _l("sin montos"),
    NoRatio.WITHHELD: _l("reservado"),
    NoRatio.ZERO: _l("con un cero no hay razón"),
}


@dataclass(frozen=True, slots=True)
class ReconciledRow:
    """One tax of one year; a figure that is missing says why instead of having an address."""

    tax: str
    is_total: bool
    registry: Link
    official: Link
    ratio: str
    is_state: bool
    """Whether `ratio` tells why there is none."""
    reasons: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class ReconciledYear:
    year: int
    rows: tuple[ReconciledRow, ...]
    report: str
    not_told: Link | None
    """What was stated for all taxes together: the same for each tax, so it is told once."""


@dataclass(frozen=True, slots=True)
class ReconciliationPage:
    """What the page shows."""

    years: tuple[ReconciledYear, ...]
    reasons: tuple[tuple[str, str], ...]
    downloads: tuple[Link, ...]


@pages.get("/gasto-tributario/conciliacion", endpoint="reconciliation")
def show_reconciliation() -> Response:
    """Every year and tax of a release."""
    return answer_release("reconciliation.html", lambda release, _choice: _build(release, page_reader(release)))


def _build(release: Release, reader: Reader) -> ReconciliationPage:
    years = []
    for year, found in groupby(reconcile(release), key=lambda line: line.year):
        lines = tuple(found)
        reports = dict.fromkeys(line.official.report for line in lines if line.official is not None)
        rows = tuple(_row(line, release, reader) for line in lines)
        years.append(ReconciledYear(year, rows, "; ".join(reports), _not_told(lines, release)))
    return ReconciliationPage(
        years=tuple(years),
        reasons=tuple((str(name), str(meaning)) for name, meaning in REASONS.values()),
        downloads=table_files(PATH, [("release", str(release.number))], reader.lang),
    )


def _row(line: ReconciliationLine, release: Release, reader: Reader) -> ReconciledRow:
    return ReconciledRow(
        tax=reader.name_of("taxes", line.tax) if line.tax else _("Todos los impuestos"),
        is_total=line.tax is None,
        registry=_registry(line, release.number),
        official=_official(line, release.number),
        ratio=str(_NO_RATIO[line.no_ratio]) if line.no_ratio else percent(line.ratio),
        is_state=line.no_ratio is not None,
        reasons=tuple(_reason(reason, line, release) for reason in line.reasons if _is_counted(reason)),
    )


def _registry(line: ReconciliationLine, release: int) -> Link:
    registry = line.registry
    if registry is None or registry.not_paid_gtq is None:
        return Link(_("no hay montos publicados"), "")
    told = ngettext(
        "de %(count)s registro", "de %(count)s registros", registry.records, count=format_count(registry.records)
    )
    return Link(format_money(registry.not_paid_gtq), registry_query(release, line.tax), told)


def _official(line: ReconciliationLine, release: int) -> Link:
    if line.official is None:
        return Link(_("no hay estimación"), "")
    method = line.official.method_version or _("método no declarado")
    return Link(format_money(line.official.amount_gtq), official_query(release, line.year, line.tax), method)


def _not_told(lines: tuple[ReconciliationLine, ...], release: Release) -> Link | None:
    found = ((reason, line) for line in lines for reason in line.reasons if reason.kind is ReasonKind.TAX_NOT_TOLD)
    first = next(found, None)
    return None if first is None else _reason(*first, release)


def _is_counted(reason: Reason) -> bool:
    """Whether the reason has a number of its own; that of another concept is the official figure itself."""
    return reason.kind not in (ReasonKind.DIFFERENT_CONCEPT, ReasonKind.TAX_NOT_TOLD)


def _reason(reason: Reason, line: ReconciliationLine, release: Release) -> Link:
    name, _meaning = REASONS[reason.kind]
    return Link("; ".join(_told(reason)), reason_query(reason, release, line.year, line.tax), str(name))


def _told(reason: Reason) -> Iterator[str]:
    """What is counted of a reason."""
    amount = [format_money(reason.amount_gtq)] if reason.amount_gtq is not None else []
    count = [_UNIT_WORDS[reason.unit](reason.count)] if reason.count is not None else []
    if amount or count:
        yield ", ".join(amount + count)
    if reason.untold_cells:
        told = format_count(reason.untold_cells)
        yield ngettext(
            "%(count)s suma que no se dice", "%(count)s sumas que no se dicen", reason.untold_cells, count=told
        )


_UNIT_WORDS: Mapping[Unit, Callable[[int], str]] = {
    Unit.TREATMENTS: lambda count: ngettext("%(count)s trato", "%(count)s tratos", count, count=format_count(count)),
    Unit.RECORDS: lambda count: ngettext("%(count)s registro", "%(count)s registros", count, count=format_count(count)),
    Unit.TAXPAYERS: lambda count: ngettext(
        "%(count)s contribuyente", "%(count)s contribuyentes", count, count=format_count(count)
    ),
}
