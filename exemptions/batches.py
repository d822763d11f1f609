"""Batches: one file sent by staff, from upload to publication."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import polars as pl
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from exemptions.accounts import Actor
from exemptions.audit import Act, record_act
from exemptions.catalogs import load_catalogs
from exemptions.database import is_two_person
from exemptions.datasets import Dataset, Mode
from exemptions.editions import overlay_edition, staged_schema
from exemptions.errors import BatchNotFound, BatchState, NotAllowed, ReleaseDamaged, Sentence
from exemptions.finding import Finding, Severity
from exemptions.guard_limits import DEFAULT_LIMITS, GuardLimits
from exemptions.guard_texts import blocked
from exemptions.guards import Hold, Lift, Load, find_holds
from exemptions.history import Comparison
from exemptions.models import Batch, BatchFinding
from exemptions.shelf import from_pages, map_pages
from exemptions.standing import find_stamp, read_standing


class State(StrEnum):
    """Where a batch stands."""

    UPLOADED = "uploaded"
    REFUSED = "refused"
    VALIDATED = "validated"
    BLOCKED = "blocked"
    APPROVED = "approved"
    REJECTED = "rejected"
    PUBLISHED = "published"


STATE_NAMES: Mapping[State, Sentence] = {
    State.UPLOADED: Sentence("recibido", "uploaded"),
    State.REFUSED: Sentence("no admitido", "refused"),
    State.VALIDATED: Sentence("comprobado", "validated"),
    State.BLOCKED: Sentence("bloqueado", "blocked"),
    State.APPROVED: Sentence("aprobado", "approved"),
    State.REJECTED: Sentence("rechazado", "rejected"),
    State.PUBLISHED: Sentence("publicado", "published"),
}
"""What a person reads of each state."""


_DECIDED = (State.APPROVED, State.PUBLISHED)


@dataclass(frozen=True, slots=True)
class Upload:
    """What was sent and how it was to be read."""

    dataset: Dataset
    mode: Mode
    cutoff: date
    file_name: str
    sha256: str
    size_bytes: int
    options: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Counts:
    """What a batch would add, end and change."""

    added: int
    ended: int
    changed: int

    @classmethod
    def of(cls, comparison: Comparison) -> Counts:
        """The counts of a comparison."""
        return cls(comparison.added.height, comparison.ended.height, comparison.changed.height)


@dataclass(frozen=True, slots=True)
class Judged:
    """What a file was found to do when it was loaded, and the mark of the edition that it was compared with."""

    met: str | None
    counts: Counts
    holds: tuple[Hold, ...]


def staged_path(home: Path, batch: int) -> Path:
    """Where the staged rows of a batch lie."""
    return home / "staged" / f"{batch}.arrow"


def read_staged(home: Path, batch: Batch) -> pl.DataFrame:
    """The staged rows of a batch.

    Shape: `editions.staged_schema` of the batch's dataset.
    Raises: ReleaseDamaged if the file is not the one that was staged.
    """
    path = staged_path(home, batch.id)
    if path.is_file() and path.stat().st_size:
        with path.open("rb") as file:
            pages = map_pages(file)
        if hashlib.sha256(pages).hexdigest() == batch.staged_sha256:
            return from_pages(pages).select(staged_schema(Dataset(batch.dataset)).keys())
    raise ReleaseDamaged(
        f"El archivo preparado del lote {batch.id} falta o cambió; cárguelo de nuevo.",
        f"The staged file of batch {batch.id} is missing or altered; load it again.",
    )


def next_batch_id(session: Session) -> int:
    """The number that the next batch gets; the writer's lock keeps it free."""
    return (session.scalar(select(func.max(Batch.id))) or 0) + 1


