"""The values of a record as a person reads them; each way of being empty has its own words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from markupsafe import Markup

from api.formatting import format_count, format_day, format_large, format_money, format_tax_number
from api.pages.labels import JOBS_KIND, PERMANENCE, PERSON_KIND, STATUS, VALUE_STATE
from api.pages.language import page_language
from api.pages.texts import gettext as _
from api.pages.texts import ngettext
from exemptions.catalogs import Catalogs
from exemptions.columns import COLUMN, Kind, Permanence, Status, ValueState

Item = Mapping[str, Any]
"""One record as `Release.to_items` gives it."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A value in words."""

    text: str
    is_state: bool = False
    """The text says why there is no value."""
    code: str = ""
    """The code behind a name."""
    is_written: bool = False
    """Whether the text was written by somebody, in Spanish, and stands as it was written."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: the language, and the catalogues that name the codes."""

    lang: str
    catalogs: Catalogs

    def name_of(self, catalog: str, code: str, fallback: str | None = None) -> str:
        """The name of a code in the reader's language; `fallback`, else the code itself, when the catalogue lacks it.

        A release outlives the catalogues of its day, so a code of an old one may have gone.
        """
        return self.catalogs.labels(catalog, self.lang).get(code) or fallback or code


WRITTEN = ("status_reason", "legal_basis")
"""Columns whose text somebody wrote, in Spanish."""


def show(item: Item, key: str, reader: Reader) -> Shown:
    """The value of a column of one record in words; a code comes with its name."""
    value = item[key]
    if value is None or value == []:
        return Shown(absence(item, key), is_state=True)
    special = _SPECIAL.get(key)
    if special is not None:
        return special(item, reader)
    column = COLUMN[key]
    if column.kind is Kind.LIST and column.catalog is not None:
        return Shown("; ".join(reader.name_of(column.catalog, code) for code in value), code="; ".join(value))
    if column.kind is Kind.CODE and column.catalog is not None:
        return Shown(reader.name_of(column.catalog, value, item.get(_name_column(key))), code=value)
    if column.kind is Kind.DATE:
        return Shown(format_day(as_day(value), reader.lang))
    if column.kind is Kind.MONEY:
        return Shown(format_money(Decimal(value)))
    return Shown(str(value), is_written=key in WRITTEN)


def holder_name(item: Item) -> str:
    """The name of a record's taxpayer, or words that stand for a withheld one."""
    if item["name"] is not None:
        return str(item["name"])
    return _("Persona individual (nombre reservado)")


def breakable(name: str) -> Markup:
    """A name that may be broken after its commas: the tax authority writes persons as five parts without a space."""
    return Markup("<wbr>").join(re.split("(?<=,)", name))


def column_label(key: str, lang: str) -> str:
    """What people call a column; a column of codes goes by the label of its names."""
    return (COLUMN.get(f"{key}_name") or COLUMN[key]).label(lang)


def as_day(value: date | str) -> date:
    """The day of a date or of its ISO text."""
    return value if isinstance(value, date) else date.fromisoformat(value)


def absence(item: Item, key: str) -> str:
    """Why a column has no value in this record."""
    column = COLUMN[key]
    if key == "withheld_fields":
        return _("ninguno")
    if key in (item["withheld_fields"] or ()) or column.follows in (item["withheld_fields"] or ()):
        return str(VALUE_STATE[ValueState.WITHHELD])
    state_of = {"jobs": "jobs_status", "amount_gtq": "amount_status"}
    stated = state_of.get(key) or state_of.get(column.follows or "")
    if stated is not None:
        return str(VALUE_STATE[item[stated]])
    if key == "valid_until" and item["permanence"] == Permanence.PERMANENT:
        return _("sin plazo")
    if key == "status_reason" and item["status"] in (Status.ACTIVE, Status.PENDING, Status.EXPIRED):
        return str(VALUE_STATE[ValueState.NOT_APPLICABLE])
    return str(VALUE_STATE[ValueState.NOT_REPORTED])


def _name_column(key: str) -> str:
    return f"{key}_name"


def _withheld(item: Item, reader: Reader) -> Shown:
    labels = [column_label(key, reader.lang) for key in item["withheld_fields"] if key in COLUMN]
    return Shown(", ".join(labels), code="; ".join(item["withheld_fields"]))


def _jobs(item: Item, reader: Reader) -> Shown:
    count = format_count(item["jobs"])
    if item["jobs_year"] is None or item["jobs_kind"] is None:
        return Shown(count)
    return Shown(
        _("%(count)s %(kind)s, %(year)s", count=count, kind=str(JOBS_KIND[item["jobs_kind"]]), year=item["jobs_year"])
    )


def _amount(item: Item, reader: Reader) -> Shown:
    amount = format_money(Decimal(item["amount_gtq"]))
    if item["amount_year"] is None:
        return Shown(amount)
    return Shown(_("%(amount)s en %(year)s", amount=amount, year=item["amount_year"]))


def _release_number(key: str) -> Callable[[Item, Reader], Shown]:
    return lambda item, reader: Shown(_("Publicación %(number)s", number=item[key]))


def _word(key: str, words: Mapping[str, object]) -> Callable[[Item, Reader], Shown]:
    return lambda item, reader: Shown(str(words[item[key]]))


_SPECIAL: Mapping[str, Callable[[Item, Reader], Shown]] = {
    "nit": lambda item, reader: Shown(format_tax_number(item["nit"])),
    "status": _word("status", STATUS),
    "permanence": _word("permanence", PERMANENCE),
    "person_kind": _word("person_kind", PERSON_KIND),
    "jobs_status": _word("jobs_status", VALUE_STATE),
    "amount_status": _word("amount_status", VALUE_STATE),
    "jobs_kind": _word("jobs_kind", JOBS_KIND),
    "jobs": _jobs,
    "amount_gtq": _amount,
    "withheld_fields": _withheld,
    "first_release": _release_number("first_release"),
    "changed_release": _release_number("changed_release"),
}


def amount_in_words(amount: Decimal) -> str:
    """The size of an amount in words, to stand beside its digits; empty below a million.

    `1,235 millones de quetzales`, `1.23 billion quetzales`.
    """
    told = format_large(amount, page_language())
    return _("%(amount)s de quetzales", amount=told) if told else ""


def records_phrase(count: int) -> str:
    """A number of records in words: `1 registro`, `12,345 registros`."""
    return ngettext("%(count)s registro", "%(count)s registros", count, count=format_count(count))


def taxpayers_phrase(count: int) -> str:
    """A number of taxpayers in words: `1 contribuyente`, `12,345 contribuyentes`."""
    return ngettext("%(count)s contribuyente", "%(count)s contribuyentes", count, count=format_count(count))
