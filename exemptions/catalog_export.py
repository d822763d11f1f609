"""The catalogues as the public gets them: rows with lists for JSON, a flat table for CSV and the other files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from datetime import date
from typing import Any, get_type_hints

import pyarrow as pa

from exemptions.catalog_entries import (
    Activity,
    ActivityDivision,
    ActivitySection,
    Authority,
    CatalogName,
    Category,
    CategoryPersoneria,
    Department,
    ExemptType,
    ExpenditureGroup,
    Law,
    LegalCitation,
    Mechanism,
    Municipality,
    Personeria,
    RTUClass,
    RTUClassification,
    Scenario,
    Tax,
    TaxTreatment,
)
from exemptions.catalogs import Catalogs

_FIRST = ("code", "name_es", "name_en")
_CLASSES: Mapping[CatalogName, type[Any]] = {
    CatalogName.TYPES: ExemptType,
    CatalogName.CATEGORIES: Category,
    CatalogName.TAXES: Tax,
    CatalogName.MECHANISMS: Mechanism,
    CatalogName.AUTHORITIES: Authority,
    CatalogName.DEPARTMENTS: Department,
    CatalogName.MUNICIPALITIES: Municipality,
    CatalogName.ACTIVITY_SECTIONS: ActivitySection,
    CatalogName.ACTIVITY_DIVISIONS: ActivityDivision,
    CatalogName.ACTIVITIES: Activity,
    CatalogName.EXPENDITURE_GROUPS: ExpenditureGroup,
    CatalogName.LAWS: Law,
    CatalogName.RTU_PERSONERIAS: Personeria,
    CatalogName.SCENARIOS: Scenario,
}
_BRIEF: Mapping[type[Any], Callable[[Any], str]] = {
    str: str,
    TaxTreatment: lambda part: f"{part.tax}:{part.mechanism}",
    LegalCitation: lambda line: line.citation,
    CategoryPersoneria: lambda part: part.code,
    RTUClass: lambda part: f"{part.person}:{part.classification}/{part.type}",
    RTUClassification: lambda part: f"{part.person}:{part.classification}",
}


def catalog_rows(catalogs: Catalogs, name: CatalogName) -> list[dict[str, Any]]:
    """The entries of a catalogue as values that JSON can hold.

    Shape: one mapping per entry; `code`, `name_es` and `name_en` first; lists stay lists, and their parts mappings.
    An empty cell is null.
    Order: that of the catalogue.
    """
    columns = _columns(name)
    return [
        {column: _json_value(values[column]) for column in columns}
        for values in (asdict(entry) for entry in catalogs.entries(name).values())  # type: ignore[call-overload]
    ]


def catalog_table(catalogs: Catalogs, name: CatalogName) -> pa.Table:
    """A catalogue as a flat table.

    Shape: text, whole number, date or truth value per column, `code`, `name_es` and `name_en` first; a list is one text
    joined by `;`, a tax with its mechanism is `ISR:exencion` and an RTU class `legal:887/962`.
    Order: that of the catalogue.
    """
    entries = catalogs.entries(name).values()
    hints = catalog_fields(name)
    columns = {column: [_flat_value(getattr(entry, column)) for entry in entries] for column in hints}
    return pa.table({column: pa.array(values, _arrow_type(hints[column])) for column, values in columns.items()})


def catalog_fields(name: CatalogName) -> dict[str, Any]:
    """The columns of a catalogue with the Python type of each, in the order of its files."""
    hints = get_type_hints(_CLASSES[name])
    return {column: hints[column] for column in _columns(name)}


def _columns(name: CatalogName) -> tuple[str, ...]:
    others = (column.name for column in fields(_CLASSES[name]) if column.name not in _FIRST)
    return (*_FIRST, *others)


def _json_value(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_json_value(part) for part in value]
    if isinstance(value, dict):
        return {key: _json_value(part) for key, part in value.items()}
    return _text(value) if isinstance(value, str) else value


def _flat_value(value: object) -> object:
    if isinstance(value, tuple):
        return _text(";".join(_BRIEF[type(part)](part) for part in value))
    return _text(value) if isinstance(value, str) else value


def _text(value: str) -> str | None:
    """The text, or null for an empty cell, so that files and answers have one kind of nothing."""
    return str(value) or None


def _arrow_type(hint: Any) -> pa.DataType:
    if hint is bool:
        return pa.bool_()
    if hint in (int, int | None):
        return pa.int64()
    return pa.date32() if hint == date | None else pa.string()
