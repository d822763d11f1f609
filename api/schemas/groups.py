"""A result split by codes."""

from __future__ import annotations

from marshmallow import Schema, fields

from api.schemas.records import AnswerSchema, SumsSchema
from api.schemas.texts import about


def _by_grouping(es: str, en: str) -> fields.Dict:
    return fields.Dict(
        keys=fields.String(), values=fields.String(allow_none=True), required=True, metadata=about(es, en)
    )


class GroupSchema(Schema):
    values = _by_grouping(
        "Código de cada agrupación; null en los registros que no tienen ese dato.",
        "Code of each grouping; null for records that do not have that value.",
    )
    labels = _by_grouping("Nombre de cada código.", "Name of each code.")
    records = fields.Integer(required=True, metadata=about("Registros.", "Records."))
    taxpayers = fields.Integer(
        required=True,
        metadata=about(
            "Contribuyentes: NIT distintos, y cada registro sin NIT publicado. Uno puede estar en varios grupos.",
            "Taxpayers: distinct NITs, and each record without a published NIT. One may be in several groups.",
        ),
    )
    sums = fields.Nested(SumsSchema, required=True)


class GroupsSchema(AnswerSchema):
    group_by = fields.List(fields.String(), required=True)
    total = fields.Integer(required=True, metadata=about("Registros de todos los grupos.", "Records of all groups."))
    groups = fields.List(fields.Nested(GroupSchema), required=True)
