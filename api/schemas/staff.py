"""What the staff's API takes and gives."""

from __future__ import annotations

from typing import Any

from marshmallow import RAISE, Schema, fields, validate

from api.schemas.texts import about
from exemptions.batches import State
from exemptions.datasets import Dataset, Mode
from exemptions.finding import Severity
from exemptions.guards import Guard
from exemptions.jobs import JobKind, JobState

LONGEST_REASON = 2_000
LONGEST_NOTE = 500
"""As long as the pages allow."""
_LARGEST = 10**9


_KEPT = r"^[^\u0000]*$"
"""Any text but one with a NUL, which no database keeps."""


def _text(*, longest: int | None = None, **options: Any) -> fields.String:
    checks: list[validate.Validator] = [validate.Regexp(_KEPT)]
    return fields.String(validate=[*checks, validate.Length(max=longest)] if longest else checks, **options)


def _reason(longest: int = LONGEST_REASON) -> fields.String:
    written = validate.Regexp(r"^[^\u0000]*[^\s\u0000][^\u0000]*$", error="Is blank.")
    return fields.String(required=True, validate=[written, validate.Length(max=longest)])


class _Whole(fields.Integer):
    """A whole number; 5.0 is one in JSON, 5.5 and "5" are not."""

    def _validated(self, value: Any) -> int:
        whole = int(value) if isinstance(value, float) and value.is_integer() else value
        return super()._validated(whole)


