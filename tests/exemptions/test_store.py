"""The store of releases: what it serves, how it switches, and what it refuses."""

from __future__ import annotations

import json
import logging
import os
import resource
import shutil
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from exemptions.errors import (
    Exhausted,
    InvalidQuery,
    NothingPublished,
    ReleaseDamaged,
    ReleaseNotFound,
    ReleaseNotHere,
    ReleaseWithdrawn,
)
from exemptions.query import RegistryQuery
from exemptions.release import Release
from exemptions.search import search
from exemptions.store import ReleaseStore
from exemptions.store_sight import SIGHT, Sightings, StoreSight
from tests.exemptions.releases import Row, build_test_release, point_at, record


def rows(number: int) -> list[Row]:
    return [record(n, name=f"Entidad {n}") for n in range(number)]


def clock() -> datetime:
    return datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ReleaseStore]:
    store = ReleaseStore(tmp_path, clock=clock, poll_s=0.02)
    yield store
    store.close()


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 240
    while not is_so():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)


def damage(folder: Path) -> None:
    path = folder / "records.arrow"
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))


def test_store__nothing_published(store: ReleaseStore) -> None:
    for ask in (store.current, store.list, lambda: store.get(1), lambda: store.as_of(date(2026, 1, 1))):
        with pytest.raises(NothingPublished):
            ask()


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"release": 1, "releases": []}', b'{"releases": [{}]}'])
def test_store__a_pointer_that_says_nothing_is_damaged(tmp_path: Path, store: ReleaseStore, content: bytes) -> None:
    (tmp_path / "current.json").write_bytes(content)
    with pytest.raises(ReleaseDamaged):
        store.current()


def test_store__only_the_pointer_says_what_exists(tmp_path: Path, store: ReleaseStore) -> None:
    build_test_release(tmp_path, rows(1), 1)
    build_test_release(tmp_path, rows(2), 2, make_current=False)
    assert store.current().number == 1
    with pytest.raises(ReleaseNotFound):
        store.get(2)


def test_store__lists_releases_from_the_oldest(tmp_path: Path, store: ReleaseStore) -> None:
    build_test_release(tmp_path, rows(1), 1)
    build_test_release(tmp_path, rows(2), 3, restores=1)
    point_at(tmp_path, 3, withdrawn=[2])
    listed = store.list()
    assert [(entry.release, entry.withdrawn, entry.restores) for entry in listed] == [
        (1, False, None),
        (2, True, None),
        (3, False, 1),
    ]
    assert listed[0].manifest_sha256 == store.get(1).manifest_sha256


def test_store__gives_releases_by_number(tmp_path: Path, store: ReleaseStore) -> None:
    build_test_release(tmp_path, rows(1), 1)
    build_test_release(tmp_path, rows(2), 2)
    assert store.get(1).records.num_rows == 1
    assert store.get(2) is store.current()
    assert store.get(1) is store.get(1)
    for number in (0, 3, 10**12):
        with pytest.raises(ReleaseNotFound):
            store.get(number)


def test_store__a_withdrawn_release_is_gone_even_while_it_is_open(tmp_path: Path, store: ReleaseStore) -> None:
    build_test_release(tmp_path, rows(1), 1)
    build_test_release(tmp_path, rows(2), 2)
    assert store.get(1).records.num_rows == 1
    shutil.rmtree(tmp_path / "1")
    point_at(tmp_path, 2, withdrawn=[1])
    with pytest.raises(ReleaseWithdrawn):
        store.get(1)


def test_store__all_withdrawn_is_nothing_published(tmp_path: Path, store: ReleaseStore) -> None:
    build_test_release(tmp_path, rows(1), 1)
    pointer = json.loads((tmp_path / "current.json").read_text())
    pointer |= {"release": None, "manifest_sha256": None}
    pointer["releases"][0]["state"] = "withdrawn"
    (tmp_path / "current.json").write_text(json.dumps(pointer))
    with pytest.raises(NothingPublished):
        store.current()
    with pytest.raises(ReleaseWithdrawn):
        store.get(1)


