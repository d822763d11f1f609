"""What is not published, and on what ground, from a release's own account of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from api.formatting import format_day, format_money
from api.pages.labels import LEVEL, PERSON_KIND
from api.pages.texts import LazyString, ngettext
from api.pages.texts import gettext as _
from api.pages.texts import lazy_gettext as _l
from api.pages.values import Item, Reader, column_label
from exemptions.columns import COLUMN
from exemptions.disclosure_control import CellState
from exemptions.facts import quetzales
from exemptions.release import Release

Account = Mapping[str, Any]
"""The content of `withheld.json`."""

_COUNT_ONLY = "count_only"
_CELLS = "withheld_cells"
_CELL_STATES: Mapping[str, LazyString] = {
    CellState.PUBLISHED: _l("Se dice la suma"),
    CellState.FEW: _l("No se dice: son menos de tres"),
    CellState.DOMINANT: _l("No se dice: uno solo tiene casi todo"),
    CellState.COMPLEMENTARY: _l("No se dice: con otras cifras públicas se podría calcular la de alguien"),
}
_NAMED_CATEGORIES = 4
"""More categories than these are counted instead of named."""


@dataclass(frozen=True, slots=True)
class WithheldNote:
    """Why one value of one record is not published."""

    label: str
    reason: str
    ground: str
    """Empty where the release does not tell it."""
    authority: str
    decided: str


@dataclass(frozen=True, slots=True)
class WithheldLine:
    """How many values of one column are not published on one ground."""

    field: str
    person_kind: str
    level: str
    scope: str
    """The categories it concerns, in words."""
    records: int
    ground: str
    authority: str
    date: str
    note: str


@dataclass(frozen=True, slots=True)
class CountedLine:
    """How many records of a category are in no file, and why."""

    category: str
    records: int
    note: str
    ground: str
    authority: str
    date: str


@dataclass(frozen=True, slots=True)
class CellLine:
    """What is withheld of one year, category, kind of person and tax; None where it may not be told."""

    category: str
    person_kind: str
    tax: str
    state: str
    taxpayers: int | None
    amount: str | None
    since_release: int | None


@dataclass(frozen=True, slots=True)
class CellGroup:
    """The cells of one year that one rule withholds."""

    year: int
    ground: str
    authority: str
    date: str
    lines: tuple[CellLine, ...]


def cell_groups(release: Release, reader: Reader) -> tuple[CellGroup, ...]:
    """The cells of a release's latest year, which its table tells all, by the rule that withholds them; none for a
    release made before that table."""
    if not release.has_fact_table(_CELLS):
        return ()
    cells = release.fact_table(_CELLS).to_pylist()
    latest = max((cell["year"] for cell in cells), default=0)
    by_rule: dict[tuple[str, str, date], list[CellLine]] = {}
    for cell in cells:
        if cell["year"] == latest:
            rule = (cell["ground"], cell["authority"], cell["decided_on"])
            by_rule.setdefault(rule, []).append(_cell_line(cell, reader))
    return tuple(
        CellGroup(latest, ground, authority, format_day(day, reader.lang), tuple(sorted(lines, key=_cell_order)))
        for (ground, authority, day), lines in by_rule.items()
    )


def _cell_order(line: CellLine) -> tuple[str, ...]:
    return (line.category, line.person_kind, line.tax)


def _cell_line(cell: Mapping[str, Any], reader: Reader) -> CellLine:
    cents = cell["amount_cents"]
    return CellLine(
        category=reader.name_of("categories", cell["category"]),
        person_kind=str(PERSON_KIND[cell["person_kind"]]),
        tax=_("Todos juntos") if cell["tax"] is None else reader.name_of("taxes", cell["tax"]),
        state=str(_CELL_STATES[cell["state"]]),
        taxpayers=cell["taxpayers"],
        amount=None if cents is None else format_money(quetzales(cents)),
        since_release=cell["since_release"],
    )


def notes_of(item: Item, account: Account, reader: Reader) -> tuple[WithheldNote, ...]:
    """Why each withheld value of a record is withheld, in the order of its columns."""
    grounds = {(entry["field"], entry["category"], entry["person_kind"]): entry for entry in account.get("fields", ())}
    return tuple(
        _record_note(
            column_label(key, reader.lang),
            grounds.get((key, item["category"], item["person_kind"])),
            reader.lang,
        )
        for key in item["withheld_fields"] or ()
        if key in COLUMN
    )


def withheld_lines(account: Account, reader: Reader) -> tuple[WithheldLine, ...]:
    """Every column with withheld values, once for each ground, in the order of the account."""
    together: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    for entry in account.get("fields", ()):
        shared = tuple(str(entry[key]) for key in ("field", "person_kind", "level", "ground", "authority", "date"))
        together.setdefault(shared, []).append(entry)
    return tuple(_line(entries, reader) for entries in together.values())


def counted_lines(account: Account, reader: Reader) -> tuple[CountedLine, ...]:
    """The categories whose records of natural persons are only counted."""
    rules = [rule for rule in account.get("policy", ()) if rule["level"] == _COUNT_ONLY]
    return tuple(_counted(entry, rules, reader) for entry in account.get("count_only", ()))


def _counted(entry: Mapping[str, Any], rules: Sequence[Mapping[str, Any]], reader: Reader) -> CountedLine:
    category = entry["category"]
    rule = next((rule for rule in rules if rule["categories"] == "*" or category in rule["categories"]), None)
    return CountedLine(
        category=reader.name_of("categories", category),
        records=entry["records"],
        note=_note(rule, reader.lang) if rule is not None else "",
        ground=str(rule["ground"]) if rule is not None else "",
        authority=str(rule["authority"]) if rule is not None else "",
        date=_day(rule, reader.lang) if rule is not None else "",
    )


def _line(entries: list[Mapping[str, Any]], reader: Reader) -> WithheldLine:
    first = entries[0]
    return WithheldLine(
        field=column_label(first["field"], reader.lang),
        person_kind=str(PERSON_KIND[first["person_kind"]]),
        level=str(LEVEL[first["level"]]),
        records=sum(entry["records"] for entry in entries),
        ground=first["ground"],
        authority=first["authority"],
        date=_day(first, reader.lang),
        scope=_scope(entries, reader),
        note=_note(first, reader.lang),
    )


def _record_note(label: str, entry: Mapping[str, Any] | None, lang: str) -> WithheldNote:
    if entry is None:
        return WithheldNote(label, _("existe y no se publica, por la política de divulgación."), "", "", "")
    return WithheldNote(
        label=label,
        reason=_note(entry, lang) or _("existe y no se publica."),
        ground=entry["ground"],
        authority=entry["authority"],
        decided=_day(entry, lang),
    )


def _note(entry: Mapping[str, Any], lang: str) -> str:
    return str(entry.get("note_en" if lang == "en" else "note_es") or "")


def _scope(entries: Sequence[Mapping[str, Any]], reader: Reader) -> str:
    names = [reader.name_of("categories", entry["category"]) for entry in entries]
    if len(names) <= _NAMED_CATEGORIES:
        return "; ".join(names)
    return ngettext("en %(num)s categoría", "en %(num)s categorías", len(names))


def _day(entry: Mapping[str, Any], lang: str) -> str:
    return format_day(date.fromisoformat(entry["date"]), lang)
