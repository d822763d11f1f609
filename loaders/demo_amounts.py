"""Amounts of the invented benefits by year, tax and mechanism, whose sum is what the registry states."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from exemptions.catalogs import load_catalogs
from exemptions.datasets import AMOUNTS_COLUMNS
from loaders.demo_draws import Draws
from loaders.demo_figures import money_text
from loaders.demo_month import KEY_HEADERS, as_day, read_edition

_YEARS = pl.DataFrame({"back": [0, 1, 2]}, schema={"back": pl.Int64})
"""Years told of a benefit, counted back from the one that the registry states."""

_MOST_TAXES = 3
_SOURCE = "Declaración anual"


def build_amounts(edition: Path, *, seed: int) -> pl.DataFrame:
    """The amounts of the benefits whose amount an edition states, for that year and up to two years before.

    A year's amounts that count as not paid add up to the registry's in the year that it states. Where the law suspends
    taxes beside what it does not collect, an amount of that is told too; where it does nothing but suspend or pay back,
    the registry's own figure stands alone.
    Shape: text columns under the headers of the amounts dataset.
    Order: that of the edition; of one benefit by year, tax and mechanism.
    """
    treatments = _treatments()
    cells = _taxed(_years(edition, seed), treatments.filter("counts"), seed).sort("row", "back", "treatment")
    own = cells.with_columns(cents=_divided())
    suspended = _suspended(cells, treatments.filter(pl.col("mechanism") == "suspension"), seed)
    return (
        pl.concat([own, suspended], how="diagonal")
        .sort("row", pl.col("told"), "tax", "mechanism")
        .with_columns(
            ANIO=pl.col("told").cast(pl.String),
            IMPUESTO="tax",
            MECANISMO="mechanism",
            MONTO_GTQ=money_text(pl.col("cents")),
            FUENTE=pl.lit(_SOURCE),
        )
        .select(column.header for column in AMOUNTS_COLUMNS)
    )


def _treatments() -> pl.DataFrame:
    """What the law of each category does with each tax: `CATEGORIA_EXENTO`, `tax`, `mechanism`, `counts`."""
    catalogs = load_catalogs()
    rows = [
        (category.code, treatment.tax, treatment.mechanism, catalogs.mechanisms[treatment.mechanism].counts_as_not_paid)
        for category in catalogs.categories.values()
        for treatment in category.treatments
    ]
    schema = {"CATEGORIA_EXENTO": pl.String, "tax": pl.String, "mechanism": pl.String, "counts": pl.Boolean}
    return pl.DataFrame(rows, schema=schema, orient="row").with_row_index("treatment")


def _years(edition: Path, seed: int) -> pl.DataFrame:
    """A row for each benefit and year: the key, IMPUESTOS, `told` (the year), `whole` (its cents)."""
    stated = (
        read_edition(edition)
        .filter(pl.col("MONTO_NO_PAGADO").is_not_null())
        .select(
            "row",
            *KEY_HEADERS,
            "IMPUESTOS",
            stated=pl.col("MONTO_NO_PAGADO").str.replace(".", "", literal=True).cast(pl.Int64),
            year=pl.col("ANIO_MONTO").cast(pl.Int64),
            start=as_day("VIGENTE_DESDE"),
        )
        .collect()
    )
    cells = stated.join(_YEARS, how="cross").with_columns(
        cell=pl.col("row").cast(pl.UInt64) * _YEARS.height + pl.col("back"), told=pl.col("year") - pl.col("back")
    )
    began = pl.col("start").is_null() | (pl.col("start").dt.year() <= pl.col("told"))
    earlier = pl.col("stated") * (70 + Draws(seed, "cell").below("amount/earlier", 40)) // 100
    return cells.filter(began).with_columns(whole=pl.when(pl.col("back") == 0).then("stated").otherwise(earlier))


def _taxed(years: pl.DataFrame, treatments: pl.DataFrame, seed: int) -> pl.DataFrame:
    """The years with up to three treatments each, out of those that apply to the benefit, and a `weight` for each."""
    pairs = years.join(treatments, on="CATEGORIA_EXENTO", how="inner").filter(_applies())
    pairs = pairs.with_columns(pair=pl.col("row").cast(pl.UInt64) * 1_000 + pl.col("treatment"))
    draws = Draws(seed, "pair")
    # A benefit keeps its taxes from year to year; only the amounts move.
    chosen = draws.bits("amount/tax").rank("ordinal").over("row", "back") <= _MOST_TAXES
    return pairs.filter(chosen).with_columns(weight=1 + draws.below("amount/weight", 6))


def _applies() -> pl.Expr:
    listed = pl.concat_str(pl.lit(";"), "IMPUESTOS", pl.lit(";"))
    wanted = pl.concat_str(pl.lit(";"), "tax", pl.lit(";"))
    return pl.col("IMPUESTOS").is_null() | listed.str.contains(wanted, literal=True)


def _divided() -> pl.Expr:
    """The part of a year's cents that falls to each treatment by its weight; the first takes what is left over."""
    year = ("row", "back")
    part = pl.col("whole") * pl.col("weight") // pl.col("weight").sum().over(year)
    first = pl.col("treatment") == pl.col("treatment").min().over(year)
    return pl.when(first).then(part + pl.col("whole") - part.sum().over(year)).otherwise(part)


def _suspended(cells: pl.DataFrame, treatments: pl.DataFrame, seed: int) -> pl.DataFrame:
    """One suspended tax a year, of the benefits that have anything that counts beside it."""
    columns = ("row", *KEY_HEADERS, "IMPUESTOS", "told", "whole", "back", "cell")
    years = cells.select(columns).unique(["row", "back"], keep="first", maintain_order=True)
    first = treatments.unique("CATEGORIA_EXENTO", keep="first", maintain_order=True)
    pairs = years.join(first, on="CATEGORIA_EXENTO", how="inner").filter(_applies())
    return pairs.with_columns(cents=pl.col("whole") * (20 + Draws(seed, "cell").below("amount/suspended", 60)) // 100)
