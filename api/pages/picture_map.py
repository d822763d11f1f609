"""The figures of maps, with their words: benefits, tax not paid and jobs of the 22 departments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from api.charts.chart import Cell, Chart, ChartKind, Column, Unit
from api.charts.geography import label_places
from api.formatting import format_count, format_percent
from api.pages.picture_subjects import Subject
from api.pages.picture_words import jobs_phrase, join_sentences, missing_words, money_unit, money_words
from api.pages.sums import excluded_words
from api.pages.texts import gettext as _
from api.pages.values import Reader, records_phrase
from exemptions.aggregates import facets, sums
from exemptions.columns import JobsKind
from exemptions.facts import quetzales
from exemptions.figures import amount_figures, jobs_figures
from exemptions.matches import total
from exemptions.rankings import Measure, find_basis
from exemptions.release import Release


@dataclass(frozen=True, slots=True)
class _Measured:
    """What a map shows of each department, with its words."""

    name: str
    title: str
    finding: str
    coverage: str
    unit: str
    column: Column
    by_code: Mapping[str, int | Decimal | None]


def benefits_map(release: Release, subject: Subject, reader: Reader) -> Chart | None:
    """The benefits by department; None where no department is published. A department without any is a true zero."""
    counted = {value.value: value.count for value in facets(release, subject.query, ("department",))["department"]}
    if not counted:
        return None
    records, placed = total(release, subject.query), sum(counted.values())
    most = max(counted, key=lambda code: (counted[code], code))
    measured = _Measured(
        name="mapa",
        title=_("Beneficios por departamento"),
        finding=_(
            "El departamento con más beneficios es %(name)s: %(count)s de %(records)s (%(share)s).",
            name=reader.name_of("departments", most),
            count=format_count(counted[most]),
            records=format_count(placed),
            share=format_percent(Decimal(counted[most]) / placed),
        ),
        coverage=join_sentences(
            _("Según el departamento del domicilio registrado: %(records)s.", records=records_phrase(placed)),
            _without_department(records - placed),
        ),
        unit=_("Número de beneficios"),
        column=Column("records", _("Beneficios"), Unit.COUNT),
        by_code={code: counted.get(code, 0) for code in label_places()},
    )
    return _map_chart(subject, reader, measured)


def amounts_map(release: Release, subject: Subject, reader: Reader) -> Chart | None:
    """The tax not paid by department in the year that most records tell; None where no amount is published."""
    basis = find_basis(release, subject.query, Measure.AMOUNT)
    if basis is None:
        return None
    figures = amount_figures(release, subject.query).filter("is_not_paid", pl.col("year") == basis.year)
    cents, untold = _by_department(release, figures.select("row", value="cents"))
    by_code = {code: quetzales(value) for code, value in cents.items()}
    if not by_code:
        return None
    most = max(by_code, key=lambda code: (by_code[code], code))
    measured = _Measured(
        name="mapa-montos",
        title=_("Impuesto no pagado por departamento, %(year)s", year=basis.year),
        finding=_(
            "El departamento con más impuesto no pagado en %(year)s es %(name)s: %(amount)s.",
            year=basis.year,
            name=reader.name_of("departments", most),
            amount=money_words(by_code[most]),
        ),
        coverage=join_sentences(
            _("Según el departamento del domicilio registrado, no el lugar donde se produce."),
            _without_department(untold),
            excluded_words(sums(release, subject.query).states["amount_gtq"]),
        ),
        unit=money_unit(by_code.values()),
        column=Column("amount_gtq", _("Impuesto no pagado"), Unit.MONEY),
        by_code={code: by_code.get(code) for code in label_places()},
    )
    return _map_chart(subject, reader, measured)


def jobs_map(release: Release, subject: Subject, reader: Reader) -> Chart | None:
    """The jobs by department of the year and kind that most records tell; None where none are published."""
    basis = find_basis(release, subject.query, Measure.JOBS)
    if basis is None:
        return None
    figures = jobs_figures(release, subject.query).filter(pl.col("year") == basis.year, pl.col("kind") == basis.kind)
    by_code, untold = _by_department(release, figures.select("row", value="jobs"))
    if not by_code:
        return None
    most = max(by_code, key=lambda code: (by_code[code], code))
    title = (
        _("Empleos reportados por departamento, %(year)s", year=basis.year)
        if basis.kind == JobsKind.REPORTED
        else _("Empleos proyectados por departamento, %(year)s", year=basis.year)
    )
    measured = _Measured(
        name="mapa-empleos",
        title=title,
        finding=_(
            "El departamento con más empleos en %(year)s es %(name)s: %(jobs)s.",
            year=basis.year,
            name=reader.name_of("departments", most),
            jobs=jobs_phrase(by_code[most]),
        ),
        coverage=join_sentences(
            _("Según el departamento del domicilio registrado, no el lugar donde se produce."),
            _without_department(untold),
            excluded_words(sums(release, subject.query).states["jobs"]),
        ),
        unit=_("Número de empleos"),
        column=Column("jobs", _("Empleos"), Unit.COUNT),
        by_code={code: by_code.get(code) for code in label_places()},
    )
    return _map_chart(subject, reader, measured)


def _map_chart(subject: Subject, reader: Reader, measured: _Measured) -> Chart:
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (code, reader.name_of("departments", code), measured.by_code[code]) for code in sorted(measured.by_code)
    )
    return Chart(
        name=measured.name,
        kind=ChartKind.MAP,
        title=measured.title,
        subject=subject.name,
        finding=measured.finding,
        coverage=measured.coverage,
        unit=measured.unit,
        columns=(
            Column("department", _("Código"), Unit.CODE),
            Column("department_name", _("Departamento"), Unit.NAME),
            measured.column,
        ),
        rows=rows,
        missing=missing_words(),
        credit=_("Contornos: Natural Earth, dominio público."),
    )


def _by_department(release: Release, figures: pl.DataFrame) -> tuple[dict[str, int], int]:
    """The sum of a department's values, and how many records tell none."""
    codes = pl.Series("department", pl.from_arrow(release.records.column("department"))).cast(pl.String)
    placed = figures.with_columns(department=codes.gather(figures.get_column("row")))
    untold = placed.filter(pl.col("department").is_null()).get_column("row").n_unique()
    added = placed.drop_nulls("department").group_by("department").agg(pl.col("value").cast(pl.Int128).sum())
    return {code: int(value) for code, value in added.iter_rows()}, untold


def _without_department(count: int) -> str:
    if not count:
        return ""
    return _("Deja fuera %(records)s sin departamento publicado.", records=records_phrase(count))