def create_batch(
    session: Session,
    *,
    number: int,
    upload: Upload,
    state: State,
    rows: int,
    counts: Counts | None,
    findings: Sequence[Finding],
    staged_sha256: str | None,
    actor: Actor,
    at: datetime,
    holds: Sequence[Hold] = (),
) -> Batch:
    """Enter a checked file into the book, with all that was found in it and what holds it back."""
    errors = sum(finding.count for finding in findings if finding.severity is Severity.ERROR)
    batch = Batch(
        id=number,
        dataset=str(upload.dataset),
        state=str(state),
        mode=str(upload.mode),
        cutoff=upload.cutoff,
        file_name=upload.file_name,
        upload_sha256=upload.sha256,
        size_bytes=upload.size_bytes,
        options=upload.options,
        rows=rows,
        added=counts.added if counts else None,
        ended=counts.ended if counts else None,
        changed=counts.changed if counts else None,
        errors=errors,
        warnings=sum(finding.count for finding in findings) - errors,
        staged_sha256=staged_sha256,
        guards=[hold.as_dict() for hold in holds],
        loaded_by=actor.name,
        loaded_at=at,
    )
    session.add(batch)
    session.flush()
    session.add_all(
        BatchFinding(
            batch=number,
            severity=str(f.severity),
            row=f.row,
            column=f.column,
            key=f.key,
            value=f.value,
            rule=f.rule,
            detail=f.detail,
        )
        for f in findings
    )
    record_act(
        session,
        actor=actor.name,
        act=Act.BATCH_LOADED,
        subject=f"batch {number}",
        at=at,
        details={
            "dataset": upload.dataset,
            "state": state,
            "file": upload.file_name,
            "sha256": upload.sha256,
            "rows": rows,
            **_measures(holds),
        },
    )
    return batch


def get_batch(session: Session, number: int) -> Batch:
    """The batch of that number.

    Raises: BatchNotFound.
    """
    batch = session.get(Batch, number)
    if batch is None:
        raise BatchNotFound(f"No hay ningún lote {number}.", f"There is no batch {number}.")
    return batch


def list_batches(session: Session) -> list[Batch]:
    """All batches, the newest first."""
    return list(session.scalars(select(Batch).order_by(Batch.id.desc())))


def has_batches(session: Session) -> bool:
    """Whether any file was ever loaded."""
    return bool(session.scalar(select(func.count()).select_from(Batch)))


def list_approved(session: Session) -> list[Batch]:
    """Batches that wait for publication, in the order of their approval."""
    waiting = select(Batch).where(Batch.state == State.APPROVED).order_by(Batch.approval_order, Batch.id)
    return list(session.scalars(waiting))


def find_same_upload(session: Session, upload: Upload) -> Batch | None:
    """The latest batch of the dataset that had the same bytes and options and was neither refused nor rejected."""
    same = (
        select(Batch)
        .where(Batch.dataset == upload.dataset, Batch.upload_sha256 == upload.sha256)
        .where(Batch.mode == upload.mode, Batch.state.not_in([State.REFUSED, State.REJECTED]))
        .order_by(Batch.id.desc())
    )
    return next((batch for batch in session.scalars(same) if batch.options == upload.options), None)


def is_latest(session: Session, batch: Batch) -> bool:
    """Whether no later batch of the dataset was accepted since."""
    later = select(func.count()).where(
        Batch.dataset == batch.dataset, Batch.id > batch.id, Batch.state.not_in([State.REFUSED, State.REJECTED])
    )
    return session.scalar(later) == 0


def get_findings(session: Session, number: int) -> list[Finding]:
    """What was found in a batch's file, in the order of its rows.

    Raises: BatchNotFound.
    """
    get_batch(session, number)
    found = select(BatchFinding).where(BatchFinding.batch == number).order_by(BatchFinding.id)
    return [
        Finding(Severity(f.severity), f.row, f.column, f.key, f.value, f.rule, f.detail) for f in session.scalars(found)
    ]


