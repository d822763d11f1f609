"""The filters of the page of tax expenditure: a form that works without scripts, and what is chosen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from api.estimate_query import ALL, LATEST, EstimateQuery
from api.pages.estimate_words import PARTITION
from api.pages.language import page_url
from api.pages.links import Link
from api.pages.texts import LazyString
from api.pages.texts import gettext as _
from api.pages.texts import lazy_gettext as _l
from api.pages.values import Reader
from exemptions.catalog_entries import CatalogName
from exemptions.estimates import Estimates
from exemptions.fact_codes import Partition

LABELS: Mapping[str, LazyString] = {
    "year": _l("Año"),
    "tax": _l("Impuesto"),
    "partition": _l("Manera de dividir"),
    "report": _l("Informe"),
    "group": _l("Grupo de beneficiarios"),
    "type": _l("Tipo exento"),
    "category": _l("Categoría"),
    "vintage": _l("Cifras"),
}
_OFFERED = ("year", "tax", "group", "type", "category")
_CATALOGS: Mapping[str, CatalogName] = {
    "tax": CatalogName.TAXES,
    "group": CatalogName.EXPENDITURE_GROUPS,
    "type": CatalogName.TYPES,
    "category": CatalogName.CATEGORIES,
}


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """One list to choose from; `kept` are values that stay chosen beside what the list adds."""

    name: str
    label: str
    any_label: str
    options: tuple[Option, ...]
    kept: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FilterForm:
    choices: tuple[Choice, ...]
    hidden: tuple[tuple[str, str], ...]
    chips: tuple[Link, ...]
    """What is chosen, each with the page without it."""
    clear_url: str


def filter_form(query: EstimateQuery, estimates: Estimates, reader: Reader) -> FilterForm:
    """The form with what is chosen already."""
    choices = [_choice(name, query, estimates, reader) for name in _OFFERED]
    chosen = query.params()
    return FilterForm(
        choices=(*choices, _vintages(query)),
        hidden=tuple((name, value) for name, value in chosen if name in ("partition", "report"))
        + tuple(query.choice.params),
        chips=tuple(filter_chip(name, value, _without(query, name, value), reader) for name, value in chosen),
        clear_url=_address(query.choice.params),
    )


def filter_chip(name: str, value: str, url: str, reader: Reader) -> Link:
    """What is chosen, with the page without it."""
    return Link(f"{LABELS[name]}: {value_name(name, value, reader)}", url)


def _choice(name: str, query: EstimateQuery, estimates: Estimates, reader: Reader) -> Choice:
    given = tuple(str(value) for value in getattr(query, name))
    if name != "year":
        return code_choice(name, given, reader)
    return _choice_of(name, given, [str(year) for year in reversed(estimates.years)], reader)


def code_choice(name: str, given: tuple[str, ...], reader: Reader) -> Choice:
    """The list of a parameter that takes codes of a catalogue, with what is chosen already."""
    return _choice_of(name, given, list(reader.catalogs.entries(_CATALOGS[name])), reader)


def _choice_of(name: str, given: tuple[str, ...], values: Sequence[str], reader: Reader) -> Choice:
    several = len(given) > 1
    return Choice(
        name=name,
        label=str(LABELS[name]),
        any_label=_("Los elegidos arriba") if several else _("Todos"),
        options=tuple(
            Option(value, value_name(name, value, reader), not several and value in given) for value in values
        ),
        kept=given if several else (),
    )


def _vintages(query: EstimateQuery) -> Choice:
    return Choice(
        name="vintage",
        label=str(LABELS["vintage"]),
        any_label=_("Las más recientes"),
        options=(Option(ALL, _value_word(ALL), query.vintage == ALL),),
        kept=(),
    )


def _value_word(vintage: str) -> str:
    return _("Las más recientes") if vintage == LATEST else _("También las corregidas")


def value_name(name: str, value: str, reader: Reader) -> str:
    """What people call a value of a parameter."""
    if name == "vintage":
        return _value_word(value)
    if name == "partition":
        return str(PARTITION[Partition(value)])
    return reader.name_of(_CATALOGS[name].value, value) if name in _CATALOGS else value


def _without(query: EstimateQuery, name: str, value: str) -> str:
    return _address([*(pair for pair in query.params() if pair != (name, value)), *query.choice.params])


def _address(params: Iterable[tuple[str, str]]) -> str:
    return page_url("expenditure", **MultiDict(params).to_dict(flat=False))
