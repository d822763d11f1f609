"""Doing jobs: by a worker that may die, may not be alone, and may find the disk full."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.work import clear_incoming, run_next_job
from exemptions.accounts import disable_account
from exemptions.batches import approve_batch, get_batch
from exemptions.datasets import Dataset
from exemptions.job_progress import find_step
from exemptions.jobs import MAX_ATTEMPTS, JobFacts, JobKind, JobState, enqueue, get_job, start_job
from exemptions.locking import hold_worker_lock
from exemptions.models import Batch, Release
from exemptions.rights import Actor
from exporters import publish as publishing
from exporters.steps import Step
from loaders import load as loading
from loaders.incoming import keep_incoming
from loaders.load import LoadOptions, load_file
from tests.api.staff_home import StaffHome, registry_file, school
from tests.databases import Databases

PATIENCE_S = 240.0


pytestmark = pytest.mark.both_databases


@pytest.fixture
def home(tmp_path: Path, database: Databases) -> Iterator[StaffHome]:
    made = StaffHome(tmp_path, **database.environment())
    yield made
    made.close()


def ask_load(home: StaffHome, rows: list[dict[str, str]], **options: object) -> int:
    folder = home.settings.home
    source = folder / "sent.csv"
    source.write_bytes(registry_file(rows))
    with source.open("rb") as stream:
        path = keep_incoming(folder, stream, limit_bytes=10**6)
    request = {
        "dataset": "registry", "file_name": "registro.csv", "path": path, "encoding": "utf-8", "mode": None,
        "cutoff": None, "sheet": None, "header_row": None, "mapping": {},
    }  # fmt: skip
    return ask(home, JobKind.LOAD, "luis", {**request, **options})


def ask(home: StaffHome, kind: JobKind, name: str, request: dict[str, object]) -> int:
    with home.book.write() as session:
        return enqueue(session, kind=kind, actor=Actor(name), request=request, at=home.now).id


def job_of(home: StaffHome, number: int) -> JobFacts:
    with home.book.read() as session:
        return get_job(session, number)


def approve(home: StaffHome, rows: list[dict[str, str]]) -> None:
    """Load and approve rows."""
    number = ask_load(home, rows)
    assert home.work() == 1
    outcome = job_of(home, number).outcome
    assert outcome is not None
    with home.book.write() as session:
        approve_batch(session, home.settings.home, number=outcome["batch"], actor=Actor("marta"), at=home.now)


def test_work__does_jobs_in_order_and_says_when_there_is_none(home: StaffHome) -> None:
    assert not run_next_job(home.book, home.settings, home.clock)
    first, second = ask_load(home, [school(1)]), ask_load(home, [school(1), school(2)])
    assert home.work() == 2
    assert job_of(home, first).outcome == {"batch": 1, "state": "validated"}
    assert job_of(home, second).outcome == {"batch": 2, "state": "validated"}
    assert list((home.settings.home / "uploads" / "incoming").iterdir()) == []


def test_work__of_a_refused_file_is_done_and_tells_so(home: StaffHome) -> None:
    number = ask_load(home, [school(1, NIT="800000000039")])
    home.work()
    job = job_of(home, number)
    assert (job.state, job.outcome) == (JobState.DONE, {"batch": 1, "state": "refused"})


def test_work__leaves_jobs_to_another_process_that_does_them(home: StaffHome) -> None:
    number = ask_load(home, [school(1)])
    with hold_worker_lock(home.book.engine, home.settings.home):
        assert not run_next_job(home.book, home.settings, home.clock)
    assert job_of(home, number).state is JobState.WAITING
    assert home.work() == 1


def test_work__does_nothing_for_somebody_whose_account_was_disabled(home: StaffHome) -> None:
    number = ask_load(home, [school(1)])
    with home.book.write() as session:
        disable_account(session, actor=Actor("ana"), name="luis", at=home.now)
    home.work()
    job = job_of(home, number)
    assert job.state is JobState.FAILED
    assert job.outcome is not None and "luis" in job.outcome["es"]
    with home.book.read() as session:
        assert session.get(Batch, 1) is None


def test_work__tells_steps_while_the_book_is_held(home: StaffHome, monkeypatch: pytest.MonkeyPatch) -> None:
    approve(home, [school(1)])
    number = ask(home, JobKind.PUBLISH, "marta", {"note": None})
    marta, seen = home.visit("marta"), list[tuple[str, int]]()
    real = publishing.add_release

    def look(*args: object, **options: object) -> object:
        made = real(*args, **options)  # type: ignore[arg-type]
        step = find_step(home.settings.home, number)
        page = marta.get(f"/trabajos/{number}")
        seen.append((step.step if step else "", page.status_code))
        assert 'aria-current="step"' in page.text
        return made

    monkeypatch.setattr(publishing, "add_release", look)
    home.work()
    assert seen == [(Step.PLACE, 200)]
    assert find_step(home.settings.home, number) is None
    assert job_of(home, number).outcome == {"release": 1}


def test_work__tells_of_a_full_disk_and_changes_nothing(home: StaffHome, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: object, **_options: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    number = ask_load(home, [school(1)])
    monkeypatch.setattr(loading, "write_staged", full)
    home.work()
    job = job_of(home, number)
    assert job.state is JobState.FAILED
    assert job.outcome is not None and "disco" in job.outcome["es"] and "disk" in job.outcome["en"]
    assert job.step == "store"
    with home.book.read() as session:
        assert session.get(Batch, 1) is None


def test_work__does_not_take_another_file_of_the_same_name_for_an_interrupted_load(home: StaffHome) -> None:
    number = ask_load(home, [school(1), school(2)])
    with home.book.write() as session:
        start_job(session, number, at=home.now)
    other = home.settings.home / "registro.csv"
    other.write_bytes(registry_file([school(1)]))
    load_file(
        home.book, home.settings, dataset=Dataset.REGISTRY, path=other, options=LoadOptions(), actor=Actor("luis"),
        clock=home.clock,
    )  # fmt: skip
    assert home.work() == 1
    outcome = job_of(home, number).outcome
    assert outcome is not None
    with home.book.read() as session:
        assert get_batch(session, outcome["batch"]).rows == 2


def test_work__begins_again_what_a_fault_interrupted_and_gives_up_in_the_end(
    home: StaffHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fault(*_args: object, **_options: object) -> None:
        raise ZeroDivisionError

    number = ask_load(home, [school(1)])
    with monkeypatch.context() as patched:
        patched.setattr(loading, "write_staged", fault)
        with pytest.raises(ZeroDivisionError):
            run_next_job(home.book, home.settings, home.clock)
    assert job_of(home, number).state is JobState.RUNNING
    assert home.work() == 1
    assert (job_of(home, number).state, job_of(home, number).attempts) == (JobState.DONE, 2)

    doomed = ask_load(home, [school(2)])
    monkeypatch.setattr(loading, "write_staged", fault)
    for _ in range(MAX_ATTEMPTS):
        with pytest.raises(ZeroDivisionError):
            run_next_job(home.book, home.settings, home.clock)
    assert not run_next_job(home.book, home.settings, home.clock)
    assert job_of(home, doomed).state is JobState.FAILED
    assert list((home.settings.home / "uploads" / "incoming").iterdir()) == []


def test_work__points_at_a_release_whose_worker_died_after_the_commit(home: StaffHome) -> None:
    approve(home, [school(1)])
    number = ask(home, JobKind.PUBLISH, "marta", {"note": None})
    with home.book.write() as session:
        start_job(session, number, at=home.now)
    publishing.publish(home.book, home.settings, actor=Actor("marta"), clock=home.clock)
    (home.settings.releases / "current.json").unlink()
    assert home.work() == 0
    assert job_of(home, number).outcome == {"release": 1}
    assert (home.settings.releases / "current.json").is_file()


KILLED = """
import os, signal, sys
from api.work import run_next_job
from exemptions.calendar import system_clock
from exemptions.database import open_book
from exemptions.settings import read_settings
from exporters import publish as publishing

