"""A release store that machines share: files at any address of `pyarrow.fs`, each of them there whole or not at all."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

import pyarrow as pa
from pyarrow import fs

from exemptions.disk import disk_full, is_disk_full
from exemptions.errors import StoreRefused, StoreUnreachable
from exporters.durable import make_folder, replace_file_from, sync

_BLOCK = 8 << 20
"""Of an object store every read is a request of its own."""


class Remote(Protocol):
    """What uploading to a store and copying from it need.

    Every method raises StoreUnreachable if the store does not answer.
    """

    def find(self, path: str, *, most: int) -> bytes | None:
        """The bytes of a small file; None if there is none. Raises: StoreRefused if it is longer than `most`."""
        ...

    def sizes(self, paths: Sequence[str]) -> list[int | None]:
        """The sizes of files in bytes; None for one that is not there."""
        ...

    def read(self, path: str, *, most: int) -> Iterator[bytes]:
        """The bytes of a file, at most one more than `most`. Raises: FileNotFoundError."""
        ...

    def put(self, path: str, blocks: Iterable[bytes]) -> None:
        """Write a file; a reader sees the one before or all of it."""
        ...

    def delete(self, path: str) -> None:
        """Delete a file, if it is there."""
        ...

    def has_folder(self, path: str) -> bool:
        """Whether anything lies below a folder."""
        ...

    def delete_folder(self, path: str) -> None:
        """Delete a folder with all that it holds."""
        ...


def open_remote(address: str) -> Remote:
    """The store at an address that the settings have let through.

    Raises: StoreUnreachable.
    """
    with _reaching():
        filesystem, root = fs.FileSystem.from_uri(address)
    if isinstance(filesystem, fs.LocalFileSystem):
        return FolderRemote(Path(root))
    return ObjectRemote(filesystem, root.rstrip("/"))


class ObjectRemote:
    """An object store, where a file appears when its last byte has arrived."""

    def __init__(self, filesystem: fs.FileSystem, root: str) -> None:
        self._filesystem = filesystem
        self._root = root

    def find(self, path: str, *, most: int) -> bytes | None:
        try:
            content = b"".join(self.read(path, most=most))
        except FileNotFoundError:
            return None
        return _bounded(path, content, most)

    def sizes(self, paths: Sequence[str]) -> list[int | None]:
        with _reaching():
            found = self._filesystem.get_file_info([self._at(path) for path in paths])
        return [info.size if info.type == fs.FileType.File else None for info in found]

    def read(self, path: str, *, most: int) -> Iterator[bytes]:
        left = most + 1
        with _reaching():
            # Unasked, it would unpack what is packed by the file's own name.
            source = self._filesystem.open_input_stream(self._at(path), compression=None)
        with source:
            while left > 0:
                with _reaching():
                    block: bytes = source.read(min(_BLOCK, left))
                if not block:
                    return
                left -= len(block)
                yield block

    def put(self, path: str, blocks: Iterable[bytes]) -> None:
        with _reaching():
            sink = self._filesystem.open_output_stream(self._at(path), compression=None)
        # Should the source fail, what has arrived is closed too: nothing names a file before it is known to be right.
        try:
            for block in blocks:
                with _reaching():
                    sink.write(block)
        finally:
            with _reaching():
                sink.close()

    def delete(self, path: str) -> None:
        with _reaching():
            if self._filesystem.get_file_info(self._at(path)).type == fs.FileType.File:
                self._filesystem.delete_file(self._at(path))

    def has_folder(self, path: str) -> bool:
        selector = fs.FileSelector(self._at(path), allow_not_found=True, recursive=True)
        with _reaching():
            return any(info.type == fs.FileType.File for info in self._filesystem.get_file_info(selector))

    def delete_folder(self, path: str) -> None:
        with _reaching():
            self._filesystem.delete_dir(self._at(path))

    def _at(self, path: str) -> str:
        return f"{self._root}/{path}"


class FolderRemote:
    """A folder, such as one that several machines have mounted; what is put there is brought to the disk."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def find(self, path: str, *, most: int) -> bytes | None:
        try:
            content = b"".join(self.read(path, most=most))
        except FileNotFoundError:
            self._require_root()
            return None
        return _bounded(path, content, most)

    def sizes(self, paths: Sequence[str]) -> list[int | None]:
        found = [self._root / path for path in paths]
        with _reaching():
            return [path.stat().st_size if path.is_file() else None for path in found]

    def read(self, path: str, *, most: int) -> Iterator[bytes]:
        left = most + 1
        with _reaching():
            source = self._open(path)
        with source:
            while left > 0:
                with _reaching():
                    block = source.read(min(_BLOCK, left))
                if not block:
                    return
                left -= len(block)
                yield block

    def put(self, path: str, blocks: Iterable[bytes]) -> None:
        target = self._root / path
        self._require_root()
        with _reaching():
            make_folder(target.parent)
            replace_file_from(target, blocks)

    def delete(self, path: str) -> None:
        with _reaching():
            (self._root / path).unlink(missing_ok=True)

    def has_folder(self, path: str) -> bool:
        with _reaching():
            return (self._root / path).is_dir()

    def delete_folder(self, path: str) -> None:
        with _reaching():
            shutil.rmtree(self._root / path)
            sync(self._root)

    def _open(self, path: str) -> BinaryIO:
        """A file of the folder. Nobody who can write there leads us elsewhere, or has us wait for a pipe to be filled.

        Raises: StoreRefused, OSError.
        """
        place = self._root / path
        # Only a pipe knows the flag: it would wait for who writes.
        handle = os.open(place, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        if stat.S_ISREG(os.fstat(handle).st_mode) and place.resolve() == self._root.resolve() / path:
            return os.fdopen(handle, "rb")
        os.close(handle)
        raise StoreRefused(
            f"{path}, en el almacén, no es un archivo suyo sino un enlace o un aparato.",
            f"{path}, in the store, is no file of its own but a link or a device.",
        )

    def _require_root(self) -> None:
        """A folder that is not mounted must not look like a store in which nothing was published."""
        if not self._root.is_dir():
            raise _unreachable(f"{self._root}")


@contextmanager
def _reaching() -> Iterator[None]:
    """Tell what a store answers in our words; that a file is missing stays what it is."""
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        if is_disk_full(error):
            raise disk_full() from error
        raise _unreachable(_first_line(error)) from error
    except pa.ArrowException as error:
        raise _unreachable(_first_line(error)) from error


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def _unreachable(why: str) -> StoreUnreachable:
    return StoreUnreachable(
        f"El almacén de publicaciones no responde: {why}", f"The release store does not answer: {why}"
    )


def _bounded(path: str, content: bytes, most: int) -> bytes:
    if len(content) > most:
        raise StoreRefused(
            f"{path}, en el almacén, es más largo de lo que puede ser.",
            f"{path}, in the store, is longer than it can be.",
        )
    return content
