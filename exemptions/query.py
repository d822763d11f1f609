"""One query value: the page, the count, the facets, the sums, the export, the feed and the permalink all take it.

`parse_query` and `query_params` are exact inverses, so a query is its address.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import cached_property
from operator import attrgetter
from typing import Any

from exemptions.catalogs import Catalogs
from exemptions.columns import KEYS
from exemptions.filters import BOUND_PAIRS, FACETS, FILTERS, Filter, FilterKind
from exemptions.parameters import MAX_LIST_TEXT, ParameterReader
from exemptions.ranks import NAME_ORDER, Sort

DEFAULT_LIMIT = 20
MAX_LIMIT = 1_000
DESCENDING = "-"

QUERY_PARAMETERS: tuple[str, ...] = (*(f.parameter for f in FILTERS), "release", "as_of", "sort")
"""What says which records, of which release, in which order; in canonical order."""
PAGE_PARAMETERS: tuple[str, ...] = ("limit", "cursor", "facets", "fields")
"""What says which part of the answer is wanted."""
_PARAMETERS = frozenset({*QUERY_PARAMETERS, *PAGE_PARAMETERS})
SORTS: tuple[str, ...] = tuple(mark + key for key in KEYS for mark in ("", DESCENDING))
"""Every value of `sort`."""


@dataclass(frozen=True)
class RegistryQuery:
    """What is asked of the registry. An empty tuple, an empty text and None mean that the filter is not set.

    Units: amounts are cents; bounds are included. Tuples are sorted and mean any of their values; filters are joined
    by and.
    """

    q: str = ""
    nit: tuple[str, ...] = ()
    record_id: tuple[str, ...] = ()
    type: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    permanence: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    department: tuple[str, ...] = ()
    municipality: tuple[str, ...] = ()
    activity: tuple[str, ...] = ()
    authority: tuple[str, ...] = ()
    tax: tuple[str, ...] = ()
    person_kind: tuple[str, ...] = ()
    jobs_min: int | None = None
    jobs_max: int | None = None
    amount_min: int | None = None
    amount_max: int | None = None
    valid_on: date | None = None
    valid_from_min: date | None = None
    valid_from_max: date | None = None
    valid_until_min: date | None = None
    valid_until_max: date | None = None
    release: int | None = None
    as_of: date | None = None
    sort: str = NAME_ORDER.column
    descending: bool = NAME_ORDER.descending

    @property
    def order(self) -> Sort:
        """The order asked for."""
        return Sort(self.sort, self.descending)

    @cached_property
    def filters(self) -> tuple[Filter, ...]:
        """The filters that are set.

        Order: that of `FILTERS`.
        """
        return tuple(spec for spec in FILTERS if is_set(self, spec))

    @cached_property
    def params(self) -> tuple[tuple[str, str], ...]:
        """The parameters that parse to exactly this query; a page repeats them in a dozen addresses."""
        params = [(spec.parameter, text) for spec in self.filters for text in _filter_texts(self, spec)]
        if self.release is not None:
            params.append(("release", str(self.release)))
        if self.as_of is not None:
            params.append(("as_of", self.as_of.isoformat()))
        if self.order != NAME_ORDER:
            params.append(("sort", DESCENDING * self.descending + self.sort))
        return tuple(params)

    @property
    def is_everything(self) -> bool:
        """Whether no filter is set."""
        return not self.filters

    def __hash__(self) -> int:
        # One answer looks thirty memories up by its query.
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash(_VALUES(self))


_VALUES = attrgetter(*(field.name for field in fields(RegistryQuery)))


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which part of the answer is wanted."""

    limit: int = DEFAULT_LIMIT
    cursor: str | None = None
    facets: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    """Column keys in the order of the table; empty means all."""


def parse_request(params: Mapping[str, Sequence[str]], catalogs: Catalogs) -> tuple[RegistryQuery, PageRequest]:
    """The query and the page of a request, parameter → values as sent.

    Raises: InvalidQuery with every problem of both, unknown parameters included.
    """
    reader = ParameterReader(params)
    reader.refuse_unknown(_PARAMETERS)
    query, page = _read_query(reader, catalogs), _read_page(reader)
    reader.raise_problems()
    return query, page


def parse_query(
    params: Mapping[str, Sequence[str]], catalogs: Catalogs, *, also: Collection[str] = ()
) -> RegistryQuery:
    """The query of a request that has no page; `also` are further parameters that the caller reads itself.

    Raises: InvalidQuery with every problem, unknown parameters included.
    """
    reader = ParameterReader(params)
    reader.refuse_unknown({*QUERY_PARAMETERS, *also})
    query = _read_query(reader, catalogs)
    reader.raise_problems()
    return query


