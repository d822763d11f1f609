"""`GET /records.<format>`: any search as a file, whole, streamed while it is made."""

from __future__ import annotations

from flask import Response

from api.files import HEADINGS, Rows, answer_file, file_schema, headings_parameters, read_headings
from api.negotiation import require_acceptable
from api.parameters import request_params
from api.provenance import Origin
from api.releases_at import release_of_query
from api.schemas.records import RecordSchema
from api.spec import Document, operation
from api.state import app_state
from api.v1.blueprints import v1
from api.v1.described import fields_parameter, filter_parameters, release_parameters, sort_parameter
from api.v1.records import PATH
from exemptions.query import RegistryQuery, parse_page, parse_query, query_params
from exemptions.release import Release
from exemptions.search import all_rows
from exporters.formats import FORMATS, Format

_ABOUT = (
    "La misma búsqueda que /records, completa y sin límite de filas. Si algo falla a medio camino la transferencia se "
    "corta; X-Total-Count dice cuántos registros debe tener el archivo.",
    "The same search as /records, whole and without a limit of rows. If something fails midway the transfer is cut; "
    "X-Total-Count tells how many records the file must have.",
)
_ABOUT_WORKBOOK = (
    "La misma búsqueda que /records, con celdas de texto, número y fecha, y una segunda hoja que dice de dónde sale y "
    "qué es cada columna. Hasta 100,000 filas; con más responde 422 y nombra el CSV para hojas de cálculo.",
    "The same search as /records, with cells of text, number and date, and a second sheet that tells where it comes "
    "from and what each column is. Up to 100,000 rows; for more it answers 422 and names the CSV for spreadsheets.",
)


def _add_export(form: Format) -> None:
    """Add the route of one format."""

    def export() -> Response:
        return _export(form)

    export.__doc__ = f"The whole result of a search as {form.name}."
    v1.add_url_rule(f"/records{form.suffix}", f"export_{form.name}", v1.doc(**_describe(form))(export))


def _describe(form: Format) -> Document:
    schema: object = {"type": "array", "items": RecordSchema} if form.name == "json" else file_schema(form)
    return operation(
        f"exportRecords{form.name.capitalize()}",
        tag="records",
        summary=(f"Descargar la búsqueda en {form.title}", f"Download the search as {form.title}"),
        about=_ABOUT_WORKBOOK if form.name == "xlsx" else _ABOUT,
        media={form.essence: schema},
        parameters=[
            *filter_parameters(),
            *release_parameters(),
            sort_parameter(),
            fields_parameter(),
            *headings_parameters(form),
        ],
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
    query = parse_query(params, app_state().catalogs, also=("fields", HEADINGS) if form.is_labelled else ("fields",))
    fields = parse_page(params).fields
    headings = read_headings(form, params)
    require_acceptable(form.essence)
    release = release_of_query(query)
    own = [("fields", ",".join(fields))] if fields else []
    origin = Origin(release, f"{PATH}{form.suffix}", [*query_params(query), *own, *headings.params])
    return answer_file(
        form,
        origin,
        headings,
        lambda: _select(release, query, fields),
        pinned=query.release is not None,
        described=True,
    )


def _select(release: Release, query: RegistryQuery, fields: tuple[str, ...]) -> Rows:
    rows = all_rows(release, query)
    count = release.records.num_rows if rows is None else len(rows)
    return Rows(release.iter_batches(rows), count, fields=fields or None)


for _form in FORMATS.values():
    _add_export(_form)
