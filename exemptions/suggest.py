"""What a person may be about to type: names of the registry, and NITs that start with the digits typed."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from enum import StrEnum

import polars as pl
from tantivy import Order, Query

from exemptions.clauses import join_clauses, match_text, words_clause
from exemptions.index import index_guard
from exemptions.names import Word, find_nit, name_order, query_words
from exemptions.nit import format_nit
from exemptions.parameters import MAX_TEXT, MAX_WORDS
from exemptions.release import Release

MAX_SUGGESTIONS = 20
MIN_NIT_DIGITS = 3

# Hits read to find distinct names; homonyms stand together in name order, and most names are few.
_HITS_READ = 400
_NIT_START = re.compile(r"[0-9]+[0-9kK]?")


class SuggestionKind(StrEnum):
    NAME = "name"
    NIT = "nit"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One proposal."""

    text: str
    """What to show: a name, or a NIT with its hyphen."""
    kind: SuggestionKind
    nit: str | None
    """Canonical NIT; of a name only if all its records are of one taxpayer with a published NIT."""
    count: int
    """Records behind it."""
    name: str | None = None
    """The name of one of the records behind a NIT."""


def suggest(release: Release, text: str, limit: int = 8) -> list[Suggestion]:
    """Proposals for a text that is still being typed; none for one without letters or digits.

    Order: NITs first, ascending, if the text starts like one; then names that start as typed, then names that have the
    words, each in name order.
    Raises: ReleaseDamaged.
    """
    wanted = max(1, min(limit, MAX_SUGGESTIONS))
    if len(text) > MAX_TEXT or len(text.split()) > MAX_WORDS:
        return []
    with index_guard():
        found = _suggest_nits(release, text, wanted)
        return [*found, *_suggest_names(release, text, wanted - len(found))]


def _suggest_nits(release: Release, text: str, limit: int) -> list[Suggestion]:
    start = find_nit(text) or re.sub(r"[\s.\-–_]", "", text).lstrip("0").upper()
    if len(start) < MIN_NIT_DIGITS or not _NIT_START.fullmatch(start):
        return []
    rows, nits = release.rows_by_nit, release.records.column("nit")
    found: list[Suggestion] = []
    place = bisect_left(range(len(rows)), start, key=lambda place: nits[rows[place].as_py()].as_py())
    while place < len(rows) and len(found) < limit:
        nit: str = nits[rows[place].as_py()].as_py()
        if not nit.startswith(start):
            break
        behind = release.index.find_rows("nit", nit)
        name: str | None = release.records.column("name")[behind[0]].as_py()
        found.append(Suggestion(format_nit(nit), SuggestionKind.NIT, nit, len(behind), name))
        place += len(behind)
    return found


def _suggest_names(release: Release, text: str, limit: int) -> list[Suggestion]:
    words = query_words(text)
    if not words or limit < 1 or find_nit(text):
        return []
    schema, matched = release.index.schema, match_text(release, text.strip())
    first = Word(words[0].text, is_prefix=len(words) == 1)
    starting = Query.fuzzy_term_query(schema, "first_word", first.text, 0, True, first.is_prefix)
    clauses = [join_clauses([words_clause(schema, words), starting]), matched.clause]
    names: dict[str, None] = {}
    for clause in clauses:
        hits = release.index.searcher.search(clause, _HITS_READ, False, "row", order=Order.Asc).hits
        rows = [row for row, _ in hits]
        names |= dict.fromkeys(item["name"] for item in release.to_items(rows, ["name"]))
        if len(names) >= limit:
            break
    return [_suggest_name(release, name) for name in list(names)[:limit]]


def _suggest_name(release: Release, name: str) -> Suggestion:
    """One name with the records that bear exactly it; they lie within the rows of the same place in name order."""
    column = release.records.column("name")
    # Null names come last and have no place in the order, so the search by halves ends before them.
    named, place = range(len(column) - column.null_count), name_order(name)
    first = bisect_left(named, place, key=lambda row: name_order(column[row].as_py()))
    last = bisect_right(named, place, lo=first, key=lambda row: name_order(column[row].as_py()))
    alike = release.records.select(["nit", "name"]).slice(first, last - first)
    nits = pl.DataFrame(pl.from_arrow(alike)).filter(pl.col("name") == name).get_column("nit")
    is_one = nits.null_count() == 0 and nits.n_unique() == 1
    return Suggestion(name, SuggestionKind.NAME, nits[0] if is_one else None, nits.len())
