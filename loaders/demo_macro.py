"""An invented gross domestic product and its deflator, in step with the invented estimates of tax expenditure."""

from __future__ import annotations

from datetime import date
from itertools import accumulate

import polars as pl

from exemptions.datasets import MACRO_COLUMNS
from loaders.demo_draws import Draws
from loaders.demo_expenditure import implied_products

SOURCE = "SERIE INVENTADA DE DEMOSTRACIÓN; no es de ninguna cuenta nacional"

_YEARS = 8
_REAL_GROWTH_PCT = 3
_BASE_INDEX = 10_000
"""Hundredths of the index, as the product is in hundredths of a million."""


def build_macro(*, seed: int, today: date) -> pl.DataFrame:
    """The series of the eight years before `today`, the first of which is the base.

    Shape: text columns under the headers of the macro dataset.
    Order: year.
    """
    years = range(today.year - _YEARS, today.year)
    rises = _rises(seed)
    indices = accumulate(rises, lambda index, rise: index * (100 + rise) // 100, initial=_BASE_INDEX)
    products = implied_products(seed=seed, today=today)
    for year in range(min(products) - 1, years.start - 1, -1):
        products[year] = products[year + 1] * 100 // (100 + _REAL_GROWTH_PCT + rises[year - years.start])
    rows = [
        (str(year), _decimal(index), str(years.start), _decimal(products[year]), SOURCE)
        for year, index in zip(years, indices, strict=True)
    ]
    return pl.DataFrame(rows, schema={column.header: pl.String for column in MACRO_COLUMNS}, orient="row")


def _rises(seed: int) -> list[int]:
    """By how many percent prices rise from each year to the next."""
    steps = pl.DataFrame({"unit": range(_YEARS - 1)})
    return steps.select(2 + Draws(seed).below("macro/prices", 4)).to_series().to_list()


def _decimal(hundredths: int) -> str:
    return f"{hundredths // 100}.{hundredths % 100:02}"
