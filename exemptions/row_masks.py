"""Which rows a query matches, as one truth value a row: what figures beside the records are chosen by."""

from __future__ import annotations

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from exemptions.columns import LIST_SEPARATOR
from exemptions.filters import Filter, FilterKind
from exemptions.matches import matching_rows
from exemptions.query import RegistryQuery
from exemptions.release import Release


def row_mask(release: Release, query: RegistryQuery) -> pl.Series | None:
    """Whether each row of the release matches; None where every row does.

    Shape: Boolean, one per row of the records.
    Raises: ReleaseDamaged.
    """
    filters = query.filters
    if not filters:
        return None
    if all(spec.kind is FilterKind.CODE for spec in filters):
        # Looking at the codes of every row takes a thirtieth of the time of fetching a large result from the index (0.4
        # against 12.7 ms for 30,895 of 99,928 rows).
        masks = [_has_code(release.records.column(one.field), getattr(query, one.parameter), one) for one in filters]
        found = masks[0]
        for mask in masks[1:]:
            found = pc.and_(found, mask)
        return pl.Series(pl.from_arrow(found)).fill_null(False)
    rows = matching_rows(release, query)
    return pl.repeat(False, release.records.num_rows, dtype=pl.Boolean, eager=True).scatter(rows, True)


def _has_code(column: pa.DictionaryArray, codes: tuple[str, ...], spec: Filter) -> pa.Array:
    """Whether each row has one of the codes, decided once for each distinct value."""
    wanted = set(codes)
    several = spec.field == "taxes"
    fits = [
        not wanted.isdisjoint(value.split(LIST_SEPARATOR)) if several else value in wanted
        for value in column.dictionary.to_pylist()
    ]
    return pc.take(pa.array(fits, pa.bool_()), column.indices)