def parse_page(params: Mapping[str, Sequence[str]]) -> PageRequest:
    """The page of a request; parameters that are not a page's are left to `parse_query`.

    Raises: InvalidQuery with every problem.
    """
    reader = ParameterReader(params)
    page = _read_page(reader)
    reader.raise_problems()
    return page


def query_params(query: RegistryQuery) -> list[tuple[str, str]]:
    """The parameters that parse to exactly this query.

    Order: that of `QUERY_PARAMETERS`; the same query always gives the same list. What has its default is left out.
    """
    return list(query.params)


def selection(query: RegistryQuery) -> RegistryQuery:
    """What decides which rows match: the query without its order and its release."""
    if query.release is None and query.as_of is None and query.order == NAME_ORDER:
        return query
    return replace(query, release=None, as_of=None, sort=NAME_ORDER.column, descending=NAME_ORDER.descending)


def is_set(query: RegistryQuery, spec: Filter) -> bool:
    """Whether the filter narrows the query."""
    return getattr(query, spec.parameter) not in ("", (), None)


def _filter_texts(query: RegistryQuery, spec: Filter) -> list[str]:
    value = getattr(query, spec.parameter)
    match spec.kind:
        case FilterKind.CODE | FilterKind.NIT | FilterKind.RECORD:
            return list(value)
        case FilterKind.MONEY:
            return [_format_cents(value)]
        case FilterKind.DAY:
            return [value.isoformat()]
        case FilterKind.WORDS | FilterKind.COUNT:
            return [str(value)]


def _format_cents(cents: int) -> str:
    whole, rest = divmod(abs(cents), 100)
    sign = "-" if cents < 0 else ""
    return f"{sign}{whole}.{rest:02d}" if rest else f"{sign}{whole}"


def _read_query(reader: ParameterReader, catalogs: Catalogs) -> RegistryQuery:
    # Few of the filters are sent, and the others have their defaults.
    values: dict[str, Any] = {
        spec.parameter: _read_filter(reader, spec, catalogs) for spec in FILTERS if spec.parameter in reader.sent
    }
    for low, high in BOUND_PAIRS:
        _refuse_crossed(reader, low, high, values)
    release, as_of = reader.release()
    sort = reader.name("sort", SORTS, NAME_ORDER.column)
    return RegistryQuery(
        **values,
        release=release,
        as_of=as_of,
        sort=sort.removeprefix(DESCENDING),
        descending=sort.startswith(DESCENDING),
    )


def _read_filter(reader: ParameterReader, spec: Filter, catalogs: Catalogs) -> object:
    match spec.kind:
        case FilterKind.WORDS:
            return reader.words(spec.parameter)
        case FilterKind.NIT:
            return reader.nits(spec.parameter)
        case FilterKind.RECORD:
            return reader.record_ids(spec.parameter)
        case FilterKind.CODE:
            return reader.codes(spec, catalogs)
        case FilterKind.COUNT:
            return reader.count(spec.parameter)
        case FilterKind.MONEY:
            return reader.cents(spec.parameter)
        case FilterKind.DAY:
            return reader.day(spec.parameter)


def _refuse_crossed(reader: ParameterReader, low: str, high: str, values: Mapping[str, object]) -> None:
    bottom, top = values.get(low), values.get(high)
    if isinstance(bottom, int) and isinstance(top, int) and bottom > top:
        reader.add(low, None, f"{low} es mayor que {high}.", f"{low} is greater than {high}.")
    if isinstance(bottom, date) and isinstance(top, date) and bottom > top:
        reader.add(low, None, f"{low} es posterior a {high}.", f"{low} is later than {high}.")


def _read_page(reader: ParameterReader) -> PageRequest:
    return PageRequest(
        limit=reader.count_between("limit", 1, MAX_LIMIT, DEFAULT_LIMIT),
        cursor=reader.single("cursor", longest=MAX_LIST_TEXT),
        facets=reader.names("facets", FACETS),
        fields=read_fields(reader),
    )


def read_fields(reader: ParameterReader) -> tuple[str, ...]:
    """The columns that are wanted, in the order of the table; empty means all."""
    chosen = set(reader.names("fields", KEYS))
    return tuple(key for key in KEYS if key in chosen)
