"""The colours of pictures. A specification names each role by its light colour; the drawing maps it to its dark one.

They are those of the stylesheet's names where it has one. Blue and orange stay apart for every kind of colour vision,
and no meaning rests on colour alone.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Colour:
    """One role in both schemes; two roles never share a light colour, by which the drawing knows them."""

    light: str
    dark: str


PAPER = Colour("#ffffff", "#0f171f")
INK = Colour("#15212c", "#e8eef4")
MUTED = Colour("#4a5a69", "#adbbc8")
GRID = Colour("#d5dde5", "#2d3c4a")
LINE = Colour("#75879b", "#7d91a5")
"""Axes and the zero of bars."""
MAIN = Colour("#0b4a7d", "#90c8f5")
SECOND = Colour("#a63c00", "#ffd166")
REST = Colour("#75879a", "#7d91a4")
NOTHING = Colour("#f3f4f2", "#1a2128")
"""Fill of what has no value."""
CLASSES = (
    Colour("#e0edf8", "#173248"),
    Colour("#b3d4ee", "#1f4a6d"),
    Colour("#7fb5de", "#2c6a9b"),
    Colour("#2a72a9", "#78b8e8"),
    Colour("#0a3a62", "#c9e5fb"),
)
"""From little to much: darker on white, brighter on black."""
LIGHT_CLASSES = 3
"""So many classes, the first ones, are near the paper's colour and carry ink; the others carry paper."""

ROLES = (PAPER, INK, MUTED, GRID, LINE, MAIN, SECOND, REST, NOTHING, *CLASSES)
