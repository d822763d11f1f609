"""Text that is compressed and measured while it is written."""

from __future__ import annotations

import hashlib
from pathlib import Path
from types import TracebackType

from isal import isal_zlib

from exporters.manifest import Measure

_LEVEL = 2
"""Levels 0 to 3 of isal differ by a third in size and by little in time; 2 is the library's own default."""
_GZIP = 31
"""zlib's way of asking for a gzip header, which then carries neither name nor time: same rows, same bytes."""


class Packed:
    """A gzip file to write to, and the measure of what went into it."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")
        self._deflate = isal_zlib.compressobj(_LEVEL, isal_zlib.DEFLATED, _GZIP)
        self._digest = hashlib.sha256()
        self._size = 0

    def __enter__(self) -> Packed:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with self._file:
            if error is None:
                self._file.write(self._deflate.flush())

    @property
    def plain(self) -> Measure:
        """Size and hash of everything written."""
        return Measure(bytes=self._size, sha256=self._digest.hexdigest())

    def write(self, block: bytes) -> None:
        """Add a block."""
        self._digest.update(block)
        self._size += len(block)
        self._file.write(self._deflate.compress(block))
