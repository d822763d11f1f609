"""Official estimates of tax expenditure."""

from __future__ import annotations

from marshmallow import Schema, fields

from api.schemas.records import AnswerSchema
from api.schemas.texts import about
from exemptions.fact_codes import Partition


class EstimateSchema(Schema):
    year = fields.Integer(required=True)
    tax = fields.String(
        required=True,
        allow_none=True,
        metadata=about(
            "Impuesto; null es todos juntos. Códigos en /api/v1/catalogs/taxes.",
            "Tax; null is all of them together. Codes at /api/v1/catalogs/taxes.",
        ),
    )
    partition = fields.String(
        required=True,
        metadata={
            "enum": list(Partition),
            **about(
                "Manera de dividir el total. Son alternativas: nunca se suman entre sí.",
                "Way of dividing the total. They are alternatives: never added together.",
            ),
        },
    )
    key = fields.String(required=True, metadata=about("Parte de la partición.", "Part of the partition."))
    group = fields.String(required=True, allow_none=True, metadata=about("Nombre de la parte.", "Name of the part."))
    amount_gtq = fields.Float(
        required=True,
        metadata=about("Quetzales, con dos decimales exactos.", "Quetzales, with two exact decimals."),
    )
    pct_gdp = fields.Float(
        required=True,
        allow_none=True,
        metadata=about(
            "Por ciento del producto interno bruto: 2.6 es 2.6 %.",
            "Percent of the gross domestic product: 2.6 is 2.6 %.",
        ),
    )
    report = fields.String(required=True, metadata=about("Informe que da la cifra.", "Report that gives the figure."))
    method_version = fields.String(
        required=True,
        allow_none=True,
        metadata=about(
            "Metodología de la estimación; cifras de metodologías distintas no se comparan.",
            "Method of the estimate; figures of different methods do not compare.",
        ),
    )
    note = fields.String(required=True, allow_none=True)
    source_url = fields.String(required=True, allow_none=True)


class ExpenditureSchema(AnswerSchema):
    total = fields.Integer(required=True, metadata=about("Estimaciones que cumplen.", "Matching estimates."))
    items = fields.List(fields.Nested(EstimateSchema), required=True)
