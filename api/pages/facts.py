"""Jobs, amounts, events and changes of records as rows that a page can show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from markupsafe import Markup, escape

from api.formatting import format_count, format_day, format_money, format_tax_number
from api.pages.labels import CHANGE, CHOICES, EVENT, JOBS_KIND, REASON, STATUS, VALUE_STATE
from api.pages.language import page_url
from api.pages.texts import gettext as _
from api.pages.values import WRITTEN, Item, Reader, as_day, column_label
from api.pages.written import as_written
from exemptions.columns import COLUMN, LIST_SEPARATOR, Kind, Status, ValueState

Fact = Mapping[str, Any]
"""One row of a release's jobs, amounts, events or changes."""

_REGISTRY = "registry"
_STANDING: Mapping[str, Status] = {
    "suspension": Status.SUSPENDED,
    "revocation": Status.REVOKED,
    "cancellation": Status.CANCELLED,
    "reactivation": Status.ACTIVE,
    "expiry": Status.EXPIRED,
}
"""Event → how the benefit stands after it, in which words a file tells it."""


@dataclass(frozen=True, slots=True)
class JobsRow:
    period: str
    kind: str
    jobs: int
    source: str
    release: int | None
    benefit: str
    url: str


@dataclass(frozen=True, slots=True)
class AmountRow:
    year: str
    tax: str
    mechanism: str
    amount: Decimal
    source: str
    release: int | None
    """The release that brought it; None where that is not known."""
    benefit: str
    url: str


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One thing that happened, or will, on a day."""

    on: date
    when: str
    title: str
    detail: str = ""
    """May be markup: what an authority wrote is marked with its language."""
    url: str = ""
    link: str = ""
    release: int | None = None
    """The release that told it; None where the releases do not tell."""


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
            release=fact["release"],
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
            release=fact["release"],
            benefit=benefits[fact["record_id"]],
            url=page_url("record", record_id=fact["record_id"]),
        )
        for fact in ordered
    )


def timeline(
    item: Item,
    events: Iterable[Fact],
    changes: Iterable[Fact],
    days: Mapping[int, date],
    origins: Mapping[str, int],
    lang: str,
) -> list[TimelineEntry]:
    """What happened to one benefit, in the order of the days: its first and last day, the acts on it, its publications.

    `days` tells when each release was published: an edition of long ago that was loaded later shows when it was.
    `origins` tells the release that brought each value of the record.
    """
    entries = [_event_entry(event, lang) for event in events if not _repeats_last_day(event, item)]
    entries += _publication_entries(changes, days, lang)
    if item["valid_from"] is not None:
        ground = [
            escape(_("resolución %(number)s", number=item["resolution"])) if item["resolution"] else Markup(),
            _legal_basis(item["legal_basis"]),
        ]
        entries.append(
            _entry(
                as_day(item["valid_from"]), _("Primer día del beneficio"), lang, _joined(ground), origins["valid_from"]
            )
        )
    if item["valid_until"] is not None:
        last = as_day(item["valid_until"])
        entries.append(_entry(last, _("Último día del beneficio"), lang, release=origins["valid_until"]))
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


def source_words(source: str | None) -> Markup:
    """Where a fact comes from, for a page; the registry's own figures carry a mark instead of words."""
    if source is None:
        return escape(_("no indicada"))
    return escape(_("registro")) if source == _REGISTRY else as_written(source)


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
            return as_written(text) if key in WRITTEN else text


def _entry(day: date, title: str, lang: str, detail: str = "", release: int | None = None) -> TimelineEntry:
    return TimelineEntry(on=day, when=format_day(day, lang), title=title, detail=detail, release=release)


def _event_entry(event: Fact, lang: str) -> TimelineEntry:
    parts = [
        escape(_("hasta el %(until)s", until=format_day(as_day(event["until"]), lang))) if event["until"] else Markup(),
        as_written(event["reason"] or ""),
        _legal_basis(event["legal_basis"]),
    ]
    day = as_day(event["date"])
    title = str(EVENT[event["event"]])
    if event["source"] == _REGISTRY:
        # The file tells how a benefit stands on its own day; on which day an authority acted it does not tell.
        status = str(STATUS[_STANDING[event["event"]]]).lower()
        title = _("Consta como «%(status)s» al %(day)s", status=status, day=format_day(day, lang))
    return _entry(day, title, lang, _joined(parts), event["release"])


def _legal_basis(basis: str | None) -> Markup:
    """The law behind an act, in the words it was written in."""
    return escape(_("base legal: %(basis)s")) % {"basis": as_written(basis)} if basis else Markup()


def _joined(parts: Iterable[Markup]) -> Markup:
    return Markup("; ").join(part for part in parts if part)


def _repeats_last_day(event: Fact, item: Item) -> bool:
    """Whether an event only says what the benefit's last day says already."""
    last = item["valid_until"]
    is_stated = event["event"] == "expiry" and event["source"] == _REGISTRY
    return is_stated and last is not None and as_day(last) <= as_day(event["date"])


def _publication_entries(changes: Iterable[Fact], days: Mapping[int, date], lang: str) -> list[TimelineEntry]:
    """When the record was first public, and each publication that changed it."""
    told: dict[int, list[Fact]] = {}
    for change in telling_changes(changes):
        if change["release"] in days:
            told.setdefault(change["release"], []).append(change)
    return [_publication_entry(release, rows, days[release], lang) for release, rows in told.items()]


def _publication_entry(release: int, changes: list[Fact], day: date, lang: str) -> TimelineEntry:
    kind = changes[0]["kind"]
    if kind == "changed":
        what = ", ".join(column_label(change["field"], lang) for change in changes)
        return _entry(day, _("Cambió en el registro"), lang, what, release)
    title = _("Apareció en el registro") if kind == "added" else _("Salió del registro")
    return _entry(day, title, lang, release=release)


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
