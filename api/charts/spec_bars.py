"""Horizontal bars: a name, a bar, and the value written at its end, so that no axis needs to be read."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from math import ceil
from typing import Any

from api.charts.chart import Chart, Unit
from api.charts.colours import INK, LINE, MAIN, REST
from api.charts.layout import (
    BOLDER,
    PIXELS,
    TEXT,
    UNIT_ROOM,
    Layer,
    Padding,
    Plot,
    Width,
    pixels,
    text_mark,
    unit_line,
    values,
)
from api.charts.wording import drawn_text, scale_of, text_width, wrap_text

_GAP = 8
_BAR = {Width.NARROW: 14, Width.WIDE: 18}
_NAMES_WIDEST = 270
"""Of the column of names in a wide picture; longer names take more lines."""
_LINES = 3


@dataclass(frozen=True, slots=True)
class _Bar:
    """One row as it is drawn: its lines of text, its value, and where it begins."""

    lines: list[str]
    value: Decimal | None
    text: str
    top: float
    colour: str


def draw_bars(chart: Chart, width: Width) -> Plot:
    """The bars of a chart, names above them on a phone and beside them elsewhere."""
    size, full = TEXT[width], PIXELS[width]
    names, figures = chart.place(Unit.NAME), chart.value_places[0]
    texts = [str(row[names]) for row in chart.rows]
    room = float(full)
    column = 0.0
    if width is Width.WIDE:
        column = min(max((text_width(text, size) for text in texts), default=0) + 2, _NAMES_WIDEST)
        room = full - column - 12
    scale = scale_of(chart)
    bars: list[_Bar] = []
    top = UNIT_ROOM
    for place, row in enumerate(chart.rows):
        lines = wrap_text(texts[place], column or full - 4, size, lines=_LINES)
        cell = row[figures]
        is_rest = chart.is_rest_last and place == len(chart.rows) - 1
        bars.append(
            _Bar(
                lines,
                None if cell is None else Decimal(cell),
                chart.missing if cell is None else drawn_text(cell, chart.columns[figures].unit, scale),
                top,
                (REST if is_rest else MAIN).light,
            )
        )
        top += _height(lines, size, width) + _GAP
    left = column + 12 if column else 0.0
    layers = [*_layers(bars, room, column, size, width), unit_line(chart, width, left=-left)]
    return Plot(room, ceil(top - _GAP + 4), Padding(left=left), layers)


def _height(lines: list[str], size: float, width: Width) -> float:
    words = len(lines) * (size + 3)
    return max(words, _BAR[width]) if width is Width.WIDE else words + 2 + _BAR[width]


def _layers(bars: list[_Bar], room: float, column: float, size: float, width: Width) -> list[Layer]:
    widest = max((text_width(bar.text, size) * BOLDER for bar in bars), default=0) + 8
    amounts = [bar.value for bar in bars if bar.value is not None]
    low, high = min([Decimal(0), *amounts]), max([Decimal(0), *amounts])
    domain = [float(low), float(high) if high > low else 1.0]
    scale = {"domain": domain, "range": [0, room - widest], "nice": False}
    across = {"type": "quantitative", "axis": None, "scale": scale}
    rows = [_row(bar, column, size, width) for bar in bars]
    drawn = [row for row in rows if row["value"] is not None]
    # Beside names the zero is drawn; below them it would cross them.
    axis: Layer = {
        "data": values([{"from": UNIT_ROOM, "to": rows[-1]["bar_bottom"] + 2 if rows else 0}]),
        "mark": {"type": "rule", "color": LINE.light, "strokeWidth": 1},
        "encoding": {"x": {"datum": 0, **across}, "y": pixels("from"), "y2": {"field": "to"}},
    }
    return [
        {
            "data": values(drawn),
            "mark": {"type": "rect"},
            "encoding": {
                "x": {"field": "value", **across},
                "x2": {"datum": 0},
                "y": pixels("bar_top"),
                "y2": {"field": "bar_bottom"},
                "color": {"field": "colour", "type": "nominal", "scale": None},
            },
        },
        {
            "data": values(rows),
            "mark": text_mark(size, INK.light, baseline="middle", bold=True, dx=6),
            "encoding": {"x": {"field": "end", **across}, "y": pixels("middle"), "text": {"field": "text"}},
        },
        {
            "data": values(rows),
            "mark": text_mark(size, INK.light, baseline="top"),
            "encoding": {"x": pixels("name_x"), "y": pixels("name_top"), "text": {"field": "lines"}},
        },
        *([axis] if width is Width.WIDE else []),
    ]


def _row(bar: _Bar, column: float, size: float, width: Width) -> dict[str, Any]:
    words = len(bar.lines) * (size + 3)
    if width is Width.WIDE:
        middle = bar.top + max(words, _BAR[width]) / 2
        name_top, name_x = middle - words / 2 + 2, -column - 12
    else:
        middle = bar.top + words + 2 + _BAR[width] / 2
        name_top, name_x = bar.top, 0.0
    return {
        "lines": bar.lines,
        "text": bar.text,
        "value": None if bar.value is None else float(bar.value),
        "end": float(max(bar.value or Decimal(0), Decimal(0))),
        "middle": middle,
        "bar_top": middle - _BAR[width] / 2,
        "bar_bottom": middle + _BAR[width] / 2,
        "name_x": name_x,
        "name_top": name_top,
        "colour": bar.colour,
    }
