"""A map of the departments: numbered by their place, beside the list that names each number with its value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil

from api.charts.chart import Cell, Chart, Unit
from api.charts.classes import ValueClass, class_of, make_classes
from api.charts.colours import CLASSES, INK, LIGHT_CLASSES, MUTED, NOTHING, PAPER, REST
from api.charts.geography import departments_topology, fit_map, label_places, project, shape_of_country
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
from api.charts.wording import drawn_text, scale_of, text_width, wrap_text

_MAP_WIDTH = {Width.NARROW: 312.0, Width.WIDE: 420.0}
_LIST_GAP = 28.0
_LINE = 18.5
_SWATCH = 13.0
_PICKED = {1: (4,), 2: (1, 4), 3: (0, 2, 4), 4: (0, 1, 3, 4), 5: (0, 1, 2, 3, 4)}
"""Of fewer than five classes those colours that stand farthest apart."""


@dataclass(frozen=True, slots=True)
class _Place:
    """One department as it is drawn."""

    code: str
    name: str
    text: str
    number: int
    fill: str
    ink: str
    is_known: bool


def draw_map(chart: Chart, width: Width) -> Plot:
    """The map with its list beside it, or below it on a phone."""
    map_width = _MAP_WIDTH[width]
    map_height = map_width * shape_of_country()
    classes = make_classes([Decimal(row[chart.value_places[0]] or 0) for row in chart.rows if _is_known(chart, row)])
    places = _places(chart, classes)
    top = UNIT_ROOM + _legend_height(classes, chart, width)
    scale, (left, down) = fit_map(map_width, map_height)
    offset = (PIXELS[width] - map_width) / 2 if width is Width.NARROW else 0.0
    translate = (left + offset, down + top)
    layers = [
        *_shape_layers(places, scale, translate),
        _number_layer(places, scale, translate, width),
        *_legend_layers(chart, classes, width),
        unit_line(chart, width, left=0),
    ]
    if width is Width.WIDE:
        beside = map_width + _LIST_GAP
        layers += _list_layers(places, beside, UNIT_ROOM - 4, PIXELS[width] - beside, width)
        height = max(top + map_height, UNIT_ROOM + _LINE * len(places)) + 6
    else:
        layers += _list_layers(places, 0, top + map_height + 14, PIXELS[width], width)
        height = top + map_height + 14 + _LINE * len(places) + 4
    return Plot(PIXELS[width], ceil(height), Padding(), layers)


def _is_known(chart: Chart, row: Sequence[Cell]) -> bool:
    return row[chart.value_places[0]] is not None


def _places(chart: Chart, classes: tuple[ValueClass, ...]) -> list[_Place]:
    """The departments in the order of their values, those without one last."""
    codes, names, figures = chart.place(Unit.CODE), chart.place(Unit.NAME), chart.value_places[0]
    scale, unit = scale_of(chart), chart.columns[figures].unit
    picked = _PICKED.get(len(classes), ())
    known = [row for row in chart.rows if _is_known(chart, row)]
    ordered = sorted(known, key=lambda row: -Decimal(row[figures] or 0))
    ordered += [row for row in chart.rows if not _is_known(chart, row)]
    places = []
    for number, row in enumerate(ordered, 1):
        cell = row[figures]
        if cell is None:
            fill, ink, text = NOTHING.light, MUTED.light, chart.missing
        else:
            colour = picked[class_of(Decimal(cell), classes)]
            fill = CLASSES[colour].light
            ink = (INK if colour < LIGHT_CLASSES else PAPER).light
            text = drawn_text(cell, unit, scale)
        places.append(_Place(str(row[codes]), str(row[names]), text, number, fill, ink, cell is not None))
    return places


def _shape_layers(places: list[_Place], scale: float, translate: tuple[float, float]) -> list[Layer]:
    """The filled outlines; what has no value is pale behind a broken line."""
    projection = {"type": "mercator", "scale": scale, "translate": list(translate)}
    layers: list[Layer] = []
    for is_known in (True, False):
        chosen = [{"code": place.code, "fill": place.fill} for place in places if place.is_known is is_known]
        line = {"stroke": PAPER.light} if is_known else {"stroke": REST.light, "strokeDash": [3, 2]}
        if chosen:
            layers.append(
                {
                    "data": {
                        "values": departments_topology(),
                        "format": {"type": "topojson", "feature": "departments"},
                    },
                    "transform": [
                        {
                            "lookup": "id",
                            "from": {"data": values(chosen), "key": "code", "fields": ["fill"]},
                        },
                        {"filter": "isValid(datum.fill)"},
                    ],
                    "projection": projection,
                    "mark": {"type": "geoshape", "strokeWidth": 1, "strokeJoin": "round", **line},
                    "encoding": {"color": {"field": "fill", "type": "nominal", "scale": None}},
                }
            )
    return layers


def _number_layer(places: list[_Place], scale: float, translate: tuple[float, float], width: Width) -> Layer:
    rows = []
    for place in places:
        x, y = project(label_places()[place.code], scale, translate)
        rows.append({"x": x, "y": y + 0.5, "text": str(place.number), "ink": place.ink})
    return {
        "data": values(rows),
        "mark": text_mark(SMALL[width] - 0.5, INK.light, align="center", baseline="middle", bold=True),
        "encoding": {
            "x": pixels("x"),
            "y": pixels("y"),
            "text": {"field": "text"},
            "color": {"field": "ink", "type": "nominal", "scale": None},
        },
    }


def _list_layers(places: list[_Place], left: float, top: float, room: float, width: Width) -> list[Layer]:
    """Number, name and value of each department, before a swatch of its colour."""
    size = SMALL[width]
    rows = []
    widest = max(text_width(place.text, size) for place in places) * BOLDER
    for order, place in enumerate(places):
        y = top + _LINE * order + _LINE / 2
        name_room = room - _SWATCH - 34 - widest - 4
        rows.append(
            {
                "y": y, "box": y - _SWATCH / 2, "box2": y + _SWATCH / 2, "x": left, "x2": left + _SWATCH,
                "number_x": left + _SWATCH + 22, "name_x": left + _SWATCH + 30, "value_x": left + room - 1,
                "number": f"{place.number}.", "name": wrap_text(place.name, name_room, size, lines=1)[0],
                "value": place.text, "fill": place.fill,
            }
        )  # fmt: skip
    swatch: Layer = {
        "data": values(rows),
        "mark": {"type": "rect", "stroke": REST.light, "strokeWidth": 0.75},
        "encoding": {
            "x": pixels("x"), "x2": {"field": "x2"}, "y": pixels("box"), "y2": {"field": "box2"},
            "color": {"field": "fill", "type": "nominal", "scale": None},
        },
    }  # fmt: skip
    texts = [
        ("number_x", "number", text_mark(size, MUTED.light, align="right", baseline="middle")),
        ("name_x", "name", text_mark(size, INK.light, baseline="middle")),
        ("value_x", "value", text_mark(size, INK.light, align="right", baseline="middle", bold=True)),
    ]
    return [
        swatch,
        *(
            {
                "data": values(rows),
                "mark": mark,
                "encoding": {"x": pixels(x), "y": pixels("y"), "text": {"field": text}},
            }
            for x, text, mark in texts
        ),
    ]


def _legend(classes: tuple[ValueClass, ...], chart: Chart) -> list[tuple[str, str]]:
    """Fill and words of each class, and of what has no value if anything has none."""
    scale, unit = scale_of(chart), chart.columns[chart.value_places[0]].unit
    picked = _PICKED.get(len(classes), ())
    entries = []
    for one, colour in zip(classes, picked, strict=True):
        low, high = drawn_text(one.low, unit, scale), drawn_text(one.high, unit, scale)
        entries.append((CLASSES[colour].light, low if low == high else f"{low}–{high}"))
    if any(not _is_known(chart, row) for row in chart.rows):
        entries.append((NOTHING.light, chart.missing))
    return entries


def _legend_rows(classes: tuple[ValueClass, ...], chart: Chart, width: Width) -> list[tuple[float, int, str, str]]:
    """Each entry with its place across and its line, broken into lines that fit the map."""
    x, line, rows = 0.0, 0, []
    for fill, words in _legend(classes, chart):
        room = _SWATCH + 5 + text_width(words, SMALL[width]) + 12
        if x and x + room > _MAP_WIDTH[width]:
            x, line = 0.0, line + 1
        rows.append((x, line, fill, words))
        x += room
    return rows


def _legend_height(classes: tuple[ValueClass, ...], chart: Chart, width: Width) -> float:
    rows = _legend_rows(classes, chart, width)
    return (rows[-1][1] + 1) * _LINE + 8 if rows else 0.0


def _legend_layers(chart: Chart, classes: tuple[ValueClass, ...], width: Width) -> list[Layer]:
    rows = [
        {
            "x": x, "x2": x + _SWATCH, "top": UNIT_ROOM + line * _LINE, "foot": UNIT_ROOM + line * _LINE + _SWATCH,
            "at": x + _SWATCH + 5, "middle": UNIT_ROOM + line * _LINE + _SWATCH / 2 + 0.5, "text": words, "fill": fill,
        }
        for x, line, fill, words in _legend_rows(classes, chart, width)
    ]  # fmt: skip
    return [
        {
            "data": values(rows),
            "mark": {"type": "rect", "stroke": REST.light, "strokeWidth": 0.75},
            "encoding": {
                "x": pixels("x"), "x2": {"field": "x2"}, "y": pixels("top"), "y2": {"field": "foot"},
                "color": {"field": "fill", "type": "nominal", "scale": None},
            },
        },
        {
            "data": values(rows),
            "mark": text_mark(SMALL[width], INK.light, baseline="middle"),
            "encoding": {"x": pixels("at"), "y": pixels("middle"), "text": {"field": "text"}},
        },
    ]  # fmt: skip
