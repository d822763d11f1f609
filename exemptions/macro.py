"""Quetzales of one year and shares of the gross domestic product, by the series that a release publishes.

`amount in quetzales of the base year = amount × deflator of the base year ÷ deflator of the amount's own year`. The
deflator of the base year is 100 by definition; where the series tells that year, its own figure is used. An amount is
only ever measured by its own year: a sum over several years has no deflator.
Source: the deflator is the implicit one of the product, nominal over real (System of National Accounts 2008, §15.232).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from enum import StrEnum

from exemptions.estimates import Estimate
from exemptions.facts import quetzales
from exemptions.release import Release

_CENT = Decimal("0.01")
_EXACT = Context(prec=60, rounding=ROUND_HALF_EVEN)
_SHARE = Context(prec=4, rounding=ROUND_HALF_EVEN)
"""Four significant digits: decimals in a fixed number would show a small share as nothing."""
_INDEX = Decimal(100)


class ShareBasis(StrEnum):
    """Where a percentage of the product comes from."""

    OFFICIAL = "official"
    """The report states it."""
    COMPUTED = "computed"
    """The report states none; it is the amount over the published product of its year."""
    NOT_AVAILABLE = "not_available"


class PriceState(StrEnum):
    """Whether an amount is told in quetzales of the base year."""

    COMPUTED = "computed"
    NOT_AVAILABLE = "not_available"
    """The release has no deflator of that year; none is guessed."""


@dataclass(frozen=True, slots=True)
class ProductYear:
    """One year of the series."""

    year: int
    deflator: Decimal
    base_year: int
    gdp_gtq: Decimal
    source: str
    release: int | None
    """The release that brought the row; None where that is not known."""


@dataclass(frozen=True, slots=True)
class Share:
    """A percentage of the product and where it comes from; `percent` is None only if it is not available."""

    percent: Decimal | None
    basis: ShareBasis


class Product:
    """The series of a release. Made by `read_product`."""

    def __init__(self, rows: Sequence[ProductYear]) -> None:
        self.years: Mapping[int, ProductYear] = {row.year: row for row in sorted(rows, key=lambda one: one.year)}
        """Order: year."""

    @property
    def is_empty(self) -> bool:
        return not self.years

    @property
    def base_year(self) -> int | None:
        """The year whose quetzales amounts are told in; None without a series."""
        return next((row.base_year for row in self.years.values()), None)

    @property
    def sources(self) -> tuple[str, ...]:
        """Every source of the series, each once."""
        return tuple(dict.fromkeys(row.source for row in self.years.values()))

    def deflator(self, year: int) -> Decimal | None:
        row = self.years.get(year)
        return None if row is None else row.deflator

    def price_state(self, year: int) -> PriceState:
        return PriceState.COMPUTED if year in self.years else PriceState.NOT_AVAILABLE

    def constant(self, amount: Decimal | None, year: int) -> Decimal | None:
        """The amount of a year in quetzales of the base year, to the cent; None without a deflator of that year."""
        row = self.years.get(year)
        if row is None or amount is None:
            return None
        base = self.years.get(row.base_year)
        index = _INDEX if base is None else base.deflator
        return _EXACT.divide(_EXACT.multiply(amount, index), row.deflator).quantize(_CENT, context=_EXACT)

    def share_of(self, figure: Estimate) -> Share:
        """The share of an estimate in the product of its year: the report's own, else computed, else none."""
        if figure.pct_gdp is not None:
            return Share(Decimal(str(figure.pct_gdp)), ShareBasis.OFFICIAL)
        row = self.years.get(figure.year)
        if row is None:
            return Share(None, ShareBasis.NOT_AVAILABLE)
        return Share(_SHARE.divide(100 * figure.amount_gtq, row.gdp_gtq), ShareBasis.COMPUTED)


def read_product(release: Release) -> Product:
    """The series of a release, read once; of a release without one it is empty."""
    found: Product = release.answers.get(("product",), lambda: Product([_year(row) for row in release.macro_rows()]))
    return found


def _year(row: Mapping[str, object]) -> ProductYear:
    given = {name: value for name, value in row.items() if name not in ("deflator", "gdp_cents")}
    return ProductYear(
        **given,  # type: ignore[arg-type]
        # The shortest text that reads back as the same number is what the file had.
        deflator=Decimal(str(row["deflator"])),
        gdp_gtq=quetzales(int(str(row["gdp_cents"]))),
    )
