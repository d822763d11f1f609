"""Answers that a release alone decides: the only question is which one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import polars as pl
import pyarrow as pa
from flask import Response

from api.conditional import Headers, Representation, answer_body
from api.json_text import encode_json
from api.negotiation import require_acceptable
from api.parameters import parameter_reader
from api.releases_at import CHOICE, chosen_release, read_choice
from api.v1.answers import release_facts
from api.v1.table_files import AskedTable, Describe, TableFiles, add_table_files
from exemptions.release import Release

JSON = "application/json"
CSV = "text/csv"


def answer_json(path: str, make: Callable[[Release], Mapping[str, object]], *, by_language: bool = False) -> Response:
    """What `make` tells of the chosen release, after the release's own facts."""

    def write(release: Release) -> tuple[bytes, Headers]:
        return encode_json({**release_facts(release), **make(release)}), ()

    return _answer(path, JSON, JSON, write, by_language=by_language)


def add_release_files(
    table: TableFiles, describe: Describe, make: Callable[[Release], pl.DataFrame | pa.RecordBatch]
) -> None:
    """Add the routes of a table that the chosen release alone decides, one for each format."""

    def ask() -> AskedTable:
        reader = parameter_reader(*CHOICE)
        choice = read_choice(reader)
        reader.raise_problems()
        release = chosen_release(choice)
        return AskedTable(release, lambda: make(release), choice.params, choice.is_pinned)

    add_table_files(table, describe, ask)


def framed(rows: Iterable[Sequence[object]], schema: Mapping[str, Any]) -> pl.DataFrame:
    """Rows as a frame."""
    return pl.DataFrame(list(rows), schema=dict(schema), orient="row")


def _answer(
    path: str,
    asked: str,
    media_type: str,
    make: Callable[[Release], tuple[bytes, Headers]],
    *,
    by_language: bool = False,
) -> Response:
    reader = parameter_reader(*CHOICE)
    choice = read_choice(reader)
    reader.raise_problems()
    require_acceptable(asked)
    release = chosen_release(choice)
    representation = Representation(
        release=release, key=path, media_type=media_type, pinned=choice.is_pinned, by_language=by_language
    )
    return answer_body(representation, lambda: make(release))
