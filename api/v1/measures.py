"""An amount of a year in quetzales of the base year and as a share of the product, as answers tell it."""

from __future__ import annotations

from typing import Any

import polars as pl

from exemptions.estimates import Estimate
from exemptions.macro import Product, ShareBasis

PRICE_SCHEMA: dict[str, Any] = {
    "amount_constant_status": pl.String(),
    "base_year": pl.Int64(),
    "deflator": pl.Float64(),
}
"""What is the same for every amount of a year."""
FIGURE_SCHEMA: dict[str, Any] = {
    "amount_constant_gtq": pl.Decimal(38, 2),
    "pct_gdp_computed": pl.Float64(),
    "pct_gdp_basis": pl.String(),
}


def price_facts(product: Product, year: int) -> dict[str, Any]:
    """Whether amounts of a year are told in quetzales of the base year, of which year, and by which deflator."""
    deflator = product.deflator(year)
    return {
        "amount_constant_status": product.price_state(year).value,
        "base_year": None if deflator is None else product.base_year,
        "deflator": None if deflator is None else float(deflator),
    }


def figure_facts(product: Product, figure: Estimate) -> dict[str, Any]:
    """An estimate in quetzales of the base year; its share of the product only where its report states none."""
    share = product.share_of(figure)
    is_computed = share.basis is ShareBasis.COMPUTED and share.percent is not None
    return {
        "amount_constant_gtq": product.constant(figure.amount_gtq, figure.year),
        "pct_gdp_computed": float(share.percent) if is_computed and share.percent is not None else None,
        "pct_gdp_basis": share.basis.value,
    }
