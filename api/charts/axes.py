"""Axes made of few round numbers, with the words that stand at them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from math import ceil, floor, log10
from typing import Any

from api.charts.chart import Unit
from api.charts.colours import GRID, LINE, MUTED
from api.charts.layout import SMALL, Layer, Width, pixels, text_mark, values
from api.charts.wording import text_width

_STEPS = (Decimal(1), Decimal(2), Decimal(5), Decimal(10))
_LINES = 4


@dataclass(frozen=True, slots=True)
class Scale:
    """The values that an axis spans, and where it is marked."""

    ticks: tuple[Decimal, ...]
    labels: tuple[str, ...]

    @property
    def domain(self) -> list[float]:
        """From the lowest mark to the highest."""
        return [float(self.ticks[0]), float(self.ticks[-1])]

    def room(self, width: Width) -> float:
        """How wide its labels are."""
        return max(text_width(label, SMALL[width]) for label in self.labels) + 8


def round_scale(amounts: list[Decimal], unit: Unit, divisor: int) -> Scale:
    """A scale from zero that holds all values, marked at about four round numbers."""
    low, high = min([Decimal(0), *amounts]), max([Decimal(0), *amounts])
    span = high - low or Decimal(1)
    power = Decimal(10) ** floor(log10(span / _LINES))
    step = next(step * power for step in _STEPS if step * power * _LINES >= span)
    if unit is Unit.COUNT:
        step = max(step, Decimal(1))
    first, last = floor(low / step), max(ceil(high / step), 1)
    ticks = tuple(step * place for place in range(first, last + 1))
    return Scale(ticks, tuple(_label(tick / divisor) for tick in ticks))


def _label(value: Decimal) -> str:
    sign = "−" if value < 0 else ""
    return f"{sign}{abs(value).normalize():,f}"


def grid_layers(scale: Scale, width: Width, *, left: float, right: float, axis: dict[str, Any]) -> list[Layer]:
    """The lines of a vertical scale across the plot, and their labels left of it."""
    rows = [
        {"tick": float(tick), "label": label, "left": left, "right": right, "at": left - 6, "colour": _colour(tick)}
        for tick, label in zip(scale.ticks, scale.labels, strict=True)
    ]
    place = {"field": "tick", **axis}
    return [
        {
            "data": values(rows),
            "mark": {"type": "rule", "strokeWidth": 1},
            "encoding": {
                "y": place,
                "x": pixels("left"),
                "x2": {"field": "right"},
                "color": {"field": "colour", "type": "nominal", "scale": None},
            },
        },
        {
            "data": values(rows),
            "mark": text_mark(SMALL[width], MUTED.light, align="right", baseline="middle"),
            "encoding": {"y": place, "x": pixels("at"), "text": {"field": "label"}},
        },
    ]


def _colour(tick: Decimal) -> str:
    return GRID.light if tick else LINE.light


def year_layer(years: list[tuple[int, float]], width: Width, *, top: float) -> Layer:
    """The years below a plot, at their places; where they would touch, only some are written."""
    room = text_width("2000", SMALL[width]) + 6
    apart = years[1][1] - years[0][1] if len(years) > 1 else room
    every = next((step for step in (1, 2, 5, 10, 20, 50) if step * apart >= room), 100)
    rows = [
        {"year": str(year), "x": place, "y": top}
        for year, place in years
        if every == 1 or (year % every == 0 if every > 2 else (years[-1][0] - year) % every == 0)
    ]
    return {
        "data": values(rows),
        "mark": text_mark(SMALL[width], MUTED.light, align="center", baseline="top"),
        "encoding": {"x": pixels("x"), "y": pixels("y"), "text": {"field": "year"}},
    }
