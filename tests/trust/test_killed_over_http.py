"""kill -9 at random over the staff's web process while people work over HTTP: it comes back by itself, what they were
told is done is done, what they were not told is done wholly or not at all, and the jobs go on."""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import func, select

from exemptions.audit_check import check_trail
from exemptions.database import open_book
from exemptions.errors import RegistryError
from exemptions.models import AuditEntry, Batch, Job, Release
from exemptions.settings import Settings, read_settings
from tests.api.staff_home import PASSWORD
from tests.trust.desk import ACTS, LOG_IN, PUBLISH, UPLOAD, Desk
from tests.trust.staff_at_work import APPROVER, make_staff
from tests.trust.supervised import ALL, TARGETS, Supervised, supervised
from tests.trust.survival import check_readers
from tests.trust.tables import Tell, tell

DONE = {
    "batch_approved": select(func.count()).where(Batch.state.in_(("approved", "published"))),
    "release_published": select(func.count()).where(Release.restores.is_(None), Release.published_by == APPROVER),
    "release_rolled_back": select(func.count()).where(Release.restores.is_not(None), Release.published_by == APPROVER),
    "release_withdrawn": select(func.count()).where(Release.withdrawn_at.is_not(None)),
}
"""Act in the audit → how often the book shows it."""


def test_killed_over_http__nothing_is_corrupt_or_lost(
    tmp_path: Path, request: pytest.FixtureRequest, record_property: Tell
) -> None:
    kills = request.config.getoption("--random-kills") // 8
    if kills < len(ACTS):
        pytest.skip("a service that dies and comes back takes its time: make trust")
    chance = random.Random("over http")
    settings = read_settings({"EXEMPTIONS_HOME": str(tmp_path / "home")})
    tokens = make_staff(settings, password=PASSWORD)
    environment = {"EXEMPTIONS_HOME": str(settings.home), "PATH": os.environ["PATH"], "PYTHONUTF8": "1"}
    with supervised(environment, tmp_path / "log") as service:
        desk = Desk(service.address, tokens)
        # Something to go back to, and how long each act takes when nobody disturbs it.
        seconds = {act: _measure(desk, act) for act in (LOG_IN, UPLOAD, ACTS[1], PUBLISH, *ACTS)}
        for number in range(kills):
            act, target = ACTS[number % len(ACTS)], chance.choice(TARGETS)
            before = desk.unanswered
            repairs: list[str] = []
            with _killed(service, desk, target, seconds[act], chance) as struck:
                try:
                    desk.do(act)
                except AssertionError as fault:
                    repairs.append(repr(fault))
                in_time = int(bool(struck))
            service.wait()
            corrupt, lost = _look(settings, desk)
            tell(
                record_property, "Staff's service killed over HTTP", act=act, killed_meanwhile=in_time,
                killed_after=1 - in_time, of_all_processes=int(target == ALL),
                requests_asked_again=desk.unanswered - before, corrupt=len(corrupt), lost=len(lost),
                manual_repairs=len(repairs),
            )  # fmt: skip
            assert (corrupt, lost, repairs) == ([], [], []), (act, target)
        assert desk.is_signed_in()


def _measure(desk: Desk, act: str) -> tuple[float, float]:
    """Seconds from the first request to the end, and from when its job was seen running, if it has one."""
    running: list[float] = []
    desk.on_running = lambda: running.append(time.monotonic())
    started = time.monotonic()
    desk.do(act)
    ended = time.monotonic()
    desk.on_running = lambda: None
    return ended - started, ended - running[0] if running else 0.0


@contextmanager
def _killed(
    service: Supervised, desk: Desk, target: str, seconds: tuple[float, float], chance: random.Random
) -> Iterator[list[float]]:
    """Kill once, at an instant of the whole act or of the time that its job runs; gives when, as soon as it is so."""
    whole, running = seconds
    struck: list[float] = []
    # For most of the time that a job takes it waits to be begun.
    is_of_job = running > 0 and chance.random() < 0.6

    def strike() -> None:
        struck.append(time.monotonic())
        service.kill(target, chance)

    def begin() -> None:
        if timer.ident is None:
            timer.start()

    timer = threading.Timer(chance.uniform(0.0, 0.95) * (running if is_of_job else whole), strike)
    if is_of_job:
        desk.on_running = begin
    else:
        begin()
    yield struck
    desk.on_running = lambda: None
    begin()
    timer.join()


def _look(settings: Settings, desk: Desk) -> tuple[list[str], list[tuple[str, int]]]:
    """What is not whole, and what they were told and is not there."""
    corrupt: list[str] = []
    book = open_book(settings)
    try:
        seen = check_readers(settings.releases)
        with book.read() as session:
            fault = check_trail(session, settings.home).fault
            assert fault is None, fault
            for act, shown in DONE.items():
                noted = session.scalar(select(func.count()).where(AuditEntry.act == act))
                assert noted == session.scalar(shown), act
            latest = session.scalar(select(func.max(Release.number)))
            assert latest in (seen, seen + 1)
            files = session.scalars(select(Batch.file_name)).all()
            assert len(files) == len(set(files)), files
            there = {
                "job": set(session.scalars(select(Job.id))),
                "batch": set(session.scalars(select(Batch.id))),
                "approval": set(session.scalars(select(Batch.id).where(Batch.state.in_(("approved", "published"))))),
                "release": set(session.scalars(select(Release.number))),
                "withdrawal": set(session.scalars(select(Release.number).where(Release.withdrawn_at.is_not(None)))),
            }
    except (AssertionError, RegistryError, OSError, ValueError) as error:
        return [repr(error)], []
    finally:
        book.close()
    return corrupt, [(kind, number) for kind, number in desk.told if number not in there[kind]]
