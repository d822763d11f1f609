"""What waits for somebody of the staff, in sentences that a mail can carry: no name and no identifier of a taxpayer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from exemptions.batches import State
from exemptions.correction_log import CorrectionState
from exemptions.corrections import count_by_state
from exemptions.dataset_state import describe_datasets
from exemptions.errors import Sentence
from exemptions.models import Batch

_BATCHES: Mapping[State, Sentence] = {
    State.BLOCKED: Sentence(
        "Lotes detenidos por un resguardo, que esperan una decisión", "Batches held by a guard, to be decided"
    ),
    State.VALIDATED: Sentence("Lotes comprobados, que esperan aprobación", "Checked batches, to be approved"),
    State.APPROVED: Sentence("Lotes aprobados, que esperan publicación", "Approved batches, to be published"),
}
_UNANSWERED = (CorrectionState.RECEIVED, CorrectionState.IN_REVIEW)


def list_waiting(session: Session, *, today: date) -> list[Sentence]:
    """What waits on the day, the most urgent first; empty when nothing does."""
    return [*_overdue(session, today), *iter_waiting_batches(session), *_corrections(session)]


def _overdue(session: Session, today: date) -> Iterator[Sentence]:
    for state in describe_datasets(session):
        days = state.days_overdue(today)
        if days > 0 and state.due is not None:
            name, due = state.dataset.value, state.due.isoformat()
            yield Sentence(
                f"Archivo vencido: «{name}» se esperaba el {due} (hace {days} {'día' if days == 1 else 'días'})",
                f"Overdue file: “{name}” was expected on {due} ({days} {'day' if days == 1 else 'days'} ago)",
            )


def iter_waiting_batches(session: Session) -> Iterator[Sentence]:
    """The batches that wait for a decision or for their publication, those held by a guard first."""
    found: dict[str, list[int]] = {}
    waiting = select(Batch.state, Batch.id).where(Batch.state.in_(_BATCHES)).order_by(Batch.id)
    for state, number in session.execute(waiting):
        found.setdefault(state, []).append(number)
    for state, about in _BATCHES.items():
        if numbers := ", ".join(map(str, found.get(state, []))):
            yield Sentence(f"{about.es}: {numbers}", f"{about.en}: {numbers}")


def _corrections(session: Session) -> Iterator[Sentence]:
    counts: Counter[str] = Counter(count_by_state(session))
    unanswered = sum(counts[state] for state in _UNANSWERED)
    if unanswered:
        yield Sentence(f"Avisos por responder: {unanswered}", f"Reports to answer: {unanswered}")
