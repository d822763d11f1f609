"""The OpenAPI document: how routes are described, and how the description becomes a document in one language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import Flask
from flask_smorest import Api

from api.problem_types import PROBLEM_TYPES, ProblemType
from api.schemas.problems import ProblemSchema
from api.schemas.texts import Both, both, localise
from api.spec_headers import ANSWER, CACHED, FILE, HEADERS, PROBLEM, header_document, header_references
from api.spec_links import add_links
from api.spec_parts import drop_unused
from api.version import software_version
from exemptions.parameters import MAX_TEXT
from exemptions.settings import Settings

OPENAPI_VERSION = "3.1.0"

Document = dict[str, Any]

_COMMON_STATUSES = (405, 406, 414, 422, 429, 431, 500, 503)
"""Problems that every address can answer with; 414 and 431 come before the application, 429 from the proxy."""

_EXAMPLE_BASES = {"es": "https://DIRECCION-DE-ESTE-SITIO", "en": "https://ADDRESS-OF-THIS-SITE"}
"""Language → what stands in examples where the settings name no public address."""

TAGS: Mapping[str, Both] = {
    "records": both(
        "Buscar, contar, sumar y descargar beneficios.", "Search, count, sum and download benefits."
    ),
    "taxpayers": both(
        "Un beneficio, o todos los de una persona jurídica.", "One benefit, or all those of a legal person."
    ),
    "expenditure": both(
        "Estimaciones oficiales del gasto tributario.", "Official estimates of tax expenditure."
    ),
    "releases": both(
        "Publicaciones, sus archivos y lo que cambió entre ellas.",
        "Releases, their files, and what changed between them.",
    ),
    "catalogs": both("Listas de códigos.", "Code lists."),
    "corrections": both(
        "Errores que el público reportó y lo que se respondió.", "Errors that the public reported, and the answers."
    ),
    "staff": both(
        "El trabajo de quienes cargan, aprueban y administran, con el token de una persona.",
        "The work of those who load, approve and administer, with the token of a person.",
    ),
    "service": both("El servicio mismo.", "The service itself."),
}  # fmt: skip

_BASE = "{base}"
"""Stands in a described example for the address of the site."""

_WITHOUT_NUL = r"^[^\u0000]*$"

_PROBLEM_HEADERS: Mapping[int, tuple[str, ...]] = {
    401: ("WWW-Authenticate",),
    405: ("Allow",),
    416: ("Content-Range", "Accept-Ranges"),
    429: ("Retry-After",),
    503: ("Retry-After",),
}
"""Status → headers that its problems have beside those of every problem."""

_TITLE = both("Registro abierto de exenciones tributarias", "Open registry of tax exemptions")

_LICENSE = {"name": "Apache License 2.0", "identifier": "Apache-2.0"}
"""That of the software and of this description; the data's is told by each answer, since the publisher decides it."""

_ABOUT = both(
    "Quiénes no pagan impuestos en Guatemala, por qué ley, desde cuándo y hasta cuándo. Sin clave ni registro. "
    "Cada respuesta sale de una publicación numerada que nunca cambia: con release=N la misma dirección da siempre "
    "lo mismo. "
    "Los parámetros repetidos significan «cualquiera de»; los distintos, «y». Un parámetro o código desconocido es "
    "un error 422, "
    "nunca se ignora. Los errores son application/problem+json (RFC 9457); Accept-Language elige español o inglés.",
    "Who does not pay taxes in Guatemala, under which law, since when and until when. No key, no sign-up. "
    "Every answer is made from a numbered release that never changes: with release=N the same address always gives "
    "the same. "
    "Repeated parameters mean “any of”, different ones “and”. An unknown parameter or code is an error 422, "
    "never ignored. Errors are application/problem+json (RFC 9457); Accept-Language chooses Spanish or English.",
)


class RegistryApi(Api):
    """flask-smorest without its error answers and pages: the service has its own shape of error and documentation."""

    ERROR_SCHEMA = ProblemSchema
    DEFAULT_ERROR_RESPONSE_NAME = None

    def _register_error_handlers(self) -> None:
        """Errors are answered by `api.problems`."""


def build_api(app: Flask, *, problem_types: Sequence[ProblemType] = PROBLEM_TYPES) -> RegistryApi:
    """The document of the application, without routes; blueprints add theirs."""
    settings: Settings = app.extensions["settings"]
    api = RegistryApi(
        app,
        spec_kwargs={
            "title": _TITLE,
            "version": software_version(),
            "openapi_version": OPENAPI_VERSION,
            "info": {"description": _ABOUT, "contact": _contact(settings), "license": _LICENSE},
            "servers": [{"url": settings.base_url or "/"}],
        },
    )
    for name in HEADERS:
        api.spec.components.header(name, header_document(name))
    for status, types in _types_by_status(problem_types).items():
        api.spec.components.response(
            f"Problem{status}",
            {
                "description": both(
                    "; ".join(kind.title.es for kind in types), "; ".join(kind.title.en for kind in types)
                ),
                "content": {"application/problem+json": {"schema": ProblemSchema}},
                "headers": header_references(*PROBLEM, *_PROBLEM_HEADERS.get(status, ())),
            },
        )
    return api


