"""Answers to whoever watches the service."""

from __future__ import annotations

from marshmallow import Schema, fields


class LiveSchema(Schema):
    status = fields.String(required=True, metadata={"enum": ["live"]})


class ReadySchema(Schema):
    status = fields.String(required=True, metadata={"enum": ["ready"]})
    release = fields.Integer(required=True)
    newest = fields.Integer(required=True)
