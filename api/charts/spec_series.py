"""Figures by year: columns of one measure, or lines of several. A year without a figure stays empty on its axis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from api.charts.axes import Scale, grid_layers, round_scale, year_layer
from api.charts.chart import Cell, Chart, Unit
from api.charts.colours import INK, MAIN, MUTED, SECOND, Colour
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
from api.charts.wording import drawn_text, scale_of, text_width

_HEIGHT = {Width.NARROW: 190.0, Width.WIDE: 250.0}
_BELOW = 22.0
_KEY_TOP = 32.0
_KEY_ROOM = 20.0
_COLUMN_SHARE = 0.72
_WIDEST_COLUMN = 64.0
_LINE_COLOURS = (MAIN, SECOND)
_SHAPES = ("circle", "square")
_DASHES: tuple[list[int], ...] = ([1, 0], [6, 3])
"""Two lines differ in shape and dash as well, for eyes and printers without colour."""


@dataclass(frozen=True, slots=True)
class _Frame:
    """The plot of a series: its years at their places, its scale, and its room."""

    years: list[tuple[int, float]]
    step: float
    room: float
    height: float
    scale: Scale
    axis: dict[str, Any]
    unit: Unit
    divisor: int
    width: Width

    def place(self, year: int) -> float:
        return self.years[year - self.years[0][0]][1]

    def text(self, cell: Cell) -> str:
        return drawn_text(cell, self.unit, self.divisor)


def draw_columns(chart: Chart, width: Width) -> Plot:
    """One column a year; values stand above all columns where there is room, else above the highest and the last."""
    frame, left = _frame(chart, width, right=4)
    figures = chart.value_places[0]
    size = SMALL[width]
    rows = [(_year(chart, row), row[figures]) for row in chart.rows]
    known = [(year, cell) for year, cell in rows if cell is not None]
    thick = min(frame.step * _COLUMN_SHARE, _WIDEST_COLUMN)
    texts = {year: frame.text(cell) for year, cell in known}
    fits = all(text_width(text, size) * BOLDER <= frame.step for text in texts.values())
    told = set(texts) if fits else _most_telling(known)
    columns = [
        {"x": frame.place(year) - thick / 2, "x2": frame.place(year) + thick / 2, "value": float(Decimal(cell or 0))}
        for year, cell in known
    ]
    labels = [
        {
            "x": _inside(frame.place(year), text_width(texts[year], size) * BOLDER, frame.room, -left),
            "text": texts[year],
            "value": max(float(Decimal(cell or 0)), 0.0),
        }
        for year, cell in known
        if year in told
    ]
    layers: list[Layer] = [
        *grid_layers(frame.scale, width, left=0, right=frame.room, axis=frame.axis),
        {
            "data": values(columns),
            "mark": {"type": "rect", "color": MAIN.light},
            "encoding": {
                "x": pixels("x"), "x2": {"field": "x2"}, "y": {"field": "value", **frame.axis}, "y2": {"datum": 0},
            },
        },
        {
            "data": values(labels),
            "mark": text_mark(size, INK.light, align="center", baseline="bottom", bold=True, dy=-3),
            "encoding": {"x": pixels("x"), "y": {"field": "value", **frame.axis}, "text": {"field": "text"}},
        },
    ]  # fmt: skip
    return _plot(chart, frame, left, [*layers, *_gap_layers(chart, frame, rows), *_break_layers(chart, frame)])


def draw_lines(chart: Chart, width: Width) -> Plot:
    """One line a measure, its highest value written; a year without a figure breaks it."""
    places = chart.value_places
    names = [chart.columns[place].label for place in places]
    frame, left = _frame(chart, width, right=12, key=_KEY_ROOM)
    layers: list[Layer] = grid_layers(frame.scale, width, left=0, right=frame.room, axis=frame.axis)
    peaks: list[dict[str, Any]] = []
    for order, place in enumerate(places):
        series = [(_year(chart, row), row[place]) for row in chart.rows]
        points = [
            {"x": frame.place(year), "value": None if cell is None else float(Decimal(cell))} for year, cell in series
        ]
        colour, known = _LINE_COLOURS[order], [point for point in points if point["value"] is not None]
        layers += _line_layers(points, known, frame, colour, order)
        if known:
            highest = max((cell for _year_of, cell in series if cell is not None), key=lambda cell: Decimal(cell))
            peak = max(known, key=lambda point: point["value"] or 0.0)
            peaks.append({**peak, "text": frame.text(highest), "colour": colour.light})
    layers += [_peak_layer(peaks, frame), *_key_layers(names, width, left)]
    return _plot(chart, frame, left, [*layers, *_break_layers(chart, frame)])


def _frame(chart: Chart, width: Width, *, right: float, key: float = 0) -> tuple[_Frame, float]:
    """The frame of a series and the room left of it, for the labels of its scale; `key` is room above it."""
    places = chart.value_places
    unit, divisor = chart.columns[places[0]].unit, scale_of(chart)
    amounts = [Decimal(cell) for row in chart.rows for cell in (row[place] for place in places) if cell is not None]
    scale = round_scale(amounts, unit, divisor)
    left = scale.room(width)
    room = PIXELS[width] - left - right
    first, last = (_year(chart, chart.rows[end]) for end in (0, -1))
    step = room / (last - first + 1)
    years = [(year, step * (year - first + 0.5)) for year in range(first, last + 1)]
    top, height = UNIT_ROOM + 12 + key, _HEIGHT[width]
    axis = {
        "type": "quantitative",
        "axis": None,
        "scale": {"domain": scale.domain, "range": [top + height, top], "nice": False, "zero": False},
    }
    return _Frame(years, step, room, top + height, scale, axis, unit, divisor, width), left


def _plot(chart: Chart, frame: _Frame, left: float, layers: Sequence[Layer]) -> Plot:
    years = year_layer(frame.years, frame.width, top=frame.height + 6)
    unit = unit_line(chart, frame.width, left=-left)
    right = PIXELS[frame.width] - left - frame.room
    return Plot(frame.room, frame.height, Padding(left=left, right=right, bottom=_BELOW), [*layers, years, unit])


def _year(chart: Chart, row: tuple[Cell, ...]) -> int:
    return int(row[chart.place(Unit.YEAR)] or 0)


def _most_telling(known: Sequence[tuple[int, Cell]]) -> set[int]:
    """The years of the highest and of the last value."""
    return {max(known, key=lambda pair: Decimal(pair[1] or 0))[0], known[-1][0]} if known else set()


def _inside(place: float, wide: float, room: float, least: float) -> float:
    """The middle of a text as near to its place as the picture's edges allow."""
    return min(max(place, least + wide / 2), room - wide / 2 + 2)


