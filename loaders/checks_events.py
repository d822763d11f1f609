"""Events: what was done to a benefit, on which day, and whether it fits what was done before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

import polars as pl

from exemptions.columns import Status
from exemptions.content import KEY
from exemptions.datasets import Dataset
from exemptions.status import Event
from loaders.checks import Check, Context, DatasetRules, is_unreadable, value
from loaders.checks_codes import look_up
from loaders.checks_dates import date_checks, parse_dates
from loaders.checks_fact import duplicate_check, facts_beside, find_duplicates, parse_record, record_checks
from loaders.checks_text import text_checks

EVENTS: Mapping[str, Event] = {
    "suspension": Event.SUSPENSION,
    "suspension de derechos": Event.SUSPENSION,
    "suspendido": Event.SUSPENSION,
    "revocatoria": Event.REVOCATION,
    "revocacion": Event.REVOCATION,
    "revocation": Event.REVOCATION,
    "cancelacion": Event.CANCELLATION,
    "cancellation": Event.CANCELLATION,
    "reactivacion": Event.REACTIVATION,
    "reactivation": Event.REACTIVATION,
}
"""Folded text of EVENTO → event."""

_DATES = ("date", "until")
_RECORD = tuple(f"{key}.value" for key in KEY)
_OVERLAPS, _IDLE = "event.overlaps", "event.idle"
_STOPPED = (Status.SUSPENDED.value, Status.REVOKED.value, Status.CANCELLED.value)
_OPEN = date.max


def _understand(frame: pl.DataFrame, context: Context) -> pl.DataFrame:
    frame = parse_record(frame, context, dataset=Dataset.EVENTS)
    frame = parse_dates(frame, _DATES).with_columns(look_up(frame, "event", EVENTS))
    frame = find_duplicates(frame, dataset=Dataset.EVENTS, required=("nit", "category", "event", "date"))
    return _compare_with_timeline(frame, context)


def _checks(context: Context) -> Iterator[Check]:
    yield from record_checks(context, dataset=Dataset.EVENTS)
    yield from text_checks(Dataset.EVENTS)
    yield Check("evento_vacio", "event", pl.col("event").is_null())
    yield Check("evento_desconocido", "event", is_unreadable("event"))
    yield Check("fecha_vacia", "date", pl.col("date").is_null())
    yield from date_checks(context, _DATES)
    ended_otherwise = pl.col("until").is_not_null() & (value("event") != Event.SUSPENSION.value)
    yield Check("hasta_sin_suspension", "until", ended_otherwise, {"event": pl.col("event")})
    yield Check("hasta_antes_de_fecha", "until", value("until") < value("date"), {"start": value("date")})
    start, end = pl.col("record.valid_from"), pl.col("record.valid_until")
    outside = (value("date") < start).fill_null(False) | (value("date") > end).fill_null(False)
    term = {"start": _or_dash(start), "end": _or_dash(end)}
    yield Check("evento_fuera_de_vigencia", "date", outside, term)
    # A suspension that starts after the term is told once, by its first day.
    beyond = (value("event") == Event.SUSPENSION.value) & (value("until") > end) & ~outside
    yield Check("evento_fuera_de_vigencia", "until", beyond, term)
    yield Check("suspensiones_traslapadas", "date", pl.col(_OVERLAPS).is_not_null(), {"other": pl.col(_OVERLAPS)})
    yield Check("reactivacion_sin_motivo", "event", pl.col(_IDLE))
    yield duplicate_check(Dataset.EVENTS)


EVENTS_RULES = DatasetRules(
    understand=_understand,
    checks=_checks,
    content={"reason": pl.col("reason"), "legal_basis": pl.col("legal_basis")},
)


def _or_dash(day: pl.Expr) -> pl.Expr:
    return day.cast(pl.String).fill_null("—")


def _compare_with_timeline(frame: pl.DataFrame, context: Context) -> pl.DataFrame:
    """The frame with the start of a suspension that a row's suspension falls into, and idle reactivations marked.

    The timeline of a record holds the book's events and the file's. A reactivation closes a chapter of it: within one,
    two suspensions that share a day overlap, and a reactivation alone has nothing to reactivate.
    """
    columns = [*_RECORD, "event.value", "date.value", "until.value", "row"]
    beside = facts_beside(frame, context, dataset=Dataset.EVENTS).with_columns(pl.lit(None, pl.Int64).alias("row"))
    usable = pl.all_horizontal(value(key).is_not_null() for key in ("nit", "category", "event", "date"))
    timeline = (
        pl.concat([beside.select(columns), frame.filter(usable).select(columns)])
        .sort(*_RECORD, "date.value", maintain_order=True)
        .with_row_index("place")
        .with_columns((value("event") == Event.REACTIVATION.value).alias("reactivates"))
        .with_columns((pl.col("reactivates").cum_sum() - pl.col("reactivates")).over(_RECORD).alias("chapter"))
    )
    idle = timeline.filter(pl.col("reactivates").all().over(*_RECORD, "chapter")).get_column("row").drop_nulls()
    stopped = pl.col("record.status").is_in(_STOPPED).fill_null(False)
    return frame.join(_overlaps(timeline), on="row", how="left", maintain_order="left").with_columns(
        (pl.col("row").is_in(idle.implode()) & ~stopped).alias(_IDLE)
    )


def _overlaps(timeline: pl.DataFrame) -> pl.DataFrame:
    """The rows whose suspension starts within an earlier one, and the day on which that one started."""
    chapter = [*_RECORD, "chapter"]
    # What no HASTA ends lasts until the reactivation that closes the chapter.
    suspensions = timeline.filter(value("event") == Event.SUSPENSION.value).select(
        *chapter, "place", "row", start=value("date"), end=value("until").fill_null(_OPEN)
    )
    return (
        suspensions.filter(pl.col("row").is_not_null())
        .join(suspensions, on=chapter, suffix="_earlier")
        .filter((pl.col("place_earlier") < pl.col("place")) & (pl.col("end_earlier") >= pl.col("start")))
        .group_by("row")
        .agg(pl.col("start_earlier").min().alias(_OVERLAPS))
    )
