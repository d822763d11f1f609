"""A report against what the book has under the same name: a report is one vintage, and its figures do not change."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from exemptions.datasets import Dataset
from exemptions.fact_content import FACTS
from exemptions.text import fold_expr
from loaders.checks import Check, Context, value

_BEFORE = {"amount_cents": "vintage.amount_cents", "pct_gdp": "vintage.pct_gdp"}
_OTHER_NAME = "vintage.other_name"
_KEY = [f"{name}.value" for name in FACTS[Dataset.EXPENDITURE].key]
_REPORT = "report.value"


def compare_vintages(frame: pl.DataFrame, context: Context) -> pl.DataFrame:
    """The frame with what the book has of the same figure, and with the name of a report that differs from the row's
    only in case, accents or signs."""
    book = context.standing(Dataset.EXPENDITURE)
    told = book.select(
        *(pl.col(name).alias(f"{name}.value") for name in FACTS[Dataset.EXPENDITURE].key),
        *(pl.col(name).alias(before) for name, before in _BEFORE.items()),
    )
    return frame.join(told, on=_KEY, how="left", nulls_equal=True, maintain_order="left").join(
        _other_names(frame, book), on=_REPORT, how="left", maintain_order="left"
    )


def vintage_checks() -> Iterator[Check]:
    """The checks of a report against the book."""
    for key, content, before in (
        ("amount_millions", "amount_cents", _millions(pl.col(_BEFORE["amount_cents"]))),
        ("pct_gdp", "pct_gdp", pl.col(_BEFORE["pct_gdp"]).cast(pl.String)),
    ):
        detail = {"report": value("report"), "year": value("year"), "before": before}
        yield Check("informe_con_otra_cifra", key, value(content) != pl.col(_BEFORE[content]), detail)
    yield Check("informe_casi_igual", "report", pl.col(_OTHER_NAME).is_not_null(), {"other": pl.col(_OTHER_NAME)})


def _other_names(frame: pl.DataFrame, book: pl.DataFrame) -> pl.DataFrame:
    """For each name of a report of the file that is written otherwise elsewhere: that other name.

    A name of the book comes before one of the file; of two names of the file the later one is told.
    """
    own = frame.select(_REPORT, "row").drop_nulls(_REPORT).group_by(_REPORT).agg(pl.col("row").min())
    names = pl.concat([book.select(pl.col("report").alias(_REPORT), row=pl.lit(0, own.schema["row"])).unique(), own])
    names = names.with_columns(folded=fold_expr(pl.col(_REPORT)))
    first = names.sort("row", _REPORT).unique("folded", keep="first", maintain_order=True)
    return (
        names.join(first.select("folded", pl.col(_REPORT).alias(_OTHER_NAME)), on="folded")
        .filter(pl.col(_REPORT) != pl.col(_OTHER_NAME))
        .select(_REPORT, _OTHER_NAME)
        .unique(_REPORT)
    )


def _millions(cents: pl.Expr) -> pl.Expr:
    """Millions to the cent, without the zeros that end them."""
    text = (cents.cast(pl.Decimal(26, 8)) / 10**8).cast(pl.Decimal(26, 8)).cast(pl.String)
    return text.str.strip_chars_end("0").str.strip_chars_end(".")
