"""How the document describes what many routes share: the filters, and which release answers."""

from __future__ import annotations

from typing import Any

from api.schemas.texts import both
from api.spec import Document, query_parameter
from exemptions.catalogs import Catalogs, load_catalogs
from exemptions.columns import KEYS
from exemptions.filters import FACETS, FILTERS, Filter, FilterKind
from exemptions.parameters import MAX_LIST_TEXT, MAX_TEXT, MAX_WORDS
from exemptions.query import DEFAULT_LIMIT, MAX_LIMIT, SORTS

_MAX_LISTED_CODES = 60
"""Codes of a catalogue that the document lists itself; of longer ones it names the address of the list."""

MAX_COUNT = 10**15 - 1
"""The longest whole number that a parameter may be has 15 digits."""
_MAX_AMOUNT = 99_999_999_999_999.99

_ABOUT_KIND = {
    FilterKind.WORDS: both(
        f"Palabras del nombre en cualquier orden, o un NIT. Acentos, mayúsculas, signos y forma legal no importan; la "
        f"última palabra puede "
        f"estar incompleta. Hasta {MAX_TEXT} caracteres y {MAX_WORDS} palabras.",
        f"Words of the name in any order, or a NIT. Accents, case, signs and legal form do not matter; the last word "
        f"may be "
        f"incomplete. Up to {MAX_TEXT} characters and {MAX_WORDS} words.",
    ),
    FilterKind.NIT: both("Un NIT, en cualquiera de sus escrituras.", "A NIT, in any of its writings."),
    FilterKind.RECORD: both("Identificador de un registro.", "Identifier of a record."),
    FilterKind.COUNT: both("Número de empleos; el límite se incluye.", "Number of jobs; the bound is included."),
    FilterKind.MONEY: both(
        "Quetzales con hasta dos decimales; el límite se incluye.",
        "Quetzales with up to two decimals; the bound is included.",
    ),
    FilterKind.DAY: both(
        "Beneficios cuyas fechas contienen este día y que ninguna suspensión, revocatoria o cancelación conocida "
        "alcanza.",
        "Benefits whose dates contain this day and that no known suspension, revocation or cancellation covers.",
    ),
}  # fmt: skip

_ABOUT_DAY_BOUND = both(
    "El límite se incluye. Un beneficio sin ese día, por ejemplo uno sin plazo, no cumple.",
    "The bound is included. A benefit without that day, such as one without a term, does not match.",
)


def filter_parameters() -> list[Document]:
    """Every filter, from the table of filters."""
    catalogs = load_catalogs()
    return [query_parameter(spec.parameter, _about(spec), _schema(spec, catalogs)) for spec in FILTERS]


def release_parameters() -> list[Document]:
    """What chooses the release of an answer."""
    return [
        release_parameter(),
        query_parameter(
            "as_of",
            both(
                "Responde la publicación vigente al final de ese día de Guatemala. No va junto con release.",
                "The release in force at the end of that day in Guatemala answers. Not together with release.",
            ),
            {"type": "string", "format": "date"},
        ),
    ]


def release_parameter() -> Document:
    """The number of a release."""
    return query_parameter(
        "release",
        both(
            "Número de la publicación que responde; sin él, la vigente. Con él la respuesta no cambia nunca.",
            "Number of the release that answers; the current one without it. With it the answer never changes.",
        ),
        {"type": "integer", "minimum": 1, "maximum": MAX_COUNT},
    )


def sort_parameter() -> Document:
    """The order of the records."""
    return query_parameter(
        "sort",
        both(
            "Columna por la que se ordena; con «-» delante, de mayor a menor. Lo que falta va al final.",
            "Column to sort by; descending with “-” before it. What is missing comes last.",
        ),
        {"type": "string", "enum": list(SORTS), "default": "name"},
    )


def fields_parameter(keys: tuple[str, ...] = KEYS) -> Document:
    """Which columns are wanted, of those of the records or of another table."""
    return query_parameter(
        "fields",
        both(
            "Columnas que se quieren, separadas por comas; sin él, todas.",
            "Columns that are wanted, separated by commas; all of them without it.",
        ),
        _comma_list(keys),
    ) | {"explode": False}


def page_parameters() -> list[Document]:
    """Which part of the answer is wanted."""
    return [
        query_parameter(
            "limit",
            both("Registros por página.", "Records on a page."),
            {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
        ),
        query_parameter(
            "cursor",
            both(
                "Lugar donde sigue la página; viene en next y queda fijo en su publicación.",
                "Place where the page goes on; it comes in next and stays with its release.",
            ),
            {"type": "string", "maxLength": MAX_LIST_TEXT},
        ),
        query_parameter(
            "facets",
            both(
                "Facetas que se quieren contar, separadas por comas.",
                "Facets to be counted, separated by commas.",
            ),
            _comma_list(FACETS),
        )
        | {"explode": False},
        fields_parameter(),
    ]


def _comma_list(names: tuple[str, ...]) -> dict[str, Any]:
    return {"type": "array", "items": {"type": "string", "enum": list(names)}}


def _about(spec: Filter) -> dict[str, str]:
    if spec.kind is not FilterKind.CODE:
        about = _ABOUT_DAY_BOUND if spec.kind is FilterKind.DAY and spec.bound else _ABOUT_KIND[spec.kind]
        return both(f"{spec.es}. {about['es']}", f"{spec.en}. {about['en']}")
    if spec.catalog is None:
        return both(f"{spec.es}.", f"{spec.en}.")
    return both(
        f"{spec.es}: código de /api/v1/catalogs/{spec.catalog}.",
        f"{spec.en}: code of /api/v1/catalogs/{spec.catalog}.",
    )


def _schema(spec: Filter, catalogs: Catalogs) -> dict[str, Any]:
    match spec.kind:
        case FilterKind.WORDS:
            return {"type": "string", "maxLength": MAX_TEXT}
        case FilterKind.COUNT:
            return {"type": "integer", "minimum": 0, "maximum": MAX_COUNT}
        case FilterKind.MONEY:
            return {"type": "number", "minimum": -_MAX_AMOUNT, "maximum": _MAX_AMOUNT, "multipleOf": 0.01}
        case FilterKind.DAY:
            return {"type": "string", "format": "date"}
        case FilterKind.NIT:
            return {"type": "array", "items": {"type": "string"}}
        case FilterKind.RECORD:
            return {"type": "array", "items": {"type": "string", "pattern": "^[0-9a-z]{16}$"}}
        case FilterKind.CODE:
            codes = list(catalogs.entries(spec.catalog)) if spec.catalog else list(spec.choices)
            item: dict[str, Any] = {"type": "string"}
            if len(codes) <= _MAX_LISTED_CODES:
                item["enum"] = codes
            return {"type": "array", "items": item}
