"""The days on which a benefit did not hold although its dates say so: suspended, revoked or cancelled."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from exemptions.status import Event

if TYPE_CHECKING:
    import pyarrow as pa

_CLOSING = (Event.SUSPENSION.value, Event.REVOCATION.value, Event.CANCELLATION.value)


class Closures:
    """The closed intervals of a release, by row of its records."""

    def __init__(self, records: pa.RecordBatch, events: pa.RecordBatch) -> None:
        """Derive the intervals from the events.

        A suspension lasts until its last day or the day before a reactivation; a revocation or cancellation until the
        day before a reactivation; each for ever where there is none. Events of one day happen in the table's order.
        """
        frame = pl.DataFrame(pl.from_arrow(events)).select("record_id", "event", "date", "until")
        reactivated = pl.when(pl.col("event") == Event.REACTIVATION.value).then("date")
        closed = (
            frame.with_row_index("place")
            .sort("record_id", "date", "place")
            .with_columns(reactivation=reactivated.fill_null(strategy="backward").over("record_id"))
            .filter(pl.col("event").is_in(_CLOSING))
            .with_columns(
                # Only a suspension has a last day of its own.
                until=pl.when(pl.col("event") == Event.SUSPENSION.value).then("until"),
                last_before=pl.col("reactivation").dt.offset_by("-1d"),
            )
            .select("record_id", start="date", end=pl.min_horizontal("until", "last_before"))
        )
        ids = pl.DataFrame({"record_id": pl.Series(pl.from_arrow(records.column("record_id")), dtype=pl.String)})
        self._intervals = closed.join(ids.with_row_index("row"), on="record_id", how="inner").select(
            "row", "start", "end"
        )

    def rows_closed_on(self, day: date) -> list[int]:
        """The rows whose benefit did not hold on `day`.

        Order: ascending, each once.
        """
        covering = pl.col("start").le(day) & (pl.col("end").is_null() | pl.col("end").ge(day))
        rows: list[int] = self._intervals.filter(covering).get_column("row").unique().sort().to_list()
        return rows
