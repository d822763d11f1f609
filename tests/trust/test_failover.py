"""The primary of the book dies: readers notice nothing, staff go on at the standby, and nothing that was told is lost.

`make trust` does it with a staff node and a public node of their own, as often as `--failovers` says. Each time the
machine that died comes back as the standby.
"""

from __future__ import annotations

import json
import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import requests

from exemptions.audit import Act, Fault, record_act
from exemptions.audit_check import check_trail
from exemptions.calendar import system_clock
from exemptions.database import open_book
from exemptions.errors import Busy
from exemptions.grants import grant_rights
from exemptions.settings import Settings, read_settings
from exporters.manifest import verify_folder
from tests.databases import STAFF, NoServer
from tests.served import served
from tests.trust.cluster import Cluster, running_cluster, wait_until
from tests.trust.staff_at_work import Ask, StaffAtWork, Told, make_staff
from tests.trust.tables import Tell, tell

PREFIX = "/api/v1/staff"
READ = ("/", "/api/v1/records?limit=2", "/buscar?category=CED_PRIV", "/api/v1/records.csv", "/health/ready")
INSTANTS = ("publish", "load", "approve", "idle", "publish, frozen before")
"""What staff are doing when the primary dies; a frozen one answers nothing for some seconds, and is then ended."""
FROZEN_S = 3.0
RESUME_S = 30.0
"""What issue and guide promise; the operator's own reaction comes on top."""

Get = Callable[[str], int]
"""An address of the public's → the status of the answer."""


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    try:
        with running_cluster() as made:
            yield made
    except NoServer as reason:
        pytest.skip(f"no PostgreSQL with a standby: {reason}")


def test_primary__dies_and_nothing_that_was_told_is_lost(
    cluster: Cluster, tmp_path: Path, request: pytest.FixtureRequest, record_property: Tell
) -> None:
    failovers = request.config.getoption("--failovers")
    if not failovers:
        pytest.skip("a primary that dies takes its time: make trust")
    environment = {"EXEMPTIONS_HOME": str(tmp_path / "home"), "DATABASE_URL": cluster.url(STAFF)}
    settings = read_settings(environment)
    give_rights(cluster, settings)
    tokens = make_staff(settings)
    with apart(tmp_path, environment, tokens) as (ask, get):
        staff = StaffAtWork(ask)
        staff.start()
        staff.wait_for("idle")
        with reading(get) as answers:
            for number in range(failovers):
                instant = INSTANTS[number % len(INSTANTS)]
                before = answers.copy()
                resumed_s = kill_primary(cluster, staff, instant, random.Random(number))
                back = cluster.follow()
                seen = answers - before
                assert seen.keys() == {"200"}, seen
                tell(
                    record_property, "Fail-over of the primary", killed_while=instant, fail_overs=1,
                    readers_answered=seen["200"], readers_errors=0, staff_told_503=staff.refused.total(),
                    acts_lost=0, slowest_resumption_s=resumed_s, came_back_by=back,
                )  # fmt: skip
                staff.refused.clear()
        staff.finish()
    check_told(cluster, staff, until=time.monotonic())
    check_whole(settings, cluster, tmp_path)


@pytest.mark.parametrize("shown", [0, 1])
def test_missing__is_what_was_told_and_the_book_does_not_show(shown: int) -> None:
    class Book:
        def execute(self, _statement: str, _numbers: tuple[int, ...]) -> Book:
            return self

        def fetchall(self) -> list[tuple[int]]:
            return [(shown,)]

    staff = StaffAtWork(lambda *_: Told(503, {}, None))
    staff.acknowledged += [(1.0, "release", 7), (2.0, "approval", 8), (9.0, "batch", 9)]
    missing = staff.find_missing(Book(), until=2.0)  # type: ignore[arg-type]
    assert missing == ([] if shown else [("approval", 8), ("release", 7)])


def test_primary__dies_with_what_the_standby_never_got_and_that_is_noticed(cluster: Cluster, tmp_path: Path) -> None:
    """Where nobody waits for the standby, acts can be lost: the anchor of the home tells of them."""
    settings = read_settings({"EXEMPTIONS_HOME": str(tmp_path / "home"), "DATABASE_URL": cluster.url(STAFF)})
    give_rights(cluster, settings)
    book = open_book(settings)
    cluster.set_waited_for("")
    for name in ("kept", "lost"):
        with book.write() as session:
            record_act(session, actor="operator", act=Act.DENIED, subject=name, at=system_clock())
        if name == "kept":
            wait_until(lambda: cluster.standby.ask("SELECT 1 FROM audit WHERE subject = 'kept'", "registry"), "is late")
            cluster.standby.kill()
    cluster.primary.kill()
    cluster.standby.start()
    cluster.fail_over()
    with book.read() as session:
        fault = check_trail(session, settings.home).fault
    book.close()
    assert fault is not None and fault.fault is Fault.TRUNCATED
    cluster.follow()


