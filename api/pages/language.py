"""The two languages of the pages: Spanish at the root, English under `/en`, the same slugs below both."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import request, url_for

LANGUAGES = ("es", "en")
ENGLISH_PREFIX = "/en"
LOCALES = {"es": "es_GT", "en": "en"}
"""Language → locale of its texts; Spanish is the language the texts are written in."""


def page_language() -> str:
    """The language of the page asked for, `es` or `en`, read from its address alone."""
    path = request.path
    return "en" if path == ENGLISH_PREFIX or path.startswith(f"{ENGLISH_PREFIX}/") else "es"


def select_locale() -> str:
    """The locale of this request's texts."""
    return LOCALES[page_language()]


def page_url(page: str, /, **values: Any) -> str:
    """The path of a page in the language of this request; values that are no part of the path become its query."""
    return url_for(f"{page_language()}.{page}", **values)


def same_page_in(lang: str) -> str:
    """The path and query of the page asked for, in another language.

    An address that is no page leads to the home page of that language.
    """
    endpoint = request.endpoint or ""
    current, _, page = endpoint.partition(".")
    if current not in LANGUAGES:
        return url_for(f"{lang}.home")
    path = url_for(f"{lang}.{page}", **(request.view_args or {}))
    query = urlencode(list(request.args.items(multi=True)))
    return f"{path}?{query}" if query else path
