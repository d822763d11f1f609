"""`/staff/batches`: what was delivered, what was found in it, what it would change, and the decision about it."""

from __future__ import annotations

from typing import Any

from flask import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.negotiation import preferred_language
from api.parameters import parameter_reader, refuse_parameters
from api.schemas.staff import (
    ApproveSchema,
    BatchListSchema,
    BatchSchema,
    ComparisonSchema,
    RejectSchema,
    ReportSchema,
)
from api.schemas.texts import both
from api.spec import query_parameter
from api.staff.access import needs
from api.staff.current import staff_book
from api.staff.difference_files import stream_csv, stream_json
from api.state import app_state
from api.v1.staff.answers import DEFAULT_LIMIT, MAX_LIMIT, answer_json, answer_stream, instant
from api.v1.staff.blueprint import PREFIX, current_actor, note_denial, staff_api
from api.v1.staff.bodies import HIGHEST, read_body
from api.v1.staff.described import BEFORE, JSON, LIMIT, NUMBER, staff_operation
from exemptions import batches
from exemptions.accounts import Right
from exemptions.batches import State, get_findings
from exemptions.comparison import batch_differences, summarise
from exemptions.comparison_output import comparison_dict, hold_dict
from exemptions.datasets import Dataset
from exemptions.decisions import fingerprint_batch
from exemptions.errors import BatchNotFound, BatchState, NotAllowed
from exemptions.guard_limits import GuardLimits
from exemptions.guards import Guard, Hold, Lift
from exemptions.models import Batch
from loaders.report import csv_findings, finding_dicts

_CSV = "text/csv; charset=utf-8"
_PLAIN = ("dataset", "state", "mode", "file_name", "size_bytes", "rows", "added", "ended", "changed", "errors")
_LATER = ("warnings", "loaded_by", "decided_by", "reason", "lifted", "release")


@staff_api.route("/batches")
@staff_api.doc(
    **staff_operation(
        "listBatches",
        summary=("Lotes", "Batches"),
        about=("Lo que se envió, lo más nuevo primero.", "What was delivered, the newest first."),
        media={JSON: BatchListSchema},
        parameters=[
            LIMIT,
            BEFORE,
            query_parameter("dataset", both("De estos datos.", "Of this data."), {"enum": list(Dataset)}),
            query_parameter("state", both("En este estado.", "In this state."), {"enum": list(State)}),
        ],
    )
)
@needs(Right.LOAD)
def list_batches() -> Response:
    """Batches, part by part."""
    reader = parameter_reader("limit", "before", "dataset", "state")
    limit = reader.count_between("limit", 1, MAX_LIMIT, DEFAULT_LIMIT)
    before = reader.count_between("before", 1, HIGHEST, HIGHEST)
    wanted = select(Batch).where(Batch.id < before).order_by(Batch.id.desc()).limit(limit + 1)
    asked = ""
    for name, column, choices in (("dataset", Batch.dataset, tuple(Dataset)), ("state", Batch.state, tuple(State))):
        text = reader.single(name)
        if text is not None and text not in choices:
            listed = ", ".join(choices)
            reader.add(name, text, f"{name} puede ser: {listed}.", f"{name} may be: {listed}.")
        elif text is not None:
            wanted, asked = wanted.where(column == text), f"{asked}&{name}={text}"
    reader.raise_problems()
    with staff_book().read() as session:
        found = list(session.scalars(wanted))
        items = [_item(session, batch) for batch in found[:limit]]
    # One more than is shown tells whether there are older ones.
    more = len(found) > limit
    following = f"{PREFIX}/batches?limit={limit}{asked}&before={items[-1]['batch']}" if more else None
    return answer_json({"items": items, "next": following})


@staff_api.route("/batches/<int:number>")
@staff_api.doc(
    **staff_operation(
        "getBatch",
        summary=("Un lote", "One batch"),
        about=("Su estado, sus cuentas y lo que lo detiene.", "Its state, its counts and what holds it back."),
        media={JSON: BatchSchema},
        parameters=[NUMBER],
        problems=(404,),
    )
)
@needs(Right.LOAD)
def get_batch(number: int) -> Response:
    """One batch."""
    refuse_parameters()
    with staff_book().read() as session:
        return answer_json(_item(session, _find(session, number)))