def give_rights(cluster: Cluster, settings: Settings) -> None:
    """What `exemptions grants` does as the owner of the tables: the nodes have the staff's account."""
    book = open_book(replace(settings, database_url=cluster.url()))
    grant_rights(book.engine, staff=[STAFF], readers=[])
    book.close()


def kill_primary(cluster: Cluster, staff: StaffAtWork, instant: str, chance: random.Random) -> float:
    """Kill the primary while they do this, let the standby take over; gives the seconds until they can write again."""
    doing, _, frozen = instant.partition(", ")
    staff.wait_for(doing)
    time.sleep(chance.uniform(0.0, 0.9) * staff.took[doing])
    if frozen:
        cluster.primary.freeze()
        time.sleep(FROZEN_S)
    cluster.primary.kill()
    killed = time.monotonic()
    # Whoever watches needs some time to see it; what staff ask for meanwhile is refused.
    time.sleep(chance.uniform(0.2, 1.0))
    cluster.fail_over()
    check_told(cluster, staff, until=killed)
    resumed_s = staff.wait_for_acknowledgement(killed) - killed
    assert resumed_s <= RESUME_S
    return resumed_s


def check_told(cluster: Cluster, staff: StaffAtWork, *, until: float) -> None:
    """Everything that staff were told is done is in the book of the present primary."""
    with cluster.primary.connect() as book:
        assert staff.find_missing(book, until=until) == []


def check_whole(settings: Settings, cluster: Cluster, folder: Path) -> None:
    """The trail is unbroken and reaches its anchor, the store has what the book says, the standby has it all, and the
    new primary lets one writer in at a time."""
    book = open_book(settings)
    elsewhere = open_book(read_settings({"EXEMPTIONS_HOME": str(folder / "other"), "DATABASE_URL": cluster.url(STAFF)}))
    with book.read() as session:
        trail = check_trail(session, settings.home)
    assert trail.fault is None and trail.anchored
    pointer = json.loads((settings.releases / "current.json").read_bytes())
    verify_folder(settings.releases / str(pointer["release"]), sha256=pointer["manifest_sha256"])
    with book.write(), pytest.raises(Busy), elsewhere.write(wait_s=0.1):
        pytest.fail("two writers at once")
    cluster.wait_for_standby()
    for table in ("audit", "batch", "release", "record_version", "job"):
        counted = f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} AS t"
        assert cluster.primary.ask(counted, "registry") == cluster.standby.ask(counted, "registry"), table
    for opened in (book, elsewhere):
        opened.close()


@contextmanager
def reading(get: Get) -> Iterator[Counter[str]]:
    """Readers who never stop asking, and what they got."""
    found, stop = Counter[str](), threading.Event()

    def read(start: int) -> None:
        for number in range(start, 10**9):
            if stop.is_set():
                return
            try:
                found[str(get(READ[number % len(READ)]))] += 1
            except (OSError, requests.RequestException) as error:
                found[type(error).__name__] += 1
            time.sleep(0.2)

    readers = [threading.Thread(target=read, args=(number,), daemon=True) for number in range(2)]
    for reader in readers:
        reader.start()
    yield found
    stop.set()
    for reader in readers:
        reader.join(60)


@contextmanager
def apart(folder: Path, environment: dict[str, str], tokens: dict[str, str]) -> Iterator[tuple[Ask, Get]]:
    """A staff node and a public node, each a service of its own in its role."""
    shared = {"PATH": os.environ["PATH"], "PYTHONUTF8": "1"}
    releases = {"EXEMPTIONS_RELEASES": str(folder / "home" / "releases")}
    with (
        contextmanager(served)({**shared, **environment, "EXEMPTIONS_ROLE": "staff"}) as staff,
        contextmanager(served)(
            {**shared, **releases, "EXEMPTIONS_HOME": str(folder / "public"), "EXEMPTIONS_ROLE": "public"}
        ) as public,
        requests.Session() as session,
    ):

        def ask(who: str, method: str, path: str, **body: object) -> Told:
            headers = {"Authorization": f"Bearer {tokens[who]}", "Content-Type": "application/octet-stream"}
            if "json" in body:
                del headers["Content-Type"]
            answer = session.request(method, f"{staff}{PREFIX}{path}", headers=headers, timeout=120, **body)  # type: ignore[arg-type]
            return Told(answer.status_code, answer.headers, answer.json())

        yield ask, lambda path: requests.get(f"{public}{path}", timeout=30).status_code
