"""What commands write files with, and which release they read."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from exemptions.release import Release
from exemptions.store import ReleaseStore


def choose_release(store: ReleaseStore, number: int | None, as_of: date | None) -> Release:
    """The release of a number, of a day, or the current one.

    Raises: NothingPublished, ReleaseNotFound, ReleaseWithdrawn, InvalidQuery.
    """
    if number is not None:
        return store.get(number)
    return store.as_of(as_of) if as_of is not None else store.current()


def write_whole(path: Path, chunks: Iterable[bytes]) -> None:
    """Write the chunks to `path` at once: a reader sees the old file or the whole new one."""
    handle, name = tempfile.mkstemp(dir=path.absolute().parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as sink:
            for chunk in chunks:
                sink.write(chunk)
            sink.flush()
            os.fsync(sink.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