def _line_layers(
    points: list[dict[str, Any]], known: list[dict[str, Any]], frame: _Frame, colour: Colour, order: int
) -> list[Layer]:
    across = {"x": pixels("x"), "y": {"field": "value", **frame.axis}}
    line = {"type": "line", "color": colour.light, "strokeWidth": 2.5, "strokeDash": _DASHES[order]}
    point = {"type": "point", "shape": _SHAPES[order], "color": colour.light, "filled": True, "opacity": 1, "size": 44}
    return [
        {"data": values(points), "mark": {**line, "invalid": "break-paths-show-domains"}, "encoding": across},
        {"data": values(known), "mark": point, "encoding": across},
    ]


def _peak_layer(peaks: list[dict[str, Any]], frame: _Frame) -> Layer:
    """The highest value of each line above its point; where two would touch, the lower one stands below its own."""
    size = SMALL[frame.width]
    low, high = frame.scale.domain
    rows: list[dict[str, Any]] = []
    for peak in sorted(peaks, key=lambda peak: -peak["value"]):
        wide = text_width(peak["text"], size) * BOLDER
        x = _inside(peak["x"], wide, frame.room, 0)
        y = frame.height - (peak["value"] - low) / (high - low) * _HEIGHT[frame.width] - 9
        if any(abs(row["x"] - x) < wide + 6 and abs(row["y"] - y) < size + 6 for row in rows):
            y += size + 22
        rows.append({"x": x, "y": y, "text": peak["text"], "colour": peak["colour"]})
    return {
        "data": values(rows),
        "mark": text_mark(size, INK.light, align="center", baseline="bottom", bold=True),
        "encoding": {
            "x": pixels("x"),
            "y": pixels("y"),
            "text": {"field": "text"},
            "color": {"field": "colour", "type": "nominal", "scale": None},
        },
    }