def standing_edition(session: Session, home: Path, dataset: Dataset) -> pl.DataFrame:
    """The records or facts of the dataset as they will stand after the batches approved so far.

    Shape: as `editions.read_current`; identifiers are null for what only an approved batch brings.
    """
    standing = read_standing(session, home, dataset)
    for batch in list_approved(session):
        if batch.dataset == dataset:
            standing = overlay_batch(standing, home, batch)
    return standing


def mark_edition(session: Session, dataset: Dataset) -> str | None:
    """What tells one `standing_edition` from another; None where comparing anew is as fast as knowing."""
    stamp = find_stamp(session) if dataset is Dataset.REGISTRY else None
    if stamp is None:
        return None
    approved = [batch.staged_sha256 for batch in list_approved(session) if batch.dataset == dataset]
    return ":".join([stamp, *map(str, approved)])


def overlay_batch(standing: pl.DataFrame, home: Path, batch: Batch) -> pl.DataFrame:
    """`standing` as it would be after the batch."""
    dataset, mode = Dataset(batch.dataset), Mode(batch.mode)
    return overlay_edition(standing, read_staged(home, batch), dataset=dataset, mode=mode, cutoff=batch.cutoff)


def find_repeated(session: Session, *, dataset: Dataset, sha256: str, below: int) -> int | None:
    """The batch below that number whose file has these bytes, if a file with others was accepted after it."""
    accepted = (
        select(Batch.id, Batch.upload_sha256, Batch.state)
        .where(Batch.dataset == dataset, Batch.id < below, Batch.state.not_in([State.REFUSED, State.REJECTED]))
        .order_by(Batch.id.desc())
    )
    overtaken = False
    for number, other, state in session.execute(accepted):
        if other != sha256:
            overtaken = True
        elif overtaken:
            return number
        elif state in _DECIDED:
            # An approver has let these bytes follow whatever came before. One that only waits settles nothing: else an
            # old file would pass the second time it is sent.
            return None
    return None


def build_load(session: Session, home: Path, batch: Batch, *, standing: pl.DataFrame) -> Load:
    """The batch against the edition that it meets, as the guards and the comparison look at it.

    Raises: BatchState if nothing of its file was staged; ReleaseDamaged.
    """
    if batch.staged_sha256 is None:
        raise BatchState(
            f"El archivo del lote {batch.id} no pasó las reglas; no hay nada que comparar.",
            f"The file of batch {batch.id} did not pass the rules; there is nothing to compare.",
        )
    dataset = Dataset(batch.dataset)
    return Load(
        dataset=dataset,
        mode=Mode(batch.mode),
        cutoff=batch.cutoff,
        standing=standing,
        incoming=read_staged(home, batch),
        repeats=find_repeated(session, dataset=dataset, sha256=batch.upload_sha256, below=batch.id),
    )


def approve_batch(
    session: Session,
    home: Path,
    *,
    number: int,
    actor: Actor,
    at: datetime,
    lift: Lift | None = None,
    limits: GuardLimits = DEFAULT_LIMITS,
    judged: Judged | None = None,
) -> Batch:
    """Let a batch go to the next publication, compared and guarded anew with what was approved before it.

    Who has just loaded it knows the outcome: `judged`, under the same limits, holds while the edition is the same.
    Whatever holds it back needs a `lift` with numbers that cover what was measured, and a reason; both are kept.
    Raises: BatchNotFound, BatchState, BatchBlocked with what is not covered; NotAllowed if the two-person rule holds
    and the actor loaded it.
    """
    batch = get_batch(session, number)
    _expect(batch, State.VALIDATED, State.BLOCKED)
    if is_two_person(session) and batch.loaded_by == actor.name:
        raise NotAllowed(
            f"El lote {number} lo cargó «{actor.name}»; tiene que aprobarlo otra persona.",
            f"Batch {number} was loaded by “{actor.name}”; somebody else has to approve it.",
        )
    counts, holds = _judge(session, home, batch, limits, judged)
    left = tuple(hold for hold in holds if lift is None or not lift.covers(hold))
    if left:
        raise blocked(number, left, holds)
    batch.added, batch.ended, batch.changed = counts.added, counts.ended, counts.changed
    batch.guards = [hold.as_dict() for hold in holds]
    batch.lifted = lift.as_dict() if lift is not None and holds else None
    batch.state = str(State.APPROVED)
    batch.approval_order = (session.scalar(select(func.max(Batch.approval_order))) or 0) + 1
    batch.decided_by, batch.decided_at, batch.reason = actor.name, at, None
    details = {"added": counts.added, "ended": counts.ended, "changed": counts.changed, **_measures(holds)}
    details |= {"lifted": batch.lifted} if batch.lifted else {}
    record_act(session, actor=actor.name, act=Act.BATCH_APPROVED, subject=f"batch {number}", at=at, details=details)
    return batch


