"""The audit trail: what is altered, deleted or cut off shows, whatever dies or is restored on the way."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import text

from exemptions.accounts import Actor
from exemptions.audit import Act, Fault, TrailFault, entry_digest, list_entries, record_act
from exemptions.audit_anchor import ANCHOR_NAME, read_anchor
from exemptions.audit_check import accept_trail, check_trail, fault_sentence
from exemptions.audit_search import AuditFilter, find_entries
from exemptions.database import Book, open_book
from exemptions.errors import AnchorDamaged, NotAllowed
from exemptions.settings import read_settings
from tests.databases import OWNER, Databases
from tests.tampering import unlock

pytestmark = pytest.mark.both_databases

NOW = datetime(2026, 5, 4, 15, tzinfo=UTC)
ADMIN = Actor("ana")


@pytest.fixture
def book(tmp_path: Path, database: Databases) -> Iterator[Book]:
    """A book whose trail has five entries, the first of them its making."""
    opened = open_book(
        read_settings({"EXEMPTIONS_HOME": str(tmp_path / "home"), **database.environment(user=OWNER)}),
        clock=lambda: NOW,
    )
    for number in range(2, 6):
        act(opened, f"acto {number}")
    yield opened
    opened.close()


def act(book: Book, subject: str) -> None:
    with book.write() as session:
        record_act(session, actor="ana", act=Act.DENIED, subject=subject, at=NOW)


def tamper(book: Book, *statements: str) -> None:
    """Change the table behind the service's back."""
    with book.engine.begin() as connection:
        unlock(connection)
        for statement in statements:
            connection.execute(text(statement))


def fault(book: Book) -> TrailFault | None:
    with book.read() as session:
        return check_trail(session, book.home).fault


def test_check__a_whole_trail_reaches_its_anchor(book: Book) -> None:
    with book.read() as session:
        check = check_trail(session, book.home)
        (last,) = find_entries(session, AuditFilter(), limit=1)
    assert (check.entries, check.fault, check.anchored) == (5, None, True)
    anchor = read_anchor(book.home)
    assert anchor is not None
    assert (anchor.entries, anchor.digest) == (5, last.digest)
    assert (book.home / ANCHOR_NAME).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        (["UPDATE audit SET actor = 'otra' WHERE id = 2"], TrailFault(Fault.ALTERED, 2, 2)),
        (["UPDATE audit SET details = '{\"n\": 1}' WHERE id = 5"], TrailFault(Fault.ALTERED, 5, 5)),
        (["DELETE FROM audit WHERE id IN (2, 3)"], TrailFault(Fault.MISSING, 2, 3)),
        (["DELETE FROM audit WHERE id = 1"], TrailFault(Fault.MISSING, 1, 1)),
        (
            ["DELETE FROM audit WHERE id = 3", *(f"UPDATE audit SET id = {n} WHERE id = {n + 1}" for n in (3, 4))],
            TrailFault(Fault.UNLINKED, 3, 3),
        ),
        (["DELETE FROM audit WHERE id = 5"], TrailFault(Fault.TRUNCATED, 5, 5)),
        (["DELETE FROM audit WHERE id > 2"], TrailFault(Fault.TRUNCATED, 3, 5)),
        (["DELETE FROM audit"], TrailFault(Fault.TRUNCATED, 1, 5)),
    ],
)  # fmt: skip
def test_check__says_which_entry_was_touched(book: Book, statements: list[str], expected: TrailFault) -> None:
    tamper(book, *statements)
    assert fault(book) == expected
    told = fault_sentence(expected)
    assert str(expected.first) in told.es
    assert str(expected.first) in told.en


def test_check__a_trail_written_anew_from_an_altered_entry_is_not_the_anchored_one(book: Book) -> None:
    tamper(book, "UPDATE audit SET actor = 'otra' WHERE id = 3")
    # Whoever knows how the digests are made can make all of them again.
    with book.write() as session:
        entries = list_entries(session)
        for before, entry in pairwise(entries):
            entry.previous = before.digest
            entry.digest = entry_digest(entry)
    assert fault(book) == TrailFault(Fault.REPLACED, 5, 5)


def test_anchor__later_acts_do_not_cover_up_a_cut(book: Book) -> None:
    tamper(book, "DELETE FROM audit WHERE id = 5")
    for number in range(4):
        act(book, f"después {number}")
    assert fault(book) == TrailFault(Fault.REPLACED, 5, 5)


