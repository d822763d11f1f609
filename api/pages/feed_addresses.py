"""The addresses of the feeds, in the language of the page that links them."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from api.pages.language import endpoint_url, page_language
from exemptions.query import RegistryQuery, query_params, selection

CHANGES, TAXPAYER, RECORD, SEARCH = "feed_changes", "feed_taxpayer", "feed_record", "feed_search"
"""Endpoints, each followed by `_` and the code of its language."""


def feed_url(endpoint: str, params: Sequence[tuple[str, str]] = (), **path: str) -> str:
    """The path and query of a feed."""
    address = endpoint_url(f"{endpoint}_{page_language()}", **path)
    return f"{address}?{urlencode(list(params))}" if params else address


def search_feed_url(query: RegistryQuery) -> str:
    """The feed that follows a search, whatever its order and release."""
    return feed_url(SEARCH, query_params(selection(query)))
