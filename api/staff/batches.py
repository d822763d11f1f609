"""The pages of batches: the list, one with its report, its downloads."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from flask import Response, request, send_file
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.json_text import encode_json
from api.pages.language import page_language
from api.pages.texts import gettext as _
from api.staff.batch_view import BatchView, view_batch, view_line
from api.staff.blueprint import needs, render_staff, staff, staff_book
from api.staff.job_words import view_job
from api.staff.report_words import RuleGroup, group_findings, has_rows, has_values
from api.staff.words import batch_tag, dataset_name
from api.state import app_state
from exemptions.accounts import Right
from exemptions.batches import State, get_batch, get_findings
from exemptions.datasets import Dataset
from exemptions.errors import BatchNotFound, FileRefused
from exemptions.finding import Finding
from exemptions.findings import count_rules, page_findings
from exemptions.guards import Hold
from exemptions.job_progress import find_step
from exemptions.jobs import JobKind, list_open_jobs
from exemptions.models import Batch
from loaders.corrections_file import CorrectionsForm, write_corrections
from loaders.report import csv_findings, finding_dicts

_CORRECTIONS: Mapping[CorrectionsForm, str] = {
    CorrectionsForm.CSV: "text/csv; charset=utf-8",
    CorrectionsForm.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""Form of the file to correct → media type."""

_PER_PAGE = 50
_ROWS_SHOWN = 10
"""Rows of each rule on the batch's own page: enough to see what is wrong with all of them."""
_ROWS_PER_PAGE = 200
_HIGHEST = 2**31


@staff.get("/lotes", endpoint="batches")
@needs(Right.LOAD)
def show_batches() -> Response:
    """Batches, the newest first; `?datos=` and `?estado=` choose, `?antes=` goes on below one of them."""
    dataset, state, before = (request.args.get(name, "") for name in ("datos", "estado", "antes"))
    chosen = select(Batch).order_by(Batch.id.desc()).limit(_PER_PAGE + 1)
    if dataset in tuple(Dataset):
        chosen = chosen.where(Batch.dataset == dataset)
    if state in tuple(State):
        chosen = chosen.where(Batch.state == state)
    if _is_number(before):
        chosen = chosen.where(Batch.id < int(before))
    with staff_book().read() as session:
        lines = [view_line(batch) for batch in session.scalars(chosen)]
        loads = [job for job in list_open_jobs(session) if job.kind is JobKind.LOAD]
    return render_staff(
        "staff/batches.html",
        lines=lines[:_PER_PAGE],
        uploaded=[view_job(job, find_step(app_state().settings.home, job.id)) for job in loads],
        more=lines[_PER_PAGE - 1].number if len(lines) > _PER_PAGE else None,
        dataset=dataset,
        state=state,
        datasets=[(one.value, dataset_name(one)) for one in Dataset],
        states=[(one.value, batch_tag(one).word) for one in State if one is not State.UPLOADED],
    )


@staff.get("/lotes/<int:number>", endpoint="batch")
@needs(Right.LOAD)
def show_batch(number: int) -> Response:
    """One batch: its way, what waits for a decision, what was found in its file."""
    return answer_batch(number)


@staff.get("/lotes/<int:number>/informe/<rule>", endpoint="batch_rule")
@needs(Right.LOAD)
def show_rule(number: int, rule: str) -> Response:
    """All rows of a batch that break one rule, page by page."""
    after = request.args.get("desde", "0")
    with staff_book().read() as session:
        batch = view_line(find_batch(session, number))
        counted = next((one for one in count_rules(session, number) if one.rule == rule), None)
        if counted is None:
            raise BatchNotFound(f"El lote {number} no falla en «{rule}».", f"Batch {number} does not break “{rule}”.")
        page = page_findings(session, number, rule, limit=_ROWS_PER_PAGE, after=int(after) if _is_number(after) else 0)
    return render_staff(
        "staff/batch_rule.html",
        batch=batch,
        group=group_findings(number, counted, page),
        has_values=has_values,
        next=page.next,
    )


@staff.get("/lotes/<int:number>/informe.csv", endpoint="report_csv")
@needs(Right.LOAD)
def download_csv(number: int) -> Response:
    """The whole report for a spreadsheet."""
    findings = _report(number)
    body = csv_findings(findings, lang=page_language())
    return _attachment(body, "text/csv; charset=utf-8", f"informe-lote-{number}.csv")