@staff_api.route("/batches/<int:number>/report")
@staff_api.doc(
    **staff_operation(
        "getReport",
        summary=("Informe de un lote", "Report of a batch"),
        about=(
            "Todo lo que se halló en el archivo, con fila, columna, valor, regla y remedio.",
            "Everything found in the file, with row, column, value, rule and remedy.",
        ),
        media={JSON: ReportSchema},
        parameters=[NUMBER],
        problems=(404,),
    )
)
@needs(Right.LOAD)
def get_report(number: int) -> Response:
    """What was found in the file."""
    refuse_parameters()
    with staff_book().read() as session:
        findings = get_findings(session, _find(session, number).id)
    return answer_json({"batch": number, "findings": finding_dicts(findings, lang=preferred_language())})


@staff_api.route("/batches/<int:number>/report.csv")
@staff_api.doc(
    **staff_operation(
        "getReportCsv",
        summary=("Informe en CSV", "Report as CSV"),
        about=("El informe para una hoja de cálculo.", "The report for a spreadsheet."),
        media={"text/csv": {"type": "string"}},
        parameters=[NUMBER],
        problems=(404,),
    )
)
@needs(Right.LOAD)
def get_report_csv(number: int) -> Response:
    """What was found in the file, for a spreadsheet."""
    refuse_parameters()
    with staff_book().read() as session:
        text = csv_findings(get_findings(session, _find(session, number).id), lang=preferred_language())
    return answer_stream(iter((text.encode(),)), media_type=_CSV, file_name=f"informe-{number}.csv")


@staff_api.route("/batches/<int:number>/comparison")
@staff_api.doc(
    **staff_operation(
        "getComparison",
        summary=("Lo que cambia un lote, en números", "What a batch changes, in numbers"),
        about=(
            "Cuentas, categorías, sumas y mayores cambios, contra lo que quedará de los lotes aprobados antes.",
            "Counts, categories, sums and biggest movers, against what will stand after the batches approved before.",
        ),
        media={JSON: ComparisonSchema},
        parameters=[NUMBER],
        problems=(404, 409),
    )
)
@needs(Right.LOAD)
def get_comparison(number: int) -> Response:
    """The comparison in numbers."""
    refuse_parameters()
    settings, lang = app_state().settings, preferred_language()
    with staff_book().read() as session:
        _find(session, number)
        comparison = summarise(session, settings.home, number, limits=GuardLimits.of(settings))
    return answer_json(comparison_dict(comparison, lang=lang))


@staff_api.route("/batches/<int:number>/changes")
@staff_api.doc(
    **staff_operation(
        "listBatchChanges",
        summary=("Lo que cambia un lote, fila por fila", "What a batch changes, row by row"),
        about=("Altas, bajas y cambios con valor anterior y nuevo.", "Rows added, ended and changed, old and new."),
        media={JSON: {"type": "array", "items": {"type": "object"}}},
        parameters=[NUMBER],
        problems=(404, 409),
    )
)
@needs(Right.LOAD)
def list_batch_changes(number: int) -> Response:
    """The differences as a JSON list."""
    refuse_parameters()
    with staff_book().read() as session:
        dataset = Dataset(_find(session, number).dataset)
        differences = batch_differences(session, app_state().settings.home, number)
    return answer_stream(stream_json(differences, dataset), media_type=JSON, file_name=f"cambios-{number}.json")


@staff_api.route("/batches/<int:number>/changes.csv")
@staff_api.doc(
    **staff_operation(
        "listBatchChangesCsv",
        summary=("Lo que cambia un lote, en CSV", "What a batch changes, as CSV"),
        about=("Una línea por campo, para una hoja de cálculo.", "One line a field, for a spreadsheet."),
        media={"text/csv": {"type": "string"}},
        parameters=[NUMBER],
        problems=(404, 409),
    )
)
@needs(Right.LOAD)
def list_batch_changes_csv(number: int) -> Response:
    """The differences for a spreadsheet."""
    refuse_parameters()
    with staff_book().read() as session:
        _find(session, number)
        differences = batch_differences(session, app_state().settings.home, number)
    return answer_stream(stream_csv(differences), media_type=_CSV, file_name=f"cambios-{number}.csv")


