"""What the registry's own ESTADO tells of a benefit's past that no dated event tells."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from exemptions.columns import Status
from exemptions.status import Event

EXPIRY = "expiry"
"""An end by the term, which the registry states where its dates do not tell it."""

_ENDS: Mapping[Status, Event] = {
    Status.SUSPENDED: Event.SUSPENSION,
    Status.REVOKED: Event.REVOCATION,
    Status.CANCELLED: Event.CANCELLATION,
}


def find_statements(records: pl.DataFrame, events: pl.DataFrame) -> pl.DataFrame:
    """The events that a file's ESTADO amounts to, on the day from which it holds.

    A status that an event up to that day explains is no event of its own: the same act that still stands, for a
    suspension one that still covers the day. An expiry is none where the benefit's last day tells it. Where a benefit
    is stated to be in force, or merely suspended, although the events say that it was stopped, the statement is its
    reactivation.
    Shape: `record_id`, `event`, `date`, `until`. `records` has `record_id`, `stated`, `status_since`, `valid_until`;
    `events` is as `status.EVENTS_SCHEMA`, in the order in which they happened.
    Order: record_id; a reactivation before the suspension of the same day.
    """
    told = records.join(_standing(records, events), on="record_id", how="left").with_columns(
        pl.col(event.value for event in _ENDS.values()).fill_null(False)
    )
    stated = pl.col("stated")
    ended = pl.col(Event.REVOCATION.value) | pl.col(Event.CANCELLATION.value)
    revived = ((stated == Status.ACTIVE) & (ended | pl.col(Event.SUSPENSION.value))) | (
        (stated == Status.SUSPENDED) & ended
    )
    reactivations = told.filter(revived).select(
        "record_id", event=pl.lit(Event.REACTIVATION.value), date="status_since", until=pl.lit(None, pl.Date)
    )
    unexplained = [
        # A reactivation ends the suspension that explained the statement too, so it is told again with its last day.
        (stated == status) & (~pl.col(event.value) | ((stated == Status.SUSPENDED) & ended))
        for status, event in _ENDS.items()
    ]
    expired = (stated == Status.EXPIRED) & (pl.col("valid_until") >= pl.col("status_since")).fill_null(True)
    words = {status.value: event.value for status, event in _ENDS.items()} | {Status.EXPIRED.value: EXPIRY}
    statements = told.filter(pl.any_horizontal(*unexplained, expired)).select(
        "record_id",
        event=stated.replace_strict(words, default=None, return_dtype=pl.String),
        date="status_since",
        until=pl.when(stated == Status.SUSPENDED).then("carried"),
    )
    return pl.concat([reactivations, statements]).sort("record_id", maintain_order=True)


def _standing(records: pl.DataFrame, events: pl.DataFrame) -> pl.DataFrame:
    """What the events up to the day of each statement had brought about by then.

    Shape: `record_id`, a boolean for each kind of stop that stood, and `carried`: the last day of the suspension that
    stood, null while it is open.
    """
    stated = records.filter(pl.col("stated").is_not_null()).select("record_id", "status_since")
    earlier = (
        events.with_row_index("place")
        .sort("date", "place")
        .join(stated, on="record_id", how="inner", maintain_order="left")
        .filter(pl.col("date") <= pl.col("status_since"))
    )
    reactivated = (pl.col("event") == Event.REACTIVATION).reverse().cum_sum().reverse().over("record_id") > 0
    standing = earlier.filter(~reactivated)
    covers = (pl.col("event") == Event.SUSPENSION) & (
        pl.col("until").is_null() | (pl.col("until") >= pl.col("status_since"))
    )
    untils = pl.col("until").filter(covers)
    return standing.group_by("record_id").agg(
        covers.any().alias(Event.SUSPENSION.value),
        *((pl.col("event") == event).any().alias(event.value) for event in (Event.REVOCATION, Event.CANCELLATION)),
        pl.when(untils.is_null().any()).then(None).otherwise(untils.max()).alias("carried"),
    )
