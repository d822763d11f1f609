"""Small invented files of facts: a clean row to change one value of, and the registry that it is compared with."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence

import polars as pl
import pyarrow as pa

from exemptions.catalogs import load_catalogs
from exemptions.datasets import DATASET_COLUMNS, Dataset, Mode
from exemptions.fact_content import FACTS
from exemptions.fact_history import current_schema
from exemptions.history import CURRENT_SCHEMA
from loaders.checks import Context, empty_book
from loaders.options import Header, SourceTable
from loaders.validate import Validated, validate
from tests.loaders.registry_files import CUTOFF, check, cui, nit, permanent, place, temporary

Row = Mapping[str, str]

PERSON = cui()
"""Of the only natural person in the registry below."""

REGISTRY = (
    temporary(1),
    temporary(2, amount_gtq="", amount_year="", jobs="", jobs_year="", jobs_kind=""),
    temporary(3, category="ZF_IND", resolution="ZF-3-2020", jobs="40"),
    temporary(4, category="ENR", resolution="MEM-4-2020", authority="MEM", jobs="", jobs_year="", jobs_kind=""),
    temporary(5, status="SUSPENDIDO"),
    temporary(6, nit=PERSON, person_kind="INDIVIDUAL", jobs="", jobs_year="", jobs_kind=""),
    permanent(7),
)


def jobs(number: int = 1, **values: str) -> dict[str, str]:
    """A clean row of jobs of the benefit with that number."""
    row = {"period": "2024", "kind": "REPORTADO", "jobs": "25", "source": "Boleta anual"}
    return _record(number) | row | values


def amount(number: int = 1, **values: str) -> dict[str, str]:
    """A clean row of amounts of the benefit with that number."""
    row = {"year": "2024", "tax": "ISR", "mechanism": "EXONERACION", "amount_gtq": "1,200.50", "source": "Declaración"}
    return _record(number) | row | values


def energy(number: int = 4, **values: str) -> dict[str, str]:
    """A clean energy project of the benefit with that number."""
    row = {
        "project": "SOLAR MESETA DE NIEBLA",
        "technology": "SOLAR",
        "capacity_mw": "4.35",
        "municipality": "1609",
        "valid_from": "2020-12-04",
        "valid_until": "2030-12-03",
    }
    record = _record(number)
    del record["category"]
    return record | row | values


def event(number: int = 1, **values: str) -> dict[str, str]:
    """A clean suspension of the benefit with that number."""
    row = {
        "event": "SUSPENSION",
        "date": "2023-02-01",
        "until": "2023-05-31",
        "reason": "Incumplimiento ante el IGSS",
        "legal_basis": "Art. 43 bis, Decreto 29-89",
    }
    return _record(number) | row | values


def estimate(**values: str) -> dict[str, str]:
    """A clean total of tax expenditure, some 2.5 % of a product of 100,000 millions."""
    row = {
        "year": "2024",
        "partition": "total",
        "key": "TOTAL",
        "group": "Gasto tributario total",
        "amount_millions": "2,500.00",
        "pct_gdp": "2.5",
        "report": "Informe A",
        "method_version": "2021",
        "source_url": "https://example.org/informe-a",
    }
    return row | values


def part(partition: str, key: str, millions: str, **values: str) -> dict[str, str]:
    """A figure of one partition of the same year and report, without a percentage."""
    return estimate(partition=partition, key=key, group="", amount_millions=millions, pct_gdp="", **values)


def product(**values: str) -> dict[str, str]:
    """A clean year of the gross domestic product."""
    row = {
        "year": "2024",
        "deflator": "118.53",
        "base_year": "2013",
        "gdp_millions": "100000.25",
        "source": "Banco de Guatemala",
    }
    return row | values


def standing_registry(*records: Row) -> pl.DataFrame:
    """The records as the book holds them."""
    if not records:
        return empty_book(Dataset.REGISTRY)
    content = check(*records).content
    assert content is not None
    absent = [pl.lit(None, kind).alias(key) for key, kind in CURRENT_SCHEMA.items() if key not in content.columns]
    return content.with_columns(absent).select(CURRENT_SCHEMA.keys())


def check_facts(
    dataset: Dataset,
    *rows: Row,
    book: Sequence[Row] = (),
    mode: Mode = Mode.REPLACE,
    registry: Sequence[Row] = REGISTRY,
    estimates: Sequence[Row] = (),
    products: Sequence[Row] = (),
) -> Validated:
    """What validation says of the rows, the first of which stands in row 2, beside the facts of the book."""
    known = standing_registry(*registry)
    facts = {Dataset.EXPENDITURE: _standing_facts(Dataset.EXPENDITURE, estimates, known)}
    facts[Dataset.MACRO] = _standing_facts(Dataset.MACRO, products, known)
    facts[dataset] = _standing_facts(dataset, book, known)

    def standing(wanted: Dataset) -> pl.DataFrame:
        return known if wanted is Dataset.REGISTRY else facts[wanted]

    context = Context(load_catalogs(), CUTOFF, mode=mode, standing=standing)
    return validate(fact_source(dataset, *rows), dataset=dataset, context=context)


def found_facts(dataset: Dataset, *rows: Row) -> list[tuple[int | None, str, str]]:
    """Row, key and rule of everything found in the rows."""
    return [place(finding) for finding in check_facts(dataset, *rows).findings]


def content_of(dataset: Dataset, row: Row) -> dict[str, object]:
    """The content that one row gives; there may be warnings."""
    content = check_facts(dataset, row).content
    assert content is not None
    return content.row(0, named=True)


def fact_source(dataset: Dataset, *rows: Row) -> SourceTable:
    """The rows as a reader gives them, with every column of the dataset."""
    headers = {column.key: column.header for column in DATASET_COLUMNS[dataset]}
    numbers = pa.array(range(2, 2 + len(rows)), pa.int64())
    columns = {key: pa.array([row.get(key, "") for row in rows], pa.string()) for key in headers}
    return SourceTable(pa.table({"row": numbers, **columns}), Header(1, tuple(headers.values()), tuple(headers)))


def fact_csv(dataset: Dataset, *rows: Row) -> str:
    """The rows as a CSV with our headers."""
    headers = {column.key: column.header for column in DATASET_COLUMNS[dataset]}
    sink = io.StringIO()
    writer = csv.writer(sink, lineterminator="\n")
    writer.writerow(headers.values())
    writer.writerows([row.get(key, "") for key in headers] for row in rows)
    return sink.getvalue()


def _record(number: int) -> dict[str, str]:
    record = REGISTRY[number - 1]
    return {"nit": record["nit"], "category": record["category"], "resolution": record.get("resolution", "")}


def _standing_facts(dataset: Dataset, rows: Sequence[Row], registry: pl.DataFrame) -> pl.DataFrame:
    if not rows:
        return empty_book(dataset)

    def standing(wanted: Dataset) -> pl.DataFrame:
        return registry if wanted is Dataset.REGISTRY else empty_book(wanted)

    context = Context(load_catalogs(), CUTOFF, standing=standing)
    content = validate(fact_source(dataset, *rows), dataset=dataset, context=context).content
    assert content is not None
    return content.with_columns(pl.lit(None, pl.Int64).alias("version_id")).select(
        current_schema(FACTS[dataset]).keys()
    )


__all__ = [
    "PERSON",
    "REGISTRY",
    "amount",
    "check_facts",
    "content_of",
    "energy",
    "estimate",
    "event",
    "fact_csv",
    "found_facts",
    "jobs",
    "nit",
    "part",
    "product",
]