real = publishing.add_release
def die(*args, **options):
    if sys.argv[1] == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*args, **options)
def die_after(work):
    os.kill(os.getpid(), signal.SIGKILL)
publishing.add_release = die
if sys.argv[1] == "after":
    publishing.switch = die_after
settings = read_settings()
run_next_job(open_book(settings), settings, system_clock)
"""


@pytest.mark.parametrize("moment", ["before", "after"])
def test_work__survives_the_death_of_a_worker(home: StaffHome, moment: str) -> None:
    approve(home, [school(1)])
    number = ask(home, JobKind.PUBLISH, "marta", {"note": None})
    environment = {**os.environ, "EXEMPTIONS_HOME": str(home.settings.home), "DATABASE_URL": home.settings.database_url}
    died = subprocess.run([sys.executable, "-c", KILLED, moment], env=environment, check=False, timeout=PATIENCE_S)
    assert died.returncode == -signal.SIGKILL
    assert job_of(home, number).state is JobState.RUNNING
    home.work()
    job = job_of(home, number)
    assert (job.state, job.outcome) == (JobState.DONE, {"release": 1})
    with home.book.read() as session:
        assert session.get(Release, 2) is None
    assert home.app.test_client().get("/publicaciones/1").status_code == 200


def test_clear__removes_files_that_no_job_asks_for(home: StaffHome) -> None:
    ask_load(home, [school(1)])
    incoming = home.settings.home / "uploads" / "incoming"
    (needed,) = incoming.iterdir()
    stray, fresh = incoming / ("0" * 32), incoming / ("1" * 32)
    for path in (stray, fresh):
        path.write_bytes(b"x")
    long_ago = home.now.timestamp() - 3 * 86_400
    for path in (stray, needed):
        os.utime(path, (long_ago, long_ago))
    os.utime(fresh, (home.now.timestamp(), home.now.timestamp()))
    clear_incoming(home.book, home.clock)
    assert set(incoming.iterdir()) == {needed, fresh}


def test_worker__does_jobs_as_they_come_and_ends_when_told(home: StaffHome) -> None:
    environment = {**os.environ, "EXEMPTIONS_HOME": str(home.settings.home), "DATABASE_URL": home.settings.database_url}
    words = [sys.executable, "-m", "api.cli", "work"]
    with subprocess.Popen(words, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as worker:
        try:
            number = ask_load(home, [school(1)])
            deadline = time.monotonic() + PATIENCE_S
            while job_of(home, number).state.is_open and time.monotonic() < deadline:
                time.sleep(0.1)
        finally:
            worker.send_signal(signal.SIGTERM)
            assert worker.wait(timeout=PATIENCE_S) == 0
    assert job_of(home, number).outcome == {"batch": 1, "state": "validated"}
