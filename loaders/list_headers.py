"""The header of a list to be matched: any column may be there, and none has to be.

A row that names no column of NITs or names is no header but the first line of the list, so that no line is lost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from exemptions.datasets import REGISTRY_COLUMNS
from exemptions.text import squash
from loaders.limits import refuse_many_columns
from loaders.options import Header

_MORE_HEADERS = {
    "nit": ("NIT PROVEEDOR", "NIT DEL PROVEEDOR", "NUMERO DE NIT", "NIT (tax number)", "TAX NUMBER", "TAX ID"),
    "name": (
        "PROVEEDOR", "NOMBRE DEL PROVEEDOR", "NOMBRE PROVEEDOR", "EMPRESA", "ENTIDAD", "DENOMINACION", "NOMBRES",
        "RAZON O DENOMINACION SOCIAL", "BUSINESS NAME", "COMPANY", "SUPPLIER", "ORGANIZATION",
    ),
}  # fmt: skip


_TITLE_ROWS = 20
"""Rows looked through for the header of a table."""


@cache
def _known_headers() -> Mapping[str, str]:
    """Squashed header → key. Made at first need: some take Polars, whose threads a reader's host must not start."""
    return {
        squash(text): column.key
        for column in REGISTRY_COLUMNS
        if column.key in _MORE_HEADERS
        for text in (column.header, column.key, *column.aliases, *_MORE_HEADERS[column.key])
    }


def list_key(header: str) -> str | None:
    """`nit` or `name` for a header of such a column."""
    return _known_headers().get(squash(header))


def find_list_header(rows: Sequence[Sequence[str]], column: str | None = None) -> Header:
    """The header of a list: the row that names a column of NITs or names, or `column`; titles may stand above it.

    A list of one column has no titles: there the first row that is not blank is looked at alone.
    Raises: ReadingRefused for too many columns.
    """
    width = max(map(len, rows), default=0)
    refuse_many_columns(width)
    if width > 1:
        for number, row in enumerate(rows[:_TITLE_ROWS], start=1):
            if _is_header(row, column):
                return _header(number, row)
    number = next((number for number, row in enumerate(rows, start=1) if any(cell.strip() for cell in row)), 1)
    names = rows[number - 1] if rows else []
    if _is_header(names, column):
        return _header(number, names)
    return _header(number - 1, [""] * len(names))


def name_list_columns(names: Sequence[str]) -> Header:
    """The header of a list whose container itself names its columns.

    Raises: ReadingRefused for too many columns.
    """
    refuse_many_columns(len(names))
    return _header(None, names)


def list_fitness(rows: Sequence[Sequence[str]], column: str | None = None) -> int:
    """How well a delimiter cuts a list: a known header first, then rows that are all alike, then the more columns.

    A list of one column is cut by none: commas within its names would make rows of different lengths.
    """
    if not rows:
        return 0
    width = len(rows[0])
    is_even = all(len(row) in (0, width) for row in rows)
    is_known = _is_header(rows[0], column)
    return 1_000_000 * is_known + 10_000 * is_even + width


def _is_header(row: Sequence[str], column: str | None) -> bool:
    wanted = squash(column) if column else None
    return any(list_key(cell) or (wanted and squash(cell) == wanted) for cell in row)


def _header(row: int | None, names: Sequence[str]) -> Header:
    return Header(row, tuple(name.strip() for name in names), tuple(f"c{place}" for place in range(len(names))))
