"""`GET /records.<format>`: any search as a file, whole, streamed while it is made."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b
from urllib.parse import urlencode

from flask import Response

from api.conditional import Headers, Representation, answer_stream
from api.negotiation import require_acceptable
from api.parameters import request_params
from api.relations import link_header
from api.releases_at import download_name, release_of_query
from api.schemas.records import RecordSchema
from api.spec import Document, operation
from api.state import absolute, app_state
from api.v1.blueprints import v1
from api.v1.described import fields_parameter, filter_parameters, release_parameters, sort_parameter
from api.v1.records import PATH
from exemptions.calendar import format_instant
from exemptions.query import RegistryQuery, parse_page, parse_query, query_params
from exemptions.release import Release
from exemptions.search import all_rows
from exporters.formats import FORMATS, Format

_FINGERPRINT_BYTES = 4
"""Tells files of different searches apart in a download folder."""

_COMPRESSED_ALREADY = frozenset({"parquet", "xlsx"})


def _add_export(form: Format) -> None:
    """Add the route of one format."""

    def export() -> Response:
        return _export(form)

    export.__doc__ = f"The whole result of a search as {form.name}."
    v1.add_url_rule(f"/records{form.suffix}", f"export_{form.name}", v1.doc(**_describe(form))(export))


def _describe(form: Format) -> Document:
    name = form.name.upper() if form.name != "parquet" else "Parquet"
    schema: object = {"type": "string", "format": "binary"} if form.name == "parquet" else {"type": "string"}
    if form.name == "json":
        schema = {"type": "array", "items": RecordSchema}
    return operation(
        f"exportRecords{form.name.capitalize()}",
        tag="records",
        summary=(f"Descargar la búsqueda en {name}", f"Download the search as {name}"),
        about=(
            "La misma búsqueda que /records, completa y sin límite de filas. Si algo falla a medio camino la "
            "transferencia se corta; "
            "X-Total-Count dice cuántos registros debe tener el archivo.",
            "The same search as /records, whole and without a limit of rows. If something fails midway the transfer "
            "is cut; "
            "X-Total-Count tells how many records the file must have.",
        ),
        media={form.media_type.split(";")[0]: schema},
        parameters=[*filter_parameters(), *release_parameters(), sort_parameter(), fields_parameter()],
        headers={
            "X-Total-Count": ("Registros que debe tener el archivo.", "Records that the file must have."),
            "Content-Disposition": ("Nombre del archivo.", "Name of the file."),
        },
        problems=(404, 410),
        example=f"/api/v1/records{form.suffix}?category=COOP&category=ONG",
    )


def _export(form: Format) -> Response:
    params = request_params()
    # What does not belong to a file (limit, cursor, facets) is refused by name, like every unknown parameter.
    query = parse_query(params, app_state().catalogs, also=("fields",))
    fields = parse_page(params).fields
    require_acceptable(form.media_type.split(";")[0])
    release = release_of_query(query)
    address = _address(form, query, fields)
    representation = Representation(
        release=release,
        key=address,
        media_type=form.media_type,
        pinned=query.release is not None,
        by_language=False,
        compressible=form.name not in _COMPRESSED_ALREADY,
    )
    return answer_stream(representation, lambda: _make(form, release, query, fields))


def _make(
    form: Format, release: Release, query: RegistryQuery, fields: tuple[str, ...]
) -> tuple[Iterable[bytes], Headers]:
    rows = all_rows(release, query)
    total = release.records.num_rows if rows is None else len(rows)
    permalink = absolute(_address(form, query, fields, release=release.number))
    chunks = form.stream(
        release.iter_batches(rows),
        fields=fields or None,
        metadata=_metadata(release, permalink),
    )
    return chunks, _headers(form, release, permalink, total)


def _headers(form: Format, release: Release, permalink: str, total: int) -> Headers:
    fingerprint = blake2b(permalink.partition("?")[2].encode(), digest_size=_FINGERPRINT_BYTES).hexdigest()
    return (
        ("Content-Disposition", f'attachment; filename="{download_name(release, fingerprint + form.suffix)}"'),
        ("X-Total-Count", str(total)),
        link_header(release, f'<{permalink}>; rel="bookmark"'),
    )


def _metadata(release: Release, permalink: str) -> dict[str, str]:
    """What a file says of itself where its format has a place for it."""
    manifest = release.manifest
    return {
        "release": str(release.number),
        "published_at": format_instant(release.published_at),
        "status_date": release.status_date.isoformat(),
        "publisher": manifest["publisher"]["name"] or "",
        "license": manifest["license"]["name"] or "",
        "demonstration": str(manifest["demonstration"]).lower(),
        "source": permalink,
    }


def _address(form: Format, query: RegistryQuery, fields: tuple[str, ...], *, release: int | None = None) -> str:
    """The canonical address of the file; with `release`, the one that always gives these bytes."""
    params = [
        (name, value) for name, value in query_params(query) if release is None or name not in ("release", "as_of")
    ]
    if release is not None:
        params.append(("release", str(release)))
    if fields:
        params.append(("fields", ",".join(fields)))
    return f"{PATH}{form.suffix}?{urlencode(params, safe=',')}"


for _form in FORMATS.values():
    _add_export(_form)
