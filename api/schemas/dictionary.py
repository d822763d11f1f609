"""The data dictionary."""

from __future__ import annotations

from marshmallow import Schema, fields

from api.schemas.records import AnswerSchema
from api.schemas.texts import about
from exemptions.columns import Kind


class ValueSchema(Schema):
    value = fields.String(required=True, metadata=about("Código.", "Code."))
    about_es = fields.String(required=True)
    about_en = fields.String(required=True)


class ColumnSchema(Schema):
    column = fields.String(
        required=True, metadata=about("Nombre en los archivos y en la interfaz.", "Name in files and in the API.")
    )
    type = fields.String(required=True, metadata={"enum": [kind.value for kind in Kind]})
    unit = fields.String(required=True, allow_none=True, metadata=about("Unidad de los números.", "Unit of numbers."))
    nullable = fields.Boolean(
        required=True, metadata=about("Si un valor puede faltar.", "Whether a value may be missing.")
    )
    title_es = fields.String(required=True)
    title_en = fields.String(required=True)
    about_es = fields.String(required=True)
    about_en = fields.String(required=True)
    source_es = fields.String(required=True, metadata=about("De dónde viene.", "Where it comes from."))
    source_en = fields.String(required=True)
    disclosure_es = fields.String(
        required=True, metadata=about("Quién decide si se publica.", "Who decides whether it is published.")
    )
    disclosure_en = fields.String(required=True)
    ground_es = fields.String(
        required=True,
        metadata=about(
            "Qué se decidió, de quién y con qué fundamento legal.",
            "What was decided, of whom and on what legal ground.",
        ),
    )
    ground_en = fields.String(required=True)
    catalog = fields.String(
        required=True,
        allow_none=True,
        metadata=about("Tabla que lista los valores.", "Table that lists the values."),
    )
    values = fields.List(fields.Nested(ValueSchema), required=True)


class TableSchema(Schema):
    table = fields.String(required=True, metadata=about("Nombre de la tabla.", "Name of the table."))
    title_es = fields.String(required=True)
    title_en = fields.String(required=True)
    about_es = fields.String(required=True)
    about_en = fields.String(required=True)
    key = fields.List(
        fields.String(),
        required=True,
        metadata=about("Columnas que identifican una fila.", "Columns that name a row."),
    )
    columns = fields.List(fields.Nested(ColumnSchema), required=True)


class DictionarySchema(AnswerSchema):
    tables = fields.List(fields.Nested(TableSchema), required=True)
