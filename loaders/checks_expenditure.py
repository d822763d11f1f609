"""Official estimates of tax expenditure: each figure by itself; `checks_partitions` compares them with each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from exemptions.catalog_entries import CatalogName
from exemptions.datasets import Dataset
from exemptions.fact_codes import Partition
from loaders.checks import Check, Context, DatasetRules, is_unreadable, value
from loaders.checks_codes import look_up, near
from loaders.checks_currency import FOREIGN_AMOUNT
from loaders.checks_fact import duplicate_check, facts_beside, find_duplicates
from loaders.checks_numbers import read_year, year_check
from loaders.checks_partitions import compare_partitions, partition_checks
from loaders.checks_product import compare_product, product_checks
from loaders.checks_text import text_checks
from loaders.checks_vintages import compare_vintages, vintage_checks

PARTITIONS: Mapping[str, Partition] = {
    "total": Partition.TOTAL,
    "impuesto": Partition.TAX,
    "impuestos": Partition.TAX,
    "tax": Partition.TAX,
    "naturaleza": Partition.NATURE,
    "nature": Partition.NATURE,
    "ambito": Partition.SCOPE,
    "scope": Partition.SCOPE,
    "base legal": Partition.LEGAL_BASIS,
    "legal basis": Partition.LEGAL_BASIS,
    "beneficiario": Partition.BENEFICIARY,
    "beneficiarios": Partition.BENEFICIARY,
    "beneficiary": Partition.BENEFICIARY,
}
"""Folded text of PARTICION → partition."""

_FIRST_YEAR = 1990
"""Long before the oldest estimate known, which is of 2005; an earlier year is a slip."""

_MILLIONS = r"(?i)^(-?)\s*(?:GTQ|Q\.?)?\s*([0-9]{1,9}|[0-9]{1,3}(?:,[0-9]{3}){1,2})(?:\.([0-9]{1,8})0*)?$"
_LONG_MILLIONS = r"(?i)^-?\s*(?:GTQ|Q\.?)?\s*[0-9][0-9,]*\.[0-9]{9,}$"
_CENTS_PLACES = 8
"""A cent is a hundred-millionth of a million."""
_PERCENTAGE = r"^(-?[0-9]{1,9}(?:\.[0-9]{1,12})?)\s*%?$"
# No sign that cannot be seen or that turns the direction of writing: the address is shown as a link.
_URL = r"^(?i:https?)://[^\s\x00-\x20\x7f-\x9f\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffd<>\"]{1,2000}$"
_TEXTS = ("key", "report", "method_version")


def _understand(frame: pl.DataFrame, context: Context) -> pl.DataFrame:
    frame = frame.with_columns(
        look_up(frame, "partition", PARTITIONS),
        look_up(frame, "tax", context.catalogs.aliases(CatalogName.TAXES)),
        read_year(pl.col("year")).alias("year.value"),
        _cents(pl.col("amount_millions")).alias("amount_millions.value"),
        pl.col("pct_gdp").str.extract(_PERCENTAGE).cast(pl.Float64).alias("pct_gdp.value"),
        pl.col("source_url").str.extract(f"({_URL})").alias("source_url.value"),
        *(pl.col(key).alias(f"{key}.value") for key in _TEXTS),
    ).with_columns(value("amount_millions").alias("amount_cents.value"))
    required = ("year", "partition", "key", "report")
    frame = find_duplicates(frame, dataset=Dataset.EXPENDITURE, required=required)
    frame = compare_partitions(frame, facts_beside(frame, context, dataset=Dataset.EXPENDITURE))
    return compare_product(compare_vintages(frame, context), context)


def _checks(context: Context) -> Iterator[Check]:
    yield from text_checks(Dataset.EXPENDITURE)
    yield Check("anio_vacio", "year", pl.col("year").is_null())
    yield year_check("year", context, first=_FIRST_YEAR)
    taxes = near(context.catalogs, "taxes")
    yield Check("impuesto_fuera_de_catalogo", "tax", is_unreadable("tax"), explain=taxes)
    yield Check("particion_vacia", "partition", pl.col("partition").is_null())
    yield Check("particion_desconocida", "partition", is_unreadable("partition"))
    yield Check("clave_vacia", "key", pl.col("key").is_null())
    yield Check("informe_vacio", "report", pl.col("report").is_null())
    yield from _amount_checks()
    yield from _percentage_checks()
    yield Check("direccion_invalida", "source_url", is_unreadable("source_url"))
    yield duplicate_check(Dataset.EXPENDITURE)
    yield from partition_checks()
    yield from vintage_checks()
    yield from product_checks()


def _amount_checks() -> Iterator[Check]:
    text, unreadable = pl.col("amount_millions"), is_unreadable("amount_millions")
    foreign, long = text.str.contains(FOREIGN_AMOUNT), text.str.contains(_LONG_MILLIONS)
    yield Check("monto_vacio", "amount_millions", text.is_null())
    yield Check("moneda_no_es_quetzal", "amount_millions", unreadable & foreign)
    yield Check("millones_sin_centavos_enteros", "amount_millions", unreadable & long)
    yield Check("monto_no_numerico", "amount_millions", unreadable & ~foreign & ~long)
    yield Check("estimacion_negativa", "amount_millions", value("amount_millions") < 0)


def _percentage_checks() -> Iterator[Check]:
    yield Check("porcentaje_no_numerico", "pct_gdp", is_unreadable("pct_gdp"))
    yield Check("porcentaje_fuera_de_rango", "pct_gdp", ~value("pct_gdp").is_between(0, 100))


EXPENDITURE_RULES = DatasetRules(
    understand=_understand,
    checks=_checks,
    content={"group": pl.col("group"), "note": pl.col("note")},
)


def _cents(text: pl.Expr) -> pl.Expr:
    """Millions of quetzales as cents; null where they are no whole number of cents."""
    parts = text.str.extract_groups(_MILLIONS)
    millions = parts.struct.field("2").str.replace_all(",", "", literal=True).cast(pl.Int64)
    rest = parts.struct.field("3").fill_null("").str.pad_end(_CENTS_PLACES, "0").cast(pl.Int64)
    cents = millions * 10**_CENTS_PLACES + rest
    return pl.when(parts.struct.field("1") == "-").then(-cents).otherwise(cents)
