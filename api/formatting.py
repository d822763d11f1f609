"""Numbers, money, dates and NITs as people in Guatemala read them, in Spanish and English."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Context, Decimal
from functools import lru_cache

from babel.dates import format_date as babel_format_date
from babel.numbers import format_compact_decimal, format_decimal

from exemptions.calendar import GUATEMALA
from exemptions.nit import format_nit

MILLION = Decimal(1_000_000)
_BILLION = 1000 * MILLION
_TRILLION = 1000 * _BILLION
NO_BREAK = "\u00a0"
"""Keeps a number and its unit on one line."""

# Guatemala writes 1,234.56 as English does, so numbers need no locale; dates need the name of the month.
_DATE_PATTERNS = {"es": "d 'de' MMMM 'de' y", "en": "d MMMM y"}
_SHORT_DATE_PATTERN = "d MMM y"
_NUMBER_LOCALE = "es_GT"
_SIZE_UNITS = ("kB", "MB", "GB", "TB")
_FOUR_DIGITS = Context(prec=4)
_MINUS = "\u2212"


def format_count(number: int) -> str:
    """A whole number with thousands separators: `12,345`, `−1,000`."""
    return f"{_sign(number)}{abs(number):,d}"


def format_money(amount: Decimal) -> str:
    """Quetzales with two decimals: `Q 1,234.56`; a minus sign stands before the Q."""
    return f"{_sign(amount)}Q{NO_BREAK}{abs(amount):,.2f}"


def format_millions(amount: Decimal) -> str:
    """Quetzales in millions with one decimal, without their unit: `Q 3,152.5`."""
    return f"{_sign(amount)}Q{NO_BREAK}{abs(amount) / MILLION:,.1f}"


def format_whole_millions(amount: Decimal) -> str:
    """Quetzales in millions with two decimals, or as many as the amount needs: `Q 3,152.51`, `Q 0.0000001`."""
    millions = abs(amount) / MILLION
    text = f"{millions:,.2f}" if millions == round(millions, 2) else f"{millions.normalize():,f}"
    return f"{_sign(amount)}Q{NO_BREAK}{text}"


def format_rounded_millions(amount: Decimal) -> str:
    """Quetzales in millions with two decimals, below a million with four digits: `Q 3,152.51`, `Q 0.0003086`.

    For what was computed; what somebody stated is never rounded.
    """
    millions = abs(amount) / MILLION
    text = f"{millions:,.2f}" if millions >= 1 or not millions else f"{_FOUR_DIGITS.plus(millions).normalize():f}"
    return f"{_sign(amount)}Q{NO_BREAK}{text}"


def format_large(amount: Decimal, lang: str) -> str:
    """The size of an amount in words, rounded: `1,235 millones`, `1.23 billion`; empty below a million.

    In Spanish a thousand million stays `1,000 millones`, as budgets write it, and a million million is
    `1 millón de millones`: a Spanish *billón* is a thousand English billions, and readers of both would be misled.
    """
    if abs(amount) < MILLION:
        return ""
    # Rounded first, so that what is nearly a billion is told as one.
    size = _rounded(abs(amount), billions=MILLION * 10 if lang == "en" else MILLION)
    if lang == "en":
        words = format_compact_decimal(size, format_type="long", locale="en", fraction_digits=2)
    elif size < _BILLION:
        words = format_compact_decimal(size, format_type="long", locale=_NUMBER_LOCALE, fraction_digits=1)
    elif size < _TRILLION:
        words = f"{format_decimal(size / MILLION, format='#,##0', locale=_NUMBER_LOCALE)} millones"
    else:
        told = format_decimal(size / _TRILLION, format="#,##0.##", locale=_NUMBER_LOCALE)
        words = f"{told} {'millón' if told == '1' else 'millones'} de millones"
    return _sign(amount) + words.replace(" ", NO_BREAK)


def _rounded(size: Decimal, *, billions: Decimal) -> Decimal:
    """To a tenth of a million, from a billion on to `billions`, from a trillion on to a hundredth of it."""
    step = MILLION / 10 if size < _BILLION else billions if size < _TRILLION else _TRILLION / 100
    return round(size / step) * step


def format_percent(share: Decimal | float, *, decimals: int = 1) -> str:
    """A share of one as a percentage, written as in Guatemala without a space: `0.123` → `12.3%`."""
    text = f"{abs(Decimal(share)) * 100:,.{decimals}f}"
    return f"{_sign(share) if float(text.replace(',', '')) else ''}{text}%"


def _sign(number: Decimal | float) -> str:
    """A minus sign for what is below zero; a hyphen would be shorter than the digits and read as a dash."""
    return _MINUS if number < 0 else ""


# A page of results names twenty days, and the library takes 0.05 ms for each.
@lru_cache(maxsize=8_192)
def format_day(day: date, lang: str) -> str:
    """A calendar day in words: `12 de marzo de 2025`, `12 March 2025`."""
    return babel_format_date(day, _DATE_PATTERNS[_date_language(lang)], locale=_date_language(lang))


def _date_language(lang: str) -> str:
    """The language whose months name a day: Spanish where nobody has written down those of another one."""
    return lang if lang in _DATE_PATTERNS else "es"


@lru_cache(maxsize=8_192)
def format_short_day(day: date, lang: str) -> str:
    """A calendar day for lists, the month in three letters: `12 mar 2025`, `12 Mar 2025`."""
    return babel_format_date(day, _SHORT_DATE_PATTERN, locale=_date_language(lang)).replace(" ", NO_BREAK)


def format_moment(moment: datetime, lang: str) -> str:
    """An instant as day and time of Guatemala: `12 de marzo de 2025, 14:05`."""
    local = moment.astimezone(GUATEMALA)
    return f"{format_day(local.date(), lang)}, {local:%H:%M}"


def format_size(size_bytes: int) -> str:
    """A file's size in decimal units with at most one decimal: `640 bytes`, `2.4 MB`."""
    if size_bytes < 1000:
        return f"{size_bytes}{NO_BREAK}bytes"
    size, power = size_bytes / 1000, 0
    # 999.95 would be written as 1000.0 of the smaller unit.
    while size >= 999.95 and power + 1 < len(_SIZE_UNITS):
        size, power = size / 1000, power + 1
    return f"{size:.1f}{NO_BREAK}{_SIZE_UNITS[power]}"


def format_tax_number(canonical: str) -> str:
    """A canonical NIT with the hyphen that forms print: `1234567-8`."""
    return format_nit(canonical)
