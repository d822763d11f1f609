"""The file of what stands in the registry is never anything but what the book holds."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from sqlalchemy.orm import Session

from exemptions import standing
from exemptions.batches import Counts, Judged, approve_batch, mark_edition
from exemptions.datasets import Dataset, Mode
from exemptions.editions import read_current
from exemptions.engines import SQLITE
from exemptions.errors import PrivateIdentifierFound
from exemptions.guards import Lift
from exporters.backup import make_backup
from tests.exporters.staging import APPROVER, Home, about, natural, row

LIFT = Lift(removals=1, reason="edición de prueba")

pytestmark = pytest.mark.both_databases


@pytest.fixture(autouse=True)
def _keep_few_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standing, "_ROWS", 1)


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> list[Dataset]:
    """The registry, each time that it was read out of the book."""
    read: list[Dataset] = []

    def counted(session: Session, dataset: Dataset) -> pl.DataFrame:
        if dataset is Dataset.REGISTRY:
            read.append(dataset)
        return read_current(session, dataset)

    monkeypatch.setattr(standing, "read_current", counted)
    return read


def stands(home: Home) -> pl.DataFrame:
    with home.book.read() as session:
        found = standing.read_standing(session, home.settings.home, Dataset.REGISTRY)
        assert found.equals(read_current(session, Dataset.REGISTRY))
    return found


def kept(home: Home) -> list[Path]:
    return list((home.settings.home / standing.FOLDER).iterdir())


def test_standing__is_what_the_book_holds_after_every_act(home: Home) -> None:
    editions = ([row(1), row(2)], [row(1, name="Otra, S. A."), row(3)], [row(3), row(4, category="COOP")], [row(1)])
    for rows in editions:
        home.release(rows)
        assert stands(home).height == stands(home).height == len(rows)
        assert len(kept(home)) == 1
    home.approve([row(1), row(5)])
    home.approve([row(6)], mode=Mode.MERGE)
    assert stands(home).height == 1
    home.publish()
    assert stands(home).height == 3
    home.rollback(2)
    assert set(stands(home).get_column("name")) == {"Otra, S. A.", row(3)["name"]}
    assert len(kept(home)) == 1


def test_standing__is_read_out_of_the_book_once(home: Home, readings: list[Dataset]) -> None:
    # Only SQLite lets the publication know the numbers of what it writes, and so leave what stands from then on.
    of_each_edition = [] if home.book.engine.dialect.name == SQLITE else [Dataset.REGISTRY]
    home.release([row(1), row(2)])
    readings.clear()
    stands(home)
    home.approve([row(1), row(3)])
    stands(home)
    home.publish()
    assert readings == of_each_edition
    stands(home)
    assert readings == of_each_edition * 2
    home.approve_facts(Dataset.JOBS, [about(row(1), period="2025", kind="reported", jobs=7, source="MINECO")])
    home.publish()
    stands(home)
    assert readings == of_each_edition * 2


def test_standing__is_left_as_it_was_by_a_publication_that_fails(home: Home, readings: list[Dataset]) -> None:
    home.release([row(1), natural(2)])
    stands(home)
    before = kept(home)
    readings.clear()
    home.approve([row(1, name=f"Amigos de {natural(2)['nit']}"), natural(2)])
    with pytest.raises(PrivateIdentifierFound):
        home.publish()
    assert kept(home) == before
    assert stands(home).height == 2
    assert readings == []


@pytest.mark.parametrize("content", [b"", b"ARROW1", None])
def test_standing__a_damaged_file_is_made_anew(home: Home, readings: list[Dataset], content: bytes | None) -> None:
    home.release([row(1), row(2)])
    for left in kept(home):
        left.unlink()
    stands(home)
    [path] = kept(home)
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b"Entidad inventada 001", b"Entidad inventada 009") if content is None else content)
    readings.clear()
    stands(home)
    assert readings == [Dataset.REGISTRY]
    assert [other.read_bytes() for other in kept(home)] == [whole]
    assert path.stat().st_mode & 0o077 == 0


def test_approve__trusts_what_the_load_found_of_the_same_edition_only(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.release([row(1), row(2)])
    monkeypatch.setattr(Home, "_let_through", lambda *_: None)
    first, second = home.approve([row(1), row(2), row(3)]), home.approve([row(1), row(2), row(4), row(5)])
    with home.book.write() as session:
        mark = mark_edition(session, Dataset.REGISTRY)
        told = Judged(mark, Counts(70, 0, 0), ())
        found = [
            approve_batch(session, home.settings.home, number=n, actor=APPROVER, at=home.now, judged=told, lift=LIFT)
            for n in (first, second)
        ]
        assert mark is not None
        assert mark_edition(session, Dataset.REGISTRY) != mark
        assert [(batch.added, batch.ended) for batch in found] == [(70, 0), (2, 1)]
    with home.book.read() as session:
        assert mark_edition(session, Dataset.EVENTS) is None


def test_standing__a_disk_that_takes_no_file_stops_nobody(home: Home) -> None:
    (home.settings.home / standing.FOLDER).write_bytes(b"no folder")
    home.release([row(1), row(2)])
    assert stands(home).height == 2
    home.release([row(1), row(2), row(3)])
    assert stands(home).height == 3


def test_standing__is_no_part_of_a_backup(home: Home, tmp_path: Path) -> None:
    home.release([row(1)])
    stands(home)
    assert kept(home)
    make_backup(home.book, home.settings, tmp_path / "backups", at=home.now)
    assert not [path for path in (tmp_path / "backups").rglob("*") if standing.FOLDER in path.parts]
