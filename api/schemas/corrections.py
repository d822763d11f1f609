"""What became of the public's reports."""

from __future__ import annotations

from marshmallow import Schema, fields

from api.schemas.texts import about
from exemptions.correction_log import CorrectionState


class CorrectionSchema(Schema):
    number = fields.String(required=True, metadata={"pattern": "^[0-9A-HJKMNP-TV-Z]{10}$"})
    state = fields.String(required=True, metadata={"enum": [state.value for state in CorrectionState]})
    received_on = fields.Date(required=True)
    record_id = fields.String(
        required=True,
        allow_none=True,
        metadata=about("Registro del que trata.", "Record that it is about."),
    )
    answer = fields.String(required=True, allow_none=True)
    answered_on = fields.Date(required=True, allow_none=True)
    release = fields.Integer(
        required=True,
        allow_none=True,
        metadata=about("Publicación que lo corrigió.", "Release that put it right."),
    )


class CorrectionListSchema(Schema):
    total = fields.Integer(required=True)
    items = fields.List(fields.Nested(CorrectionSchema), required=True)
    next = fields.String(
        required=True,
        allow_none=True,
        metadata=about("Dirección de lo que sigue.", "Address of what follows."),
    )
