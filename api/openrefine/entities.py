"""What a reconciliation service gives identifiers to: taxpayers, their types, and the columns that describe them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from exemptions.columns import COLUMN, COLUMNS, Column
from exemptions.match_values import Taxpayer
from exemptions.release import Release

ANY_TYPE = "taxpayer"
"""The type that every entity has."""

Item = Mapping[str, Any]
Named = dict[str, Any]

_ANY_NAME = {"es": "Contribuyente exento", "en": "Exempt taxpayer"}
_KINDS = (("type", "types", "exempt_type"), ("category", "categories", "category"))
"""Prefix of an identifier, catalogue, and column of the codes."""


@dataclass(frozen=True)
class Entity:
    """One taxpayer, with its records."""

    taxpayer: Taxpayer
    records: Sequence[Item]

    @cached_property
    def type_ids(self) -> frozenset[str]:
        """Every type that it has."""
        found = {f"{prefix}:{item[column]}" for prefix, _, column in _KINDS for item in self.records}
        return frozenset({ANY_TYPE, *found})

    @property
    def name(self) -> str:
        """Its name; its identifier where none is published."""
        return self.taxpayer.name or self.taxpayer.id


def read_entities(release: Release, taxpayers: Iterable[Taxpayer]) -> dict[str, Entity]:
    """The taxpayers with their records, by identifier."""
    known = {taxpayer.id: taxpayer for taxpayer in taxpayers}
    rows = sorted({row for taxpayer in known.values() for row in taxpayer.rows})
    items = dict(zip(rows, release.to_items(rows), strict=True))
    return {key: Entity(taxpayer, [items[row] for row in taxpayer.rows]) for key, taxpayer in known.items()}


def describe(entity: Entity, release: Release, lang: str) -> str:
    """A line that tells namesakes apart: NIT, categories, department."""
    names = release.catalogs.labels("categories", lang)
    parts = [f"NIT {entity.taxpayer.nit}"] if entity.taxpayer.nit else []
    parts += dict.fromkeys(names.get(item["category"], item["category_name"]) for item in entity.records)
    parts += dict.fromkeys(item["department_name"] for item in entity.records if item["department_name"])
    return " · ".join(parts)


def types_of(entity: Entity, release: Release, lang: str) -> list[Named]:
    """Its categories, as a candidate tells them."""
    names = release.catalogs.labels("categories", lang)
    codes = dict.fromkeys((item["category"], item["category_name"]) for item in entity.records)
    return [{"id": f"category:{code}", "name": names.get(code, fallback)} for code, fallback in codes]


def all_types(release: Release, lang: str) -> list[Named]:
    """Every type, the widest first, each with those that it belongs to."""
    anything: Named = {"id": ANY_TYPE, "name": _ANY_NAME[lang]}
    found: list[Named] = [anything]
    types = release.catalogs.labels("types", lang)
    found += [{"id": f"type:{code}", "name": name, "broader": [anything]} for code, name in types.items()]
    categories = release.catalogs.labels("categories", lang)
    for code, category in release.catalogs.categories.items():
        broader = {"id": f"type:{category.exempt_type}", "name": types[category.exempt_type]}
        found.append({"id": f"category:{code}", "name": categories[code], "broader": [broader]})
    return found


def all_properties(lang: str) -> list[Named]:
    """Every published column as a property."""
    return [describe_property(column, lang) for column in COLUMNS]


def describe_property(column: Column, lang: str) -> Named:
    """A column as a property."""
    return {"id": column.key, "name": column.label(lang), "description": column.about(lang)}


def is_property(name: str) -> bool:
    """Whether there is such a property."""
    return name in COLUMN
