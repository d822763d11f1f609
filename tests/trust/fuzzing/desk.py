"""Where fuzzed files are loaded: a home that published once, and what must hold of it after every file."""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from unittest import mock

import pyarrow as pa
from sqlalchemy import text

from exemptions.accounts import Actor
from exemptions.batches import State, approve_batch, get_batch, get_findings, staged_path
from exemptions.database import Book, open_book
from exemptions.datasets import Dataset
from exemptions.errors import FileRefused
from exemptions.settings import read_settings
from exporters.publish import publish
from loaders.load import LoadResult, load_file
from loaders.options import LoadOptions
from loaders.rules import message_of, remedy_of
from tests.loaders.registry_files import CUTOFF
from tests.trust.fuzzing.counting import NotCounted, count_records
from tests.trust.fuzzing.mutations import mutate
from tests.trust.fuzzing.seeds import Seed, table_of, write_delimited

NOW = datetime(2026, 11, 2, 18, tzinfo=UTC)
DEATHS = ("lectura_interrumpida", "lectura_sin_tiempo")
"""Rules that say that a reader died, or took too long: of a small file neither may be."""

_ACCEPTED = (State.VALIDATED, State.BLOCKED, State.PUBLISHED)
"""The last where a change undid itself: the file is the one that was published."""
_OTHER_ENCODINGS = ("utf-8", "utf-8", "windows-1252", "utf-16", "iso-8859-1")
_KEPT_TABLES = ("record_key", "record_version", "release", "account", "book_fact", "correction", "job")
"""What loading a file never changes."""

_DRY_EVERY = 8


def publish_once(home: Path) -> None:
    """A registry of a few records in its first release, for facts to be about."""
    settings = read_settings({"EXEMPTIONS_HOME": str(home)})
    book = open_book(settings, clock=lambda: NOW)
    path = home.parent / "registro.csv"
    path.write_text(write_delimited(table_of(Dataset.REGISTRY)), encoding="utf-8")
    options = LoadOptions(cutoff=CUTOFF)
    ana, berta = Actor("ana"), Actor("berta")
    first = load_file(
        book, settings, dataset=Dataset.REGISTRY, path=path, options=options, actor=ana, clock=lambda: NOW
    )
    assert first.batch is not None, first
    with book.write() as session:
        approve_batch(session, home, number=first.batch, actor=berta, at=NOW)
    assert publish(book, settings, actor=berta, clock=lambda: NOW).release == 1
    book.close()


@dataclass
class Tally:
    """What became of the files of one kind."""

    files: int = 0
    accepted: int = 0
    refused: int = 0
    counted: int = 0
    slowest_s: float = 0.0
    rules: Counter[str] = field(default_factory=Counter)


class Broken(AssertionError):
    """Something that must hold after every file does not."""


def expect(holds: bool, told: object) -> None:
    if not holds:
        raise Broken(told)


