"""Official estimates of tax expenditure."""

from __future__ import annotations

from marshmallow import Schema, fields

from api.schemas.macro import MeasuredSchema, PricesSchema
from api.schemas.records import AnswerSchema
from api.schemas.texts import about
from exemptions.fact_codes import Partition


class EstimateSchema(MeasuredSchema, PricesSchema):
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
    is_latest = fields.Boolean(
        required=True,
        metadata=about("Ningún informe posterior la da de nuevo.", "No later report gives it anew."),
    )
    group_code = fields.String(
        required=True,
        allow_none=True,
        metadata=about(
            "Grupo de beneficiarios; códigos en /api/v1/catalogs/expenditure_groups.",
            "Group of beneficiaries; codes at /api/v1/catalogs/expenditure_groups.",
        ),
    )
    covers = fields.List(
        fields.String(),
        required=True,
        metadata=about(
            "Categorías del registro que el grupo abarca juntas; la cifra no se reparte entre ellas.",
            "Categories of the registry that the group covers together; the figure is not divided among them.",
        ),
    )


class VersionSchema(Schema):
    report = fields.String(required=True)
    amount_gtq = fields.Float(required=True)


class RestatementSchema(Schema):
    year = fields.Integer(required=True)
    partition = fields.String(required=True)
    key = fields.String(required=True)
    tax = fields.String(required=True, allow_none=True)
    before = fields.Nested(VersionSchema, required=True)
    after = fields.Nested(VersionSchema, required=True)
    difference_gtq = fields.Float(required=True)
    percent = fields.Float(
        required=True,
        allow_none=True,
        metadata=about("Por ciento de la cifra anterior.", "Percent of the figure before."),
    )


class ContradictionSchema(Schema):
    year = fields.Integer(required=True)
    report = fields.String(required=True)
    method_version = fields.String(required=True, allow_none=True)
    partition = fields.String(required=True)
    tax = fields.String(
        required=True,
        allow_none=True,
        metadata=about(
            "Impuesto cuya cifra se divide; null: el total.", "Tax whose figure is divided; null: the total."
        ),
    )
    key = fields.String(
        required=True,
        allow_none=True,
        metadata=about(
            "Naturaleza cuyos impuestos suman más que su cifra; null: las partes de un total.",
            "Nature whose taxes add up to more than its figure; null: the parts of a whole.",
        ),
    )
    sum_gtq = fields.Float(required=True, metadata=about("Lo que suman las partes.", "What the parts add up to."))
    whole_gtq = fields.Float(required=True, metadata=about("La cifra que se divide.", "The figure that is divided."))
    difference_gtq = fields.Float(required=True)


class ExpenditureSchema(AnswerSchema):
    total = fields.Integer(required=True, metadata=about("Estimaciones que cumplen.", "Matching estimates."))
    items = fields.List(fields.Nested(EstimateSchema), required=True)
    restatements = fields.List(
        fields.Nested(RestatementSchema),
        required=True,
        metadata=about(
            "De los mismos años: cifras que un informe posterior da de otro modo.",
            "Of the same years: figures that a later report gives otherwise.",
        ),
    )
    contradictions = fields.List(
        fields.Nested(ContradictionSchema),
        required=True,
        metadata=about(
            "De los mismos años: partes que no suman su total, con la diferencia.",
            "Of the same years: parts that do not add up to their whole, with the difference.",
        ),
    )
