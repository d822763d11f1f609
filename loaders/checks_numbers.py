"""Numbers: jobs, money and years, in writings that can be read in one way only."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from loaders.checks import Check, Context, is_unreadable, value

FIRST_YEAR = 1900

_WHOLE = r"([0-9]{1,9}|[0-9]{1,3}(?:,[0-9]{3}){1,2})"
_JOBS = rf"^(-?){_WHOLE}(?:\.0{{1,2}})?$"
_YEAR = r"^([0-9]{4})(?:\.0{1,2})?$"

_CURRENCY = r"^(-?)\s*(?:GTQ|Q\.?)?\s*(-?)\s*"
_UNITS = r"([0-9]{1,16}|[0-9]{1,3}(?:,[0-9]{3}){1,4})"
_AMOUNT = rf"(?i){_CURRENCY}{_UNITS}(?:\.([0-9]{{1,2}}))?$"
_LONG_AMOUNT = rf"(?i){_CURRENCY}{_UNITS}\.[0-9]{{3,}}$"


def parse_numbers(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with `jobs.value`, `jobs_year.value`, `amount_year.value` and, in cents, `amount_gtq.value`."""
    return frame.with_columns(
        read_jobs(pl.col("jobs")).alias("jobs.value"),
        read_year(pl.col("jobs_year")).alias("jobs_year.value"),
        read_year(pl.col("amount_year")).alias("amount_year.value"),
        read_cents(pl.col("amount_gtq")).alias("amount_gtq.value"),
    )


def number_checks(context: Context) -> Iterator[Check]:
    """The checks of each number by itself."""
    yield from jobs_number_checks()
    yield from amount_checks()
    yield Check("monto_negativo", "amount_gtq", value("amount_gtq") < 0)
    for key in ("jobs_year", "amount_year"):
        yield year_check(key, context)


def jobs_number_checks() -> Iterator[Check]:
    """The checks of a number of jobs."""
    yield Check("empleos_no_numericos", "jobs", is_unreadable("jobs"))
    yield Check("empleos_negativos", "jobs", value("jobs") < 0)


def amount_checks() -> Iterator[Check]:
    """The checks of how an amount of quetzales is written."""
    long = pl.col("amount_gtq").str.contains(_LONG_AMOUNT)
    yield Check("monto_con_mas_decimales", "amount_gtq", is_unreadable("amount_gtq") & long)
    yield Check("monto_no_numerico", "amount_gtq", is_unreadable("amount_gtq") & ~long)


def year_check(key: str, context: Context, *, first: int = FIRST_YEAR) -> Check:
    """The check that a year is one, and from `first` to the year after the cutoff."""
    last = last_year(context)
    outside = is_unreadable(key) | ~value(key).is_between(first, last)
    return Check("anio_invalido", key, outside, {"first": pl.lit(first), "last": pl.lit(last)})


def last_year(context: Context) -> int:
    """The last year that a file can speak of: projections look one year ahead."""
    return context.cutoff.year + 1


def read_jobs(text: pl.Expr) -> pl.Expr:
    """A whole number; null where it is none."""
    parts = text.str.extract_groups(_JOBS)
    number = parts.struct.field("2").str.replace_all(",", "", literal=True).cast(pl.Int64)
    return pl.when(parts.struct.field("1") == "-").then(-number).otherwise(number)


def read_year(text: pl.Expr) -> pl.Expr:
    """A year of four digits; null where it is written otherwise."""
    return text.str.extract(_YEAR).cast(pl.Int64)


def read_cents(text: pl.Expr) -> pl.Expr:
    """An amount of quetzales, in cents; null where it can be read in two ways or is no number."""
    parts = text.str.extract_groups(_AMOUNT)
    units = parts.struct.field("3").str.replace_all(",", "", literal=True).cast(pl.Int64)
    cents = units * 100 + parts.struct.field("4").fill_null("").str.pad_end(2, "0").cast(pl.Int64)
    before, after = parts.struct.field("1") == "-", parts.struct.field("2") == "-"
    # Two signs are no number.
    return pl.when(before & after).then(None).when(before | after).then(-cents).otherwise(cents)
