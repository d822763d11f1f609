"""`GET /dictionary`: every column of every published table, in both languages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from flask import Response

from api.schemas.dictionary import DictionarySchema
from api.spec import operation
from api.v1.blueprints import v1
from api.v1.described import release_parameters
from api.v1.of_release import CSV, JSON, answer_csv, answer_json
from exemptions.published_tables import TABLES
from exemptions.release import Release
from exporters.dictionary import build_dictionary, dictionary_rows, dictionary_types, rules_told

PATH = "/api/v1/dictionary"
_ABOUT = (
    "Cada columna de cada tabla publicada: significado, unidad, fuente, fundamento legal, regla de divulgación y "
    "valores, en español y en inglés.",
    "Each column of each published table: meaning, unit, source, legal ground, rule of disclosure and values, in "
    "Spanish and in English.",
)


@v1.route("/dictionary")
@v1.doc(
    **operation(
        "getDictionary",
        tag="catalogs",
        summary=("Diccionario de datos", "Data dictionary"),
        about=_ABOUT,
        media={JSON: DictionarySchema},
        parameters=release_parameters(),
        problems=(404, 410),
        example="/api/v1/dictionary",
    )
)
def get_dictionary() -> Response:
    """The data dictionary of a release."""
    return answer_json(PATH, _make)


@v1.route("/dictionary.csv")
@v1.doc(
    **operation(
        "exportDictionaryCsv",
        tag="catalogs",
        summary=("Diccionario de datos en CSV", "Data dictionary as CSV"),
        about=_ABOUT,
        media={CSV: {"type": "string"}},
        parameters=release_parameters(),
        problems=(404, 410),
        example="/api/v1/dictionary.csv",
    )
)
def get_dictionary_csv() -> Response:
    """The data dictionary of a release as CSV, a line for each column."""
    return answer_csv(f"{PATH}.csv", "dictionary", dictionary_types(), _rows)


def _make(release: Release) -> Mapping[str, object]:
    return {"tables": build_dictionary(TABLES.values(), rules_told(release.withheld))}


def _rows(release: Release) -> Iterable[Sequence[object]]:
    return dictionary_rows(TABLES.values(), rules_told(release.withheld))
