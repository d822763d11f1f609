"""Every published table is described once, as it really is."""

import pyarrow as pa
import pytest

from exemptions.catalog_entries import CatalogName
from exemptions.catalog_export import catalog_table
from exemptions.catalogs import load_catalogs
from exemptions.column_words import code_words, source_words
from exemptions.columns import COLUMN, Column, Disclosure, Kind, exchange_type
from exemptions.disclosure import GOVERNED
from exemptions.published_tables import TABLES, PublishedTable
from exporters.tables import SCHEMAS

COLUMNS = [
    pytest.param(column, id=f"{table.name}.{column.key}") for table in TABLES.values() for column in table.columns
]


def published_types(table: PublishedTable) -> dict[str, pa.DataType]:
    """The columns of a release's table as others receive them: money in quetzales."""
    quetzales = {"amount_cents": "amount_gtq", "gdp_cents": "gdp_gtq"}
    return {quetzales.get(f.name, f.name): f.type for f in SCHEMAS[table.name]}


@pytest.mark.parametrize("name", SCHEMAS)
def test_table__is_described_as_it_is_written(name: str) -> None:
    table = TABLES[name]
    types = published_types(table)
    assert [column.key for column in table.columns] == list(types)
    for column in table.columns:
        expected = pa.int64() if column.kind is Kind.MONEY else exchange_type(column)
        assert types[column.key] == expected, column.key


@pytest.mark.parametrize("name", CatalogName)
def test_catalogue__is_described_as_it_is_written(name: CatalogName) -> None:
    written, table = catalog_table(load_catalogs(), name), TABLES[f"catalog_{name}"]
    assert [column.key for column in table.columns] == written.column_names
    for column in table.columns:
        values = written.column(column.key)
        assert values.type == exchange_type(column), column.key
        assert column.nullable or not values.null_count, column.key
        if column.choices:
            assert set(values.drop_null().to_pylist()) <= set(column.choices), column.key


@pytest.mark.parametrize("column", COLUMNS)
def test_column__is_told_whole_in_both_languages(column: Column) -> None:
    told = [source_words(column), *(code_words(column, code) for code in column.choices)]
    assert all(text.es.strip() and text.en.strip() for text in told)
    assert all((column.es, column.en, column.about_es, column.about_en))
    assert column.catalog is None or column.catalog in set(CatalogName)


@pytest.mark.parametrize("column", COLUMNS)
def test_column__that_follows_another_names_one_that_the_policy_governs(column: Column) -> None:
    if column.disclosure is Disclosure.FOLLOWS:
        assert column.follows in GOVERNED
        assert column.follows in COLUMN
    else:
        assert column.follows is None


def test_key__is_made_of_columns_that_are_always_there() -> None:
    for table in TABLES.values():
        assert all(not table.column(key).nullable for key in table.key), table.name
        assert not table.of_records or table.column("record_id"), table.name
