"""From a chart to its Vega-Lite specification, whose size is known before anything is drawn.

Every length is set here, so that a page can reserve the room of a picture, and so that a text keeps its size whatever
faces the machine has.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from api.charts.chart import Chart, ChartKind
from api.charts.colours import PAPER
from api.charts.layout import Plot, Width
from api.charts.spec_bars import draw_bars
from api.charts.spec_curve import draw_curve
from api.charts.spec_map import draw_map
from api.charts.spec_series import draw_columns, draw_lines

Spec = Mapping[str, Any]

_SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
_FACE = "sans-serif"

_DRAW: Mapping[ChartKind, Callable[[Chart, Width], Plot]] = {
    ChartKind.BARS: draw_bars,
    ChartKind.COLUMNS: draw_columns,
    ChartKind.LINES: draw_lines,
    ChartKind.MAP: draw_map,
    ChartKind.CURVE: draw_curve,
}


def chart_spec(chart: Chart, width: Width) -> Spec:
    """The specification of a chart, drawn in the light colours."""
    plot = _DRAW[chart.kind](chart, width)
    outer = plot.padding
    return {
        "$schema": _SCHEMA,
        "background": PAPER.light,
        "width": plot.width,
        "height": plot.height,
        "padding": {"left": outer.left, "top": outer.top, "right": outer.right, "bottom": outer.bottom},
        "autosize": {"type": "none"},
        "layer": list(plot.layers),
        "resolve": {"scale": {"color": "independent"}},
        "config": {"font": _FACE, "view": {"stroke": None, "fill": None}},
    }


def chart_size(chart: Chart, width: Width) -> tuple[int, int]:
    """Width and height of a chart's picture, in pixels."""
    return _DRAW[chart.kind](chart, width).size
