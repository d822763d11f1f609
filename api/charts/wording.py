"""Figures as they stand in a picture and its table, and how much room a text takes."""

from __future__ import annotations

from decimal import Decimal

from api.charts.chart import Cell, Chart, Unit
from api.formatting import MILLION, NO_BREAK, format_count, format_money, format_percent, format_tax_number

_HIDDEN = Decimal("0.05")
"""Millions below this would be written as nothing."""
_NARROW = frozenset("iljtfrI.,:;'!|()[] \u00a0")
_BROAD = frozenset("mwMW@%—")


def cell_text(cell: Cell, unit: Unit, missing: str) -> str:
    """A value exactly, as people write it."""
    if cell is None:
        return missing
    match unit:
        case Unit.COUNT:
            return format_count(int(cell))
        case Unit.MONEY:
            return format_money(Decimal(cell))
        case Unit.SHARE:
            return format_percent(Decimal(cell))
        case Unit.NIT:
            return format_tax_number(str(cell))
        case Unit.CODE | Unit.NAME | Unit.YEAR:
            return str(cell)


def scale_of(chart: Chart) -> int:
    """What the drawn values are divided by: a million for large sums of money, else one."""
    places = [place for place in chart.value_places if chart.columns[place].unit is Unit.MONEY]
    largest = max((abs(Decimal(row[p] or 0)) for row in chart.rows for p in places), default=Decimal(0))
    return int(MILLION) if largest >= MILLION else 1


def drawn_text(cell: Cell, unit: Unit, scale: int) -> str:
    """A value as it is written beside its mark: sums in the unit of the picture, with one decimal when in millions.

    A sum that the decimal would hide is written in quetzales.
    """
    if cell is None:
        return ""
    if unit is not Unit.MONEY:
        return cell_text(cell, unit, "")
    value = Decimal(cell) / scale
    sign = "−" if value < 0 else ""
    if scale == 1:
        return f"{sign}Q{NO_BREAK}{abs(value):,.0f}" if value == int(value) else format_money(value)
    if value and abs(value) < _HIDDEN:
        return format_money(Decimal(cell))
    return f"{sign}Q{NO_BREAK}{abs(value):,.1f}"


def text_width(text: str, size: float) -> float:
    """About how many pixels a text takes in a broad sans-serif face such as DejaVu Sans or Verdana, so that what has
    room in it has room in every other."""
    return size * sum(_width(sign) for sign in text)


def _width(sign: str) -> float:
    if sign in _NARROW:
        return 0.39
    if sign in _BROAD:
        return 1.0
    return 0.76 if sign.isupper() else 0.64


def wrap_text(text: str, width: float, size: float, *, lines: int) -> list[str]:
    """The text in at most so many lines of at most that width; what does not fit ends in an ellipsis."""
    wrapped: list[str] = []
    line = ""
    words = text.split(" ")
    for place, word in enumerate(words):
        longer = f"{line} {word}" if line else word
        if text_width(longer, size) <= width or not line:
            line = longer
            continue
        if len(wrapped) + 1 == lines:
            return [*wrapped, _shorten(" ".join([line, *words[place:]]), width, size)]
        wrapped.append(line)
        line = word
    return [*wrapped, _shorten(line, width, size)]


def _shorten(line: str, width: float, size: float) -> str:
    if text_width(line, size) <= width:
        return line
    while line and text_width(f"{line}…", size) > width:
        line = line[:-1]
    return f"{line.rstrip()}…"