def test_as_of__the_release_in_force_at_the_end_of_the_day_in_guatemala(tmp_path: Path, store: ReleaseStore) -> None:
    build_test_release(tmp_path, rows(1), 1, published_at="2026-01-10T12:00:00Z")
    # 05:59:59Z is the last second of 19 January in Guatemala, 06:00:00Z the first of the 20th.
    build_test_release(tmp_path, rows(2), 2, published_at="2026-01-20T05:59:59Z")
    build_test_release(tmp_path, rows(3), 3, published_at="2026-01-20T06:00:00Z")
    for day, number in ((10, 1), (18, 1), (19, 2), (20, 3), (31, 3)):
        assert store.as_of(date(2026, 1, day)).number == number
    assert store.as_of(date(2026, 3, 1)).number == 3


@pytest.mark.parametrize("day", [date(2026, 1, 9), date.min, date(2026, 3, 2), date.max])
def test_as_of__before_the_first_and_in_the_future_are_refused(tmp_path: Path, store: ReleaseStore, day: date) -> None:
    build_test_release(tmp_path, rows(1), 1, published_at="2026-01-10T12:00:00Z")
    with pytest.raises(InvalidQuery) as caught:
        store.as_of(day)
    assert [problem.parameter for problem in caught.value.problems] == ["as_of"]


def test_as_of__the_withdrawn_release_of_a_day_is_not_replaced_by_an_older_one(
    tmp_path: Path, store: ReleaseStore
) -> None:
    build_test_release(tmp_path, rows(1), 1, published_at="2025-12-01T12:00:00Z")
    build_test_release(tmp_path, rows(3), 3, published_at="2026-02-01T12:00:00Z")
    point_at(tmp_path, 3, withdrawn=[2])
    with pytest.raises(ReleaseWithdrawn):
        store.as_of(date(2026, 1, 15))
    assert store.as_of(date(2025, 12, 15)).number == 1


def test_store__without_watching_each_look_sees_the_pointer(tmp_path: Path, store: ReleaseStore) -> None:
    build_test_release(tmp_path, rows(1), 1)
    assert store.current().number == 1
    build_test_release(tmp_path, rows(2), 2)
    assert store.current().number == 2


def test_watch__switches_by_itself_and_the_old_release_stays_usable(tmp_path: Path, store: ReleaseStore) -> None:
    build_test_release(tmp_path, rows(1), 1)
    old = store.current()
    store.start_watching()
    build_test_release(tmp_path, rows(2), 2)
    wait_until(lambda: store.current().number == 2)
    assert search(old, RegistryQuery(), limit=5).total == 1
    assert search(store.current(), RegistryQuery(), limit=5).total == 2


def test_watch__starts_once_however_often_it_is_asked(tmp_path: Path, store: ReleaseStore) -> None:
    build_test_release(tmp_path, rows(1), 1)
    before = threading.active_count()
    for _ in range(5):
        store.start_watching()
    assert threading.active_count() == before + 1


def test_watch__begins_before_anything_is_published(tmp_path: Path, store: ReleaseStore) -> None:
    store.start_watching()
    with pytest.raises(NothingPublished):
        store.current()
    build_test_release(tmp_path, rows(1), 1)
    wait_until(lambda: _number(store) == 1)


def test_watch__a_damaged_release_is_logged_once_and_not_served(
    tmp_path: Path, store: ReleaseStore, caplog: pytest.LogCaptureFixture
) -> None:
    build_test_release(tmp_path, rows(1), 1)
    store.start_watching()
    assert store.current().number == 1
    folder = build_test_release(tmp_path, rows(2), 2, make_current=False)
    damage(folder)
    with caplog.at_level(logging.ERROR, "exemptions.store"):
        point_at(tmp_path, 2)
        wait_until(lambda: bool(caplog.records))
        time.sleep(0.1)
    assert [entry.levelname for entry in caplog.records] == ["ERROR"]
    assert "release 2 is not served" in caplog.text
    assert store.current().number == 1
    with pytest.raises(ReleaseDamaged):
        store.get(2)


def test_watch__goes_on_after_a_damaged_release(tmp_path: Path, store: ReleaseStore) -> None:
    build_test_release(tmp_path, rows(1), 1)
    store.start_watching()
    damage(build_test_release(tmp_path, rows(2), 2))
    build_test_release(tmp_path, rows(3), 3)
    wait_until(lambda: store.current().number == 3)


