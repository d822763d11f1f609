"""How a file is to be read and loaded, and what reading gave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import pyarrow as pa

from exemptions.datasets import Dataset, Mode
from exemptions.finding import Finding

DEFAULT_ENCODING = "utf-8"

LEAVE_OUT = "-"
"""In a mapping, the key of a column that is not to be loaded."""


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What the readers need to know."""

    dataset: Dataset = Dataset.REGISTRY
    mapping: Mapping[str, str] = field(default_factory=dict)
    """Header as written → our key, or `LEAVE_OUT`."""
    encoding: str = DEFAULT_ENCODING
    """Of CSV files; declared, never guessed."""
    sheet: str | None = None
    header_row: int | None = None
    """Counted as a spreadsheet does, from 1; None looks for the first row that holds the required headers."""
    is_list: bool = False
    """A list to be matched: every column is kept, as c0, c1, …, whatever its header (`loaders.list_headers`)."""
    list_column: str | None = None
    """Head of the list's column that is asked for, which makes its row the header."""


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """What a person decides about one load."""

    mapping: Mapping[str, str] = field(default_factory=dict)
    encoding: str = DEFAULT_ENCODING
    sheet: str | None = None
    header_row: int | None = None
    mode: Mode | None = None
    """None takes the dataset's own."""
    cutoff: date | None = None
    """Day from which the file's ESTADO holds; None takes the load's day in Guatemala."""
    dry_run: bool = False

    def reading(self, dataset: Dataset) -> ReadOptions:
        """The part that readers need."""
        return ReadOptions(dataset, dict(self.mapping), self.encoding, self.sheet, self.header_row)


@dataclass(frozen=True, slots=True)
class Header:
    """The header of a file and what each of its columns is."""

    row: int | None
    """As a spreadsheet counts it; None where the container itself names the columns, as JSON and Parquet do."""
    names: tuple[str, ...]
    keys: tuple[str | None, ...]
    """The key of each column, None for one that is not loaded."""

    @property
    def first_row(self) -> int:
        """The row of the first record."""
        return (self.row or 0) + 1

    def name_of(self, key: str) -> str | None:
        """The header, as written, of the column with that key."""
        return next((name for name, own in zip(self.names, self.keys, strict=True) if own == key), None)


@dataclass(frozen=True, slots=True)
class SourceTable:
    """A file as text: `row` (int64) and one string column per key that the file has, in the file's order."""

    table: pa.Table
    header: Header
    sheet: str | None = None
    findings: tuple[Finding, ...] = ()


class ReadingRefused(Exception):
    """A file cannot be read as it should; `findings` says everything that is wrong with its shape."""

    def __init__(self, *findings: Finding) -> None:
        super().__init__(", ".join(finding.rule for finding in findings))
        self.findings = findings
