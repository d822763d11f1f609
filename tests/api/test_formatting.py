"""Numbers, money, days and sizes as people read them."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from api.formatting import (
    format_count,
    format_day,
    format_large,
    format_millions,
    format_moment,
    format_money,
    format_percent,
    format_short_day,
    format_size,
    format_tax_number,
)


@pytest.mark.parametrize(
    ("amount", "text"),
    [("0", "Q 0.00"), ("1234.5", "Q 1,234.50"), ("90071992547409.93", "Q 90,071,992,547,409.93"), ("-0.01", "−Q 0.01")],
)
def test_money__has_separators_and_two_decimals(amount: str, text: str) -> None:
    assert format_money(Decimal(amount)).replace("\u00a0", " ") == text


def test_money__in_millions_has_one_decimal() -> None:
    assert format_millions(Decimal("3152517755.52")).replace("\u00a0", " ") == "Q 3,152.5"
    assert format_millions(Decimal("-1500000")).replace("\u00a0", " ") == "−Q 1.5"


def test_count__has_separators() -> None:
    assert [format_count(number) for number in (0, 999, 1000, -1234567)] == ["0", "999", "1,000", "−1,234,567"]


@pytest.mark.parametrize(
    ("amount", "spanish", "english"),
    [
        ("0", "", ""),
        ("999999.99", "", ""),
        ("1000000", "1 millón", "1 million"),
        ("1049999.99", "1 millón", "1 million"),
        ("-2500000", "−2.5 millones", "−2.5 million"),
        ("999999999.99", "1,000 millones", "1 billion"),
        ("1000000000", "1,000 millones", "1 billion"),
        ("1234567890.12", "1,235 millones", "1.23 billion"),
        ("54701100000", "54,701 millones", "54.7 billion"),
        ("999999999999", "1 millón de millones", "1 trillion"),
        ("1234567890123", "1.23 millones de millones", "1.23 trillion"),
    ],
)
def test_large__is_told_in_words_without_the_false_friend(amount: str, spanish: str, english: str) -> None:
    assert format_large(Decimal(amount), "es").replace("\u00a0", " ") == spanish
    assert format_large(Decimal(amount), "en").replace("\u00a0", " ") == english
    assert "billón" not in spanish


def test_large__speaks_as_in_spanish_where_a_language_has_no_words_of_its_own() -> None:
    assert format_large(Decimal(10**9), "quc") == format_large(Decimal(10**9), "es")


def test_percent__is_written_without_a_space() -> None:
    told = [format_percent(share) for share in (0, 1, Decimal("0.1234"), -0.5, -0.00001)]
    assert told == ["0.0%", "100.0%", "12.3%", "−50.0%", "0.0%"]
    assert format_percent(0.126, decimals=0) == "13%"


def test_day__is_in_words_of_the_language() -> None:
    day = date(2025, 3, 12)
    assert format_day(day, "es") == "12 de marzo de 2025"
    assert format_day(day, "en") == "12 March 2025"
    assert format_short_day(day, "es").replace("\u00a0", " ") == "12 mar 2025"
    assert format_short_day(day, "en").replace("\u00a0", " ") == "12 Mar 2025"


def test_moment__is_told_in_the_time_of_guatemala() -> None:
    assert format_moment(datetime(2026, 1, 1, 3, 5, tzinfo=UTC), "es") == "31 de diciembre de 2025, 21:05"


@pytest.mark.parametrize(
    ("size_bytes", "text"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1000, "1.0 kB"),
        (999_949, "999.9 kB"),
        (999_950, "1.0 MB"),
        (541_000_000, "541.0 MB"),
    ],
)
def test_size__is_in_decimal_units(size_bytes: int, text: str) -> None:
    assert format_size(size_bytes).replace("\u00a0", " ") == text


def test_tax_number__has_its_hyphen() -> None:
    assert format_tax_number("80000000001K") == "80000000001-K"
