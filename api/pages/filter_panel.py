"""The filters of the search page: choices with their counts, ranges, days, and the publication to search in."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from typing import Any

from markupsafe import Markup, escape

from api.formatting import format_count, format_day, format_money, format_tax_number
from api.pages.labels import choice_word
from api.pages.links import search_url
from api.pages.texts import LazyString
from api.pages.texts import gettext as _
from api.pages.texts import lazy_gettext as _l
from api.pages.values import Reader
from exemptions.catalog_entries import CatalogName
from exemptions.facts import quetzales
from exemptions.filters import FILTERS, Filter, FilterKind
from exemptions.query import RegistryQuery

_SHOWN_AS_BOXES = 12
"""A filter with more values than this shows the most frequent ones as boxes and the others in a list."""
_BOXES_OF_MANY = 8

_OPEN_AT_FIRST = ("type", "status", "permanence")
_CATALOG_ORDER = ("type", "permanence", "status", "person_kind")
"""Filters whose values keep the order of their catalogue; the others begin with the most frequent one."""


@dataclass(frozen=True, slots=True)
class Range:
    """A group of fields that are typed and not chosen."""

    name: str
    label: LazyString
    parameters: tuple[str, ...]
    hint: LazyString | str = ""


RANGES = (
    Range("jobs", _l("Empleos"), ("jobs_min", "jobs_max")),
    Range("amount", _l("Impuesto no pagado"), ("amount_min", "amount_max")),
    Range(
        "days",
        _l("Vigente en una fecha"),
        ("valid_on",),
        _l("Qué beneficios regían ese día: ya habían empezado, no habían terminado y nada los suspendía."),
    ),
    Range("start", _l("Cuándo empieza"), ("valid_from_min", "valid_from_max")),
    Range(
        "end",
        _l("Cuándo termina"),
        ("valid_until_min", "valid_until_max"),
        _l("Los que no tienen plazo quedan fuera."),
    ),
    Range(
        "then",
        _l("Lo que decía el registro"),
        ("as_of", "release"),
        _l(
            "El registro se corrige y crece. Aquí puede ver lo que estaba publicado un día, o en una publicación por "
            "su número, aunque después haya cambiado."
        ),
    ),
)
"""The groups that are typed. What was in force on a day and what the registry said then are two questions."""

_FIELDS: Mapping[str, tuple[LazyString, str, str]] = {
    "jobs_min": (_l("Desde"), "text", "numeric"),
    "jobs_max": (_l("Hasta"), "text", "numeric"),
    "amount_min": (_l("Desde Q"), "text", "decimal"),
    "amount_max": (_l("Hasta Q"), "text", "decimal"),
    "valid_on": (_l("Vigente el día"), "date", ""),
    "valid_from_min": (_l("Desde el"), "date", ""),
    "valid_from_max": (_l("Hasta el"), "date", ""),
    "valid_until_min": (_l("Desde el"), "date", ""),
    "valid_until_max": (_l("Hasta el"), "date", ""),
    "as_of": (_l("El día"), "date", ""),
    "release": (_l("Publicación número"), "text", "numeric"),
}
"""Parameter → label, type of the field, and keyboard of a phone."""

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
    "then",
)

Counts = Mapping[str, Mapping[str, int]]
"""Filter → value → records."""
Typed = Mapping[str, Sequence[str]]
"""Parameter → values as they were sent."""


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
    hint: str = ""
    boxes: Markup | str = ""
    """The most frequent values, and those chosen."""
    more: Markup | str = ""
    """The options of the list after the boxes."""
    inputs: tuple[Input, ...] = ()
    is_stacked: bool = True
    """Whether each field has a line of its own."""


@dataclass(frozen=True, slots=True)
class Chip:
    """One active filter value and the search without it."""

    text: str
    remove_url: str
    without: RegistryQuery
    chooses_release: bool = False
    """Whether it says where to search, and not what for."""


def filter_groups(
    query: RegistryQuery, counts: Counts, typed: Typed, errors: Mapping[str, str], reader: Reader
) -> tuple[Group, ...]:
    """Every fold of the panel, in its order."""
    ranges = {group.name: _range_group(group, typed, errors, reader.lang) for group in RANGES}
    chosen = {
        spec.parameter: _choice_group(spec, query, counts.get(spec.parameter, {}), errors, reader)
        for spec in FILTERS
        if spec.is_facet
    }
    groups = ranges | chosen
    return tuple(groups[name] for name in _ORDER)


def chips(query: RegistryQuery, reader: Reader, *, extra: Sequence[tuple[str, str]] = ()) -> tuple[Chip, ...]:
    """The active filters beside the words, one chip for each value; the publication chosen, if any, comes last.

    `extra` is what the links carry along.
    """
    found: list[Chip] = []
    for spec in query.filters:
        if spec.kind is FilterKind.WORDS:
            continue
        value = getattr(query, spec.parameter)
        values = value if isinstance(value, tuple) else (value,)
        for one in values:
            rest = tuple(other for other in values if other != one) if isinstance(value, tuple) else None
            without = with_filter(query, spec.parameter, rest)
            found.append(Chip(_chip_text(spec, one, reader), search_url(without, extra=extra), without))
    if query.release is not None or query.as_of is not None:
        newest = replace(query, release=None, as_of=None)
        found.append(Chip(_release_text(query, reader), search_url(newest, extra=extra), newest, chooses_release=True))
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
    """What the form carries along without showing it: numbers asked for."""
    return tuple([("nit", nit) for nit in query.nit] + [("record_id", number) for number in query.record_id])


def _choice_group(
    spec: Filter,
    query: RegistryQuery,
    counted: Mapping[str, int],
    errors: Mapping[str, str],
    reader: Reader,
) -> Group:
    chosen: tuple[str, ...] = getattr(query, spec.parameter)
    # A chosen value stays in sight when nothing matches it, or it could not be taken back.
    numbers = {**dict.fromkeys(chosen, 0), **counted}
    listed = _listed(_Listed(f"{spec.parameter} {reader.lang}", reader.catalogs.version, spec, reader))
    # A code that the catalogue lacks is its own name.
    unknown = {code: _describe(spec.parameter, code, code, len(listed)) for code in numbers.keys() - listed.keys()}
    known = {**listed, **unknown} if unknown else listed
    shown = _shown_as_boxes(numbers, chosen, known)
    return Group(
        parameter=spec.parameter,
        label=spec.label(reader.lang),
        is_open=bool(chosen) or spec.parameter in errors or spec.parameter in _OPEN_AT_FIRST,
        active=len(chosen),
        error=errors.get(spec.parameter, ""),
        boxes=_boxes(_boxes_in_order(spec, shown, numbers, known), numbers, chosen, known),
        more=_list_options(numbers, shown, known),
    )


@dataclass(frozen=True, slots=True)
class _Value:
    """A value of a filter as one of its choices, up to its count."""

    label: str
    place: int
    """Among those of its catalogue."""
    box: tuple[str, str]
    """Before and after the sign that it is chosen."""
    option: str


@dataclass(frozen=True, slots=True)
class _Listed:
    """A catalogue's values in one language."""

    parameter: str
    version: str
    """Of the catalogues, which are those of the release's own day."""
    spec: Filter = field(compare=False)
    reader: Reader = field(compare=False)


