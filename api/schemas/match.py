"""Answers to a list that was matched with the registry."""

from __future__ import annotations

from marshmallow import Schema, fields

from api.schemas.records import RecordSchema
from api.schemas.texts import about
from exemptions.match_values import Expected, MatchedBy, MatchState


class CandidateSchema(Schema):
    id = fields.String(
        required=True,
        metadata=about(
            "El NIT, o el identificador del registro cuando no se publica ninguno.",
            "The NIT, or the record's identifier where none is published.",
        ),
    )
    nit = fields.String(required=True, allow_none=True)
    name = fields.String(required=True, allow_none=True)
    how = fields.Enum(MatchedBy, by_value=True, required=True)
    score = fields.Float(required=True)
    record_ids = fields.List(fields.String(), required=True)


class MatchedTaxpayerSchema(Schema):
    id = fields.String(required=True)
    nit = fields.String(required=True, allow_none=True)
    name = fields.String(required=True, allow_none=True)
    records = fields.List(fields.Nested(RecordSchema), required=True)


class LineMatchSchema(Schema):
    line = fields.Integer(
        required=True,
        metadata=about("Fila de la lista, como la cuenta su archivo.", "Row of the list, as its file counts."),
    )
    value = fields.String(required=True)
    state = fields.Enum(
        MatchState,
        by_value=True,
        required=True,
        metadata=about(
            "matched: está en el registro; ambiguous: hay candidatos y decide una persona; none: no se encontró; "
            "invalid: no es un NIT posible, o pasa de lo que mide un nombre; blank: línea en blanco.",
            "matched: in the registry; ambiguous: there are candidates and a person decides; none: not found; invalid: "
            "no NIT that can exist, or longer than a name; blank: blank line.",
        ),
    )
    how = fields.Enum(
        MatchedBy,
        by_value=True,
        required=True,
        allow_none=True,
        metadata=about(
            "Mismo NIT, mismo nombre, mismas palabras en otro orden o sin forma legal, o nombre parecido.",
            "Same NIT, same name, same words in another order or without the legal form, or a near name.",
        ),
    )
    score = fields.Float(required=True, allow_none=True, metadata=about("De 0 a 100.", "From 0 to 100."))
    problem = fields.String(
        required=True,
        allow_none=True,
        metadata=about(
            "Por qué la línea no es válida: check_digit, cui, length, scientific, too_long y otros.",
            "Why the line is not valid: check_digit, cui, length, scientific, too_long and others.",
        ),
    )
    taxpayer = fields.Nested(MatchedTaxpayerSchema, required=True, allow_none=True)
    candidates = fields.List(
        fields.Nested(CandidateSchema),
        required=True,
        metadata=about(
            "De una línea por decidir, los diez de mayor puntaje como máximo.",
            "Of a line to be decided, the ten with the highest scores at most.",
        ),
    )


class MatchCountsSchema(Schema):
    matched = fields.Integer(required=True)
    ambiguous = fields.Integer(required=True)
    none = fields.Integer(required=True)
    invalid = fields.Integer(required=True)
    blank = fields.Integer(required=True)


class MatchSchema(Schema):
    release = fields.Integer(required=True)
    published_at = fields.DateTime(required=True)
    status_date = fields.Date(required=True)
    column = fields.String(
        required=True,
        allow_none=True,
        metadata=about(
            "Columna que se comparó; null si la lista no tiene encabezado y se comparó la primera.",
            "Column that was matched; null if the list has no header and the first was matched.",
        ),
    )
    expected = fields.Enum(Expected, by_value=True, required=True)
    lines = fields.Integer(required=True)
    items = fields.List(fields.Nested(LineMatchSchema), required=True)
    counts = fields.Nested(MatchCountsSchema, required=True)


class ListFaultSchema(Schema):
    row = fields.Integer(required=True, allow_none=True)
    column = fields.String(required=True)
    value = fields.String(required=True, allow_none=True)
    rule = fields.String(required=True)
    message = fields.String(required=True)
    remedy = fields.String(required=True)


class ListProblemSchema(Schema):
    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    instance = fields.String(required=True)
    request_id = fields.String(required=True)
    errors = fields.List(fields.Nested(ListFaultSchema), required=True)
