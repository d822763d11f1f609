"""The rules of the disclosure policy, and how they changed."""

from __future__ import annotations

from marshmallow import Schema, fields

from api.schemas.records import AnswerSchema
from api.schemas.texts import about
from exemptions.disclosure import Level


class RuleScopeSchema(Schema):
    field = fields.String(
        required=True,
        metadata=about("Columna; record es el registro entero.", "Column; record is the whole record."),
    )
    person_kind = fields.String(required=True, allow_none=True, metadata=about("null: cualquiera.", "null: any."))
    categories = fields.List(
        fields.String(), required=True, allow_none=True, metadata=about("null: todas.", "null: all.")
    )
    permanence = fields.String(required=True, allow_none=True, metadata=about("null: ambas.", "null: both."))


class RuleTermsSchema(Schema):
    level = fields.String(required=True, metadata={"enum": [level.value for level in Level]})
    threshold = fields.Integer(
        required=True,
        allow_none=True,
        metadata=about(
            "El nivel vale para valores menores: empleos, o centavos de quetzal.",
            "The level holds for values below it: jobs, or cents of a quetzal.",
        ),
    )
    ground = fields.String(required=True)
    authority = fields.String(required=True)
    date = fields.Date(required=True)


class StandingRuleSchema(Schema):
    scope = fields.Nested(RuleScopeSchema, required=True)
    terms = fields.Nested(RuleTermsSchema, required=True)
    since_release = fields.Integer(
        required=True,
        metadata=about("Primera publicación que la tiene así.", "First release that has it as it is."),
    )
    since_published_at = fields.DateTime(required=True)


class RuleChangeSchema(Schema):
    release = fields.Integer(required=True)
    published_at = fields.DateTime(required=True)
    previous_release = fields.Integer(
        required=True,
        metadata=about(
            "Publicación con la que se compara: la última anterior cuyas reglas se conocen.",
            "Release that it is compared with: the last one before it whose rules are known.",
        ),
    )
    scope = fields.Nested(RuleScopeSchema, required=True)
    before = fields.Nested(
        RuleTermsSchema, required=True, allow_none=True, metadata=about("null: no había.", "null: there was none.")
    )
    after = fields.Nested(
        RuleTermsSchema, required=True, allow_none=True, metadata=about("null: ya no hay.", "null: there is none now.")
    )


class PolicySchema(AnswerSchema):
    first_release = fields.Integer(required=True, allow_none=True)
    rules = fields.List(fields.Nested(StandingRuleSchema), required=True)
    changes = fields.List(fields.Nested(RuleChangeSchema), required=True)
    unknown_releases = fields.List(
        fields.Integer(),
        required=True,
        metadata=about(
            "Publicaciones retiradas, o ilegibles, cuyas reglas no se conocen.",
            "Releases withdrawn, or unreadable, whose rules are not known.",
        ),
    )
