"""What pictures are of: the whole registry, or one type, category, law, tax, place or activity; and which each has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from api.pages.values import Reader
from exemptions.catalog_entries import CatalogName
from exemptions.errors import NotFound
from exemptions.query import RegistryQuery
from exemptions.release import Release

WHOLE = "registro"
"""The kind whose only subject is the whole registry."""
WHOLE_CODE = "todo"
TAX, GROUP = "impuesto", "grupo"
"""The kinds that official estimates have figures of their own for."""


@dataclass(frozen=True, slots=True)
class SubjectKind:
    """One kind of subject: its part of the address, what names its codes, and the pictures each has, in order."""

    slug: str
    catalog: CatalogName | None
    parameter: str
    """Parameter of the search by its code; a law and a group are searched by their categories."""
    charts: tuple[str, ...]


_MONEY = ("montos", "mayores", "concentracion")
_JOBS_AND_TERMS = ("empleos", "inicios")
_ESTIMATES = ("gasto-tributario", "gasto-tributario-constante")
_MAPS = ("mapa", "mapa-montos", "mapa-empleos")

_KINDS = (
    SubjectKind(WHOLE, None, "", ("categorias", *_MONEY, *_MAPS, *_JOBS_AND_TERMS, "actividades", *_ESTIMATES)),
    SubjectKind("tipo", CatalogName.TYPES, "type", ("categorias", *_MONEY, *_MAPS, *_JOBS_AND_TERMS)),
    SubjectKind("categoria", CatalogName.CATEGORIES, "category", (*_MONEY, *_MAPS, *_JOBS_AND_TERMS, "actividades")),
    SubjectKind("ley", CatalogName.LAWS, "category", ("categorias", *_MONEY, *_MAPS, *_JOBS_AND_TERMS)),
    # What a record's taxpayer does not pay is not told apart by tax here, so a tax has no pictures of money.
    SubjectKind(TAX, CatalogName.TAXES, "tax", ("categorias", "mapa", "inicios", *_ESTIMATES)),
    SubjectKind(GROUP, CatalogName.EXPENDITURE_GROUPS, "category", _ESTIMATES),
    SubjectKind(
        "departamento", CatalogName.DEPARTMENTS, "department", ("categorias", "municipios", *_MONEY, *_JOBS_AND_TERMS)
    ),
    SubjectKind("municipio", CatalogName.MUNICIPALITIES, "municipality", ("categorias", *_MONEY, *_JOBS_AND_TERMS)),
    SubjectKind("actividad", CatalogName.ACTIVITIES, "activity", ("categorias", *_MONEY, "mapa", *_JOBS_AND_TERMS)),
)
KINDS: Mapping[str, SubjectKind] = {kind.slug: kind for kind in _KINDS}
"""Kind of subject, as addresses name it → what it is and which pictures it has."""


@dataclass(frozen=True, slots=True)
class Subject:
    """One subject of a release."""

    kind: SubjectKind
    code: str
    name: str
    """Empty for the whole registry."""
    query: RegistryQuery

    @property
    def is_whole(self) -> bool:
        """Whether it is the whole registry."""
        return self.kind.catalog is None


def find_subject(release: Release, slug: str, code: str, reader: Reader) -> Subject:
    """The subject of an address.

    Raises: NotFound.
    """
    kind = KINDS.get(slug)
    if kind is not None and kind.catalog is None and code == WHOLE_CODE:
        return Subject(kind, code, "", RegistryQuery())
    if kind is None or kind.catalog is None or code not in release.catalogs.entries(kind.catalog):
        raise NotFound("No existe esa gráfica.", "There is no such picture.")
    return Subject(kind, code, reader.name_of(kind.catalog.value, code), _query(release, kind, code))


def _query(release: Release, kind: SubjectKind, code: str) -> RegistryQuery:
    if kind.catalog is CatalogName.LAWS:
        return RegistryQuery(category=_granted_by(release, code))
    if kind.catalog is CatalogName.EXPENDITURE_GROUPS:
        return RegistryQuery(category=_covered_by(release, code))
    chosen: dict[str, Any] = {kind.parameter: (code,)}
    return RegistryQuery(**chosen)


def _covered_by(release: Release, group: str) -> tuple[str, ...]:
    """The categories that a group of the official reports stands for."""
    categories = release.catalogs.categories.values()
    return tuple(sorted(category.code for category in categories if category.expenditure_group == group))


def _granted_by(release: Release, law: str) -> tuple[str, ...]:
    """The categories that a law grants.

    Raises: NotFound if it grants none.
    """
    granted = [
        category.code
        for category in release.catalogs.categories.values()
        if any(citation.law == law for citation in category.legal_citations)
    ]
    if not granted:
        raise NotFound("No existe esa gráfica.", "There is no such picture.")
    return tuple(sorted(granted))
