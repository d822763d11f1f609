"""How many records of a result the release itself brought, ended or changed."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl
import pyarrow as pa
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
    changes = release.changes
    ids = {
        kind: pc.unique(changes.column("record_id").filter(pc.equal(changes.column("kind"), kind)))
        for kind in ("added", "changed", "ended")
    }
    return ResultChanges(
        added=_count_matching(release, query, ids["added"]),
        changed=_count_matching(release, query, ids["changed"]),
        ended=_count_matching(previous, query, ids["ended"]) if previous is not None else None,
    )


def _count_matching(release: Release, query: RegistryQuery, record_ids: pa.Array) -> int:
    if not len(record_ids):
        return 0
    mask = row_mask(release, query)
    rows = pc.index_in(record_ids, value_set=release.records.column("record_id")).drop_null()
    places = pl.Series(pl.from_arrow(rows), dtype=pl.UInt32)
    return len(places) if mask is None else int(mask.gather(places).sum())
