"""Numbers, money, dates and NITs as people in Guatemala read them, in Spanish and English."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from babel.dates import format_date as babel_format_date

from exemptions.calendar import GUATEMALA
from exemptions.nit import format_nit

MILLION = Decimal(1_000_000)
NO_BREAK = "\u00a0"
"""Keeps a number and its unit on one line."""

# Guatemala writes 1,234.56 as English does, so numbers need no locale; dates need the name of the month.
_DATE_PATTERNS = {"es": "d 'de' MMMM 'de' y", "en": "d MMMM y"}
_SHORT_DATE_PATTERN = "d MMM y"
_SIZE_UNITS = ("kB", "MB", "GB", "TB")


def format_count(number: int) -> str:
    """A whole number with thousands separators: `12,345`."""
    return f"{number:,d}"


def format_money(amount: Decimal) -> str:
    """Quetzales with two decimals: `Q 1,234.56`; a minus sign stands before the Q."""
    sign = "−" if amount < 0 else ""
    return f"{sign}Q{NO_BREAK}{abs(amount):,.2f}"


def format_millions(amount: Decimal) -> str:
    """Quetzales in millions with one decimal, without their unit: `Q 3,152.5`."""
    sign = "−" if amount < 0 else ""
    return f"{sign}Q{NO_BREAK}{abs(amount) / MILLION:,.1f}"


def format_day(day: date, lang: str) -> str:
    """A calendar day in words: `12 de marzo de 2025`, `12 March 2025`."""
    return babel_format_date(day, _DATE_PATTERNS[lang], locale=lang)


def format_short_day(day: date, lang: str) -> str:
    """A calendar day for lists, the month in three letters: `12 mar 2025`, `12 Mar 2025`."""
    return babel_format_date(day, _SHORT_DATE_PATTERN, locale=lang).replace(" ", NO_BREAK)


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
