"""Amounts by year, tax and mechanism: against the law of the category and against the registry's own figure."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from exemptions.catalog_entries import CatalogName
from exemptions.catalogs import Catalogs
from exemptions.content import KEY
from exemptions.datasets import Dataset
from loaders.checks import Check, Context, DatasetRules, is_unreadable, value
from loaders.checks_codes import look_up, near
from loaders.checks_fact import duplicate_check, facts_beside, find_duplicates, parse_record, record_checks
from loaders.checks_numbers import amount_checks, read_cents, read_year, year_check
from loaders.checks_text import text_checks

_NOT_PAID, _DIFFERENT_ROW = "amount.not_paid", "amount.different"
_CENTS = 100


def _understand(frame: pl.DataFrame, context: Context) -> pl.DataFrame:
    frame = parse_record(frame, context, dataset=Dataset.AMOUNTS)
    frame = frame.with_columns(
        look_up(frame, "tax", context.catalogs.aliases(CatalogName.TAXES)),
        look_up(frame, "mechanism", context.catalogs.aliases(CatalogName.MECHANISMS)),
        read_year(pl.col("year")).alias("year.value"),
        read_cents(pl.col("amount_gtq")).alias("amount_cents.value"),
    ).with_columns(value("amount_cents").alias("amount_gtq.value"))
    required = ("nit", "category", "year", "tax", "mechanism")
    frame = find_duplicates(frame, dataset=Dataset.AMOUNTS, required=required)
    return _compare_with_registry(frame, context)


def _checks(context: Context) -> Iterator[Check]:
    catalogs = context.catalogs
    yield from record_checks(context, dataset=Dataset.AMOUNTS)
    yield from text_checks(Dataset.AMOUNTS)
    yield Check("anio_vacio", "year", pl.col("year").is_null())
    yield year_check("year", context)
    yield Check("impuesto_vacio", "tax", pl.col("tax").is_null())
    yield Check("impuesto_fuera_de_catalogo", "tax", is_unreadable("tax"), explain=near(catalogs, "taxes"))
    yield Check("mecanismo_vacio", "mechanism", pl.col("mechanism").is_null())
    yield Check(
        "mecanismo_fuera_de_catalogo",
        "mechanism",
        is_unreadable("mechanism"),
        explain=near(catalogs, "mechanisms"),
    )
    yield Check("monto_vacio", "amount_gtq", pl.col("amount_gtq").is_null())
    yield from amount_checks()
    yield Check("monto_de_rectificacion", "amount_gtq", value("amount_gtq") < 0)
    yield _treatment_check(catalogs)
    yield duplicate_check(Dataset.AMOUNTS)
    detail = {
        "registry": pl.col("record.amount_cents") / _CENTS,
        "year": value("year"),
        "dataset": pl.col(_NOT_PAID) / _CENTS,
    }
    yield Check("monto_distinto_del_registro", "amount_gtq", pl.col(_DIFFERENT_ROW), detail)


AMOUNTS_RULES = DatasetRules(
    understand=_understand,
    checks=_checks,
    content={"source": pl.col("source")},
)


def _treatment_check(catalogs: Catalogs) -> Check:
    """The catalogue must say that the law of the category treats the tax so."""
    treatments = sorted(
        f"{category.code}/{treatment.tax}/{treatment.mechanism}"
        for category in catalogs.categories.values()
        for treatment in category.treatments
    )
    row = pl.concat_str(value("category"), value("tax"), value("mechanism"), separator="/")
    other = ~row.is_in(treatments)
    detail = {"category": value("category"), "tax": value("tax"), "mechanism": value("mechanism")}
    return Check("tratamiento_no_previsto", "mechanism", other, detail)


def _compare_with_registry(frame: pl.DataFrame, context: Context) -> pl.DataFrame:
    """The frame with the sum that a record will show for the registry's year, and where it is another.

    Suspension and drawback are not tax forgone and stay out; the row named is the first of that record and year.
    """
    counted = [code for code, mechanism in context.catalogs.mechanisms.items() if mechanism.counts_as_not_paid]
    group = [*(f"{key}.value" for key in KEY), "year.value"]
    columns = [*group, "mechanism.value", "amount_cents.value"]
    beside = facts_beside(frame, context, dataset=Dataset.AMOUNTS)
    sums = (
        pl.concat([frame.select(columns), beside.select(columns)])
        .filter(value("mechanism").is_in(counted))
        .group_by(group)
        .agg(value("amount_cents").sum().alias(_NOT_PAID))
    )
    same = value("year") == pl.col("record.amount_year")
    first = pl.col("row") == pl.col("row").first().over(group)
    return frame.join(sums, on=group, how="left", nulls_equal=True, maintain_order="left").with_columns(
        (first & same & (pl.col(_NOT_PAID) != pl.col("record.amount_cents"))).alias(_DIFFERENT_ROW)
    )
