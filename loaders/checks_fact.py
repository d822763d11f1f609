"""What the facts about records have in common: whose they are, whether the registry has that record, and their keys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from exemptions.columns import PersonKind
from exemptions.content import KEY
from exemptions.datasets import DATASET_COLUMNS, Dataset, Mode
from exemptions.fact_content import FACTS
from loaders.checks import Check, Context, empty_book, is_unreadable, value
from loaders.checks_codes import category_checks, parse_category
from loaders.checks_taxpayer import is_cui, is_invalid_cui, nit_checks, read_nit
from loaders.rules import WHOLE_ROW

_NATURAL, _PRESENT = "nit.natural", "record.present"
_FIRST_ROW = "fact.first_row"
_ENERGY_CATEGORY = "ENR"
"""The only category of renewable-energy projects (Decree 52-2003); their files do not name it."""

VALUES_OF_RECORD: Mapping[str, str] = {
    "valid_from": "record.valid_from",
    "valid_until": "record.valid_until",
    "status": "record.status",
    "jobs": "record.jobs",
    "jobs_year": "record.jobs_year",
    "jobs_kind": "record.jobs_kind",
    "amount_cents": "record.amount_cents",
    "amount_year": "record.amount_year",
}
"""Column of the registry → where the frame of a fact's file has it; null in a row whose record is absent."""


def parse_record(frame: pl.DataFrame, context: Context, *, dataset: Dataset) -> pl.DataFrame:
    """The frame with whose fact each row is, and what the standing registry says of that record.

    The file does not tell the kind of person, so an identity card's number counts only if the registry has it.
    """
    registry = context.standing(Dataset.REGISTRY)
    if dataset is Dataset.ENERGY:
        frame = frame.with_columns(pl.lit(_ENERGY_CATEGORY).alias("category"))
    frame = parse_category(read_nit(frame), context.catalogs)
    people = registry.filter(pl.col("person_kind") == PersonKind.NATURAL.value).get_column("nit")
    known = value("nit").is_in(people.implode())
    return (
        frame.with_columns(known.alias(_NATURAL), pl.col("resolution").fill_null("").alias("resolution.value"))
        .with_columns(pl.when(~is_cui() | pl.col(_NATURAL)).then(value("nit")).alias("nit.value"))
        .join(_records(registry), on=[f"{key}.value" for key in KEY], how="left", maintain_order="left")
    )


def record_checks(context: Context, *, dataset: Dataset) -> Iterator[Check]:
    """The checks of whose fact a row is."""
    yield from nit_checks()
    yield Check("cui_invalido", "nit", is_invalid_cui())
    yield Check("cui_sin_registro", "nit", is_cui() & ~pl.col(_NATURAL))
    if dataset is not Dataset.ENERGY:
        yield from category_checks(context.catalogs)
    named = value("nit").is_not_null() & value("category").is_not_null()
    key = {"nit": value("nit"), "category": value("category"), "resolution": value("resolution")}
    yield Check("registro_ausente", WHOLE_ROW, named & pl.col(_PRESENT).is_null(), key)


def find_duplicates(frame: pl.DataFrame, *, dataset: Dataset, required: Sequence[str]) -> pl.DataFrame:
    """The frame with the first row of each row's key; a row that lacks a part of it has none."""
    keys = FACTS[dataset].key
    # What is not understood is not the same as what is blank.
    known = pl.all_horizontal(value(key).is_not_null() for key in required) & ~pl.any_horizontal(
        is_unreadable(key) for key in keys
    )
    first = pl.when(known).then(pl.col("row").filter(known).first().over([value(key) for key in keys]))
    return frame.with_columns(first.alias(_FIRST_ROW))


def duplicate_check(dataset: Dataset) -> Check:
    """The check that no key comes twice; it names the later row."""
    headers = {column.key: column.header for column in DATASET_COLUMNS[dataset]}
    names = ", ".join(headers[key] for key in FACTS[dataset].key if key in headers)
    detail = {"first_row": pl.col(_FIRST_ROW), "columns": pl.lit(names)}
    return Check("hecho_duplicado", WHOLE_ROW, pl.col(_FIRST_ROW) != pl.col("row"), detail)


def facts_beside(frame: pl.DataFrame, context: Context, *, dataset: Dataset) -> pl.DataFrame:
    """The facts of the book that will stand beside those of the file, under the names that the frame has them by.

    A file that replaces leaves nothing beside it within its scope, which is all that its rows are compared with.
    """
    spec = FACTS[dataset]
    key = [f"{name}.value" for name in spec.key]
    standing = context.standing(dataset) if context.mode is Mode.MERGE else empty_book(dataset)
    named = standing.select(pl.col(name).alias(f"{name}.value") for name in spec.schema)
    return named.join(frame.select(key), on=key, how="anti", nulls_equal=True)


def _records(registry: pl.DataFrame) -> pl.DataFrame:
    return registry.select(
        *(pl.col(key).alias(f"{key}.value") for key in KEY),
        *(pl.col(name).alias(alias) for name, alias in VALUES_OF_RECORD.items()),
        pl.lit(True).alias(_PRESENT),
    )