@lru_cache(maxsize=64)
def _listed(listed: _Listed) -> Mapping[str, _Value]:
    """The choices of a filter by code, in the order of their labels; the same for every search."""
    spec, reader = listed.spec, listed.reader
    codes = reader.catalogs.entries(spec.catalog) if spec.catalog else spec.choices
    places = {code: place for place, code in enumerate(codes)}
    labels = sorted((value_label(spec, code, reader), code) for code in codes)
    return {code: _describe(spec.parameter, code, label, places[code]) for label, code in labels}


def _describe(parameter: str, code: str, label: str, place: int) -> _Value:
    box = (
        f'        <li><label class="option"><input type="checkbox" name="{parameter}" value="{escape(code)}"',
        f'>\n          <span>{escape(label)}</span><span class="option-count">',
    )
    return _Value(label, place, box, f'<option value="{escape(code)}">{escape(label)} (')


_Known = Mapping[str, _Value]


def _shown_as_boxes(numbers: Mapping[str, int], chosen: Sequence[str], known: _Known) -> Collection[str]:
    """The codes shown as boxes; the others stand in the list after them. What is chosen is always a box."""
    if len(numbers) <= _SHOWN_AS_BOXES:
        return numbers.keys()
    least = sorted(numbers.values(), reverse=True)[_BOXES_OF_MANY - 1]
    frequent = [code for code, count in numbers.items() if count >= least]
    frequent.sort(key=lambda code: (-numbers[code], known[code].label))
    return {*frequent[:_BOXES_OF_MANY], *chosen}


