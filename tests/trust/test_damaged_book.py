"""A book of record that lost its end, a page or some bytes: commands say so, and a backup brings it back."""

from __future__ import annotations

import hashlib
import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from exemptions.database import open_book
from exemptions.engines import check_book_file
from exemptions.errors import BookDamaged
from exemptions.settings import read_settings
from exporters.backup import make_backup
from exporters.restore import find_backup, restore_backup
from tests.exporters.staging import Home
from tests.trust.registry import Registry
from tests.trust.tables import Tell, tell

TABLE = "Damaged book of record"
PAGE = 4096


def _empty(book: Path) -> None:
    os.truncate(book, 0)


def _halve(book: Path) -> None:
    os.truncate(book, book.stat().st_size // 2)


def _lose_the_last_page(book: Path) -> None:
    os.truncate(book, book.stat().st_size - PAGE)


def _lose_the_head(book: Path) -> None:
    _write_over(book, 0, bytes(100))


def _write_over(book: Path, start: int, content: bytes) -> None:
    with book.open("r+b") as file:
        file.seek(start)
        file.write(content)


HARMS: dict[str, Callable[[Path], None]] = {
    "empty": _empty, "gone": Path.unlink, "cut in half": _halve, "last page cut off": _lose_the_last_page,
    "head overwritten": _lose_the_head,
}  # fmt: skip


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "name" in metafunc.fixturenames:
        every = metafunc.config.getoption("--faults") == "all"
        metafunc.parametrize("name", HARMS if every else ["empty", "last page cut off"])


def test_damaged_book__is_told_and_not_written_and_a_backup_brings_it_back(
    name: str, registry: Registry, tmp_path: Path, record_property: Tell
) -> None:
    folder, _ = registry()
    home = Home(folder)
    backups = tmp_path / "backups"
    make_backup(home.book, home.settings, backups, at=home.now)
    home.book.close()
    book = Path(str(home.book.engine.url.database))
    public = _hashes(home.settings.releases)
    HARMS[name](book)
    harmed = book.read_bytes() if book.exists() else None
    for act in (lambda h: h.publish(), lambda h: h.rollback(1), lambda h: check_book_file(h.book.engine)):
        with pytest.raises(BookDamaged, match="restore"):
            act(Home(folder))
    assert (book.read_bytes() if book.exists() else None) == harmed
    assert _hashes(home.settings.releases) == public
    elsewhere = read_settings({"EXEMPTIONS_HOME": str(tmp_path / "new" / "home")})
    assert restore_backup(elsewhere, find_backup(backups)) == 2
    restored = Home(tmp_path / "new")
    check_book_file(restored.book.engine)
    assert restored.publish().release == 3
    restored.book.close()
    tell(
        record_property, TABLE, harm=name, injected=1, told_in_a_sentence=1, written_all_the_same=0,
        then="what is published stays; restored from a backup",
    )  # fmt: skip


@pytest.mark.parametrize("what", ["head of a page overwritten", "16 bytes overwritten anywhere"])
def test_damaged_book__what_breaks_its_pages_is_told(
    what: str, registry: Registry, request: pytest.FixtureRequest, record_property: Tell
) -> None:
    """SQLite keeps no sums of its pages: bytes that turned within a text are found by nobody, and counted as such."""
    folder, _ = registry()
    home = Home(folder)
    home.book.close()
    book = Path(str(home.book.engine.url.database))
    whole = book.read_bytes()
    drawn = random.Random(what)
    told = 0
    count = 200 if request.config.getoption("--faults") == "all" else 8
    for _ in range(count):
        # As a bad sector gives them.
        start = drawn.randrange(len(whole) - 16)
        if what.startswith("head"):
            start = PAGE * drawn.randrange(1, len(whole) // PAGE)
        _write_over(book, start, drawn.randbytes(16))
        try:
            opened = open_book(home.settings, clock=home.clock)
            check_book_file(opened.engine)
            opened.close()
        except BookDamaged:
            told += 1
        book.write_bytes(whole)
    if what.startswith("head"):
        assert told == count
    tell(
        record_property, TABLE, harm=what, injected=count, told_in_a_sentence=told, written_all_the_same=0,
        then=f"{count - told} not noticed, within texts or free space",
    )  # fmt: skip


def _hashes(folder: Path) -> dict[str, str]:
    return {
        str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.rglob("*") if p.is_file()
    }
