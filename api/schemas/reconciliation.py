"""The published amounts beside the official estimate, tax by tax."""

from __future__ import annotations

from marshmallow import Schema, fields

from api.schemas.expenditure_summary import RegistrySumSchema
from api.schemas.records import AnswerSchema
from api.schemas.texts import about
from exemptions.reconciliation import NoRatio, ReasonKind

_QUERY = about("Dirección que da el número.", "Address that gives the number.")


class ReasonSchema(Schema):
    kind = fields.String(required=True, metadata={"enum": list(ReasonKind)})
    count = fields.Integer(
        required=True,
        allow_none=True,
        metadata=about(
            "Registros; en not_individualised, tratamientos sin beneficiarios inscritos.",
            "Records; in not_individualised, treatments without registered beneficiaries.",
        ),
    )
    amount_gtq = fields.Float(required=True, allow_none=True)
    query = fields.String(required=True, metadata=_QUERY)


class ReconciledOfficialSchema(Schema):
    amount_gtq = fields.Float(required=True)
    report = fields.String(required=True)
    method_version = fields.String(required=True, allow_none=True)
    query = fields.String(required=True, metadata=_QUERY)


class ReconciledRegistrySchema(RegistrySumSchema):
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
