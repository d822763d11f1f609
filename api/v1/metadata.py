"""What harvesters and programs read before the data: `/datapackage.json`, `/catalog.jsonld`, `/catalog.ttl`."""

from __future__ import annotations

import logging

from flask import Response

from api.conditional import Headers, Representation, answer_body
from api.earlier import EarlierManifests, earlier_manifests
from api.json_text import encode_json
from api.negotiation import require_acceptable
from api.parameters import refuse_parameters
from api.releases_at import current_release, listed_with
from api.spec import operation
from api.state import absolute
from api.v1.blueprints import root
from exemptions.release import Release
from exporters.datapackage import build_data_package
from exporters.dcat import Site, build_catalog
from exporters.published_files import DATA_PACKAGE, FOLDER

JSON_LD, TURTLE = "application/ld+json", "text/turtle"
_JSON = "application/json"
_LOG = logging.getLogger("registry.problems")

_ABOUT_CATALOG = (
    "Cada publicación es un conjunto de datos de una serie, con sus archivos como distribuciones (DCAT-AP 3). La más "
    "nueva dice todas sus tablas; las anteriores, el registro completo.",
    "Each release is a dataset of one series, with its files as distributions (DCAT-AP 3). The newest tells all its "
    "tables, the earlier ones the whole registry.",
)


@root.route(f"/{DATA_PACKAGE}")
@root.doc(
    **operation(
        "getDataPackage",
        tag="releases",
        summary=("Data Package de la publicación más nueva", "Data Package of the newest release"),
        about=(
            "Todos los archivos con su esquema de columnas, tamaño y resumen (Data Package 2.0). El de cada "
            "publicación está en /downloads/<n>/datapackage.json.",
            "All files with the schema of their columns, size and digest (Data Package 2.0). That of each release is "
            "at /downloads/<n>/datapackage.json.",
        ),
        media={_JSON: {"type": "object"}},
        example=f"/{DATA_PACKAGE}",
    )
)
def get_data_package() -> Response:
    """The Data Package of the newest release, with paths that start at the root of the site."""
    refuse_parameters()
    require_acceptable(_JSON)
    release = current_release()
    representation = Representation(
        release=release, key=f"/{DATA_PACKAGE}", media_type=_JSON, pinned=False, by_language=False
    )
    return answer_body(representation, lambda: _make_package(release))


@root.route("/catalog.jsonld")
@root.doc(
    **operation(
        "getCatalogJsonLd",
        tag="releases",
        summary=("Catálogo DCAT en JSON-LD", "DCAT catalogue as JSON-LD"),
        about=_ABOUT_CATALOG,
        media={JSON_LD: {"type": "object"}},
        example="/catalog.jsonld",
    )
)
def get_catalog_json_ld() -> Response:
    """The catalogue as JSON-LD."""
    return _answer_catalog("/catalog.jsonld", JSON_LD)


@root.route("/catalog.ttl")
@root.doc(
    **operation(
        "getCatalogTurtle",
        tag="releases",
        summary=("Catálogo DCAT en Turtle", "DCAT catalogue as Turtle"),
        about=_ABOUT_CATALOG,
        media={TURTLE: {"type": "string"}},
        example="/catalog.ttl",
    )
)
def get_catalog_turtle() -> Response:
    """The catalogue as Turtle."""
    return _answer_catalog("/catalog.ttl", TURTLE)


def _make_package(release: Release) -> tuple[bytes, Headers]:
    base = f"{FOLDER}{release.number}/"
    package = build_data_package(release.manifest, base=base, homepage=absolute("/") if absolute("") else "")
    return encode_json(package), ()


def _answer_catalog(path: str, media_type: str) -> Response:
    refuse_parameters()
    require_acceptable(media_type)
    release = current_release()
    earlier = earlier_manifests(release.number)
    # A withdrawal changes the list without a new release, and so does a manifest that is harmed or repaired; the text
    # of both is short enough to be part of the key.
    key = f"{path}\x00{listed_with(release)!r}\x00{earlier.damaged!r}"
    kind = f"{media_type}; charset=utf-8" if media_type == TURTLE else media_type
    representation = Representation(release=release, key=key, media_type=kind, pinned=False, by_language=False)
    return answer_body(representation, lambda: (_write_catalog(release, earlier, media_type), ()))


def _write_catalog(release: Release, earlier: EarlierManifests, media_type: str) -> bytes:
    if earlier.damaged:
        numbers = ", ".join(map(str, earlier.damaged))
        _LOG.warning("the catalogue leaves out releases whose manifest is damaged: %s", numbers)
    catalog = build_catalog([*earlier.read(), release.manifest], Site(absolute("")), damaged=earlier.damaged)
    if media_type == JSON_LD:
        return encode_json(catalog)
    # Most processes are never asked for Turtle, and its library takes long to load.
    from exporters.turtle import write_turtle

    return write_turtle(catalog)
