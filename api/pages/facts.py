"""Jobs, amounts, events and changes of records as rows that a page can show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from api.formatting import format_count, format_day, format_money, format_tax_number
from api.pages.labels import CHANGE, CHOICES, EVENT, JOBS_KIND, REASON, VALUE_STATE
from api.pages.language import page_url
from api.pages.texts import gettext as _
from api.pages.values import Item, Reader, as_day, column_label
from exemptions.columns import COLUMN, LIST_SEPARATOR, Kind, ValueState

Fact = Mapping[str, Any]
"""One row of a release's jobs, amounts, events or changes."""

_REGISTRY = "registry"


@dataclass(frozen=True, slots=True)
class JobsRow:
    period: str
    kind: str
    jobs: int
    source: str
    benefit: str
    url: str


@dataclass(frozen=True, slots=True)
class AmountRow:
    year: str
    tax: str
    mechanism: str
    amount: Decimal
    source: str
    benefit: str
    url: str


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One thing that happened, or will, on a day."""

    on: date
    when: str
    title: str
    detail: str = ""
    url: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One field of a record that a release changed, or the record's coming or going."""

    release: int
    url: str
    what: str
    before: str
    after: str
    reason: str


def jobs_rows(facts: Iterable[Fact], benefits: Mapping[str, str]) -> tuple[JobsRow, ...]:
    """The jobs of some records, the latest period first; `benefits` names each record."""
    ordered = sorted(facts, key=lambda fact: (fact["period"] or "", fact["kind"] or ""), reverse=True)
    return tuple(
        JobsRow(
            period=period_words(fact["period"]) if fact["period"] else _("no indicado"),
            kind=str(JOBS_KIND[fact["kind"]]) if fact["kind"] else _("no indicada"),
            jobs=fact["jobs"],
            source=source_words(fact["source"]),
            benefit=benefits[fact["record_id"]],
            url=page_url("record", record_id=fact["record_id"]),
        )
        for fact in ordered
    )


def amount_rows(facts: Iterable[Fact], benefits: Mapping[str, str], reader: Reader) -> tuple[AmountRow, ...]:
    """The amounts of some records, the latest year first; `benefits` names each record."""
    ordered = sorted(facts, key=lambda fact: (-(fact["year"] or 0), fact["tax"] or "", fact["mechanism"] or ""))
    return tuple(
        AmountRow(
            year=str(fact["year"]) if fact["year"] is not None else _("no indicado"),
            tax=reader.name_of("taxes", fact["tax"]) if fact["tax"] else _("todos juntos"),
            mechanism=reader.name_of("mechanisms", fact["mechanism"]) if fact["mechanism"] else _("no indicado"),
            amount=fact["amount_gtq"],
            source=source_words(fact["source"]),
            benefit=benefits[fact["record_id"]],
            url=page_url("record", record_id=fact["record_id"]),
        )
        for fact in ordered
    )


def timeline(item: Item, events: Iterable[Fact], lang: str) -> list[TimelineEntry]:
    """What happened to one benefit, in the order of the days: its first and last day, and the acts on it."""
    entries = [_event_entry(event, lang) for event in events]
    if item["valid_from"] is not None:
        entries.append(_entry(as_day(item["valid_from"]), _("Primer día del beneficio"), lang))
    if item["valid_until"] is not None:
        entries.append(_entry(as_day(item["valid_until"]), _("Último día del beneficio"), lang))
    return sorted(entries, key=lambda entry: entry.on)


def change_rows(changes: Iterable[Fact], reader: Reader) -> tuple[ChangeRow, ...]:
    """The changes of one record, the latest release first."""
    ordered = sorted(telling_changes(changes), key=lambda change: -change["release"])
    return tuple(_change_row(change, reader) for change in ordered)


def telling_changes(changes: Iterable[Fact]) -> list[Fact]:
    """The changes without those of a name whose code changed too: the code is shown by its name.

    Order: as given.
    """
    listed = list(changes)
    codes = {(change["record_id"], change["release"], f"{change['field']}_name") for change in listed}
    return [change for change in listed if (change["record_id"], change["release"], change["field"]) not in codes]


def changed_what(change: Fact, reader: Reader) -> str:
    """What changed: a column, or the record's coming or going."""
    field = change["field"]
    return column_label(field, reader.lang) if field else str(CHANGE[change["kind"]])


def change_words(change: Fact, reader: Reader) -> tuple[str, str]:
    """The value before and after; a change that the policy hides has neither."""
    field, before, after = change["field"], change["before"], change["after"]
    if not field:
        return "", ""
    if before is None and after is None:
        return str(VALUE_STATE[ValueState.WITHHELD]), str(VALUE_STATE[ValueState.WITHHELD])
    return value_words(field, before, reader), value_words(field, after, reader)


def change_reason(change: Fact) -> str:
    """Why the calendar alone changed a status; empty for every other change."""
    return str(REASON[change["reason"]]) if change["reason"] in REASON else ""


def period_words(period: str) -> str:
    """A year as it is, a quarter in words: `2025-T3` → `2025, 3.er trimestre`."""
    year, mark, quarter = period.partition("-T")
    words = {
        "1": _("1.er trimestre"),
        "2": _("2.º trimestre"),
        "3": _("3.er trimestre"),
        "4": _("4.º trimestre"),
    }
    return f"{year}, {words[quarter]}" if mark and quarter in words else period


def source_words(source: str | None) -> str:
    """Where a fact comes from; the registry's own figures carry a mark instead of words."""
    if source is None:
        return _("no indicada")
    return _("registro") if source == _REGISTRY else source


def value_words(key: str, text: str | None, reader: Reader) -> str:
    """A value as the changes tell it (the text of the CSV) in words."""
    if text is None:
        return _("(vacío)")
    column = COLUMN[key]
    if key in CHOICES:
        return str(CHOICES[key].get(text, text))
    if column.kind is Kind.LIST:
        parts = text.split(LIST_SEPARATOR)
        if column.catalog is not None:
            return "; ".join(reader.name_of(column.catalog, part) for part in parts)
        return ", ".join(column_label(part, reader.lang) if part in COLUMN else part for part in parts)
    if column.catalog is not None:
        return reader.name_of(column.catalog, text)
    if key == "nit":
        return format_tax_number(text)
    if key in ("jobs",):
        return format_count(int(text))
    match column.kind:
        case Kind.DATE:
            return format_day(date.fromisoformat(text), reader.lang)
        case Kind.MONEY:
            return format_money(Decimal(text))
        case _:
            return text


def _entry(day: date, title: str, lang: str, detail: str = "") -> TimelineEntry:
    return TimelineEntry(on=day, when=format_day(day, lang), title=title, detail=detail)


def _event_entry(event: Fact, lang: str) -> TimelineEntry:
    parts = [
        _("hasta el %(until)s", until=format_day(as_day(event["until"]), lang)) if event["until"] else "",
        event["reason"] or "",
        _("base legal: %(basis)s", basis=event["legal_basis"]) if event["legal_basis"] else "",
        _("según el registro") if event["source"] == _REGISTRY else "",
    ]
    title = str(EVENT[event["event"]])
    return _entry(as_day(event["date"]), title, lang, "; ".join(part for part in parts if part))


def _change_row(change: Fact, reader: Reader) -> ChangeRow:
    before, after = change_words(change, reader)
    return ChangeRow(
        release=change["release"],
        url=page_url("release", number=change["release"]),
        what=changed_what(change, reader),
        before=before,
        after=after,
        reason=change_reason(change),
    )
