"""The published releases of a folder: which exist, which is current, and switching to a newer one while answering.

Only `current.json` says what exists, never a folder listing. A release that fails its check is not served: the one
before stays, and where none is open yet, as at the start of a process, the newest that passes takes its place. A
release that is damaged while it is open is served no longer than until that is noticed. A pointer that cannot be read
says nothing: what the last whole one said stands.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from exemptions.aggregates import facets, sums, taxpayers
from exemptions.answers import AnswerCache
from exemptions.calendar import Clock, guatemala_day, system_clock
from exemptions.errors import (
    Exhausted,
    InvalidQuery,
    NothingPublished,
    ParameterProblem,
    ReleaseDamaged,
    ReleaseNotHere,
)
from exemptions.filters import FACETS
from exemptions.integrity import damaged
from exemptions.matches import total
from exemptions.pointer import POINTER, ListedRelease, Pointer, get_listed, nothing_published, read_pointer
from exemptions.query import RegistryQuery
from exemptions.release import Release, open_account, open_records, open_release, read_own_manifest
from exemptions.store_sight import Sightings

POLL_S = 0.5
"""Seconds between looks at the pointer; a switch is promised within two."""
RETRY_S = 30.0
"""Seconds until a release that failed its check is checked again, because somebody may have repaired its copy."""
REREAD_S = 60.0
"""Seconds between two files of the open releases that are hashed again, one after another."""

# An old release is mapped, not read: keeping a few open costs address space and some 20 MB each at 2,000,000 rows.
_OLD_RELEASES_OPEN = 4
_log = logging.getLogger(__name__)


class ReleaseStore:
    """Gives releases to the threads of one process.

    A process uses its own store: the threads of the libraries below (Polars) do not come along when a process forks,
    and waiting for them would hang. A server therefore forks first and opens its store in each worker.
    """

    def __init__(
        self,
        path: Path,
        *,
        clock: Clock = system_clock,
        poll_s: float = POLL_S,
        retry_s: float = RETRY_S,
        reread_s: float = REREAD_S,
    ) -> None:
        self._path = path
        self._clock = clock
        self._poll_s = poll_s
        self._retry_s = retry_s
        self._reread_s = reread_s
        self._reread_at = time.monotonic() + reread_s
        self._lock = threading.Lock()
        self._pointer: Pointer | None = None
        self._is_pointer_whole = True
        self._current: Release | None = None
        self._refused: dict[str, _Refusal] = {}
        self._old: AnswerCache[Release] = AnswerCache(_OLD_RELEASES_OPEN)
        self._process = os.getpid()
        self._watcher: threading.Thread | None = None
        self._stop = threading.Event()
        self._sightings = Sightings(path, clock)

    def current(self) -> Release:
        """The newest release that passed its check.

        Raises: NothingPublished; ReleaseDamaged if the only one known fails its check.
        """
        release = self._current
        return release if release is not None and self._is_watched() else self.refresh()

    def get(self, number: int) -> Release:
        """One release by its number.

        Raises: NothingPublished, ReleaseNotFound, ReleaseNotHere, ReleaseWithdrawn, ReleaseDamaged.
        """
        pointer = self._read_pointer()
        listed = self._find(pointer, number)
        current = self.refresh() if listed == pointer.current else self._current
        if current is not None and current.manifest_sha256 == listed.manifest_sha256:
            return current
        return self._old.get(listed.manifest_sha256, lambda: self._open(listed))

    def get_listed(self, number: int | None = None) -> ListedRelease:
        """What is listed of one release, which need not open; of the current one without a number.

        Raises: NothingPublished, ReleaseNotFound, ReleaseNotHere, ReleaseWithdrawn.
        """
        pointer = self._read_pointer()
        if number is not None:
            return self._find(pointer, number)
        if pointer.current is None:
            raise nothing_published()
        return pointer.current

    def as_of(self, day: date) -> Release:
        """The release in force at the end of `day` in Guatemala.

        Raises: NothingPublished; InvalidQuery naming `as_of` for a day before the first release or in the future;
            ReleaseWithdrawn if it was withdrawn since.
        """
        if day > guatemala_day(self._clock()):
            raise _refused_day(day, "está en el futuro", "is in the future")
        in_force = [release for release in self.list() if guatemala_day(release.published_at) <= day]
        if not in_force:
            raise _refused_day(day, "es anterior a la primera publicación", "is before the first release")
        return self.get(in_force[-1].release)

    def list(self) -> tuple[ListedRelease, ...]:
        """Every release ever published, withdrawn ones included.

        Order: by number, the oldest first.
        Raises: NothingPublished.
        """
        releases = self._read_pointer().releases
        return tuple(releases[number] for number in sorted(releases))

    def published(self) -> tuple[int, ...]:
        """The numbers of the releases that can be had: all but the withdrawn ones.

        Order: the oldest first.
        Raises: NothingPublished.
        """
        return tuple(listed.release for listed in self.list() if not listed.withdrawn)

    def records_of(self, number: int) -> pa.RecordBatch:
        """The records of one release, without opening it for searches.

        Raises: NothingPublished, ReleaseNotFound, ReleaseNotHere, ReleaseWithdrawn, ReleaseDamaged.
        """
        listed = self._find(self._read_pointer(), number)
        return open_records(self._folder(listed), manifest_sha256=listed.manifest_sha256)

    def manifest_of(self, listed: ListedRelease) -> Mapping[str, Any]:
        """The manifest of a listed release, without opening it.

        Raises: ReleaseDamaged.
        """
        return read_own_manifest(self._folder(listed), manifest_sha256=listed.manifest_sha256)

    def account_of(self, listed: ListedRelease) -> Mapping[str, Any]:
        """What a listed release tells of what it withholds, without opening it.

        Raises: ReleaseDamaged.
        """
        return open_account(self._folder(listed), manifest_sha256=listed.manifest_sha256)

    def refresh(self) -> Release:
        """Look at the pointer at once, switch if it names another release, and give the one to serve.

        A release that fails its check leaves the one before in place; the failure is logged once.
        Raises: NothingPublished; ReleaseDamaged if no earlier one passes either; Exhausted.
        """
        with self._lock:
            pointer = self._read_pointer()
            wanted = pointer.current
            self._forget_withdrawn(pointer)
            if wanted is None:
                raise nothing_published()
            if self._current is None or self._current.manifest_sha256 != wanted.manifest_sha256:
                try:
                    self._current = self._open(wanted)
                except ReleaseDamaged:
                    self._current = self._current or self._find_earlier(pointer)
                    if self._current is None:
                        raise
            return self._current

    def start_watching(self) -> None:
        """Watch the pointer from a thread of this process; doing it twice is doing it once."""
        with self._lock:
            if self._is_watched():
                return
            self._stop = threading.Event()
            self._watcher = threading.Thread(target=self._watch, args=(self._stop,), name="release-watch", daemon=True)
            self._watcher.start()

    def close(self) -> None:
        """Stop watching. Releases that are in use stay usable."""
        self._stop.set()

    def _forget_withdrawn(self, pointer: Pointer) -> None:
        """Serve nothing rather than what was withdrawn, should the release that took its place not open."""
        if self._current is not None:
            listed = pointer.releases.get(self._current.number)
            if listed is not None and listed.withdrawn:
                self._current = None

    def _find_earlier(self, pointer: Pointer) -> Release | None:
        """The newest release that opens, of those that can be had."""
        for number in sorted(pointer.releases, reverse=True):
            listed = pointer.releases[number]
            if not listed.withdrawn:
                with suppress(ReleaseDamaged):
                    return self._open(listed)
        return None

    def drop_broken(self, *, reread: bool = False) -> None:
        """Look at the files of the open releases, and serve none whose files are no longer those that were checked.

        Raises: Exhausted.
        """
        for release in filter(None, (self._current, *self._old.values())):
            path = release.seal and release.seal.find_broken(reread=reread)
            if path:
                self._refuse(release.number, release.manifest_sha256, damaged(release.folder, path))
                self._old.drop(release.manifest_sha256)
                with self._lock:
                    if self._current is release:
                        self._current = None

    def _refuse(self, number: int, manifest_sha256: str, error: ReleaseDamaged) -> None:
        if manifest_sha256 not in self._refused:
            _log.error("release %d is not served: %s", number, error)
        self._refused[manifest_sha256] = _Refusal(error.es, error.en, time.monotonic() + self._retry_s)

    def _is_watched(self) -> bool:
        return self._watcher is not None and self._watcher.is_alive() and not self._stop.is_set()

    def _watch(self, stop: threading.Event) -> None:
        while not stop.wait(self._poll_s):
            try:
                self.refresh()
                self._look_at_files()
            except (NothingPublished, ReleaseDamaged, Exhausted) as error:
                _log.debug("nothing to switch to: %s", error)

    def _look_at_files(self) -> None:
        reread = time.monotonic() >= self._reread_at
        if reread:
            self._reread_at = time.monotonic() + self._reread_s
        self.drop_broken(reread=reread)

    def _open(self, listed: ListedRelease) -> Release:
        """A release that passes its check. One that failed is not checked again at once, however often it is wanted.

        Raises: ReleaseDamaged, Exhausted.
        """
        if self._process != os.getpid():
            raise RuntimeError("a store of releases is made by the process that uses it")
        refusal = self._refused.get(listed.manifest_sha256)
        if refusal is not None and time.monotonic() < refusal.until:
            raise ReleaseDamaged(refusal.es, refusal.en)
        try:
            release = open_release(self._folder(listed), manifest_sha256=listed.manifest_sha256)
            if (release.published_at, release.status_date) != (listed.published_at, listed.status_date):
                raise damaged(release.folder, POINTER)
            warm(release)
        except ReleaseDamaged as error:
            self._refuse(listed.release, listed.manifest_sha256, error)
            raise
        self._refused.pop(listed.manifest_sha256, None)
        return release

    def _find(self, pointer: Pointer, number: int) -> ListedRelease:
        if number not in pointer.releases and self._sightings.may_have(number):
            raise ReleaseNotHere(
                f"La publicación {number} todavía no llega a esta máquina; vuelva a intentarlo en unos segundos.",
                f"Release {number} has not reached this machine yet; try again in some seconds.",
            )
        return get_listed(pointer, number)

    def _folder(self, listed: ListedRelease) -> Path:
        return self._path / str(listed.release)

    def _read_pointer(self) -> Pointer:
        try:
            self._pointer = read_pointer(self._path)
        except (NothingPublished, ReleaseDamaged, Exhausted) as error:
            if self._pointer is None:
                raise
            if self._is_pointer_whole:
                _log.error("what was published is taken from memory: %s", error)
            self._is_pointer_whole = False
            return self._pointer
        self._is_pointer_whole = True
        return self._pointer


@dataclass(frozen=True, slots=True)
class _Refusal:
    """Why a release is not served, and until when it is not checked again."""

    es: str
    en: str
    until: float


def warm(release: Release) -> None:
    """Compute the answers for everything, which are asked most and are the slowest, before the release is served."""
    everything = RegistryQuery()
    total(release, everything)
    facets(release, everything, FACETS)
    sums(release, everything)
    taxpayers(release, everything)


def _refused_day(day: date, es: str, en: str) -> InvalidQuery:
    problem = ParameterProblem("as_of", day.isoformat(), f"El día {day} {es}.", f"The day {day} {en}.")
    return InvalidQuery((problem,))
