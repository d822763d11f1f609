"""Reports of the public in the book: taken in from the inbox, answered by staff, told in the public log.

The book commits before a report leaves the inbox, so that a report is never lost; its number keeps it from coming in
twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session

from exemptions import rights
from exemptions.accounts import Actor
from exemptions.audit import Act, record_act
from exemptions.correction_log import CorrectionState
from exemptions.errors import CorrectionNotFound, CorrectionRefused
from exemptions.inbox import Report, WaitingReport, find_number, read_reports, refuse_report
from exemptions.models import Correction, RecordKey, Release

LONGEST_ANSWER = 2_000
MAX_UNATTENDED = 5_000
"""Reports that wait for somebody: with as many, the inbox is left to fill up, and the public is told to come back."""
INBOX = Actor(rights.INBOX)
"""Who enters a report into the book, since nobody from the public has an account."""


ANSWERS = tuple(state for state in CorrectionState if state is not CorrectionState.RECEIVED)
"""States that staff can give a report."""
_WITHOUT_WORDS = frozenset({CorrectionState.RECEIVED, CorrectionState.IN_REVIEW})


@dataclass(frozen=True, slots=True)
class CorrectionFacts:
    """One report as staff see it. Only number, day, state, record, answer and release are ever public."""

    number: str
    about: str | None
    record_id: str | None
    text: str
    source: str | None
    contact: str | None
    lang: str
    received_at: datetime
    taken_in_at: datetime
    state: CorrectionState
    answer: str | None
    release: int | None
    answered_by: str | None
    answered_at: datetime | None


def take_in(session: Session, inbox: Path, *, at: datetime) -> list[WaitingReport]:
    """Enter every report of the inbox into the book; gives those that may leave the inbox once the book has committed.

    A report that the book has already is given again and not entered twice. One that carries the number of another
    report is put aside. While `MAX_UNATTENDED` wait in the book, the others stay in the inbox.
    """
    held = []
    room = MAX_UNATTENDED - count_by_state(session)[CorrectionState.RECEIVED]
    for waiting in read_reports(inbox):
        known = session.get(Correction, waiting.report.number)
        if known is None:
            if room <= 0:
                continue
            _enter(session, waiting.report, at)
            room -= 1
        elif known.text != waiting.report.text or known.received_at != waiting.report.received_at:
            refuse_report(inbox, waiting)
            continue
        held.append(waiting)
    return held


def answer_correction(
    session: Session,
    *,
    number: str,
    actor: Actor,
    state: CorrectionState,
    answer: str | None = None,
    release: int | None = None,
    at: datetime,
) -> CorrectionFacts:
    """Give a report a state, the public answer and, if it was put right, the release that did it.

    An earlier answer may be replaced; the audit keeps every one.
    Raises: CorrectionNotFound; CorrectionRefused for an answer that is missing, too long or not plain text, and for a
    release that is missing, unknown or withdrawn.
    """
    row = _get_row(session, number)
    words = _checked_answer(state, answer)
    _check_release(session, state, release)
    before = row.state
    row.state, row.answer, row.release = str(state), words, release
    row.answered_by, row.answered_at = actor.name, at
    session.flush()
    record_act(
        session,
        actor=actor.name,
        act=Act.CORRECTION_ANSWERED,
        subject=f"correction {row.number}",
        at=at,
        details={"before": before, "state": str(state), "answer": words, "release": release},
    )
    return _facts(row)


def get_correction(session: Session, number: str) -> CorrectionFacts:
    """One report, by its number in any writing.

    Raises: CorrectionNotFound.
    """
    return _facts(_get_row(session, number))


def list_corrections(
    session: Session, *, state: CorrectionState | None = None, limit: int | None = None, offset: int = 0
) -> list[CorrectionFacts]:
    """The reports of a state, or all of them.

    Order: the latest first, by arrival, then by number.
    """
    statement = (
        select(Correction)
        .where(_of_state(state))
        .order_by(Correction.received_at.desc(), Correction.number)
        .limit(limit)
        .offset(offset)
    )
    return [_facts(row) for row in session.scalars(statement)]


def count_by_state(session: Session) -> dict[CorrectionState, int]:
    """How many reports stand in each state; every state is there."""
    counted = session.execute(select(Correction.state, func.count()).group_by(Correction.state))
    return dict.fromkeys(CorrectionState, 0) | {CorrectionState(state): count for state, count in counted}


def _enter(session: Session, report: Report, at: datetime) -> None:
    record_id = _known_record(session, report.about)
    session.add(
        Correction(
            number=report.number,
            about=report.about,
            record_id=record_id,
            text=report.text,
            source=report.source,
            contact=report.contact,
            lang=report.lang,
            received_at=report.received_at,
            taken_in_at=at,
            state=str(CorrectionState.RECEIVED),
        )
    )
    session.flush()
    record_act(
        session,
        actor=INBOX.name,
        act=Act.CORRECTION_RECEIVED,
        subject=f"correction {report.number}",
        at=at,
        details={"record_id": record_id},
    )


def _known_record(session: Session, about: str | None) -> str | None:
    """The record that a report names, if the book knows it: any other text of sixteen letters stays private."""
    return about if about and session.get(RecordKey, about) is not None else None


def _get_row(session: Session, number: str) -> Correction:
    found = find_number(number)
    row = session.get(Correction, found) if found else None
    if row is None:
        raise CorrectionNotFound("No hay ningún aviso con ese número.", "There is no report of that number.")
    return row


def _checked_answer(state: CorrectionState, answer: str | None) -> str | None:
    if state is CorrectionState.RECEIVED:
        raise CorrectionRefused(
            "Un aviso no vuelve a quedar sin atender.", "A report does not go back to being unattended."
        )
    words = " ".join((answer or "").split())
    if not words and state not in _WITHOUT_WORDS:
        raise CorrectionRefused(
            "Escriba la respuesta: es lo que el público leerá.", "Write the answer: it is what the public will read."
        )
    if len(words) > LONGEST_ANSWER:
        raise CorrectionRefused(
            f"La respuesta tiene {len(words):,} caracteres; se aceptan hasta {LONGEST_ANSWER:,}.",
            f"The answer has {len(words):,} characters; up to {LONGEST_ANSWER:,} are taken.",
        )
    if not words.isprintable():
        raise CorrectionRefused(
            "La respuesta contiene un carácter que no se ve.", "The answer holds a character that does not show."
        )
    return words or None


def _check_release(session: Session, state: CorrectionState, release: int | None) -> None:
    if (release is None) == (state is CorrectionState.RESOLVED):
        raise CorrectionRefused(
            "Lo resuelto, y solo eso, nombra la publicación que lo corrigió.",
            "What is resolved, and only that, names the release that put it right.",
        )
    if release is None:
        return
    row = session.get(Release, release)
    if row is None or row.withdrawn_at is not None:
        raise CorrectionRefused(
            f"No hay una publicación {release} que se pueda ver.", f"There is no release {release} that can be seen."
        )


def _of_state(state: CorrectionState | None) -> ColumnElement[bool]:
    return true() if state is None else Correction.state == str(state)


def _facts(row: Correction) -> CorrectionFacts:
    return CorrectionFacts(
        number=row.number,
        about=row.about,
        record_id=row.record_id,
        text=row.text,
        source=row.source,
        contact=row.contact,
        lang=row.lang,
        received_at=row.received_at,
        taken_in_at=row.taken_in_at,
        state=CorrectionState(row.state),
        answer=row.answer,
        release=row.release,
        answered_by=row.answered_by,
        answered_at=row.answered_at,
    )
