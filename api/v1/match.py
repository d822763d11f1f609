"""`POST /match`: a list of NITs or names, matched with a release line by line. Nothing of it is kept."""

from __future__ import annotations

from flask import Response, request
from werkzeug.exceptions import NotAcceptable

from api.match_answers import COLUMN_HEADER, answer_match, places
from api.match_request import (
    FORMS,
    LINES,
    TABLES,
    allow_list_body,
    is_encoding,
    read_sent_list,
    receive_body,
)
from api.parameters import parameter_reader
from api.releases_at import CHOICE, chosen_release, read_choice
from api.schemas.match import ListProblemSchema, MatchSchema
from api.schemas.problems import ProblemSchema
from api.schemas.texts import both
from api.spec import Document, operation, query_parameter
from api.spec_headers import PROBLEM, header_references
from api.v1.blueprints import v1
from api.v1.described import release_parameters
from exemptions.match_values import MAX_CANDIDATES, MAX_LINES
from exporters.match_formats import MATCH_FORMATS, MatchFormat
from loaders.decode import ENCODINGS

PATH = "/api/v1/match"
_LANGUAGES = ("es", "en")
_TEXT = {"type": "string"}
_UTF_8 = dict.fromkeys(("text/csv", "application/x-ndjson", LINES), "; charset=utf-8")
"""What the document adds to the name of a kind of text."""
_BINARY = {"type": "string", "format": "binary"}


def _describe() -> Document:
    json, *others = (form.media_type.split(";")[0] for form in MATCH_FORMATS.values())
    described = operation(
        "matchList",
        tag="records",
        summary=("Comparar una lista", "Match a list"),
        about=(
            f"Recibe hasta {MAX_LINES:,} NIT o nombres (8 MiB) como CSV, hoja de cálculo, JSON, texto de una línea por "
            "nombre, o formulario con un campo file o list, y dice de cada uno si está en el registro y qué tan "
            "seguro es. Se compara la columna NIT, si no la de nombres, si no la primera; column elige otra. Un NIT "
            "coincide o no; un nombre puede coincidir en otro orden, sin su forma legal o con errores de escritura. "
            f"Una línea por decidir trae sus candidatos, {MAX_CANDIDATES} como máximo. Nada se guarda.",
            f"Takes up to {MAX_LINES:,} NITs or names (8 MiB) as CSV, a spreadsheet, JSON, text with one a line, or a "
            "form with a field file or list, and tells of each whether it is in the registry and how sure that is. "
            "The column NIT is matched, else that of names, else the first; column chooses another. A NIT matches or "
            "it does not; a name may match in another order, without its legal form or with typos. A line to be "
            f"decided has its candidates, {MAX_CANDIDATES} at most. Nothing is kept.",
        ),
        media={json: MatchSchema, **dict.fromkeys(others, _TEXT)},
        parameters=[
            query_parameter("column", both("Encabezado de la columna.", "Head of the column."), _TEXT),
            query_parameter(
                "encoding",
                both("Codificación de un CSV; si falta, UTF-8.", "Encoding of a CSV; UTF-8 without it."),
                {"type": "string", "enum": list(ENCODINGS)},
            ),
            query_parameter(
                "headers",
                both(
                    "Del CSV para hojas de cálculo y del XLSX: encabezados en ese idioma, y delante las columnas que "
                    "se enviaron.",
                    "Of the CSV for spreadsheets and of the XLSX: heads in that language, and the columns that were "
                    "sent in front.",
                ),
                {"type": "string", "enum": list(_LANGUAGES)},
            ),
            *release_parameters(),
        ],
        headers={
            "X-Total-Count": ("Líneas que debe tener la respuesta.", "Lines that the answer must have."),
            COLUMN_HEADER: (
                "Columna que se comparó, codificada como en una URL; vacía si la lista no tiene encabezado.",
                "Column that was matched, encoded as in a URL; empty if the list has no header.",
            ),
        },
        not_modified=False,
        problems=(400, 404, 410, 413, 415),
    )
    described["requestBody"] = {
        "required": True,
        "content": {
            **{f"{name}{_UTF_8.get(name, '')}": {"schema": _BINARY} for name in TABLES if name != "application/json"},
            "application/json": {"schema": {"type": "array", "items": {"anyOf": [_TEXT, {"type": "object"}]}}},
            f"{LINES}{_UTF_8[LINES]}": {"schema": _BINARY},
            FORMS[0]: {"schema": {"type": "object", "properties": {"file": _BINARY, "list": _TEXT}}},
            FORMS[1]: {"schema": {"type": "object", "properties": {"list": _TEXT}}},
        },
    }
    described["responses"]["422"] = {
        "description": both(
            "Los parámetros o la lista no se pueden leer.", "The parameters or the list cannot be read."
        ),
        "content": {"application/problem+json": {"schema": {"anyOf": [ProblemSchema, ListProblemSchema]}}},
        "headers": header_references(*PROBLEM),
    }
    described["x-codeSamples"] = [
        {
            "lang": "Shell",
            "source": "curl -H 'Content-Type: text/csv' --data-binary @lista.csv '{base}/api/v1/match'",
        }
    ]
    return described


@v1.route("/match", methods=["POST"])
@v1.doc(**_describe())
def match() -> Response:
    """What is found for each line of the list that was sent."""
    allow_list_body()
    reader = parameter_reader("column", "encoding", "headers", *CHOICE)
    column, encoding = reader.single("column"), reader.single("encoding")
    if encoding is not None and not is_encoding(encoding):
        reader.add(
            "encoding", encoding, f"Codificaciones: {', '.join(ENCODINGS)}.", f"Encodings: {', '.join(ENCODINGS)}."
        )
    lang = reader.name("headers", _LANGUAGES, "") or None
    choice = read_choice(reader)
    reader.raise_problems()
    form = _asked_format()
    release = chosen_release(choice)
    receive_body()
    with places().take() as turn:
        asked = read_sent_list(column=column, encoding=encoding)
        response = answer_match(release, asked, form, lang=lang)
        turn.until_sent(response)
        return response


def _asked_format() -> MatchFormat:
    offered = {form.media_type.split(";")[0]: form for form in MATCH_FORMATS.values()}
    if not request.accept_mimetypes:
        return next(iter(offered.values()))
    best = request.accept_mimetypes.best_match(list(offered))
    if best is None:
        raise NotAcceptable(", ".join(offered))
    return offered[best]
