"""The figures of a picture as a table for people and as CSV for programs."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from api.charts.chart import VALUES, Chart
from api.charts.wording import cell_text


@dataclass(frozen=True, slots=True)
class TableCell:
    """One value in words."""

    text: str
    is_number: bool = False
    is_missing: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """The figures in words; of each row `head` says which cell names it."""

    heads: tuple[TableCell, ...]
    rows: tuple[tuple[TableCell, ...], ...]
    head: int


def chart_table(chart: Chart) -> Table:
    """Every figure that is drawn, exactly."""
    numbers = [column.unit in VALUES for column in chart.columns]
    return Table(
        heads=tuple(
            TableCell(column.label, is_number) for column, is_number in zip(chart.columns, numbers, strict=True)
        ),
        rows=tuple(
            tuple(
                TableCell(cell_text(cell, column.unit, chart.missing if is_number else ""), is_number, cell is None)
                for cell, column, is_number in zip(row, chart.columns, numbers, strict=True)
            )
            for row in chart.rows
        ),
        head=next((p for p, column in enumerate(chart.columns) if column.unit in ("name", "year")), 0),
    )


def chart_csv(chart: Chart) -> bytes:
    """Every figure that is drawn, exactly, as CSV. A value that is not known is an empty field.

    Source: RFC 4180; UTF-8 without a byte order mark.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([column.key for column in chart.columns])
    writer.writerows(["" if cell is None else str(cell) for cell in row] for row in chart.rows)
    return text.getvalue().encode()
