"""Compressing answers, whole or while they are made."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator

import zstandard
from isal import igzip, isal_zlib

from api.metrics import count_cut_stream
from api.negotiation import Coding

# isal's level 1 packs about 1 GB/s, Zstandard's level 3 as much at half the size; more costs more than it saves.
_GZIP_LEVEL = 1
_ZSTD_LEVEL = 3
_GZIP_FORMAT = 31
"""`wbits` of zlib for the gzip format with the largest window."""

_LOG = logging.getLogger("registry.streams")


def compress(body: bytes, coding: Coding) -> bytes:
    """`body` in `coding`; the same bytes for the same body at any time."""
    match coding:
        case Coding.GZIP:
            return igzip.compress(body, _GZIP_LEVEL, mtime=0)
        case Coding.ZSTD:
            return zstandard.ZstdCompressor(level=_ZSTD_LEVEL).compress(body)
        case Coding.IDENTITY:
            return body


def compress_stream(chunks: Iterable[bytes], coding: Coding) -> Iterator[bytes]:
    """Yield the chunks in `coding`, with what each one gives as soon as it is there."""
    match coding:
        case Coding.IDENTITY:
            yield from chunks
        case Coding.GZIP:
            packer = isal_zlib.compressobj(_GZIP_LEVEL, isal_zlib.DEFLATED, _GZIP_FORMAT)
            for chunk in chunks:
                yield packer.compress(chunk)
            yield packer.flush()
        case Coding.ZSTD:
            zstd = zstandard.ZstdCompressor(level=_ZSTD_LEVEL).compressobj()
            for chunk in chunks:
                yield zstd.compress(chunk)
            yield zstd.flush()


class StreamFailed(Exception):
    """A streamed answer cannot be finished; raising it makes the server cut the transfer."""


def guard_stream(chunks: Iterator[bytes], *, request_id: str) -> Iterator[bytes]:
    """Yield the chunks that are not empty; a failure is logged, counted and raised, never written into the answer.

    A client that got a cut transfer knows that its file is broken; a client that got an error's text at the end of its
    file does not.
    Raises: StreamFailed, also for panics of compiled libraries: they are no `Exception` and would end the thread.
    """
    try:
        for chunk in chunks:
            if chunk:
                yield chunk
    except GeneratorExit:
        raise
    except BaseException as failure:
        count_cut_stream()
        _LOG.error("stream of request %s was cut", request_id, exc_info=failure)
        raise StreamFailed(request_id) from failure
    finally:
        close = getattr(chunks, "close", None)
        if close is not None:
            close()
