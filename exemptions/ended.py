"""Records that releases showed and that a later one no longer has, told by the releases alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from exemptions.release import Release
from exemptions.store import ReleaseStore

_ENDED = "ended"
_TOLD = ("record_id", "nit", "name", "category", "category_name", "resolution")


@dataclass(frozen=True, slots=True)
class EndedRecord:
    """A record that is no longer in the registry."""

    record_id: str
    ended: int
    """The first release without it."""
    last: int | None
    """The newest release before that which can still be had; None if every one was withdrawn."""


@dataclass(frozen=True, slots=True)
class EndedBenefit:
    """A record of a legal person that is no longer in the registry, as the last release with it told it."""

    record_id: str
    name: str | None
    category: str
    category_name: str
    resolution: str | None
    ended: int
    last: int


def find_ended(store: ReleaseStore, release: Release, record_id: str) -> EndedRecord | None:
    """When a record that `release` does not have ended; None if neither it nor a release before ever had it.

    Raises: NothingPublished.
    """
    ends = [row["release"] for row in release.history_of([record_id]) if row["kind"] == _ENDED]
    if not ends:
        return None
    return EndedRecord(record_id, max(ends), _before(max(ends), store.published()))


def ended_benefits(store: ReleaseStore, release: Release, nit: str) -> tuple[EndedBenefit, ...]:
    """The records of a taxpayer, by its canonical NIT, that releases before `release` had and it no longer has.

    Only who had a published NIT is found, so no natural person is.
    Order: the ones that ended last first, then by record_id.
    Raises: NothingPublished, ReleaseDamaged.
    """
    published = store.published()
    # A withdrawal hides what one of the earlier releases told, though this one stays as it is.
    known: Mapping[str, tuple[EndedBenefit, ...]] = release.answers.get(
        ("ended", published), lambda: _find_all(store, release, published)
    )
    return known.get(nit, ())


def _find_all(
    store: ReleaseStore, release: Release, published: tuple[int, ...]
) -> Mapping[str, tuple[EndedBenefit, ...]]:
    """NIT → its ended benefits. Every release after which records ended is looked into once."""
    by_last: defaultdict[int, dict[str, int]] = defaultdict(dict)
    for record_id, ended in _ends(release):
        last = _before(ended, published)
        if last is not None:
            by_last[last][record_id] = ended
    found: defaultdict[str, list[EndedBenefit]] = defaultdict(list)
    for last, ends in by_last.items():
        for row in _rows_of(store.records_of(last), list(ends)):
            nit = row.pop("nit")
            if nit is not None:
                found[nit].append(EndedBenefit(**row, ended=ends[row["record_id"]], last=last))
    return {
        nit: tuple(sorted(benefits, key=lambda benefit: (-benefit.ended, benefit.record_id)))
        for nit, benefits in found.items()
    }


def _ends(release: Release) -> list[tuple[str, int]]:
    """Every record that ended and is not in the release, with the release that was the first without it."""
    history = pl.DataFrame(pl.from_arrow(release.history.select(["record_id", "kind", "release"])))
    ends = history.filter(pl.col("kind") == _ENDED).group_by("record_id").agg(pl.col("release").max())
    held = pl.DataFrame({"record_id": pl.Series(pl.from_arrow(release.records.column("record_id")), dtype=pl.String)})
    return list(ends.join(held, on="record_id", how="anti").sort("record_id").iter_rows())


def _rows_of(records: pa.RecordBatch, record_ids: list[str]) -> list[dict[str, Any]]:
    wanted = pc.is_in(records.column("record_id"), value_set=pa.array(record_ids, pa.string()))
    rows: list[dict[str, Any]] = records.select(_TOLD).filter(wanted).to_pylist()
    return rows


def _before(number: int, published: tuple[int, ...]) -> int | None:
    return max((release for release in published if release < number), default=None)
