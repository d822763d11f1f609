"""Telling a full or failing disk from other failures, whoever noticed it."""

from __future__ import annotations

import errno
import shutil
import sqlite3

from sqlalchemy.exc import DBAPIError

from exemptions.errors import DiskFailed, DiskFull

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_FAILING = (errno.EIO, errno.ENXIO, errno.EROFS, errno.ESTALE)
_SQLITE_FULL = ("SQLITE_FULL",)
_SQLITE_FAILING = ("SQLITE_IOERR", "SQLITE_READONLY", "SQLITE_CANTOPEN")
"""What SQLite answers when it cannot write; of a limit on the size of files it says the first."""
_POSTGRESQL = "53100"
"""SQLSTATE disk_full."""
_POSTGRESQL_FAILING = "58030"
"""SQLSTATE io_error."""


def is_disk_full(error: BaseException) -> bool:
    """Whether the failure is that nothing more can be written."""
    return _is_one_of(error, _FULL, _SQLITE_FULL, _POSTGRESQL)


def find_disk_error(error: BaseException) -> DiskFull | None:
    """What a failure says of the disk: that it is full, or that it fails; None if it says something else."""
    if is_disk_full(error):
        return disk_full()
    if _is_one_of(error, _FAILING, _SQLITE_FAILING, _POSTGRESQL_FAILING):
        return DiskFailed(
            "El disco no deja leer o escribir: falla, o está lleno. Lo publicado sigue como estaba; revise el disco y "
            "repita la orden.",
            "The disk cannot be read or written: it fails, or it is full. What is published stays as it was; look at "
            "the disk and repeat the command.",
        )
    return None


def disk_full() -> DiskFull:
    """The error that says so."""
    return DiskFull(
        "No se puede escribir más en el disco: está lleno. Lo publicado sigue como estaba; libere espacio y repita la "
        "orden.",
        "Nothing more can be written to the disk: it is full. What is published stays as it was; free some space and "
        "repeat the command.",
    )


def _is_one_of(error: BaseException, numbers: tuple[int, ...], sqlite: tuple[str, ...], sqlstate: str) -> bool:
    cause = error.orig if isinstance(error, DBAPIError) else error
    # Moving frames in bulk speaks to the driver itself, whose errors come as they are.
    if isinstance(cause, sqlite3.Error) or hasattr(cause, "sqlstate"):
        name = getattr(cause, "sqlite_errorname", "") or ""
        return name.startswith(sqlite) or getattr(cause, "sqlstate", None) == sqlstate
    if isinstance(error, OSError) and not isinstance(error, shutil.Error) and error.errno is not None:
        return error.errno in numbers
    # Copying a tree gathers its errors as texts, and libraries that are not Python's keep the number in theirs.
    return any(f"{mark} {number}{end}" in str(error).lower() for number in numbers for mark, end in _TEXTS)


_TEXTS = (("errno", "]"), ("os error", ")"), ("os { code:", ","))
