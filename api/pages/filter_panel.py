"""The filters of the search page: choices with their counts, ranges, and the active ones as removable chips."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from api.formatting import format_count, format_day, format_money, format_tax_number
from api.pages.labels import choice_word
from api.pages.links import search_url
from api.pages.texts import LazyString
from api.pages.texts import gettext as _
from api.pages.texts import lazy_gettext as _l
from api.pages.values import Reader
from exemptions.aggregates import FacetValue
from exemptions.catalog_entries import CatalogName
from exemptions.facts import quetzales
from exemptions.filters import FILTER, FILTERS, Filter, FilterKind
from exemptions.query import RegistryQuery, is_set

_SHOWN_AS_BOXES = 12
"""A filter with more values than this shows the most frequent ones as boxes and the others in a list."""
_BOXES_OF_MANY = 8

_OPEN_AT_FIRST = ("type", "status", "permanence")
_CATALOG_ORDER = ("type", "permanence", "status", "person_kind")
"""Filters whose values keep the order of their catalogue; the others begin with the most frequent one."""

RANGES: tuple[tuple[str, LazyString, tuple[str, ...]], ...] = (
    ("jobs", _l("Empleos"), ("jobs_min", "jobs_max")),
    ("amount", _l("Impuesto no pagado"), ("amount_min", "amount_max")),
    ("days", _l("Vigente en una fecha"), ("valid_on",)),
    ("start", _l("Cuándo empieza"), ("valid_from_min", "valid_from_max")),
    ("end", _l("Cuándo termina"), ("valid_until_min", "valid_until_max")),
)
"""Groups of filters that are typed and not chosen."""

_ORDER = (
    "type",
    "category",
    "status",
    "permanence",
    "department",
    "municipality",
    "activity",
    "tax",
    "authority",
    "jobs",
    "amount",
    "days",
    "start",
    "end",
    "person_kind",
)

Counts = Mapping[str, Sequence[FacetValue]]
"""Filter → its values with their counts."""
Typed = Mapping[str, Sequence[str]]
"""Parameter → values as they were sent."""


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str
    count: int
    checked: bool


@dataclass(frozen=True, slots=True)
class Input:
    """One field to type in."""

    parameter: str
    label: str
    type: str
    inputmode: str
    value: str
    error: str


@dataclass(frozen=True, slots=True)
class Group:
    """One fold of the panel."""

    parameter: str
    label: str
    is_open: bool
    active: int
    error: str = ""
    options: tuple[Option, ...] = ()
    more: tuple[Option, ...] = ()
    inputs: tuple[Input, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Chip:
    """One active filter value and the search without it."""

    text: str
    remove_url: str
    without: RegistryQuery


def filter_groups(
    query: RegistryQuery, counts: Counts, typed: Typed, errors: Mapping[str, str], reader: Reader
) -> tuple[Group, ...]:
    """Every fold of the panel, in its order."""
    ranges = {name: _range_group(name, str(label), parts, typed, errors, reader) for name, label, parts in RANGES}
    chosen = {
        spec.parameter: _choice_group(spec, query, counts.get(spec.parameter, ()), errors, reader)
        for spec in FILTERS
        if spec.is_facet
    }
    groups = ranges | chosen
    return tuple(groups[name] for name in _ORDER)


def chips(query: RegistryQuery, reader: Reader) -> tuple[Chip, ...]:
    """The active filters beside the words, one chip for each value."""
    found: list[Chip] = []
    for spec in FILTERS:
        if not is_set(query, spec) or spec.kind is FilterKind.WORDS:
            continue
        value = getattr(query, spec.parameter)
        values = value if isinstance(value, tuple) else (value,)
        for one in values:
            rest = tuple(other for other in values if other != one) if isinstance(value, tuple) else None
            without = with_filter(query, spec.parameter, rest)
            found.append(Chip(_chip_text(spec, one, reader), search_url(without), without))
    return tuple(found)


def with_filter(query: RegistryQuery, parameter: str, value: object) -> RegistryQuery:
    """The query with another value of one filter; None and an empty tuple take it away."""
    changed: dict[str, Any] = {parameter: value}
    return replace(query, **changed)


def value_label(spec: Filter, code: str, reader: Reader) -> str:
    """A filter's value as people call it; a municipality comes with its department, for many share a name."""
    if spec.catalog is None:
        return choice_word(spec.parameter, code)
    name = reader.name_of(spec.catalog.value, code)
    if spec.catalog is CatalogName.MUNICIPALITIES and code in reader.catalogs.municipalities:
        department = reader.catalogs.municipalities[code].department
        return f"{name}, {reader.name_of(CatalogName.DEPARTMENTS.value, department)}"
    return name


