"""Telling a full disk from other failures, whoever noticed it."""

from __future__ import annotations

import errno
import shutil

from sqlalchemy.exc import DBAPIError

from exemptions.errors import DiskFull

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
# Copying a tree gathers its errors as texts, and libraries that are not Python's keep the number in theirs.
_TEXTS = tuple(f"{mark} {number}" for number in _FULL for mark in ("Errno", "os error"))
_SQLITE = ("SQLITE_FULL", "SQLITE_IOERR")
"""What SQLite answers when it cannot write: of a limit on the size of files it says the second."""
_POSTGRESQL = "53100"
"""SQLSTATE disk_full."""


def is_disk_full(error: BaseException) -> bool:
    """Whether the failure is that nothing more can be written."""
    if isinstance(error, DBAPIError):
        name = getattr(error.orig, "sqlite_errorname", "")
        return name.startswith(_SQLITE) or getattr(error.orig, "sqlstate", None) == _POSTGRESQL
    if isinstance(error, OSError) and not isinstance(error, shutil.Error) and error.errno is not None:
        return error.errno in _FULL
    return isinstance(error, OSError) and any(text in str(error) for text in _TEXTS)


def disk_full() -> DiskFull:
    """The error that says so."""
    return DiskFull(
        "No se puede escribir más en el disco: está lleno. Lo publicado sigue como estaba; libere espacio y repita la "
        "orden.",
        "Nothing more can be written to the disk: it is full. What is published stays as it was; free some space and "
        "repeat the command.",
    )
