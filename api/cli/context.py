"""What every command shares: settings, language, the opened book, and how it speaks."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import click

from exemptions.accounts import Actor, Right, record_denial
from exemptions.calendar import Clock, format_instant, system_clock
from exemptions.database import Book, open_book
from exemptions.errors import BookUnreachable, NobodyYet, NotAllowed, RegistryError, RoleMissing
from exemptions.settings import ENVIRONMENT, Settings, read_language

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

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
        """The opened book of record, closed at the end; what somebody's role did not allow is noted in its audit.

        Raises: SettingsError, Busy.
        """
        book = open_book(self.settings, clock=self.clock)
        try:
            yield book
        except RoleMissing as error:
            record_denial(book, actor=Actor(error.actor), right=Right(error.right), at=self.clock())
            raise
        except NobodyYet as error:
            # Most often the variable was forgotten in this terminal, and the home is not the one that was meant.
            home, variable = self.settings.home, ENVIRONMENT["home"]
            raise NotAllowed(
                f"{error.es}\nEl libro es el de la carpeta {home} ({variable}).",
                f"{error.en}\nThe book is that of the home {home} ({variable}).",
            ) from error
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
        if quiet:
            yield lambda _text: None
        elif not sys.stderr.isatty():
            yield lambda text: click.echo(f"· {text}", err=True)
        else:
            # Only a person's terminal needs it, and loading it takes a tenth of a second.
            from rich.console import Console
            from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

            columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
            with Progress(*columns, console=Console(stderr=True)) as bar:
                yield _Steps(bar)


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
    """Print an expected failure on standard error, in the language asked for; it may come before any option is read."""
    click.echo(error.text(asked_language()), err=True)
    if isinstance(error, BookUnreachable):
        click.echo(error.cause, err=True)


def asked_language() -> str:
    """What `--lang` says before the command, else the settings."""
    words: Sequence[str] = sys.argv[1:]
    for word, following in pairwise((*words, "")):
        if word.startswith("--lang="):
            return word.removeprefix("--lang=")
        if word == "--lang":
            return following
        if not word.startswith("-"):
            break
    return read_language()


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
