"""The gross domestic product and its deflator: one series of one base, and figures that read in one way only."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from exemptions.datasets import Dataset
from exemptions.fact_codes import Partition
from loaders.checks import Check, Context, DatasetRules, is_unreadable, value
from loaders.checks_fact import duplicate_check, facts_beside, find_duplicates
from loaders.checks_numbers import read_year, year_check
from loaders.checks_text import text_checks

_FIRST_YEAR = 1950
"""The oldest year of the national accounts of the Banco de Guatemala."""

_INDEX = r"^(-?[0-9]{1,6}(?:\.[0-9]{1,8})?)$"
_MILLIONS = r"^(-?)([0-9]{1,9})(?:\.([0-9]{1,8}))?$"
_CENTS_PLACES = 8
"""A cent is a hundred-millionth of a million."""
_BASE = 100.0
_SERIES_BASE, _IMPLIED = "series.base_year", "expenditure.gdp_millions"
_FACTOR = 2
"""A product was never revised by this much, a change of base included; a slip of unit is by a thousand."""


def _understand(frame: pl.DataFrame, context: Context) -> pl.DataFrame:
    frame = frame.with_columns(
        read_year(pl.col("year")).alias("year.value"),
        pl.col("deflator").str.extract(_INDEX).cast(pl.Float64).alias("deflator.value"),
        read_year(pl.col("base_year")).alias("base_year.value"),
        _cents(pl.col("gdp_millions")).alias("gdp_millions.value"),
        pl.col("source").alias("source.value"),
    ).with_columns(value("gdp_millions").alias("gdp_cents.value"))
    frame = find_duplicates(frame, dataset=Dataset.MACRO, required=("year",))
    beside = facts_beside(frame, context, dataset=Dataset.MACRO).get_column("base_year.value")
    bases = pl.concat([beside.cast(pl.Int64), frame.get_column("base_year.value")]).drop_nulls()
    return frame.with_columns(pl.lit(bases.first(), pl.Int64).alias(_SERIES_BASE)).join(
        _implied(context), on="year.value", how="left", maintain_order="left"
    )


def _implied(context: Context) -> pl.DataFrame:
    """Year → the product in millions that the totals of the standing estimates and their percentages imply."""
    totals = context.standing(Dataset.EXPENDITURE).filter(
        pl.col("partition") == Partition.TOTAL.value, pl.col("tax").is_null(), pl.col("pct_gdp") > 0
    )
    implied = pl.col("amount_cents") / pl.col("pct_gdp") * 100 / 10**_CENTS_PLACES
    return totals.group_by(pl.col("year").alias("year.value")).agg(implied.mean().alias(_IMPLIED))


def _checks(context: Context) -> Iterator[Check]:
    yield from text_checks(Dataset.MACRO)
    yield Check("anio_vacio", "year", pl.col("year").is_null())
    yield year_check("year", context, first=_FIRST_YEAR)
    yield from _figure_checks("deflator", "deflactor")
    yield from _base_checks(context)
    yield from _figure_checks("gdp_millions", "pib")
    ratio = value("gdp_cents") / 10**_CENTS_PLACES / pl.col(_IMPLIED)
    yield Check(
        "pib_no_concuerda", "gdp_millions", ~ratio.is_between(1 / _FACTOR, _FACTOR), {"implied": pl.col(_IMPLIED)}
    )
    yield Check("fuente_vacia", "source", pl.col("source").is_null())
    yield duplicate_check(Dataset.MACRO)


def _figure_checks(key: str, rule: str) -> Iterator[Check]:
    """The checks of a figure that must be there, be written in one way, and be above zero."""
    text = pl.col(key)
    has_comma = text.str.contains(",", literal=True)
    yield Check(f"{rule}_vacio", key, text.is_null())
    yield Check("coma_en_cifra", key, has_comma)
    yield Check(f"{rule}_no_numerico", key, is_unreadable(key) & ~has_comma)
    yield Check(f"{rule}_no_positivo", key, value(key) <= 0)


def _base_checks(context: Context) -> Iterator[Check]:
    base = {"base": pl.col(_SERIES_BASE)}
    yield Check("anio_base_vacio", "base_year", pl.col("base_year").is_null())
    yield year_check("base_year", context, first=_FIRST_YEAR)
    yield Check("anio_base_distinto", "base_year", value("base_year") != pl.col(_SERIES_BASE), base)
    of_base = value("year") == value("base_year")
    yield Check("deflactor_base_distinto_de_cien", "deflator", of_base & (value("deflator") != _BASE), base)


MACRO_RULES = DatasetRules(understand=_understand, checks=_checks, content={})


def _cents(text: pl.Expr) -> pl.Expr:
    """Millions of quetzales as cents; null where they are no whole number of cents."""
    parts = text.str.extract_groups(_MILLIONS)
    millions = parts.struct.field("2").cast(pl.Int64)
    rest = parts.struct.field("3").fill_null("").str.pad_end(_CENTS_PLACES, "0").cast(pl.Int64)
    cents = millions * 10**_CENTS_PLACES + rest
    return pl.when(parts.struct.field("1") == "-").then(-cents).otherwise(cents)
