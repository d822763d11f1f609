"""The laws of the catalogue as a reader looks for them: what each is, what cites it, and the address that names it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from exemptions.catalog_entries import CatalogName, Category, Law, LegalCitation, Tax
from exemptions.catalogs import Catalogs
from exemptions.text import fold_text


class LawKind(StrEnum):
    """What sort of norm it is."""

    CONSTITUTION = "constitution"
    DECREE = "decree"
    DECREE_LAW = "decree_law"
    AGREEMENT = "agreement"
    """A regulation of the executive, `Acuerdo Gubernativo`."""
    TREATY = "treaty"
    STATUTE = "statute"
    """The own law or statute of each entity, which no single number names."""
    OTHER = "other"


_BY_CODE: Mapping[str, LawKind] = {
    "CPRG": LawKind.CONSTITUTION,
    "CAUCA": LawKind.TREATY,
    "VIENNA_1961": LawKind.TREATY,
    "VIENNA_1963": LawKind.TREATY,
    "TREATY": LawKind.TREATY,
    "OWN_STATUTE": LawKind.STATUTE,
}
_BY_PREFIX: Mapping[str, LawKind] = {
    "D": LawKind.DECREE,
    "DL": LawKind.DECREE_LAW,
    "AG": LawKind.AGREEMENT,
}
"""What stands before the number in the code of a law."""


@dataclass(frozen=True, slots=True)
class CitingCategory:
    """A category whose legal basis cites a law, with the lines that do."""

    category: Category
    citations: tuple[LegalCitation, ...]


def law_kind(law: Law) -> LawKind:
    """What sort of norm a law is."""
    return _BY_CODE.get(law.code) or _BY_PREFIX.get(law.code.partition("_")[0], LawKind.OTHER)


def law_slug(law: Law) -> str:
    """The words that name the law in an address, as it is cited: `decreto-29-89`."""
    return fold_text(law.citation).replace(" ", "-")


def find_law(catalogs: Catalogs, text: str) -> Law | None:
    """The law of a slug, a code, a name or another spelling of it."""
    wanted = fold_text(text)
    for law in catalogs.laws.values():
        if wanted == fold_text(law.citation):
            return law
    code = catalogs.aliases(CatalogName.LAWS).get(wanted)
    return catalogs.laws[code] if code is not None else None


def citing_categories(catalogs: Catalogs, law: str) -> tuple[CitingCategory, ...]:
    """The categories whose legal basis cites the law of that code.

    Order: that of the catalogue.
    """
    found = (
        CitingCategory(category, tuple(line for line in category.legal_citations if line.law == law))
        for category in catalogs.categories.values()
    )
    return tuple(citing for citing in found if citing.citations)


def taxes_of_law(catalogs: Catalogs, law: str) -> tuple[Tax, ...]:
    """The taxes that the law of that code rules."""
    return tuple(tax for tax in catalogs.taxes.values() if tax.law == law)
