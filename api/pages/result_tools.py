"""What stands around results: their order, their two views, and the files of exactly these records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from api.formatting import NO_BREAK, format_size
from api.pages.links import export_url, search_url
from api.pages.texts import LazyString
from api.pages.texts import gettext as _
from api.pages.texts import lazy_gettext as _l
from exemptions.parameters import ParameterReader
from exemptions.query import RegistryQuery, query_params
from exemptions.ranks import NAME_ORDER
from exemptions.release import Release
from exporters.formats import FORMATS
from exporters.xlsx_format import MAX_ROWS

VIEW = "view"
"""Parameter of the page alone: how its results are laid out. Only the address remembers it."""

_SORTS: tuple[tuple[str, LazyString], ...] = (
    ("name", _l("Nombre")),
    ("-amount_gtq", _l("Impuesto no pagado, de mayor a menor")),
    ("-jobs", _l("Empleos, de mayor a menor")),
    ("-valid_from", _l("Primer día, los más recientes antes")),
    ("valid_until", _l("Último día, los más próximos antes")),
    ("category_name", _l("Categoría")),
)
"""The orders that the page offers; an address may ask for others."""

_EXACT = ("csv", "json", "ndjson", "parquet")
"""Formats for programs."""
_EVEN_FORMATS = ("csv", "json", "ndjson")
"""Formats whose rows take about the same space each, however many they are."""


class View(StrEnum):
    """How results are laid out."""

    LIST = "list"
    TABLE = "table"


_VIEWS = ((View.LIST, _l("Lista")), (View.TABLE, _l("Tabla")))


@dataclass(frozen=True, slots=True)
class Choice:
    """One order, or one view with the address that shows it."""

    value: str
    label: str
    selected: bool
    url: str = ""


@dataclass(frozen=True, slots=True)
class ResultFile:
    """A file of exactly the records that the page counts."""

    name: str
    url: str
    size: str
    """About how large it will be; empty where that cannot be told before it is made."""


def read_view(sent: Sequence[str]) -> View:
    """The view that an address asks for; results are a list unless it does.

    Raises: InvalidQuery.
    """
    reader = ParameterReader({VIEW: sent})
    view = View(reader.name(VIEW, tuple(View), View.LIST))
    reader.raise_problems()
    return view


def view_params(view: View) -> list[tuple[str, str]]:
    """What an address needs to show this view."""
    return [] if view is View.LIST else [(VIEW, view.value)]


def sort_choices(query: RegistryQuery) -> tuple[Choice, ...]:
    """The orders to choose from; one that the page does not offer itself is shown as chosen."""
    asked = "-" * query.descending + query.sort
    # The order that needs no parameter has no value, so that it stays out of the address.
    offered = tuple(
        Choice("" if value == NAME_ORDER.column else value, str(label), value == asked) for value, label in _SORTS
    )
    if any(choice.selected for choice in offered):
        return offered
    return (Choice(asked, _("El orden de la dirección (%(sort)s)", sort=asked), True), *offered)


def view_choices(query: RegistryQuery, shown: View, extra: Sequence[tuple[str, str]]) -> tuple[Choice, ...]:
    """Both views of these results; `extra` is what their addresses carry along."""
    return tuple(
        Choice(view.value, str(label), view is shown, search_url(query, extra=[*extra, *view_params(view)]))
        for view, label in _VIEWS
    )


def result_files(release: Release, query: RegistryQuery, total: int, lang: str) -> tuple[ResultFile, ...]:
    """The files of a result: those for spreadsheets in the language of the page, then one for each exact format."""
    params = query_params(query)

    labelled = [*params, ("headers", lang)]
    sheets = [ResultFile(_("CSV para hojas de cálculo"), export_url("csv", labelled, release=release.number), "")]
    if total <= MAX_ROWS:
        sheets.insert(0, ResultFile("XLSX", export_url("xlsx", labelled, release=release.number), ""))
    exact = [
        ResultFile(
            FORMATS[form].title,
            export_url(form, params, release=release.number),
            _size(release, form, total, query.is_everything),
        )
        for form in _EXACT
    ]
    return (*sheets, *exact)


def _size(release: Release, suffix: str, total: int, is_everything: bool) -> str:
    """The size as that of the whole registry's file tells it: exactly of everything, else by its rows."""
    whole = _whole_file(release, suffix)
    if whole is None:
        return ""
    size_bytes = int(whole["plain"]["bytes"] if "plain" in whole else whole["bytes"])
    if is_everything:
        return format_size(size_bytes)
    if suffix not in _EVEN_FORMATS or not whole["rows"]:
        return ""
    about = size_bytes * total // int(whole["rows"])
    # Two figures: rows differ in length, so any more would promise too much.
    rounded = format_size(round(about, 2 - len(str(about))))
    return _("unos %(size)s", size=rounded.replace(f".0{NO_BREAK}", NO_BREAK))


def _whole_file(release: Release, suffix: str) -> dict[str, Any] | None:
    files: dict[str, dict[str, Any]] = release.answers.get("whole files", lambda: _whole_files(release))
    return files.get(suffix)


def _whole_files(release: Release) -> dict[str, dict[str, Any]]:
    """The files of the whole registry by their suffix."""
    packed = {f"downloads/records.{suffix}{end}": suffix for suffix in _EXACT for end in (".gz", "")}
    return {
        packed[entry["path"]]: entry
        for entry in release.manifest["files"]
        if packed.get(entry["path"]) and entry.get("rows")
    }
