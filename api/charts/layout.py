"""The two widths of every picture, its parts, and the room they take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from api.charts.chart import Chart
from api.charts.colours import MUTED

Layer = Mapping[str, Any]
"""One unit of a Vega-Lite specification."""


class Width(StrEnum):
    """For which screens a picture is drawn."""

    NARROW = "narrow"
    """Phones of 320 pixels and more, so that nothing is made smaller than it was drawn."""
    WIDE = "wide"


PIXELS: Mapping[Width, int] = {Width.NARROW: 320, Width.WIDE: 720}
TEXT: Mapping[Width, float] = {Width.NARROW: 12.5, Width.WIDE: 13.5}
"""Size of what is read first; notes and axes are `SMALL`."""
SMALL: Mapping[Width, float] = {Width.NARROW: 11.5, Width.WIDE: 12.5}

BOLDER = 1.1
"""How much broader bold text is."""
UNIT_ROOM = 27.0
"""Height at the top of every picture in which its unit stands."""


@dataclass(frozen=True, slots=True)
class Padding:
    """Room around the plot, for axes and for texts that reach out of it."""

    left: float = 0
    top: float = 0
    right: float = 0
    bottom: float = 0


@dataclass(frozen=True, slots=True)
class Plot:
    """What is drawn, and its size. `width` and `height` are those of the plot inside its padding."""

    width: float
    height: float
    padding: Padding
    layers: Sequence[Layer]

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the whole picture."""
        outer, around = self.padding, self.padding.left + self.padding.right
        return round(self.width + around), round(self.height + outer.top + outer.bottom)


def pixels(field: str) -> dict[str, Any]:
    """A position that a field gives in pixels."""
    return {"field": field, "type": "quantitative", "scale": None, "axis": None}


def values(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The data of a layer."""
    return {"values": list(rows)}


def text_mark(size: float, colour: str, *, align: str = "left", bold: bool = False, **more: Any) -> dict[str, Any]:
    """The mark of texts; several lines are a list in the field."""
    weight = {"fontWeight": 600} if bold else {}
    return {"type": "text", "fontSize": size, "color": colour, "align": align, "lineHeight": size + 3, **weight, **more}


def unit_line(chart: Chart, width: Width, *, left: float, top: float = 3) -> Layer:
    """What the values count, at the top of the picture."""
    return {
        "data": values([{"x": left, "y": top, "text": chart.unit}]),
        "mark": text_mark(SMALL[width], MUTED.light, baseline="top"),
        "encoding": {"x": pixels("x"), "y": pixels("y"), "text": {"field": "text"}},
    }
