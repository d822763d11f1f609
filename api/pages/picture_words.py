"""Words that several pictures share: sums of money, units, and what figures leave out."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from api.formatting import MILLION, format_count, format_millions, format_money
from api.pages.texts import gettext as _
from api.pages.texts import ngettext


def money_words(amount: Decimal) -> str:
    """A sum in a sentence: in millions with one decimal where it has any, else exactly."""
    if abs(amount) < MILLION:
        return format_money(amount)
    return _("%(amount)s millones", amount=format_millions(amount))


def money_unit(amounts: Iterable[Decimal | None]) -> str:
    """What the drawn sums count; the drawing divides large ones by a million."""
    largest = max((abs(amount) for amount in amounts if amount is not None), default=Decimal(0))
    return _("Millones de quetzales") if largest >= MILLION else _("Quetzales")


def missing_words() -> str:
    """What stands for a value that is not known."""
    return _("sin dato")


def jobs_phrase(count: int) -> str:
    """A number of jobs in words: `1 empleo`, `12,345 empleos`."""
    return ngettext("%(count)s empleo", "%(count)s empleos", count, count=format_count(count))


def join_sentences(*sentences: str) -> str:
    """Sentences after each other; empty ones are left out."""
    return " ".join(sentence for sentence in sentences if sentence)
