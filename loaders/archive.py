"""Looking into the packed containers, XLSX and ODS, before a spreadsheet reader opens them.

Nothing is unpacked to disk, no entity is expanded and no link is followed: entries are read as streams, in the order
and under the names that the archive's own directory gives.
"""

from __future__ import annotations

import lzma
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from xml.etree import ElementTree
from xml.parsers import expat

from loaders.limits import refuse_too_large, unpacked_allowed
from loaders.options import ReadingRefused
from loaders.rules import make_finding

MAX_ENTRIES = 10_000
_CHUNK_BYTES = 4 * 1024**2

DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    # What bzip2 raises for its own damage; an XML's unknown encoding, and a part that is not there.
    OSError,
    EOFError,
    LookupError,
    NotImplementedError,
    UnicodeDecodeError,
    ValueError,
    ElementTree.ParseError,
    expat.ExpatError,
)
"""What the parts of a damaged archive raise when they are read."""


@contextmanager
def open_archive(path: Path, *, max_bytes: int) -> Iterator[zipfile.ZipFile]:
    """The archive, once its directory has been looked through; whatever is found damaged in it later is refused too.

    Raises: ReadingRefused.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            _check_entries(archive, unpacked_allowed(path.stat().st_size, max_bytes))
            yield archive
    except DAMAGE as error:
        raise ReadingRefused(make_finding("archivo_danado", reason=type(error).__name__)) from error
    except RuntimeError as error:
        # zipfile raises it for an entry that needs a password.
        raise ReadingRefused(make_finding("libro_con_contrasena")) from error


def parse_xml(archive: zipfile.ZipFile, part: str) -> ElementTree.Element:
    """A small part of an archive as a tree."""
    check_xml(archive, part)
    # No document type came through the check, so there is no entity that could be expanded.
    return ElementTree.fromstring(archive.read(part))  # noqa: S314


def check_xml(archive: zipfile.ZipFile, part: str) -> None:
    """Refuse a part that is broken XML, which a spreadsheet reader passes over without a word."""
    for _ in iter_chunks(archive, part, xml_parser()):
        pass


def xml_parser() -> expat.XMLParserType:
    """A parser that refuses a document type: no spreadsheet program writes one, and entities need it.

    Source: ECMA-376 part 2 (document type declarations shall not be used in packages).
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = _refuse_doctype
    return parser


def iter_chunks(archive: zipfile.ZipFile, part: str, parser: expat.XMLParserType) -> Iterator[bytes]:
    """Yield a part in pieces, each after the parser has seen it."""
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            parser.Parse(chunk, False)
            yield chunk
        parser.Parse(b"", True)


def _refuse_doctype(name: str, _system: str | None, _public: str | None, _internal: bool) -> None:
    raise ReadingRefused(make_finding("xml_con_entidades", value=f"<!DOCTYPE {name}>"))


def _check_entries(archive: zipfile.ZipFile, allowed_bytes: int) -> None:
    entries = archive.infolist()
    refuse_too_large("partes / parts", len(entries), MAX_ENTRIES)
    refuse_too_large("bytes", sum(entry.file_size for entry in entries), allowed_bytes)
    names = [entry.filename for entry in entries]
    outside = next((name for name in names if _is_outside(name)), None)
    if outside is not None:
        raise ReadingRefused(make_finding("archivo_con_rutas", value=outside))
    # Readers differ in which of two they take, and in whether case matters.
    if len({name.casefold() for name in names}) != len(names):
        raise ReadingRefused(make_finding("archivo_danado", reason="duplicate entries"))


def _is_outside(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return name.startswith(("/", "\\")) or ".." in parts or ":" in parts[0]
