"""The reports of the public at the edge of the book: taking them in, answering them, and writing the public log.

The log is written after the book has committed, and again whenever the release store is made to agree with the book,
so that a crash between the two leaves nothing to repair.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import polars as pl
from sqlalchemy.orm import Session

from exemptions.accounts import Actor
from exemptions.calendar import guatemala_day
from exemptions.catalogs import load_catalogs
from exemptions.correction_log import FORMAT, LOG, CorrectionState
from exemptions.corrections import (
    CorrectionFacts,
    answer_correction,
    list_corrections,
    take_in,
)
from exemptions.database import Book, is_demonstration
from exemptions.disclosure_file import load_policy
from exemptions.errors import CorrectionRefused
from exemptions.inbox import free_abandoned, has_reports, remove_report
from exemptions.nit import looks_like_cui
from exemptions.settings import Settings
from exporters.durable import make_folder, replace_file
from exporters.identifiers import find_identifiers
from exporters.scan import private_identifiers


def take_in_corrections(book: Book, settings: Settings, *, at: datetime) -> int:
    """Move the reports of the inbox into the book and tell of them in the public log; gives how many came.

    Raises: Busy; then nothing has left the inbox.
    """
    free_abandoned(settings.inbox)
    if not has_reports(settings.inbox):
        return 0
    with book.write() as session:
        taken = take_in(session, settings.inbox, at=at)
    for waiting in taken:
        remove_report(settings.inbox, waiting)
    refresh_log(book, settings.releases)
    return len(taken)


def answer_publicly(
    session: Session,
    book: Book,
    *,
    number: str,
    actor: Actor,
    state: CorrectionState,
    answer: str | None = None,
    release: int | None = None,
    at: datetime,
) -> CorrectionFacts:
    """Answer a report in the transaction of `session`; `refresh_log` shows it once that has committed.

    Raises: CorrectionNotFound; CorrectionRefused, also for an answer with the number of a natural person.
    """
    _refuse_private(session, book, answer or "")
    return answer_correction(session, number=number, actor=actor, state=state, answer=answer, release=release, at=at)


def refresh_log(book: Book, releases: Path) -> None:
    """Make the public log agree with the book.

    Raises: Busy.
    """
    with book.writer_lock(), book.read() as session:
        write_log(session, releases)


def write_log(session: Session, releases: Path) -> None:
    """Write the public log, unless it stands there as it is. The caller holds the writer's lock.

    What was reported, by whom, and about which number is not in it.
    """
    facts = list_corrections(session)
    path = releases / LOG
    if not facts and not path.exists():
        return
    content = _encode(facts)
    if path.is_file() and path.read_bytes() == content:
        return
    make_folder(releases)
    replace_file(path, content)


def _encode(facts: list[CorrectionFacts]) -> bytes:
    entries = [
        {
            "number": fact.number,
            "state": str(fact.state),
            "received_on": guatemala_day(fact.received_at).isoformat(),
            "record_id": fact.record_id,
            "answer": fact.answer,
            "answered_on": guatemala_day(fact.answered_at).isoformat() if fact.answered_at else None,
            "release": fact.release,
        }
        for fact in facts
    ]
    return (json.dumps({"format": FORMAT, "corrections": entries}, ensure_ascii=False, indent=1) + "\n").encode()


def _refuse_private(session: Session, book: Book, answer: str) -> None:
    """An answer is public, so it may not hold what no file of a release may hold.

    Raises: CorrectionRefused without repeating the number.
    """
    categories = load_catalogs().categories
    policy = load_policy(book.home, categories, demonstration=is_demonstration(session))
    private = private_identifiers(session, policy)
    found = find_identifiers(pl.Series([answer], dtype=pl.String), private)
    if not found.is_empty() or any(looks_like_cui(word) for word in answer.split()):
        raise CorrectionRefused(
            "La respuesta contiene el NIT o el CUI de una persona individual, que no se publica. Quítelo.",
            "The answer holds the NIT or CUI of a natural person, which is not published. Take it out.",
        )
