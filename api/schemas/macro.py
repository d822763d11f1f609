"""The gross domestic product and its deflator, by which amounts of different years are compared."""

from __future__ import annotations

from marshmallow import Schema, fields

from api.schemas.records import AnswerSchema
from api.schemas.texts import about
from exemptions.macro import PriceState, ShareBasis


class PricesSchema(Schema):
    """What an answer tells of the prices of a year."""

    amount_constant_status = fields.String(
        required=True,
        metadata={
            "enum": list(PriceState),
            **about(
                "`not_available`: la publicación no trae el deflactor de ese año, y los montos constantes son null.",
                "`not_available`: the release has no deflator of that year, and constant amounts are null.",
            ),
        },
    )
    base_year = fields.Integer(
        required=True,
        allow_none=True,
        metadata=about("Año de cuyos quetzales son los montos constantes.", "Year whose quetzales they are in."),
    )
    deflator = fields.Float(
        required=True, allow_none=True, metadata=about("Deflactor del año del monto.", "Deflator of the amount's year.")
    )


class MeasuredSchema(Schema):
    """What an answer tells of an official figure beside its nominal amount and its report's percentage."""

    amount_constant_gtq = fields.Float(
        required=True,
        allow_none=True,
        metadata=about(
            "El mismo monto en quetzales de `base_year`, con dos decimales exactos.",
            "The same amount in quetzales of `base_year`, with two exact decimals.",
        ),
    )
    pct_gdp_computed = fields.Float(
        required=True,
        allow_none=True,
        metadata=about(
            "Por ciento del PIB publicado en /api/v1/macro, con cuatro cifras; solo si el informe no da ninguno.",
            "Percent of the GDP published at /api/v1/macro, to four digits; only if the report states none.",
        ),
    )
    pct_gdp_basis = fields.String(
        required=True,
        metadata={
            "enum": list(ShareBasis),
            **about(
                "`official`: lo dice el informe, en `pct_gdp`; `computed`: está en `pct_gdp_computed`.",
                "`official`: the report states it, in `pct_gdp`; `computed`: it is in `pct_gdp_computed`.",
            ),
        },
    )


class ProductYearSchema(Schema):
    year = fields.Integer(required=True)
    deflator = fields.Float(
        required=True,
        metadata=about(
            "Deflactor implícito del PIB: un índice que es 100 en el año base.",
            "Implicit deflator of the GDP: an index that is 100 in the base year.",
        ),
    )
    base_year = fields.Integer(required=True)
    gdp_gtq = fields.Float(
        required=True,
        metadata=about(
            "PIB del año en quetzales corrientes, con dos decimales exactos.",
            "GDP of the year in current quetzales, with two exact decimals.",
        ),
    )
    source = fields.String(required=True, metadata=about("De dónde viene la fila.", "Where the row comes from."))
    release = fields.Integer(
        required=True,
        allow_none=True,
        metadata=about("Publicación que trajo la fila.", "Release that brought the row."),
    )


class MacroSchema(AnswerSchema):
    base_year = fields.Integer(
        required=True,
        allow_none=True,
        metadata=about(
            "Año de cuyos quetzales son los montos constantes; null si la publicación no trae la serie.",
            "Year whose quetzales constant amounts are in; null if the release has no series.",
        ),
    )
    total = fields.Integer(required=True)
    items = fields.List(fields.Nested(ProductYearSchema), required=True)
