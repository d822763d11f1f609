"""How many records of a result the release itself brought, ended or changed."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl
import pyarrow.compute as pc

from exemptions.query import RegistryQuery, selection
from exemptions.release import Release
from exemptions.row_masks import row_mask


@dataclass(frozen=True, slots=True)
class ResultChanges:
    """What a release changed in a result, against the release before it."""

    added: int
    changed: int
    ended: int | None
    """None where the release before cannot be had any more: only there it is told what an ended record was."""


def result_changes(release: Release, previous: Release | None, query: RegistryQuery) -> ResultChanges | None:
    """What `release` changed among the records of a query; None for the first release, which changes nothing.

    A record that changed counts if it matches as it is now, one that ended if it matched in `previous`.
    Raises: ReleaseDamaged.
    """
    if release.manifest["previous"] is None:
        return None
    key = ("changes", selection(query), previous is not None)
    counted: ResultChanges = release.answers.get(key, lambda: _count(release, previous, query))
    return counted


def _count(release: Release, previous: Release | None, query: RegistryQuery) -> ResultChanges:
    return ResultChanges(
        added=_count_matching(release, query, _rows(release, release, "added")),
        changed=_count_matching(release, query, _rows(release, release, "changed")),
        ended=None if previous is None else _count_matching(previous, query, _rows(release, previous, "ended")),
    )


def _rows(release: Release, holder: Release, kind: str) -> pl.Series:
    """The rows that the records of one kind of change have in `holder`; found once, for every query asks for them."""

    def find() -> pl.Series:
        changes = release.changes
        ids = pc.unique(changes.column("record_id").filter(pc.equal(changes.column("kind"), kind)))
        rows = pc.index_in(ids, value_set=holder.records.column("record_id")).drop_null()
        return pl.Series(pl.from_arrow(rows), dtype=pl.UInt32)

    rows: pl.Series = holder.answers.get(("changed rows", release.number, kind), find)
    return rows


def _count_matching(release: Release, query: RegistryQuery, rows: pl.Series) -> int:
    mask = row_mask(release, query)
    return len(rows) if mask is None else int(mask.gather(rows).sum())