def _key_layers(names: Sequence[str], width: Width, left: float) -> list[Layer]:
    """The name of each line beside a piece of it, above the plot: the ends of two may be too near each other."""
    size = SMALL[width]
    layers: list[Layer] = []
    x = -left
    for order, name in enumerate(names):
        piece = [{"x": x + 1, "y": _KEY_TOP}, {"x": x + 27, "y": _KEY_TOP}]
        across = {"x": pixels("x"), "y": pixels("y")}
        colour = _LINE_COLOURS[order].light
        line = {"type": "line", "color": colour, "strokeWidth": 2.5, "strokeDash": _DASHES[order]}
        point = {"type": "point", "shape": _SHAPES[order], "color": colour, "filled": True, "opacity": 1, "size": 44}
        layers += [
            {"data": values(piece), "mark": line, "encoding": across},
            {"data": values([{"x": x + 14, "y": _KEY_TOP}]), "mark": point, "encoding": across},
            {
                "data": values([{"x": x + 33, "y": _KEY_TOP + 1, "text": name}]),
                "mark": text_mark(size, colour, baseline="middle", bold=True),
                "encoding": {**across, "text": {"field": "text"}},
            },
        ]
        x += 33 + text_width(name, size) * BOLDER + 16
    return layers


def _gap_layers(chart: Chart, frame: _Frame, rows: Sequence[tuple[int, Cell]]) -> list[Layer]:
    """A sign at the foot of each year that has no figure, where there is room for it."""
    known = {year for year, cell in rows if cell is not None}
    size = SMALL[frame.width]
    if text_width(chart.missing, size) > frame.step:
        return []
    gaps = [
        {"x": place, "y": frame.height - 4, "text": chart.missing} for year, place in frame.years if year not in known
    ]
    return [
        {
            "data": values(gaps),
            "mark": text_mark(size, MUTED.light, align="center", baseline="bottom"),
            "encoding": {"x": pixels("x"), "y": pixels("y"), "text": {"field": "text"}},
        }
    ]


def _find_room(
    x: float, width: float, room: float, taken: Sequence[tuple[float, float]]
) -> tuple[bool, tuple[float, float] | None]:
    """On which side of a rule its words stand, the left one first in the right half, and from where to where; None
    where another rule or its words stand on both sides: the rule alone says that figures do not compare."""
    sides = (x > room / 2, x <= room / 2)
    for is_right in sides:
        span = (x - 4 - width, x - 4) if is_right else (x + 4, x + 4 + width)
        if span[0] >= 0 and span[1] <= room and all(span[1] < start or end < span[0] for start, end in taken):
            return is_right, span
    return sides[0], None


def _break_layers(chart: Chart, frame: _Frame) -> list[Layer]:
    """A rule with words where the figures begin to be made by another method."""
    if not chart.breaks:
        return []
    top = frame.height - _HEIGHT[frame.width] - 12
    rows: list[dict[str, Any]] = []
    places = [frame.place(mark.year) - frame.step / 2 for mark in chart.breaks]
    taken = [(x, x) for x in places]
    for mark, x in zip(chart.breaks, places, strict=True):
        is_right, span = _find_room(x, text_width(mark.label, SMALL[frame.width]), frame.room, taken)
        taken += [span] if span else []
        rows.append({"x": x, "top": top, "foot": frame.height, "at": x - 4 if is_right else x + 4,
                     "label": mark.label if span else "", "right": is_right})  # fmt: skip
    rule: Layer = {
        "data": values(rows),
        "mark": {"type": "rule", "color": MUTED.light, "strokeDash": [4, 3], "strokeWidth": 1.5},
        "encoding": {"x": pixels("x"), "y": pixels("top"), "y2": {"field": "foot"}},
    }
    words = [
        {
            "data": values([row for row in rows if row["right"] is is_right]),
            "mark": text_mark(
                SMALL[frame.width], MUTED.light, align="right" if is_right else "left", baseline="bottom", dy=10
            ),
            "encoding": {"x": pixels("at"), "y": pixels("top"), "text": {"field": "label"}},
        }
        for is_right in (False, True)
    ]
    return [rule, *words]
