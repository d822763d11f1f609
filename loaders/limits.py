"""How much of a file is let through to the readers, whatever its container: columns, cells, lengths, unpacked bytes.

A container that repeats or compresses can ask for gigabytes with a kilobyte, so what may come out grows with what came
in. The limits of the whole reader, memory and time, stand behind these (`loaders.isolation`).
"""

from __future__ import annotations

from loaders.options import ReadingRefused
from loaders.rules import make_finding

MAX_COLUMNS = 256
MAX_ROWS = 1_048_576
"""Of a sheet: what a spreadsheet can hold."""

MAX_CELLS = 64_000_000
_FREE_CELLS = 5_000_000
_CELLS_PER_BYTE = 4
"""A packed cell takes a quarter of a byte or more: two million compressed records of 21 columns took two bytes each."""

MAX_CELL_CHARACTERS = 32_767
"""What one cell of a spreadsheet can hold; no column of ours comes near."""

MAX_LINE_BYTES = 4 * 1024**2
"""Of a text file: 21 cells of `MAX_CELL_CHARACTERS` letters of two bytes are a third of it."""

_FREE_BYTES = 256 * 1024**2
_UNPACKED_PER_BYTE = 40
"""The XML of sheets packs to a tenth, of monotonous ones to a thirtieth; a bomb packs to a thousandth."""


def cells_allowed(size_bytes: int) -> int:
    """How many cells, empty ones between others included, a packed file of that size may unfold to."""
    return min(MAX_CELLS, _FREE_CELLS + _CELLS_PER_BYTE * size_bytes)


def unpacked_allowed(size_bytes: int, max_bytes: int) -> int:
    """How many bytes an archive of that size may unpack to."""
    return min(max_bytes, _FREE_BYTES + _UNPACKED_PER_BYTE * size_bytes)


def refuse_too_large(what: str, found: int, limit: int) -> None:
    """Refuse a container that unfolds to more than is let through; `what` names the measure in both languages.

    Raises: ReadingRefused if `found` is over `limit`.
    """
    if found > limit:
        raise ReadingRefused(make_finding("libro_demasiado_grande", what=what, found=found, limit=limit))


def refuse_many_columns(found: int) -> None:
    """Refuse a table of more columns than any dataset could have.

    Raises: ReadingRefused.
    """
    if found > MAX_COLUMNS:
        raise ReadingRefused(make_finding("columnas_demasiadas", found=found, limit=MAX_COLUMNS))
