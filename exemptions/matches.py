"""Which rows a query matches, and how many."""

from __future__ import annotations

import polars as pl
from tantivy import FieldType, Order, Query

from exemptions.clauses import build_clause, count_matches, join_clauses
from exemptions.documents import SHARED
from exemptions.index import index_guard
from exemptions.query import RegistryQuery, selection
from exemptions.release import Release
from exemptions.summary import SUMMED, Selection

# Asking once for 1,960,000 hits took 346 MB, in slices of 65,536 rows 31 MB and the same time; below some 200,000 hits
# asking once is faster.
_HITS_AT_ONCE = 200_000
_SLICE_ROWS = 65_536
_FEW = 4_096
# Adding up the summary takes some two milliseconds however many rows match; the index needs as long for so many rows,
# and for a bound, at which it looks at every row, in a release of so many records.
_FEW_ROWS = 30_000
_FEW_RECORDS = 250_000
# The index sums in float64, which holds every integer up to here.
_EXACT_LIMIT = 2**53


def total(release: Release, query: RegistryQuery) -> int:
    """How many rows match, exactly.

    Raises: ReleaseDamaged.
    """
    with index_guard():
        count: int = release.answers.get(("total", selection(query)), lambda: _count(release, query))
        return count


def select_codes(release: Release, query: RegistryQuery) -> Selection | None:
    """What the summary of the release knows of a query: None if it looks at more than codes, or matches so few records
    that the index counts them faster."""
    if release.records.num_rows < _FEW_RECORDS or not sums_exactly(release):
        return None
    if not all(spec.field in SUMMED for spec in query.filters):
        return None
    # For a bound the index looks at every row, whatever else is asked for.
    if all(spec.is_facet for spec in query.filters):
        count = release.index.searcher.doc_freq
        for spec in query.filters:
            if sum(count(spec.field, code) for code in getattr(query, spec.parameter)) < _FEW_ROWS:
                return None
    return release.summary.select(query)


def sums_exactly(release: Release) -> bool:
    """Whether no sum over rows of this release can be too large for the index to add it exactly."""

    def compute() -> int:
        names = ("jobs", "amount_gtq")
        columns = [pl.Series(pl.from_arrow(release.records.column(name)), dtype=pl.Int64) for name in names]
        return max(int(column.cast(pl.Int128).abs().sum() or 0) for column in columns)

    largest: int = release.answers.get("largest sum", compute)
    return largest < _EXACT_LIMIT


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


def _count(release: Release, query: RegistryQuery) -> int:
    selected = select_codes(release, query)
    return count_matches(release.index, build_clause(release, query)) if selected is None else selected.total()


def _find_rows(release: Release, clause: Query, limit: int) -> pl.Series:
    hits = release.index.searcher.search(clause, limit, False, "row", order=Order.Asc).hits
    return _rows_of([row for row, _ in hits])


def _rows_of(rows: list[int]) -> pl.Series:
    return pl.Series("row", rows, dtype=pl.UInt32)
