"""Few classes for the colours of a map, set where the values leave the widest gaps."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations, pairwise
from math import log1p

MOST = 5


@dataclass(frozen=True, slots=True)
class ValueClass:
    """Values from the lowest to the highest that it holds, both included."""

    low: Decimal
    high: Decimal


def make_classes(amounts: list[Decimal]) -> tuple[ValueClass, ...]:
    """At most five classes that hold every value; the same value is never in two.

    Natural breaks of the orders of magnitude: the capital has a hundred times what others have, and classes of equal
    number would put it together with its next four, classes of equal width all the others together.
    Order: the lowest first.
    Source: Jenks, The Data Model Concept in Statistical Mapping (1967); of 22 values all divisions can be tried.
    """
    ordered = sorted(set(amounts))
    weights = [amounts.count(value) for value in ordered]
    sizes = [_magnitude(value) for value in ordered]
    count = min(MOST, len(ordered))
    if not count:
        return ()
    spread = _spreads(sizes, weights)
    edges = min(
        ((0, *cuts, len(ordered)) for cuts in combinations(range(1, len(ordered)), count - 1)),
        key=lambda edges: sum(spread[start, end] for start, end in pairwise(edges)),
    )
    return tuple(ValueClass(ordered[start], ordered[end - 1]) for start, end in pairwise(edges))


def class_of(value: Decimal, classes: tuple[ValueClass, ...]) -> int:
    """The place of a value's class.

    Raises: ValueError if no class holds it.
    """
    for place, one in enumerate(classes):
        if one.low <= value <= one.high:
            return place
    raise ValueError(value)


def _magnitude(value: Decimal) -> float:
    return log1p(float(value)) if value >= 0 else -log1p(float(-value))


def _spreads(sizes: list[float], weights: list[int]) -> dict[tuple[int, int], float]:
    """How far the values from one place up to another lie from their mean, squared and added."""
    spreads = {}
    for start in range(len(sizes)):
        for end in range(start + 1, len(sizes) + 1):
            part = list(zip(sizes[start:end], weights[start:end], strict=True))
            number = sum(weight for _, weight in part)
            mean = sum(size * weight for size, weight in part) / number
            spreads[start, end] = sum(weight * (size - mean) ** 2 for size, weight in part)
    return spreads
