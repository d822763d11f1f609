"""`GET /catalogs`: the code lists, as they were on the day of a release."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response

from api.conditional import Headers, Representation, answer_body
from api.json_text import encode_json
from api.negotiation import preferred_language, require_acceptable
from api.parameters import parameter_reader
from api.provenance import Origin
from api.releases_at import CHOICE, chosen_release, read_choice
from api.schemas.catalogs import CatalogListSchema, CatalogSchema
from api.schemas.texts import both
from api.spec import operation, path_parameter
from api.state import absolute
from api.v1.blueprints import v1
from api.v1.described import release_parameters
from exemptions.catalog_columns import CATALOG_TITLES
from exemptions.catalog_entries import CatalogName
from exemptions.catalog_export import catalog_rows
from exemptions.errors import NotFound
from exemptions.release import Release
from exporters.catalog_csv import write_catalog_csv

PATH = "/api/v1/catalogs"
_JSON = "application/json"
_CSV = "text/csv"

_NAME_PARAMETER = path_parameter(
    "name", both("Nombre del catálogo.", "Name of the catalogue."), {"type": "string", "enum": list(CatalogName)}
)


@v1.route("/catalogs")
@v1.doc(
    **operation(
        "listCatalogs",
        tag="catalogs",
        summary=("Listas de códigos", "Code lists"),
        about=("Los catálogos de la publicación.", "The catalogues of the release."),
        media={_JSON: CatalogListSchema},
        parameters=release_parameters(),
        problems=(404, 410),
        example="/api/v1/catalogs",
    )
)
def list_catalogs() -> Response:
    """The catalogues of a release."""
    return _answer("", _JSON, _make_list)


@v1.route("/catalogs/<name>")
@v1.doc(
    **operation(
        "getCatalog",
        tag="catalogs",
        summary=("Un catálogo", "One catalogue"),
        about=(
            "Todos los códigos de un catálogo, con sus nombres en español e inglés.",
            "All codes of a catalogue, with their names in Spanish and English.",
        ),
        media={_JSON: CatalogSchema},
        parameters=[_NAME_PARAMETER, *release_parameters()],
        problems=(404, 410),
        example="/api/v1/catalogs/categories",
    )
)
def get_catalog(name: str) -> Response:
    """One catalogue of a release."""
    catalog = _catalog_name(name)
    return _answer(f"/{name}", _JSON, lambda release: _make_catalog(release, catalog))


@v1.route("/catalogs/<name>.csv")
@v1.doc(
    **operation(
        "getCatalogCsv",
        tag="catalogs",
        summary=("Un catálogo en CSV", "One catalogue as CSV"),
        about=(
            "Las mismas filas que en JSON; las listas van unidas por «;».",
            "The same rows as in JSON; lists are joined by “;”.",
        ),
        media={_CSV: {"type": "string"}},
        parameters=[_NAME_PARAMETER, *release_parameters()],
        problems=(404, 410),
        example="/api/v1/catalogs/categories.csv",
    )
)
def get_catalog_csv(name: str) -> Response:
    """One catalogue of a release as CSV."""
    catalog = _catalog_name(name)
    return _answer(f"/{name}.csv", _CSV, lambda release: _make_csv(release, catalog))


def _answer(path: str, media_type: str, make: Callable[[Release], tuple[bytes, Headers]]) -> Response:
    reader = parameter_reader(*CHOICE)
    choice = read_choice(reader)
    reader.raise_problems()
    require_acceptable(media_type)
    release = chosen_release(choice)
    representation = Representation(
        release=release,
        key=f"{PATH}{path}",
        media_type=f"{media_type}; charset=utf-8; header=present" if media_type == _CSV else media_type,
        pinned=choice.is_pinned,
        by_language=not path,
    )
    return answer_body(representation, lambda: make(release))


def _catalog_name(text: str) -> CatalogName:
    try:
        return CatalogName(text)
    except ValueError as error:
        raise NotFound("No existe ese catálogo.", "There is no such catalogue.") from error


def _make_list(release: Release) -> tuple[bytes, Headers]:
    lang = preferred_language()
    items = [
        {
            "name": name.value,
            "title": CATALOG_TITLES[name].text(lang),
            "entries": len(release.catalogs.entries(name)),
            "url": absolute(f"{PATH}/{name.value}"),
        }
        for name in CatalogName
    ]
    return encode_json({"release": release.number, "items": items}), ()


def _make_catalog(release: Release, name: CatalogName) -> tuple[bytes, Headers]:
    body = {"release": release.number, "name": name.value, "items": catalog_rows(release.catalogs, name)}
    return encode_json(body), ()


def _make_csv(release: Release, name: CatalogName) -> tuple[bytes, Headers]:
    origin = Origin(release, f"{PATH}/{name.value}.csv")
    headers = origin.headers(name=f"{name.value}.csv", rows=len(release.catalogs.entries(name)))
    return write_catalog_csv(release.catalogs, name), headers
