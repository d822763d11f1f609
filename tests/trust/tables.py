"""What the suites of trust did and found, as the tables that `make trust` prints at its end.

A test tells one line at a time. Lines of one table with the same first column become one: whole numbers are added,
of numbers with a fraction the largest is kept, and different texts stand side by side.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

PROPERTY = "table"

Cell = int | float | str
Tell = Callable[[str, object], None]
"""The fixture `record_property`."""


def tell(record_property: Tell, table: str, **cells: Cell) -> None:
    """Put one line in a table; its columns are the names, in the order of the first line told."""
    record_property(PROPERTY, [table, list(cells.items())])


def tables(told: Iterable[tuple[str, object]]) -> dict[str, dict[Cell, dict[str, Cell]]]:
    """The tables of what tests told (their `user_properties`), by title: first cell → column → cell."""
    found: dict[str, dict[Cell, dict[str, Cell]]] = {}
    for name, value in told:
        if name != PROPERTY:
            continue
        assert isinstance(value, list | tuple)
        title, cells = value
        line = found.setdefault(title, {}).setdefault(cells[0][1], {})
        for column, cell in cells:
            line[column] = _joined(line[column], cell) if column in line else cell
    return found


def markdown(title: str, lines: dict[Cell, dict[str, Cell]]) -> str:
    """A table as text that a guide can hold as it is."""
    columns = list(dict.fromkeys(column for line in lines.values() for column in line))
    rows = [columns, ["---"] * len(columns)]
    rows += [[_written(line.get(column, "")) for column in columns] for line in lines.values()]
    return "\n".join([f"{title}", "", *("| " + " | ".join(row).replace("_", " ") + " |" for row in rows), ""])


def _joined(old: Cell, new: Cell) -> Cell:
    if isinstance(old, str) or isinstance(new, str):
        return old if new in str(old).split("; ") else f"{old}; {new}"
    if isinstance(old, float) or isinstance(new, float):
        return max(old, new)
    return old + new


def _written(cell: Cell) -> str:
    return f"{cell:,.1f}" if isinstance(cell, float) else f"{cell:,}" if isinstance(cell, int) else cell
