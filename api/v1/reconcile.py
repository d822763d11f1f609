"""`/reconcile`: the reconciliation service for OpenRefine and its kin: manifest, batches of queries, values."""

from __future__ import annotations

from flask import Response, request
from werkzeug.datastructures import MultiDict

from api.match_answers import places
from api.negotiation import preferred_language
from api.openrefine.answers import answer_batch, answer_order
from api.openrefine.batches import MAX_IDS, MAX_QUERIES, read_batch, read_order
from api.openrefine.entities import ANY_TYPE, all_types
from api.openrefine.replies import (
    CALLBACK,
    CALLBACK_NAME,
    JSON,
    SCRIPT,
    read_callback,
    reply_kept,
    reply_now,
    require_reply,
)
from api.parameters import parameter_reader, request_params
from api.releases_at import current_release
from api.schemas.reconcile import ReconcileExtensionSchema, ReconcileManifestSchema
from api.schemas.texts import both
from api.spec import Document, operation, query_parameter
from api.state import absolute
from api.v1.blueprints import v1
from api.version import software_version
from exemptions.errors import InvalidQuery, ParameterProblem
from exemptions.release import Release

PATH = "/api/v1/reconcile"
_MAX_BODY_BYTES = 1024**2
"""A hundred queries with a name and some properties are 50 KB."""

_QUERIES, _EXTEND = "queries", "extend"
_FORM = "application/x-www-form-urlencoded"
_JSON_TEXT = {"type": "string", "contentMediaType": JSON}
_RESULTS = {
    "anyOf": [ReconcileManifestSchema, {"type": "object", "additionalProperties": True}, ReconcileExtensionSchema]
}

CALLBACK_PARAMETER = query_parameter(
    CALLBACK,
    both(
        "Función que recibe la respuesta, para clientes antiguos (JSONP).",
        "Function that takes the answer, for old clients (JSONP).",
    ),
    {"type": "string", "pattern": f"^{CALLBACK_NAME}$"},
)


def _describe(method: str) -> Document:
    asked = {
        _QUERIES: both(
            f"Lote de hasta {MAX_QUERIES} consultas, en JSON.", f"Batch of up to {MAX_QUERIES} queries, in JSON."
        ),
        _EXTEND: both(
            f"Valores que se piden de hasta {MAX_IDS} contribuyentes, en JSON.",
            f"Values wanted of up to {MAX_IDS} taxpayers, in JSON.",
        ),
    }
    described = operation(
        "getReconciliation" if method == "GET" else "reconcile",
        tag="records",
        summary=("Conciliar con OpenRefine", "Reconcile with OpenRefine")
        if method == "GET"
        else ("Conciliar un lote", "Reconcile a batch"),
        about=(
            "Servicio de conciliación (Reconciliation Service API 0.2, W3C Community Group). Sin parámetros da su "
            "manifiesto; con queries, los candidatos de cada consulta; con extend, valores de columnas. Responde "
            "siempre la publicación vigente.",
            "Reconciliation service (Reconciliation Service API 0.2, W3C Community Group). Without parameters it gives "
            "its manifest; with queries the candidates of each query; with extend values of columns. The current "
            "release always answers.",
        ),
        media={JSON: _RESULTS, SCRIPT: {"type": "string"}},
        parameters=[
            *(
                (
                    query_parameter(name, about, _JSON_TEXT | {"maxLength": _MAX_BODY_BYTES})
                    for name, about in asked.items()
                )
                if method == "GET"
                else ()
            ),
            CALLBACK_PARAMETER,
        ],
        not_modified=method == "GET",
        problems=() if method == "GET" else (400, 413, 415),
        example=PATH if method == "GET" else "",
    )
    if method == "POST":
        properties = {name: _JSON_TEXT | {"description": about} for name, about in asked.items()}
        form = {
            "type": "object", "properties": properties, "additionalProperties": False,
            "minProperties": 1, "maxProperties": 1,
        }  # fmt: skip
        described["requestBody"] = {"required": True, "content": {_FORM: {"schema": form}}}
    return described


@v1.route("/reconcile")
@v1.doc(**_describe("GET"))
def get_reconciliation() -> Response:
    """The manifest, or what the query of the address asks."""
    reader = parameter_reader(_QUERIES, _EXTEND, CALLBACK)
    callback = read_callback(reader)
    reader.raise_problems()
    asked = {name: values for name, values in request_params().items() if name in (_QUERIES, _EXTEND)}
    if any(any(values) for values in asked.values()):
        return _answer(MultiDict({name: list(values) for name, values in asked.items()}), callback)
    require_reply(callback)
    release = current_release()
    return reply_kept(release, PATH, callback, lambda: _manifest(release))


@v1.route("/reconcile", methods=["POST"])
@v1.doc(**_describe("POST"))
def reconcile() -> Response:
    """What the form asks."""
    request.max_content_length = request.max_form_memory_size = _MAX_BODY_BYTES
    reader = parameter_reader(CALLBACK)
    callback = read_callback(reader)
    reader.raise_problems()
    return _answer(request.form, callback)


def _answer(asked: MultiDict[str, str], callback: str | None) -> Response:
    given = [(name, value) for name in (_QUERIES, _EXTEND) for value in asked.getlist(name) if value]
    unknown = [name for name in asked if name not in (_QUERIES, _EXTEND)]
    if len(given) != 1 or unknown:
        raise InvalidQuery(
            (
                ParameterProblem(
                    unknown[0][:40] if unknown else _QUERIES,
                    None,
                    f"Envíe {_QUERIES} o {_EXTEND}, una vez, y nada más.",
                    f"Send {_QUERIES} or {_EXTEND}, once, and nothing else.",
                ),
            )
        )
    require_reply(callback)
    (name, text), lang = given[0], preferred_language()
    if name == _EXTEND:
        order = read_order(text)
        release = current_release()
        return reply_now(release, answer_order(release, order, lang), callback)
    batch = read_batch(text)
    release = current_release()
    with places().take():
        return reply_now(release, answer_batch(release, batch, lang), callback)


def _manifest(release: Release) -> dict[str, object]:
    lang = preferred_language()
    names = {"es": "Registro abierto de exenciones tributarias", "en": "Open registry of tax exemptions"}

    def suggesting(kind: str) -> dict[str, str]:
        return {
            "service_url": absolute(PATH),
            "service_path": f"/suggest/{kind}",
            "flyout_service_url": absolute(PATH),
            "flyout_service_path": f"/flyout/{kind}/${{id}}",
        }

    return {
        "versions": ["0.2"],
        "name": f"{names[lang]} (Guatemala)",
        "identifierSpace": absolute(f"{PATH}/view/"),
        "schemaSpace": absolute("/diccionario"),
        "documentation": absolute("/docs"),
        "serviceVersion": software_version(),
        "defaultTypes": [kind for kind in all_types(release, lang) if kind["id"] == ANY_TYPE],
        "view": {"url": absolute(f"{PATH}/view/{{{{id}}}}")},
        "preview": {"url": absolute(f"{PATH}/preview/{{{{id}}}}"), "width": 420, "height": 260},
        "suggest": {kind: suggesting(kind) for kind in ("entity", "property", "type")},
        "extend": {
            "propose_properties": {"service_url": absolute(PATH), "service_path": "/extend/propose"},
            "property_settings": [],
        },
    }
