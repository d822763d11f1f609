"""The registry judged by three lists of what a publication of tax benefits should have."""

from __future__ import annotations

from marshmallow import Schema, fields

from api.schemas.records import AnswerSchema
from api.schemas.texts import about
from exemptions.indicators import Framework, Verdict


class JudgedSchema(Schema):
    framework = fields.String(required=True, metadata={"enum": list(Framework)})
    code = fields.String(required=True)
    asks = fields.String(required=True)
    verdict = fields.String(
        required=True,
        metadata=about(
            "`needs_state`: hay lugar y falta lo que el Estado debe entregar; `not_met`: el registro no tiene lugar.",
            "`needs_state`: there is a place and what the State must deliver is missing; `not_met`: there is no place.",
        )
        | {"enum": list(Verdict)},
    )
    rule = fields.String(required=True, metadata=about("La comprobación que se hizo.", "The check that was made."))
    count = fields.Integer(required=True, allow_none=True)
    total = fields.Integer(required=True, allow_none=True)
    is_minimum = fields.Boolean(
        required=True,
        metadata=about("Si total es lo menos que se pide.", "Whether total is the least that is wanted."),
    )
    evidence = fields.String(required=True, metadata=about("Dónde comprobarlo.", "Where to check it."))


class ScorecardSchema(AnswerSchema):
    total = fields.Integer(required=True)
    items = fields.List(fields.Nested(JudgedSchema), required=True)
