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
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from exemptions.calendar import Clock, format_instant, system_clock
from exemptions.database import Book, open_book
from exemptions.errors import RegistryError
from exemptions.settings import Settings

Show = Callable[[str], None]
"""Shows what long work is doing, in words."""


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
    def progress(self, *, quiet: bool = False) -> Iterator[Show]:
        """Show progress on standard error: a moving line for a person, a line a phase for a log."""
        console = Console(stderr=True)
        if quiet:
            yield lambda _text: None
        elif console.is_terminal:
            with Progress(
                SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=console
            ) as bar:
                yield _Steps(bar)
        else:
            yield lambda text: console.print(f"· {text}", highlight=False)


class _Steps:
    """One line a step, each with the time it took."""

    def __init__(self, bar: Progress) -> None:
        self._bar = bar
        self._current: TaskID | None = None

    def __call__(self, text: str) -> None:
        if self._current is not None:
            self._bar.update(self._current, completed=1, total=1)
        self._current = self._bar.add_task(text, total=None)


def say_error(error: RegistryError) -> None:
    """Print an expected failure on standard error, in both languages, since it may come before the choice of one."""
    lang = "en" if "--lang=en" in sys.argv or ("--lang" in sys.argv and "en" in sys.argv) else "es"
    click.echo(error.text(lang), err=True)


def count_words(number: int, one: str, many: str) -> str:
    """A number with its noun: `1 registro`, `1,200 registros`."""
    return f"{number:,} {one if number == 1 else many}"


def print_json(value: Any) -> None:
    """Print a value as JSON: dates in ISO, instants in UTC, money with exact decimals."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=json_value))


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


def json_value(value: object) -> object:
    """What JSON keeps of a value that it has no form for."""
    if isinstance(value, datetime):
        return format_instant(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"{type(value).__name__} has no JSON form here")
