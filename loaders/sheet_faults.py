"""What the spreadsheet reader gives as empty and is not: errors, formulas nobody computed, merged cells."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ErrorCell:
    """A cell that is an error such as #DIV/0!, or a formula without a value; places count from 1."""

    row: int
    column: int
    text: str | None
    """What the cell shows; None for a formula that no program has computed."""

    @property
    def rule(self) -> str:
        """The rule that refuses it."""
        return "formula_sin_valor" if self.text is None else "celda_con_error"

    @property
    def reference(self) -> str:
        """The cell as the spreadsheet names it."""
        return cell_reference(self.row, self.column)


@dataclass(frozen=True, slots=True)
class MergedCells:
    """Cells shown as one, which keeps the first one's value and leaves the others empty; all bounds count from 1."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int

    @property
    def reference(self) -> str:
        """The range as the spreadsheet names it."""
        first = cell_reference(self.first_row, self.first_column)
        return f"{first}:{cell_reference(self.last_row, self.last_column)}"


@dataclass(frozen=True, slots=True)
class SheetFaults:
    """What was found in one sheet."""

    errors: tuple[ErrorCell, ...] = ()
    merged: tuple[MergedCells, ...] = ()


def cell_reference(row: int, column: int) -> str:
    """The name of a cell from its place: row 2, column 27 is AA2."""
    letters = ""
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return f"{letters}{row}"


def column_number(letters: str) -> int:
    """The place of a column from its letters: A is 1, Z 26, AA 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
