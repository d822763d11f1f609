"""A result as a whole: how many, of what kinds, how much, since when, and whose."""

from __future__ import annotations

from marshmallow import Schema, fields

from api.schemas.records import AnswerSchema, FacetValueSchema, SumsSchema
from api.schemas.texts import about
from exemptions.columns import JobsKind

_RECORDS = about("Registros que la cifra suma.", "Records that the figure adds up.")
_MONEY = about("Quetzales, con dos decimales exactos.", "Quetzales, with two exact decimals.")
_SHARE = about("Parte del total, de 0 a 1, con cuatro decimales.", "Part of the total, from 0 to 1, four decimals.")


class AmountLineSchema(Schema):
    tax = fields.String(
        required=True,
        allow_none=True,
        metadata=about("Impuesto; null es todos juntos.", "Tax; null is all of them together."),
    )
    mechanism = fields.String(
        required=True,
        allow_none=True,
        metadata=about("Código de /api/v1/catalogs/mechanisms.", "Code of /api/v1/catalogs/mechanisms."),
    )
    is_not_paid = fields.Boolean(
        required=True,
        metadata=about(
            "Si es impuesto dejado de pagar; lo suspendido y lo devuelto no lo es.",
            "Whether it is tax not paid; what was suspended or paid back is not.",
        ),
    )
    amount_gtq = fields.Float(required=True, metadata=_MONEY)
    records = fields.Integer(required=True, metadata=_RECORDS)


class AmountYearSchema(Schema):
    year = fields.Integer(required=True, allow_none=True)
    not_paid_gtq = fields.Float(
        required=True,
        allow_none=True,
        metadata=about(
            "Impuesto no pagado, en quetzales con dos decimales exactos; null si nada publicado de ese año lo es.",
            "Tax not paid, in quetzales with two exact decimals; null where nothing published of that year is.",
        ),
    )
    records = fields.Integer(required=True, metadata=_RECORDS)
    deferred_gtq = fields.Float(
        required=True,
        allow_none=True,
        metadata=about(
            "Lo suspendido y lo devuelto, aparte: no es impuesto dejado de pagar.",
            "What was suspended or paid back, apart: it is not tax forgone.",
        ),
    )
    deferred_records = fields.Integer(required=True, metadata=_RECORDS)
    lines = fields.List(fields.Nested(AmountLineSchema), required=True)


class JobsYearSchema(Schema):
    year = fields.Integer(required=True, allow_none=True)
    kind = fields.String(required=True, allow_none=True, metadata={"enum": [*JobsKind, None]})
    jobs = fields.Integer(
        required=True,
        metadata=about(
            "De cada registro la cifra del año o, si no hay, la de su último trimestre; los trimestres no se suman.",
            "Of each record the year's figure or else that of its last quarter; quarters are not added.",
        ),
    )
    records = fields.Integer(required=True, metadata=_RECORDS)
    by_quarter = fields.Integer(
        required=True,
        metadata=about("Cuántos registros entran con un trimestre.", "How many records count with a quarter."),
    )


class YearCountSchema(Schema):
    year = fields.Integer(required=True)
    records = fields.Integer(required=True)


class TermsSchema(Schema):
    begun = fields.List(
        fields.Nested(YearCountSchema),
        required=True,
        metadata=about("Por año del primer día.", "By the year of the first day."),
    )
    ending = fields.List(
        fields.Nested(YearCountSchema),
        required=True,
        metadata=about("Por año del último día.", "By the year of the last day."),
    )
    without_begin = fields.Integer(
        required=True,
        metadata=about("Registros sin primer día publicado.", "Records without a published first day."),
    )
    without_end = fields.Integer(
        required=True,
        metadata=about(
            "Registros sin último día: no tienen plazo o no se publica.",
            "Records without a last day: they have no term, or it is not published.",
        ),
    )


class UpcomingEndsSchema(Schema):
    first = fields.Date(required=True)
    last = fields.Date(required=True)
    total = fields.Integer(
        required=True,
        metadata=about(
            "Beneficios por empezar, vigentes o suspendidos cuyo último día cae entre esos dos.",
            "Benefits pending, in force or suspended whose last day is between these two.",
        ),
    )


