"""What every command shares: settings, language, the opened book, and how it speaks."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from exemptions.calendar import Clock, format_instant, system_clock
from exemptions.database import Book, open_book
from exemptions.errors import RegistryError
from exemptions.settings import Settings

Report = Callable[[str, int | None, int | None], None]
"""Told by long work: the phase, how much of it is done, out of how much (None when unknown)."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a command needs of its surroundings."""

    settings: Settings
    lang: str
    clock: Clock = system_clock

    @contextmanager
    def book(self) -> Iterator[Book]:
        """The opened book of record, closed at the end."""
        book = open_book(self.settings, clock=self.clock)
        try:
            yield book
        finally:
            book.close()

    def say(self, es: str, en: str) -> None:
        """A sentence of the result, in the language asked for."""
        click.echo(en if self.lang == "en" else es)

    def pick(self, es: str, en: str) -> str:
        """One of two texts, by the language asked for."""
        return en if self.lang == "en" else es

    @contextmanager
    def progress(self, *, quiet: bool = False) -> Iterator[Report]:
        """Show progress on standard error: a moving line for a person, a line a phase for a log."""
        console = Console(stderr=True)
        if quiet:
            yield lambda _phase, _done, _total: None
        elif console.is_terminal:
            with _bars(console) as bars:
                yield _Bars(bars)
        else:
            yield _Lines(console)


class _Bars:
    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, phase: str, done: int | None, total: int | None) -> None:
        if phase not in self._tasks:
            self._tasks[phase] = self._bars.add_task(phase, total=total)
        self._bars.update(self._tasks[phase], completed=done or 0, total=total)


class _Lines:
    def __init__(self, console: Console) -> None:
        self._console = console
        self._seen: set[str] = set()

    def __call__(self, phase: str, done: int | None, total: int | None) -> None:
        if phase not in self._seen:
            self._seen.add(phase)
            self._console.print(f"· {phase}", highlight=False)


def _bars(console: Console) -> Progress:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console, transient=True)


def say_error(error: RegistryError) -> None:
    """Print an expected failure on standard error, in both languages, since it may come before the choice of one."""
    lang = "en" if "--lang=en" in sys.argv or ("--lang" in sys.argv and "en" in sys.argv) else "es"
    click.echo(error.text(lang), err=True)


def print_json(value: Any) -> None:
    """Print a value as JSON: dates in ISO, instants in UTC, money with exact decimals."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=_json_value))


def print_table(rows: Sequence[Mapping[str, object]], columns: Mapping[str, str]) -> None:
    """Print rows under the headings of `columns` (key → heading), in plain aligned text."""
    texts = [[_cell(row.get(key)) for key in columns] for row in rows]
    widths = [max([len(head), *(len(line[i]) for line in texts)]) for i, head in enumerate(columns.values())]
    for line in [list(columns.values()), *texts]:
        click.echo("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip())


def _cell(value: object) -> str:
    if value is None:
        return "–"
    return format_instant(value) if isinstance(value, datetime) else str(value)


def _json_value(value: object) -> object:
    if isinstance(value, datetime):
        return format_instant(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"{type(value).__name__} has no JSON form here")
