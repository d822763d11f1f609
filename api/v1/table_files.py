"""Any table that the API answers, in every format of the registry: one route for each, and one way to make them all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl
import pyarrow as pa
from flask import Response

from api.files import HEADINGS, Headings, Rows, answer_file, file_schema, headings_parameters, read_headings
from api.negotiation import require_acceptable
from api.parameters import take_parameter
from api.provenance import Origin, Params
from api.spec import Document
from api.v1.blueprints import v1
from exemptions.columns import Column
from exemptions.published_tables import TABLES
from exemptions.release import Release
from exporters.formats import FORMATS, Format
from exporters.frames import to_record_batch

Describe = Callable[[str, str, dict[str, object], tuple[str, str]], Document]
"""Gives the document of a route, from operation id, suffix, media and summary."""

ALL = tuple(FORMATS)


@dataclass(frozen=True, slots=True)
class AskedTable:
    """The table that a request asks for."""

    release: Release
    make: Callable[[], pl.DataFrame | pa.RecordBatch]
    params: Params
    """What decides what is in it, the choice of the release included."""
    pinned: bool
    fields: tuple[str, ...] = ()
    """The columns that are wanted; all of them without."""
    table: TableFiles | None = None
    """The table that the path names, where one rule is that of several."""


@dataclass(frozen=True, slots=True)
class TableFiles:
    """A table with its address, its name and what its columns are."""

    path: str
    """Below the API, without suffix."""
    operation: str
    """What stands between `export` and the format in the names of its operations."""
    title: tuple[str, str]
    name: str
    """Of the file, after the release's."""
    words: Mapping[str, Column]


def add_table_files(table: TableFiles, describe: Describe, ask: Callable[..., AskedTable]) -> None:
    """Add the routes that give a small table as a file, one for each format.

    `ask` gets the parts of the path and reads the request, whose parameter of labels is read already.
    """
    for form in FORMATS.values():
        _add(table, form, describe, ask)


def words_of(table: str) -> Mapping[str, Column]:
    """What the columns of a published table are, by key."""
    return {column.key: column for column in TABLES[table].columns}


def describe_file(describe: Describe, form: Format, operation: str, title: tuple[str, str]) -> Document:
    """The document of one format of a table."""
    told = describe(
        f"export{operation}{form.name.capitalize()}",
        form.suffix,
        {form.essence: {"type": "array", "items": {"type": "object"}} if form.name == "json" else file_schema(form)},
        (f"{title[0]}, en {form.title}", f"{title[1]}, as {form.title}"),
    )
    told["parameters"] = [*told.get("parameters", ()), *headings_parameters(form)]
    if form.name == "xlsx":
        told["responses"].setdefault("422", {"$ref": "#/components/responses/Problem422"})
    return told


def take_headings(form: Format) -> Headings:
    """The labels that this request asks for; afterwards its parameters are only those of the table.

    Raises: InvalidQuery, NotAcceptable.
    """
    params = {HEADINGS: take_parameter(HEADINGS)} if form.is_labelled else {}
    headings = read_headings(form, params)
    require_acceptable(form.essence)
    return headings


def _add(table: TableFiles, form: Format, describe: Describe, ask: Callable[..., AskedTable]) -> None:
    def export(**parts: str) -> Response:
        headings = take_headings(form)
        asked = ask(**parts)
        own = asked.table or table
        path = f"/api/v1{own.path}{form.suffix}"
        origin = Origin(asked.release, path, [*asked.params, *headings.params])

        def select() -> Rows:
            made = asked.make()
            batch = to_record_batch(made) if isinstance(made, pl.DataFrame) else made
            return Rows([batch], batch.num_rows, schema=batch.schema, words=own.words, fields=asked.fields or None)

        return answer_file(form, origin, headings, select, pinned=asked.pinned, name=own.name, whole=True)

    export.__doc__ = f"{table.title[1]} as {form.name}."
    endpoint = f"export_{table.operation.lower()}_{form.name}"
    v1.add_url_rule(
        f"{table.path}{form.suffix}",
        endpoint,
        v1.doc(**describe_file(describe, form, table.operation, table.title))(export),
    )