@staff_api.route("/batches/<int:number>/approve", methods=["POST"])
@staff_api.doc(
    **staff_operation(
        "approveBatch",
        summary=("Aprobar un lote", "Approve a batch"),
        about=(
            "Lo deja listo para la próxima publicación. Con la regla de dos personas, nadie aprueba lo que cargó. "
            "A uno detenido lo aprueba un lift cuyos números cubran lo medido, con su motivo.",
            "Makes it ready for the next release. With the two-person rule nobody approves what they loaded. One that "
            "is held back needs a lift whose numbers cover what was measured, with the reason.",
        ),
        media={JSON: BatchSchema},
        parameters=[NUMBER],
        body=ApproveSchema,
        problems=(404, 409),
    )
)
@needs(Right.APPROVE)
def approve_batch(number: int) -> Response:
    """Approve a batch."""
    refuse_parameters()
    asked, settings = read_body(ApproveSchema), app_state().settings
    try:
        with staff_book().write() as session:
            batch = _find(session, number)
            if asked["seen"] not in (None, fingerprint_batch(session, batch)):
                raise _changed(number)
            batches.approve_batch(
                session,
                settings.home,
                number=number,
                actor=current_actor(),
                at=app_state().clock(),
                lift=_lift(asked["lift"]),
                limits=GuardLimits.of(settings),
            )
            item = _item(session, batch)
    except NotAllowed:
        note_denial(Right.APPROVE)
        raise
    return answer_json(item)


@staff_api.route("/batches/<int:number>/reject", methods=["POST"])
@staff_api.doc(
    **staff_operation(
        "rejectBatch",
        summary=("Rechazar un lote", "Reject a batch"),
        about=(
            "Lo aparta para siempre. Los aprobados después de él vuelven a esperar, porque se compararon con él.",
            "Puts it aside for good. Those approved after it wait again, since they were compared with it.",
        ),
        media={JSON: BatchSchema},
        parameters=[NUMBER],
        body=RejectSchema,
        problems=(404, 409),
    )
)
@needs(Right.APPROVE)
def reject_batch(number: int) -> Response:
    """Reject a batch."""
    refuse_parameters()
    asked = read_body(RejectSchema)
    with staff_book().write() as session:
        batch = _find(session, number)
        batches.reject_batch(
            session, number=number, actor=current_actor(), reason=asked["reason"], at=app_state().clock()
        )
        item = _item(session, batch)
    return answer_json(item)


def _find(session: Session, number: int) -> Batch:
    if number > HIGHEST:
        raise BatchNotFound(f"No hay ningún lote {number}.", f"There is no batch {number}.")
    return batches.get_batch(session, number)


def _changed(number: int) -> BatchState:
    return BatchState(
        f"El lote {number}, o aquello con lo que se compara, cambió desde que se revisó; no se hizo nada.",
        f"Batch {number}, or what it is compared with, has changed since it was reviewed; nothing was done.",
    )


def _lift(asked: dict[str, Any] | None) -> Lift | None:
    if asked is None:
        return None
    accepted = {Guard(name): number for name, number in asked["accepted"].items()}
    return Lift(asked["removals"], asked["change_pct"], accepted, asked["reason"].strip())


def _item(session: Session, batch: Batch) -> dict[str, Any]:
    lang = preferred_language()
    return {
        "batch": batch.id,
        **{name: getattr(batch, name) for name in (*_PLAIN, *_LATER)},
        "cutoff": batch.cutoff.isoformat(),
        "loaded_at": instant(batch.loaded_at),
        "decided_at": instant(batch.decided_at),
        "guards": [hold_dict(Hold.from_dict(kept), lang=lang) for kept in batch.guards],
        "seen": fingerprint_batch(session, batch),
    }
