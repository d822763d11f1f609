"""The documentation of the API: the OpenAPI document, and a page made from it on the server."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from threading import Lock
from typing import Any

from flask import Flask, Response, current_app, g, request

from api.deprecations import DEPRECATIONS, mark_deprecated
from api.examples import EXAMPLES
from api.json_text import encode_json
from api.negotiation import LANGUAGES, preferred_language, require_acceptable
from api.pages.language import LANGUAGES as PAGE_LANGUAGES
from api.pages.language import SOURCE, page_language
from api.pages.render import render_page
from api.parameters import refuse_parameters
from api.problem_types import PROBLEM_TYPES, ProblemType
from api.releases_at import tell_release
from api.spec import Document, RegistryApi, example_base, localised_document
from api.state import app_state
from exemptions.settings import Settings

_DOCUMENTS = "openapi"
_PROBLEM_TYPES = "problem_types"
_OPENAPI_MEDIA_TYPE = "application/vnd.oai.openapi+json"
_TELLING = 10**9
_CACHING = "public, max-age=300"


@dataclass(frozen=True, slots=True)
class ParameterText:
    """One parameter as the page shows it."""

    name: str
    place: str
    required: bool
    repeats: bool
    about: str
    values: tuple[str, ...]
    limits: str


@dataclass(frozen=True, slots=True)
class FieldText:
    """One field of an answer as the page shows it."""

    name: str
    kind: str
    about: str


@dataclass(frozen=True, slots=True)
class OperationText:
    """One route as the page shows it."""

    id: str
    method: str
    path: str
    summary: str
    about: str
    media: tuple[str, ...]
    parameters: tuple[ParameterText, ...]
    fields: tuple[FieldText, ...]
    problems: tuple[int, ...]
    example: str


class Documents:
    """The document in each language, made when it is first asked for: a quarter of the start of a worker."""

    def __init__(self, api: RegistryApi, settings: Settings) -> None:
        self._api, self._settings = api, settings
        self._made: dict[str, Document] = {}
        self._lock = Lock()

    def get(self, lang: str) -> Document:
        """The document with all its texts in a language."""
        with self._lock:
            if lang not in self._made:
                document = localised_document(self._api, lang, base=example_base(self._settings, lang))
                mark_deprecated(document)
                self._made[lang] = document
            return self._made[lang]


def register_docs(app: Flask, api: RegistryApi, *, problem_types: tuple[ProblemType, ...] = PROBLEM_TYPES) -> None:
    """Add the document and its page; every route of the API must have been registered."""
    app.extensions[_PROBLEM_TYPES] = problem_types
    app.extensions[_DOCUMENTS] = Documents(api, app.extensions["settings"])
    app.add_url_rule("/openapi.json", "openapi", answer_openapi)
    # Named like the pages, so that their frame links the languages.
    for code, language in PAGE_LANGUAGES.items():
        app.add_url_rule(f"{language.prefix}/docs", f"{code}.docs", answer_docs)


def answer_openapi() -> Response:
    """The OpenAPI document in the language that the client prefers."""
    refuse_parameters()
    require_acceptable(_OPENAPI_MEDIA_TYPE, "application/json")
    lang = preferred_language()
    response = Response(encode_json(_document(lang)), content_type="application/json")
    response.headers["Content-Language"] = lang
    response.vary.add("Accept-Language")
    return _finish(response)


def answer_docs() -> Response:
    """The documentation page in the language of the address."""
    refuse_parameters()
    tell_release()
    document = _document(_document_language())
    html = render_page(
        "docs.html",
        {
            "about": document["info"]["description"],
            "sections": _sections(document),
            "problem_types": current_app.extensions[_PROBLEM_TYPES],
            "base": _example_base(),
            "examples": [
                (example, example.written(base=_example_base(), release=_example_release())) for example in EXAMPLES
            ],
            "deprecations": DEPRECATIONS,
            "rate_limit": app_state().settings.rate_limit.split("/"),
        },
    )
    return _finish(Response(html, content_type="text/html; charset=utf-8"))


def _document_language() -> str:
    """The language of the document that a page shows: that of the page, if the document has it."""
    return page_language() if page_language() in LANGUAGES else SOURCE


def _example_base() -> str:
    return example_base(app_state().settings, _document_language())


def _example_release() -> int:
    """The release that the page tells of; the first where nothing was published yet."""
    release = g.get("release")
    return release.number if release is not None else 1


def _finish(response: Response) -> Response:
    response.headers["Cache-Control"] = _CACHING
    response.set_etag(sha256(response.get_data()).hexdigest()[:32])
    conditional = response.make_conditional(request)
    if not isinstance(conditional, Response):
        raise TypeError("a conditional answer is the same answer")
    return conditional


def _document(lang: str) -> Document:
    documents: Documents = current_app.extensions[_DOCUMENTS]
    return documents.get(lang)


def _sections(document: Document) -> list[tuple[str, str, list[OperationText]]]:
    """Tag, what it is about, its operations."""
    operations = [
        (item["tags"][0], _operation_text(document, path, method, item))
        for path, methods in document["paths"].items()
        for method, item in methods.items()
        if method != "parameters"
    ]
    return [
        (tag["name"], tag["description"], [text for name, text in operations if name == tag["name"]])
        for tag in document["tags"]
    ]


def _operation_text(document: Document, path: str, method: str, item: Document) -> OperationText:
    answer = next(given for status, given in sorted(item["responses"].items()) if status.startswith(("2", "3")))
    media = answer.get("content", {})
    told = [*document["paths"][path].get("parameters", []), *item.get("parameters", [])]
    # What an operation tells of a parameter replaces what its path tells (OpenAPI 3.1, Operation Object).
    parameters = {(parameter["name"], parameter["in"]): parameter for parameter in told}.values()
    samples = item.get("x-codeSamples", [])
    return OperationText(
        id=item["operationId"],
        method=method.upper(),
        path=path,
        summary=item["summary"],
        about=item["description"],
        media=tuple(media),
        parameters=tuple(_parameter_text(parameter) for parameter in parameters),
        fields=_field_texts(document, media.get("application/json", {}).get("schema", {})),
        problems=tuple(sorted(int(status) for status in item["responses"] if int(status) >= 400)),
        example=samples[0]["source"] if samples else "",
    )


def _parameter_text(parameter: Document) -> ParameterText:
    schema = parameter["schema"]
    inner = schema.get("items", schema)
    # Bounds that only the length of a number sets tell a reader nothing.
    limits = [
        f"{sign} {inner[key]}"
        for key, sign in (("minimum", "≥"), ("maximum", "≤"), ("default", "="))
        if key in inner and not (isinstance(inner[key], int | float) and abs(inner[key]) > _TELLING)
    ]
    return ParameterText(
        name=parameter["name"],
        place=parameter["in"],
        required=parameter.get("required", False),
        repeats=schema.get("type") == "array",
        about=parameter.get("description", ""),
        values=tuple(str(value) for value in inner.get("enum", ())),
        limits=", ".join(limits),
    )


def _field_texts(document: Document, schema: Document) -> tuple[FieldText, ...]:
    resolved = _resolve(document, schema)
    return tuple(
        FieldText(name, _kind(document, field), field.get("description", "") or field.get("title", ""))
        for name, field in resolved.get("properties", {}).items()
    )


def _kind(document: Document, field: Document) -> str:
    """The type of a field in words that programmers share."""
    if "$ref" in field:
        return str(field["$ref"].rsplit("/", 1)[-1])
    for composed in ("allOf", "anyOf", "oneOf"):
        if composed in field:
            return " | ".join(_kind(document, part) for part in field[composed])
    kind = field.get("type", "")
    text = " | ".join(kind) if isinstance(kind, list) else str(kind)
    if "items" in field:
        return f"{text} [{_kind(document, field['items'])}]"
    return f"{text} ({field['format']})" if "format" in field else text


def _resolve(document: Document, schema: Document) -> Document:
    if "$ref" not in schema:
        return schema
    found: Any = document
    for part in schema["$ref"].removeprefix("#/").split("/"):
        found = found[part]
    resolved: Document = found
    return resolved
