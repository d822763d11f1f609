"""The inbox of what the public sends in: one small file a report, written by processes that cannot read it.

A process of the public role may only add to the folder: it can neither list it nor open what lies there, because every
report has a name that nobody could guess. So that the folder has bounds all the same, it has numbered places: who
leaves a report takes a free one by making an empty file that only one process can make, and who takes the report in
frees it.
"""

from __future__ import annotations

import json
import logging
import os
import re
import secrets
import stat
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from exemptions.calendar import format_instant, parse_instant
from exemptions.errors import InboxFull, SettingsError

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O or U, so that a number can be read out and written down."""
NUMBER_LENGTH = 10
LONGEST: Mapping[str, int] = {"about": 40, "text": 2_000, "source": 500, "contact": 200}
"""Field of a report → the most characters that it may have."""
PLACES = 1_000
"""Reports that wait at once."""
MAX_REPORT_BYTES = 32 * 1024
"""More than the longest texts of a report take; with `PLACES` it bounds the folder to 32 MB."""

_FORMAT = 1
_REPORT = re.compile(r"[0-9a-f]{32}\.json")
_PART = re.compile(r"[0-9a-f]{32}\.part")
_PLACE = re.compile(r"place-[0-9]{3}")
# A report is one person's plain text: nothing in it may hide, turn around or end what stands beside it.
_UNFIT = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)
_LIKE = str.maketrans("ILO", "110")
_ABANDONED_S = 3_600.0
"""Nobody takes an hour to write a report: an older one without its end belongs to a process that was killed."""
_FILE_MODE = 0o644
"""Another user takes the report in. Nobody else comes this far: the folder lets no others in."""
_log = logging.getLogger("registry.inbox")


@dataclass(frozen=True, slots=True)
class Report:
    """What somebody from the public reports. `about` is a record's identifier or a NIT, as it was written."""

    number: str
    received_at: datetime
    lang: str
    about: str | None
    text: str
    source: str | None
    contact: str | None


@dataclass(frozen=True, slots=True)
class WaitingReport:
    """A report in the inbox, with the file and the place that it takes up."""

    report: Report
    file: str
    place: str


