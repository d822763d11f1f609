"""What comes out of matching a list with a release: one value for each of its lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from exemptions.errors import Sentence
from exemptions.nit import NITProblem
from exemptions.parameters import MAX_TEXT, MAX_WORDS

MAX_LINES = 50_000
"""Lines of one list."""

MAX_CANDIDATES = 10
"""Candidates told of one line, those with the highest scores."""


class Expected(StrEnum):
    """What the lines of a list are taken for."""

    EITHER = "either"
    """Each line is a NIT if it is written like one, else a name."""
    NIT = "nit"
    NAME = "name"


class MatchState(StrEnum):
    """What became of a line."""

    MATCHED = "matched"
    AMBIGUOUS = "ambiguous"
    """There are candidates, and none of them can be told to be the one meant."""
    NONE = "none"
    INVALID = "invalid"
    """No NIT that can exist, or a text too long to be a name."""
    BLANK = "blank"


class MatchedBy(StrEnum):
    """How a line and a taxpayer agree, the surest first."""

    NIT = "nit"
    EXACT_NAME = "exact_name"
    SAME_WORDS = "same_words"
    APPROXIMATE = "approximate"


@dataclass(frozen=True, slots=True)
class AskedList:
    """A list that was sent to be matched."""

    values: Sequence[str]
    """The column that is matched."""
    first_line: int = 1
    """Row of the first value, as its file counts them."""
    column: str | None = None
    """Head of the column; None for a list without heads."""
    expected: Expected = Expected.EITHER
    heads: tuple[str, ...] = ()
    """Heads of all columns of a table; empty for a plain list."""
    rows: Sequence[Sequence[str]] = ()
    """Rows of a table, all its columns, one for each value."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a line cannot be matched."""

    code: str
    sentence: Sentence


TOO_LONG = Problem(
    "too_long",
    Sentence(
        f"Un nombre tiene {MAX_TEXT} caracteres y {MAX_WORDS} palabras como máximo.",
        f"A name has {MAX_TEXT} characters and {MAX_WORDS} words at most.",
    ),
)


def nit_problem(code: str) -> Problem:
    """The problem of a NITProblem's code."""
    return Problem(code, NITProblem(code).sentence)


@dataclass(frozen=True, slots=True)
class Taxpayer:
    """Who a line may mean: a legal person with all its records, or one record whose holder has no published NIT."""

    id: str
    """The NIT; the identifier of the record where no NIT is published."""
    nit: str | None
    name: str | None
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A taxpayer that a line may mean.

    Units: `score` from 0 to 100; 100 for the same NIT or name, 95 and more for the same words, below for near names.
    """

    taxpayer: Taxpayer
    how: MatchedBy
    score: float


@dataclass(frozen=True, slots=True)
class LineMatch:
    """What was found for one line."""

    line: int
    """Row of the list, as its file counts them."""
    value: str
    state: MatchState
    candidates: tuple[Candidate, ...] = ()
    """The taxpayer that was matched alone, or who may be meant, the highest score first."""
    problem: Problem | None = None

    @property
    def match(self) -> Candidate | None:
        """The one that was matched."""
        return self.candidates[0] if self.state is MatchState.MATCHED else None

    @property
    def best(self) -> Candidate | None:
        """The one that was matched, or the likeliest candidate."""
        return self.candidates[0] if self.candidates else None