def test_anchor__one_that_is_behind_is_no_fault_and_catches_up(book: Book) -> None:
    behind = (book.home / ANCHOR_NAME).read_bytes()
    act(book, "acto 6")
    # A process that dies between the commit and the anchor leaves the earlier one.
    (book.home / ANCHOR_NAME).write_bytes(behind)
    assert fault(book) is None
    act(book, "acto 7")
    anchor = read_anchor(book.home)
    assert anchor is not None
    assert anchor.entries == 7


def test_anchor__an_act_that_was_rolled_back_does_not_move_it(book: Book) -> None:
    with pytest.raises(RuntimeError), book.write() as session:
        record_act(session, actor="ana", act=Act.DENIED, subject="nada", at=NOW)
        raise RuntimeError
    anchor = read_anchor(book.home)
    assert anchor is not None
    assert anchor.entries == 5
    assert fault(book) is None


def test_anchor__a_folder_that_takes_no_more_files_does_not_undo_the_act(book: Book) -> None:
    (book.home / "audit.new").mkdir()
    act(book, "acto 6")
    with book.read() as session:
        assert check_trail(session, book.home).entries == 6
    (book.home / "audit.new").rmdir()
    act(book, "acto 7")
    anchor = read_anchor(book.home)
    assert anchor is not None
    assert anchor.entries == 7


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"entries": 0, "digest": ""}', '{"entries": 5, "digest": "x"}', "ñ"]
)
def test_anchor__a_damaged_one_is_told_and_stays(book: Book, content: str) -> None:
    (book.home / ANCHOR_NAME).write_text(content, encoding="latin-1")
    act(book, "acto 6")
    with pytest.raises(AnchorDamaged):
        read_anchor(book.home)
    assert fault(book) == TrailFault(Fault.ANCHOR_DAMAGED, 6, 6)


def test_anchor__a_home_without_one_is_told_and_gets_one(book: Book) -> None:
    (book.home / ANCHOR_NAME).unlink()
    with book.read() as session:
        check = check_trail(session, book.home)
    assert (check.fault, check.anchored) == (None, False)
    act(book, "acto 6")
    tamper(book, "DELETE FROM audit WHERE id = 6")
    assert fault(book) == TrailFault(Fault.TRUNCATED, 6, 6)


def test_accept__a_restored_backup_is_put_on_record(book: Book) -> None:
    tamper(book, "DELETE FROM audit WHERE id > 3")
    with pytest.raises(NotAllowed), book.write() as session:
        accept_trail(session, book.home, actor=ADMIN, reason=" ", at=NOW)
    with book.write() as session:
        assert accept_trail(session, book.home, actor=ADMIN, reason="respaldo del lunes", at=NOW)
    assert fault(book) is None
    with book.read() as session:
        (last,) = find_entries(session, AuditFilter(), limit=1)
    assert (last.id, last.actor, last.act) == (4, "ana", "trail_accepted")
    assert last.details == {"fault": "truncated", "first": 4, "last": 5, "reason": "respaldo del lunes"}
    with book.write() as session:
        assert not accept_trail(session, book.home, actor=ADMIN, reason="otra vez", at=NOW)
    tamper(book, "DELETE FROM audit WHERE id = 4")
    assert fault(book) == TrailFault(Fault.TRUNCATED, 4, 4)


def test_accept__does_not_mend_a_broken_chain(book: Book) -> None:
    tamper(book, "UPDATE audit SET actor = 'otra' WHERE id = 2")
    with pytest.raises(NotAllowed, match="2"), book.write() as session:
        accept_trail(session, book.home, actor=ADMIN, reason="no pasa nada", at=NOW)
    assert fault(book) == TrailFault(Fault.ALTERED, 2, 2)


def test_backup__book_and_anchor_restored_together_fit(book: Book, tmp_path: Path, database: Databases) -> None:
    if database.server is not None:
        pytest.skip("a backup of PostgreSQL is not a copy of the home")
    shutil.copytree(book.home, tmp_path / "respaldo")
    act(book, "acto 6")
    restored = open_book(read_settings({"EXEMPTIONS_HOME": str(tmp_path / "respaldo")}), clock=lambda: NOW)
    assert fault(restored) is None
    act(restored, "acto 6 bis")
    assert fault(restored) is None
    restored.close()