def draw_number() -> str:
    """A new number of a report: ten random signs, fifty bits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(NUMBER_LENGTH))


def find_number(text: str) -> str | None:
    """The number that somebody wrote, whatever its case and with look-alikes put right; None if it is none."""
    number = text.strip().upper().translate(_LIKE)
    return number if len(number) == NUMBER_LENGTH and set(number) <= set(ALPHABET) else None


def is_plain(text: str) -> bool:
    """Whether a text has none but visible characters, blanks, tabs and line ends."""
    return _UNFIT.search(text) is None


def can_leave_reports(inbox: Path) -> bool:
    """Whether this process may add to the inbox."""
    return os.access(inbox, os.W_OK | os.X_OK, effective_ids=True)


def leave_report(inbox: Path, report: Report) -> None:
    """Add a report to the inbox; it is on the disk when this returns. Reading the folder is not needed.

    Raises: InboxFull if every place is taken, or nothing can be written there.
    """
    try:
        place = _take_place(inbox)
        try:
            _write(inbox, {"format": _FORMAT, "place": place, **_to_json(report)})
        except BaseException:
            (inbox / place).unlink(missing_ok=True)
            raise
    except OSError as error:
        _log.error("a report could not be left in the inbox: %s", error.strerror)
        raise _full() from error


def make_inbox(inbox: Path) -> None:
    """Make the inbox for this user alone; one that is there keeps its owner and mode.

    Raises: SettingsError if it cannot be made there.
    """
    try:
        inbox.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(
            f"No se puede hacer la carpeta «{inbox}» de EXEMPTIONS_INBOX: {error.strerror}.",
            f"The folder “{inbox}” of EXEMPTIONS_INBOX cannot be made: {error.strerror}.",
        ) from error


def has_reports(inbox: Path) -> bool:
    """Whether a report waits."""
    return next(_iter_files(inbox, _REPORT), None) is not None


def read_reports(inbox: Path) -> list[WaitingReport]:
    """Every whole report of the inbox; one that is no report is put aside under a name of its own, and logged.

    Order: by the instant of its arrival, then by number. An inbox that is not there holds nothing.
    """
    found = []
    for path in _iter_files(inbox, _REPORT):
        waiting = _read(path)
        if waiting is None:
            _put_aside(path)
        else:
            found.append(waiting)
    return sorted(found, key=lambda waiting: (waiting.report.received_at, waiting.report.number))


def remove_report(inbox: Path, waiting: WaitingReport) -> None:
    """Take a report out of the inbox and free its place; doing it twice is doing it once."""
    (inbox / waiting.file).unlink(missing_ok=True)
    (inbox / waiting.place).unlink(missing_ok=True)


def refuse_report(inbox: Path, waiting: WaitingReport) -> None:
    """Put a report aside that cannot be what it says, and free its place."""
    _put_aside(inbox / waiting.file)
    (inbox / waiting.place).unlink(missing_ok=True)


def free_abandoned(inbox: Path, *, now: float | None = None) -> None:
    """Free what killed processes left: begun reports, and places without a report, older than an hour.

    Units: `now` in seconds since 1970, the file system's own clock by default.
    """
    oldest = (time.time() if now is None else now) - _ABANDONED_S
    # The places in use are read after the list of places, so that one taken in between is not thought abandoned.
    places = list(_iter_files(inbox, _PLACE))
    taken = {waiting.place for path in _iter_files(inbox, _REPORT) if (waiting := _read(path)) is not None}
    for path in (*_iter_files(inbox, _PART), *(place for place in places if place.name not in taken)):
        with suppress(FileNotFoundError):
            if path.lstat().st_mtime < oldest:
                path.unlink()


def _take_place(inbox: Path) -> str:
    """Make the empty file of a free place; the search begins anywhere, so that two processes seldom meet."""
    first = secrets.randbelow(PLACES)
    for offset in range(PLACES):
        place = f"place-{(first + offset) % PLACES:03d}"
        with suppress(FileExistsError):
            os.close(os.open(inbox / place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _FILE_MODE))
            return place
    _log.error("the inbox is full: %d reports wait to be taken in", PLACES)
    raise _full()


def _write(inbox: Path, content: dict[str, Any]) -> None:
    """Write the report under another name and rename it, so that nobody ever reads a part of one."""
    name = secrets.token_hex(16)
    part, whole = inbox / f"{name}.part", inbox / f"{name}.json"
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _FILE_MODE)
    try:
        with os.fdopen(handle, "wb") as file:
            os.fchmod(file.fileno(), _FILE_MODE)
            file.write(json.dumps(content, ensure_ascii=False).encode())
            file.flush()
            os.fsync(file.fileno())
            part.rename(whole)
            # Syncing the file again brings its new name to the disk where the folder itself may not be opened.
            os.fsync(file.fileno())
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    with suppress(PermissionError):
        _sync_folder(inbox)


def _sync_folder(inbox: Path) -> None:
    handle = os.open(inbox, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _iter_files(inbox: Path, pattern: re.Pattern[str]) -> Iterator[Path]:
    if inbox.is_dir():
        yield from sorted(path for path in inbox.iterdir() if pattern.fullmatch(path.name))


def _read(path: Path) -> WaitingReport | None:
    """The report of a file; None if it is none. What is no plain small file is not opened as one."""
    try:
        # A process that may write here must not have others read for it: no link is followed, no pipe waited for.
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            return None
        with os.fdopen(handle, "rb", closefd=False) as file:
            content = file.read(MAX_REPORT_BYTES + 1)
    finally:
        os.close(handle)
    try:
        return None if len(content) > MAX_REPORT_BYTES else _from_json(json.loads(content), path.name)
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _put_aside(path: Path) -> None:
    """Give a file a name that is not looked for again."""
    aside = path.with_name(f"refused-{path.name}")
    with suppress(FileNotFoundError):
        path.rename(aside)
    _log.error("a file of the inbox is no report and was put aside as %s", aside.name)


def _to_json(report: Report) -> dict[str, Any]:
    return asdict(report) | {"received_at": format_instant(report.received_at)}


def _from_json(value: dict[str, Any], file: str) -> WaitingReport:
    if value["format"] != _FORMAT or not _PLACE.fullmatch(value["place"]):
        raise ValueError("an unknown format")
    number = value["number"]
    if not isinstance(number, str) or not isinstance(value["received_at"], str):
        raise ValueError("no number, or no instant")
    if find_number(number) != number or value["lang"] not in ("es", "en"):
        raise ValueError("no number, or no language")
    report = Report(
        number=number,
        received_at=parse_instant(value["received_at"]),
        lang=value["lang"],
        about=_text(value, "about"),
        text=_text(value, "text") or "",
        source=_text(value, "source"),
        contact=_text(value, "contact"),
    )
    if not report.text:
        raise ValueError("nothing is reported")
    return WaitingReport(report, file, value["place"])


def _text(value: dict[str, Any], field: str) -> str | None:
    text = value[field]
    if text is None:
        return None
    if not isinstance(text, str) or len(text) > LONGEST[field] or not is_plain(text):
        raise ValueError(f"{field} is no such text")
    return text


def _full() -> InboxFull:
    return InboxFull(
        "En este momento no se pueden recibir más avisos. Vuelva a intentarlo más tarde.",
        "No more reports can be received at the moment. Try again later.",
    )
