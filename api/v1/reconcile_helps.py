"""What helps a person who reconciles: suggestions while typing, flyouts, the preview of an entity, and its page."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import Blueprint as FlaskBlueprint
from flask import Response, redirect, render_template, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from api.conditional import UNPINNED, Representation, answer_body
from api.negotiation import preferred_language, require_acceptable
from api.openrefine.entities import (
    ANY_TYPE,
    Entity,
    Named,
    all_properties,
    all_types,
    describe,
    describe_property,
    read_entities,
    types_of,
)
from api.openrefine.replies import CALLBACK, JSON, SCRIPT, read_callback, reply_kept, reply_now, require_reply
from api.pages.assets import asset_url
from api.parameters import parameter_reader, refuse_parameters
from api.releases_at import current_release
from api.schemas.reconcile import ReconcileFlyoutSchema, ReconcileProposalSchema, ReconcileSuggestedListSchema
from api.schemas.texts import both
from api.spec import Document, operation, path_parameter, query_parameter
from api.v1.blueprints import v1
from api.v1.reconcile import CALLBACK_PARAMETER, PATH
from exemptions.columns import COLUMN, KEYS
from exemptions.errors import NotFound
from exemptions.holders import find_taxpayer
from exemptions.match_values import AskedList, Taxpayer
from exemptions.matching import match_list
from exemptions.parameters import MAX_TEXT
from exemptions.release import Release
from exemptions.suggest import MAX_SUGGESTIONS, suggest
from exemptions.text import fold_text

_PREVIEWED = 4
"""Records that a preview has room for."""
_HTML = "text/html"
_MAX_CURSOR = 10_000


def _describe(operation_id: str, summary: tuple[str, str], schema: object, *parameters: Document) -> Document:
    is_page = schema == {"type": "string"}
    return operation(
        operation_id,
        tag="records",
        summary=summary,
        about=(
            "Parte del servicio de conciliación; su dirección viene en el manifiesto de /api/v1/reconcile.",
            "Part of the reconciliation service; its address is in the manifest of /api/v1/reconcile.",
        ),
        media={_HTML: schema} if is_page else {JSON: schema, SCRIPT: {"type": "string"}},
        parameters=[*parameters, *(() if is_page else (CALLBACK_PARAMETER,))],
        problems=(404,) if any(parameter["in"] == "path" for parameter in parameters) else (),
    )


def _suggesting(kind: str, words: tuple[str, str]) -> Document:
    return _describe(
        f"suggest{kind.capitalize()}",
        words,
        ReconcileSuggestedListSchema,
        query_parameter(
            "prefix",
            both("Lo escrito hasta ahora.", "What was typed so far."),
            {"type": "string", "maxLength": MAX_TEXT},
        ),
        query_parameter(
            "cursor",
            both("Cuántas sugerencias se saltan.", "How many suggestions to skip."),
            {"type": "integer", "minimum": 0, "maximum": _MAX_CURSOR, "default": 0},
        ),
    )


_ENTITY = path_parameter(
    "entity", both("NIT, o identificador de un registro.", "NIT, or identifier of a record."), {"type": "string"}
)
_PROPERTY = path_parameter("property", both("Columna.", "Column."), {"type": "string", "enum": list(KEYS)})
_TYPE = path_parameter(
    "type_id", both("Tipo: type:, category: y su código.", "Type: type:, category: and its code."), {"type": "string"}
)


@v1.route("/reconcile/suggest/entity")
@v1.doc(**_suggesting("entity", ("Sugerir contribuyentes", "Suggest taxpayers")))
def suggest_entity() -> Response:
    """Taxpayers whose name or NIT begins as typed."""

    def found(release: Release, prefix: str, lang: str) -> list[Named]:
        entities = read_entities(release, _suggested(release, prefix))
        return [
            {
                "id": key,
                "name": entity.name,
                "description": describe(entity, release, lang),
                "notable": types_of(entity, release, lang),
            }
            for key, entity in entities.items()
        ]

    return _suggest(found)


@v1.route("/reconcile/suggest/property")
@v1.doc(**_suggesting("property", ("Sugerir propiedades", "Suggest properties")))
def suggest_property() -> Response:
    """Columns whose key or label has what was typed."""
    return _suggest(lambda _release, prefix, lang: _having(prefix, all_properties(lang)))


@v1.route("/reconcile/suggest/type")
@v1.doc(**_suggesting("type", ("Sugerir tipos", "Suggest types")))
def suggest_type() -> Response:
    """Types whose code or name has what was typed."""
    return _suggest(lambda release, prefix, lang: _having(prefix, all_types(release, lang)))


def _suggest(find: Callable[[Release, str, str], Sequence[Named]]) -> Response:
    reader = parameter_reader("prefix", "cursor", CALLBACK)
    prefix, cursor = reader.words("prefix"), reader.count_between("cursor", 0, _MAX_CURSOR, 0)
    callback = read_callback(reader)
    reader.raise_problems()
    require_reply(callback)
    release = current_release()
    found = find(release, prefix, preferred_language())
    return reply_now(release, {"result": list(found)[cursor : cursor + MAX_SUGGESTIONS]}, callback)


def _suggested(release: Release, prefix: str) -> list[Taxpayer]:
    """The taxpayers behind what is suggested; a name of several stands for all of them."""
    found: dict[str, Taxpayer] = {}
    for suggestion in suggest(release, prefix, MAX_SUGGESTIONS):
        if suggestion.nit is not None:
            taxpayer = find_taxpayer(release, suggestion.nit)
            if taxpayer is not None:
                found[taxpayer.id] = taxpayer
        else:
            for line in match_list(release, AskedList([suggestion.text])):
                found |= {candidate.taxpayer.id: candidate.taxpayer for candidate in line.candidates}
    return list(found.values())


def _having(prefix: str, named: Sequence[Named]) -> list[Named]:
    words = fold_text(prefix).split()
    return [item for item in named if all(word in fold_text(f"{item['id']} {item['name']}") for word in words)]


@v1.route("/reconcile/flyout/entity/<entity>")
@v1.doc(
    **_describe("flyoutEntity", ("Un contribuyente, en breve", "A taxpayer in brief"), ReconcileFlyoutSchema, _ENTITY)
)
def flyout_entity(entity: str) -> Response:
    """A taxpayer in a few lines of HTML."""
    release, lang = current_release(), preferred_language()
    found = _get_entity(release, entity)
    return _flyout("entity", entity, found.name, describe(found, release, lang))


@v1.route("/reconcile/flyout/property/<property>")
@v1.doc(
    **_describe("flyoutProperty", ("Una propiedad, en breve", "A property in brief"), ReconcileFlyoutSchema, _PROPERTY)
)
def flyout_property(property: str) -> Response:
    """A column in a few lines of HTML."""
    if property not in COLUMN:
        raise NotFound("No existe esa propiedad.", "There is no such property.")
    told = describe_property(COLUMN[property], preferred_language())
    return _flyout("property", property, told["name"], told["description"])


@v1.route("/reconcile/flyout/type/<type_id>")
@v1.doc(**_describe("flyoutType", ("Un tipo, en breve", "A type in brief"), ReconcileFlyoutSchema, _TYPE))
def flyout_type(type_id: str) -> Response:
    """A type in a few lines of HTML."""
    types = {kind["id"]: kind for kind in all_types(current_release(), preferred_language())}
    if type_id not in types:
        raise NotFound("No existe ese tipo.", "There is no such type.")
    broader = ", ".join(kind["name"] for kind in types[type_id].get("broader", ()))
    return _flyout("type", type_id, types[type_id]["name"], broader)


def _flyout(kind: str, key: str, name: str, text: str) -> Response:
    reader = parameter_reader(CALLBACK)
    callback = read_callback(reader)
    reader.raise_problems()
    require_reply(callback)
    html = Markup("<p><strong>{}</strong></p><p>{}</p>").format(name, text)
    return reply_kept(
        current_release(), f"{PATH}/flyout/{kind}/{key}", callback, lambda: {"id": key, "html": str(html)}
    )


@v1.route("/reconcile/extend/propose")
@v1.doc(
    **_describe(
        "proposeProperties",
        ("Proponer propiedades", "Propose properties"),
        ReconcileProposalSchema,
        query_parameter("type", both("Tipo de los contribuyentes.", "Type of the taxpayers."), {"type": "string"}),
        query_parameter(
            "limit",
            both("Propiedades, como máximo.", "Properties at most."),
            {"type": "integer", "minimum": 1, "maximum": 1000, "default": len(KEYS)},
        ),
    )
)
def propose_properties() -> Response:
    """The columns that can be fetched of taxpayers of a type: every type has all."""
    reader = parameter_reader("type", "limit", CALLBACK)
    kind, limit = reader.single("type") or ANY_TYPE, reader.count_between("limit", 1, 1000, len(KEYS))
    callback = read_callback(reader)
    reader.raise_problems()
    require_reply(callback)
    told = {"type": kind, "limit": limit, "properties": all_properties(preferred_language())[:limit]}
    return reply_now(current_release(), told, callback)


@v1.route("/reconcile/preview/<entity>")
@v1.doc(**_describe("previewEntity", ("Vista previa", "Preview"), {"type": "string"}, _ENTITY))
def preview_entity(entity: str) -> Response:
    """A small page of a taxpayer, to be shown within another."""
    refuse_parameters()
    require_acceptable(_HTML)
    release, lang = current_release(), preferred_language()
    found = _get_entity(release, entity)
    representation = Representation(
        release=release, key=f"{PATH}/preview/{entity}", media_type=f"{_HTML}; charset=utf-8", pinned=False
    )
    return answer_body(representation, lambda: (_preview(release, found, lang).encode(), ()))


def _preview(release: Release, entity: Entity, lang: str) -> str:
    categories = release.catalogs.labels("categories", lang)
    lines = [
        (
            categories.get(item["category"], item["category_name"]),
            " – ".join(filter(None, (item["valid_from"], item["valid_until"]))),
        )
        for item in entity.records
    ]
    return render_template(
        "reconcile_preview.html",
        lang=lang,
        entity=entity,
        lines=lines[:_PREVIEWED],
        more=max(0, len(lines) - _PREVIEWED),
        department=next((item["department_name"] for item in entity.records if item["department_name"]), ""),
        style=asset_url("site.css"),
    )


def view_entity(entity: str) -> BaseResponse:
    """The page of a taxpayer, or of a record whose holder has no published NIT."""
    refuse_parameters()
    taxpayer = _get_taxpayer(current_release(), entity)
    lang = preferred_language()
    if taxpayer.nit is not None:
        return _lead_to(url_for(f"{lang}.taxpayer", nit=taxpayer.nit))
    return _lead_to(url_for(f"{lang}.record", record_id=taxpayer.id))


# It answers nothing itself, so the document leaves it out; the manifest tells of it.
FlaskBlueprint.add_url_rule(v1, "/reconcile/view/<entity>", "view_entity", view_entity)


def _lead_to(path: str) -> BaseResponse:
    """A redirect that no cache keeps for longer than the release it was made from is the newest."""
    response = redirect(path, code=308)
    response.headers["Cache-Control"] = UNPINNED
    return response


def _get_taxpayer(release: Release, key: str) -> Taxpayer:
    taxpayer = find_taxpayer(release, key)
    if taxpayer is None:
        raise NotFound("No hay un contribuyente con ese identificador.", "There is no taxpayer of that identifier.")
    return taxpayer


def _get_entity(release: Release, key: str) -> Entity:
    taxpayer = _get_taxpayer(release, key)
    return read_entities(release, [taxpayer])[taxpayer.id]
