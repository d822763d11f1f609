"""Keys, proofs of inclusion and citations."""

from __future__ import annotations

from marshmallow import Schema, fields

from api.schemas.texts import about


class KeySchema(Schema):
    key_id = fields.String(required=True)
    algorithm = fields.String(required=True, metadata={"enum": ["Ed25519"]})
    public_key = fields.String(required=True, metadata=about("Sus 32 bytes en base64.", "Its 32 bytes in base64."))
    pem = fields.String(required=True)
    since = fields.DateTime(required=True, allow_none=True)
    until = fields.DateTime(
        required=True, allow_none=True, metadata=about("null mientras firma.", "null while it signs.")
    )


class KeyListSchema(Schema):
    format = fields.Integer(required=True)
    keys = fields.List(fields.Nested(KeySchema), required=True)


class SignatureSchema(Schema):
    algorithm = fields.String(required=True, metadata={"enum": ["Ed25519"]})
    file = fields.String(required=True)
    format = fields.Integer(required=True)
    key_id = fields.String(required=True)
    signature = fields.String(required=True, metadata=about("64 bytes en base64.", "64 bytes in base64."))


class ProofSchema(Schema):
    kind = fields.String(required=True)
    format = fields.Integer(required=True)
    release = fields.Integer(required=True)
    published_at = fields.DateTime(required=True)
    status_date = fields.Date(required=True)
    record_id = fields.String(required=True)
    line = fields.String(
        required=True,
        metadata=about(
            "La línea de records.ndjson, sin su salto; la hoja es SHA-256(0x00 ‖ línea).",
            "The line of records.ndjson without its line feed; the leaf is SHA-256(0x00 ‖ line).",
        ),
    )
    leaf_index = fields.Integer(required=True, metadata=about("Contada desde 0.", "Counted from 0."))
    tree_size = fields.Integer(required=True)
    audit_path = fields.List(
        fields.String(),
        required=True,
        metadata=about("De la hoja hacia la raíz, en hexadecimal.", "From the leaf to the root, in hexadecimal."),
    )
    root = fields.String(required=True)
    manifest = fields.String(
        required=True,
        metadata=about("manifest.json, byte por byte, como texto.", "manifest.json, byte for byte, as a text."),
    )
    signature = fields.Nested(
        SignatureSchema,
        required=True,
        allow_none=True,
        metadata=about("El contenido de manifest.sig; null si no hay.", "The content of manifest.sig; null if none."),
    )


class CitationSchema(Schema):
    release = fields.Integer(required=True)
    published_at = fields.DateTime(required=True)
    status_date = fields.Date(required=True)
    url = fields.String(
        required=True,
        allow_none=True,
        metadata=about(
            "null donde el servidor no conoce su dirección pública.",
            "null where the server does not know its public address.",
        ),
    )
    text_es = fields.String(required=True)
    text_en = fields.String(required=True)
    bibtex = fields.String(required=True)
    csl = fields.Dict(required=True)