class Desk:
    """One home, and a member of staff who loads one odd file after the other."""

    def __init__(self, home: Path, folder: Path) -> None:
        self.settings = read_settings({"EXEMPTIONS_HOME": str(home)})
        self.book: Book = open_book(self.settings, clock=lambda: NOW)
        self.home, self.folder, self.scratch = home, folder, folder / "scratch"
        self.scratch.mkdir(parents=True)
        self.tallies: dict[str, Tally] = {}
        self._published, self._switch = self._public(), self._current()
        self._kept = self._rest_of_book()
        self._staged = self._names("staged")

    def close(self) -> None:
        """Close the book, once all that loads leave alone is seen to be as it was."""
        expect(self._rest_of_book() == self._kept, "a load changed more of the book than its batches")
        expect(self._public() == self._published, "what is public has changed")
        self.book.close()

    def load(self, number: int, data: bytes, seed: Seed, random: Random) -> None:
        """Load one file.

        Raises: Broken, or whatever the loader raised that it should not have.
        """
        path = self.folder / f"{number}.{seed.kind}"
        path.write_bytes(data)
        encoding = seed.encoding if random.random() < 0.9 else random.choice(_OTHER_ENCODINGS)
        options = LoadOptions(cutoff=CUTOFF, encoding=encoding)
        begun = time.monotonic()
        with _own_scratch(self.scratch):
            if number % _DRY_EVERY == 0:
                self._try(path, seed, options)
            try:
                result = self._load(path, seed, options)
            except FileRefused:
                self._expect_untouched()
                result = None
        taken = time.monotonic() - begun
        path.unlink()
        tally = self.tallies.setdefault(seed.kind, Tally())
        tally.files += 1
        tally.slowest_s = max(tally.slowest_s, taken)
        if result is None:
            tally.refused += 1
            return
        self._check_findings(result)
        self._expect_untouched()
        digest = hashlib.sha256(data).hexdigest()
        kept = self.home / "uploads" / digest
        expect(kept.read_bytes() == data, "the upload was not kept as it was sent")
        if result.state in _ACCEPTED:
            self._check_staged(result, data, seed, encoding, tally)
        else:
            self._check_refused(result, tally)
        # What the next file is compared with is always the same, and a full disk is no part of this.
        kept.unlink()

    def _load(self, path: Path, seed: Seed, options: LoadOptions) -> LoadResult:
        return load_file(
            self.book, self.settings, dataset=seed.dataset, path=path, options=options, actor=Actor("ana"),
            clock=lambda: NOW,
        )  # fmt: skip

    def _try(self, path: Path, seed: Seed, options: LoadOptions) -> None:
        """Load it without keeping anything: the book stays the same to the byte."""
        before = self._book_bytes()
        options = LoadOptions(cutoff=options.cutoff, encoding=options.encoding, dry_run=True)
        try:
            self._load(path, seed, options)
        except FileRefused:
            return
        finally:
            expect(self._book_bytes() == before, "a dry run changed the book")
            expect(self._names("staged") == self._staged, "a dry run staged something")

    def _check_findings(self, result: LoadResult) -> None:
        for finding in result.findings:
            expect(finding.rule not in DEATHS, finding)
            for lang in ("es", "en"):
                told = message_of(finding, lang), remedy_of(finding, lang)
                expect(all(told) and not any("Traceback" in part for part in told), told)
                "".join(told).encode()

    def _check_refused(self, result: LoadResult, tally: Tally) -> None:
        tally.refused += 1
        expect(result.state is State.REFUSED, f"state {result.state}")
        expect(bool(result.errors), "refused without an error")
        for finding in result.errors:
            tally.rules[finding.rule] += 1
        expect(self._names("staged") == self._staged, "something was staged of a refused file")
        with self.book.read() as session:
            batch = get_batch(session, result.batch or 0)
            expect((batch.state, batch.staged_sha256, batch.added) == ("refused", None, None), "half a refusal")
            expect(tuple(get_findings(session, batch.id)) == result.findings, "the book tells other findings")

    def _check_staged(self, result: LoadResult, data: bytes, seed: Seed, encoding: str, tally: Tally) -> None:
        tally.accepted += 1
        expect(not result.errors, result.errors)
        staged = staged_path(self.home, result.batch or 0)
        content = staged.read_bytes()
        self._staged.add(staged.name)
        expect(self._names("staged") == self._staged, "more or less was staged than one file")
        rows = pa.ipc.open_file(content).read_all()
        expect(rows.num_rows == result.rows > 0, f"{rows.num_rows} rows are staged of {result.rows}")
        with self.book.read() as session:
            batch = get_batch(session, result.batch or 0)
            same = batch.rows == rows.num_rows and batch.staged_sha256 == hashlib.sha256(content).hexdigest()
            expect(same, "the book tells of another staged file")
        told = sum(finding.rule == "fila_de_ejemplo" for finding in result.findings)
        try:
            counted = count_records(data, seed.dataset, encoding) - told
        except NotCounted:
            return
        tally.counted += 1
        expect(counted == rows.num_rows, f"{rows.num_rows} rows are staged and the file has {counted}")

    def _expect_untouched(self) -> None:
        expect(self._current() == self._switch, "what is public has changed")
        expect(os.listdir(self.scratch) == [], f"left behind: {os.listdir(self.scratch)}")
        parts = [name for name in (*self._names("staged"), *self._names("uploads")) if name.startswith(".")]
        expect(parts == [], f"left behind: {parts}")

    def _current(self) -> tuple[bytes, list[str]]:
        return (self.settings.releases / "current.json").read_bytes(), sorted(os.listdir(self.settings.releases))

    def _public(self) -> list[tuple[str, int, int]]:
        releases = self.settings.releases
        return sorted(
            (str(path.relative_to(releases)), path.stat().st_size, path.stat().st_mtime_ns)
            for path in releases.rglob("*")
        )

    def _rest_of_book(self) -> list[list[str]]:
        with self.book.read() as session:
            return [
                sorted(str(row) for row in session.execute(text(f"SELECT * FROM {table}"))) for table in _KEPT_TABLES
            ]

    def _names(self, folder: str) -> set[str]:
        place = self.home / folder
        return set(os.listdir(place)) if place.is_dir() else set()

    def _book_bytes(self) -> str:
        files = sorted(self.home.glob("*.sqlite*"))
        expect(bool(files), "there is no book")
        return "".join(hashlib.sha256(file.read_bytes()).hexdigest() for file in files)


@contextmanager
def _own_scratch(folder: Path) -> Iterator[None]:
    """Temporary files go where it can be seen whether any is left."""
    with mock.patch.object(tempfile, "tempdir", str(folder)):
        yield


def fuzzed(number: int, start: int, seeds: list[Seed]) -> tuple[Seed, bytes, str, Random]:
    """The file of a number: its seed, what it is after the changes, what these were, and the generator's state."""
    random = Random(f"{start}:{number}")
    # Every kind of container as often as any other, however few or many seeds it has.
    kind = random.choice(sorted({seed.kind for seed in seeds}))
    seed = random.choice([seed for seed in seeds if seed.kind == kind])
    data, done = mutate(random, seed, seeds)
    return seed, data, done, random
