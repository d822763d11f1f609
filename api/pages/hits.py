"""Results as rows of the search page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from api.formatting import format_count, format_money, format_tax_number
from api.pages.labels import JOBS_KIND, STATUS
from api.pages.language import page_url
from api.pages.sentences import short_term
from api.pages.texts import gettext as _
from api.pages.values import Item, Reader, Shown, breakable, holder_name, show
from exemptions.marks import Mark, find_marks
from exemptions.names import find_nit
from exemptions.query import RegistryQuery

_PLACE = "~"
"""Stands for the part of an address that each hit has of its own; making each address took a tenth of a page's time."""


@dataclass(frozen=True, slots=True)
class HitRow:
    """One record among results."""

    name: Markup
    """With the words that the search found marked."""
    why: str
    """Which of the typed words the name only comes near; empty where it has them all."""
    url: str
    nit: Markup
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
    record, taxpayer = page_url("record", record_id=_PLACE, **pinned), page_url("taxpayer", nit=_PLACE, **pinned)
    found_nit = find_nit(query.q)
    names = [item["name"] for item in items]
    marks = find_marks(names, query.q) if query.q and found_nit is None else [()] * len(names)
    return tuple(
        HitRow(
            name=_marked(item["name"], found) if item["name"] is not None else escape(holder_name(item)),
            why=_why(item["name"] or "", found),
            url=record.replace(_PLACE, item["record_id"]),
            nit=_nit(item["nit"], is_found=item["nit"] == found_nit),
            taxpayer_url=taxpayer.replace(_PLACE, item["nit"]) if item["nit"] else "",
            category=reader.name_of("categories", item["category"], item["category_name"]),
            type=reader.name_of("types", item["exempt_type"], item["exempt_type_name"]),
            status=item["status"],
            status_word=str(STATUS[item["status"]]),
            term=short_term(item, lang=reader.lang),
            place=_place(item, reader),
            jobs=Shown(format_count(item["jobs"])) if item["jobs"] is not None else show(item, "jobs", reader),
            jobs_note=_jobs_note(item),
            amount=Shown(format_money(item["amount_gtq"]))
            if item["amount_gtq"] is not None
            else show(item, "amount_gtq", reader),
            amount_note=str(item["amount_year"] or ""),
        )
        for item, found in zip(items, marks, strict=True)
    )


def _nit(nit: str | None, *, is_found: bool) -> Markup:
    shown = escape(format_tax_number(nit) if nit else "")
    return Markup("<mark>{}</mark>").format(shown) if nit and is_found else shown


def _marked(name: str, marks: Sequence[Mark]) -> Markup:
    """The name with the words that were found marked; it may be broken after its commas."""

    def parts() -> Iterator[Markup]:
        place = 0
        for mark in marks:
            yield breakable(name[place : mark.start])
            yield Markup("<mark>{}</mark>").format(name[mark.start : mark.end])
            place = mark.end
        yield breakable(name[place:])

    return Markup().join(parts())


def _why(name: str, marks: Sequence[Mark]) -> str:
    near = [mark for mark in marks if not mark.is_exact]
    return "; ".join(
        _("«%(typed)s» se parece a «%(found)s»", typed=mark.typed, found=name[mark.start : mark.end]) for mark in near
    )


def _place(item: Item, reader: Reader) -> Shown:
    """Municipality and department, or the department alone; one word where both are the same."""
    if item["department"] is None:
        return show(item, "department", reader)
    department = reader.name_of("departments", item["department"], item["department_name"])
    if item["municipality"] is None:
        return Shown(department)
    municipality = reader.name_of("municipalities", item["municipality"], item["municipality_name"])
    return Shown(department if municipality == department else f"{municipality}, {department}")


def _jobs_note(item: Item) -> str:
    if item["jobs"] is None or item["jobs_kind"] is None:
        return ""
    return f"{JOBS_KIND[item['jobs_kind']]}, {item['jobs_year']}"
