"""Problem documents (RFC 9457)."""

from __future__ import annotations

from marshmallow import INCLUDE, Schema, fields

from api.schemas.texts import about


class ProblemErrorSchema(Schema):
    parameter = fields.String(required=True)
    value = fields.String(required=True, allow_none=True)
    message = fields.String(required=True)
    nearest = fields.String(
        required=True,
        allow_none=True,
        metadata=about("El nombre o código válido más cercano.", "The nearest valid name or code."),
    )


class AvailableSchema(Schema):
    media_type = fields.String(required=True)
    url = fields.String(required=True)


class ProblemSchema(Schema):
    """Kinds of problems have members of their own beside these (RFC 9457 §3.2)."""

    class Meta:
        unknown = INCLUDE

    type = fields.String(required=True, metadata=about("Página que lo explica.", "Page that explains it."))
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    instance = fields.String(
        metadata=about(
            "Dirección pedida; falta si la solicitud no se pudo leer como HTTP.",
            "Address asked for; absent if the request could not be read as HTTP.",
        )
    )
    request_id = fields.String(
        required=True, metadata=about("El de X-Request-ID y de la bitácora.", "That of X-Request-ID and of the log.")
    )
    errors = fields.List(fields.Nested(ProblemErrorSchema))
    available = fields.List(
        fields.Nested(AvailableSchema),
        metadata=about("Solo con 406: lo que sí hay.", "Only with 406: what there is."),
    )
