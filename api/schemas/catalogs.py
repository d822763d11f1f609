"""Catalogues: the code lists."""

from __future__ import annotations

from marshmallow import Schema, fields

from api.schemas.texts import about


class CatalogSummarySchema(Schema):
    name = fields.String(required=True)
    title = fields.String(required=True)
    entries = fields.Integer(required=True, metadata=about("Códigos.", "Codes."))
    url = fields.String(required=True)


class CatalogListSchema(Schema):
    release = fields.Integer(required=True)
    items = fields.List(fields.Nested(CatalogSummarySchema), required=True)


class CatalogSchema(Schema):
    release = fields.Integer(required=True)
    name = fields.String(required=True)
    items = fields.List(
        fields.Dict(keys=fields.String()),
        required=True,
        metadata=about(
            "Una entrada por código: code, name_es, name_en y lo propio del catálogo.",
            "One entry for each code: code, name_es, name_en and what the catalogue has of its own.",
        ),
    )
