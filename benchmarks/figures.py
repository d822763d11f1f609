"""What a figure is: measured, beside its reference, against its target."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from statistics import median
from typing import Any


class Better(StrEnum):
    """Which side of the target is good."""

    MORE = "more"
    LESS = "less"


@dataclass(frozen=True, slots=True)
class Target:
    """A bound of a figure's ratio to its reference, or of its value where it has none."""

    better: Better
    bound: float

    def is_met(self, figure: float) -> bool:
        """Whether a figure keeps to the bound."""
        return figure >= self.bound if self.better is Better.MORE else figure <= self.bound


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table."""

    name: str
    """What was measured, in words."""
    rows: int
    value: float
    unit: str
    reference: str = ""
    """What ran beside it, in words; empty where the figure stands alone."""
    reference_value: float | None = None
    target: Target | None = None
    values: tuple[float, ...] = ()
    """Every run's value; `value` is their median."""
    reference_values: tuple[float, ...] = ()
    details: Mapping[str, float] = field(default_factory=dict)
    """Memory and whatever else belongs to the line; the unit stands at the end of each name."""

    @property
    def ratio(self) -> float | None:
        """The value as a share of the reference's."""
        return self.value / self.reference_value if self.reference_value else None

    @property
    def is_met(self) -> bool | None:
        """Whether the target was reached; None where there is none."""
        judged = self.value if self.ratio is None else self.ratio
        return None if self.target is None else self.target.is_met(judged)

    def as_json(self) -> dict[str, Any]:
        """The figure for the file of results."""
        return {**asdict(self), "ratio": self.ratio, "met": self.is_met}

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Figure:
        """The figure that `as_json` told."""
        target = told["target"]
        known = {name: told[name] for name in cls.__dataclass_fields__ if name != "target"}
        return cls(**known, target=Target(Better(target["better"]), target["bound"]) if target else None)


def compared(
    name: str,
    rows: int,
    unit: str,
    values: list[float],
    *,
    reference: str = "",
    reference_values: list[float] | None = None,
    target: Target | None = None,
    details: Mapping[str, float] | None = None,
) -> Figure:
    """The figure that several runs give: the median beside the reference's median."""
    references = reference_values or []
    return Figure(
        name=name,
        rows=rows,
        value=median(values),
        unit=unit,
        reference=reference,
        reference_value=median(references) if references else None,
        target=target,
        values=tuple(values),
        reference_values=tuple(references),
        details=details or {},
    )
