"""Records and what belongs to them, made from the column table."""

from __future__ import annotations

from marshmallow import Schema, fields

from api.schemas.texts import about, both
from exemptions.columns import COLUMNS, LIST_SEPARATOR, Column, JobsKind, Kind
from exemptions.fact_codes import Technology
from exemptions.org_id import SCHEME

MONEY_EXAMPLE = 1234567.1


def column_field(column: Column) -> fields.Field[object]:
    """The field of one published column."""
    metadata: dict[str, object] = {"title": both(column.es, column.en), "description": _description(column)}
    if column.choices:
        metadata["enum"] = [*column.choices, None] if column.nullable else list(column.choices)
    return _field(column.kind, nullable=column.nullable, metadata=metadata)


def _field(kind: Kind, *, nullable: bool, metadata: dict[str, object]) -> fields.Field[object]:
    made: object
    match kind:
        case Kind.TEXT | Kind.CODE:
            made = fields.String(allow_none=nullable, metadata=metadata)
        case Kind.LIST:
            made = fields.List(fields.String(), allow_none=nullable, metadata=metadata)
        case Kind.DATE:
            made = fields.Date(allow_none=nullable, metadata=metadata)
        case Kind.INTEGER:
            made = fields.Integer(allow_none=nullable, metadata=metadata)
        case Kind.MONEY | Kind.NUMBER:
            made = fields.Float(allow_none=nullable, metadata=metadata)
        case Kind.BOOLEAN:
            made = fields.Boolean(allow_none=nullable, metadata=metadata)
    return made  # type: ignore[return-value]


def _description(column: Column) -> dict[str, str]:
    es, en = column.about_es, column.about_en
    if column.catalog:
        es += f" Códigos en /api/v1/catalogs/{column.catalog}."
        en += f" Codes at /api/v1/catalogs/{column.catalog}."
    if column.kind is Kind.MONEY:
        es += " Quetzales, con dos decimales exactos."
        en += " Quetzales, with two exact decimals."
    if column.kind is Kind.LIST:
        es += f" En CSV, unidos por «{LIST_SEPARATOR}»."
        en += f" Joined by “{LIST_SEPARATOR}” in CSV."
    return both(es, en)


RecordSchema = Schema.from_dict({column.key: column_field(column) for column in COLUMNS}, name="RecordSchema")
"""One benefit of one taxpayer. With `fields` an answer holds only the columns asked for."""


class AnswerSchema(Schema):
    """What every answer made from a release begins with."""

    release = fields.Integer(required=True, metadata=about("Número de la publicación.", "Number of the release."))
    published_at = fields.DateTime(
        required=True, metadata=about("Cuándo se publicó, en UTC.", "When it was published, in UTC.")
    )
    status_date = fields.Date(
        required=True,
        metadata=about("Día para el que se calcularon los estados.", "Day that the statuses hold for."),
    )


class FacetValueSchema(Schema):
    value = fields.String(required=True, metadata=about("Código.", "Code."))
    label = fields.String(required=True, metadata=about("Nombre del código.", "Name of the code."))
    count = fields.Integer(required=True, metadata=about("Registros.", "Records."))


class JobsSumSchema(Schema):
    year = fields.Integer(required=True, allow_none=True)
    kind = fields.String(required=True, allow_none=True, metadata={"enum": ["projected", "reported", None]})
    sum = fields.Integer(required=True)
    rows = fields.Integer(required=True, metadata=about("Registros sumados.", "Records summed."))


class AmountSumSchema(Schema):
    year = fields.Integer(required=True, allow_none=True)
    sum = fields.Float(
        required=True,
        metadata=about("Quetzales, con dos decimales exactos.", "Quetzales, with two exact decimals."),
    )
    rows = fields.Integer(required=True, metadata=about("Registros sumados.", "Records summed."))


class SumsSchema(Schema):
    jobs = fields.List(fields.Nested(JobsSumSchema), required=True)
    amount_gtq = fields.List(fields.Nested(AmountSumSchema), required=True)
    states = fields.Dict(
        keys=fields.String(),
        values=fields.Dict(keys=fields.String(), values=fields.Integer()),
        required=True,
        metadata=about(
            "Cuántos registros tienen cada estado del número: las sumas dejan fuera los que no son «reported».",
            "How many records have each state of the number: the sums leave out those that are not “reported”.",
        ),
    )


