"""`GET /dictionary`: every column of every published table, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
from flask import Response

from api.schemas.dictionary import DictionarySchema
from api.spec import Document, operation
from api.v1.blueprints import v1
from api.v1.described import release_parameters
from api.v1.of_release import JSON, add_release_files, answer_json, framed
from api.v1.table_files import TableFiles, words_of
from exemptions.published_tables import TABLES
from exemptions.release import Release
from exporters.dictionary import build_dictionary, dictionary_rows, dictionary_types, rules_told

PATH = "/api/v1/dictionary"
_TITLE = ("Diccionario de datos", "Data dictionary")
_ABOUT = (
    "Cada columna de cada tabla publicada: significado, unidad, fuente, fundamento legal, regla de divulgación y "
    "valores, en español y en inglés.",
    "Each column of each published table: meaning, unit, source, legal ground, rule of disclosure and values, in "
    "Spanish and in English.",
)


def _describe(operation_id: str, suffix: str, media: dict[str, object], title: tuple[str, str]) -> Document:
    return operation(
        operation_id,
        tag="catalogs",
        summary=title,
        about=_ABOUT,
        media=media,
        parameters=release_parameters(),
        problems=(404, 410),
        example=f"{PATH}{suffix}",
    )


@v1.route("/dictionary")
@v1.doc(**_describe("getDictionary", "", {JSON: DictionarySchema}, _TITLE))
def get_dictionary() -> Response:
    """The data dictionary of a release."""
    return answer_json(PATH, _make)


def _make(release: Release) -> Mapping[str, object]:
    return {"tables": build_dictionary(TABLES.values(), rules_told(release.withheld))}


def _frame(release: Release) -> pl.DataFrame:
    return framed(dictionary_rows(TABLES.values(), rules_told(release.withheld)), dictionary_types())


add_release_files(
    TableFiles("/dictionary", "Dictionary", _TITLE, "dictionary", words_of("dictionary")), _describe, _frame
)
