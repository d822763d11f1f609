"""The official estimates of tax expenditure by year, with a rule wherever the method does not stay the same."""

from __future__ import annotations

from api.charts.chart import Break, Chart, ChartKind, Column, Unit
from api.pages.estimate_words import figure_name
from api.pages.picture_subjects import GROUP, TAX, Subject
from api.pages.picture_words import join_sentences, missing_words, money_unit, money_words
from api.pages.texts import gettext as _
from api.pages.values import Reader
from exemptions.estimate_series import series_of_group, series_of_tax, series_of_total
from exemptions.estimates import BreakReason, Estimates, Series, read_estimates
from exemptions.release import Release

NAME = "gasto-tributario"
_LABEL_YEARS = 4
"""Words beside a rule take about as much room as so many columns, so rules nearer than that share them."""


def estimates_chart(release: Release, subject: Subject, reader: Reader) -> Chart | None:
    """The latest official figure of each year; None where no report tells any."""
    estimates = read_estimates(release)
    series = _series(estimates, subject)
    if series is None:
        return None
    points = {point.year: point for point in series.points}
    last = series.points[-1]
    return Chart(
        name=NAME,
        kind=ChartKind.COLUMNS,
        title=_("%(what)s: estimación oficial por año", what=figure_name(last, estimates, reader)),
        finding=_(
            "El año más reciente con estimación es %(year)s: %(amount)s.",
            year=last.year,
            amount=money_words(last.amount_gtq),
        ),
        coverage=join_sentences(
            _("Cifras de los informes oficiales, en quetzales corrientes; de cada año, la más reciente."),
            _("Las cifras a un lado y otro de una línea punteada no se comparan: el método cambió o no se declara.")
            if series.breaks
            else "",
        ),
        unit=money_unit(point.amount_gtq for point in series.points),
        columns=(
            Column("year", _("Año"), Unit.YEAR),
            Column("amount_gtq", _("Estimación oficial"), Unit.MONEY),
            Column("report", _("Informe"), Unit.NAME),
            Column("method_version", _("Versión del método"), Unit.NAME),
        ),
        rows=tuple(
            (year, points[year].amount_gtq, points[year].report, points[year].method_version or _("no declarado"))
            if year in points
            else (year, None, None, None)
            for year in range(series.points[0].year, last.year + 1)
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
