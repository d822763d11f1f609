"""Keeping what was sent: each upload once, under the name of its hash, on disk before the book speaks of it."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from exemptions.errors import FileRefused

_CHUNK_BYTES = 4 * 1024**2


def hash_file(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def keep_upload(path: Path, home: Path, *, sha256: str) -> Path:
    """The copy of an upload in the home, made and synced unless it is there already.

    Raises: FileRefused if the file is no longer the one that was hashed.
    """
    kept = home / "uploads" / sha256
    if kept.is_file() and hash_file(kept) == sha256:
        return kept
    with synced_file(kept) as copy, path.open("rb") as source:
        digest = hashlib.sha256()
        while chunk := source.read(_CHUNK_BYTES):
            copy.write(chunk)
            digest.update(chunk)
        if digest.hexdigest() != sha256:
            raise FileRefused(
                "El archivo cambió mientras se leía; cárguelo de nuevo cuando esté completo.",
                "The file changed while it was read; load it again when it is complete.",
            )
    return kept


@contextmanager
def synced_file(path: Path) -> Iterator[BinaryIO]:
    """A file to write that appears under its name whole and synced, readable by its owner alone, or not at all."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".", suffix=".part", dir=path.parent)
    try:
        with open(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
        sync_folder(path.parent)
    finally:
        Path(name).unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
