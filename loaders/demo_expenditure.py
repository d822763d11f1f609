"""Two invented reports of tax expenditure, their totals divided in every way that reports do.

Together they show what becomes of real ones: the later report tells one year anew, and the first year was estimated by
another method. Neither states a percentage of the product for the groups of beneficiaries.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

import polars as pl

from exemptions.catalog_entries import ExpenditureBasis
from exemptions.catalogs import load_catalogs
from exemptions.datasets import EXPENDITURE_COLUMNS
from loaders.demo_draws import Draws

REPORT = "INFORME INVENTADO DE DEMOSTRACIÓN"
"""What the name of each report begins with; the year of its edition follows."""
_FIRST_METHOD = "Método inventado 1"
_METHOD = "Método inventado 2"
_NOTE = "Cifra inventada; no es una estimación de nadie."

_YEARS = 3
_FIRST_TOTAL = 1_500_000
"""Hundredths of a million quetzales, as all figures here."""
_GROWTH_PCT = 6
_RESTATED_PER_MILLE = 129
"""By how much the earlier report tells its last year higher than the later one."""
_SHARE_OF_PRODUCT = 0.023

# In thousandths of the total.
_TAXES = {"ISR": 225, "ISO": 25, "IVA": 540, "IVA_IMP": 120, "DAI": 90}
_DIRECT = ("ISR", "ISO")
_FOREIGN = ("IVA_IMP", "DAI")

Parts = Mapping[str, tuple[str, int]]
"""Key → name and figure."""


def build_expenditure(*, seed: int, today: date) -> pl.DataFrame:
    """The reports as they stand on `today`, of the three years before.

    The earlier one tells the first two years, the first by another method; the later one the last two.
    Shape: text columns under the headers of the expenditure dataset; every partition adds up to its total.
    Order: report, year, partition, key.
    """
    first, second, third = _totals(seed)
    year, shares = today.year - _YEARS, _group_shares(seed)
    earlier, later = (f"{REPORT} {edition}" for edition in (today.year - 1, today.year))
    rows = [
        *_year(year, first, shares, report=earlier, method=_FIRST_METHOD),
        *_year(year + 1, second * (1000 + _RESTATED_PER_MILLE) // 1000, shares, report=earlier, method=_METHOD),
        *_year(year + 1, second, shares, report=later, method=_METHOD),
        *_year(year + 2, third, shares, report=later, method=_METHOD),
    ]
    return pl.DataFrame(rows, schema={column.header: pl.String for column in EXPENDITURE_COLUMNS}, orient="row")


def implied_products(*, seed: int, today: date) -> dict[int, int]:
    """Year → the product that the newest total and its percentage imply, in hundredths of a million quetzales."""
    first = today.year - _YEARS
    return {first + place: round(total / _SHARE_OF_PRODUCT) for place, total in enumerate(_totals(seed))}


def _totals(seed: int) -> list[int]:
    grown = pl.DataFrame({"unit": range(_YEARS)}).select(Draws(seed).below("expenditure/growth", 5)).to_series()
    totals: list[int] = []
    for extra in grown:
        before = totals[-1] if totals else _FIRST_TOTAL
        totals.append(before * (100 + _GROWTH_PCT + extra) // 100)
    return totals


def _group_shares(seed: int) -> Mapping[str, int]:
    groups = pl.DataFrame({"code": list(load_catalogs().expenditure_groups)}).with_row_index("unit")
    drawn = groups.with_columns(share=10 + Draws(seed).below("expenditure/group", 90))
    return dict(drawn.select("code", "share").iter_rows())


def _year(
    year: int, total: int, group_shares: Mapping[str, int], *, report: str, method: str
) -> Iterator[tuple[str | None, ...]]:
    catalogs = load_catalogs()
    taxes = _divided(total, _TAXES)
    groups = _divided(total, group_shares)
    direct, foreign = sum(taxes[tax] for tax in _DIRECT), sum(taxes[tax] for tax in _FOREIGN)
    fixed = sum(
        figure
        for code, figure in groups.items()
        if catalogs.expenditure_groups[code].basis is ExpenditureBasis.CONSTITUTIONAL
    )
    partitions: Mapping[str, Parts] = {
        "total": {"TOTAL": ("Gasto tributario total", total)},
        "impuesto": {tax: (tax, figure) for tax, figure in taxes.items()},
        "naturaleza": {
            "DIRECTOS": ("Impuestos directos", direct),
            "INDIRECTOS": ("Impuestos indirectos", total - direct),
        },
        "ambito": {
            "INTERNOS": ("Impuestos internos", total - foreign),
            "COMERCIO_EXTERIOR": ("Tributos al comercio exterior", foreign),
        },
        "base_legal": {
            "CONSTITUCIONAL": ("Constitución Política", fixed),
            "LEYES_ORDINARIAS": ("Leyes ordinarias", total - fixed),
        },
        "beneficiario": {code: (catalogs.expenditure_groups[code].name_es, figure) for code, figure in groups.items()},
    }
    for partition, parts in partitions.items():
        for key, (name, figure) in parts.items():
            tax = key if partition == "impuesto" else None
            share = None if partition == "beneficiario" else f"{figure / total * _SHARE_OF_PRODUCT * 100:.2f}"
            millions = f"{figure // 100}.{figure % 100:02}"
            yield (str(year), tax, partition, key, name, millions, share, report, method, _NOTE, None)


def _divided(total: int, shares: Mapping[str, int]) -> dict[str, int]:
    """The total divided by shares; the largest takes what is left over."""
    weight = sum(shares.values())
    parts = {key: total * share // weight for key, share in shares.items()}
    largest = max(shares, key=lambda key: shares[key])
    parts[largest] += total - sum(parts.values())
    return parts
