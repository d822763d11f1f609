"""Text that is compressed, in every coding that it is kept in, and measured while it is written."""

from __future__ import annotations

import hashlib
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

import zstandard
from isal import isal_zlib

from exporters.manifest import GZIP, ZSTD, Measure

_LEVEL = 2
"""Levels 0 to 3 of isal differ by a third in size and by little in time; 2 is the library's own default."""
_GZIP = 31
"""zlib's way of asking for a gzip header, which then carries neither name nor time: same rows, same bytes."""
_ZSTD = zstandard.ZstdCompressionParameters.from_level(1, window_log=21, write_checksum=True)
"""Level 1 with the window of level 3: 2 GB/s, and two thirds of the size of the gzip file; level 3 takes twice the time
for files that are one hundredth smaller. The checksum makes a damaged file fail to unpack, as the one of gzip does."""


class Packed:
    """A gzip and a Zstandard file of the same text to write to, and the measure of what went into them."""

    def __init__(self, path: Path) -> None:
        """`path` is that of the text; the files have the suffix of their coding after it."""
        with ExitStack() as opened:
            self._gzip = opened.enter_context(path.with_name(path.name + GZIP).open("wb"))
            self._zstd = opened.enter_context(path.with_name(path.name + ZSTD).open("wb"))
            self._files = opened.pop_all()
        self._deflate = isal_zlib.compressobj(_LEVEL, isal_zlib.DEFLATED, _GZIP)
        self._squeeze = zstandard.ZstdCompressor(compression_params=_ZSTD).compressobj()
        self._digest = hashlib.sha256()
        self._size = 0

    def __enter__(self) -> Packed:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with self._files:
            if error is None:
                self._gzip.write(self._deflate.flush())
                self._zstd.write(self._squeeze.flush())

    @property
    def plain(self) -> Measure:
        """Size and hash of everything written."""
        return Measure(bytes=self._size, sha256=self._digest.hexdigest())

    def write(self, block: bytes) -> None:
        """Add a block."""
        self._digest.update(block)
        self._size += len(block)
        self._gzip.write(self._deflate.compress(block))
        self._zstd.write(self._squeeze.compress(block))
