"""From bytes to UTF-8 text, strictly: the encoding is declared, and what does not fit it is named by byte and line."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping

from loaders.options import ReadingRefused
from loaders.rules import make_finding

ENCODINGS: Mapping[str, str] = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "windows-1252": "cp1252",
    "cp1252": "cp1252",
    "iso-8859-1": "latin-1",
    "latin-1": "latin-1",
    "utf-16": "utf-16",
    "utf-16-le": "utf-16-le",
    "utf-16-be": "utf-16-be",
}
"""What may be declared → Python's codec."""

_SINGLE_BYTE = ("cp1252", "latin-1")
_NOT_ASCII = re.compile(rb"[\x80-\xff]")

_CHUNK_BYTES = 16 * 1024**2
"""Decoded at once: Python's text takes up to four bytes per character, so a whole upload would take gigabytes."""

_MARKS: Mapping[bytes, str] = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
"""Byte order marks: a mark at the start is the file's own declaration, which must agree with the person's."""


_SAMPLE_BYTES = 4096
"""Looked at to see whether unmarked UTF-16 has the declared order of bytes, and is UTF-16 at all."""


def find_codec(encoding: str) -> str | None:
    """Python's codec for an encoding as a person declares it; None for one that is not known."""
    return ENCODINGS.get(encoding.strip().lower().replace("_", "-"))


def is_utf8(encoding: str) -> bool:
    """Whether that is what holds when nothing is declared."""
    return find_codec(encoding) == "utf-8"


def count_lines(text: bytes) -> int:
    """How many line ends a text has, of any of the three kinds."""
    return text.count(b"\n") + text.count(b"\r") - text.count(b"\r\n")


def decode_to_utf8(data: bytes, encoding: str) -> bytes:
    """The same text in UTF-8, without a byte order mark.

    Raises: ReadingRefused naming the first byte that is not in the encoding, with its line.
    """
    codec = find_codec(encoding)
    if codec is None:
        allowed = ", ".join(sorted(ENCODINGS))
        raise ReadingRefused(make_finding("codificacion_desconocida", value=encoding, allowed=allowed))
    for mark, own in _MARKS.items():
        if data.startswith(mark) and not codec.startswith(own):
            raise _not_in(encoding, 0, 1)
    if codec == "utf-8":
        body = data.removeprefix(codecs.BOM_UTF8)
        _check_utf8(body, len(data) - len(body), encoding)
        return body
    if codec in _SINGLE_BYTE:
        _refuse_utf8(data, encoding)
    return _transcode(data, codec, encoding)


def _refuse_utf8(data: bytes, encoding: str) -> None:
    """Refuse UTF-8 that is declared as one byte a letter: every byte would fit, and every accent would be two signs."""
    first = _NOT_ASCII.search(data)
    if first is None:
        return
    try:
        codecs.utf_8_decode(data, "strict", True)
    except UnicodeDecodeError:
        return
    raise _not_in(encoding, first.start(), count_lines(data[: first.start()]) + 1)


def refuse_binary(text: bytes, end: int) -> None:
    """Refuse a file with a null character before `end`, the end of its header: it is not text at all.

    Raises: ReadingRefused.
    """
    offset = text.find(b"\0", 0, end)
    if offset >= 0:
        line = count_lines(text[:offset]) + 1
        raise ReadingRefused(make_finding("archivo_binario", offset=offset, line=line))


def _check_utf8(body: bytes, skipped: int, encoding: str) -> None:
    decoder = codecs.getincrementaldecoder("utf-8")()
    start = 0
    for start in range(0, len(body), _CHUNK_BYTES):
        pending = len(decoder.getstate()[0])
        chunk = body[start : start + _CHUNK_BYTES]
        try:
            decoder.decode(chunk, final=start + _CHUNK_BYTES >= len(body))
        except UnicodeDecodeError as error:
            offset = start - pending + error.start
            raise _not_in(encoding, offset + skipped, count_lines(body[:offset]) + 1) from error


def _transcode(data: bytes, codec: str, encoding: str) -> bytes:
    codec, skipped = _byte_order(data, codec)
    if skipped == 0 and codec.startswith("utf-16") and not _has_ascii(data, codec):
        raise _not_in(encoding, 0, 1)
    decoder = codecs.getincrementaldecoder(codec)()
    parts: list[bytes] = []
    for start in range(skipped, len(data), _CHUNK_BYTES):
        pending = len(decoder.getstate()[0])
        try:
            text = decoder.decode(data[start : start + _CHUNK_BYTES], final=start + _CHUNK_BYTES >= len(data))
        except UnicodeDecodeError as error:
            begin = start - pending
            before = data[begin : begin + error.start].decode(codec, errors="ignore").encode()
            line = count_lines(b"".join((*parts, before))) + 1
            raise _not_in(encoding, begin + error.start, line) from error
        parts.append(text.encode())
    return b"".join(parts)


def _byte_order(data: bytes, codec: str) -> tuple[str, int]:
    """The codec without the question of byte order, and the length of the mark that answered it."""
    if not codec.startswith("utf-16"):
        return codec, 0
    for mark, own in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if data.startswith(mark):
            return own, len(mark)
    # Without a mark the standard says big-endian, but programs that write none write little-endian.
    return ("utf-16-le" if codec == "utf-16" else codec), 0


def _has_ascii(data: bytes, codec: str) -> bool:
    """Whether the start of a text has a single ASCII sign in it: with the bytes the wrong way round it has none."""
    sample = data[:_SAMPLE_BYTES].decode(codec, errors="ignore")
    return any(sign.isascii() and sign != "\0" for sign in sample)


def _not_in(encoding: str, offset: int, line: int) -> ReadingRefused:
    return ReadingRefused(make_finding("codificacion_incorrecta", encoding=encoding, offset=offset, line=line))
