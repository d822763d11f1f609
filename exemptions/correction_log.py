"""The public log of reports: what `corrections.json` beside the releases says, read without the book."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from threading import Lock
from typing import Any

from exemptions.errors import MALFORMED, ReleaseDamaged

LOG = "corrections.json"
FORMAT = 1


class CorrectionState(StrEnum):
    """Where a report stands."""

    RECEIVED = "received"
    IN_REVIEW = "in_review"
    ACCEPTED = "accepted"
    """The report is right; a later release will show it."""
    RESOLVED = "resolved"
    """A release put it right."""
    REJECTED = "rejected"
    """Nothing is to be put right; the answer says why."""


@dataclass(frozen=True, slots=True)
class LoggedCorrection:
    """What the public may know of one report. `release` is the one that put it right."""

    number: str
    state: CorrectionState
    received_on: date
    record_id: str | None
    answer: str | None
    answered_on: date | None
    release: int | None


@dataclass(frozen=True, slots=True)
class PublicLog:
    """The log as it stood when it was read; `version` differs whenever its content may.

    Order of `entries`: the latest report first.
    """

    version: str
    entries: tuple[LoggedCorrection, ...]

    def find(self, number: str) -> LoggedCorrection | None:
        """The report of that number, or None if the log does not tell of it."""
        return next((entry for entry in self.entries if entry.number == number), None)


class LogReader:
    """Gives the log to the threads of one process, and reads it again when the file is another one."""

    def __init__(self, releases: Path) -> None:
        self._path = releases / LOG
        self._lock = Lock()
        self._read = PublicLog("", ())

    def current(self) -> PublicLog:
        """The log; empty while there is none.

        Raises: ReleaseDamaged if it cannot be read.
        """
        try:
            found = self._path.stat()
            version = f"{found.st_ino}-{found.st_mtime_ns}-{found.st_size}"
            with self._lock:
                if version != self._read.version:
                    self._read = PublicLog(version, parse_log(self._path.read_bytes()))
                return self._read
        except FileNotFoundError:
            return PublicLog("", ())
        except OSError as error:
            raise _unreadable() from error


def parse_log(content: bytes) -> tuple[LoggedCorrection, ...]:
    """The reports that the bytes of a log tell of.

    Raises: ReleaseDamaged if it cannot be read.
    """
    try:
        return _parse(json.loads(content))
    except MALFORMED as error:
        raise _unreadable() from error


def _unreadable() -> ReleaseDamaged:
    return ReleaseDamaged(f"{LOG} no se puede leer.", f"{LOG} cannot be read.")


def _parse(content: dict[str, Any]) -> tuple[LoggedCorrection, ...]:
    return tuple(
        LoggedCorrection(
            number=str(entry["number"]),
            state=CorrectionState(entry["state"]),
            received_on=date.fromisoformat(entry["received_on"]),
            record_id=entry["record_id"],
            answer=entry["answer"],
            answered_on=date.fromisoformat(entry["answered_on"]) if entry["answered_on"] else None,
            release=entry["release"],
        )
        for entry in content["corrections"]
    )
