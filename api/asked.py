"""What a search asks for, read once for each query string that comes again."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlencode

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
    canonical: str


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
    return AskedSearch(query, page, canonical_query(query, page))


def canonical_query(query: RegistryQuery, page: PageRequest, *, cursor: str | None = None) -> str:
    """The query string that asks for exactly this; always the same for the same question."""
    params = query_params(query)
    if page.limit != DEFAULT_LIMIT:
        params.append(("limit", str(page.limit)))
    if cursor or page.cursor:
        params.append(("cursor", cursor or page.cursor or ""))
    if page.facets:
        params.append(("facets", ",".join(page.facets)))
    if page.fields:
        params.append(("fields", ",".join(page.fields)))
    return urlencode(params, safe=",")
