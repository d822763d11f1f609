"""A result split by one or two codes: records, taxpayers, jobs and amounts of each group. Every figure is exact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
import pyarrow as pa

from exemptions.aggregates import AmountSum, JobsSum, Sums
from exemptions.columns import ValueState
from exemptions.facts import quetzales
from exemptions.figures import taxpayer_rows
from exemptions.filters import FACETS, FILTER
from exemptions.query import RegistryQuery
from exemptions.release import Release
from exemptions.row_masks import row_mask

GROUPINGS: tuple[str, ...] = tuple(name for name in FACETS if name != "tax")
"""Filters whose values a result can be split by. Not tax: a record has several, and its figures belong to all of them
together. What each tax costs is told by `exemptions.series`."""
MOST_GROUPINGS = 2

_NUMBERS = (("jobs", "jobs_status"), ("amount_gtq", "amount_status"))


@dataclass(frozen=True, slots=True)
class Group:
    """The records that share their values."""

    values: tuple[str | None, ...]
    """One for each grouping, in its order; None for records that have no value there."""
    records: int
    taxpayers: int
    sums: Sums


def group_records(release: Release, query: RegistryQuery, names: Sequence[str]) -> list[Group]:
    """The groups of a query's result by the values of `names`, one or two of `GROUPINGS`.

    Each record is in exactly one group; a taxpayer counts in every group that it has a record in, and a record without
    a published NIT is a taxpayer of its own.
    Order: most records first, then by value, None last.
    Raises: ReleaseDamaged; KeyError for a name that is no grouping.
    """
    unknown = [name for name in names if name not in GROUPINGS]
    if unknown:
        raise KeyError(unknown[0])
    keys = [FILTER[name].field for name in names]
    rows = _rows(release, query, keys)
    counted = rows.group_by(keys).agg(records=pl.len(), taxpayers=pl.col("taxpayer").n_unique())
    jobs = _add_up(rows, keys, "jobs", "jobs_year", "jobs_kind")
    amounts = _add_up(rows, keys, "amount_gtq", "amount_year")
    states = {number: _count_states(rows, keys, state) for number, state in _NUMBERS}
    values = [_texts(release.records.column(key)) for key in keys]
    groups = [
        Group(
            values=tuple(None if code is None else texts[code] for code, texts in zip(place, values, strict=True)),
            records=records,
            taxpayers=taxpayers,
            sums=Sums(
                jobs=tuple(JobsSum(*part) for part in jobs.get(place, ())),
                amount_gtq=tuple(
                    AmountSum(year, quetzales(cents), count) for year, cents, count in amounts.get(place, ())
                ),
                states={number: _all_states(states[number].get(place, ())) for number, _ in _NUMBERS},
            ),
        )
        for *place_list, records, taxpayers in counted.iter_rows()
        for place in [tuple(place_list)]
    ]
    return sorted(groups, key=lambda group: (-group.records, [(value is None, value or "") for value in group.values]))


_Place = tuple[int | None, ...]
"""The numbers of a group's values in the dictionaries of their columns."""


def _rows(release: Release, query: RegistryQuery, keys: Sequence[str]) -> pl.DataFrame:
    """The matching rows: codes of the groupings as numbers, the figures, and the taxpayer of each."""
    plain = ("jobs", "jobs_year", "jobs_kind", "jobs_status", "amount_gtq", "amount_year", "amount_status")
    columns: dict[str, pl.Series] = {name: pl.Series(pl.from_arrow(release.records.column(name))) for name in plain}
    codes = {key: pl.Series(pl.from_arrow(release.records.column(key).indices)) for key in keys}
    frame = pl.DataFrame({**columns, **codes, "taxpayer": taxpayer_rows(release)})
    mask = row_mask(release, query)
    chosen = frame if mask is None else frame.filter(mask)
    # Sums of any size are exact.
    return chosen.with_columns(pl.col("jobs", "amount_gtq").cast(pl.Int128))


def _add_up(rows: pl.DataFrame, keys: Sequence[str], number: str, *by: str) -> dict[_Place, list[tuple[Any, ...]]]:
    """The sums of a published number in each group, by year and kind, the latest year first and unknown ones last."""
    added = rows.drop_nulls(number).group_by(*keys, *by).agg(pl.col(number).sum(), rows=pl.len())
    added = added.with_columns(pl.col(by[1:]).cast(pl.String)).sort(
        by, descending=[True, *(False for _ in by[1:])], nulls_last=True
    )
    return _by_place(added, len(keys))


def _count_states(rows: pl.DataFrame, keys: Sequence[str], state: str) -> dict[_Place, list[tuple[Any, ...]]]:
    counted = rows.group_by(*keys, state).agg(rows=pl.len()).with_columns(pl.col(state).cast(pl.String))
    return _by_place(counted, len(keys))


def _by_place(frame: pl.DataFrame, keys: int) -> dict[_Place, list[tuple[Any, ...]]]:
    parts: dict[_Place, list[tuple[Any, ...]]] = {}
    for row in frame.iter_rows():
        parts.setdefault(row[:keys], []).append(row[keys:])
    return parts


def _all_states(counted: Sequence[tuple[Any, ...]]) -> Mapping[str, int]:
    rows = dict(counted)
    return {state.value: rows.get(state.value, 0) for state in ValueState}


def _texts(column: pa.DictionaryArray) -> list[str]:
    texts: list[str] = column.dictionary.to_pylist()
    return texts
