"""What the registry can be looked at by: a type, category, law, tax, place or activity, each with its query."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from enum import StrEnum
from typing import Any

from exemptions.catalog_entries import CatalogName, Entry, Law
from exemptions.catalogs import Catalogs
from exemptions.errors import NotFound
from exemptions.laws import citing_categories, find_law, law_slug
from exemptions.query import RegistryQuery
from exemptions.text import fold_text

_NEAREST = 3
_LONGEST = 80
"""Letters of an unknown code that the nearest ones are looked for with: longer than any name's beginning has to be."""


class SubjectKind(StrEnum):
    """The kinds of subject, by the name that their pages have."""

    TYPE = "type"
    CATEGORY = "category"
    LAW = "law"
    TAX = "tax"
    DEPARTMENT = "department"
    MUNICIPALITY = "municipality"
    ACTIVITY = "activity"


CATALOG_OF: Mapping[SubjectKind, CatalogName] = {
    SubjectKind.TYPE: CatalogName.TYPES,
    SubjectKind.CATEGORY: CatalogName.CATEGORIES,
    SubjectKind.LAW: CatalogName.LAWS,
    SubjectKind.TAX: CatalogName.TAXES,
    SubjectKind.DEPARTMENT: CatalogName.DEPARTMENTS,
    SubjectKind.MUNICIPALITY: CatalogName.MUNICIPALITIES,
    SubjectKind.ACTIVITY: CatalogName.ACTIVITIES,
}


@dataclass(frozen=True, slots=True)
class Subject:
    """One entry of a catalogue, with the query of its records."""

    kind: SubjectKind
    entry: Any
    """The catalogue's entry, of the class that the kind has."""
    slug: str
    """How its address names it."""
    query: RegistryQuery | None
    """None for a law that no category cites: no record is granted by it."""


def get_subject(catalogs: Catalogs, kind: SubjectKind, text: str) -> Subject:
    """The subject of a kind by its code; its name or another spelling finds it too, and `slug` is how to name it.

    Raises: NotFound that tells the nearest names.
    """
    entry = _find_entry(catalogs, kind, text)
    if entry is None:
        raise _unknown(catalogs, kind, text)
    return Subject(kind, entry, subject_slug(kind, entry), subject_query(catalogs, kind, entry.code))


def subject_slug(kind: SubjectKind, entry: Entry) -> str:
    """How the address of an entry's page names it."""
    return law_slug(entry) if kind is SubjectKind.LAW and isinstance(entry, Law) else entry.code


def subject_query(catalogs: Catalogs, kind: SubjectKind, code: str) -> RegistryQuery | None:
    """The query of an entry's records; a law's are those of every category that cites it, and None if none does."""
    if kind is SubjectKind.LAW:
        codes = sorted(citing.category.code for citing in citing_categories(catalogs, code))
        return RegistryQuery(category=tuple(codes)) if codes else None
    chosen: dict[str, Any] = {kind.value: (code,)}
    return replace(RegistryQuery(), **chosen)


def _find_entry(catalogs: Catalogs, kind: SubjectKind, text: str) -> Entry | None:
    if kind is SubjectKind.LAW:
        return find_law(catalogs, text)
    name = CATALOG_OF[kind]
    entries = catalogs.entries(name)
    if text in entries:
        return entries[text]
    # Folding drops signs, so that -1 would become the first department.
    if not any(sign.isalpha() for sign in text) and not text.isdigit():
        return None
    code = catalogs.aliases(name).get(fold_text(text[:_LONGEST]))
    return entries[code] if code is not None else None


def _unknown(catalogs: Catalogs, kind: SubjectKind, text: str) -> NotFound:
    nearest = _nearest_entries(catalogs, CATALOG_OF[kind], text)
    told_es = "; ".join(f"{entry.name_es} ({subject_slug(kind, entry)})" for entry in nearest)
    told_en = "; ".join(f"{entry.name_en} ({subject_slug(kind, entry)})" for entry in nearest)
    what_es, what_en = _NOT_THERE[kind]
    if not nearest:
        return NotFound(f"{what_es}.", f"{what_en}.")
    return NotFound(f"{what_es}. Lo más parecido: {told_es}.", f"{what_en}. The nearest: {told_en}.")


_NOT_THERE: Mapping[SubjectKind, tuple[str, str]] = {
    SubjectKind.TYPE: ("No existe ese tipo exento", "There is no such exempt type"),
    SubjectKind.CATEGORY: ("No existe esa categoría", "There is no such category"),
    SubjectKind.LAW: ("No existe esa ley en el catálogo", "There is no such law in the catalogue"),
    SubjectKind.TAX: ("No existe ese impuesto", "There is no such tax"),
    SubjectKind.DEPARTMENT: ("No existe ese departamento", "There is no such department"),
    SubjectKind.MUNICIPALITY: ("No existe ese municipio", "There is no such municipality"),
    SubjectKind.ACTIVITY: ("No existe esa actividad económica", "There is no such economic activity"),
}


def _nearest_entries(catalogs: Catalogs, name: CatalogName, text: str) -> list[Entry]:
    """The entries whose code, name or other spelling is most like the text."""
    known = catalogs.aliases(name)
    near = get_close_matches(fold_text(text[:_LONGEST]), list(known), _NEAREST * 2, 0.5)
    codes = list(dict.fromkeys(known[spelling] for spelling in near))[:_NEAREST]
    return [catalogs.entries(name)[code] for code in codes]
