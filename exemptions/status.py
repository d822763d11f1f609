"""The status of a benefit on a day, derived from its dates, the file's own status and the events known about it.

Order, from strong to weak: a revocation or cancellation lasts until a reactivation; then expiry; then `pending` until
the first day; then suspension; else the benefit is active. From `status_since` on the file's status is the starting
point and only later events count; before that day, and where the file gives none, events and dates alone decide.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

import polars as pl

from exemptions.columns import Status


class Event(StrEnum):
    """What an authority did to a benefit after granting it."""

    SUSPENSION = "suspension"
    REVOCATION = "revocation"
    CANCELLATION = "cancellation"
    REACTIVATION = "reactivation"


class CalendarReason(StrEnum):
    """Why a status changed without anybody changing the record."""

    STARTED = "started"
    EXPIRED = "expired"
    SUSPENSION_ENDED = "suspension_ended"


EVENTS_SCHEMA: Mapping[str, type[pl.DataType]] = {
    "record_id": pl.String,
    "event": pl.String,
    "date": pl.Date,
    "until": pl.Date,
}
"""Events of the book; `until` is the last day of a suspension, null while it is open. Order matters within one day."""

CHANGES_SCHEMA: Mapping[str, type[pl.DataType]] = {
    "record_id": pl.String,
    "before": pl.String,
    "after": pl.String,
    "reason": pl.String,
}

_ENDS: Mapping[Event, Status] = {Event.REVOCATION: Status.REVOKED, Event.CANCELLATION: Status.CANCELLED}


def no_events() -> pl.DataFrame:
    """An empty frame of events."""
    return pl.DataFrame(schema=EVENTS_SCHEMA)


def derive_status(records: pl.DataFrame, events: pl.DataFrame, *, on: date) -> pl.Series:
    """The status of each record on the day `on`.

    Shape: one `Status` code per row of `records`, which needs `record_id` (unique), `valid_from`, `valid_until`,
    `status` (the file's) and `status_since`; `events` is as `EVENTS_SCHEMA`.
    Order: that of `records`.
    """
    rows = records.select(
        "record_id",
        "valid_from",
        "valid_until",
        "status_since",
        stated=pl.when(pl.col("status_since") <= on).then("status"),
    )
    known = events.with_row_index("row").filter(pl.col("date") <= on).sort("date", "row").with_row_index("position")
    if not known.is_empty():
        rows = _with_events(rows, known, on)
    else:
        rows = rows.with_columns(
            reactivated=pl.lit(False),
            ended=pl.lit(None, pl.String),
            suspended=pl.lit(False),
            carried=pl.lit(None, pl.Date),
        )
    return rows.select(_status(on).alias("status")).to_series()


def status_changes(records: pl.DataFrame, events: pl.DataFrame, *, since: date, until: date) -> pl.DataFrame:
    """The changes of status that the calendar alone brought about between two days.

    Shape: `record_id`, `before`, `after`, `reason` (a `CalendarReason`). A record whose file status was given after
    `since` is left out: its change came with the file.
    Order: that of `records`.
    """
    compared = records.select(
        "record_id",
        before=derive_status(records, events, on=since),
        after=derive_status(records, events, on=until),
        stated_between=pl.col("status").is_not_null() & pl.col("status_since").is_between(since, until, closed="right"),
    )
    reason = (
        pl.when(pl.col("after") == Status.EXPIRED)
        .then(pl.lit(CalendarReason.EXPIRED.value))
        .when(pl.col("before") == Status.PENDING)
        .then(pl.lit(CalendarReason.STARTED.value))
        .when((pl.col("before") == Status.SUSPENDED) & (pl.col("after") == Status.ACTIVE))
        .then(pl.lit(CalendarReason.SUSPENSION_ENDED.value))
    )
    moved = compared.filter((pl.col("before") != pl.col("after")) & ~pl.col("stated_between"))
    return moved.select("record_id", "before", "after", reason=reason).filter(pl.col("reason").is_not_null())


def _status(on: date) -> pl.Expr:
    stated = pl.when(~pl.col("reactivated")).then("stated")
    suspended = pl.col("suspended") | (
        (stated == Status.SUSPENDED) & (pl.col("carried").is_null() | (pl.col("carried") >= on))
    ).fill_null(False)
    return (
        pl.when(stated.is_in([Status.REVOKED.value, Status.CANCELLED.value]))
        .then(stated)
        .when(pl.col("ended").is_not_null())
        .then("ended")
        .when((stated == Status.EXPIRED) | (pl.col("valid_until") < on))
        .then(pl.lit(Status.EXPIRED.value))
        .when(pl.col("valid_from") > on)
        .then(pl.lit(Status.PENDING.value))
        .when(suspended)
        .then(pl.lit(Status.SUSPENDED.value))
        .otherwise(pl.lit(Status.ACTIVE.value))
    )


def _with_events(rows: pl.DataFrame, known: pl.DataFrame, on: date) -> pl.DataFrame:
    """Add what events say: `reactivated`, `ended`, `suspended`, and until when a stated suspension is `carried`."""
    placed = known.join(
        rows.select("record_id", "stated", "status_since"), on="record_id", how="inner", maintain_order="left"
    ).with_columns(earlier=pl.col("stated").is_not_null() & (pl.col("date") <= pl.col("status_since")))
    later = placed.filter(~pl.col("earlier")).group_by("record_id").agg(*_later_facts(on))
    carried = placed.filter(pl.col("earlier")).group_by("record_id").agg(_carried_until().alias("carried"))
    return (
        rows.join(later, on="record_id", how="left", maintain_order="left")
        .join(carried, on="record_id", how="left", maintain_order="left")
        .with_columns(pl.col("reactivated", "suspended").fill_null(False))
    )


def _after_last_reactivation() -> pl.Expr:
    reactivations = pl.col("position").filter(pl.col("event") == Event.REACTIVATION)
    return pl.col("position").cast(pl.Int64) > reactivations.max().cast(pl.Int64).fill_null(-1)


def _later_facts(on: date) -> tuple[pl.Expr, pl.Expr, pl.Expr]:
    standing = _after_last_reactivation()
    is_end = pl.col("event").is_in([event.value for event in _ENDS])
    open_suspension = (pl.col("event") == Event.SUSPENSION) & (pl.col("until").is_null() | (pl.col("until") >= on))
    return (
        (pl.col("event") == Event.REACTIVATION).any().alias("reactivated"),
        # What ended a benefit lasts until a reactivation, so the first end that still stands is the one that counts.
        pl.col("event")
        .filter(standing & is_end)
        .first()
        .replace_strict({k.value: v.value for k, v in _ENDS.items()}, default=None, return_dtype=pl.String)
        .alias("ended"),
        (standing & open_suspension).any().alias("suspended"),
    )


def _carried_until() -> pl.Expr:
    """The last day of the suspension that the file states, if the events before it tell; null while it is open."""
    covers = (
        _after_last_reactivation()
        & (pl.col("event") == Event.SUSPENSION)
        & (pl.col("until").is_null() | (pl.col("until") >= pl.col("status_since")))
    )
    untils = pl.col("until").filter(covers)
    return pl.when(untils.is_null().any()).then(None).otherwise(untils.max())
