"""The part of a page that tells how to cite what it shows."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from api.pages.citations import citation_text, cite
from api.pages.language import page_language
from api.pages.links import Link
from exemptions.query import RegistryQuery, query_params
from exemptions.release import Release

_FORMATS = (("BibTeX", ".bib"), ("CSL-JSON", ".json"))


@dataclass(frozen=True, slots=True)
class CitingBlock:
    """The reference as a sentence, and as files."""

    text: str
    lang: str
    """Language of the text, which is one of those that references are made in, not always the page's."""
    files: tuple[Link, ...]


def citing_block(release: Release, query: RegistryQuery) -> CitingBlock:
    """How to cite a search in a release; of everything, the release; of one record alone, that record."""
    lang = "en" if page_language() == "en" else "es"
    params = [(name, value) for name, value in query_params(query) if name not in ("release", "as_of")]
    asked = urlencode([*params, ("release", str(release.number))])
    return CitingBlock(
        citation_text(cite(release, query), lang),
        lang,
        tuple(Link(name, f"/api/v1/cite{suffix}?{asked}") for name, suffix in _FORMATS),
    )
