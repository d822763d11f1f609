"""Reading the catalogue files: one CSV per list, with every fault collected instead of the first one raised."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from exemptions.catalog_entries import Entry
from exemptions.errors import Sentence

AnyEntry = TypeVar("AnyEntry", bound=Entry)
Choice = TypeVar("Choice", bound=StrEnum)
Value = TypeVar("Value")


@dataclass(slots=True)
class Faults:
    """What is wrong with the files so far."""

    sentences: list[Sentence] = field(default_factory=list)

    def add(self, es: str, en: str) -> None:
        """Note one fault in both languages."""
        self.sentences.append(Sentence(es, en))


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a catalogue file; its readers note a fault and go on with the fallback when a cell is wrong."""

    place: str
    cells: Mapping[str, str]
    faults: Faults

    def text(self, column: str) -> str:
        """A cell that must hold something."""
        if not self.cells[column]:
            self.faults.add(f"{self.place}: falta {column}.", f"{self.place}: {column} is missing.")
        return self.cells[column]

    def blank(self, column: str) -> str:
        """A cell that may be empty."""
        return self.cells[column]

    def code(self, column: str) -> str | None:
        """A cell that may be empty and then means none."""
        return self.cells[column] or None

    def items(self, column: str, separator: str = "|") -> tuple[str, ...]:
        """A cell that holds a list."""
        return tuple(item for item in self.cells[column].split(separator) if item)

    def flag(self, column: str) -> bool:
        """A cell that says true or false."""
        return self._parsed(column, {"true": True, "false": False}.__getitem__, False)

    def count(self, column: str) -> int:
        """A whole number."""
        return self._parsed(column, _whole, 0)

    def optional_count(self, column: str) -> int | None:
        """A whole number, or none."""
        return self.count(column) if self.cells[column] else None

    def optional_date(self, column: str) -> date | None:
        """A date as YYYY-MM-DD, or none."""
        return self._parsed(column, date.fromisoformat, None) if self.cells[column] else None

    def choice(self, column: str, choices: type[Choice]) -> Choice:
        """One of the choices."""
        return self._parsed(column, choices, next(iter(choices)))

    def optional_choice(self, column: str, choices: type[Choice]) -> Choice | None:
        """One of the choices, or none."""
        return self.choice(column, choices) if self.cells[column] else None

    def _parsed(self, column: str, parse: Callable[[str], Value], fallback: Value) -> Value:
        text = self.cells[column]
        try:
            return parse(text)
        except (ValueError, KeyError):
            self.faults.add(
                f"{self.place}: {column} no puede ser «{text}».", f"{self.place}: {column} cannot be “{text}”."
            )
            return fallback


def read_rows(folder: Path, name: str, columns: tuple[str, ...], faults: Faults) -> Iterator[Row]:
    """Yield the rows of `<name>.csv`, whose header must be exactly `columns`.

    A missing file, other columns or a line of another width are faults; such a file or line gives no row.
    """
    path = folder / f"{name}.csv"
    try:
        lines = list(csv.reader(path.read_text(encoding="utf-8").splitlines(), strict=True))
    except FileNotFoundError:
        faults.add(f"Falta el archivo {path.name}.", f"The file {path.name} is missing.")
        return
    except (UnicodeDecodeError, csv.Error) as error:
        faults.add(f"{path.name} no se puede leer: {error}.", f"{path.name} cannot be read: {error}.")
        return
    if not lines or tuple(lines[0]) != columns:
        wanted = ",".join(columns)
        faults.add(f"{path.name}: las columnas deben ser {wanted}.", f"{path.name}: the columns must be {wanted}.")
        return
    for number, cells in enumerate(lines[1:], 2):
        place = f"{path.name}:{number}"
        if len(cells) == len(columns):
            yield Row(place, dict(zip(columns, cells, strict=True)), faults)
        else:
            faults.add(
                f"{place}: tiene {len(cells)} celdas y deben ser {len(columns)}.",
                f"{place}: has {len(cells)} cells where {len(columns)} are needed.",
            )


def collect(rows: Iterable[Row], build: Callable[[Row], AnyEntry], faults: Faults) -> Mapping[str, AnyEntry]:
    """Build the entries in file order; a code given twice is a fault and its first entry stays."""
    known: dict[str, AnyEntry] = {}
    for row in rows:
        entry = build(row)
        if entry.code in known:
            faults.add(
                f"{row.place}: el código {entry.code} está repetido.",
                f"{row.place}: the code {entry.code} is repeated.",
            )
        else:
            known[entry.code] = entry
    return MappingProxyType(known)


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ValueError(text)
    return int(text)