def test_watch__serves_a_release_whose_copy_was_repaired(tmp_path: Path) -> None:
    store = ReleaseStore(tmp_path, poll_s=0.02, retry_s=0.05)
    build_test_release(tmp_path, rows(1), 1)
    store.start_watching()
    assert store.current().number == 1
    folder = build_test_release(tmp_path, rows(2), 2, make_current=False)
    whole = (folder / "records.arrow").read_bytes()
    damage(folder)
    point_at(tmp_path, 2)
    with pytest.raises(ReleaseDamaged):
        store.get(2)
    (folder / "records.arrow").write_bytes(whole)
    wait_until(lambda: store.current().number == 2)
    store.close()


def test_store__the_only_release_damaged_is_an_error(tmp_path: Path, store: ReleaseStore) -> None:
    damage(build_test_release(tmp_path, rows(1), 1))
    for _ in range(2):
        with pytest.raises(ReleaseDamaged):
            store.current()


def test_store__opens_the_newest_that_passes_where_none_is_open(tmp_path: Path, store: ReleaseStore) -> None:
    build_test_release(tmp_path, rows(1), 1)
    build_test_release(tmp_path, rows(2), 2)
    damage(build_test_release(tmp_path, rows(3), 3))
    damage(build_test_release(tmp_path, rows(4), 4))
    assert store.current().number == 2
    point_at(tmp_path, 4, withdrawn=[2])
    # What was withdrawn is never a way out.
    assert store.current().number == 1


@pytest.mark.parametrize("keeps_time", [False, True])
def test_watch__a_release_damaged_while_open_is_served_no_longer(tmp_path: Path, keeps_time: bool) -> None:
    store = ReleaseStore(tmp_path, poll_s=0.02, retry_s=0.05, reread_s=0.0)
    build_test_release(tmp_path, rows(1), 1)
    folder = build_test_release(tmp_path, rows(2), 2)
    store.start_watching()
    assert (store.current().number, store.get(1).number) == (2, 1)
    times, whole = (folder / "records.arrow").stat(), (folder / "records.arrow").read_bytes()
    damage(folder)
    if keeps_time:
        os.utime(folder / "records.arrow", ns=(times.st_atime_ns, times.st_mtime_ns))
    wait_until(lambda: store.current().number == 1)
    with pytest.raises(ReleaseDamaged):
        store.get(2)
    (folder / "records.arrow").write_bytes(whole)
    wait_until(lambda: store.current().number == 2)
    damage(tmp_path / "1")
    wait_until(lambda: not can_get(store, 1))
    store.close()


def can_get(store: ReleaseStore, number: int) -> bool:
    try:
        return store.get(number).number == number
    except ReleaseDamaged:
        return False


def test_watch__a_file_that_was_only_touched_stays(tmp_path: Path, store: ReleaseStore) -> None:
    folder = build_test_release(tmp_path, rows(1), 1)
    release = store.current()
    (folder / "records.arrow").touch()
    for _ in range(2):
        store.drop_broken()
        assert store.current() is release


@pytest.mark.parametrize("content", [b"", b"{", b"{}", b'{"release": 2, "manifest_sha256": "0", "releases": []}'])
def test_store__a_pointer_that_cannot_be_read_changes_nothing(
    tmp_path: Path, store: ReleaseStore, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    build_test_release(tmp_path, rows(1), 1)
    build_test_release(tmp_path, rows(2), 2)
    assert store.current().number == 2
    whole = (tmp_path / "current.json").read_bytes()
    (tmp_path / "current.json").write_bytes(content)
    for _ in range(2):
        assert (store.current().number, store.published(), store.get(1).number) == (2, (1, 2), 1)
    assert caplog.text.count("current.json cannot be read") == 1
    with pytest.raises(ReleaseDamaged):
        ReleaseStore(tmp_path).current()
    (tmp_path / "current.json").write_bytes(whole)
    point_at(tmp_path, 2, withdrawn=[1])
    assert store.published() == (2,)


def test_store__a_lack_of_handles_is_no_damage(tmp_path: Path) -> None:
    build_test_release(tmp_path, rows(1), 1)
    store = ReleaseStore(tmp_path)
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    lowest = os.open(os.devnull, os.O_RDONLY)
    os.close(lowest)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (lowest, limits[1]))
        with pytest.raises(Exhausted):
            store.current()
        resource.setrlimit(resource.RLIMIT_NOFILE, (lowest + 1, limits[1]))
        with pytest.raises(Exhausted):
            store.current()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert store.current().number == 1


