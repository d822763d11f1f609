"""The state of one benefit in sentences, always with the day it holds for."""

from __future__ import annotations

from datetime import date

from api.formatting import format_day, format_short_day
from api.pages.texts import gettext as _
from api.pages.values import Item, as_day
from exemptions.columns import Permanence, Status


def verdict(item: Item, *, status_date: date, lang: str) -> str:
    """One sentence that tells the benefit's status on the release's status date."""
    day = format_day(status_date, lang)
    match Status(item["status"]):
        case Status.PENDING:
            return _("Al %(day)s este beneficio todavía no empezaba.", day=day)
        case Status.ACTIVE:
            return _("Al %(day)s este beneficio estaba vigente.", day=day)
        case Status.SUSPENDED:
            return _("Al %(day)s este beneficio estaba suspendido.", day=day)
        case Status.REVOKED:
            return _("Al %(day)s este beneficio estaba revocado.", day=day)
        case Status.CANCELLED:
            return _("Al %(day)s este beneficio estaba cancelado.", day=day)
        case Status.EXPIRED:
            return _("Al %(day)s este beneficio ya había vencido.", day=day)


def term(item: Item, *, lang: str) -> str:
    """The benefit's term in a sentence, as far as its dates are known."""
    first, last = _day(item["valid_from"], lang), _day(item["valid_until"], lang)
    if first and last:
        return _("Beneficio temporal: del %(first)s al %(last)s, inclusive.", first=first, last=last)
    if last:
        return _("Beneficio con último día el %(last)s; no se reportó desde cuándo rige.", last=last)
    if item["permanence"] == Permanence.PERMANENT:
        if first:
            return _("Beneficio permanente desde el %(first)s: dura mientras se cumpla la ley.", first=first)
        return _("Beneficio permanente: no tiene plazo, dura mientras se cumpla la ley.")
    if first:
        return _("Beneficio temporal desde el %(first)s; no se reportó su último día.", first=first)
    return _("Beneficio temporal; no se reportaron sus fechas.")


def short_term(item: Item, *, lang: str) -> str:
    """The benefit's term in few words, for lists; empty when there is nothing to tell."""
    first, last = _short_day(item["valid_from"], lang), _short_day(item["valid_until"], lang)
    if item["status"] == Status.PENDING and first:
        return _("desde %(first)s", first=first)
    if last:
        return _("hasta %(last)s", last=last)
    if item["permanence"] == Permanence.PERMANENT:
        return _("sin plazo")
    return _("desde %(first)s", first=first) if first else ""


def _day(value: date | str | None, lang: str) -> str:
    return format_day(as_day(value), lang) if value is not None else ""


def _short_day(value: date | str | None, lang: str) -> str:
    return format_short_day(as_day(value), lang) if value is not None else ""
