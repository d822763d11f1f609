"""Long work that was asked for: loads, publications, rollbacks, withdrawals. `exemptions work` does one at a time.

A job is asked for in the book and survives whoever asked. What it does is recorded in the audit by the act itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from exemptions.accounts import Actor, Right
from exemptions.errors import JobConflict, JobNotFound, Sentence
from exemptions.models import Batch, Job, Release


class JobKind(StrEnum):
    """What can be asked for."""

    LOAD = "load"
    PUBLISH = "publish"
    ROLLBACK = "rollback"
    WITHDRAW = "withdraw"


class JobState(StrEnum):
    """Where a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done."""
        return self in _OPEN


RIGHT_FOR: Mapping[JobKind, Right] = {
    JobKind.LOAD: Right.LOAD,
    JobKind.PUBLISH: Right.PUBLISH,
    JobKind.ROLLBACK: Right.PUBLISH,
    JobKind.WITHDRAW: Right.PUBLISH,
}
"""What a person needs to ask for a job, and still needs when it runs."""

MAX_ATTEMPTS = 3
"""A job whose worker died is begun again, unless it seems to be the job that kills the worker."""

INTERRUPTED = Sentence(
    f"El trabajo se interrumpió {MAX_ATTEMPTS} veces y no se intenta más. Lo publicado no cambió. "
    "Avise a quien opera el servicio: el motivo está en su registro de errores.",
    f"The job was interrupted {MAX_ATTEMPTS} times and is not tried again. What is published did not change. "
    "Tell the operator of the service: the reason is in its error log.",
)

_OPEN = (JobState.WAITING, JobState.RUNNING)
CHANGES_RELEASES = (JobKind.PUBLISH, JobKind.ROLLBACK, JobKind.WITHDRAW)
"""Of these only one may be open at a time: who asks second decided without knowing what the first one does."""


@dataclass(frozen=True, slots=True)
class JobFacts:
    """A job as the book has it."""

    id: int
    kind: JobKind
    state: JobState
    actor: str
    request: Mapping[str, Any]
    """What was asked, by kind. load: `dataset path file_name encoding mode cutoff sheet header_row mapping`, the path
    relative to the home; publish: `note`; rollback: `release`; withdraw: `release reason records
    fields also leave_nothing`, as `exporters.withdraw` takes them."""
    step: str | None
    """The step at which it ended; of a running job `job_progress` knows more."""
    outcome: Mapping[str, Any] | None
    """What came of it. load: `batch state`; publish: `release`, null when there was nothing to publish; rollback:
    `release restores`; withdraw: `withdrawn rebuilt current`, numbers of releases; failed: the reason under `es` and
    `en`."""
    attempts: int
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


def enqueue(session: Session, *, kind: JobKind, actor: Actor, request: Mapping[str, Any], at: datetime) -> JobFacts:
    """Ask for a job; who asks has been checked by the caller and is checked again when it runs.

    Raises: JobConflict if another job that changes the releases is open, and this one would too.
    """
    if kind in CHANGES_RELEASES:
        _refuse_second(session)
    job = Job(
        # The writer's lock keeps the next number free.
        id=(session.scalar(select(func.max(Job.id))) or 0) + 1,
        kind=str(kind),
        state=str(JobState.WAITING),
        actor=actor.name,
        request=dict(request),
        attempts=0,
        created_at=at,
    )
    session.add(job)
    session.flush()
    return _facts(job)


def get_job(session: Session, number: int) -> JobFacts:
    """The job of that number.

    Raises: JobNotFound.
    """
    return _facts(_get(session, number))


def list_jobs(session: Session, *, limit: int | None = None, before: int | None = None) -> list[JobFacts]:
    """Jobs, the newest first; `before` gives those asked for before that job."""
    found = select(Job).order_by(Job.id.desc()).limit(limit)
    if before is not None:
        found = found.where(Job.id < before)
    return [_facts(job) for job in session.scalars(found)]


def list_open_jobs(session: Session) -> list[JobFacts]:
    """What waits or runs, in the order in which it is done."""
    return [_facts(job) for job in session.scalars(select(Job).where(Job.state.in_(_OPEN)).order_by(Job.id))]


def find_next(session: Session) -> JobFacts | None:
    """The job that has waited longest."""
    waiting = select(Job).where(Job.state == JobState.WAITING).order_by(Job.id).limit(1)
    job = session.scalars(waiting).first()
    return None if job is None else _facts(job)


def start_job(session: Session, number: int, *, at: datetime) -> JobFacts:
    """Note that a waiting job is being done. The caller holds the worker's lock.

    Raises: JobNotFound; JobConflict if it does not wait.
    """
    job = _get(session, number)
    _expect(job, JobState.WAITING)
    job.state, job.started_at, job.attempts = str(JobState.RUNNING), at, job.attempts + 1
    if job.before is None:
        job.before = {
            "batch": session.scalar(select(func.max(Batch.id))) or 0,
            "release": session.scalar(select(func.max(Release.number))) or 0,
        }
    session.flush()
    return _facts(job)


def finish_job(session: Session, number: int, *, outcome: Mapping[str, Any], at: datetime) -> JobFacts:
    """Note what came of a running job.

    Raises: JobNotFound; JobConflict if it does not run.
    """
    return _end(session, number, JobState.DONE, outcome, None, at)


def fail_job(session: Session, number: int, *, reason: Sentence, at: datetime, step: str | None = None) -> JobFacts:
    """Note why, and at which step, a running job could not be done.

    Raises: JobNotFound; JobConflict if it does not run.
    """
    return _end(session, number, JobState.FAILED, {"es": reason.es, "en": reason.en}, step, at)


def settle_interrupted(
    session: Session, *, at: datetime, digest_of: Callable[[str], str | None] = lambda _path: None
) -> list[JobFacts]:
    """Decide what becomes of jobs whose worker died; the caller holds the worker's lock, so none of them is running.

    `digest_of` gives the SHA-256 of the file that a load was sent, so that another file which the same person loaded
    under the same name meanwhile is not taken for it; None if that cannot be told.

    What had reached the book is done. Everything else left nothing behind, because a load and a publication enter the
    book in one transaction: it waits again, or has failed after `MAX_ATTEMPTS`.
    """
    settled = []
    for job in session.scalars(select(Job).where(Job.state == JobState.RUNNING).order_by(Job.id)).all():
        effect = _find_effect(session, job, digest_of)
        if effect is not None:
            settled.append(finish_job(session, job.id, outcome=effect, at=at))
        elif job.attempts >= MAX_ATTEMPTS:
            settled.append(fail_job(session, job.id, reason=INTERRUPTED, at=at, step=job.step))
        else:
            job.state = str(JobState.WAITING)
            settled.append(_facts(job))
    session.flush()
    return settled


def _facts(job: Job) -> JobFacts:
    return JobFacts(
        id=job.id,
        kind=JobKind(job.kind),
        state=JobState(job.state),
        actor=job.actor,
        request=dict(job.request),
        step=job.step,
        outcome=None if job.outcome is None else dict(job.outcome),
        attempts=job.attempts,
        created_at=job.created_at,
        started_at=job.started_at,
        ended_at=job.ended_at,
    )


def _get(session: Session, number: int) -> Job:
    job = session.get(Job, number)
    if job is None:
        raise JobNotFound(f"No hay ningún trabajo {number}.", f"There is no job {number}.")
    return job


def _end(
    session: Session, number: int, state: JobState, outcome: Mapping[str, Any], step: str | None, at: datetime
) -> JobFacts:
    job = _get(session, number)
    _expect(job, JobState.RUNNING)
    job.state, job.outcome, job.step, job.ended_at = str(state), dict(outcome), step, at
    session.flush()
    return _facts(job)


def _expect(job: Job, state: JobState) -> None:
    if job.state != state:
        raise JobConflict(
            f"El trabajo {job.id} está en estado «{job.state}»; tendría que estar en: {state}.",
            f"Job {job.id} is “{job.state}”; it would have to be: {state}.",
            job=job.id,
        )


def _refuse_second(session: Session) -> None:
    other = session.scalars(
        select(Job).where(Job.state.in_(_OPEN), Job.kind.in_(CHANGES_RELEASES)).order_by(Job.id).limit(1)
    ).first()
    if other is not None:
        raise JobConflict(
            f"«{other.actor}» ya pidió un trabajo que cambia lo publicado (trabajo {other.id}) y no ha terminado. "
            "Espere a que termine, vea qué cambió y decida de nuevo.",
            f"“{other.actor}” has already asked for a job that changes what is published (job {other.id}), and it has "
            "not ended. Wait until it ends, see what changed and decide again.",
            job=other.id,
        )


def _find_effect(session: Session, job: Job, digest_of: Callable[[str], str | None]) -> dict[str, Any] | None:
    """What an interrupted job had already entered into the book, in the shape of its outcome."""
    before = job.before or {"batch": 0, "release": 0}
    asked = job.request
    if job.kind == JobKind.LOAD:
        own = select(Batch).where(Batch.id > before["batch"], Batch.loaded_by == job.actor)
        sha256 = digest_of(asked["path"])
        if sha256 is not None:
            own = own.where(Batch.upload_sha256 == sha256)
        batch = session.scalars(
            own.where(Batch.dataset == asked["dataset"], Batch.file_name == asked["file_name"]).order_by(Batch.id)
        ).first()
        return None if batch is None else {"batch": batch.id, "state": batch.state}
    if job.kind == JobKind.WITHDRAW:
        return _find_withdrawal(session, asked["release"], before["release"])
    restored = asked["release"] if job.kind == JobKind.ROLLBACK else None
    made = session.scalars(
        select(Release)
        .where(Release.number > before["release"], Release.published_by == job.actor)
        .where(Release.restores.is_(None) if restored is None else Release.restores == restored)
        .order_by(Release.number)
    ).first()
    if made is None:
        return None
    return {"release": made.number} if restored is None else {"release": made.number, "restores": restored}


def _find_withdrawal(session: Session, number: int, latest_before: int) -> dict[str, Any] | None:
    target = session.get(Release, number)
    if target is None or target.withdrawn_at is None:
        return None
    releases = session.scalars(select(Release).order_by(Release.number)).all()
    gone = [r.number for r in releases if r.withdrawn_at == target.withdrawn_at]
    rebuilt = [r.number for r in releases if r.number > latest_before and r.published_at == target.withdrawn_at]
    current = max((r.number for r in releases if r.withdrawn_at is None), default=None)
    return {"withdrawn": gone, "rebuilt": rebuilt, "current": current}
