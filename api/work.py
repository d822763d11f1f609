"""Doing the jobs that staff asked for: one at a time, each as the person who asked for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy.exc import DBAPIError

from exemptions.accounts import Actor, record_denial, require_account
from exemptions.calendar import Clock
from exemptions.database import Book, refuse_in_demonstration
from exemptions.datasets import Dataset, Mode
from exemptions.disk import find_disk_error
from exemptions.errors import BookUnreachable, Busy, FileRefused, RegistryError, RoleMissing, Sentence
from exemptions.job_progress import find_step, forget_steps, note_step
from exemptions.jobs import (
    CHANGES_RELEASES,
    MAX_ATTEMPTS,
    RIGHT_FOR,
    JobFacts,
    JobKind,
    fail_job,
    find_next,
    finish_job,
    list_open_jobs,
    settle_interrupted,
    start_job,
)
from exemptions.locking import hold_worker_lock
from exemptions.settings import Settings
from exporters.publish import publish, reconcile, rollback
from exporters.steps import Step
from exporters.withdraw import withdraw
from loaders.incoming import drop_incoming, resolve_incoming, sweep_incoming
from loaders.load import LoadOptions, load_file
from loaders.uploads import hash_file

_STRAY = timedelta(days=1)
"""Longest time between the arrival of a file and its job: the arrival of the form's last byte, and a busy book."""


@dataclass(frozen=True, slots=True)
class _Work:
    """What doing one job needs."""

    book: Book
    settings: Settings
    clock: Clock
    job: JobFacts
    actor: Actor

    def tell_phase(self, phase: str, done: int | None, total: int | None) -> None:
        note_step(self.settings.home, self.job.id, step=phase, done=done, total=total, at=self.clock())

    def tell_step(self, step: Step) -> None:
        self.tell_phase(step, None, None)


def run_next_job(book: Book, settings: Settings, clock: Clock) -> bool:
    """Do the job that has waited longest; tells whether there was one to do.

    A job whose worker died is settled first. What goes wrong in an expected way is told in the job. Anything else is
    raised and leaves the job as a dead worker would: it is begun again, a bounded number of times.
    False is also the answer while another process does jobs.
    Raises: Busy or BookUnreachable if the book cannot be written.
    """
    with hold_worker_lock(book.engine, book.home) as held:
        if not held:
            return False
        job = _take(book, settings, clock)
        if job is None:
            return False
        _do(book, settings, clock, job)
    return True


def clear_incoming(book: Book, clock: Clock) -> None:
    """Remove files of the home that were sent for a job which never came into the book."""
    with book.read() as session:
        needed = [job.request["path"] for job in list_open_jobs(session) if job.kind is JobKind.LOAD]
    sweep_incoming(book.home, needed=needed, before=(clock() - _STRAY).timestamp())


def _take(book: Book, settings: Settings, clock: Clock) -> JobFacts | None:
    """Start the next job. The book is written only when there is something to write."""
    with book.read() as session:
        if not list_open_jobs(session):
            return None
    with book.write() as session:
        settled = settle_interrupted(session, at=clock(), digest_of=partial(_digest_of, book.home))
        waiting = find_next(session)
        started = None if waiting is None else start_job(session, waiting.id, at=clock())
    for job in settled:
        _clear_up(book, job)
    if any(job.kind in CHANGES_RELEASES for job in settled):
        # What the book already speaks of may not have reached those who read.
        reconcile(book, settings)
    return started


def _digest_of(home: Path, relative: str) -> str | None:
    try:
        return hash_file(resolve_incoming(home, relative))
    except FileRefused:
        return None


def _do(book: Book, settings: Settings, clock: Clock, job: JobFacts) -> None:
    try:
        with book.read() as session:
            actor = require_account(session, name=job.actor, right=RIGHT_FOR[job.kind])
        outcome = _RUNNERS[job.kind](_Work(book, settings, clock, job, actor))
    except BookUnreachable:
        # Whether it reached the book is not known: it is settled at the next look, as if its worker had died.
        raise
    except Busy as error:
        # It is settled at the next look: begun again, unless it has waited for others often enough.
        if job.attempts >= MAX_ATTEMPTS:
            _fail(book, clock, job, Sentence(error.es, error.en))
    except RoleMissing as error:
        record_denial(book, actor=Actor(job.actor), right=RIGHT_FOR[job.kind], at=clock())
        _fail(book, clock, job, Sentence(error.es, error.en))
    except RegistryError as error:
        _fail(book, clock, job, Sentence(error.es, error.en))
    except (OSError, DBAPIError) as error:
        if (full := find_disk_error(error)) is None:
            raise
        _fail(book, clock, job, Sentence(full.es, full.en))
    else:
        with book.write() as session:
            done = finish_job(session, job.id, outcome=outcome, at=clock())
        _clear_up(book, done)


def _fail(book: Book, clock: Clock, job: JobFacts, reason: Sentence) -> None:
    told = find_step(book.home, job.id)
    with book.write() as session:
        failed = fail_job(session, job.id, reason=reason, step=told.step if told else None, at=clock())
    _clear_up(book, failed)


def _clear_up(book: Book, job: JobFacts) -> None:
    """Remove the files of a job that has ended; the book speaks of its end already."""
    if job.state.is_open:
        return
    forget_steps(book.home, job.id)
    if job.kind is JobKind.LOAD:
        drop_incoming(book.home, job.request["path"])


def _load(work: _Work) -> dict[str, Any]:
    asked = work.job.request
    with work.book.read() as session:
        refuse_in_demonstration(session)
    result = load_file(
        work.book,
        work.settings,
        dataset=Dataset(asked["dataset"]),
        path=resolve_incoming(work.settings.home, asked["path"]),
        file_name=asked["file_name"],
        options=LoadOptions(
            mapping=asked["mapping"],
            encoding=asked["encoding"],
            sheet=asked["sheet"],
            header_row=asked["header_row"],
            mode=Mode(asked["mode"]) if asked["mode"] else None,
            cutoff=date.fromisoformat(asked["cutoff"]) if asked["cutoff"] else None,
        ),
        actor=work.actor,
        clock=work.clock,
        progress=work.tell_phase,
    )
    return {"batch": result.batch, "state": str(result.state)}


def _publish(work: _Work) -> dict[str, Any]:
    result = publish(
        work.book,
        work.settings,
        actor=work.actor,
        clock=work.clock,
        note=work.job.request["note"],
        progress=work.tell_step,
    )
    return {"release": result.release}


def _roll_back(work: _Work) -> dict[str, Any]:
    result = rollback(
        work.book,
        work.settings,
        release=work.job.request["release"],
        actor=work.actor,
        clock=work.clock,
        progress=work.tell_step,
    )
    return asdict(result)


def _withdraw(work: _Work) -> dict[str, Any]:
    asked = work.job.request
    result = withdraw(
        work.book,
        work.settings,
        release=asked["release"],
        reason=asked["reason"],
        records=asked["records"],
        fields=asked["fields"],
        also=asked["also"],
        leave_nothing=asked["leave_nothing"],
        actor=work.actor,
        clock=work.clock,
        progress=work.tell_step,
    )
    return {"withdrawn": list(result.withdrawn), "rebuilt": sorted(result.rebuilt), "current": result.current}


_RUNNERS: Mapping[JobKind, Callable[[_Work], Mapping[str, Any]]] = {
    JobKind.LOAD: _load,
    JobKind.PUBLISH: _publish,
    JobKind.ROLLBACK: _roll_back,
    JobKind.WITHDRAW: _withdraw,
}
