"""The glossary: every technical word of the site, in plain words and in the law's."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from itertools import groupby

from flask import Response

from api.pages.blueprint import pages
from api.pages.glossary_entries import ENTRIES, ENTRY, Citation, Entry
from api.pages.labels import SOURCING
from api.pages.reading import answer_reading


@dataclass(frozen=True, slots=True)
class Cited:
    """Where a definition stands; `doubt` tells how far that is sure, where it was not read in a source."""

    text: str
    doubt: str


@dataclass(frozen=True, slots=True)
class Reference:
    name: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Explained:
    """One word as the page shows it."""

    name: str
    anchor: str
    plain: str
    legal: str
    aliases: str
    citations: tuple[Cited, ...]
    see_also: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class Letter:
    """The words that begin with one letter, in the order of the alphabet."""

    letter: str
    words: tuple[Explained, ...]


@pages.get("/glosario", endpoint="glossary")
def show_glossary() -> Response:
    """Every word, by its first letter in the page's language."""
    return answer_reading("glossary.html", lambda release: {"letters": _letters(), "words": len(ENTRIES)})


def _letters() -> tuple[Letter, ...]:
    words = sorted((_explain(entry) for entry in ENTRIES), key=lambda word: _plain(word.name))
    return tuple(
        Letter(letter, tuple(group)) for letter, group in groupby(words, key=lambda word: _plain(word.name)[0])
    )


def _explain(entry: Entry) -> Explained:
    return Explained(
        name=str(entry.name),
        anchor=entry.anchor,
        plain=str(entry.plain),
        legal=str(entry.legal or ""),
        aliases=", ".join(str(alias) for alias in entry.aliases),
        citations=tuple(_cite(citation) for citation in entry.citations),
        see_also=tuple(Reference(str(ENTRY[key].name), ENTRY[key].anchor) for key in entry.see_also),
    )


def _cite(citation: Citation) -> Cited:
    doubt = SOURCING.get(citation.sourcing)
    return Cited(citation.text, str(doubt) if doubt is not None else "")


def _plain(name: str) -> str:
    """The name as dictionaries order it: without accents, in capitals."""
    return "".join(sign for sign in unicodedata.normalize("NFD", name) if not unicodedata.combining(sign)).upper()
