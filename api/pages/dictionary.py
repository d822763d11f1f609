"""The data dictionary: every published column and every value it may have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Response

from api.formatting import format_count
from api.pages.blueprint import pages
from api.pages.files import table_files
from api.pages.labels import CHOICE_MEANINGS, CHOICES, VALUE_STATE, VALUE_STATE_MEANING
from api.pages.language import page_url
from api.pages.links import Link
from api.pages.render import Context, answer_page, answer_plain, page_reader
from api.pages.texts import LazyString, ngettext
from api.pages.texts import gettext as _
from api.pages.texts import lazy_gettext as _l
from api.pages.values import Reader
from api.parameters import refuse_parameters
from api.releases_at import current_release
from api.v1.dictionary import PATH as DICTIONARY_PATH
from exemptions.catalog_columns import CATALOG_TITLES
from exemptions.catalog_entries import CatalogName
from exemptions.column_words import code_words, source_words
from exemptions.columns import COLUMN, Column, Disclosure, Kind, ValueState
from exemptions.errors import NothingPublished
from exemptions.published_tables import CATALOG_PREFIX, RECORDS, TABLES, PublishedTable
from exporters.dictionary import OPEN_GROUND, Rules, rule_scope, rules_of, rules_told

_INLINE_VALUES = 30
"""A catalogue up to this size is shown on the page itself; every catalogue has a page of its own."""

_KINDS: Mapping[Kind, LazyString] = {
    Kind.TEXT: _l("texto"),
    Kind.CODE: _l("código"),
    Kind.LIST: _l("lista de códigos, separados por punto y coma en CSV"),
    Kind.DATE: _l("fecha AAAA-MM-DD"),
    Kind.INTEGER: _l("número entero"),
    Kind.MONEY: _l("quetzales con dos decimales exactos"),
    Kind.NUMBER: _l("número con decimales"),
    Kind.BOOLEAN: _l("true o false"),
}


@dataclass(frozen=True, slots=True)
class ValueLine:
    """One value that a column may have."""

    code: str
    name: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Ground:
    """One decision about the values of a column, and the law that it rests on, as it is cited."""

    scope: str
    law: str


@dataclass(frozen=True, slots=True)
class ColumnEntry:
    """One column as the dictionary tells it."""

    key: str
    label: str
    about: str
    type: str
    empty: str
    unit: str
    source: str
    disclosure: str
    grounds: tuple[Ground, ...]
    values: tuple[ValueLine, ...]
    values_label: str
    catalog_url: str
    catalog_label: str


@dataclass(frozen=True, slots=True)
class TableEntry:
    """A table beside the records."""

    name: str
    title: str
    about: str
    columns: tuple[ColumnEntry, ...]


@dataclass(frozen=True, slots=True)
class DictionaryPage:
    """What the dictionary tells."""

    columns: tuple[ColumnEntry, ...]
    tables: tuple[TableEntry, ...]
    words: str
    """Language of the words that come from the tables of columns."""
    downloads: tuple[Link, ...]
    states: tuple[tuple[str, str], ...]


@pages.get("/diccionario", endpoint="dictionary")
def show_dictionary() -> Response:
    """Every column: its meaning, type, source and values. It needs no publication."""
    refuse_parameters()
    try:
        release = current_release()
    except NothingPublished:
        return answer_plain("dictionary.html", _context(page_reader(), ()))
    return answer_page(release, "dictionary.html", lambda: _context(page_reader(release), rules_told(release.withheld)))


def state_lines() -> tuple[tuple[str, str], ...]:
    """The ways in which a number can be missing, with their meaning."""
    missing = (ValueState.NOT_REPORTED, ValueState.NOT_APPLICABLE, ValueState.WITHHELD)
    return tuple((str(VALUE_STATE[state]), str(VALUE_STATE_MEANING[state])) for state in missing)


def _context(reader: Reader, rules: Rules) -> Context:
    return {
        "dictionary": DictionaryPage(
            columns=_entries(TABLES[RECORDS], reader, rules),
            tables=tuple(_table(table, reader, rules) for table in TABLES.values() if _is_told(table)),
            words="en" if reader.lang == "en" else "es",
            downloads=table_files(DICTIONARY_PATH, (), reader.lang),
            states=state_lines(),
        )
    }


def _is_told(table: PublishedTable) -> bool:
    """Whether the page explains a table: catalogues have pages of their own, and the dictionary is this one."""
    return table.name not in (RECORDS, "dictionary") and not table.name.startswith(CATALOG_PREFIX)


def _table(table: PublishedTable, reader: Reader, rules: Rules) -> TableEntry:
    return TableEntry(
        table.name, table.title.text(reader.lang), table.about.text(reader.lang), _entries(table, reader, rules)
    )


def _entries(table: PublishedTable, reader: Reader, rules: Rules) -> tuple[ColumnEntry, ...]:
    return tuple(_entry(table, column, reader, rules) for column in table.columns)


def _entry(table: PublishedTable, column: Column, reader: Reader, rules: Rules) -> ColumnEntry:
    values = _values(column, reader)
    deciding = rules_of(table, column, rules)
    return ColumnEntry(
        key=column.key,
        label=column.label(reader.lang),
        about=column.about(reader.lang),
        type=str(_KINDS[column.kind]),
        empty=_("sí") if column.nullable else _("no"),
        unit=column.unit or "",
        source=source_words(column).text(reader.lang),
        disclosure=_disclosure(column, reader),
        grounds=tuple(Ground(rule_scope(rule).text(reader.lang), rule["ground"]) for rule in deciding)
        or (Ground("", OPEN_GROUND),),
        values=values,
        values_label=ngettext("%(count)s valor", "%(count)s valores", len(values), count=format_count(len(values))),
        catalog_url=page_url("catalog", name=column.catalog) if column.catalog else "",
        catalog_label=_catalog_label(column, reader),
    )


def _values(column: Column, reader: Reader) -> tuple[ValueLine, ...]:
    if column.choices and CHOICES.get(column.key, {}).keys() != set(column.choices):
        return tuple(ValueLine(code, code_words(column, code).text(reader.lang)) for code in column.choices)
    if column.choices:
        words, meanings = CHOICES[column.key], CHOICE_MEANINGS[column.key]
        return tuple(ValueLine(code, str(words[code]), str(meanings[code])) for code in column.choices)
    if column.catalog is None:
        return ()
    entries = reader.catalogs.entries(CatalogName(column.catalog))
    if len(entries) > _INLINE_VALUES:
        return ()
    return tuple(ValueLine(code, reader.name_of(column.catalog, code)) for code in entries)


def _catalog_label(column: Column, reader: Reader) -> str:
    if column.catalog is None:
        return ""
    name = CatalogName(column.catalog)
    return _(
        "Catálogo: %(name)s (%(count)s)",
        name=CATALOG_TITLES[name].text(reader.lang),
        count=format_count(len(reader.catalogs.entries(name))),
    )


def _disclosure(column: Column, reader: Reader) -> str:
    match column.disclosure:
        case Disclosure.ALWAYS:
            return _("siempre se publica")
        case Disclosure.POLICY:
            return _("según la política, por clase de persona y categoría")
        case Disclosure.FOLLOWS:
            leader = COLUMN[column.follows or ""].label(reader.lang)
            return _("como «%(column)s»", column=leader)
