"""The laws behind a benefit: each by its name and its number, with what the cited article says."""

from __future__ import annotations

from dataclasses import dataclass

from api.pages.labels import SOURCING
from api.pages.language import page_url
from api.pages.values import Item, Reader
from exemptions.catalog_entries import LegalCitation, Sourcing
from exemptions.laws import law_slug


@dataclass(frozen=True, slots=True)
class LawLine:
    """One law of a benefit, with its articles."""

    name: str
    url: str
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Citation:
    text: str
    note: str
    sourcing: str
    """How far the citation is backed, where it was not read in a source."""


def law_lines(item: Item, reader: Reader) -> tuple[LawLine, ...]:
    """The laws of a record's category, in the order of its legal basis; none where the catalogue lacks the category."""
    category = reader.catalogs.categories.get(item["category"])
    if category is None:
        return ()
    laws = dict.fromkeys(citation.law for citation in category.legal_citations)
    return tuple(
        LawLine(
            name=reader.name_of("laws", law),
            url=page_url("law", slug=law_slug(reader.catalogs.laws[law])),
            citations=tuple(
                _citation(citation, reader.lang) for citation in category.legal_citations if citation.law == law
            ),
        )
        for law in laws
    )


def _citation(citation: LegalCitation, lang: str) -> Citation:
    return Citation(
        text=citation.citation,
        note=citation.note_en if lang == "en" else citation.note_es,
        sourcing="" if citation.sourcing is Sourcing.SOURCED else str(SOURCING[citation.sourcing]),
    )
