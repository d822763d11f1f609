"""Benefits that an authority ended before their term, by category, year and the reason that was given."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl
import pyarrow.compute as pc

from exemptions.release import Release
from exemptions.status import Event

_ENDING = (Event.REVOCATION.value, Event.CANCELLATION.value)


@dataclass(frozen=True, slots=True)
class Ending:
    """How many times one thing happened; `reason` is None where none is published."""

    category: str
    year: int
    event: str
    reason: str | None
    records: int


def list_endings(release: Release) -> tuple[Ending, ...]:
    """Revocations and cancellations, also those that a reactivation undid.

    Order: latest year first, then the catalogue's of categories, event and reason.
    Raises: ReleaseDamaged.
    """
    found: tuple[Ending, ...] = release.answers.get("endings", lambda: _list(release))
    return found


def _list(release: Release) -> tuple[Ending, ...]:
    batch = release.fact_table("events")
    rows = pc.index_in(batch.column("record_id"), value_set=release.records.column("record_id"))
    categories = release.records.column("category").take(rows)
    frame = pl.DataFrame(pl.from_arrow(batch)).with_columns(
        category=pl.Series(pl.from_arrow(categories)).cast(pl.String), year=pl.col("date").dt.year()
    )
    counted = (
        frame.filter(pl.col("event").is_in(_ENDING))
        .group_by("category", "year", "event", "reason")
        .agg(records=pl.col("record_id").n_unique())
    )
    places = {code: place for place, code in enumerate(release.catalogs.categories)}
    found = [Ending(*row) for row in counted.iter_rows()]
    return tuple(sorted(found, key=lambda one: (-one.year, places[one.category], one.event, one.reason or "")))
