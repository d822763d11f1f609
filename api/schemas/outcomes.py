"""The benefit against what was promised for it."""

from __future__ import annotations

from marshmallow import Schema, fields

from api.schemas.records import AnswerSchema
from api.schemas.texts import about
from exemptions.outcomes import NoOutcome
from exemptions.status import Event

_NO_RATIO = {"enum": [*NoOutcome, None]}
_RECORDS = about("Registros que la cifra suma.", "Records that the figure adds up.")


class ToldSchema(Schema):
    sum = fields.Integer(required=True, allow_none=True)
    records = fields.Integer(required=True, metadata=_RECORDS)


class ComparedSchema(Schema):
    records = fields.Integer(
        required=True,
        metadata=about(
            "Registros con empleos reportados en el año y proyectados hasta entonces.",
            "Records with jobs reported in the year and projected until then.",
        ),
    )
    projected = fields.Integer(required=True, allow_none=True)
    reported = fields.Integer(required=True, allow_none=True)
    fulfilled = fields.Float(
        required=True,
        allow_none=True,
        metadata=about("Reportados entre proyectados.", "Reported to projected."),
    )
    no_ratio = fields.String(required=True, allow_none=True, metadata=_NO_RATIO)


class PerJobSchema(Schema):
    records = fields.Integer(
        required=True,
        metadata=about(
            "Registros con monto y empleos reportados en el año.", "Records with amount and reported jobs in the year."
        ),
    )
    amount_gtq = fields.Float(required=True, allow_none=True)
    jobs = fields.Integer(required=True, allow_none=True)
    amount_per_job_gtq = fields.Float(required=True, allow_none=True)
    no_ratio = fields.String(required=True, allow_none=True, metadata=_NO_RATIO)


class OutcomeSchema(Schema):
    category = fields.String(required=True)
    year = fields.Integer(required=True)
    not_paid_gtq = fields.Float(required=True, allow_none=True)
    not_paid_records = fields.Integer(required=True, metadata=_RECORDS)
    reported = fields.Nested(ToldSchema, required=True)
    projected = fields.Nested(ToldSchema, required=True)
    compared = fields.Nested(ComparedSchema, required=True)
    per_job = fields.Nested(PerJobSchema, required=True)


class EndingSchema(Schema):
    category = fields.String(required=True)
    year = fields.Integer(required=True)
    event = fields.String(required=True, metadata={"enum": [Event.REVOCATION, Event.CANCELLATION]})
    reason = fields.String(
        required=True,
        allow_none=True,
        metadata=about("Motivo publicado; null si no hay.", "Published reason; null if there is none."),
    )
    records = fields.Integer(required=True)


class MeasuredSchema(Schema):
    code = fields.String(required=True)
    year = fields.Integer(required=True, allow_none=True)
    taxpayers = fields.Integer(required=True, allow_none=True)
    total_gtq = fields.Float(required=True, allow_none=True)
    top_10_share = fields.Float(required=True, allow_none=True)
    percent_taxpayers = fields.Integer(
        required=True,
        allow_none=True,
        metadata=about(
            "Cuántos contribuyentes son el 1 por ciento, hacia arriba.", "How many taxpayers 1 percent is, rounded up."
        ),
    )
    percent_share = fields.Float(required=True, allow_none=True)


class ConcentrationsSchema(Schema):
    category = fields.List(fields.Nested(MeasuredSchema), required=True)
    tax = fields.List(fields.Nested(MeasuredSchema), required=True)


class OutcomesSchema(AnswerSchema):
    total = fields.Integer(required=True)
    items = fields.List(fields.Nested(OutcomeSchema), required=True)
    endings = fields.List(fields.Nested(EndingSchema), required=True)
    concentration = fields.Nested(
        ConcentrationsSchema,
        required=True,
        metadata=about(
            "Con menos de 20 contribuyentes con monto publicado no se mide y sus cifras son null.",
            "With fewer than 20 taxpayers with a published amount it is not measured and its figures are null.",
        ),
    )
