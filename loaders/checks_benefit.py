"""The record as a whole: what a temporary benefit needs, and values that only make sense together."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from exemptions.columns import LIST_SEPARATOR, JobsKind
from loaders.checks import Check, value


def fill_jobs_kind(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with jobs of an unstated kind counted as reported; an unknown kind stays unknown."""
    unstated = pl.col("jobs_kind").is_null() & value("jobs").is_not_null()
    filled = pl.when(unstated).then(pl.lit(str(JobsKind.REPORTED))).otherwise(value("jobs_kind"))
    return frame.with_columns(filled.alias("jobs_kind.value"))


def benefit_checks() -> Iterator[Check]:
    """The checks of one record as a whole."""
    yield from _term_checks()
    yield from _number_checks()


def _term_checks() -> Iterator[Check]:
    temporary = pl.col("category.temporary")
    start, end = value("valid_from"), value("valid_until")
    yield Check("temporal_sin_resolucion", "resolution", temporary & pl.col("resolution").is_null())
    for key in ("valid_from", "valid_until"):
        yield Check("temporal_sin_fechas", key, temporary & pl.col(key).is_null())
    inverted = end < start
    yield Check("vigencia_invertida", "valid_until", inverted, {"start": start})
    listed = (LIST_SEPARATOR + value("taxes") + LIST_SEPARATOR).str.contains(
        f"{LIST_SEPARATOR}ISR{LIST_SEPARATOR}", literal=True
    )
    # Without a list the category's own taxes are the benefit's; with one that is not understood nothing is known.
    income_tax = pl.when(pl.col("taxes").is_null()).then(pl.col("category.isr")).otherwise(listed)
    # The last day is included, so a term of ten years ends a day before its tenth anniversary; many acts write the
    # anniversary itself, which is let pass.
    limit = start.dt.offset_by(pl.col("category.years").cast(pl.String) + "y")
    detail = {"start": start, "years": pl.col("category.years")}
    yield Check("isr_mas_de_diez_anios", "valid_until", temporary & income_tax & (end > limit), detail)
    early = pl.col("category.from_notification") & (start < value("notified_on"))
    yield Check("inicio_antes_de_notificacion", "valid_from", early, {"notified": value("notified_on")})


def _number_checks() -> Iterator[Check]:
    jobs = pl.col("jobs")
    inapplicable = jobs.is_not_null() & ~pl.col("category.jobs")
    yield Check("empleos_no_aplican", "jobs", inapplicable, {"category": value("category")})
    yield Check("tipo_empleos_vacio", "jobs_kind", pl.col("jobs_kind").is_null() & value("jobs").is_not_null())
    pairs = (("jobs", "jobs_year", "empleos_sin_anio"), ("amount_gtq", "amount_year", "monto_sin_anio"))
    for number, year, rule in pairs:
        lacking = pl.col(number).is_not_null() & pl.col(year).is_null()
        yield Check(rule, year, lacking, shown=pl.col(number))
        yield Check("anio_sin_dato", year, pl.col(year).is_not_null() & pl.col(number).is_null())
