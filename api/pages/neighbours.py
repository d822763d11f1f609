"""Records near another one: of the same category, place, activity or law, and the nearest by amount or name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from api.formatting import format_money
from api.pages.language import page_url
from api.pages.links import search_url
from api.pages.texts import gettext as _
from api.pages.values import Item, Reader
from exemptions.aggregates import facets
from exemptions.laws import law_slug
from exemptions.query import RegistryQuery
from exemptions.release import Release
from exemptions.search import search

_SHARED = ("type", "category", "department", "municipality", "activity")
_COLUMN = {"type": "exempt_type"}
_CATALOG = {
    "type": "types",
    "category": "categories",
    "department": "departments",
    "municipality": "municipalities",
    "activity": "activities",
}
_NEAR = 2
"""Neighbours on each side: enough to compare with, few enough to read."""


@dataclass(frozen=True, slots=True)
class SharedLine:
    """What a record shares with others, and how many they are, itself among them."""

    label: str
    name: str
    count: int
    url: str
    """The search for them."""
    subject_url: str
    """The page about it."""


@dataclass(frozen=True, slots=True)
class NearRecord:
    name: str
    detail: str
    url: str


@dataclass(frozen=True, slots=True)
class Neighbours:
    shared: tuple[SharedLine, ...]
    near_title: str
    near: tuple[NearRecord, ...]


def neighbours(release: Release, item: Item, reader: Reader, choice: Sequence[tuple[str, str]]) -> Neighbours:
    """Who is near a record; `choice` are the parameters that choose the same release again."""
    title, near = _nearest(release, item)
    return Neighbours(
        shared=(*_shared(release, item, reader, choice), *_same_law(release, item, reader, choice)),
        near_title=title,
        near=tuple(
            NearRecord(
                name=str(other["name"]),
                detail=format_money(Decimal(other["amount_gtq"])) if other["amount_gtq"] is not None else "",
                url=page_url("record", record_id=other["record_id"], **dict(choice)),
            )
            for other in near
        ),
    )


def _shared(release: Release, item: Item, reader: Reader, choice: Sequence[tuple[str, str]]) -> Iterable[SharedLine]:
    counted = facets(release, RegistryQuery(), _SHARED)
    labels = {
        "type": _("El mismo tipo"),
        "category": _("La misma categoría"),
        "department": _("El mismo departamento"),
        "municipality": _("El mismo municipio"),
        "activity": _("La misma actividad"),
    }
    for name in _SHARED:
        code = item[_COLUMN.get(name, name)]
        if code is not None:
            yield SharedLine(
                label=labels[name],
                name=reader.name_of(_CATALOG[name], code),
                count=next((value.count for value in counted[name] if value.value == code), 0),
                url=page_url("search", **{name: code}, **dict(choice)),
                subject_url=page_url(name, code=code, **dict(choice)),
            )


def _same_law(release: Release, item: Item, reader: Reader, choice: Sequence[tuple[str, str]]) -> Iterable[SharedLine]:
    """The records of all categories that rest on the first law of this record's."""
    category = reader.catalogs.categories.get(item["category"])
    if category is None or not category.legal_citations:
        return
    law = category.legal_citations[0].law
    codes = sorted(
        other.code
        for other in reader.catalogs.categories.values()
        if any(citation.law == law for citation in other.legal_citations)
    )
    counts = {value.value: value.count for value in facets(release, RegistryQuery(), ("category",))["category"]}
    found = [code for code in codes if code in counts]
    yield SharedLine(
        label=_("La misma ley"),
        name=reader.name_of("laws", law),
        count=sum(counts[code] for code in found),
        url=search_url(RegistryQuery(category=tuple(found)), extra=choice),
        subject_url=page_url("law", slug=law_slug(reader.catalogs.laws[law]), **dict(choice)),
    )


def _nearest(release: Release, item: Item) -> tuple[str, Sequence[Item]]:
    """The records of the same category with the next larger and smaller amounts; without an amount, the next names."""
    same = RegistryQuery(category=(item["category"],))
    if item["amount_gtq"] is not None:
        cents = int(Decimal(item["amount_gtq"]) * 100)
        above = _others(release, replace(same, amount_min=cents, sort="amount_gtq"), item)
        below = _others(release, replace(same, amount_max=cents, sort="amount_gtq", descending=True), item)
        seen = {other["record_id"] for other in above}
        near = [*reversed(above), *(other for other in below if other["record_id"] not in seen)]
        return _("Montos más cercanos en la misma categoría"), near
    if item["name"] is None:
        return "", []
    row = release.get_record(item["record_id"])
    hits = search(release, same, limit=_NEAR * 2, after_rank=row)
    others = [other for other in release.to_items(hits.rows) if other["name"] is not None]
    return _("Los que siguen por nombre en la misma categoría"), others


def _others(release: Release, query: RegistryQuery, item: Item) -> Sequence[Item]:
    # The record itself is among the hits, and others of the same amount may come before it.
    hits = search(release, query, limit=_NEAR + 1)
    others = [other for other in release.to_items(hits.rows) if other["record_id"] != item["record_id"]]
    return [other for other in others if other["name"] is not None][:_NEAR]