def test_watch__a_pointer_that_is_gone_for_a_moment_changes_nothing(tmp_path: Path, store: ReleaseStore) -> None:
    build_test_release(tmp_path, rows(1), 1)
    store.start_watching()
    assert store.current().number == 1
    pointer = (tmp_path / "current.json").read_bytes()
    (tmp_path / "current.json").unlink()
    time.sleep(0.1)
    assert store.current().number == 1
    (tmp_path / "current.json").write_bytes(pointer)
    build_test_release(tmp_path, rows(2), 2)
    wait_until(lambda: store.current().number == 2)


def test_store__every_thread_sees_one_whole_release_while_it_switches(tmp_path: Path, store: ReleaseStore) -> None:
    build_test_release(tmp_path, rows(1), 1)
    store.start_watching()
    mixed: list[tuple[int, int]] = []
    stop = threading.Event()

    def ask() -> None:
        while not stop.is_set():
            release: Release = store.current()
            found = search(release, RegistryQuery(), limit=50)
            if found.total != release.number or len(release.to_items(found.rows)) != release.number:
                mixed.append((release.number, found.total))

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(2, 7):
        build_test_release(tmp_path, rows(number), number)
        wait_until(lambda wanted=number: store.current().number == wanted)  # type: ignore[misc]
    stop.set()
    for thread in threads:
        thread.join()
    assert mixed == []


def test_store__a_forked_process_is_told_to_make_its_own(tmp_path: Path, store: ReleaseStore) -> None:
    build_test_release(tmp_path, rows(1), 1)
    with warnings.catch_warnings():
        # Newer Pythons warn of forking a process with threads.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        try:
            store.current()
        except RuntimeError:
            os._exit(0)
        os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0


def _number(store: ReleaseStore) -> int | None:
    try:
        return store.current().number
    except NothingPublished:
        return None


def see(folder: Path, release: int, looked_at: datetime, *, is_followed: bool = True) -> None:
    staged = folder / "seen"
    staged.write_bytes(StoreSight(release, looked_at, is_followed).encode())
    staged.replace(folder / SIGHT)


def test_store__says_of_a_release_on_its_way_that_it_is(tmp_path: Path, store: ReleaseStore) -> None:
    build_test_release(tmp_path, rows(2), number=1)
    point_at(tmp_path, 1)
    see(tmp_path, 2, clock())
    with pytest.raises(ReleaseNotHere):
        store.get(2)
    # So far ahead is no machine of another.
    with pytest.raises(ReleaseNotFound):
        store.get(2_000)
    see(tmp_path, 2, clock(), is_followed=False)
    for number in (2, 3):
        with pytest.raises(ReleaseNotFound):
            store.get(number)


def test_sightings__wait_for_a_look_that_begins_after_the_question(tmp_path: Path) -> None:
    sightings = Sightings(tmp_path, clock, wait_s=20)
    see(tmp_path, 2, clock())
    answers: list[tuple[int, bool]] = []
    asking = threading.Thread(target=lambda: answers.append((3, sightings.may_have(3))))
    asking.start()
    wait_until(lambda: sightings._places._value == 0)
    # Only one waits; to the others it could be on its way.
    assert sightings.may_have(3)
    see(tmp_path, 2, clock())
    assert asking.is_alive()
    see(tmp_path, 2, clock() + timedelta(seconds=1))
    asking.join(20)
    assert answers == [(3, False)]
    see(tmp_path, 3, clock() + timedelta(seconds=1))
    assert sightings.may_have(3)


def test_sightings__do_not_deny_what_nobody_looks_for(tmp_path: Path) -> None:
    see(tmp_path, 2, clock())
    assert Sightings(tmp_path, clock, wait_s=0.1).may_have(3)
