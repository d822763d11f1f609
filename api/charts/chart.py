"""What a picture shows. The drawing, the table beside it and its CSV are made from this value and from nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

Cell = str | int | Decimal | None
"""None is a value that is not known; it is drawn as a gap and never as zero."""
Row = tuple[Cell, ...]


class ChartKind(StrEnum):
    """How the figures are drawn."""

    BARS = "bars"
    """One bar a row; the rows stand in their order."""
    COLUMNS = "columns"
    """One column a year."""
    LINES = "lines"
    """One line a value column, over the years."""
    MAP = "map"
    """The 22 departments, by their code."""
    CURVE = "curve"
    """Shares of a whole, reached by shares of those who have it."""


class Unit(StrEnum):
    """What a column holds."""

    CODE = "code"
    NIT = "nit"
    NAME = "name"
    YEAR = "year"
    COUNT = "count"
    MONEY = "money"
    """Quetzales."""
    SHARE = "share"
    """From 0 to 1."""


VALUES = (Unit.COUNT, Unit.MONEY, Unit.SHARE)
"""Units of what is measured, as against what it is measured of."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the figures."""

    key: str
    """Name in the CSV."""
    label: str
    """Heading of the table and name of the line."""
    unit: Unit


@dataclass(frozen=True, slots=True)
class Break:
    """From this year on the figures are made by another method."""

    year: int
    label: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A row of a curve that is pointed out."""

    row: int
    label: str


@dataclass(frozen=True, slots=True)
class Chart:
    """One picture with its words. `rows` have a cell for each of `columns`.

    Shape: bars have a column of names, a map of codes and names, columns and lines of years in a row, ascending. Lines
    draw every column of values, a curve its two shares, the others the first column of values; what else there is
    stands in the table and the CSV.
    """

    name: str
    """Its name in addresses."""
    kind: ChartKind
    title: str
    """What it shows, where a page tells of whom."""
    finding: str
    """The main finding in one sentence; also the alternative text."""
    coverage: str
    """What the figures leave out, and why."""
    unit: str
    """What the values count, in words."""
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    missing: str
    """Words for a value that is not known."""
    subject: str = ""
    """Of whom it is, where not of all."""
    is_rest_last: bool = False
    """Whether the last row stands for all that are not drawn on their own."""
    breaks: tuple[Break, ...] = ()
    marks: tuple[Mark, ...] = ()
    even: str = ""
    """Of a curve: what its diagonal means."""
    credit: str = ""
    """Whom the outlines of a map are from."""

    @property
    def full_title(self) -> str:
        """What it shows and of whom, for where it stands alone."""
        return f"{self.title}: {self.subject}" if self.subject else self.title

    def place(self, *units: Unit) -> int:
        """The first column of one of these units.

        Raises: KeyError if there is none.
        """
        for place, column in enumerate(self.columns):
            if column.unit in units:
                return place
        raise KeyError(units[0])

    @property
    def value_places(self) -> tuple[int, ...]:
        """The columns of what is measured."""
        return tuple(place for place, column in enumerate(self.columns) if column.unit in VALUES)
