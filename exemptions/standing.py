"""What stands in the registry, kept as a file beside the book as long as nothing changes it.

A load compares with it, the approval compares again, and so does the publication: reading 2,000,000 records out of the
book takes some eight seconds each time, mapping the file half a second. A publication leaves what it wrote into the
book, so that the next load finds it. The book stays the only record. The file is named by the last act that changed the
records, which the audit chains to all before it, and by how many records stand and the last of them; its bytes are
checked against the digest in its name each time. Any other file is made anew.
"""

from __future__ import annotations

import hashlib
import secrets
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import cast

import polars as pl
import pyarrow as pa
from sqlalchemy import Table, func, select
from sqlalchemy.orm import Session

from exemptions.audit import Act
from exemptions.datasets import Dataset
from exemptions.editions import read_current
from exemptions.history import CURRENT_SCHEMA
from exemptions.models import AuditEntry, RecordVersion
from exemptions.shelf import from_pages, map_pages, shelve, write_frame

FOLDER = "standing"
"""Below the home; a backup needs nothing of it."""

_ROWS = 100_000
"""From about this size on reading the book takes longer than a second."""
_ACTS = (Act.RELEASE_PUBLISHED, Act.RELEASE_ROLLED_BACK, Act.RELEASE_WITHDRAWN, Act.RELEASE_REBUILT)
"""The acts that may change what the book holds of the registry."""

_VERSIONS = cast(Table, RecordVersion.__table__)


def read_standing(session: Session, home: Path, dataset: Dataset) -> pl.DataFrame:
    """What holds in the book, as `editions.read_current` gives it; the session has changed none of it so far."""
    if dataset is not Dataset.REGISTRY:
        return read_current(session, dataset)
    stamp = find_stamp(session)
    if stamp is None:
        return read_current(session, dataset)
    kept = _find_kept(home / FOLDER, stamp)
    return _keep(read_current(session, dataset), home, stamp) if kept is None else kept


def find_stamp(session: Session) -> str | None:
    """What names the records that stand; None for so few that keeping them is not worth while."""
    acts = select(AuditEntry.digest).where(AuditEntry.act.in_([str(act) for act in _ACTS]))
    digest = session.scalar(acts.order_by(AuditEntry.id.desc()).limit(1))
    standing = _VERSIONS.c.to_release.is_(None)
    rows, last = session.execute(select(func.count(), func.max(_VERSIONS.c.id)).where(standing)).one()
    return None if digest is None or rows < _ROWS else f"{digest}-{rows}-{last}"


def _find_kept(folder: Path, stamp: str) -> pl.DataFrame | None:
    """The frame of that stamp, if a whole file of it is there."""
    for path in folder.glob(f"{stamp}-*.arrow"):
        # Another process may have put another one in its place meanwhile; what is mapped already stays.
        with suppress(OSError, ValueError, pa.ArrowInvalid):
            with path.open("rb") as file:
                pages = map_pages(file)
            if path.stem == f"{stamp}-{hashlib.sha256(pages).hexdigest()}":
                frame = from_pages(pages)
                if frame.schema == pl.Schema(CURRENT_SCHEMA):
                    return frame
    return None


def _keep(frame: pl.DataFrame, home: Path, stamp: str) -> pl.DataFrame:
    """The same frame, mapped from the one file that is kept from now on; as it is if the disk takes none."""
    with suppress(OSError), NextStanding(home) as following:
        mapped = following.put(frame)
        following.keep(stamp)
        return mapped
    return frame


class NextStanding:
    """What is about to stand: put on the disk at once, and kept when the book holds it.

    Leaving without having kept it leaves nothing behind.
    """

    def __init__(self, home: Path) -> None:
        self._home = home
        self._folder = home / FOLDER
        self._making = self._folder / f".{secrets.token_hex(8)}"
        self._pages: pa.Buffer | None = None
        self._ending = ""
        """How the stamp of the put frame ends."""

    def __enter__(self) -> NextStanding:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with suppress(OSError):
            self._making.unlink(missing_ok=True)

    def put(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The same frame, mapped from the disk. Shape: `history.CURRENT_SCHEMA`. Order: version_id.

        Raises: OSError on a full disk.
        """
        # What has a name stays behind when the process is killed, until the next one is kept; of few none ever is.
        if frame.height < _ROWS:
            return shelve(frame, self._home)
        with suppress(OSError):
            self._folder.mkdir(mode=0o700, exist_ok=True)
            with self._making.open("x+b") as file:
                self._making.chmod(0o600)
                write_frame(frame, file)
                self._pages = map_pages(file)
            last = frame.select(pl.col("version_id").max()).item()
            self._ending = f"-{frame.height}-{last}"
            return from_pages(self._pages)
        return shelve(frame, self._home)

    def keep(self, stamp: str | None) -> None:
        """Let `read_standing` find it under the stamp that `find_stamp` gives, once the book holds it.

        Nothing is kept of what does not fit the stamp: PostgreSQL alone knows the numbers of the versions that begin.
        """
        if stamp is None or self._pages is None or not stamp.endswith(self._ending):
            return
        path = self._folder / f"{stamp}-{hashlib.sha256(self._pages).hexdigest()}.arrow"
        with suppress(OSError):
            others = [other for other in self._folder.iterdir() if other not in (path, self._making)]
            self._making.replace(path)
            for other in others:
                other.unlink(missing_ok=True)
