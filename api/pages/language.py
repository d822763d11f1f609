"""The languages of the pages: Spanish at the root, every other one under its code, the same slugs below all.

A language is one entry of `LANGUAGES` and one folder of texts; docs/traducir.md tells how people add one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import current_app, request, url_for
from werkzeug.routing import Map

SOURCE = "es"
"""The language that the texts are written in, and that speaks where another one lacks a text."""
_TRANSLATIONS = Path(__file__).parents[1] / "translations"


@dataclass(frozen=True, slots=True)
class Language:
    """One language of the pages."""

    code: str
    """ISO 639 code: the folder of its texts and, but for Spanish, the first part of its addresses."""
    name: str
    """What its own speakers call it."""
    tag: str
    """BCP 47 tag, for browsers and search engines."""
    locale: str
    """Unicode (CLDR) locale, or that of Spanish where Unicode does not know the language."""
    is_complete: bool = True
    """Whether every text is translated. If not, each page says that what is missing is in Spanish."""
    folder: Path = _TRANSLATIONS
    """Where its texts are, below its code."""

    @property
    def prefix(self) -> str:
        """What its addresses begin with."""
        return "" if self.code == SOURCE else f"/{self.code}"

    @property
    def texts(self) -> Path:
        """Its compiled catalogue of texts; the source language has none."""
        return self.folder / self.code / "LC_MESSAGES" / "messages.mo"


LANGUAGES: dict[str, Language] = {
    language.code: language
    for language in (
        Language("es", name="Español", tag="es-GT", locale="es_GT"),
        Language("en", name="English", tag="en", locale="en"),
    )
}
"""Code → language, in the order in which pages offer them."""

_LONGEST_KEPT = 500
"""Letters of what an address is made of, above which it is not kept: a stranger chooses some of them."""

STAFF_LANGUAGES = ("es", "en")
"""The languages of the staff's area, whose words are partly written beside each other in the program."""


def page_language() -> str:
    """The code of the language of the page asked for, read from its address alone."""
    first = request.path[1:].partition("/")[0]
    return first if first in LANGUAGES and first != SOURCE else SOURCE


def select_locale() -> str:
    """The locale of this request's texts."""
    return LANGUAGES[page_language()].locale


def page_url(page: str, /, **values: Any) -> str:
    """The path of a page in the language of this request; values that are no part of the path become its query."""
    return endpoint_url(f"{page_language()}.{page}", **values)


def endpoint_url(endpoint: str, /, **values: Any) -> str:
    """The path of an endpoint; a page has some fifty, most of which other pages have too."""
    asked = tuple((name, tuple(value) if isinstance(value, list) else value) for name, value in values.items())
    if len(str(asked)) > _LONGEST_KEPT:
        return url_for(endpoint, **values)
    return _find_url(current_app.url_map, request.script_root, endpoint, asked)


@lru_cache(maxsize=8_192)
def _find_url(_addresses: Map, _root: str, endpoint: str, values: tuple[tuple[str, Any], ...]) -> str:
    """The same for every request to an application below the same root."""
    return url_for(endpoint, **dict(values))


def same_page_in(lang: str) -> str:
    """The path of the page asked for, in another language.

    An address that is no page leads to the home page of that language.
    """
    endpoint = request.endpoint or ""
    current, _, page = endpoint.partition(".")
    if current not in LANGUAGES or f"{lang}.{page}" not in current_app.view_functions:
        return url_for(f"{lang}.home")
    return endpoint_url(f"{lang}.{page}", **(request.view_args or {}))
