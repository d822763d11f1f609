"""Names of a release that are near a name of a list: found by the index, judged word by word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA
from tantivy import Occur, Query

from exemptions.clauses import typos_allowed
from exemptions.index import OpenIndex, index_guard
from exemptions.names import LEGAL_FORMS, Word

LEAST_SCORE = 65.0
"""Below, two names share little more than the words that many have."""

_HITS_READ = 40
_TEXT = "text"


@dataclass(frozen=True, slots=True)
class Nearness:
    """How near two names are."""

    score: float
    """0 to 100: how alike the letters are when the words that belong together stand together."""
    is_spelling: bool
    """Every word of the one is a word of the other, but for typos."""


def find_near_rows(index: OpenIndex, words: Sequence[str], *, is_patient: bool) -> list[int]:
    """Rows whose names have all the words, or all but one.

    A word that the release does not know may have typos; with `is_patient` every word may, which takes longer.
    Order: the likeliest first.
    Raises: ReleaseDamaged.
    """
    with index_guard():
        clauses = [_word_clause(index, Word(word), is_patient=is_patient) for word in dict.fromkeys(words)]
        # One word more or less is still a candidate; of two words, one alone says too little.
        least = len(clauses) - 1 if len(clauses) > 2 else len(clauses)
        query = Query.boolean_query([(Occur.Should, clause) for clause in clauses], minimum_number_should_match=least)
        hits = index.searcher.search(query, _HITS_READ, False).hits
        rows = index.searcher.fast_field_values("row", [place for _, place in hits])
        return [int(row) for row in rows if row is not None]


def mend_legal_forms(whole: str) -> str:
    """A folded name whose misspelt legal forms (`sociedad anonma`) have their short writing."""
    words = whole.split()
    for short, long in LEGAL_FORMS:
        parts = long.split()
        for place in range(len(words) - len(parts) + 1):
            written = words[place : place + len(parts)]
            if all(_is_spelling_of(word, part) for word, part in zip(written, parts, strict=True)):
                words[place : place + len(parts)] = [short]
                break
    return " ".join(words)


def _is_spelling_of(word: str, meant: str) -> bool:
    return OSA.distance(word, meant) <= min(_typos(word), _typos(meant))


def compare_bags(first: str, second: str) -> Nearness | None:
    """How near two bags of words are; None if their numbers differ, which are never taken for misspelt."""
    shared, left, right = [], [], second.split()
    for word in first.split():
        if word in right:
            right.remove(word)
            shared.append(word)
        else:
            left.append(word)
    # Folded words are letters and digits, so one that is not all letters has a number in it.
    if not all(map(str.isalpha, (*left, *right))):
        return None
    pairs, alone = [], []
    for word in left:
        near = min(right, key=lambda other: OSA.distance(word, other), default="")
        if near and _is_spelling_of(word, near):
            pairs.append((word, near))
            right.remove(near)
        else:
            alone.append(word)
    score = fuzz.ratio(
        " ".join([*shared, *(word for word, _ in pairs), *alone]),
        " ".join([*shared, *(near for _, near in pairs), *right]),
    )
    return Nearness(round(score, 1), not alone and not right)


@lru_cache(maxsize=16_384)
def _typos(word: str) -> int:
    return typos_allowed(Word(word))


def _word_clause(index: OpenIndex, word: Word, *, is_patient: bool) -> Query:
    typos = _typos(word.text)
    exact = Query.term_query(index.schema, _TEXT, word.text, index_option="freq")
    if not typos or (not is_patient and index.searcher.doc_freq(_TEXT, word.text)):
        return exact
    near = Query.fuzzy_term_query(index.schema, _TEXT, word.text, typos, True, False)
    return Query.boolean_query([(Occur.Should, exact), (Occur.Should, near)])


def find_rows_with_words(index: OpenIndex, words: Sequence[str]) -> list[int]:
    """Rows whose names have all the words as they are written.

    Order: the shortest names first, about.
    Raises: ReleaseDamaged.
    """
    with index_guard():
        clauses = [(Occur.Must, _word_clause(index, Word(word), is_patient=False)) for word in dict.fromkeys(words)]
        hits = index.searcher.search(Query.boolean_query(clauses), _HITS_READ, False).hits
        rows = index.searcher.fast_field_values("row", [place for _, place in hits])
        return [int(row) for row in rows if row is not None]


def alike(first: str, second: str) -> float:
    """How alike two bags of words are, below what a near name has: 0 to `LEAST_SCORE`."""
    return round(fuzz.token_sort_ratio(first, second) * LEAST_SCORE / 100, 1)
