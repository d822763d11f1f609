"""Estimates against each other: parts that do not make their whole, and percentages that contradict one another."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from exemptions.contradictions import MILLION_CENTS
from exemptions.fact_codes import NATURE_TAXES, Partition
from exemptions.text import fold_expr
from loaders.checks import Check, value

_VINTAGE = ("year.value", "report.value", "method_version.value")
_SUM, _WHOLE = "partition.sum", "partition.whole"
_TAXES_SUM = "partition.taxes"
_EXPECTED = "pct_gdp.expected"

_ROUNDING, _REVISION = 0.1, 0.05
"""Percentages are printed with one decimal, and reports of one year differ a little in the product they divide by."""
_SMALLEST_TOTAL = 0.1
"""Percent of the product; the totals published are 2 to 7, so less is a fraction of one: 0.026 for 2.6 %."""


def compare_partitions(frame: pl.DataFrame, beside: pl.DataFrame) -> pl.DataFrame:
    """The frame with what each figure should agree with, given the estimates of the book that stand beside the file.

    `partition.sum` and `partition.whole` stand in the first row of a partition; `partition.taxes` in a row of nature;
    `pct_gdp.expected` wherever the year's total tells it.
    """
    columns = [*_VINTAGE, "tax.value", "partition.value", "key.value", "amount_cents.value", "pct_gdp.value", "row"]
    known = beside.with_columns(pl.lit(None, pl.Int64).alias("row"))
    figures = pl.concat([frame.select(columns), known.select(columns)])
    for found in (_sums_of_parts(figures), _taxes_of_natures(figures), _expected_percentages(figures)):
        frame = frame.join(found, on="row", how="left", maintain_order="left")
    return frame


def partition_checks() -> Iterator[Check]:
    """The checks of estimates against each other; each names the difference in millions of quetzales."""
    difference = pl.col(_SUM) - pl.col(_WHOLE)
    detail = {
        "partition": value("partition"),
        "year": value("year"),
        "sum": _millions(pl.col(_SUM)),
        "whole": _millions(pl.col(_WHOLE)),
        "difference": _millions(difference),
    }
    yield Check("particion_no_suma", "amount_millions", difference.abs() > MILLION_CENTS, detail)
    excess = pl.col(_TAXES_SUM) - value("amount_millions")
    detail = {"year": value("year"), "sum": _millions(pl.col(_TAXES_SUM)), "difference": _millions(excess)}
    yield Check("naturaleza_menor_que_sus_impuestos", "amount_millions", excess > MILLION_CENTS, detail)
    stated, expected = value("pct_gdp"), pl.col(_EXPECTED)
    fraction = _is_fraction()
    detail = {"percentage": (stated * 100).round(4)}
    yield Check("porcentaje_en_fraccion", "pct_gdp", fraction, detail)
    apart = (stated - expected).abs() > _ROUNDING + expected * _REVISION
    likely = stated.is_between(0, 100) & ~fraction
    yield Check("porcentaje_no_concuerda", "pct_gdp", likely & apart, {"expected": expected.round(2)})


def _is_fraction() -> pl.Expr:
    stated, expected = value("pct_gdp"), pl.col(_EXPECTED)
    of_total = _is_total() & (stated < _SMALLEST_TOTAL)
    of_part = (stated < expected / 20) & ((stated * 100 - expected).abs() <= expected * 0.2)
    return (stated > 0) & (of_total.fill_null(False) | of_part.fill_null(False))


def _is_total() -> pl.Expr:
    return (value("partition") == Partition.TOTAL.value) & value("tax").is_null()


def _sums_of_parts(figures: pl.DataFrame) -> pl.DataFrame:
    """The sum of each partition and the whole it divides, at the first of its rows in the file.

    Taxes divide the total; every other partition divides the total or, where its rows name a tax, the figure of that
    tax.
    """
    amount, tax, partition = value("amount_cents"), value("tax"), value("partition")
    is_tax = partition == Partition.TAX.value
    whole_of = [*_VINTAGE, "tax.value"]
    totals = figures.filter(partition == Partition.TOTAL.value).group_by(whole_of).agg(amount.first())
    taxes = figures.filter(is_tax & tax.is_not_null()).group_by(whole_of).agg(amount.sum())
    wholes = pl.concat([totals, taxes]).unique(whole_of, keep="first", maintain_order=True)
    parts = (
        figures.filter(partition != Partition.TOTAL.value)
        .with_columns(pl.when(~is_tax).then(tax).alias("tax.value"))
        .group_by(*whole_of, "partition.value")
        .agg(amount.sum().alias(_SUM), amount.is_null().any().alias("lacking"), pl.col("row").drop_nulls().first())
    )
    return (
        parts.filter(~pl.col("lacking") & pl.col("row").is_not_null())
        .join(wholes.rename({"amount_cents.value": _WHOLE}), on=whole_of, nulls_equal=True)
        .select("row", _SUM, _WHOLE)
    )


def _taxes_of_natures(figures: pl.DataFrame) -> pl.DataFrame:
    """The sum of the taxes of a nature beside the figure of that nature.

    Not every tax need be told, so the sum may be less than the figure, but never more.
    """
    nature = fold_expr(value("key")).str.extract(r"(\S+)$")
    table = pl.DataFrame(
        [(name, tax) for name, taxes in NATURE_TAXES.items() for tax in taxes],
        schema={"nature": pl.String, "tax.value": pl.String},
        orient="row",
    )
    sums = (
        figures.filter(value("partition") == Partition.TAX.value)
        .join(table, on="tax.value")
        .group_by(*_VINTAGE, "nature")
        .agg(value("amount_cents").sum().alias(_TAXES_SUM))
    )
    return (
        figures.filter((value("partition") == Partition.NATURE.value) & value("tax").is_null())
        .filter(pl.col("row").is_not_null())
        .with_columns(nature.alias("nature"))
        .join(sums, on=[*_VINTAGE, "nature"], nulls_equal=True)
        .select("row", _TAXES_SUM)
    )


def _expected_percentages(figures: pl.DataFrame) -> pl.DataFrame:
    """What percentage each figure should be, by the product that the totals of its year imply."""
    amount, percentage = value("amount_cents"), value("pct_gdp")
    products = (
        figures.filter(_is_total() & (percentage >= _SMALLEST_TOTAL) & (amount > 0))
        .group_by("year.value")
        .agg((amount / percentage).median().alias("product"))
    )
    return (
        figures.filter(pl.col("row").is_not_null())
        .join(products, on="year.value")
        .select("row", (amount / pl.col("product")).alias(_EXPECTED))
    )


def _millions(cents: pl.Expr) -> pl.Expr:
    return (cents / MILLION_CENTS).round(2)
