"""Files that staff have sent and that wait for their job: each under a name of our own, readable by its owner alone.

What the sender calls a file is told beside it and never becomes part of a path.
"""

from __future__ import annotations

import os
import re
import secrets
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import IO, BinaryIO, cast

from exemptions.errors import FileRefused
from loaders.uploads import sync_folder

_FOLDER = Path("uploads") / "incoming"
_NAME = re.compile(r"[0-9a-f]{32}")
_RECEIVING = ".receiving-"
_CHUNK_BYTES = 4 * 1024**2


def open_incoming(home: Path) -> BinaryIO:
    """A file for what is being received, among those that wait; unless it is kept, it is gone when it is closed."""
    return cast(BinaryIO, tempfile.NamedTemporaryFile(dir=_make_folder(home), prefix=_RECEIVING))


def keep_incoming(home: Path, source: IO[bytes], *, limit_bytes: int, announced_bytes: int | None = None) -> str:
    """Keep what a stream holds and bring it to the disk; gives its path relative to the home.

    What `open_incoming` gave is kept as it lies there, everything else is copied. With `announced_bytes` a stream that
    ends before them, as one whose sender died does, is refused: half a file reads like a file with fewer records.
    Raises: FileRefused if it is empty, incomplete or larger than the limit; OSError on a full disk. Then nothing is
    kept.
    """
    folder = _make_folder(home)
    path = folder / secrets.token_hex(16)
    try:
        if _is_received(source, folder):
            _link(source, path, limit_bytes)
        else:
            _copy(source, path, limit_bytes)
        if announced_bytes is not None:
            _check_whole(path.stat().st_size, announced_bytes)
        sync_folder(folder)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return str(path.relative_to(home))


def resolve_incoming(home: Path, relative: str) -> Path:
    """The file that `keep_incoming` gave that path.

    Raises: FileRefused if it is gone, or is no path of ours.
    """
    path = home / relative
    if path.parent != home / _FOLDER or not _NAME.fullmatch(path.name) or not path.is_file():
        raise FileRefused(
            "El archivo enviado ya no está; cárguelo de nuevo.", "The file that was sent is gone; send it again."
        )
    return path


def drop_incoming(home: Path, relative: str) -> None:
    """Remove a file that no job needs any more."""
    path = home / relative
    if path.parent == home / _FOLDER and _NAME.fullmatch(path.name):
        path.unlink(missing_ok=True)


def sweep_incoming(home: Path, *, needed: Iterable[str], before: float) -> None:
    """Remove files that no job asks for, left by a process that died between keeping one and entering its job.

    `before` is the time of the youngest that may go, in seconds of the epoch: one that just came has no job yet.
    """
    kept = {home / relative for relative in needed}
    folder = home / _FOLDER
    for path in folder.iterdir() if folder.is_dir() else ():
        if path not in kept and path.stat().st_mtime < before:
            path.unlink(missing_ok=True)


def _make_folder(home: Path) -> Path:
    folder = home / _FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _is_received(source: IO[bytes], folder: Path) -> bool:
    name = getattr(source, "name", None)
    return isinstance(name, str) and Path(name).parent == folder and Path(name).name.startswith(_RECEIVING)


def _link(source: IO[bytes], path: Path, limit_bytes: int) -> None:
    source.flush()
    os.fsync(source.fileno())
    _check_size(os.fstat(source.fileno()).st_size, limit_bytes)
    os.link(source.name, path)


def _copy(source: IO[bytes], path: Path, limit_bytes: int) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    size = 0
    with open(handle, "wb") as copy:
        while chunk := source.read(_CHUNK_BYTES):
            size += len(chunk)
            _check_size(size, limit_bytes)
            copy.write(chunk)
        copy.flush()
        os.fsync(copy.fileno())
    _check_size(size, limit_bytes)


def _check_size(size: int, limit_bytes: int) -> None:
    if size > limit_bytes:
        raise FileRefused(
            f"El archivo pasa de {limit_bytes:,} bytes, lo más que se admite (EXEMPTIONS_MAX_UPLOAD_BYTES).",
            f"The file is over {limit_bytes:,} bytes, the most that is allowed (EXEMPTIONS_MAX_UPLOAD_BYTES).",
        )
    if not size:
        raise FileRefused("El archivo está vacío: no tiene ni un byte.", "The file is empty: it has not one byte.")


def _check_whole(size: int, announced: int) -> None:
    if size != announced:
        raise FileRefused(
            f"El envío se cortó: llegaron {size:,} de {announced:,} bytes. Envíelo otra vez.",
            f"The delivery was cut short: {size:,} of {announced:,} bytes came. Send it again.",
        )
