"""Which rows a query matches, and how many."""

from __future__ import annotations

import polars as pl
from tantivy import FieldType, Order, Query

from exemptions.clauses import build_clause, count_matches, join_clauses
from exemptions.documents import SHARED
from exemptions.index import index_guard
from exemptions.query import RegistryQuery, selection
from exemptions.release import Release

# Asking once for 1,960,000 hits took 346 MB, in slices of 65,536 rows 31 MB and the same time; below some 200,000 hits
# asking once is faster.
_HITS_AT_ONCE = 200_000
_SLICE_ROWS = 65_536
_FEW = 4_096


def total(release: Release, query: RegistryQuery) -> int:
    """How many rows match, exactly.

    Raises: ReleaseDamaged.
    """
    with index_guard():
        count: int = release.answers.get(
            ("total", selection(query)), lambda: count_matches(release.index, build_clause(release, query))
        )
        return count


def matching_rows(release: Release, query: RegistryQuery) -> pl.Series:
    """Every matching row, as UInt32.

    Order: row order.
    Raises: ReleaseDamaged.
    """
    if query.is_everything:
        return pl.int_range(release.records.num_rows, dtype=pl.UInt32, eager=True).alias("row")
    count = total(release, query)
    if count == 0:
        return _rows_of([])
    with index_guard():
        clause = build_clause(release, query)
        if count <= _HITS_AT_ONCE:
            return _find_rows(release, clause, count)
        schema, slices = release.index.schema, []
        for start in range(0, release.records.num_rows, _SLICE_ROWS):
            within = Query.range_query(schema, "row", FieldType.Unsigned, start, start + _SLICE_ROWS, True, False)
            slices.append(_find_rows(release, join_clauses([clause, within]), _SLICE_ROWS))
        return pl.concat(slices)


def shared_rows(release: Release, query: RegistryQuery) -> pl.Series:
    """The matching rows that may share their taxpayer: those with other rows in the release, matching or not.

    Of a release whose index does not mark them, every matching row.

    Order: row order.
    Raises: ReleaseDamaged.
    """
    if not release.index.marks_shared:
        return matching_rows(release, query)
    with index_guard():
        shared = Query.term_query(release.index.schema, SHARED, 1, index_option="basic")
        clause = join_clauses([build_clause(release, query), shared])
        known: int | None = release.answers.find(("total", selection(query)))
        # Room for a few hits more than there are costs less than counting them first.
        count = known if known is not None and known <= _FEW else count_matches(release.index, clause)
        return _find_rows(release, clause, count) if count else _rows_of([])


def _find_rows(release: Release, clause: Query, limit: int) -> pl.Series:
    hits = release.index.searcher.search(clause, limit, False, "row", order=Order.Asc).hits
    return _rows_of([row for row, _ in hits])


def _rows_of(rows: list[int]) -> pl.Series:
    return pl.Series("row", rows, dtype=pl.UInt32)
