"""From a query to clauses of the index. Nothing that a person types is syntax: only constructors make clauses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from tantivy import FieldType, Occur, Query, Schema

from exemptions.documents import ALWAYS_AFTER, ALWAYS_BEFORE
from exemptions.filters import Bound, Filter, FilterKind
from exemptions.index import OpenIndex, day_number
from exemptions.names import Word, find_nit, query_words
from exemptions.query import RegistryQuery
from exemptions.release import Release

_TEXT = "text"
_LETTERS_FOR_TWO = 8


@dataclass(frozen=True, slots=True)
class TextMatch:
    """How a typed text is matched: the clause, and whether words were taken for misspelt."""

    clause: Query
    is_approximate: bool = False


def build_clause(release: Release, query: RegistryQuery) -> Query:
    """The clause that the query's records match."""
    clauses = [_filter_clause(release, query, spec) for spec in query.filters]
    return join_clauses(clauses)


def match_text(release: Release, q: str) -> TextMatch:
    """How `q` matches names, or the NIT that it is.

    Whether words count as misspelt is decided by the text alone, so that narrowing a search by a filter never changes
    what its words mean.
    """
    match: TextMatch = release.answers.get(("text", q), lambda: _match_text(release.index, q))
    return match


def is_approximate(release: Release, query: RegistryQuery) -> bool:
    """Whether the query's words are matched as misspelt ones."""
    return bool(query.q) and match_text(release, query.q).is_approximate


def words_clause(schema: Schema, words: tuple[Word, ...], *, typos: int = 0) -> Query:
    """All the words, each with as many typos as its length allows, but not more than `typos`."""
    return join_clauses([_word_clause(schema, word, min(typos, typos_allowed(word))) for word in words])


def join_clauses(clauses: list[Query]) -> Query:
    """A clause that matches what all of them match; everything if there are none."""
    if not clauses:
        return Query.all_query()
    return clauses[0] if len(clauses) == 1 else Query.boolean_query([(Occur.Must, clause) for clause in clauses])


def count_matches(index: OpenIndex, clause: Query) -> int:
    """How many rows match, exactly."""
    # Every row has its number, and an aggregation scores nothing: a third of the time of a search that counts.
    counted = index.searcher.aggregate(clause, {"rows": {"value_count": {"field": "row"}}})
    return int(counted["rows"]["value"])


def _filter_clause(release: Release, query: RegistryQuery, spec: Filter) -> Query:
    value = getattr(query, spec.parameter)
    schema = release.index.schema
    match spec.kind:
        case FilterKind.WORDS:
            return match_text(release, value).clause
        case FilterKind.RECORD if release.index.rows_by_id is not None:
            return _any_row([release.find_record(record_id) for record_id in value], schema)
        case FilterKind.CODE | FilterKind.NIT | FilterKind.RECORD:
            return _any_of(schema, spec.field, value)
        case FilterKind.COUNT | FilterKind.MONEY:
            low, high = (value, None) if spec.bound is Bound.MIN else (None, value)
            return Query.range_query(schema, spec.field, FieldType.Integer, low, high)
        case FilterKind.DAY if spec.bound is not None:
            return _day_bound(schema, spec, value)
        case FilterKind.DAY:
            return _valid_on(release, value)


def _any_of(schema: Schema, field: str, values: tuple[str, ...]) -> Query:
    if len(values) == 1:
        return Query.term_query(schema, field, values[0], index_option="basic")
    return Query.term_set_query(schema, field, values)


def _any_row(rows: list[int | None], schema: Schema) -> Query:
    """Any of these rows; a None stands for a record that is not there."""
    known = [row for row in rows if row is not None]
    return Query.term_set_query(schema, "row", known) if known else Query.empty_query()


def _day_bound(schema: Schema, spec: Filter, day: date) -> Query:
    """Rows whose own first or last day lies on one side of a day; one without such a day lies on neither."""
    number = min(max(day_number(day), ALWAYS_BEFORE + 1), ALWAYS_AFTER - 1)
    low, high = (number, ALWAYS_AFTER - 1) if spec.bound is Bound.MIN else (ALWAYS_BEFORE + 1, number)
    return Query.range_query(schema, spec.field, FieldType.Integer, low, high)


