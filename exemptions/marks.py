"""Which words of a name a typed text matched, and as which of the typed ones: why a result was found.

The words are those of the index: folded by the same rules, lone letters joined, legal forms in either writing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA

from exemptions.clauses import typos_allowed
from exemptions.names import LEGAL_FORMS, Word, query_words
from exemptions.text import fold_text

_MARKS_AND_GLOTTALS = "\u0300-\u036f'’‘´ʼʹˈ`′"
_TOKEN = re.compile(
    # Letters with a dot each (`C.D.A.G.`), the last of which may lack its own; else a word with its glottal signs.
    rf"(?<!\w)[^\W\d_]\.(?:[^\W\d_]\.)*(?:[^\W\d_](?!\w))?|[^\W_](?:[^\W_]|[{_MARKS_AND_GLOTTALS}])*"
)
_LONG_FORMS = tuple((tuple(long.split()), short) for short, long in LEGAL_FORMS)


@dataclass(frozen=True, slots=True)
class Mark:
    """A part of a name that a typed word matched."""

    start: int
    end: int
    typed: str
    """The word as it was typed."""
    is_exact: bool
    """Whether the name has the word as typed, or its beginning if it was the last one; else it only comes near."""


@dataclass(frozen=True, slots=True)
class _Token:
    """A word of a name as the index holds it, and where it stands in the name."""

    text: str
    start: int
    end: int


def find_marks(names: Sequence[str | None], q: str) -> list[tuple[Mark, ...]]:
    """The parts of each name that the words of `q` matched; none of a missing name.

    Order: by place in the name; marks never overlap.
    """
    words = query_words(q)
    typed = {token.text: q[token.start : token.end] for token in _with_compounds(_tokens(q))}
    asked = [(word, typed.get(word.text, word.text)) for word in words]
    return [_marks_of(list(_with_compounds(_tokens(name or ""))), asked) for name in names]


def _tokens(text: str) -> list[_Token]:
    return [_Token(_fold_word(match[0]), match.start(), match.end()) for match in _TOKEN.finditer(text)]


# The words of names repeat within a page and between pages (`sociedad`, `anonima`).
_fold_word = lru_cache(maxsize=16_384)(fold_text)


def _marks_of(tokens: Sequence[_Token], asked: Sequence[tuple[Word, str]]) -> tuple[Mark, ...]:
    found: list[Mark] = []
    for word, typed in asked:
        exact = [token for token in tokens if _is_exact(token, word)]
        near = [] if exact else _nearest(tokens, word)
        found += [Mark(token.start, token.end, typed, is_exact=bool(exact)) for token in exact or near]
    marks: list[Mark] = []
    # The longest of those that begin together: `sa` of `S. A.` covers its letters.
    for mark in sorted(found, key=lambda mark: (mark.start, -mark.end, not mark.is_exact)):
        if not marks or mark.start >= marks[-1].end:
            marks.append(mark)
    return tuple(marks)


def _with_compounds(tokens: Sequence[_Token]) -> Iterator[_Token]:
    """Yield the words, then what several of them together stand for: joined letters, and long legal forms as short."""
    yield from tokens
    run: list[_Token] = []
    for token in (*tokens, None):
        if token is not None and len(token.text) == 1 and token.text.isalpha():
            run.append(token)
            continue
        for first in range(len(run) - 1):
            letters = run[first:]
            yield _Token("".join(letter.text for letter in letters), letters[0].start, letters[-1].end)
        run = []
    texts = tuple(token.text for token in tokens)
    for long, short in _LONG_FORMS:
        if long[0] not in texts:
            continue
        for place in range(len(tokens) - len(long) + 1):
            if texts[place : place + len(long)] == long:
                yield _Token(short, tokens[place].start, tokens[place + len(long) - 1].end)


def _is_exact(token: _Token, word: Word) -> bool:
    return token.text.startswith(word.text) if word.is_prefix else token.text == word.text


def _nearest(tokens: Sequence[_Token], word: Word) -> list[_Token]:
    """The words with the fewest typos, if the typed word may have any; each with as many as the search allows."""
    allowed = typos_allowed(word)
    if not allowed:
        return []
    distances = [(_typos(word.text, token.text, word.is_prefix, allowed), token) for token in tokens]
    best = min((distance for distance, _ in distances), default=allowed + 1)
    return [token for distance, token in distances if distance == best <= allowed]


@lru_cache(maxsize=16_384)
def _typos(typed: str, text: str, is_prefix: bool, most: int) -> int:
    """How many typos lead from one word to another, or to its beginning; two letters changed round are one typo.

    Above `most` it is only told that there are more.
    """
    if len(typed) - len(text) > most or (not is_prefix and len(text) - len(typed) > most):
        return most + 1
    beginnings = range(len(typed) - most, min(len(text), len(typed) + most) + 1) if is_prefix else (len(text),)
    return min(OSA.distance(typed, text[: max(length, 0)], score_cutoff=most) for length in beginnings)
