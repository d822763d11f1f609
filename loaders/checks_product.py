"""Percentages of the product in a report, against the product of the series that the book holds."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from exemptions.datasets import Dataset
from loaders.checks import Check, Context, value

_PRODUCT, _EXPECTED = "macro.gdp_cents", "macro.percentage"
_ROUNDING, _REVISION = 0.1, 0.1
"""Percentages are printed with one decimal; a product that was revised since, a change of base included, differs by a
tenth at most."""


def compare_product(frame: pl.DataFrame, context: Context) -> pl.DataFrame:
    """The frame with the product of each row's year and the percentage of it that the row's amount is; null where the
    book has no product of that year."""
    series = context.standing(Dataset.MACRO).select(
        pl.col("year").alias("year.value"), pl.col("gdp_cents").alias(_PRODUCT)
    )
    return frame.join(series, on="year.value", how="left", maintain_order="left").with_columns(
        (value("amount_cents") / pl.col(_PRODUCT) * 100).alias(_EXPECTED)
    )


def product_checks() -> Iterator[Check]:
    """The check of a percentage against the series; a report keeps its own figure, so it is never refused."""
    stated, expected = value("pct_gdp"), pl.col(_EXPECTED)
    apart = (stated - expected).abs() > _ROUNDING + expected * _REVISION
    # A fraction of one has a rule of its own.
    fraction = (stated * 100 - expected).abs() <= expected * 0.2
    detail = {"expected": expected.round(2), "product": pl.col(_PRODUCT) / 10**8, "year": value("year")}
    yield Check("porcentaje_lejos_del_pib", "pct_gdp", stated.is_between(0, 100) & apart & ~fraction, detail)
