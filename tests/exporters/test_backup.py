"""A backup gives back everything, refuses to overwrite anything, and knows when it is not whole."""

from __future__ import annotations

import os
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from exemptions.audit_check import check_trail
from exemptions.database import open_book
from exemptions.history import read_content
from exemptions.models import Release
from exemptions.settings import Settings, read_settings
from exporters.backup import Backup, BackupRefused, check_backup, forget_old, list_backups, make_backup
from exporters.manifest import verify_folder
from exporters.restore import find_backup, restore_backup
from exporters.withdraw import withdraw
from tests.databases import Databases
from tests.exporters.staging import APPROVER, Home, row

pytestmark = pytest.mark.both_databases


@pytest.fixture
def elsewhere(tmp_path: Path, database: Databases) -> Settings:
    """An empty home, store and database to restore into."""
    there = {"EXEMPTIONS_HOME": str(tmp_path / "new"), "EXEMPTIONS_RELEASES": str(tmp_path / "new-releases")}
    if database.server is not None:
        there["DATABASE_URL"] = database.server.url(database.server.make_empty())
    return read_settings(there)


@pytest.fixture
def published(home: Home, database: Databases) -> Home:
    """A registry of two releases, a waiting batch and a file of its own in the home."""
    if database.server is not None and shutil.which("pg_dump") is None:
        pytest.skip("PostgreSQL's program pg_dump is not installed")
    home.release([row(1), row(2)])
    home.release([row(1, name="Otra, S. A."), row(3)])
    home.approve([row(4)])
    (home.settings.home / "disclosure.toml").write_text("# nuestra\n")
    return home


def _back_up(home: Home, folder: Path) -> Backup:
    home.now += timedelta(seconds=1)
    return make_backup(home.book, home.settings, folder, at=home.now)


def test_gives_everything_back(published: Home, elsewhere: Settings, tmp_path: Path) -> None:
    made = _back_up(published, tmp_path / "backups")
    with published.book.read() as session:
        before = read_content(session)
    assert restore_backup(elsewhere, find_backup(tmp_path / "backups")) == made.releases == 2
    book = open_book(elsewhere)
    with book.read() as session:
        assert read_content(session).equals(before)
        assert check_trail(session, elsewhere.home).fault is None
        for release in session.query(Release):
            verify_folder(elsewhere.releases / str(release.number), sha256=release.manifest_sha256)
    book.close()
    assert (elsewhere.home / "disclosure.toml").read_text() == "# nuestra\n"
    pointer = "current.json"
    assert (elsewhere.releases / pointer).read_bytes() == (published.settings.releases / pointer).read_bytes()
    private = [path for path in elsewhere.home.rglob("*") if path.stat().st_mode & 0o077]
    assert not private


def test_what_waited_is_published_after_restoring(published: Home, elsewhere: Settings, tmp_path: Path) -> None:
    _back_up(published, tmp_path / "backups")
    restore_backup(elsewhere, find_backup(tmp_path / "backups"))
    published.book.close()
    published.settings, published.book = elsewhere, open_book(elsewhere)
    assert published.publish().release == 3
    assert [r["name"] for r in published.records()] == ["Entidad inventada 004"]


def test_copies_a_release_and_an_unchanged_file_once(published: Home, tmp_path: Path) -> None:
    first, second = (_back_up(published, tmp_path / "backups") for _ in range(2))
    assert second.copied < first.copied
    unchanged = [backup.folder / "home" / "disclosure.toml" for backup in (first, second)]
    assert os.path.samefile(*unchanged)
    assert forget_old(tmp_path / "backups", keep=1) == [first.folder]
    assert list_backups(tmp_path / "backups") == [second.folder]
    check_backup(second.folder)


def test_a_withdrawn_release_goes_with_the_last_backup_that_has_it(published: Home, tmp_path: Path) -> None:
    _back_up(published, tmp_path / "backups")
    withdraw(
        published.book, published.settings, release=1, reason="prueba", actor=APPROVER, clock=published.clock,
        also=1, leave_nothing=True,
    )  # fmt: skip
    _back_up(published, tmp_path / "backups")
    kept = tmp_path / "backups" / "releases"
    assert (kept / "1").is_dir()
    forget_old(tmp_path / "backups", keep=1)
    assert not (kept / "1").exists()


@pytest.mark.parametrize("spoiled", ["backup.json", "home/disclosure.toml", "book", "../releases/1/records.arrow"])
def test_refuses_what_is_not_whole(published: Home, elsewhere: Settings, tmp_path: Path, spoiled: str) -> None:
    made = _back_up(published, tmp_path / "backups")
    path = next(made.folder.glob("book.*")) if spoiled == "book" else made.folder / spoiled
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(Exception, match=r"damaged|is no backup"):
        restore_backup(elsewhere, made.folder)
    assert not elsewhere.home.exists() and not elsewhere.releases.exists()


def test_writes_over_nothing(published: Home, elsewhere: Settings, tmp_path: Path) -> None:
    made = _back_up(published, tmp_path / "backups")
    for folder in (elsewhere.home, elsewhere.releases):
        folder.mkdir()
        (folder / "algo").write_text("mío")
        with pytest.raises(BackupRefused, match="empty"):
            restore_backup(elsewhere, made.folder)
        shutil.rmtree(folder)
    with pytest.raises(BackupRefused, match="empty"):
        restore_backup(published.settings, made.folder)


def test_is_kept_apart_from_what_it_saves(published: Home) -> None:
    for folder in (published.settings.home / "copias", published.settings.releases):
        with pytest.raises(BackupRefused, match="may not lie in"):
            _back_up(published, folder)


def test_nobody_else_can_read_it(published: Home, tmp_path: Path) -> None:
    made = _back_up(published, tmp_path / "backups")
    assert made.folder.parent.stat().st_mode & 0o077 == 0
