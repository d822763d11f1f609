"""Technical words inside a page: each explained where it first stands, and linked to the glossary.

A page shows a word as a link to its entry, with a button that opens the short definition; what the buttons open stands
together at the end of the page (`term_notes`), so that no definition interrupts a sentence that is copied or read out.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import g

from api.pages.glossary_entries import ENTRY
from api.pages.language import page_url


@dataclass(frozen=True, slots=True)
class TermLink:
    """A word where a page first uses it."""

    key: str
    text: str
    name: str
    url: str
    note_id: str
    definition: str


def first_use(key: str, text: str = "") -> TermLink | str:
    """The link of a word at its first use on this page, else only its text, which is its name unless given.

    Raises: KeyError for a word without an entry.
    """
    entry = ENTRY[key]
    used: dict[str, TermLink] = g.setdefault("terms", {})
    name = str(entry.name)
    if key in used:
        return text or name
    used[key] = TermLink(
        key=key,
        text=text or name,
        name=name,
        url=f"{page_url('glossary')}#{entry.anchor}",
        note_id=f"termino-{entry.anchor}",
        definition=str(entry.plain),
    )
    return used[key]


def used_terms() -> tuple[TermLink, ...]:
    """The words this page has explained so far, in their order."""
    return tuple(g.get("terms", {}).values())
