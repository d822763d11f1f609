"""The columns of a record as its page tells them: in groups, with what each means and where it comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from api.pages.language import page_url
from api.pages.texts import LazyString
from api.pages.texts import lazy_gettext as _l
from api.pages.values import Item, Reader, Shown, as_day, column_label, show
from exemptions.column_words import source_words
from exemptions.columns import COLUMN, Kind

CODE_AND_NAME = ("exempt_type", "category", "activity", "department", "municipality")
"""Columns with a column of names beside them; the page shows both in one line."""

WITH_STATE = {"jobs": ("jobs_status", "jobs_year", "jobs_kind"), "amount_gtq": ("amount_status", "amount_year")}
"""Columns whose line also tells those beside them."""

GROUPS: tuple[tuple[LazyString, tuple[str, ...]], ...] = (
    (
        _l("El beneficio"),
        (
            "exempt_type",
            "category",
            "permanence",
            "legal_basis",
            "authority",
            "taxes",
            "resolution",
            "valid_from",
            "valid_until",
            "status",
            "status_reason",
        ),
    ),
    (_l("El contribuyente"), ("name", "nit", "person_kind", "activity", "department", "municipality")),
    (_l("Empleos e impuesto no pagado"), ("jobs", "amount_gtq")),
    (_l("Este registro"), ("record_id", "withheld_fields", "first_release", "changed_release")),
)

_FILTERED_BY = {
    "exempt_type": "type",
    "category": "category",
    "authority": "authority",
    "permanence": "permanence",
    "activity": "activity",
    "department": "department",
    "municipality": "municipality",
}
"""Column → parameter of the search that finds the records with the same value."""


@dataclass(frozen=True, slots=True)
class FieldLine:
    """One line of a record: what it is, its value, what it means, where it comes from."""

    key: str
    label: str
    shown: Shown
    about: str
    source: str
    search_url: str
    """The search for all records with the same value; empty where there is none."""
    iso: str
    """The value for machines where it is a day."""
    release: int
    """The release that brought the value."""


@dataclass(frozen=True, slots=True)
class FieldGroup:
    title: str
    lines: tuple[FieldLine, ...]


def field_groups(item: Item, origins: Mapping[str, int], reader: Reader) -> tuple[FieldGroup, ...]:
    """Every published column of a record, in groups; `origins` tells the release that brought each."""
    return tuple(
        FieldGroup(str(title), tuple(_line(item, key, origins, reader) for key in keys)) for title, keys in GROUPS
    )


def told_columns() -> Iterator[str]:
    """The columns that the groups tell, together with those told on another's line."""
    for _title, keys in GROUPS:
        for key in keys:
            yield key
            yield from _told_with(key)


def _line(item: Item, key: str, origins: Mapping[str, int], reader: Reader) -> FieldLine:
    column = COLUMN[key]
    parameter = _FILTERED_BY.get(key)
    value = item[key]
    return FieldLine(
        key=key,
        label=column_label(key, reader.lang),
        shown=show(item, key, reader),
        about=column.about(reader.lang),
        source=source_words(column).text(reader.lang),
        search_url=page_url("search", **{parameter: value}) if parameter and value else "",
        iso=as_day(value).isoformat() if column.kind is Kind.DATE and value else "",
        release=max(origins[told] for told in (key, *_told_with(key))),
    )


def _told_with(key: str) -> tuple[str, ...]:
    """The columns told on the line of another one."""
    return (*WITH_STATE.get(key, ()), *((f"{key}_name",) if key in CODE_AND_NAME else ()))
