"""A concentration curve: which share of the whole the largest have, however many of them are taken together."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from api.charts.chart import Chart, Unit
from api.charts.colours import GRID, INK, LINE, MAIN, MUTED, PAPER
from api.charts.layout import (
    BOLDER,
    PIXELS,
    SMALL,
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
from api.charts.wording import wrap_text
from api.formatting import format_percent

_HEIGHT = {Width.NARROW: 240.0, Width.WIDE: 330.0}
_LEFT, _RIGHT, _BELOW = 46.0, 20.0, 42.0
_TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)


def draw_curve(chart: Chart, width: Width) -> Plot:
    """The curve over its diagonal, with the rows pointed out named beside it."""
    x_place, y_place = _shares(chart)
    room, top = PIXELS[width] - _LEFT - _RIGHT, UNIT_ROOM + 6
    foot = top + _HEIGHT[width]
    across = {"type": "quantitative", "axis": None, "scale": {"domain": [0, 1], "range": [0, room], "nice": False}}
    up = {"type": "quantitative", "axis": None, "scale": {"domain": [0, 1], "range": [foot, top], "nice": False}}
    points = [{"x": float(Decimal(row[x_place] or 0)), "y": float(Decimal(row[y_place] or 0))} for row in chart.rows]
    place = {"x": {"field": "x", **across}, "y": {"field": "y", **up}}
    layers: list[Layer] = [
        *_grid(across, up, room, foot, width),
        {
            "data": values([{"x": 0.0, "y": 0.0}, {"x": 1.0, "y": 1.0}]),
            "mark": {"type": "line", "color": MUTED.light, "strokeDash": [5, 4], "strokeWidth": 1.25},
            "encoding": place,
        },
        *_even_words(chart, across, up, width),
        {"data": values(points), "mark": {"type": "line", "color": MAIN.light, "strokeWidth": 2.5}, "encoding": place},
        *_marks(chart, points, place, width, room),
        unit_line(chart, width, left=-_LEFT),
        _axis_title(chart, width, foot, room),
    ]
    return Plot(room, foot, Padding(left=_LEFT, right=_RIGHT, bottom=_BELOW), layers)


def _shares(chart: Chart) -> tuple[int, int]:
    """The columns of those who have, and of what they have."""
    first, second = (place for place, column in enumerate(chart.columns) if column.unit is Unit.SHARE)
    return first, second


def _grid(across: dict[str, Any], up: dict[str, Any], room: float, foot: float, width: Width) -> list[Layer]:
    ticks = [
        {"tick": tick, "label": format_percent(tick, decimals=0), "left": 0, "right": room, "at": -7, "foot": foot + 6,
         "colour": LINE.light if tick == 0 else GRID.light}
        for tick in _TICKS
    ]  # fmt: skip
    return [
        {
            "data": values(ticks),
            "mark": {"type": "rule", "strokeWidth": 1},
            "encoding": {
                "y": {"field": "tick", **up}, "x": pixels("left"), "x2": {"field": "right"},
                "color": {"field": "colour", "type": "nominal", "scale": None},
            },
        },
        {
            "data": values(ticks),
            "mark": text_mark(SMALL[width], MUTED.light, align="right", baseline="middle"),
            "encoding": {"y": {"field": "tick", **up}, "x": pixels("at"), "text": {"field": "label"}},
        },
        {
            "data": values(ticks),
            "mark": text_mark(SMALL[width], MUTED.light, align="center", baseline="top"),
            "encoding": {"x": {"field": "tick", **across}, "y": pixels("foot"), "text": {"field": "label"}},
        },
    ]  # fmt: skip


def _axis_title(chart: Chart, width: Width, foot: float, room: float) -> Layer:
    label = chart.columns[_shares(chart)[0]].label
    return {
        "data": values([{"x": room, "y": foot + 23, "text": f"{label} →"}]),
        "mark": text_mark(SMALL[width], MUTED.light, align="right", baseline="top"),
        "encoding": {"x": pixels("x"), "y": pixels("y"), "text": {"field": "text"}},
    }


def _even_words(chart: Chart, across: dict[str, Any], up: dict[str, Any], width: Width) -> list[Layer]:
    lines = wrap_text(chart.even, PIXELS[width] * 0.4, SMALL[width], lines=3)
    return [
        {
            "data": values([{"x": 0.98, "y": 0.24, "text": lines}]),
            "mark": text_mark(SMALL[width], MUTED.light, align="right", baseline="top"),
            "encoding": {"x": {"field": "x", **across}, "y": {"field": "y", **up}, "text": {"field": "text"}},
        }
    ]


def _marks(
    chart: Chart, points: list[dict[str, float]], place: dict[str, Any], width: Width, room: float
) -> list[Layer]:
    """The rows pointed out: a dot on the curve, and words to the right of it that never touch each other's."""
    size, height = SMALL[width], _HEIGHT[width]
    foot = UNIT_ROOM + 6 + height
    shown = sorted(chart.marks, key=lambda mark: -points[mark.row]["y"])
    rows = []
    least = 0.0
    for mark in shown:
        point = points[mark.row]
        lines = wrap_text(mark.label, (room * (1 - point["x"]) - 24) / BOLDER, size, lines=3)
        top = max(foot - point["y"] * height - size / 2, least)
        least = top + len(lines) * (size + 3) + 4
        rows.append({"x": point["x"] * room + 11, "y": min(top, foot - len(lines) * (size + 3)), "text": lines})
    dots = {
        "type": "point", "shape": "circle", "filled": True, "opacity": 1, "size": 80, "color": MAIN.light,
        "stroke": PAPER.light, "strokeWidth": 1.5,
    }  # fmt: skip
    words = {"x": pixels("x"), "y": pixels("y"), "text": {"field": "text"}}
    ink = text_mark(size, INK.light, baseline="top", bold=True)
    # A rim of the ground's colour keeps words legible where a line passes behind them.
    rim = {**ink, "color": PAPER.light, "stroke": PAPER.light, "strokeWidth": 4, "strokeJoin": "round"}
    return [
        {"data": values(rows), "mark": rim, "encoding": words},
        {"data": values([points[mark.row] for mark in shown]), "mark": dots, "encoding": place},
        {"data": values(rows), "mark": ink, "encoding": words},
    ]
