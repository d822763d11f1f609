"""Encodings are declared and strict; what does not fit is named by byte and line."""

import codecs

import pytest

from loaders import decode
from loaders.decode import decode_to_utf8
from loaders.options import ReadingRefused

TEXT = "NIT,NOMBRE\n1,ÑANDÚ «K'ICHE'»\n2,“LUNA”\n"


@pytest.mark.parametrize(
    ("encoding", "data"),
    [
        ("utf-8", TEXT.encode()),
        ("UTF_8", TEXT.encode()),
        ("utf-8", codecs.BOM_UTF8 + TEXT.encode()),
        ("windows-1252", TEXT.encode("cp1252")),
        ("cp1252", TEXT.encode("cp1252")),
        ("utf-16", TEXT.encode("utf-16")),
        ("utf-16-le", TEXT.encode("utf-16-le")),
        ("utf-16-be", codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be")),
    ],
)
@pytest.mark.parametrize("chunk", [7, 16 * 1024**2])
def test_decode__gives_the_same_text_from_every_encoding(
    encoding: str, data: bytes, chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decode, "_CHUNK_BYTES", chunk)
    assert decode_to_utf8(data, encoding).decode() == TEXT


@pytest.mark.parametrize("chunk", [1, 7, 16 * 1024**2])
@pytest.mark.parametrize(
    ("encoding", "data", "offset", "line"),
    [
        ("utf-8", b"NIT\n1\n2,\xd1ANDU\n", 8, 3),
        ("utf-8", codecs.BOM_UTF8 + b"NIT\n1\n2,\xd1ANDU\n", 11, 3),
        ("utf-8", "NIT\nÑ".encode()[:-1], 4, 2),
        ("utf-8", TEXT.encode() + b"\xff", len(TEXT.encode()), 4),
        ("windows-1252", b"NIT\n1\n2,\x81\n", 8, 3),
        ("utf-16-le", "NIT\n1".encode("utf-16-le") + b"\x00", 10, 2),
        ("utf-16", b"NIT;NOMBRE\r\n", 0, 1),
        ("utf-16", "NIT\n1".encode("utf-16-be"), 0, 1),
        ("utf-16-be", "NIT\n1".encode("utf-16-le"), 0, 1),
        ("windows-1252", "NIT\r\n1\r2\n3,ÑANDÚ".encode(), 11, 4),
        ("latin-1", "NIT,AÑO".encode(), 5, 1),
        ("utf-8", b"NIT\r1\r2,\xd1\r", 8, 3),
        ("utf-8", b"NIT\r\n1\r\n2,\xd1", 10, 3),
    ],
)
def test_decode__names_the_byte_and_the_line_that_do_not_fit(
    encoding: str, data: bytes, offset: int, line: int, chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decode, "_CHUNK_BYTES", chunk)
    with pytest.raises(ReadingRefused) as refused:
        decode_to_utf8(data, encoding)
    (finding,) = refused.value.findings
    assert finding.rule == "codificacion_incorrecta"
    assert finding.detail == {"encoding": encoding, "offset": offset, "line": line}


@pytest.mark.parametrize(
    ("encoding", "data"),
    [
        ("utf-8", TEXT.encode("utf-16")),
        ("windows-1252", codecs.BOM_UTF8 + b"NIT"),
        ("utf-16", codecs.BOM_UTF8 + b"NIT"),
    ],
)
def test_decode__a_byte_order_mark_that_says_otherwise_is_refused(encoding: str, data: bytes) -> None:
    with pytest.raises(ReadingRefused) as refused:
        decode_to_utf8(data, encoding)
    assert [finding.rule for finding in refused.value.findings] == ["codificacion_incorrecta"]


def test_decode__an_unknown_encoding_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ReadingRefused) as refused:
        decode_to_utf8(b"NIT", "ebcdic")
    (finding,) = refused.value.findings
    assert (finding.rule, finding.value) == ("codificacion_desconocida", "ebcdic")
    assert "windows-1252" in finding.detail["allowed"]
