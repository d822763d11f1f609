"""The state of one benefit in sentences, always with the day it holds for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

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


def status_sentence(item: Item, events: Iterable[Mapping[str, Any]], *, status_date: date, lang: str) -> str:
    """One sentence that tells the benefit's status on the release's status date, with the day that decides it."""
    day, first, last = format_day(status_date, lang), _day(item["valid_from"], lang), _day(item["valid_until"], lang)
    match Status(item["status"]):
        case Status.ACTIVE if last:
            return _("Al %(day)s este beneficio estaba vigente, y su último día es el %(last)s.", day=day, last=last)
        case Status.ACTIVE if item["permanence"] == Permanence.PERMANENT:
            return _("Al %(day)s este beneficio estaba vigente, y no tiene plazo.", day=day)
        case Status.PENDING if first:
            return _(
                "Al %(day)s este beneficio todavía no empezaba: su primer día es el %(first)s.", day=day, first=first
            )
        case Status.EXPIRED if last:
            return _("Al %(day)s este beneficio ya había vencido: su último día fue el %(last)s.", day=day, last=last)
        case Status.SUSPENDED | Status.REVOKED | Status.CANCELLED:
            return _stopped(item, events, day, lang) or verdict(item, status_date=status_date, lang=lang)
    return verdict(item, status_date=status_date, lang=lang)


def _stopped(item: Item, events: Iterable[Mapping[str, Any]], day: str, lang: str) -> str:
    """The sentence of a benefit that an authority stopped, where the day of its act is known."""
    kind = _STOPPED_BY[Status(item["status"])]
    # The registry's own file tells how a benefit stood on the file's day, not on which day an authority acted.
    acts = [event for event in events if event["event"] == kind and event["source"] != _REGISTRY and event["date"]]
    if not acts:
        return ""
    act = max(acts, key=lambda event: str(event["date"]))
    since, until = _day(act["date"], lang), _day(act["until"], lang)
    match Status(item["status"]):
        case Status.SUSPENDED if until:
            return _(
                "Al %(day)s este beneficio estaba suspendido, del %(since)s al %(until)s.",
                day=day,
                since=since,
                until=until,
            )
        case Status.SUSPENDED:
            return _("Al %(day)s este beneficio estaba suspendido, desde el %(since)s.", day=day, since=since)
        case Status.REVOKED:
            return _("Al %(day)s este beneficio estaba revocado, desde el %(since)s.", day=day, since=since)
        case _:
            return _("Al %(day)s este beneficio estaba cancelado, desde el %(since)s.", day=day, since=since)


_REGISTRY = "registry"
_STOPPED_BY = {
    Status.SUSPENDED: "suspension",
    Status.REVOKED: "revocation",
    Status.CANCELLED: "cancellation",
}


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
