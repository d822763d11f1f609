"""Results as rows of the search page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from api.formatting import format_count, format_money, format_tax_number
from api.pages.labels import JOBS_KIND, STATUS
from api.pages.language import page_url
from api.pages.sentences import short_term
from api.pages.values import Item, Reader, Shown, holder_name, show
from exemptions.query import RegistryQuery


@dataclass(frozen=True, slots=True)
class HitRow:
    """One record among results."""

    name: str
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
    """The records of one page of results; links keep the release where the search named one."""
    pinned: dict[str, object] = {"release": release} if query.release is not None or query.as_of is not None else {}
    return tuple(_row(item, pinned, reader) for item in items)


def _row(item: Item, pinned: dict[str, object], reader: Reader) -> HitRow:
    nit = item["nit"]
    return HitRow(
        name=holder_name(item),
        url=page_url("record", record_id=item["record_id"], **pinned),
        nit=format_tax_number(nit) if nit else "",
        taxpayer_url=page_url("taxpayer", nit=nit, **pinned) if nit else "",
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
