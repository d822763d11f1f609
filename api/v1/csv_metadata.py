"""What the CSV of a search or of a table of a release is, for programs that know CSVW."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Response

from api.conditional import Representation, answer_body
from api.json_text import encode_json
from api.negotiation import require_acceptable
from api.parameters import refuse_parameters, request_params
from api.provenance import Origin
from api.releases_at import release_numbered, release_of_query
from api.spec import operation
from api.state import app_state
from api.v1.blueprints import v1
from api.v1.described import fields_parameter, filter_parameters, release_parameters, sort_parameter
from api.v1.records import PATH
from api.v1.table_files import words_of
from api.v1.tables import NAME_PARAMETER, NUMBER_PARAMETER, table_path
from exemptions.columns import COLUMN
from exemptions.published_tables import RECORDS, TABLES
from exemptions.query import parse_page, parse_query, query_params
from exemptions.release import Release
from exporters.csvw import CSVW_MEDIA_TYPE, build_csvw
from exporters.formats import FORMATS
from exporters.published_files import CSVW_SUFFIX
from exporters.tables import as_told


@v1.route(f"/records.csv{CSVW_SUFFIX}")
@v1.doc(
    **operation(
        "getRecordsCsvMetadata",
        tag="records",
        summary=("Descripción CSVW del CSV de una búsqueda", "CSVW metadata of the CSV of a search"),
        about=(
            "Tipo, significado y valores de cada columna del CSV que da la misma búsqueda; su encabezado Link lleva "
            "aquí.",
            "Type, meaning and values of each column of the CSV of the same search; its header Link leads here.",
        ),
        media={CSVW_MEDIA_TYPE: {"type": "object"}},
        parameters=[*filter_parameters(), *release_parameters(), sort_parameter(), fields_parameter()],
        problems=(404, 410),
        example=f"/api/v1/records.csv{CSVW_SUFFIX}?category=COOP",
    )
)
def get_records_csv_metadata() -> Response:
    """The description of the CSV of a search."""
    params = request_params()
    query = parse_query(params, app_state().catalogs, also=("fields",))
    fields = parse_page(params).fields
    require_acceptable(CSVW_MEDIA_TYPE, "application/json")
    release = release_of_query(query)
    own = [("fields", ",".join(fields))] if fields else []
    described = Origin(release, f"{PATH}.csv", [*query_params(query), *own])
    columns = tuple(COLUMN[key] for key in fields) if fields else None
    url = described.address.rpartition("/")[2]
    return _answer(
        release,
        f"{described.address}{CSVW_SUFFIX}",
        lambda: build_csvw(TABLES[RECORDS], url=url, manifest=release.manifest, columns=columns),
        pinned=query.release is not None,
    )


@v1.route(f"/releases/<int:number>/tables/<name>.csv{CSVW_SUFFIX}")
@v1.doc(
    **operation(
        "getTableCsvMetadata",
        tag="releases",
        summary=("Descripción CSVW del CSV de una tabla", "CSVW metadata of the CSV of a table"),
        about=(
            "Tipo, significado y valores de cada columna del CSV de la tabla; su encabezado Link lleva aquí.",
            "Type, meaning and values of each column of the CSV of the table; its header Link leads here.",
        ),
        media={CSVW_MEDIA_TYPE: {"type": "object"}},
        parameters=[NUMBER_PARAMETER, NAME_PARAMETER],
        problems=(404, 410),
        example=f"/api/v1/releases/1/tables/jobs.csv{CSVW_SUFFIX}",
    )
)
def get_table_csv_metadata(number: int, name: str) -> Response:
    """The description of the CSV of a table of a release."""
    refuse_parameters()
    require_acceptable(CSVW_MEDIA_TYPE, "application/json")
    release = release_numbered(number)
    columns = [words_of(name)[key] for key in as_told(release.fact_table(name)).schema.names]
    path = table_path(number, name, FORMATS["csv"])
    return _answer(
        release,
        f"{path}{CSVW_SUFFIX}",
        lambda: build_csvw(TABLES[name], url=f"{name}.csv", manifest=release.manifest, columns=columns),
        pinned=True,
    )


def _answer(release: Release, key: str, make: Callable[[], Mapping[str, object]], *, pinned: bool) -> Response:
    representation = Representation(
        release=release, key=key, media_type=CSVW_MEDIA_TYPE, pinned=pinned, by_language=False
    )
    return answer_body(representation, lambda: (encode_json(make()), ()))
