"""The figures of series by year, with their words: amounts, jobs, and benefits that begin."""

from __future__ import annotations

from collections.abc import Iterable

from api.charts.chart import Cell, Chart, ChartKind, Column, Unit
from api.formatting import format_count
from api.pages.picture_subjects import Subject
from api.pages.picture_words import jobs_phrase, join_sentences, missing_words, money_unit, money_words
from api.pages.sums import excluded_words
from api.pages.texts import gettext as _
from api.pages.texts import ngettext
from api.pages.values import Reader, records_phrase
from exemptions.aggregates import sums
from exemptions.columns import JobsKind
from exemptions.release import Release
from exemptions.series import JobsYear, amounts_by_year, jobs_by_year, terms_by_year, told_jobs, told_year

_FIRST_YEAR = 1900
"""A year before this is a slip of the pen, and an axis from there on would show nothing else; it is told in words."""


def amounts_chart(release: Release, subject: Subject, reader: Reader) -> Chart | None:
    """The tax not paid by year; None where no amount is published."""
    years = amounts_by_year(release, subject.query)
    told = told_year(years)
    if told is None or told.not_paid_gtq is None:
        return None
    by_year = {part.year: part for part in years if part.year is not None and part.not_paid_gtq is not None}
    unknown = sum(part.records for part in years if part.year is None)
    rows = tuple(
        (year, by_year[year].not_paid_gtq, by_year[year].records) if year in by_year else (year, None, None)
        for year in _span(by_year)
    )
    return Chart(
        name="montos",
        kind=ChartKind.COLUMNS,
        title=_("Impuesto no pagado por año"),
        subject=subject.name,
        finding=_(
            "%(year)s es el año del que más se ha publicado: %(amount)s no pagados por %(records)s.",
            year=told.year,
            amount=money_words(told.not_paid_gtq),
            records=records_phrase(told.records),
        ),
        coverage=join_sentences(
            _("Sin lo suspendido ni lo devuelto, que no es impuesto dejado de pagar. Los años no se suman."),
            _without_year(unknown),
            excluded_words(sums(release, subject.query).states["amount_gtq"]),
        ),
        unit=money_unit(part.not_paid_gtq for part in by_year.values()),
        columns=(
            Column("year", _("Año"), Unit.YEAR),
            Column("amount_gtq", _("Impuesto no pagado"), Unit.MONEY),
            Column("records", _("Registros"), Unit.COUNT),
        ),
        rows=rows,
        missing=missing_words(),
    )


def jobs_chart(release: Release, subject: Subject, reader: Reader) -> Chart | None:
    """Projected and reported jobs by year, never added together; None where none are published."""
    parts = jobs_by_year(release, subject.query)
    told = told_jobs(parts)
    if told is None:
        return None
    labels = {JobsKind.PROJECTED: _("Proyectados"), JobsKind.REPORTED: _("Reportados")}
    by_key = {(part.year, part.kind): part for part in parts if part.year is not None and part.kind is not None}
    kinds = [kind for kind in labels if any(key[1] == kind for key in by_key)]
    unknown = sum(part.records for part in parts if part.year is None or part.kind is None)
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (year, *(_jobs_of(by_key.get((year, kind.value))) for kind in kinds))
        for year in _span(key[0] for key in by_key)
    )
    return Chart(
        name="empleos",
        kind=ChartKind.LINES,
        title=_("Empleos por año"),
        subject=subject.name,
        finding=_jobs_words(told),
        coverage=join_sentences(
            _("Lo proyectado se prometió al pedir el beneficio; lo reportado se informó después. No se suman."),
            _without_year(unknown),
            excluded_words(sums(release, subject.query).states["jobs"]),
        ),
        unit=_("Número de empleos"),
        columns=(
            Column("year", _("Año"), Unit.YEAR),
            *(Column(f"jobs_{kind.value}", labels[kind], Unit.COUNT) for kind in kinds),
        ),
        rows=rows,
        missing=missing_words(),
    )


def begun_chart(release: Release, subject: Subject, reader: Reader) -> Chart | None:
    """The benefits that begin in each year; None where no first day is published. A year without any is a true zero."""
    terms = terms_by_year(release, subject.query)
    by_year = {part.year: part.records for part in terms.begun if part.year >= _FIRST_YEAR}
    if not by_year:
        return None
    early = sum(part.records for part in terms.begun if part.year < _FIRST_YEAR)
    most = max(by_year, key=lambda year: (by_year[year], year))
    dated = sum(by_year.values())
    return Chart(
        name="inicios",
        kind=ChartKind.COLUMNS,
        title=_("Beneficios por año de inicio"),
        subject=subject.name,
        finding=_(
            "El año en que empezaron más beneficios es %(year)s: %(count)s de los %(dated)s con fecha de inicio.",
            year=most,
            count=format_count(by_year[most]),
            dated=format_count(dated),
        ),
        coverage=join_sentences(
            _("Por el primer día de cada beneficio publicado, también si ya terminó."),
            _without_first_day(terms.without_begin),
            _too_early(early),
        ),
        unit=_("Número de beneficios"),
        columns=(Column("year", _("Año de inicio"), Unit.YEAR), Column("records", _("Beneficios"), Unit.COUNT)),
        rows=tuple((year, by_year.get(year, 0)) for year in _span(by_year)),
        missing=missing_words(),
    )


def _span(years: Iterable[int | None]) -> range:
    known = [year for year in years if year is not None]
    return range(min(known), max(known) + 1)


def _jobs_of(part: JobsYear | None) -> int | None:
    return None if part is None else part.jobs


def _jobs_words(told: JobsYear) -> str:
    values = {"year": told.year, "jobs": jobs_phrase(told.jobs), "records": records_phrase(told.records)}
    if told.kind == JobsKind.REPORTED:
        return _("El año del que más se ha reportado es %(year)s: %(jobs)s en %(records)s.", **values)
    return _("El año para el que más se ha proyectado es %(year)s: %(jobs)s en %(records)s.", **values)


def _without_year(count: int) -> str:
    if not count:
        return ""
    return ngettext(
        "%(records)s no dice su año o su clase y no se dibuja.",
        "%(records)s no dicen su año o su clase y no se dibujan.",
        count,
        records=records_phrase(count),
    )


def _without_first_day(count: int) -> str:
    if not count:
        return ""
    return _("Deja fuera %(records)s sin fecha de inicio publicada.", records=records_phrase(count))


def _too_early(count: int) -> str:
    if not count:
        return ""
    return _("Tampoco dibuja %(records)s con inicio anterior a 1900.", records=records_phrase(count))
