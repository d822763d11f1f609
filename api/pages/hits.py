"""Results as rows of the search page."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from markupsafe import escape

from api.formatting import format_count, format_money, format_tax_number
from api.pages.labels import JOBS_KIND, STATUS
from api.pages.language import page_url
from api.pages.sentences import short_term
from api.pages.texts import gettext as _
from api.pages.values import Item, Reader, Shown, absence, holder_name
from exemptions.marks import Mark, find_marks
from exemptions.names import find_nit
from exemptions.query import RegistryQuery

_PLACE = "~"
"""Stands for the part of an address that each hit has of its own; making each address took a tenth of a page's time."""


class HitRow(NamedTuple):
    """One record among results. Every text of it is HTML already: the template writes it as it is."""

    name: str
    """With the words that the search found marked."""
    why: str
    """Which of the typed words the name only comes near; empty where it has them all."""
    url: str
    nit: str
    taxpayer_url: str
    category: str
    type: str
    status: str
    status_word: str
    term: str
    place: Shown
    jobs: Shown
    jobs_note: str
    amount: Shown
    amount_note: str


def hit_rows(items: Sequence[Item], release: int, query: RegistryQuery, reader: Reader) -> tuple[HitRow, ...]:
    """The records of one page of results; links keep the release or the day that the search named."""
    pinned: dict[str, object] = {"release": release} if query.release is not None else {}
    if query.as_of is not None:
        pinned = {"as_of": query.as_of.isoformat()}
    record = _html(page_url("record", record_id=_PLACE, **pinned))
    taxpayer = _html(page_url("taxpayer", nit=_PLACE, **pinned))
    statuses = {status: str(word) for status, word in STATUS.items()}
    found_nit = find_nit(query.q)
    names = [item["name"] for item in items]
    marks = find_marks(names, query.q) if query.q and found_nit is None else [()] * len(names)
    return tuple(
        HitRow(
            name=_marked(item["name"], found) if item["name"] is not None else _ready(holder_name(item)),
            why=_html(_why(item["name"] or "", found)) if found else "",
            url=record.replace(_PLACE, _html(item["record_id"])),
            nit=_nit(item["nit"], is_found=item["nit"] == found_nit),
            taxpayer_url=taxpayer.replace(_PLACE, _html(item["nit"])) if item["nit"] else "",
            category=_ready(reader.name_of("categories", item["category"], item["category_name"])),
            type=_ready(reader.name_of("types", item["exempt_type"], item["exempt_type_name"])),
            status=_ready(item["status"]),
            status_word=_ready(statuses[item["status"]]),
            term=_term(item["status"], item["permanence"], item["valid_from"], item["valid_until"], reader.lang),
            place=_place(item, reader),
            jobs=Shown(format_count(item["jobs"])) if item["jobs"] is not None else _state(item, "jobs", reader),
            jobs_note=_jobs_note(item["jobs_kind"], item["jobs_year"], reader.lang) if item["jobs"] is not None else "",
            amount=Shown(format_money(item["amount_gtq"]))
            if item["amount_gtq"] is not None
            else _state(item, "amount_gtq", reader),
            amount_note=str(item["amount_year"] or ""),
        )
        for item, found in zip(items, marks, strict=True)
    )


def _html(text: str) -> str:
    return str(escape(text))


# Names of codes and words of states repeat within a page and between pages.
_ready = lru_cache(maxsize=4_096)(_html)


def _nit(nit: str | None, *, is_found: bool) -> str:
    shown = _html(format_tax_number(nit)) if nit else ""
    return f"<mark>{shown}</mark>" if nit and is_found else shown


def _marked(name: str, marks: Sequence[Mark]) -> str:
    """The name with the words that were found marked; it may be broken after its commas."""
    parts, place = [], 0
    for mark in marks:
        parts += [_broken(name[place : mark.start]), f"<mark>{_html(name[mark.start : mark.end])}</mark>"]
        place = mark.end
    return "".join([*parts, _broken(name[place:])])


def _broken(text: str) -> str:
    """The text where it may be broken as `breakable` breaks names."""
    return _html(text).replace(",", ",<wbr>")


def _why(name: str, marks: Sequence[Mark]) -> str:
    near = [mark for mark in marks if not mark.is_exact]
    return "; ".join(
        _("«%(typed)s» se parece a «%(found)s»", typed=mark.typed, found=name[mark.start : mark.end]) for mark in near
    )


def _place(item: Item, reader: Reader) -> Shown:
    """Municipality and department, or the department alone; one word where both are the same."""
    if item["department"] is None:
        return _state(item, "department", reader)
    department = reader.name_of("departments", item["department"], item["department_name"])
    if item["municipality"] is None:
        return Shown(_ready(department))
    municipality = reader.name_of("municipalities", item["municipality"], item["municipality_name"])
    return Shown(_ready(department if municipality == department else f"{municipality}, {department}"))


def _state(item: Item, key: str, reader: Reader) -> Shown:
    """Why a column has no value."""
    return _absence(key, tuple(item["withheld_fields"] or ()), item["jobs_status"], item["amount_status"], reader.lang)


# Few words stand for what rows lack, and few terms are theirs: each is kept in the language that speaks, `lang`.


@lru_cache(maxsize=1_024)
def _absence(key: str, withheld: tuple[str, ...], jobs_status: str, amount_status: str, lang: str) -> Shown:
    item = {"withheld_fields": withheld, "jobs_status": jobs_status, "amount_status": amount_status}
    return Shown(_html(absence(item, key)), is_state=True)


@lru_cache(maxsize=8_192)
def _term(status: str, permanence: str, first: str | None, last: str | None, lang: str) -> str:
    item = {"status": status, "permanence": permanence, "valid_from": first, "valid_until": last}
    return _html(short_term(item, lang=lang))


@lru_cache(maxsize=1_024)
def _jobs_note(kind: str | None, year: int | None, lang: str) -> str:
    return "" if kind is None else _html(f"{JOBS_KIND[kind]}, {year}")
