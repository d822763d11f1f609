"""Addresses of data behind a page: always of the release that the page shows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlencode

from api.pages.language import page_url
from api.state import absolute
from exemptions.query import RegistryQuery

_OWN = ("release", "as_of")
"""Parameters that choose a release; a link that names one leaves them out."""


@dataclass(frozen=True, slots=True)
class Link:
    """A link with its words; `detail` stands after it."""

    name: str
    url: str
    detail: str = ""


def export_url(suffix: str, params: Iterable[tuple[str, str]], *, release: int) -> str:
    """The file of a search, in the format of the suffix, as `release` has it."""
    return f"/api/v1/records.{suffix}?{_query(params, release)}"


def pinned_page(page: str, *, release: int, params: Iterable[tuple[str, str]] = (), **path: object) -> str:
    """The lasting address of a page as `release` made it; absolute where the settings name a public address."""
    return absolute(f"{page_url(page, **path)}?{_query(params, release)}")


def search_url(query: RegistryQuery, *, extra: Iterable[tuple[str, str]] = ()) -> str:
    """The page of a search."""
    asked = _encode((*query.params, *extra))
    path = page_url("search")
    return f"{path}?{asked}" if asked else path


def _query(params: Iterable[tuple[str, str]], release: int) -> str:
    kept = _encode(tuple((name, value) for name, value in params if name not in _OWN))
    return f"{kept}&release={release}" if kept else f"release={release}"


# A page repeats its query in a dozen addresses.
@lru_cache(maxsize=256)
def _encode(params: tuple[tuple[str, str], ...]) -> str:
    return urlencode(params)
