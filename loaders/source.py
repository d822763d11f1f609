"""Telling what kind of file was sent, and reading it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from loaders.delimited import read_delimited
from loaders.options import ReadingRefused, ReadOptions, SourceTable
from loaders.rules import make_finding
from loaders.sheets import read_sheet

_ZIP = b"PK\x03\x04"
_FOREIGN: Mapping[bytes, str] = {
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "Excel 97–2003 (.xls) / .xlsx + password",
    b"%PDF": "PDF",
    b"\x1f\x8b": "gzip",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"Rar!": "RAR",
    b"PAR1": "Parquet",
    b"ARROW1": "Arrow",
    b"SQLite format 3": "SQLite",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"{\\rtf": "RTF",
    b"<?xml": "XML",
    b"<!DOCTYPE html": "HTML",
    b"<html": "HTML",
    b"{": "JSON",
    b"[": "JSON",
}
"""First bytes → what kind of file that is; none of them can begin a header."""


def read_source(path: Path, options: ReadOptions, *, max_bytes: int) -> SourceTable:
    """The table that a file holds, as text. The kind of file is told by its first bytes, not by its name.

    Raises: ReadingRefused.
    """
    with path.open("rb") as file:
        start = file.read(16)
    if start.startswith(_ZIP):
        return read_sheet(path, options, max_bytes=max_bytes)
    for signature, kind in _FOREIGN.items():
        if start.startswith(signature):
            raise ReadingRefused(make_finding("formato_no_admitido", kind=kind))
    return read_delimited(path.read_bytes(), options)
