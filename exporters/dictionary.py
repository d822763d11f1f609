"""The data dictionary: every column of every published table, in both languages, for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from exemptions.column_words import code_words, source_words
from exemptions.columns import LIST_SEPARATOR, Column, Disclosure, Kind, PersonKind
from exemptions.disclosure import RECORD, Level
from exemptions.errors import Sentence
from exemptions.published_tables import CATALOG_PREFIX, RECORDS, TABLES, PublishedTable
from exporters.csv_format import LINE_END

Rules = Sequence[Mapping[str, Any]]
"""The rules of disclosure of a release, as its `withheld.json` tells them under `policy`."""

OPEN_GROUND = "Decreto 57-2008, artículos 1 a 4 (máxima publicidad)"
"""Why what tells of no taxpayer is public: code lists, official estimates, what this registry computes itself."""

_LEVELS: Mapping[str, Sentence] = {
    Level.PUBLIC: Sentence("se publica", "published"),
    Level.MASKED: Sentence("se publica en parte", "published in part"),
    Level.COUNT_ONLY: Sentence("solo se cuenta", "only counted"),
    Level.WITHHELD: Sentence("no se publica", "not published"),
}
_KINDS: Mapping[str, Sentence] = {
    "*": Sentence("todas las personas", "all persons"),
    PersonKind.LEGAL: Sentence("personas jurídicas", "legal persons"),
    PersonKind.NATURAL: Sentence("personas individuales", "natural persons"),
}
_PERMANENCE: Mapping[str, Sentence] = {
    "permanent": Sentence("beneficios permanentes", "permanent benefits"),
    "temporary": Sentence("beneficios temporales", "temporary benefits"),
}


def disclosure_words(column: Column) -> Sentence:
    """Who decides whether a value of the column is published."""
    match column.disclosure:
        case Disclosure.ALWAYS:
            return Sentence("siempre se publica", "always published")
        case Disclosure.POLICY:
            return Sentence(
                "según la política, por clase de persona y categoría", "by the policy, by kind of person and category"
            )
        case Disclosure.FOLLOWS:
            return Sentence(
                f"como la columna {column.follows} de los registros", f"like the column {column.follows} of the records"
            )


def rules_of(table: PublishedTable, column: Column, rules: Rules) -> list[Mapping[str, Any]]:
    """The rules of disclosure that decide about a column; of one that is always published, those about its records."""
    if column.disclosure is Disclosure.ALWAYS and table.name != RECORDS and not table.of_records:
        return []
    field = RECORD if column.disclosure is Disclosure.ALWAYS else column.follows or column.key
    return [rule for rule in rules if field in rule["fields"]]


def rule_scope(rule: Mapping[str, Any]) -> Sentence:
    """What a rule decides, and of whom."""

    def told(lang: str) -> str:
        about = [_KINDS[rule["person_kind"]].text(lang)]
        if rule["permanence"] != "*":
            about.append(_PERMANENCE[rule["permanence"]].text(lang))
        if rule["categories"] != "*":
            about.append(", ".join(rule["categories"]))
        level = _LEVELS[rule["level"]].text(lang)
        if rule["threshold"] is not None:
            level += Sentence(f" si es menor de {_bound(rule)}", f" if below {_bound(rule)}").text(lang)
        return f"{'; '.join(about)}: {level}"

    return Sentence(told("es"), told("en"))


def rule_words(rule: Mapping[str, Any]) -> Sentence:
    """The same with its legal ground, which is cited in Spanish."""
    scope = rule_scope(rule)
    return Sentence(f"{scope.es} ({rule['ground']})", f"{scope.en} ({rule['ground']})")


def ground_words(table: PublishedTable, column: Column, rules: Rules) -> Sentence:
    """The legal ground of what is done with a column's values."""
    deciding = [rule_words(rule) for rule in rules_of(table, column, rules)]
    if not deciding:
        return Sentence(OPEN_GROUND, OPEN_GROUND)
    return Sentence(" | ".join(text.es for text in deciding), " | ".join(text.en for text in deciding))


def build_dictionary(tables: Iterable[PublishedTable], rules: Rules) -> list[dict[str, Any]]:
    """Every table with its columns, as values that JSON can hold."""
    return [
        {
            "table": table.name,
            **_both("title", table.title),
            **_both("about", table.about),
            "key": list(table.key),
            "columns": [_described(table, column, rules) for column in table.columns],
        }
        for table in tables
    ]


def dictionary_rows(tables: Iterable[PublishedTable], rules: Rules) -> Iterator[tuple[object, ...]]:
    """The same with a row for each column; its values are those of the columns of the table `dictionary`."""
    for table in tables:
        for position, column in enumerate(table.columns, 1):
            source, shown = source_words(column), disclosure_words(column)
            ground = ground_words(table, column, rules)
            values = [(code, code_words(column, code)) for code in column.choices]
            yield (
                table.name, position, column.key, column.kind.value, column.unit, column.nullable,
                column.es, column.en, column.about_es, column.about_en, source.es, source.en, shown.es, shown.en,
                ground.es, ground.en, _catalog_of(column),
                LIST_SEPARATOR.join(column.choices) or None,
                " | ".join(f"{code}: {words.es}" for code, words in values) or None,
                " | ".join(f"{code}: {words.en}" for code, words in values) or None,
            )  # fmt: skip


def dictionary_types() -> dict[str, pl.DataType]:
    """The columns of those rows with their types."""
    types = {Kind.INTEGER: pl.Int64(), Kind.BOOLEAN: pl.Boolean()}
    return {column.key: types.get(column.kind, pl.String()) for column in TABLES["dictionary"].columns}


def write_dictionary_csv(tables: Iterable[PublishedTable], rules: Rules) -> bytes:
    """Those rows as CSV."""
    frame = pl.DataFrame(list(dictionary_rows(tables, rules)), schema=dictionary_types(), orient="row")
    return frame.write_csv(line_terminator=LINE_END).encode()


def rules_told(withheld: Mapping[str, Any]) -> Rules:
    """The rules of disclosure that a release's `withheld.json` tells; releases of long ago tell none."""
    rules: Rules = withheld.get("policy", ())
    return rules


def write_dictionary_json(tables: Iterable[PublishedTable], rules: Rules, *, release: int) -> bytes:
    """The dictionary as JSON, with the release that it belongs to."""
    content = {"release": release, "tables": build_dictionary(tables, rules)}
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


def _described(table: PublishedTable, column: Column, rules: Rules) -> dict[str, Any]:
    return {
        "column": column.key,
        "type": column.kind.value,
        "unit": column.unit,
        "nullable": column.nullable,
        **_both("title", Sentence(column.es, column.en)),
        **_both("about", Sentence(column.about_es, column.about_en)),
        **_both("source", source_words(column)),
        **_both("disclosure", disclosure_words(column)),
        **_both("ground", ground_words(table, column, rules)),
        "catalog": _catalog_of(column),
        "values": [{"value": str(code), **_both("about", code_words(column, code))} for code in column.choices],
    }


def _catalog_of(column: Column) -> str | None:
    return f"{CATALOG_PREFIX}{column.catalog}" if column.catalog else None


def _bound(rule: Mapping[str, Any]) -> str:
    """The threshold in the unit of the column: amounts are kept in cents."""
    is_money = "amount_gtq" in rule["fields"]
    return f"Q{rule['threshold'] / 100:,.2f}" if is_money else str(rule["threshold"])


def _both(key: str, text: Sentence) -> dict[str, str]:
    return {f"{key}_es": text.es, f"{key}_en": text.en}
