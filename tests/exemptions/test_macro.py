"""Quetzales of the base year and shares of the product, against figures worked out by hand."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exemptions.estimates import Estimate
from exemptions.fact_codes import Partition
from exemptions.macro import PriceState, Product, ProductYear, Share, ShareBasis


def year(number: int, deflator: str, base: int = 2013, gdp: str = "400000000000.00") -> ProductYear:
    return ProductYear(number, Decimal(deflator), base, Decimal(gdp), "Cuentas", None)


def figure(amount: str, pct_gdp: float | None = None, number: int = 2020) -> Estimate:
    return Estimate(number, None, Partition.TOTAL, "TOTAL", None, Decimal(amount), pct_gdp, "Informe", None, None, None)


SERIES = Product([year(2020, "120"), year(2013, "100"), year(2021, "125.5")])


def test_constant__is_the_amount_over_the_deflator_of_its_own_year() -> None:
    assert SERIES.constant(Decimal("120.00"), 2020) == Decimal("100.00")
    assert SERIES.constant(Decimal("1000.00"), 2021) == Decimal("796.81")
    assert SERIES.constant(Decimal("7.77"), 2013) == Decimal("7.77")
    assert SERIES.constant(Decimal("0.00"), 2020) == 0
    assert SERIES.constant(Decimal("-120.00"), 2020) == Decimal("-100.00")


def test_constant__of_a_year_without_deflator_is_not_available() -> None:
    assert SERIES.constant(Decimal("120.00"), 2019) is None
    assert SERIES.price_state(2019) is PriceState.NOT_AVAILABLE
    assert SERIES.constant(None, 2020) is None
    assert (Product([]).base_year, Product([]).is_empty) == (None, True)


def test_constant__keeps_the_amounts_of_the_base_year_whatever_its_deflator() -> None:
    series = Product([year(2013, "98.5"), year(2014, "197")])
    assert series.constant(Decimal("10.01"), 2013) == Decimal("10.01")
    assert series.constant(Decimal("10.02"), 2014) == Decimal("5.01")
    # A series that lacks its base year is an index of 100 in it.
    assert Product([year(2014, "200")]).constant(Decimal("10.02"), 2014) == Decimal("5.01")


@given(cents=st.integers(-(10**17), 10**17), deflator=st.decimals("0.00000001", "999999", places=8))
def test_constant__is_exact_to_the_cent(cents: int, deflator: Decimal) -> None:
    told = Product([year(2020, str(deflator))]).constant(Decimal(cents).scaleb(-2), 2020)
    assert told is not None
    assert abs(Fraction(told) - Fraction(cents) / Fraction(deflator)) <= Fraction(1, 200)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (figure("9000000000.00", 2.6), Share(Decimal("2.6"), ShareBasis.OFFICIAL)),
        (figure("9000000000.00", 2.6, 1999), Share(Decimal("2.6"), ShareBasis.OFFICIAL)),
        (figure("9000000000.00", 0.0), Share(Decimal(0), ShareBasis.OFFICIAL)),
        (figure("9000000000.00"), Share(Decimal("2.25"), ShareBasis.COMPUTED)),
        (figure("123456.00"), Share(Decimal("0.00003086"), ShareBasis.COMPUTED)),
        (figure("0.00"), Share(Decimal(0), ShareBasis.COMPUTED)),
        (figure("9000000000.00", None, 1999), Share(None, ShareBasis.NOT_AVAILABLE)),
    ],
)
def test_share__is_the_reports_own_else_computed_else_not_available(told: Estimate, expected: Share) -> None:
    assert SERIES.share_of(told) == expected