@staff.get("/lotes/<int:number>/informe.json", endpoint="report_json")
@needs(Right.LOAD)
def download_json(number: int) -> Response:
    """The whole report for programs."""
    findings = _report(number)
    body = encode_json(finding_dicts(findings, lang=page_language()))
    return _attachment(body, "application/json", f"informe-lote-{number}.json")


@staff.get("/lotes/<int:number>/corregir.<any(csv, xlsx):form>", endpoint="correction_file")
@needs(Right.LOAD)
def download_corrections(number: int, form: str) -> Response:
    """The rows in which something was found, as they were sent, each with what is wrong and what to do."""
    state, lang = app_state(), page_language()
    with staff_book().read() as session:
        batch = find_batch(session, number)
        findings = get_findings(session, number)
        made = write_corrections(
            state.settings.home, state.settings, batch, findings, form=CorrectionsForm(form), lang=lang
        )
    return _attachment(made.data, _CORRECTIONS[CorrectionsForm(form)], f"corregir-lote-{number}.{form}")


@staff.get("/lotes/<int:number>/original", endpoint="original")
@needs(Right.LOAD)
def download_original(number: int) -> Response:
    """The file as it was sent, to be saved and never shown by the browser."""
    with staff_book().read() as session:
        batch = find_batch(session, number)
        sha256, name = batch.upload_sha256, batch.file_name
    path = app_state().settings.home / "uploads" / sha256
    if not path.is_file():
        raise FileRefused(
            f"El archivo del lote {number} ya no está guardado.", f"The file of batch {number} is no longer kept."
        )
    return send_file(
        path, mimetype="application/octet-stream", as_attachment=True, download_name=name, conditional=False, etag=False
    )


def answer_batch(
    number: int,
    *,
    status: int = HTTPStatus.OK,
    errors: dict[str, str] | None = None,
    holds: tuple[Hold, ...] | None = None,
) -> Response:
    """The page of a batch; `errors` are those of a form that was sent, by field, "" for the form itself."""
    with staff_book().read() as session:
        batch = find_batch(session, number)
        view = view_batch(session, batch, holds=holds)
        groups = [
            group_findings(number, counted, page_findings(session, number, counted.rule, limit=_ROWS_SHOWN))
            for counted in count_rules(session, number)
        ]
    return render_staff(
        "staff/batch.html",
        status=status,
        batch=view,
        groups=groups,
        has_values=has_values,
        has_rows=has_rows(groups),
        errors=errors or {},
        written=request.form,
        next_steps=_next_steps(view, groups),
    )


def _next_steps(batch: BatchView, groups: list[RuleGroup]) -> str:
    """What has to happen next, as a sentence."""
    match batch.state:
        case State.REFUSED:
            return _(
                "Nada cambió. Corrija en la fuente lo que se señala abajo y cargue el archivo otra vez: este lote se "
                "queda como está y no estorba."
            )
        case State.VALIDATED:
            if any(not group.is_error for group in groups):
                return _(
                    "Revise la comparación y los avisos antes de aprobar: dicen qué no se publicará y qué se supuso."
                )
            return _("Revise la comparación antes de aprobar.")
        case State.BLOCKED:
            return _(
                "Se detuvo porque trae cambios que suelen ser un error. Revíselos: si son ciertos, quien aprueba los "
                "permite por escrito."
            )
        case State.APPROVED:
            return _("Está aprobado y saldrá con la próxima publicación.")
        case State.PUBLISHED:
            return _("Su contenido es público.")
        case _:
            return _("Quedó aparte y no se publica.")


def _report(number: int) -> list[Finding]:
    with staff_book().read() as session:
        find_batch(session, number)
        return get_findings(session, number)


def find_batch(session: Session, number: int) -> Batch:
    """The batch of a number in an address, however large that is.

    Raises: BatchNotFound.
    """
    if number >= _HIGHEST:
        raise BatchNotFound(f"No hay ningún lote {number}.", f"There is no batch {number}.")
    return get_batch(session, number)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 10


def _attachment(body: str | bytes, media_type: str, name: str) -> Response:
    response = Response(body, content_type=media_type)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response
