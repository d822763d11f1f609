"""Jobs by year or quarter: their period, kind and number, against the regime and against the registry's own figure."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from exemptions.columns import JobsKind
from exemptions.content import KEY
from exemptions.datasets import Dataset
from loaders.checks import Check, Context, DatasetRules, is_unreadable, value
from loaders.checks_codes import JOBS_KINDS, look_up
from loaders.checks_fact import duplicate_check, facts_beside, find_duplicates, parse_record, record_checks
from loaders.checks_numbers import FIRST_YEAR, jobs_number_checks, last_year, read_jobs
from loaders.checks_text import text_checks

_YEAR = r"^([0-9]{4})(?:\.0{1,2})?$"
_YEAR_FIRST = r"^([0-9]{4})[\s/-]?[TtQq]([1-4])$"
_QUARTER_FIRST = r"^[TtQq]([1-4])[\s/-]?([0-9]{4})$"

_PERIOD_YEAR, _QUARTER = "period.year", "period.quarter"
_SHOWN = "jobs.shown"
_DIFFERENT_ROW = "jobs.different"


def _understand(frame: pl.DataFrame, context: Context) -> pl.DataFrame:
    frame = parse_record(frame, context, dataset=Dataset.JOBS)
    frame = _parse_period(frame, context)
    frame = frame.with_columns(look_up(frame, "kind", JOBS_KINDS), read_jobs(pl.col("jobs")).alias("jobs.value"))
    required = ("nit", "category", "period", "kind")
    frame = find_duplicates(frame, dataset=Dataset.JOBS, required=required)
    return _compare_with_registry(frame, context)


def _checks(context: Context) -> Iterator[Check]:
    yield from record_checks(context, dataset=Dataset.JOBS)
    yield from text_checks(Dataset.JOBS)
    yield from _period_checks(context)
    yield Check("clase_de_empleos_vacia", "kind", pl.col("kind").is_null())
    yield Check("clase_de_empleos_desconocida", "kind", is_unreadable("kind"))
    yield Check("empleos_vacios", "jobs", pl.col("jobs").is_null())
    yield from jobs_number_checks()
    inapplicable = pl.col("jobs").is_not_null() & ~pl.col("category.jobs")
    yield Check("empleos_no_aplican", "jobs", inapplicable, {"category": value("category")})
    yield duplicate_check(Dataset.JOBS)
    detail = {
        "registry": pl.col("record.jobs"),
        "period": pl.col("record.jobs_year"),
        "dataset": pl.col(_SHOWN),
    }
    yield Check("empleos_distintos_del_registro", "jobs", pl.col(_DIFFERENT_ROW), detail)


JOBS_RULES = DatasetRules(
    understand=_understand,
    checks=_checks,
    content={"source": pl.col("source")},
)


def _parse_period(frame: pl.DataFrame, context: Context) -> pl.DataFrame:
    """The frame with `period.value` as the book writes it: 2025 or 2025-T3."""
    text = pl.col("period")
    year = pl.coalesce(text.str.extract(_YEAR), text.str.extract(_YEAR_FIRST), text.str.extract(_QUARTER_FIRST, 2))
    quarter = pl.coalesce(text.str.extract(_YEAR_FIRST, 2), text.str.extract(_QUARTER_FIRST))
    frame = frame.with_columns(year.cast(pl.Int64).alias(_PERIOD_YEAR), quarter.cast(pl.Int64).alias(_QUARTER))
    possible = pl.col(_PERIOD_YEAR).is_between(FIRST_YEAR, last_year(context))
    return frame.with_columns(pl.when(possible).then(_write_period()).alias("period.value"))


def _write_period() -> pl.Expr:
    year, quarter = pl.col(_PERIOD_YEAR).cast(pl.String), pl.col(_QUARTER).cast(pl.String)
    return pl.when(pl.col(_QUARTER).is_null()).then(year).otherwise(pl.concat_str(year, pl.lit("-T"), quarter))


def _period_checks(context: Context) -> Iterator[Check]:
    bounds = {"first": pl.lit(FIRST_YEAR), "last": pl.lit(last_year(context))}
    yield Check("periodo_vacio", "period", pl.col("period").is_null())
    yield Check("periodo_invalido", "period", is_unreadable("period"), bounds)
    reported = value("kind") == JobsKind.REPORTED.value
    start, end = _bounds()
    cutoff = pl.lit(context.cutoff)
    readable = reported & value("period").is_not_null()
    day = {"cutoff": cutoff}
    yield Check("periodo_futuro", "period", readable & (start > cutoff), day)
    yield Check("periodo_sin_terminar", "period", readable & (start <= cutoff) & (end > cutoff), day)
    quarterly = value("period").is_not_null() & pl.col(_QUARTER).is_not_null()
    yearly = value("period").is_not_null() & pl.col(_QUARTER).is_null()
    category = {"category": value("category")}
    applies, by_quarter = pl.col("category.jobs"), pl.col("category.quarterly")
    yield Check("trimestre_en_regimen_anual", "period", quarterly & applies & ~by_quarter, category)
    # A projection is made once, for the first year; only what is reported follows the quarters.
    yield Check("anio_en_regimen_trimestral", "period", yearly & applies & by_quarter & reported, category)


def _bounds() -> tuple[pl.Expr, pl.Expr]:
    """The first and the last day of the period."""
    year, quarter = pl.col(_PERIOD_YEAR), pl.col(_QUARTER)
    start = pl.date(year, pl.coalesce(quarter * 3 - 2, pl.lit(1)), 1)
    length = pl.when(quarter.is_null()).then(pl.lit("1y")).otherwise(pl.lit("3mo"))
    return start, start.dt.offset_by(length).dt.offset_by("-1d")


def _compare_with_registry(frame: pl.DataFrame, context: Context) -> pl.DataFrame:
    """The frame with the number of jobs that a record will show for the registry's year, and where it is another.

    Shown is the year's own figure, else that of its last quarter. The row named is the one that gives it, or the last
    of that year in the file where the book gives it.
    """
    record = [f"{key}.value" for key in KEY]
    beside = facts_beside(frame, context, dataset=Dataset.JOBS).with_columns(
        pl.col("period.value").str.slice(0, 4).cast(pl.Int64).alias(_PERIOD_YEAR),
        pl.col("period.value").str.extract(r"T([1-4])$").cast(pl.Int64).alias(_QUARTER),
    )
    columns = [*record, "kind.value", _PERIOD_YEAR, _QUARTER, "jobs.value"]
    group = [*record, "kind.value", _PERIOD_YEAR]
    shown = (
        pl.concat([frame.select(columns), beside.select(columns)])
        .sort(pl.col(_QUARTER).fill_null(5))
        .group_by(group, maintain_order=True)
        .agg(pl.col("jobs.value").last().alias(_SHOWN))
    )
    same = (pl.col(_PERIOD_YEAR) == pl.col("record.jobs_year")) & (value("kind") == pl.col("record.jobs_kind"))
    giving = pl.col("row") == pl.col("row").sort_by(pl.col(_QUARTER).fill_null(5)).last().over(group)
    return frame.join(shown, on=group, how="left", nulls_equal=True, maintain_order="left").with_columns(
        (giving & same & (pl.col(_SHOWN) != pl.col("record.jobs"))).alias(_DIFFERENT_ROW)
    )
