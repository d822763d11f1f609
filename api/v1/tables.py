"""`GET /releases/<n>/tables/<name>.<format>`: the tables beside the records, whole, for programs that open no Arrow."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa
from flask import Response

from api.conditional import Headers, Representation, answer_stream
from api.negotiation import require_acceptable
from api.parameters import refuse_parameters
from api.releases_at import download_name, release_numbered
from api.schemas.texts import both
from api.spec import Document, operation, path_parameter
from api.v1.blueprints import v1
from exemptions.release import FACT_TABLES, Release
from exporters.formats import FORMATS, Format
from exporters.tables import as_told

_OFFERED = ("csv", "ndjson", "parquet")
_NUMBER = path_parameter(
    "number", both("Número de la publicación.", "Number of the release."), {"type": "integer", "minimum": 1}
)
_NAME = path_parameter("name", both("Tabla.", "Table."), {"type": "string", "enum": list(FACT_TABLES)})


def table_path(number: int, name: str, form: Format) -> str:
    """Where a table of a release is found in a format."""
    return f"/api/v1/releases/{number}/tables/{name}{form.suffix}"


def _add_table(form: Format) -> None:
    """Add the route that gives the tables in one format."""

    def export(number: int, name: str) -> Response:
        return _export(form, number, name)

    export.__doc__ = f"A table of a release as {form.name}."
    rule = f"/releases/<int:number>/tables/<name>{form.suffix}"
    v1.add_url_rule(rule, f"table_{form.name}", v1.doc(**_describe(form))(export))


def _describe(form: Format) -> Document:
    schema = {"type": "string", "format": "binary"} if form.name == "parquet" else {"type": "string"}
    return operation(
        f"exportTable{form.name.capitalize()}",
        tag="releases",
        summary=(f"Una tabla de una publicación, en {form.name}", f"A table of a release, as {form.name}"),
        about=(
            "Empleos, montos, energía, eventos, gasto tributario, PIB y deflactor o lo que se reserva, completos. Los "
            "montos están en quetzales.",
            "Jobs, amounts, energy, events, tax expenditure, GDP and deflator or what is withheld, whole. Amounts are "
            "in quetzales.",
        ),
        media={form.media_type.split(";")[0]: schema},
        parameters=[_NUMBER, _NAME],
        problems=(404, 410),
        example=f"/api/v1/releases/1/tables/jobs{form.suffix}",
    )


def _export(form: Format, number: int, name: str) -> Response:
    refuse_parameters()
    require_acceptable(form.media_type.split(";")[0])
    release = release_numbered(number)
    batch = release.fact_table(name)
    representation = Representation(
        release=release,
        key=table_path(number, name, form),
        media_type=form.media_type,
        pinned=True,
        by_language=False,
        compressible=form.name != "parquet",
    )
    return answer_stream(representation, lambda: _make(form, release, name, batch))


def _make(form: Format, release: Release, name: str, batch: pa.RecordBatch) -> tuple[Iterable[bytes], Headers]:
    told = as_told(batch)
    headers = (
        ("Content-Disposition", f'attachment; filename="{download_name(release, name + form.suffix)}"'),
        ("X-Total-Count", str(batch.num_rows)),
    )
    return form.stream([told], schema=told.schema), headers


for _name in _OFFERED:
    _add_table(FORMATS[_name])