def example_base(settings: Settings, lang: str) -> str:
    """What the addresses of examples begin with."""
    return settings.base_url or _EXAMPLE_BASES[lang]


def localised_document(api: RegistryApi, lang: str, *, base: str) -> Document:
    """The OpenAPI document with all its texts in `lang`; the addresses of its examples begin with `base`."""
    document: Document = drop_unused(api.spec.to_dict())
    used = {tag for methods in document["paths"].values() for item in methods.values() for tag in _tags(item)}
    document["tags"] = [{"name": name, "description": text} for name, text in TAGS.items() if name in used]
    chosen = localise(document, lang)
    if not isinstance(chosen, dict):
        raise TypeError("the document of an API is an object")
    add_links(chosen, lang)
    for methods in chosen["paths"].values():
        for item in methods.values():
            for sample in item.get("x-codeSamples", ()) if isinstance(item, dict) else ():
                sample["source"] = sample["source"].replace(_BASE, base)
    return chosen


def operation(
    operation_id: str,
    *,
    tag: str,
    summary: tuple[str, str],
    about: tuple[str, str],
    media: Mapping[str, object],
    parameters: Sequence[Document] = (),
    headers: Mapping[str, tuple[str, str]] | None = None,
    not_modified: bool = True,
    problems: Iterable[int] = (),
    example: str = "",
) -> Document:
    """The description of one GET route, for `Blueprint.doc`.

    `media` is media type → schema of the answer; `headers` are those of its own, with words that replace the general
    ones; `problems` are statuses beyond those that every route has; `example` is the path and query that a curl
    example asks for.
    """
    general = (*ANSWER, *CACHED) if not_modified else ANSWER
    of_file = FILE if operation_id.startswith("export") or set(media) - {"application/json"} else ()
    own = {name: {"description": both(*text), "schema": {"type": "string"}} for name, text in (headers or {}).items()}
    responses: Document = {
        "200": {
            "description": both("La respuesta.", "The answer."),
            "content": {name: {"schema": schema} for name, schema in media.items()},
            "headers": header_references(*general, *of_file) | own,
        }
    }
    if not_modified:
        responses["304"] = {
            "description": both("El cliente ya tiene esta respuesta.", "The client already has this answer."),
            "headers": header_references(*general) | {name: own[name] for name in own if name not in FILE},
        }
    for status in sorted({*_COMMON_STATUSES, *problems}):
        responses[str(status)] = {"$ref": f"#/components/responses/Problem{status}"}
    described: Document = {
        "operationId": operation_id,
        "tags": [tag],
        "summary": both(*summary),
        "description": both(*about),
        "responses": responses,
        "security": [],
    }
    if parameters:
        described["parameters"] = list(parameters)
    if example:
        described["x-codeSamples"] = [{"lang": "Shell", "source": f"curl '{_BASE}{example}'"}]
    return described


def query_parameter(name: str, about: Both, schema: Mapping[str, object]) -> Document:
    """A query parameter; one whose schema is an array is given once for each value.

    A blank value counts as absent, because forms send the fields that a person left empty. A text is told as it is read
    (`exemptions.parameters`): without NUL, and of MAX_TEXT characters at most where the schema says nothing else.
    """
    parameter: Document = {
        "name": name,
        "in": "query",
        "description": about,
        "allowEmptyValue": True,
        "schema": _bounded(schema),
    }
    if schema.get("type") == "array":
        parameter |= {"style": "form", "explode": True}
    return parameter


def _bounded(schema: Mapping[str, Any]) -> Document:
    if isinstance(schema.get("items"), Mapping):
        return {**schema, "items": _bounded(schema["items"])}
    if schema.get("type") != "string" or schema.keys() & {"enum", "format"}:
        return dict(schema)
    return {"pattern": _WITHOUT_NUL, "maxLength": MAX_TEXT, **schema}


def path_parameter(name: str, about: Both, schema: Mapping[str, object]) -> Document:
    """A part of the path."""
    return {"name": name, "in": "path", "required": True, "description": about, "schema": dict(schema)}


def _contact(settings: Settings) -> Document:
    """Whom to write to about the API: an address for mail where the settings name one, the page for reports."""
    contact: Document = {"name": settings.publisher or _TITLE}
    if settings.base_url:
        contact["url"] = f"{settings.base_url}/correcciones"
    if re.fullmatch(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+", settings.contact):
        contact["email"] = settings.contact
    return contact


def _tags(item: object) -> Sequence[str]:
    """The tags of an operation; what a path tells of all its operations has none."""
    return item.get("tags", ()) if isinstance(item, Mapping) else ()


def _types_by_status(types: Sequence[ProblemType]) -> dict[int, list[ProblemType]]:
    grouped: dict[int, list[ProblemType]] = {}
    for kind in types:
        grouped.setdefault(kind.status, []).append(kind)
    return grouped
