"""What is withheld: the cells, and how many values of each column."""

from __future__ import annotations

from marshmallow import Schema, fields

from api.schemas.records import AnswerSchema
from api.schemas.texts import about
from exemptions.disclosure_control import CellState


class WithheldCellSchema(Schema):
    year = fields.Integer(required=True)
    category = fields.String(required=True)
    person_kind = fields.String(required=True)
    tax = fields.String(
        required=True,
        allow_none=True,
        metadata=about("null: todos los impuestos juntos.", "null: all taxes together."),
    )
    state = fields.String(required=True, metadata={"enum": [state.value for state in CellState]})
    taxpayers = fields.Integer(
        required=True,
        allow_none=True,
        metadata=about("null si son menos de tres.", "null if they are fewer than three."),
    )
    amount_gtq = fields.Float(
        required=True,
        allow_none=True,
        metadata=about("null si no se puede decir.", "null if it may not be told."),
    )
    since_release = fields.Integer(
        required=True,
        allow_none=True,
        metadata=about(
            "La publicación que dijo primero esa cifra: vale desde entonces.",
            "The release that told this number first: it stands since then.",
        ),
    )
    since_date = fields.Date(required=True, allow_none=True)
    ground = fields.String(required=True)
    authority = fields.String(required=True)
    decided_on = fields.Date(required=True)


class WithheldSchema(AnswerSchema):
    total = fields.Integer(required=True)
    items = fields.List(fields.Nested(WithheldCellSchema), required=True)
    count_only = fields.List(
        fields.Dict(),
        required=True,
        metadata=about(
            "Categorías cuyos registros no están en ningún archivo: solo se cuentan.",
            "Categories whose records are in no file: they are only counted.",
        ),
    )
    fields_withheld = fields.List(
        fields.Dict(),
        required=True,
        metadata=about(
            "Cuántos valores de cada columna, categoría y clase de persona se reservan, con su fundamento.",
            "How many values of each column, category and kind of person are withheld, with the ground.",
        ),
    )
