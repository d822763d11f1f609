"""Releases, their manifests and differences."""

from __future__ import annotations

from marshmallow import Schema, fields

from api.schemas.texts import about
from exemptions.state_documents import DocumentKind


class ReleaseEntrySchema(Schema):
    release = fields.Integer(required=True)
    published_at = fields.DateTime(required=True)
    status_date = fields.Date(required=True)
    manifest_sha256 = fields.String(required=True)
    restores = fields.Integer(
        required=True,
        allow_none=True,
        metadata=about("Publicación cuyo contenido repone.", "Release whose content it restores."),
    )
    state = fields.String(required=True, metadata={"enum": ["published", "withdrawn"]})
    withdrawn_at = fields.DateTime(
        required=True,
        allow_none=True,
        metadata=about("Cuándo se retiró; sus direcciones responden 410.", "When it went; its addresses answer 410."),
    )
    reason = fields.String(
        required=True, allow_none=True, metadata=about("Por qué se retiró.", "Why it was withdrawn.")
    )
    url = fields.String(required=True)


class ReleaseListSchema(Schema):
    current = fields.Integer(required=True, metadata=about("La vigente.", "The one in force."))
    items = fields.List(fields.Nested(ReleaseEntrySchema), required=True)


class PlainFileSchema(Schema):
    bytes = fields.Integer(required=True)
    sha256 = fields.String(required=True)


class ManifestFileSchema(Schema):
    path = fields.String(
        required=True,
        metadata=about(
            "Ruta en la publicación. Lo que está en downloads/ se descarga de /downloads/<n>/<archivo>.",
            "Path in the release. What is in downloads/ is downloaded from /downloads/<n>/<file>.",
        ),
    )
    bytes = fields.Integer(required=True)
    sha256 = fields.String(required=True)
    media_type = fields.String(required=True)
    rows = fields.Integer(required=True, allow_none=True)
    plain = fields.Nested(
        PlainFileSchema,
        metadata=about("El mismo archivo descomprimido.", "The same file, uncompressed."),
    )


class ChainSchema(Schema):
    releases = fields.Integer(required=True)
    sha256 = fields.String(required=True)


class MerkleSchema(Schema):
    file = fields.String(required=True)
    leaf = fields.String(required=True)
    size = fields.Integer(required=True)
    root = fields.String(required=True)


class SigningSchema(Schema):
    algorithm = fields.String(required=True)
    key_id = fields.String(required=True)


class DocumentSchema(Schema):
    kind = fields.String(required=True, metadata={"enum": list(DocumentKind)})
    title = fields.String(required=True)
    authority = fields.String(required=True)
    date = fields.Date(required=True)
    url = fields.String(required=True)


class OmittedFileSchema(Schema):
    path = fields.String(required=True)
    rows = fields.Integer(required=True)
    max_rows = fields.Integer(required=True, metadata=about("Las que admite el formato.", "Those the format takes."))


class ManifestSchema(Schema):
    format = fields.Integer(required=True)
    release = fields.Integer(required=True)
    published_at = fields.DateTime(required=True)
    status_date = fields.Date(required=True)
    previous = fields.Integer(required=True, allow_none=True)
    previous_sha256 = fields.String(
        allow_none=True,
        metadata=about("Huella del manifiesto de la anterior.", "Hash of the manifest of the one before."),
    )
    chain = fields.Nested(
        ChainSchema,
        metadata=about(
            "Resumen de las huellas de todos los manifiestos anteriores, también de los retirados.",
            "Digest of the hashes of all manifests before it, withdrawn ones included.",
        ),
    )
    merkle = fields.Nested(
        MerkleSchema,
        metadata=about(
            "Árbol de Merkle (RFC 9162) sobre las líneas de records.ndjson.",
            "Merkle tree (RFC 9162) over the lines of records.ndjson.",
        ),
    )
    signing = fields.Nested(
        SigningSchema,
        allow_none=True,
        metadata=about("Quién firma manifest.sig; null si nadie.", "Who signs manifest.sig; null if nobody."),
    )
    documents = fields.List(
        fields.Nested(DocumentSchema),
        metadata=about(
            "Documentos del Estado sobre el gasto tributario, que el registro enlaza.",
            "Documents of the State on tax expenditure, which the registry links.",
        ),
    )
    restores = fields.Integer(required=True, allow_none=True)
    note = fields.String(required=True, allow_none=True)
    demonstration = fields.Boolean(required=True, metadata=about("Los datos son inventados.", "The data is invented."))
    two_person = fields.Boolean(
        required=True,
        metadata=about("Quien carga no aprueba lo que cargó.", "Who loads does not approve what they loaded."),
    )
    publisher = fields.Dict(required=True)
    license = fields.Dict(required=True)
    contact = fields.String(required=True, allow_none=True)
    software = fields.String(required=True)
    catalogs = fields.String(
        metadata=about("Versión de los catálogos y resumen de su contenido.", "Version of the catalogues and digest.")
    )
    policy_sha256 = fields.String(
        metadata=about(
            "SHA-256 de la política de divulgación que se aplicó.", "SHA-256 of the disclosure policy that was applied."
        )
    )
    counts = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    files = fields.List(fields.Nested(ManifestFileSchema), required=True)
    omitted = fields.List(
        fields.Nested(OmittedFileSchema),
        metadata=about("Archivos que no hay porque no caben en su formato.", "Files too large for their format."),
    )


class ChangedRecordSchema(Schema):
    record_id = fields.String(required=True)
    kind = fields.String(required=True, metadata={"enum": ["added", "ended", "changed"]})
    reason = fields.String(
        required=True, allow_none=True, metadata={"enum": ["started", "expired", "suspension_ended", None]}
    )
    fields_ = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.Raw(allow_none=True)),
        data_key="fields",
        required=True,
        metadata=about("Columna → [antes, después].", "Column → [before, after]."),
    )


class ReleaseChangesSchema(Schema):
    release = fields.Integer(required=True)
    from_ = fields.Integer(required=True, allow_none=True, data_key="from")
    items = fields.List(fields.Nested(ChangedRecordSchema), required=True)