def kept_params(query: RegistryQuery) -> tuple[tuple[str, str], ...]:
    """What the form carries along without showing it: numbers asked for, and the release that was chosen."""
    kept = [("nit", nit) for nit in query.nit] + [("record_id", record_id) for record_id in query.record_id]
    if query.release is not None:
        kept.append(("release", str(query.release)))
    if query.as_of is not None:
        kept.append(("as_of", query.as_of.isoformat()))
    return tuple(kept)


def _choice_group(
    spec: Filter,
    query: RegistryQuery,
    counted: Sequence[FacetValue],
    errors: Mapping[str, str],
    reader: Reader,
) -> Group:
    chosen: tuple[str, ...] = getattr(query, spec.parameter)
    numbers = {value.value: value.count for value in counted}
    # A chosen value stays in sight when nothing matches it, or it could not be taken back.
    numbers |= {code: 0 for code in chosen if code not in numbers}
    options = [Option(code, value_label(spec, code, reader), count, code in chosen) for code, count in numbers.items()]
    options.sort(key=_option_order(spec, reader))
    boxes, more = _split(options)
    return Group(
        parameter=spec.parameter,
        label=spec.label(reader.lang),
        is_open=bool(chosen) or spec.parameter in errors or spec.parameter in _OPEN_AT_FIRST,
        active=len(chosen),
        error=errors.get(spec.parameter, ""),
        options=tuple(boxes),
        more=tuple(sorted(more, key=lambda option: option.label)),
    )


def _option_order(spec: Filter, reader: Reader) -> Callable[[Option], tuple[int, str]]:
    if spec.parameter not in _CATALOG_ORDER:
        return lambda option: (-option.count, option.label)
    known = list(reader.catalogs.entries(spec.catalog)) if spec.catalog else list(spec.choices)
    places = {code: place for place, code in enumerate(known)}
    return lambda option: (places.get(option.value, len(places)), option.label)


def _split(options: Sequence[Option]) -> tuple[list[Option], list[Option]]:
    """The options shown as boxes, and those in the list after them. What is chosen is always a box."""
    if len(options) <= _SHOWN_AS_BOXES:
        return list(options), []
    first = {option.value for option in sorted(options, key=lambda option: -option.count)[:_BOXES_OF_MANY]}
    boxes = [option for option in options if option.checked or option.value in first]
    return boxes, [option for option in options if option not in boxes]


def _range_group(
    name: str, label: str, parameters: Sequence[str], typed: Typed, errors: Mapping[str, str], reader: Reader
) -> Group:
    inputs = tuple(_input(FILTER[parameter], typed, errors, reader) for parameter in parameters)
    active = sum(bool(entry.value) for entry in inputs)
    return Group(
        parameter=name,
        label=label,
        is_open=active > 0 or any(entry.error for entry in inputs),
        active=active,
        error=next((entry.error for entry in inputs if entry.error), ""),
        inputs=inputs,
    )


def _input(spec: Filter, typed: Typed, errors: Mapping[str, str], reader: Reader) -> Input:
    words = {
        "jobs_min": _("Desde"),
        "jobs_max": _("Hasta"),
        "amount_min": _("Desde Q"),
        "amount_max": _("Hasta Q"),
        "valid_from_min": _("Desde el"),
        "valid_from_max": _("Hasta el"),
        "valid_until_min": _("Desde el"),
        "valid_until_max": _("Hasta el"),
    }
    kinds = {FilterKind.COUNT: ("text", "numeric"), FilterKind.MONEY: ("text", "decimal"), FilterKind.DAY: ("date", "")}
    kind, mode = kinds[spec.kind]
    return Input(
        parameter=spec.parameter,
        label=words.get(spec.parameter) or spec.label(reader.lang),
        type=kind,
        inputmode=mode,
        value=next(iter(typed.get(spec.parameter, ())), ""),
        error=errors.get(spec.parameter, ""),
    )


def _chip_text(spec: Filter, value: object, reader: Reader) -> str:
    match value:
        case date():
            text = format_day(value, reader.lang)
        case int() if spec.kind is FilterKind.MONEY:
            text = format_money(quetzales(value))
        case int():
            text = format_count(value)
        case str() if spec.kind is FilterKind.CODE:
            text = value_label(spec, value, reader)
        case str() if spec.kind is FilterKind.NIT:
            text = format_tax_number(value)
        case _:
            text = str(value)
    return f"{spec.label(reader.lang)}: {text}"
