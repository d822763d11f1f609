"""Records that ended: when, and where they can still be read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from exemptions.ended import EndedBenefit, EndedRecord, ended_benefits, find_ended
from exemptions.errors import ReleaseDamaged, ReleaseWithdrawn
from exemptions.store import ReleaseStore
from tests.exemptions.releases import Row, build_test_release, invented_nit, invented_record_id, point_at, record

OLD = invented_record_id(1)
NATURAL = invented_record_id(2)
BACK = invented_record_id(3)
STAYS = invented_record_id(4)


def told(record_id: str, kind: str, release: int) -> Row:
    return {"record_id": record_id, "kind": kind, "release": release}


@pytest.fixture
def releases(tmp_path: Path) -> Path:
    """Release 1 and 2 have four records; 3 loses three of them and 4 gets one back."""
    rows = [record(1), record(2, nit=None, name=None, person_kind="natural"), record(3), record(4)]
    ends = [told(record_id, "ended", 3) for record_id in (OLD, NATURAL, BACK)]
    build_test_release(tmp_path, rows, 1)
    build_test_release(tmp_path, rows, 2)
    build_test_release(tmp_path, rows[3:], 3, history=ends)
    build_test_release(tmp_path, rows[2:], 4, history=[*ends, told(BACK, "added", 4)])
    return tmp_path


@pytest.fixture
def store(releases: Path) -> Iterator[ReleaseStore]:
    store = ReleaseStore(releases, clock=lambda: datetime(2026, 3, 1, tzinfo=UTC))
    yield store
    store.close()


def test_record__that_ended_is_told_with_the_last_release_that_had_it(store: ReleaseStore) -> None:
    assert find_ended(store, store.current(), OLD) == EndedRecord(OLD, ended=3, last=2)
    assert find_ended(store, store.current(), invented_record_id(99)) is None
    assert find_ended(store, store.get(2), OLD) is None


def test_record__whose_last_release_was_withdrawn_is_told_with_the_one_before(
    releases: Path, store: ReleaseStore
) -> None:
    point_at(releases, 4, withdrawn=[2])
    assert find_ended(store, store.current(), OLD) == EndedRecord(OLD, ended=3, last=1)
    point_at(releases, 4, withdrawn=[1, 2])
    assert find_ended(store, store.current(), OLD) == EndedRecord(OLD, ended=3, last=None)


def test_taxpayer__whose_benefits_ended_is_found_by_its_nit(releases: Path, store: ReleaseStore) -> None:
    expected = EndedBenefit(
        OLD, "ENTIDAD INVENTADA 1", "ASOC", record(1)["category_name"], resolution=None, ended=3, last=2
    )
    assert ended_benefits(store, store.current(), invented_nit(1)) == (expected,)
    for nobody in (invented_nit(2), invented_nit(3), invented_nit(4), invented_nit(99), ""):
        assert ended_benefits(store, store.current(), nobody) == ()
    point_at(releases, 4, withdrawn=[1, 2])
    assert ended_benefits(store, store.current(), invented_nit(1)) == ()


def test_records__of_a_release_are_checked_before_they_are_read(releases: Path, store: ReleaseStore) -> None:
    assert store.records_of(3).num_rows == 1
    path = releases / "3" / "records.arrow"
    path.write_bytes(path.read_bytes().replace(b"ENTIDAD", b"ENTIDAZ"))
    with pytest.raises(ReleaseDamaged):
        store.records_of(3)
    point_at(releases, 4, withdrawn=[1])
    with pytest.raises(ReleaseWithdrawn):
        store.records_of(1)
    assert store.published() == (2, 3, 4)
