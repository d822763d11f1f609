"""Metadata of a CSV file for programs that know CSVW: the type of each column, lists, keys, words in both languages.

Source: W3C, Metadata Vocabulary for Tabular Data (2015), §5; Model for Tabular Data, §5.3 (where it is looked for).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from exemptions.columns import LIST_SEPARATOR, Column, Kind
from exemptions.errors import Sentence
from exemptions.published_tables import PublishedTable
from exporters.datapackage import PATTERNS

CSVW_MEDIA_TYPE = "application/csvm+json"

_DATATYPES: Mapping[Kind, str] = {
    Kind.TEXT: "string",
    Kind.CODE: "string",
    Kind.LIST: "string",
    Kind.DATE: "date",
    Kind.INTEGER: "integer",
    Kind.MONEY: "decimal",
    Kind.NUMBER: "double",
    Kind.BOOLEAN: "boolean",
}


def build_csvw(
    table: PublishedTable,
    *,
    url: str,
    manifest: Mapping[str, Any],
    columns: Sequence[Column] | None = None,
) -> dict[str, Any]:
    """The metadata of one CSV of a table; `url` is its address, seen from that of the metadata.

    `columns` are those of the file in its order where it has not all of the table.
    """
    told = table.columns if columns is None else tuple(columns)
    keys = {column.key for column in told}
    schema: dict[str, Any] = {"columns": [_column(column) for column in told]}
    if table.key and keys.issuperset(table.key):
        schema["primaryKey"] = list(table.key)
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "es"}],
        "url": url,
        "dc:title": _both(table.title),
        "dc:description": _both(table.about),
        "dc:issued": {"@value": manifest["published_at"], "@type": "xsd:dateTime"},
        "schema:version": str(manifest["release"]),
        "dialect": {"encoding": "utf-8", "header": True, "lineTerminators": ["\r\n", "\n"]},
        "tableSchema": schema,
        **_publisher(manifest),
        **_licence(manifest),
    }


def _column(column: Column) -> dict[str, Any]:
    described: dict[str, Any] = {
        "name": column.key,
        # The first title is the header of the file; the others are for people.
        "titles": {"und": column.key, "es": column.es, "en": column.en},
        "dc:description": _both(Sentence(column.about_es, column.about_en)),
        "datatype": _datatype(column),
        "required": not column.nullable,
    }
    if column.kind is Kind.LIST:
        described["separator"] = LIST_SEPARATOR
    if column.unit:
        described["schema:unitText"] = column.unit
    return described


def _datatype(column: Column) -> Any:
    base = _DATATYPES[column.kind]
    if column.kind is Kind.BOOLEAN:
        return {"base": base, "format": "true|false"}
    if column.choices:
        return {"base": base, "format": "|".join(column.choices)}
    if column.key in PATTERNS:
        return {"base": base, "format": PATTERNS[column.key]}
    return base


def _both(text: Sentence) -> list[dict[str, str]]:
    return [{"@value": text.es, "@language": "es"}, {"@value": text.en, "@language": "en"}]


def _publisher(manifest: Mapping[str, Any]) -> dict[str, Any]:
    name, url = manifest["publisher"]["name"], manifest["publisher"]["url"]
    told = ({"schema:name": name} if name else {}) | ({"schema:url": {"@id": url}} if url else {})
    return {"dc:publisher": told} if told else {}


def _licence(manifest: Mapping[str, Any]) -> dict[str, Any]:
    name, url = manifest["license"]["name"], manifest["license"]["url"]
    if url:
        return {"dc:license": {"@id": url}}
    return {"dc:license": name} if name else {}
