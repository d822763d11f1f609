"""What a search asks for, read once for each query string that comes again."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import quote_plus, urlencode

from flask import request

from api.parameters import request_params
from api.releases_at import CHOICE
from api.state import app_state
from exemptions.catalogs import Catalogs
from exemptions.errors import InvalidQuery
from exemptions.filters import FILTERS
from exemptions.parameters import ParameterReader
from exemptions.query import DEFAULT_LIMIT, PageRequest, RegistryQuery, parse_query, parse_request, query_params

Own = TypeVar("Own")
_SELECTING = (*(spec.parameter for spec in FILTERS), *CHOICE)

_LONGEST_KEPT = 1_024
"""Bytes of a query string whose reading is kept. What people ask for is shorter, and longer ones could fill memory."""


@dataclass(frozen=True, slots=True)
class AskedSearch:
    """A search: its query, its page, and the query string that always asks for exactly this."""

    query: RegistryQuery
    page: PageRequest
    selection: str
    """The query alone, as a query string."""
    canonical: str
    """Query and page."""

    def next_address(self, cursor: str) -> str:
        """The query string of the page that begins at `cursor`."""
        return _with_page(self.selection, self.page, cursor)

    def first_address(self, selection: str) -> str:
        """The query string of the first page of `selection`, otherwise as this one."""
        return _with_page(selection, self.page, None)

    def lasting(self, release: int) -> str:
        """The query string of this selection in the release that answers it, whichever way that was chosen."""
        if self.query.release is not None:
            return self.selection
        chosen = f"release={release}"
        if self.query.as_of is not None:
            kept = urlencode([(name, value) for name, value in query_params(self.query) if name != "as_of"])
        else:
            kept = self.selection
        return f"{kept}&{chosen}" if kept else chosen


def asked_search(*, also: Collection[str] = ()) -> AskedSearch:
    """The search that this request asks for; `also` are further parameters that the caller reads itself.

    Raises: InvalidQuery with every problem.
    """
    state = app_state()
    params = request_params()
    if any(name in params for name in also):
        return _read_search({name: values for name, values in params.items() if name not in also}, state.catalogs)
    # Reading twenty parameters with all their rules takes as long as the rest of an answer that is at hand.
    known = state.asked.find(request.query_string)
    if isinstance(known, AskedSearch):
        return known
    asked = _read_search(params, state.catalogs)
    if len(request.query_string) <= _LONGEST_KEPT:
        state.asked.keep(request.query_string, asked)
    return asked


def asked_selection(own: str, read: Callable[[ParameterReader], Own]) -> tuple[RegistryQuery, Own]:
    """The records that this request is about, in no order and on no page, and the value of the route's own parameter.

    Raises: InvalidQuery with every problem.
    """
    params = request_params()
    reader = ParameterReader(params)
    reader.refuse_unknown((*_SELECTING, own))
    value = read(reader)
    try:
        query = parse_query({name: params[name] for name in _SELECTING if name in params}, app_state().catalogs)
    except InvalidQuery as error:
        raise InvalidQuery((*reader.problems, *error.problems)) from error
    reader.raise_problems()
    return query, value


def _read_search(params: Mapping[str, Sequence[str]], catalogs: Catalogs) -> AskedSearch:
    query, page = parse_request(params, catalogs)
    selection = urlencode(query_params(query))
    return AskedSearch(query, page, selection, _with_page(selection, page, page.cursor))


def _with_page(selection: str, page: PageRequest, cursor: str | None) -> str:
    """The query string that asks for exactly this; always the same for the same question."""
    parts = [selection] if selection else []
    if page.limit != DEFAULT_LIMIT:
        parts.append(f"limit={page.limit}")
    if cursor:
        parts.append(f"cursor={quote_plus(cursor)}")
    # Names of facets and columns need no escape.
    if page.facets:
        parts.append(f"facets={','.join(page.facets)}")
    if page.fields:
        parts.append(f"fields={','.join(page.fields)}")
    return "&".join(parts)
