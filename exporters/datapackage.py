"""The Data Package of a release: what its files are, with a Table Schema for each that holds a table.

Source: Data Package 2.0 (datapackage.org/standard).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from exemptions.column_words import code_words, source_words
from exemptions.columns import LIST_SEPARATOR, Column, Kind
from exemptions.published_tables import CATALOG_PREFIX, RECORDS, PublishedTable
from exporters.licences import find_licence
from exporters.published_files import PublishedFile, list_published

PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
TITLE = "Registro abierto de exenciones tributarias de Guatemala"
TITLE_EN = "Open registry of tax exemptions of Guatemala"
ABOUT = (
    "Quiénes no pagan impuestos en Guatemala, por qué ley, desde cuándo y hasta cuándo, con empleos, montos, sucesos y "
    "las estimaciones oficiales del gasto tributario."
)
ABOUT_EN = (
    "Who does not pay taxes in Guatemala, under which law, since when and until when, with jobs, amounts, events and "
    "the official estimates of tax expenditure."
)
KEYWORDS = (
    "exenciones tributarias", "incentivos fiscales", "gasto tributario", "transparencia fiscal", "Guatemala",
    "tax exemptions", "tax incentives", "tax expenditure", "GT-NIT",
)  # fmt: skip

_INVENTED = "Datos inventados de demostración: ningún nombre, NIT ni beneficio es verdadero. "

_FORMATS: Mapping[str, str] = {"parquet": "apache-parquet", "ndjson": "json-lines", "xlsx": "office-open-xml"}
"""Form → `format`, where it is not the suffix: programs that know the suffix read such files in a way of their own,
which the lists of Parquet or the cover of a workbook upset, instead of comparing size and hash."""

_TYPES: Mapping[Kind, Mapping[str, str]] = {
    Kind.TEXT: {"type": "string"},
    Kind.CODE: {"type": "string"},
    Kind.LIST: {"type": "string"},
    Kind.DATE: {"type": "date"},
    Kind.INTEGER: {"type": "integer"},
    Kind.MONEY: {"type": "number"},
    Kind.NUMBER: {"type": "number"},
    Kind.BOOLEAN: {"type": "boolean"},
}

PATTERNS: Mapping[str, str] = {"record_id": "[0-9a-z]{16}", "nit": "[0-9]+[0-9K]", "period": "[0-9]{4}(-T[1-4])?"}
"""Column → the shape of its values, whole."""
_UNITS_FROM_ZERO = frozenset({"jobs", "kW", "taxpayers", "years"})
"""Units that are counted: no value is below zero. Amounts of money may be."""


def build_data_package(manifest: Mapping[str, Any], *, base: str = "", homepage: str = "") -> dict[str, Any]:
    """The descriptor of a release.

    `base` goes before the path of every file: empty beside the files, which are told as they are stored; at the root
    of the site `downloads/<n>/`, where compressed ones are told plain, as their addresses give them.
    """
    files = list_published(manifest)
    tables = {file.table.name for file in files if file.table and file.form == "csv"}
    publisher = manifest["publisher"]
    package: dict[str, Any] = {
        "$schema": PROFILE,
        "name": f"exenciones-guatemala-{manifest['release']}",
        "title": f"{TITLE}, publicación {manifest['release']}",
        "description": (_INVENTED if manifest["demonstration"] else "") + ABOUT,
        "title_en": f"{TITLE_EN}, release {manifest['release']}",
        "description_en": ABOUT_EN,
        "version": str(manifest["release"]),
        "created": manifest["published_at"],
        "status_date": manifest["status_date"],
        "keywords": list(KEYWORDS),
        "contributors": [
            {"title": publisher["name"] or TITLE, "roles": ["publisher"]}
            | ({"path": publisher["url"]} if _is_web(publisher["url"]) else {})
            | ({"email": manifest["contact"]} if _is_mail(manifest["contact"]) else {})
        ],
        "sources": _sources(manifest),
        "resources": [_resource(file, base, tables) for file in files],
    }
    licences = _licences(manifest)
    if licences:
        package["licenses"] = licences
    if homepage:
        package["homepage"] = homepage
    return package


def build_table_schema(table: PublishedTable, tables: Collection[str] = ()) -> dict[str, Any]:
    """The Table Schema of a table in CSV; `tables` are those beside it that it may refer to."""
    schema: dict[str, Any] = {
        "$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
        "fields": [_field(column, is_key=table.key == (column.key,)) for column in table.columns],
        "missingValues": [""],
    }
    if table.key:
        schema["primaryKey"] = list(table.key)
    references = [
        {"fields": [key], "reference": {"resource": other, "fields": [target]}}
        for key, other, target in list_references(table)
        if other in tables
    ]
    if references:
        schema["foreignKeys"] = references
    return schema


def list_references(table: PublishedTable) -> list[tuple[str, str, str]]:
    """The columns whose values another table lists, with that table and its column."""
    found = [("record_id", RECORDS, "record_id")] if table.of_records else []
    return found + [
        (column.key, f"{CATALOG_PREFIX}{column.catalog}", "code")
        for column in table.columns
        if column.catalog and column.kind is Kind.CODE
    ]


def _resource(file: PublishedFile, base: str, tables: Collection[str]) -> dict[str, Any]:
    is_csv = file.form == "csv"
    stem = file.name.partition(".")[0]
    resource: dict[str, Any] = {
        "name": stem if is_csv else file.name.replace(".", "-").lower(),
        "path": f"{base}{file.name}" if base else file.path,
        "format": _FORMATS.get(file.form, file.form),
        "mediatype": file.media_type,
        "bytes": file.plain_bytes if base else file.size_bytes,
        "hash": f"sha256:{file.plain_sha256 if base else file.sha256}",
    }
    if file.form in ("csv", "json", "ndjson", "txt"):
        resource["encoding"] = "utf-8"
    if file.table is None:
        return resource
    resource |= {
        "title": file.table.title.es,
        "description": file.table.about.es,
        "title_en": file.table.title.en,
        "description_en": file.table.about.en,
    }
    # A workbook has labels for a header and a cover, so the schema is that of the other forms alone.
    if file.form != "xlsx":
        resource["schema"] = build_table_schema(file.table, tables if is_csv else ())
    if is_csv:
        # Readers count the rows of tables that they read themselves, and compare.
        rows = {} if file.rows is None else {"rows": file.rows}
        resource |= {"type": "table", "dialect": {"lineTerminator": "\r\n"}, **rows}
    return resource


def _field(column: Column, *, is_key: bool) -> dict[str, Any]:
    field: dict[str, Any] = {
        "name": column.key,
        **_TYPES[column.kind],
        "title": column.es,
        "description": column.about_es,
        "title_en": column.en,
        "description_en": column.about_en,
        "source": source_words(column).es,
        "disclosure": column.disclosure.value if column.follows is None else f"follows {column.follows}",
    }
    if column.unit:
        field["unit"] = column.unit
    if column.kind is Kind.LIST:
        field["separator"] = LIST_SEPARATOR
    if column.choices:
        field["categories"] = [{"value": code, "label": code_words(column, code).es} for code in column.choices]
    constraints = _constraints(column, is_key=is_key)
    if constraints:
        field["constraints"] = constraints
    return field


def _constraints(column: Column, *, is_key: bool) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if not column.nullable:
        found["required"] = True
    if is_key:
        found["unique"] = True
    if column.choices:
        found["enum"] = [str(code) for code in column.choices]
    if column.key in PATTERNS:
        found["pattern"] = PATTERNS[column.key]
    if column.unit in _UNITS_FROM_ZERO:
        found["minimum"] = 0
    return found


def _licences(manifest: Mapping[str, Any]) -> list[dict[str, str]]:
    name, url = manifest["license"]["name"], manifest["license"]["url"]
    known = find_licence(url)
    licence = (
        ({"name": known.spdx} if known else {})
        | ({"path": url} if _is_web(url) else {})
        | ({"title": name} if name else {})
    )
    return [licence] if "name" in licence or "path" in licence else []


def _sources(manifest: Mapping[str, Any]) -> list[dict[str, str]]:
    if manifest["demonstration"]:
        return [{"title": "Datos inventados de demostración (invented demonstration data)"}]
    return [
        {"title": "Superintendencia de Administración Tributaria (SAT): registro de exentos y montos"},
        {"title": "Ministerio de Economía (MINECO): empleos"},
        {"title": "Ministerio de Energía y Minas (MEM): proyectos de energía renovable"},
        {"title": "SAT y Ministerio de Finanzas Públicas (MINFIN): gasto tributario"},
    ]


def _is_web(text: str | None) -> bool:
    return bool(text) and str(text).startswith(("https://", "http://"))


def _is_mail(text: str | None) -> bool:
    return bool(text) and "@" in str(text) and " " not in str(text) and ":" not in str(text)