def _judge(
    session: Session, home: Path, batch: Batch, limits: GuardLimits, judged: Judged | None
) -> tuple[Counts, tuple[Hold, ...]]:
    """What the batch changes in the edition that it meets, and what holds it back."""
    dataset = Dataset(batch.dataset)
    if judged is not None and judged.met is not None and judged.met == mark_edition(session, dataset):
        return judged.counts, judged.holds
    load = build_load(session, home, batch, standing=standing_edition(session, home, dataset))
    return Counts.of(load.comparison), find_holds(load, limits=limits, catalogs=load_catalogs())


def reject_batch(session: Session, *, number: int, actor: Actor, reason: str, at: datetime) -> Batch:
    """Put a batch aside for good; batches approved after it must be approved again, since they were compared with it.

    Raises: BatchNotFound, BatchState, NotAllowed without a written reason.
    """
    batch = get_batch(session, number)
    _expect(batch, State.VALIDATED, State.BLOCKED, State.APPROVED)
    if not reason.strip():
        raise NotAllowed("Un rechazo necesita su motivo por escrito.", "A rejection needs its reason in writing.")
    sent_back = [] if batch.approval_order is None else send_back_approved(session, after=batch.approval_order)
    batch.state, batch.approval_order, batch.lifted = str(State.REJECTED), None, None
    batch.reason, batch.decided_by, batch.decided_at = reason.strip(), actor.name, at
    details = {"reason": batch.reason, "sent_back": sent_back}
    record_act(session, actor=actor.name, act=Act.BATCH_REJECTED, subject=f"batch {number}", at=at, details=details)
    return batch


def send_back_approved(session: Session, *, after: int = 0) -> list[int]:
    """Put the batches approved later than that place back to `validated`: what they were compared with has gone.

    Whoever changes the book other than by publishing them in order calls this, and names the batches in its own entry
    of the audit. Order: that of their approval.
    """
    later = [batch for batch in list_approved(session) if (batch.approval_order or 0) > after]
    for batch in later:
        batch.state = str(State.VALIDATED)
        batch.approval_order = batch.lifted = batch.decided_by = batch.decided_at = None
    return [batch.id for batch in later]


def mark_published(batch: Batch, *, release: int | None) -> None:
    """Note that a batch's content is public; `release` is None when nothing was ever published."""
    batch.state = str(State.PUBLISHED)
    batch.release = release


def _expect(batch: Batch, *states: State) -> None:
    if State(batch.state) not in states:
        now = STATE_NAMES[State(batch.state)]
        es, en = (", ".join(STATE_NAMES[state].text(lang) for state in states) for lang in ("es", "en"))
        raise BatchState(
            f"El lote {batch.id} está {now.es}; tendría que estar: {es}.",
            f"Batch {batch.id} is {now.en}; it would have to be: {en}.",
        )


def _measures(holds: Sequence[Hold]) -> dict[str, Any]:
    """What the guards measured, for the audit; who is meant stays with the batch."""
    return {"guards": {str(hold.guard): hold.measured for hold in holds}} if holds else {}
