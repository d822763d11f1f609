"""The published amounts beside the official estimate, tax by tax."""

from __future__ import annotations

from marshmallow import Schema, fields

from api.schemas.expenditure_summary import RegistrySumSchema
from api.schemas.records import AnswerSchema
from api.schemas.texts import about
from exemptions.reconciliation import NoRatio, ReasonKind, Unit

_QUERY = about("Dirección que da el número.", "Address that gives the number.")


class ReasonSchema(Schema):
    kind = fields.String(required=True, metadata={"enum": list(ReasonKind)})
    count = fields.Integer(
        required=True,
        allow_none=True,
        metadata=about(
            "De lo que dice unit; null si no se cuenta o no se puede decir.",
            "Of what unit tells; null if it is not counted or may not be told.",
        ),
    )
    unit = fields.String(required=True, allow_none=True, metadata={"enum": [*Unit, None]})
    cells = fields.Integer(
        required=True,
        allow_none=True,
        metadata=about(
            "En withheld, cuántas sumas por categoría y clase de persona hay en /withheld de ese año e impuesto.",
            "In withheld, how many sums by category and kind of person /withheld has of that year and tax.",
        ),
    )
    untold_cells = fields.Integer(
        required=True,
        allow_none=True,
        metadata=about("De esas, las que no se pueden decir.", "Of those, the ones that may not be told."),
    )
    amount_gtq = fields.Float(required=True, allow_none=True)
    query = fields.String(required=True, metadata=_QUERY)


class ReconciledOfficialSchema(Schema):
    amount_gtq = fields.Float(required=True)
    report = fields.String(required=True)
    method_version = fields.String(required=True, allow_none=True)
    query = fields.String(required=True, metadata=_QUERY)


class ReconciledRegistrySchema(RegistrySumSchema):
    class Meta:
        exclude = ("not_paid_constant_gtq", "deferred_constant_gtq")

    query = fields.String(required=True, metadata=_QUERY)


class ReconciliationLineSchema(Schema):
    year = fields.Integer(required=True)
    tax = fields.String(
        required=True,
        allow_none=True,
        metadata=about("Impuesto; null es todos juntos.", "Tax; null is all of them together."),
    )
    registry = fields.Nested(ReconciledRegistrySchema, required=True, allow_none=True)
    official = fields.Nested(ReconciledOfficialSchema, required=True, allow_none=True)
    ratio = fields.Float(
        required=True,
        allow_none=True,
        metadata=about(
            "Montos publicados entre estimación oficial, con cuatro decimales.",
            "Published amounts to official estimate, with four decimals.",
        ),
    )
    no_ratio = fields.String(required=True, allow_none=True, metadata={"enum": [*NoRatio, None]})
    reasons = fields.List(fields.Nested(ReasonSchema), required=True)


class ReconciliationSchema(AnswerSchema):
    total = fields.Integer(required=True)
    items = fields.List(fields.Nested(ReconciliationLineSchema), required=True)