def _valid_on(release: Release, day: date) -> Query:
    schema, number = release.index.schema, day_number(day)
    held = [
        (Occur.Must, Query.range_query(schema, "from_day", FieldType.Integer, None, number)),
        (Occur.Must, Query.range_query(schema, "until_day", FieldType.Integer, number, None)),
    ]
    closed = release.closures.rows_closed_on(day)
    if closed:
        held.append((Occur.MustNot, Query.term_set_query(schema, "row", closed)))
    return Query.boolean_query(held)


def _match_text(index: OpenIndex, q: str) -> TextMatch:
    nit = find_nit(q)
    if nit is not None and index.searcher.doc_freq("nit", nit):
        return TextMatch(_any_of(index.schema, "nit", (nit,)))
    words = query_words(q)
    if not words:
        return TextMatch(Query.empty_query())
    strict = words_clause(index.schema, words)
    if _has_matches(index, words, strict) or not any(word.may_be_misspelt for word in words):
        return TextMatch(strict)
    for near in _iter_near_misses(index.schema, words):
        if count_matches(index, near):
            return TextMatch(near, is_approximate=True)
    return TextMatch(strict)


def _has_matches(index: OpenIndex, words: tuple[Word, ...], strict: Query) -> bool:
    """Whether any row has the words as typed; rows are counted only where the words alone do not tell."""
    plain = [word for word in words if not word.letters]
    if not all(_is_known(index, word) for word in plain):
        return False
    return len(plain) == len(words) == 1 or bool(count_matches(index, strict))


def _is_known(index: OpenIndex, word: Word) -> bool:
    """Whether a word, or one that begins with it, is one of the index: told in microseconds, however many rows have
    it; walking over 380,000 took 2 ms."""
    if index.searcher.doc_freq(_TEXT, word.text):
        return True
    return word.is_prefix and bool(index.searcher.terms_with_prefix(_TEXT, word.text, None, 1))


def _iter_near_misses(schema: Schema, words: tuple[Word, ...]) -> Iterator[Query]:
    """Yield what the words may have meant, the nearest first: a name closer to what was typed is the one meant.

    Order: one typo in one word; two in one word or one in each; as many in each as its length allows.
    """
    yield _one_misspelt(schema, words, typos=1)
    either = [_one_misspelt(schema, words, typos=2), words_clause(schema, words, typos=1)]
    yield Query.boolean_query([(Occur.Should, clause) for clause in either])
    yield words_clause(schema, words, typos=2)


def _one_misspelt(schema: Schema, words: tuple[Word, ...], *, typos: int) -> Query:
    """One of the words misspelt, all others as typed."""
    exact = [_word_clause(schema, word, 0) for word in words]
    readings = []
    for place, word in enumerate(words):
        if word.may_be_misspelt:
            near = _word_clause(schema, word, min(typos, typos_allowed(word)))
            readings.append(join_clauses([*exact[:place], near, *exact[place + 1 :]]))
    return Query.boolean_query([(Occur.Should, reading) for reading in readings])


def typos_allowed(word: Word) -> int:
    """How many typos a word may have when nothing matches it as typed."""
    if not word.may_be_misspelt:
        return 0
    return 2 if len(word.text) >= _LETTERS_FOR_TWO else 1


def _word_clause(schema: Schema, word: Word, typos: int) -> Query:
    if word.is_prefix or typos:
        clause = Query.fuzzy_term_query(schema, _TEXT, word.text, typos, True, word.is_prefix)
    else:
        clause = Query.term_query(schema, _TEXT, word.text, index_option="freq")
    if not word.letters:
        return clause
    apart = [Word(letter) for letter in word.letters[:-1]] + [Word(word.letters[-1], word.is_prefix)]
    return Query.boolean_query([(Occur.Should, clause), (Occur.Should, words_clause(schema, tuple(apart)))])