class RecordPageSchema(AnswerSchema):
    total = fields.Integer(required=True, metadata=about("Registros que cumplen.", "Matching records."))
    approximate = fields.Boolean(
        required=True,
        metadata=about(
            "Nada coincidió con exactitud y se buscaron palabras parecidas.",
            "Nothing matched exactly, and similar words were searched.",
        ),
    )
    items = fields.List(fields.Nested(RecordSchema), required=True)
    facets = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.Nested(FacetValueSchema)),
        required=True,
        metadata=about(
            "Registros por valor de cada faceta pedida; una faceta no aplica su propio filtro.",
            "Records by value of each facet asked for; a facet ignores its own filter.",
        ),
    )
    sums = fields.Nested(
        SumsSchema,
        required=True,
        metadata=about(
            "Sumas de lo publicado; años y clases nunca se suman entre sí.",
            "Sums of what is published; years and kinds are never added together.",
        ),
    )
    next = fields.String(
        required=True,
        allow_none=True,
        metadata=about("Dirección de la página siguiente, o null.", "Address of the next page, or null."),
    )


_SOURCE = about(
    "De dónde viene; «registry» es el registro mismo.", "Where it comes from; “registry” is the registry itself."
)


def _brought() -> fields.Integer:
    return fields.Integer(
        required=True,
        allow_none=True,
        metadata=about(
            "Publicación que trajo este dato; null si es anterior a que se anotara.",
            "Release that brought this fact; null if it is older than the note of it.",
        ),
    )


class JobsFactSchema(Schema):
    record_id = fields.String(required=True)
    period = fields.String(
        required=True,
        allow_none=True,
        metadata=about(
            "«2025» o «2025-T3»; los trimestres de un año no se suman.",
            "“2025” or “2025-T3”; the quarters of a year are not added.",
        ),
    )
    year = fields.Integer(required=True, allow_none=True)
    kind = fields.String(required=True, allow_none=True, metadata={"enum": [*JobsKind, None]})
    jobs = fields.Integer(required=True)
    source = fields.String(required=True, allow_none=True, metadata=_SOURCE)
    release = _brought()


class AmountFactSchema(Schema):
    record_id = fields.String(required=True)
    year = fields.Integer(required=True, allow_none=True)
    tax = fields.String(
        required=True,
        allow_none=True,
        metadata=about("Impuesto; null es todos juntos.", "Tax; null is all of them together."),
    )
    mechanism = fields.String(
        required=True,
        allow_none=True,
        metadata=about(
            "Código de /api/v1/catalogs/mechanisms. Lo suspendido y lo devuelto no es impuesto dejado de pagar y no "
            "entra en las sumas.",
            "Code of /api/v1/catalogs/mechanisms. What is suspended or paid back is not tax forgone and enters no sum.",
        ),
    )
    amount_gtq = fields.Float(
        required=True,
        metadata=about(
            "Quetzales, con dos decimales exactos; una rectificación puede ser negativa.",
            "Quetzales, with two exact decimals; a correction may be negative.",
        ),
    )
    source = fields.String(required=True, allow_none=True, metadata=_SOURCE)
    release = _brought()


class EnergySchema(Schema):
    record_id = fields.String(required=True)
    project = fields.String(required=True, allow_none=True)
    technology = fields.String(required=True, allow_none=True, metadata={"enum": [*Technology, None]})
    capacity_kw = fields.Integer(required=True, allow_none=True, metadata=about("Kilovatios.", "Kilowatts."))
    municipality = fields.String(
        required=True,
        allow_none=True,
        metadata=about("Código de /api/v1/catalogs/municipalities.", "Code of /api/v1/catalogs/municipalities."),
    )
    valid_from = fields.Date(required=True, allow_none=True)
    valid_until = fields.Date(required=True, allow_none=True)
    source = fields.String(required=True, allow_none=True, metadata=_SOURCE)
    release = _brought()


class EventSchema(Schema):
    record_id = fields.String(required=True)
    event = fields.String(
        required=True,
        metadata={"enum": ["suspension", "revocation", "cancellation", "reactivation", "expiry"]},
    )
    date = fields.Date(required=True, allow_none=True)
    until = fields.Date(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)
    legal_basis = fields.String(required=True, allow_none=True)
    source = fields.String(required=True, allow_none=True, metadata=_SOURCE)
    release = _brought()


class ChangeSchema(Schema):
    record_id = fields.String(required=True)
    kind = fields.String(required=True, metadata={"enum": ["added", "ended", "changed"]})
    field = fields.String(
        required=True,
        allow_none=True,
        metadata=about(
            "Columna que cambió; null si el registro entró o salió.",
            "Column that changed; null when the record came or went.",
        ),
    )
    before = fields.String(required=True, allow_none=True)
    after = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)
    release = fields.Integer(required=True)


