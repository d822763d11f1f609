"""Tax expenditure told by an axis, and the catalogue of provisions."""

from __future__ import annotations

from marshmallow import Schema, fields

from api.schemas.macro import MeasuredSchema, PricesSchema
from api.schemas.records import AnswerSchema
from api.schemas.texts import about
from exemptions.expenditure_summary import Axis


class OfficialFigureSchema(MeasuredSchema):
    amount_gtq = fields.Float(required=True)
    pct_gdp = fields.Float(required=True, allow_none=True)
    partition = fields.String(required=True)
    key = fields.String(required=True)
    report = fields.String(required=True)
    method_version = fields.String(required=True, allow_none=True)
    covers = fields.List(
        fields.String(),
        required=True,
        metadata=about(
            "Si la cifra es de un grupo, todas las categorías que abarca; no se reparte entre ellas.",
            "If the figure is of a group, all the categories it covers; it is not divided among them.",
        ),
    )
    is_wider = fields.Boolean(
        required=True,
        metadata=about(
            "La cifra es de varias categorías juntas, no solo de esta fila.",
            "The figure is of several categories together, not of this row alone.",
        ),
    )


class RegistrySumSchema(Schema):
    not_paid_gtq = fields.Float(
        required=True,
        allow_none=True,
        metadata=about(
            "Suma de los montos publicados de impuesto no pagado; null si no hay ninguno.",
            "Sum of the published amounts of tax not paid; null if there is none.",
        ),
    )
    not_paid_constant_gtq = fields.Float(
        required=True,
        allow_none=True,
        metadata=about(
            "Lo mismo en quetzales de `base_year`: la suma es de un solo año.",
            "The same in quetzales of `base_year`: the sum is of a single year.",
        ),
    )
    records = fields.Integer(required=True)
    deferred_gtq = fields.Float(
        required=True,
        allow_none=True,
        metadata=about(
            "Suspensión y devolución, que no son impuesto no pagado; nunca se suman con lo anterior.",
            "Suspension and drawback, which are not tax not paid; never added to the former.",
        ),
    )
    deferred_constant_gtq = fields.Float(required=True, allow_none=True)
    deferred_records = fields.Integer(required=True)


class SummaryRowSchema(PricesSchema):
    code = fields.String(
        required=True,
        allow_none=True,
        metadata=about(
            "Valor del eje; null por año, y donde los montos no lo dicen.",
            "Value of the axis; null by year, and where the amounts do not tell it.",
        ),
    )
    label = fields.String(required=True, allow_none=True)
    year = fields.Integer(required=True)
    official = fields.List(fields.Nested(OfficialFigureSchema), required=True)
    registry = fields.Nested(RegistrySumSchema, required=True, allow_none=True)


class ExpenditureSummarySchema(AnswerSchema):
    group_by = fields.String(required=True, metadata={"enum": list(Axis)})
    has_official = fields.Boolean(
        required=True,
        metadata=about(
            "Si los informes oficiales dan cifras por este eje.", "Whether official reports give figures by this axis."
        ),
    )
    items = fields.List(fields.Nested(SummaryRowSchema), required=True)


class ProvisionSchema(Schema):
    code = fields.String(required=True)
    tax = fields.String(required=True)
    mechanism = fields.String(required=True, allow_none=True)
    category = fields.String(required=True, allow_none=True)
    exempt_type = fields.String(required=True, allow_none=True)
    has_registered_beneficiaries = fields.Boolean(
        required=True,
        metadata=about(
            "Falso si es objetiva: exime operaciones y nadie está inscrito.",
            "False if it is objective: it exempts operations and nobody is registered.",
        ),
    )
    beneficiaries_es = fields.String(required=True)
    beneficiaries_en = fields.String(required=True)
    objective_es = fields.String(required=True, allow_none=True)
    objective_en = fields.String(required=True, allow_none=True)
    legal_references = fields.List(fields.String(), required=True)
    benchmark_es = fields.String(required=True, allow_none=True)
    benchmark_en = fields.String(required=True, allow_none=True)
    starts_on = fields.Date(required=True, allow_none=True)
    ends_on = fields.Date(required=True, allow_none=True)
    term_years = fields.Integer(required=True, allow_none=True)
    term_start = fields.String(required=True, allow_none=True)
    method = fields.String(required=True, allow_none=True)
    authority = fields.String(required=True, allow_none=True)
    expenditure_group = fields.String(required=True, allow_none=True)
    scenarios = fields.List(fields.String(), required=True)
    sourcing = fields.String(required=True)


class ProvisionListSchema(AnswerSchema):
    total = fields.Integer(required=True)
    items = fields.List(
        fields.Nested(ProvisionSchema),
        required=True,
        metadata=about("Lo que nadie declara es null.", "What nobody declares is null."),
    )
