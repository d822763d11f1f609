"""What a typed cell holds, as the text that a person would have typed: one form for every container."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

Cell = str | float | int | bool | date | datetime | time | timedelta

_EXACT = 10**15
"""Whole numbers from here on are rounded where numbers are binary: a spreadsheet keeps fifteen digits."""

_WHOLE = re.compile(r"(-?)0*([0-9]+)(?:\.0*)?\Z")
_DECIMAL = re.compile(r"-?[0-9]+\.[0-9]+\Z")
_SHORTEST_EXPONENT = re.compile(r"-?[0-9]+(?:\.[0-9]{1,15})?[eE][+-]?[0-9]{1,2}\Z")


def cell_text(cell: Cell) -> str:
    """What a cell holds, as text that loses nothing: dates in ISO, whole numbers without a decimal point.

    A number of more than fifteen digits was rounded by the spreadsheet; scientific notation shows that.
    """
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return boolean_text(cell)
    if isinstance(cell, datetime):
        midnight = cell.time() == time()
        return cell.date().isoformat() if midnight else cell.isoformat(sep=" ", timespec="seconds")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, int):
        return str(cell) if abs(cell) < _EXACT else f"{cell:.15E}"
    if isinstance(cell, float):
        return _number_text(cell)
    return str(cell)


def boolean_text(cell: bool) -> str:
    """A logical value as the spreadsheet shows it."""
    return "VERDADERO" if cell else "FALSO"


def literal_text(literal: str) -> str:
    """A number as it is written in JSON, in the form that the same number has in a sheet.

    Whoever wrote it may have rounded it to binary, so whole numbers of more than fifteen digits are shown in scientific
    notation, as those of a sheet are. A literal that no sheet could hold stays as it is, for the rules to refuse.
    """
    whole = _WHOLE.match(literal)
    if whole is not None:
        sign, digits = whole.groups()
        short = len(digits) <= len(str(_EXACT)) - 1
        return f"{sign}{digits}" if short else f"{sign}{digits[0]}.{digits[1:16]:0<15}E+{len(digits) - 1}"
    if _DECIMAL.match(literal) is None and _SHORTEST_EXPONENT.match(literal) is not None:
        return _number_text(float(literal))
    return literal


def _number_text(number: float) -> str:
    if abs(number) >= _EXACT:
        return f"{number:.15E}"
    # Fifteen significant digits are what the spreadsheet shows; the rest is how a binary number ends.
    return str(int(number)) if number.is_integer() else format(number, ".15g")