def _boxes_in_order(spec: Filter, shown: Collection[str], numbers: Mapping[str, int], known: _Known) -> list[str]:
    if spec.parameter in _CATALOG_ORDER:
        return sorted(shown, key=lambda code: (known[code].place, known[code].label))
    return sorted(shown, key=lambda code: (-numbers[code], known[code].label))


# Boxes and options are put together here: a template takes twenty times as long for the hundreds of municipalities.


def _boxes(codes: Sequence[str], numbers: Mapping[str, int], chosen: Sequence[str], known: _Known) -> Markup | str:
    if not codes:
        return ""
    written = (
        f"{(' checked' if code in chosen else '').join(known[code].box)}{numbers[code]:,d}</span></label></li>"
        for code in codes
    )
    return Markup("\n".join(written))  # noqa: S704 - code and label are escaped, and a count is digits and commas


def _list_options(numbers: Mapping[str, int], shown: Collection[str], known: _Known) -> Markup | str:
    """The options of a list. A code that the catalogue lacks stands last."""
    if len(numbers) == len(shown):
        return ""
    written = [
        f"{value.option}{numbers[code]:,d})</option>"
        for code, value in known.items()
        if code in numbers and code not in shown
    ]
    return Markup("".join(written))  # noqa: S704 - both texts are escaped, and a count is digits and commas


def _range_group(group: Range, typed: Typed, errors: Mapping[str, str], lang: str) -> Group:
    values = tuple(next(iter(typed.get(parameter, ())), "") for parameter in group.parameters)
    faults = tuple(errors.get(parameter, "") for parameter in group.parameters)
    if any(values) or any(faults):
        return _make_range(group, values, faults)
    return _empty_range(group.name, lang)


@lru_cache(maxsize=64)
def _empty_range(name: str, lang: str) -> Group:
    """A group that nothing is typed into; `lang` is the language that speaks, for its words are kept."""
    group = next(group for group in RANGES if group.name == name)
    nothing = ("",) * len(group.parameters)
    return _make_range(group, nothing, nothing)


def _make_range(group: Range, values: Sequence[str], faults: Sequence[str]) -> Group:
    inputs = tuple(_input(*field) for field in zip(group.parameters, values, faults, strict=True))
    active = sum(bool(entry.value) for entry in inputs)
    error = next((entry.error for entry in inputs if entry.error), "")
    return Group(
        parameter=group.name,
        label=str(group.label),
        is_open=active > 0 or bool(error),
        active=active,
        error=error,
        hint=str(group.hint),
        inputs=inputs,
        is_stacked=len(inputs) == 1 or bool(error) or any(entry.type == "date" for entry in inputs),
    )


def _input(parameter: str, value: str, error: str) -> Input:
    label, kind, keyboard = _FIELDS[parameter]
    return Input(
        parameter=parameter,
        label=str(label),
        type=kind,
        inputmode=keyboard,
        value=value,
        error=error,
    )


def _release_text(query: RegistryQuery, reader: Reader) -> str:
    if query.as_of is not None:
        return _("Como estaba el %(day)s", day=format_day(query.as_of, reader.lang))
    return _("Publicación %(number)s", number=query.release)


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
