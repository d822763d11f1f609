"""Jobs in the book: their order, their states, and what becomes of those whose worker died."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from exemptions.errors import JobConflict, JobNotFound, Sentence
from exemptions.job_progress import find_step, forget_steps, note_step
from exemptions.jobs import (
    INTERRUPTED,
    MAX_ATTEMPTS,
    JobFacts,
    JobKind,
    JobState,
    enqueue,
    fail_job,
    find_next,
    finish_job,
    get_job,
    list_jobs,
    list_open_jobs,
    settle_interrupted,
    start_job,
)
from exemptions.locking import hold_worker_lock
from exporters.withdraw import withdraw
from tests.databases import Databases
from tests.exporters.staging import APPROVER, LOADER, NOON, Home, row

pytestmark = pytest.mark.both_databases

LOAD = {"dataset": "registry", "file_name": "archivo.csv", "path": "uploads/incoming/x"}
WHY = Sentence("No se pudo.", "It could not be done.")


@pytest.fixture
def home(tmp_path: Path, database: Databases) -> Iterator[Home]:
    made = Home(tmp_path, **database.environment())
    yield made
    made.book.close()


def ask(home: Home, kind: JobKind, **request: Any) -> JobFacts:
    actor = LOADER if kind is JobKind.LOAD else APPROVER
    with home.book.write() as session:
        return enqueue(session, kind=kind, actor=actor, request=request, at=NOON)


def start(home: Home, number: int) -> JobFacts:
    with home.book.write() as session:
        return start_job(session, number, at=NOON)


def settle(home: Home) -> list[JobFacts]:
    with home.book.write() as session:
        return settle_interrupted(session, at=NOON)


def test_enqueue__gives_numbers_in_order_and_the_oldest_is_next(home: Home) -> None:
    first, second = ask(home, JobKind.LOAD, **LOAD), ask(home, JobKind.LOAD, **LOAD, note="ñ")
    assert (first.id, second.id) == (1, 2)
    start(home, 1)
    with home.book.read() as session:
        following = find_next(session)
        assert [job.id for job in list_open_jobs(session)] == [1, 2]
        assert [job.id for job in list_jobs(session)] == [2, 1]
        assert [job.id for job in list_jobs(session, before=2)] == [1]
    assert following == second


@pytest.mark.parametrize("second", [JobKind.PUBLISH, JobKind.ROLLBACK, JobKind.WITHDRAW])
def test_enqueue__of_two_that_change_the_releases_the_second_is_told_whose_is_open(home: Home, second: JobKind) -> None:
    ask(home, JobKind.PUBLISH, note=None)
    with pytest.raises(JobConflict, match=APPROVER.name) as refused:
        ask(home, second, release=1)
    assert refused.value.job == 1
    assert ask(home, JobKind.LOAD, **LOAD).id == 2


def test_finish__keeps_what_came_of_it_and_lets_the_next_one_be_asked_for(home: Home) -> None:
    ask(home, JobKind.PUBLISH, note=None)
    start(home, 1)
    with home.book.write() as session:
        finish_job(session, 1, outcome={"release": 4}, at=NOON)
    with home.book.read() as session:
        done = get_job(session, 1)
    assert (done.state, done.outcome, done.ended_at) == (JobState.DONE, {"release": 4}, NOON)
    assert ask(home, JobKind.PUBLISH, note=None).id == 2


def test_fail__keeps_the_reason_in_both_languages_and_the_step(home: Home) -> None:
    ask(home, JobKind.PUBLISH, note=None)
    start(home, 1)
    with home.book.write() as session:
        failed = fail_job(session, 1, reason=WHY, step="scan", at=NOON)
    assert (failed.state, failed.step, failed.outcome) == (JobState.FAILED, "scan", {"es": WHY.es, "en": WHY.en})


def test_start__refuses_a_job_that_does_not_wait(home: Home) -> None:
    ask(home, JobKind.LOAD, **LOAD)
    start(home, 1)
    with pytest.raises(JobConflict):
        start(home, 1)
    with pytest.raises(JobNotFound), home.book.read() as session:
        get_job(session, 2)


def test_settle__puts_back_what_left_nothing_and_gives_up_after_some_attempts(home: Home) -> None:
    ask(home, JobKind.PUBLISH, note=None)
    for attempt in range(1, MAX_ATTEMPTS + 1):
        assert start(home, 1).attempts == attempt
        (settled,) = settle(home)
    assert settled.state is JobState.FAILED
    assert settled.outcome == {"es": INTERRUPTED.es, "en": INTERRUPTED.en}
    assert settle(home) == []


def test_settle__knows_a_publication_that_had_reached_the_book(home: Home) -> None:
    home.release([row(1)])
    home.approve([row(1), row(2)])
    ask(home, JobKind.PUBLISH, note=None)
    start(home, 1)
    home.publish()
    (settled,) = settle(home)
    assert (settled.state, settled.outcome) == (JobState.DONE, {"release": 2})


def test_settle__does_not_take_an_older_publication_for_the_jobs_own(home: Home) -> None:
    home.release([row(1)])
    ask(home, JobKind.PUBLISH, note=None)
    start(home, 1)
    (settled,) = settle(home)
    assert settled.state is JobState.WAITING


def test_settle__does_not_roll_back_twice(home: Home) -> None:
    home.release([row(1)])
    home.release([row(1), row(2)])
    ask(home, JobKind.ROLLBACK, release=1)
    start(home, 1)
    home.rollback(1)
    (settled,) = settle(home)
    assert (settled.state, settled.outcome) == (JobState.DONE, {"release": 3, "restores": 1})


def test_settle__knows_a_batch_that_had_reached_the_book(home: Home) -> None:
    home.approve([row(1)])
    ask(home, JobKind.LOAD, **LOAD)
    start(home, 1)
    home.approve([row(1), row(2)])
    (settled,) = settle(home)
    assert (settled.state, settled.outcome) == (JobState.DONE, {"batch": 2, "state": "approved"})


def test_settle__tells_a_withdrawal_as_the_withdrawal_does(home: Home) -> None:
    home.release([row(1)])
    home.release([row(1), row(2)])
    ask(home, JobKind.WITHDRAW, release=2, reason="Traía un registro de más.")
    start(home, 1)
    result = withdraw(
        home.book, home.settings, release=2, reason="Traía un registro de más.", actor=APPROVER, clock=home.clock
    )
    assert result.current == 3
    (settled,) = settle(home)
    assert settled.state is JobState.DONE
    assert settled.outcome == {
        "withdrawn": list(result.withdrawn), "rebuilt": sorted(result.rebuilt), "current": result.current,
    }  # fmt: skip


def test_progress__is_told_beside_the_book_and_forgotten(home: Home) -> None:
    assert find_step(home.settings.home, 7) is None
    # A publication holds the book from its first step to its last.
    with home.book.write():
        note_step(home.settings.home, 7, step="scan", at=NOON, total=12)
        told = find_step(home.settings.home, 7)
    assert told is not None
    assert (told.step, told.done, told.total, told.since) == ("scan", None, 12, NOON)
    forget_steps(home.settings.home, 7)
    assert find_step(home.settings.home, 7) is None


def test_worker_lock__is_one_and_free_again(home: Home) -> None:
    engine = home.book.engine
    with hold_worker_lock(engine, home.settings.home) as first, hold_worker_lock(engine, home.settings.home) as second:
        assert (first, second) == (True, False)
    with hold_worker_lock(engine, home.settings.home) as again:
        assert again
