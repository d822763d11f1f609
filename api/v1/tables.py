"""`GET /releases/<n>/tables/<name>.<format>`: the tables beside the records, whole, for programs that open no Arrow."""

from __future__ import annotations

from flask import Response

from api.files import Rows, answer_file
from api.parameters import refuse_parameters
from api.provenance import Origin
from api.releases_at import release_numbered
from api.schemas.texts import both
from api.spec import Document, operation, path_parameter
from api.v1.blueprints import v1
from api.v1.table_files import describe_file, take_headings, words_of
from exemptions.release import FACT_TABLES
from exporters.formats import FORMATS, Format
from exporters.tables import as_told

_TITLE = ("Una tabla de una publicación", "A table of a release")
NUMBER_PARAMETER = path_parameter(
    "number", both("Número de la publicación.", "Number of the release."), {"type": "integer", "minimum": 1}
)
NAME_PARAMETER = path_parameter("name", both("Tabla.", "Table."), {"type": "string", "enum": list(FACT_TABLES)})


def table_path(number: int, name: str, form: Format) -> str:
    """Where a table of a release is found in a format."""
    return f"/api/v1/releases/{number}/tables/{name}{form.suffix}"


def _add_table(form: Format) -> None:
    """Add the route that gives the tables in one format."""

    def export(number: int, name: str) -> Response:
        return _export(form, number, name)

    export.__doc__ = f"A table of a release as {form.name}."
    rule = f"/releases/<int:number>/tables/<name>{form.suffix}"
    v1.add_url_rule(rule, f"table_{form.name}", v1.doc(**describe_file(_describe, form, "Table", _TITLE))(export))


def _describe(operation_id: str, suffix: str, media: dict[str, object], title: tuple[str, str]) -> Document:
    return operation(
        operation_id,
        tag="releases",
        summary=title,
        about=(
            "Empleos, montos, energía, eventos, gasto tributario, PIB y deflactor o lo que se reserva, completos. Los "
            "montos están en quetzales.",
            "Jobs, amounts, energy, events, tax expenditure, GDP and deflator or what is withheld, whole. Amounts are "
            "in quetzales.",
        ),
        media=media,
        parameters=[NUMBER_PARAMETER, NAME_PARAMETER],
        problems=(404, 410),
        example=f"/api/v1/releases/1/tables/jobs{suffix}",
    )


def _export(form: Format, number: int, name: str) -> Response:
    headings = take_headings(form)
    refuse_parameters()
    release = release_numbered(number)
    table = as_told(release.fact_table(name))
    origin = Origin(release, table_path(number, name, form), headings.params, by_path=True)
    rows = Rows([table], table.num_rows, schema=table.schema, words=words_of(name))
    return answer_file(form, origin, headings, lambda: rows, pinned=True, name=name, described=True)


for _form in FORMATS.values():
    _add_table(_form)
