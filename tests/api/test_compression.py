"""Packing answers, and cutting a stream that fails."""

import gzip
import logging
from collections.abc import Iterator

import pytest
import zstandard

from api.compression import StreamFailed, compress, compress_stream, guard_stream
from api.negotiation import Coding

TEXT = b"exenci\xc3\xb3n,monto\r\n" * 10_000


class PanicException(BaseException):
    """What compiled libraries raise when they panic: no `Exception`."""


def unpack(content: bytes, coding: Coding) -> bytes:
    match coding:
        case Coding.GZIP:
            return gzip.decompress(content)
        case Coding.ZSTD:
            return zstandard.ZstdDecompressor().decompressobj().decompress(content)
        case Coding.IDENTITY:
            return content


@pytest.mark.parametrize("coding", list(Coding))
def test_compress__gives_the_text_back(coding: Coding) -> None:
    chunks = [TEXT[:10], b"", TEXT[10:]]
    assert unpack(compress(TEXT, coding), coding) == TEXT
    assert unpack(b"".join(compress_stream(chunks, coding)), coding) == TEXT


@pytest.mark.parametrize("coding", [Coding.GZIP, Coding.ZSTD])
def test_compress__the_same_text_gives_the_same_bytes(coding: Coding) -> None:
    assert compress(TEXT, coding) == compress(TEXT, coding)
    assert len(compress(TEXT, coding)) < len(TEXT) / 20


@pytest.mark.parametrize("failure", [OSError("the disk is gone"), PanicException("index out of bounds")])
def test_guard_stream__cuts_a_failing_stream_without_a_word_in_it(
    failure: BaseException, caplog: pytest.LogCaptureFixture
) -> None:
    def failing() -> Iterator[bytes]:
        yield b"first"
        yield b""
        raise failure

    received: list[bytes] = []
    with caplog.at_level(logging.ERROR, "registry.streams"), pytest.raises(StreamFailed):
        received.extend(guard_stream(failing(), request_id="abcdefgh"))
    assert received == [b"first"]
    assert "abcdefgh" in caplog.text


def test_guard_stream__closes_its_source_when_the_client_leaves() -> None:
    closed: list[bool] = []

    def source() -> Iterator[bytes]:
        try:
            while True:
                yield b"more"
        finally:
            closed.append(True)

    stream = guard_stream(source(), request_id="abcdefgh")
    assert next(stream) == b"more"
    stream.close()  # type: ignore[attr-defined]
    assert closed == [True]
