"""The first page of the staff's area: what waits for the person who is signed in, and how every dataset stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask import Response, current_app
from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session

from api.pages.language import page_language
from api.pages.texts import gettext as _
from api.pages.texts import ngettext
from api.staff.addresses import NAMES
from api.staff.blueprint import current_staff, render_staff, signed_in, staff, staff_book, staff_url
from api.staff.dataset_words import ShownDataset, show_dataset
from api.state import app_state
from exemptions.accounts import ROLES_WITH, Right, StaffRole
from exemptions.batches import State
from exemptions.calendar import guatemala_day
from exemptions.correction_log import CorrectionState
from exemptions.corrections import count_by_state
from exemptions.database import is_two_person
from exemptions.dataset_state import DatasetState, describe_datasets
from exemptions.jobs import list_open_jobs
from exemptions.models import Batch

_UNANSWERED = (CorrectionState.RECEIVED, CorrectionState.IN_REVIEW)


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that waits for somebody."""

    sentence: str
    url: str
    look: str
    """See `tag-…` in staff.css."""


@dataclass(frozen=True, slots=True)
class HomePage:
    """What the first page shows."""

    waiting: tuple[Waiting, ...]
    datasets: tuple[ShownDataset, ...]
    can_load: bool
    two_person: bool


@staff.get("")
@signed_in
def home() -> Response:
    """What waits, and the state of each dataset."""
    role = StaffRole(current_staff().role)
    today = guatemala_day(app_state().clock())
    with staff_book().read() as session:
        states = describe_datasets(session)
        page = HomePage(
            waiting=tuple(_waiting(session, role, states)),
            datasets=tuple(show_dataset(state, today) for state in states),
            can_load=role in ROLES_WITH[Right.LOAD],
            two_person=is_two_person(session),
        )
    return render_staff("staff/home.html", page=page)


def _waiting(session: Session, role: StaffRole, states: tuple[DatasetState, ...]) -> Iterator[Waiting]:
    """What waits, the most urgent first; each role sees what it can do something about."""
    if role in ROLES_WITH[Right.APPROVE]:
        yield from _to_decide(session)
    if role in ROLES_WITH[Right.PUBLISH]:
        yield from _to_publish(session)
    if role in ROLES_WITH[Right.LOAD]:
        yield from _to_mend(states)
        yield from _running(session)
    if role in ROLES_WITH[Right.CORRECTIONS]:
        yield from _to_answer(session)


def _to_decide(session: Session) -> Iterator[Waiting]:
    # With the two-person rule nobody decides on a file of their own.
    others: ColumnElement[bool] = Batch.loaded_by != current_staff().account if is_two_person(session) else true()
    blocked = _count(session, State.BLOCKED, others)
    if blocked:
        sentence = ngettext(
            "%(num)s lote detenido por una alerta espera su decisión",
            "%(num)s lotes detenidos por una alerta esperan su decisión",
            blocked,
        )
        yield Waiting(sentence, _url("batches"), "warn")
    validated = _count(session, State.VALIDATED, others)
    if validated:
        sentence = ngettext("%(num)s lote espera su aprobación", "%(num)s lotes esperan su aprobación", validated)
        yield Waiting(sentence, _url("batches"), "wait")


def _to_publish(session: Session) -> Iterator[Waiting]:
    approved = _count(session, State.APPROVED, true())
    if approved:
        sentence = ngettext(
            "%(num)s lote aprobado está listo para publicarse",
            "%(num)s lotes aprobados están listos para publicarse",
            approved,
        )
        yield Waiting(sentence, _url("releases"), "good")


def _to_mend(states: tuple[DatasetState, ...]) -> Iterator[Waiting]:
    """Files that were refused and that no later file of the dataset has replaced."""
    for state in states:
        if state.last is not None and state.last.state is State.REFUSED:
            sentence = _(
                "El archivo «%(file)s» fue rechazado por sus errores: corríjalo y cárguelo otra vez",
                file=state.last.file_name,
            )
            yield Waiting(sentence, _url("batch", number=state.last.number), "bad")


def _running(session: Session) -> Iterator[Waiting]:
    jobs = list_open_jobs(session)
    if jobs:
        sentence = ngettext("%(num)s trabajo en marcha", "%(num)s trabajos en marcha", len(jobs))
        yield Waiting(sentence, _url("jobs"), "wait")


def _to_answer(session: Session) -> Iterator[Waiting]:
    counts = count_by_state(session)
    unanswered = sum(counts.get(state, 0) for state in _UNANSWERED)
    if unanswered:
        sentence = ngettext(
            "%(num)s aviso del público espera respuesta", "%(num)s avisos del público esperan respuesta", unanswered
        )
        yield Waiting(sentence, _url("corrections"), "wait")


def _count(session: Session, state: State, also: ColumnElement[bool]) -> int:
    found = session.scalar(select(func.count()).select_from(Batch).where(Batch.state == state.value, also))
    return found or 0


def _url(name: str, **values: object) -> str:
    """The path of a page of the staff's work; empty where it is not among the pages of this application."""
    registered = f"{NAMES[page_language()]}.{name}" in current_app.view_functions
    return staff_url(name, **values) if registered else ""