class EndedSchema(Schema):
    record_id = fields.String(required=True)
    release = fields.Integer(
        required=True, metadata=about("Primera publicación que ya no lo tuvo.", "First release without it.")
    )
    last_release = fields.Integer(
        required=True,
        allow_none=True,
        metadata=about(
            "Última publicación que lo tuvo; null si fue retirada.", "Last release with it; null if it was withdrawn."
        ),
    )
    last = fields.String(
        required=True,
        allow_none=True,
        metadata=about("El registro en esa publicación.", "The record in that release."),
    )


_VALUE_RELEASES = about(
    "Columna → publicación que trajo el valor que se muestra.",
    "Column → release that brought the value that is shown.",
)


class LinksSchema(Schema):
    self = fields.String(required=True, metadata=about("Esta respuesta.", "This answer."))
    permalink = fields.String(
        required=True,
        metadata=about("La misma en esta publicación, para citar.", "The same in this release, to cite."),
    )
    page = fields.String(required=True, metadata=about("Página para personas.", "Page for people."))


class _FactsSchema(AnswerSchema):
    jobs = fields.List(fields.Nested(JobsFactSchema), required=True)
    amounts = fields.List(fields.Nested(AmountFactSchema), required=True)
    energy = fields.List(fields.Nested(EnergySchema), required=True)
    events = fields.List(fields.Nested(EventSchema), required=True)
    history = fields.List(fields.Nested(ChangeSchema), required=True)
    links = fields.Nested(LinksSchema, required=True)


class IdentifierSchema(Schema):
    scheme = fields.String(
        required=True, metadata={"enum": [SCHEME], **about("Lista de org-id.guide.", "List of org-id.guide.")}
    )
    id = fields.String(required=True, metadata=about("NIT con guion.", "NIT with its hyphen."))
    org_id = fields.String(
        required=True,
        metadata={
            "pattern": "^GT-NIT-[0-9]+[0-9K]$",
            **about(
                "Identifica a la organización entre todos los registros del mundo.",
                "Names the organisation among all registries of the world.",
            ),
        },
    )


def _identifiers() -> fields.List[object]:
    return fields.List(
        fields.Nested(IdentifierSchema),
        required=True,
        metadata=about(
            "Identificadores de la persona jurídica; vacía si es individual.",
            "Identifiers of the legal person; empty for a natural one.",
        ),
    )


class RecordDetailSchema(_FactsSchema):
    record = fields.Nested(
        RecordSchema,
        required=True,
        allow_none=True,
        metadata=about(
            "null si el registro terminó y esta publicación ya no lo tiene.",
            "null if the record ended and this release no longer has it.",
        ),
    )
    identifiers = _identifiers()
    ended = fields.Nested(
        EndedSchema,
        required=True,
        allow_none=True,
        metadata=about(
            "Cuándo dejó de estar; null si la publicación lo tiene.", "When it ended; null if the release has it."
        ),
    )
    value_releases = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True, metadata=_VALUE_RELEASES)


class TaxpayerSchema(Schema):
    nit = fields.String(required=True, metadata=about("NIT canónico, sin guion.", "Canonical NIT, without hyphen."))
    nit_display = fields.String(required=True, metadata=about("NIT con guion.", "NIT with its hyphen."))
    name = fields.String(required=True, allow_none=True)
    person_kind = fields.String(required=True)
    identifiers = _identifiers()


class TaxpayerDetailSchema(_FactsSchema):
    taxpayer = fields.Nested(TaxpayerSchema, required=True)
    records = fields.List(
        fields.Nested(RecordSchema),
        required=True,
        metadata=about(
            "Vacía si todos sus beneficios dejaron de estar en el registro.",
            "Empty if none of its benefits is in the registry any more.",
        ),
    )
    ended = fields.List(
        fields.Nested(EndedSchema),
        required=True,
        metadata=about(
            "Beneficios que publicaciones anteriores tuvieron y esta ya no.",
            "Benefits that earlier releases had and this one has no more.",
        ),
    )
    value_releases = fields.Dict(
        keys=fields.String(),
        values=fields.Dict(keys=fields.String(), values=fields.Integer()),
        required=True,
        metadata=about(
            "record_id → columna → publicación que trajo el valor que se muestra.",
            "record_id → column → release that brought the value that is shown.",
        ),
    )


class SuggestionSchema(Schema):
    text = fields.String(required=True)
    kind = fields.String(required=True, metadata={"enum": ["name", "nit"]})
    nit = fields.String(required=True, allow_none=True)
    name = fields.String(
        required=True,
        allow_none=True,
        metadata=about("Nombre que lleva ese NIT.", "Name that the NIT has."),
    )
    count = fields.Integer(required=True, metadata=about("Registros.", "Records."))


class SuggestionsSchema(AnswerSchema):
    items = fields.List(fields.Nested(SuggestionSchema), required=True)
