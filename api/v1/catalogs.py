"""`GET /catalogs`: the code lists, as they were on the day of a release, and each of them as a file."""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa
from flask import Response

from api.conditional import Headers, Representation, answer_body
from api.json_text import encode_json
from api.negotiation import preferred_language, require_acceptable
from api.parameters import parameter_reader
from api.releases_at import CHOICE, ReleaseChoice, chosen_release, read_choice
from api.schemas.catalogs import CatalogListSchema, CatalogSchema
from api.schemas.texts import both
from api.spec import Document, operation, path_parameter
from api.state import absolute
from api.v1.blueprints import v1
from api.v1.described import release_parameters
from api.v1.table_files import AskedTable, TableFiles, add_table_files, words_of
from exemptions.catalog_columns import CATALOG_TITLES
from exemptions.catalog_entries import CatalogName
from exemptions.catalog_export import catalog_rows, catalog_table
from exemptions.errors import NotFound
from exemptions.published_tables import CATALOG_PREFIX
from exemptions.release import Release

PATH = "/api/v1/catalogs"
_JSON = "application/json"

_TITLE = ("Un catálogo", "One catalogue")
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
    return _answer("", _make_list)


@v1.route("/catalogs/<name>")
@v1.doc(
    **operation(
        "getCatalog",
        tag="catalogs",
        summary=_TITLE,
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
    return _answer(f"/{name}", lambda release: _make_catalog(release, catalog))


def _describe_file(operation_id: str, suffix: str, media: dict[str, object], title: tuple[str, str]) -> Document:
    return operation(
        # The first of these files, by whose older name clients know it.
        "getCatalogCsv" if suffix == ".csv" else operation_id,
        tag="catalogs",
        summary=title,
        about=(
            "Las mismas filas que el catálogo, planas; las listas van unidas por «;».",
            "The same rows as the catalogue, flat; lists are joined by “;”.",
        ),
        media=media,
        parameters=[_NAME_PARAMETER, *release_parameters()],
        problems=(404, 410),
        example=f"/api/v1/catalogs/categories{suffix}",
    )


def _ask_table(name: str) -> AskedTable:
    catalog = _catalog_name(name)
    release, choice = _ask()
    return AskedTable(
        release, lambda: _make_table(release, catalog), choice.params, choice.is_pinned, table=_table(catalog)
    )


def _table(name: CatalogName) -> TableFiles:
    words = words_of(f"{CATALOG_PREFIX}{name.value}")
    return TableFiles(f"/catalogs/{name.value}", "Catalog", _TITLE, name.value, words)


add_table_files(TableFiles("/catalogs/<name>", "Catalog", _TITLE, "catalog", {}), _describe_file, _ask_table)


def _answer(path: str, make: Callable[[Release], tuple[bytes, Headers]]) -> Response:
    require_acceptable(_JSON)
    release, choice = _ask()
    representation = Representation(
        release=release,
        key=f"{PATH}{path}",
        media_type=_JSON,
        pinned=choice.is_pinned,
        by_language=not path,
    )
    return answer_body(representation, lambda: make(release))


def _ask() -> tuple[Release, ReleaseChoice]:
    reader = parameter_reader(*CHOICE)
    choice = read_choice(reader)
    reader.raise_problems()
    return chosen_release(choice), choice


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


def _make_table(release: Release, name: CatalogName) -> pa.RecordBatch:
    return catalog_table(release.catalogs, name).combine_chunks().to_batches()[0]