class _YesOrNo(fields.Boolean):
    """true or false; of what else could mean one of them JSON has no need."""

    def _deserialize(self, value: Any, *args: Any, **others: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


class _Order(Schema):
    class Meta:
        unknown = RAISE


class LiftSchema(_Order):
    """What an approver allows of that which holds a batch back."""

    removals = _Whole(
        strict=True,
        load_default=None,
        validate=validate.Range(0, _LARGEST),
        metadata=about("Registros que pueden terminar.", "Records that may end."),
    )
    change_pct = fields.Float(
        load_default=None,
        validate=validate.Range(0, _LARGEST),
        metadata=about("Cuánto pueden moverse los totales, en %.", "By how much totals may move, in %."),
    )
    accepted = fields.Dict(
        keys=fields.String(validate=validate.OneOf([guard.value for guard in Guard])),
        values=_Whole(strict=True, validate=validate.Range(0, _LARGEST)),
        load_default=dict,
        metadata=about("Otros resguardos, cada uno con su número.", "Other guards, each with its number.")
        | {"propertyNames": {"enum": [guard.value for guard in Guard]}},
    )
    reason = _reason()


class ApproveSchema(_Order):
    lift = fields.Nested(LiftSchema, load_default=None, allow_none=True)
    seen = _text(
        load_default=None,
        metadata=about(
            "El seen del lote que se revisó; si cambió desde entonces, la respuesta es 409.",
            "The seen of the batch that was reviewed; if it changed since then, the answer is 409.",
        ),
    )


class RejectSchema(_Order):
    reason = _reason()


class PublishSchema(_Order):
    note = _text(longest=LONGEST_NOTE, load_default=None, allow_none=True)


class RollbackSchema(_Order):
    """An order without words."""


class WithdrawSchema(_Order):
    reason = _reason(LONGEST_NOTE)
    records = fields.List(_text(), load_default=list)
    fields_ = fields.List(_text(), load_default=list, data_key="fields", attribute="fields")
    also = _Whole(
        strict=True,
        load_default=0,
        validate=validate.Range(0, _LARGEST),
        metadata=about(
            "Cuántas publicaciones posteriores puede llevarse.", "How many later releases it may take along."
        ),
    )
    leave_nothing = _YesOrNo(load_default=False)


class HoldSchema(Schema):
    guard = fields.String(required=True, metadata={"enum": [guard.value for guard in Guard]})
    measured = fields.Float(required=True)
    limit = fields.Float(required=True)
    detail = fields.Dict(required=True)
    message = fields.String(required=True)


class BatchSchema(Schema):
    batch = fields.Integer(required=True)
    dataset = fields.String(required=True, metadata={"enum": [dataset.value for dataset in Dataset]})
    state = fields.String(required=True, metadata={"enum": [state.value for state in State]})
    mode = fields.String(required=True, metadata={"enum": [mode.value for mode in Mode]})
    cutoff = fields.Date(required=True)
    file_name = fields.String(required=True)
    size_bytes = fields.Integer(required=True)
    rows = fields.Integer(required=True)
    added = fields.Integer(required=True, allow_none=True)
    ended = fields.Integer(required=True, allow_none=True)
    changed = fields.Integer(required=True, allow_none=True)
    errors = fields.Integer(required=True)
    warnings = fields.Integer(required=True)
    loaded_by = fields.String(required=True)
    loaded_at = fields.DateTime(required=True)
    decided_by = fields.String(required=True, allow_none=True)
    decided_at = fields.DateTime(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)
    lifted = fields.Dict(required=True, allow_none=True)
    release = fields.Integer(required=True, allow_none=True)
    guards = fields.List(fields.Nested(HoldSchema), required=True)
    seen = fields.String(
        required=True,
        metadata=about(
            "Cambia cuando cambia el lote o aquello con lo que se compara.",
            "Changes when the batch, or what it is compared with, changes.",
        ),
    )


class BatchListSchema(Schema):
    items = fields.List(fields.Nested(BatchSchema), required=True)
    next = fields.String(
        required=True, allow_none=True, metadata=about("Dirección de lo que sigue.", "Address of what follows.")
    )


class FindingSchema(Schema):
    row = fields.Integer(required=True, allow_none=True)
    column = fields.String(required=True)
    key = fields.String(required=True)
    value = fields.String(required=True, allow_none=True)
    rule = fields.String(required=True)
    severity = fields.String(required=True, metadata={"enum": [severity.value for severity in Severity]})
    message = fields.String(required=True)
    remedy = fields.String(required=True)


class ReportSchema(Schema):
    batch = fields.Integer(required=True)
    findings = fields.List(fields.Nested(FindingSchema), required=True)


class ComparisonSchema(Schema):
    batch = fields.Integer(required=True)
    dataset = fields.String(required=True)
    state = fields.String(required=True)
    before = fields.Integer(required=True)
    added = fields.Integer(required=True)
    ended = fields.Integer(required=True)
    changed = fields.Integer(required=True)
    after = fields.Integer(required=True)
    touched_pct = fields.Float(required=True)
    guards = fields.List(fields.Nested(HoldSchema), required=True)
    categories = fields.List(fields.Dict(), required=True)
    new_categories = fields.List(fields.String(), required=True)
    vanished_categories = fields.List(fields.String(), required=True)
    fields_ = fields.Dict(required=True, data_key="fields", attribute="fields")
    movers = fields.Dict(required=True)
    totals = fields.List(fields.Dict(), required=True)


class JobSchema(Schema):
    job = fields.Integer(required=True)
    kind = fields.String(required=True, metadata={"enum": [kind.value for kind in JobKind]})
    state = fields.String(required=True, metadata={"enum": [state.value for state in JobState]})
    actor = fields.String(required=True)
    step = fields.String(required=True, allow_none=True)
    done = fields.Integer(
        required=True,
        allow_none=True,
        metadata=about("Filas hechas en este paso.", "Rows done in this step."),
    )
    total = fields.Integer(required=True, allow_none=True)
    outcome = fields.Dict(
        required=True,
        allow_none=True,
        metadata=about(
            "load: batch y state; publish: release; rollback: release y restores; withdraw: withdrawn, rebuilt y "
            "current; si falló, el motivo en es y en.",
            "load: batch and state; publish: release; rollback: release and restores; withdraw: withdrawn, rebuilt "
            "and current; when it failed, the reason under es and en.",
        ),
    )
    created_at = fields.DateTime(required=True)
    started_at = fields.DateTime(required=True, allow_none=True)
    ended_at = fields.DateTime(required=True, allow_none=True)


class JobListSchema(Schema):
    items = fields.List(fields.Nested(JobSchema), required=True)
    next = fields.String(
        required=True, allow_none=True, metadata=about("Dirección de lo que sigue.", "Address of what follows.")
    )


class StaffReleaseSchema(Schema):
    release = fields.Integer(required=True)
    published_at = fields.DateTime(required=True)
    published_by = fields.String(required=True)
    status_date = fields.Date(required=True)
    note = fields.String(required=True, allow_none=True)
    restores = fields.Integer(required=True, allow_none=True)
    withdrawn_at = fields.DateTime(required=True, allow_none=True)
    withdrawn_by = fields.String(required=True, allow_none=True)
    withdrawn_reason = fields.String(required=True, allow_none=True)


class StaffReleaseListSchema(Schema):
    items = fields.List(fields.Nested(StaffReleaseSchema), required=True)
    approved = fields.List(
        fields.Integer(),
        required=True,
        metadata=about("Lotes que esperan publicación.", "Batches that wait to be published."),
    )


class DatasetStateSchema(Schema):
    dataset = fields.String(required=True, metadata={"enum": [dataset.value for dataset in Dataset]})
    last_batch = fields.Integer(required=True, allow_none=True)
    last_state = fields.String(required=True, allow_none=True)
    last_loaded_at = fields.DateTime(required=True, allow_none=True)
    release = fields.Integer(required=True, allow_none=True)
    published_cutoff = fields.Date(required=True, allow_none=True)
    rows = fields.Integer(required=True)
    covers_from = fields.String(required=True, allow_none=True)
    covers_until = fields.String(required=True, allow_none=True)
    due = fields.Date(required=True, allow_none=True)
    days_overdue = fields.Integer(required=True)


class DatasetListSchema(Schema):
    items = fields.List(fields.Nested(DatasetStateSchema), required=True)
