"""Answers of the reconciliation service, as Reconciliation Service API 0.2 shapes them."""

from __future__ import annotations

from marshmallow import Schema, fields


class ReconcileTypeSchema(Schema):
    id = fields.String(required=True)
    name = fields.String(required=True)
    broader = fields.List(fields.Dict())


class ReconcileManifestSchema(Schema):
    versions = fields.List(fields.String(), required=True)
    name = fields.String(required=True)
    identifierSpace = fields.String(required=True)  # noqa: N815 - the specification's own names
    schemaSpace = fields.String(required=True)  # noqa: N815
    documentation = fields.String(required=True)
    serviceVersion = fields.String(required=True)  # noqa: N815
    defaultTypes = fields.List(fields.Nested(ReconcileTypeSchema), required=True)  # noqa: N815
    view = fields.Dict(required=True)
    preview = fields.Dict(required=True)
    suggest = fields.Dict(required=True)
    extend = fields.Dict(required=True)


class ReconcileExtensionSchema(Schema):
    meta = fields.List(fields.Dict(), required=True)
    rows = fields.Dict(required=True)


class ReconcileSuggestedSchema(Schema):
    id = fields.String(required=True)
    name = fields.String(required=True)
    description = fields.String()
    notable = fields.List(fields.Dict())
    broader = fields.List(fields.Dict())


class ReconcileSuggestedListSchema(Schema):
    result = fields.List(fields.Nested(ReconcileSuggestedSchema), required=True)


class ReconcileFlyoutSchema(Schema):
    id = fields.String(required=True)
    html = fields.String(required=True)


class ReconcileProposalSchema(Schema):
    type = fields.String(required=True)
    limit = fields.Integer(required=True)
    properties = fields.List(fields.Nested(ReconcileSuggestedSchema), required=True)