class RankedTaxpayerSchema(Schema):
    place = fields.Integer(required=True)
    nit = fields.String(
        required=True,
        allow_none=True,
        metadata=about(
            "NIT canónico; de las personas individuales no se publica.",
            "Canonical NIT; not published for natural persons.",
        ),
    )
    name = fields.String(required=True, allow_none=True)
    person_kind = fields.String(required=True)
    value = fields.Float(
        required=True,
        metadata=about("Quetzales o empleos de todos sus beneficios.", "Quetzales or jobs of all its benefits."),
    )
    share = fields.Float(required=True, allow_none=True, metadata=_SHARE)
    records = fields.Integer(required=True, metadata=_RECORDS)


class RankingSchema(Schema):
    year = fields.Integer(
        required=True, metadata=about("El año que más registros dicen.", "The year that most records tell.")
    )
    kind = fields.String(required=True, allow_none=True, metadata={"enum": [*JobsKind, None]})
    total = fields.Float(required=True, metadata=about("De todos los contribuyentes.", "Of all taxpayers."))
    taxpayers = fields.Integer(
        required=True,
        metadata=about("Contribuyentes con cifra publicada.", "Taxpayers with a published figure."),
    )
    records = fields.Integer(required=True, metadata=_RECORDS)
    items = fields.List(fields.Nested(RankedTaxpayerSchema), required=True)


class RankingsSchema(Schema):
    amount = fields.Nested(RankingSchema, required=True, allow_none=True)
    jobs = fields.Nested(RankingSchema, required=True, allow_none=True)


class CurvePointSchema(Schema):
    taxpayers = fields.Integer(required=True)
    taxpayers_share = fields.Float(required=True, metadata=_SHARE)
    amount_gtq = fields.Float(required=True, metadata=_MONEY)
    share = fields.Float(required=True, metadata=_SHARE)


class ConcentrationSchema(Schema):
    year = fields.Integer(required=True)
    taxpayers = fields.Integer(required=True)
    total_gtq = fields.Float(required=True, metadata=_MONEY)
    top_taxpayers = fields.Integer(required=True)
    top_share = fields.Float(required=True, metadata=_SHARE)
    percent_taxpayers = fields.Integer(
        required=True, metadata=about("Cuántos son el 1 %, hacia arriba.", "How many one percent is, rounded up.")
    )
    percent_share = fields.Float(required=True, metadata=_SHARE)
    curve = fields.List(fields.Nested(CurvePointSchema), required=True)


class OverviewSchema(AnswerSchema):
    records = fields.Integer(required=True, metadata=about("Registros que cumplen.", "Matching records."))
    taxpayers = fields.Integer(
        required=True,
        metadata=about(
            "NIT distintos, y cada registro sin NIT publicado por sí mismo.",
            "Distinct NITs, and each record without a published NIT as one of its own.",
        ),
    )
    spread = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.Nested(FacetValueSchema)),
        required=True,
        metadata=about(
            "Registros por valor de cada eje; un eje no aplica su propio filtro.",
            "Records by value of each axis; an axis ignores its own filter.",
        ),
    )
    sums = fields.Nested(
        SumsSchema,
        required=True,
        metadata=about(
            "Sumas de la cifra de cada registro, que es la de su año más reciente.",
            "Sums of each record's figure, which is that of its latest year.",
        ),
    )
    amounts_by_year = fields.List(
        fields.Nested(AmountYearSchema),
        required=True,
        metadata=about(
            "Todos los montos publicados, año por año; los años no se suman.",
            "All published amounts, year by year; years are not added.",
        ),
    )
    jobs_by_year = fields.List(fields.Nested(JobsYearSchema), required=True)
    terms = fields.Nested(TermsSchema, required=True)
    upcoming_ends = fields.Nested(UpcomingEndsSchema, required=True)
    rankings = fields.Nested(
        RankingsSchema,
        required=True,
        metadata=about("Null donde no hay ninguna cifra publicada.", "Null where no figure is published."),
    )
    concentration = fields.Nested(
        ConcentrationSchema,
        required=True,
        allow_none=True,
        metadata=about(
            "Null con menos de 20 contribuyentes con monto publicado.",
            "Null with fewer than 20 taxpayers with a published amount.",
        ),
    )
