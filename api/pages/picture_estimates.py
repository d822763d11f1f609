"""The official estimates of tax expenditure by year, with a rule wherever the method does not stay the same."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from api.charts.chart import Break, Chart, ChartKind, Column, Unit
from api.pages.estimate_words import figure_name
from api.pages.picture_subjects import GROUP, TAX, Subject
from api.pages.picture_words import join_sentences, missing_words, money_unit, money_words
from api.pages.texts import gettext as _
from api.pages.values import Reader
from exemptions.estimate_series import series_of_group, series_of_tax, series_of_total
from exemptions.estimates import BreakReason, Estimates, Series, read_estimates
from exemptions.macro import read_product
from exemptions.release import Release

NAME = "gasto-tributario"
CONSTANT_NAME = "gasto-tributario-constante"
_LABEL_YEARS = 4
"""Words beside a rule take about as much room as so many columns, so rules nearer than that share them."""


def estimates_chart(release: Release, subject: Subject, reader: Reader) -> Chart | None:
    """The latest official figure of each year; None where no report tells any."""
    estimates = read_estimates(release)
    series = _series(estimates, subject)
    if series is None:
        return None
    last = series.points[-1]
    return _chart(
        series,
        NAME,
        {point.year: (point.amount_gtq,) for point in series.points},
        (Column("amount_gtq", _("Estimación oficial"), Unit.MONEY),),
        title=_("%(what)s: estimación oficial por año", what=figure_name(last, estimates, reader)),
        coverage=_("Cifras de los informes oficiales, en quetzales corrientes; de cada año, la más reciente."),
    )


def constant_chart(release: Release, subject: Subject, reader: Reader) -> Chart | None:
    """The same in quetzales of the base year; None where no year has a figure and a deflator."""
    estimates, product = read_estimates(release), read_product(release)
    series = _series(estimates, subject)
    if series is None:
        return None
    amounts = {
        point.year: (constant, point.amount_gtq)
        for point in series.points
        if (constant := product.constant(point.amount_gtq, point.year)) is not None
    }
    if not amounts:
        return None
    what = figure_name(series.points[-1], estimates, reader)
    return _chart(
        series,
        CONSTANT_NAME,
        amounts,
        (
            Column("amount_constant_gtq", _("En quetzales de %(year)s", year=product.base_year), Unit.MONEY),
            Column("amount_gtq", _("En quetzales corrientes"), Unit.MONEY),
        ),
        title=_("%(what)s: estimación oficial por año, en quetzales de %(year)s", what=what, year=product.base_year),
        coverage=join_sentences(
            _("De cada año, la cifra oficial más reciente, convertida con el deflactor del PIB."),
            _("Fuente del deflactor: %(sources)s.", sources="; ".join(product.sources)),
        ),
    )


def _chart(
    series: Series,
    name: str,
    amounts: Mapping[int, tuple[Decimal, ...]],
    columns: tuple[Column, ...],
    *,
    title: str,
    coverage: str,
) -> Chart:
    """The amounts of each year, under `columns`; the first of them is drawn."""
    points = {point.year: point for point in series.points if point.year in amounts}
    last = max(points)
    missing = (None,) * (len(columns) + 2)
    return Chart(
        name=name,
        kind=ChartKind.COLUMNS,
        title=title,
        finding=_(
            "El año más reciente con estimación es %(year)s: %(amount)s.",
            year=last,
            amount=money_words(amounts[last][0]),
        ),
        coverage=join_sentences(
            coverage,
            _("Las cifras a un lado y otro de una línea punteada no se comparan: el método cambió o no se declara.")
            if series.breaks
            else "",
        ),
        unit=money_unit(told[0] for told in amounts.values()),
        columns=(
            Column("year", _("Año"), Unit.YEAR),
            *columns,
            Column("report", _("Informe"), Unit.NAME),
            Column("method_version", _("Versión del método"), Unit.NAME),
        ),
        rows=tuple(
            (year, *amounts[year], points[year].report, points[year].method_version or _("no declarado"))
            if year in points
            else (year, *missing)
            for year in range(series.points[0].year, series.points[-1].year + 1)
        ),
        missing=missing_words(),
        breaks=_breaks(series),
    )


def _series(estimates: Estimates, subject: Subject) -> Series | None:
    match subject.kind.slug:
        case slug if slug == TAX:
            return series_of_tax(estimates, subject.code)
        case slug if slug == GROUP:
            return series_of_group(estimates, subject.code)
        case _:
            return series_of_total(estimates)


def _breaks(series: Series) -> tuple[Break, ...]:
    labels = {
        BreakReason.METHOD_CHANGED: _("otro método"),
        BreakReason.METHOD_NOT_DECLARED: _("método no declarado"),
    }
    made: list[Break] = []
    told = 0
    for found in series.breaks:
        is_told = found.after.year - told >= _LABEL_YEARS
        made.append(Break(found.after.year, labels[found.reason] if is_told else ""))
        told = found.after.year if is_told else told
    return tuple(made)
