"""What ESTADO tells beyond the events, so that the days on which a benefit did not hold follow its status exactly."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exemptions.closures import Closures
from exemptions.status import EVENTS_SCHEMA, Event, derive_status
from exporters.statements import find_statements

SINCE = date(2026, 6, 1)
EARLY, BEFORE, AFTER = date(2026, 4, 1), date(2026, 5, 1), date(2026, 7, 1)

Told = tuple[str, date] | tuple[str, date, date]


def events_of(*told: Told) -> pl.DataFrame:
    rows = [("a", event[0], event[1], event[2] if len(event) == 3 else None) for event in told]
    return pl.DataFrame(rows, schema=EVENTS_SCHEMA, orient="row")


def record(stated: str | None, *, valid_until: date | None = None) -> pl.DataFrame:
    columns: dict[str, Any] = {
        "record_id": pl.String,
        "stated": pl.String,
        "status": pl.String,
        "status_since": pl.Date,
        "valid_from": pl.Date,
        "valid_until": pl.Date,
    }
    return pl.DataFrame([("a", stated, stated, SINCE, None, valid_until)], schema=columns, orient="row")


@pytest.mark.parametrize(
    ("stated", "events", "expected"),
    [
        (None, (), []),
        ("active", (), []),
        ("suspended", (), [("suspension", None)]),
        ("revoked", (), [("revocation", None)]),
        ("cancelled", (), [("cancellation", None)]),
        ("expired", (), [("expiry", None)]),
        # What an event tells is not told again.
        ("suspended", (("suspension", BEFORE),), []),
        ("suspended", (("suspension", BEFORE, AFTER),), []),
        ("suspended", (("suspension", SINCE),), []),
        ("revoked", (("revocation", BEFORE),), []),
        ("cancelled", (("cancellation", BEFORE),), []),
        # An event explains nothing when it is of another kind, later, over, or lifted.
        ("revoked", (("cancellation", BEFORE),), [("revocation", None)]),
        ("revoked", (("revocation", AFTER),), [("revocation", None)]),
        ("suspended", (("suspension", EARLY, BEFORE),), [("suspension", None)]),
        ("suspended", (("suspension", EARLY), ("reactivation", BEFORE)), [("suspension", None)]),
        ("revoked", (("revocation", EARLY), ("reactivation", BEFORE)), [("revocation", None)]),
        # A file that knows of no stop any more tells a reactivation.
        ("active", (("revocation", BEFORE),), [("reactivation", None)]),
        ("active", (("suspension", BEFORE),), [("reactivation", None)]),
        ("active", (("suspension", EARLY, BEFORE),), []),
        ("active", (("suspension", EARLY), ("reactivation", BEFORE)), []),
        ("suspended", (("revocation", BEFORE),), [("reactivation", None), ("suspension", None)]),
        (
            "suspended",
            (("suspension", EARLY, AFTER), ("revocation", BEFORE)),
            [("reactivation", None), ("suspension", AFTER)],
        ),
    ],
)
def test_statements__are_what_no_event_explains(
    stated: str | None, events: tuple[Told, ...], expected: list[tuple[str, date | None]]
) -> None:
    found = find_statements(record(stated), events_of(*events))
    assert found.rows() == [("a", event, SINCE, until) for event, until in expected]


@pytest.mark.parametrize(("valid_until", "told"), [(BEFORE, False), (SINCE, True), (AFTER, True), (None, True)])
def test_statements__tell_an_expiry_that_the_dates_do_not(valid_until: date | None, told: bool) -> None:
    found = find_statements(record("expired", valid_until=valid_until), events_of())
    assert (found.height == 1) is told


DAYS = st.integers(-40, 40).map(lambda days: SINCE + timedelta(days))
SUSPENSIONS = st.tuples(st.just("suspension"), DAYS, st.none() | st.integers(0, 50)).map(
    lambda made: (made[0], made[1]) if made[2] is None else (made[0], made[1], made[1] + timedelta(made[2]))
)
ENDS_AND_STARTS = st.tuples(st.sampled_from(["revocation", "cancellation", "reactivation"]), DAYS)
RANK = {event: rank for rank, event in enumerate(("suspension", "cancellation", "revocation", "reactivation"))}


@given(
    stated=st.sampled_from([None, "active", "suspended", "revoked", "cancelled"]),
    told=st.lists(SUSPENSIONS | ENDS_AND_STARTS, max_size=6),
    day=DAYS,
)
def test_closures__cover_exactly_the_days_on_which_the_status_says_so(
    stated: str | None, told: list[Told], day: date
) -> None:
    events = events_of(*sorted(told, key=lambda event: (event[1], RANK[event[0]])))
    statements = find_statements(record(stated), events)
    happened = pl.concat([events, statements]).sort("date", maintain_order=True)
    status = derive_status(record(stated), events, on=day).item()
    ids = pa.record_batch({"record_id": ["a"]})
    table = happened.to_arrow(compat_level=pl.CompatLevel.oldest()).combine_chunks().to_batches()
    batch = table[0] if table else pa.RecordBatch.from_pylist([], schema=happened.to_arrow().schema)
    closed = Closures(ids, batch).rows_closed_on(day) == [0]
    assert closed == (status in ("suspended", "revoked", "cancelled")), (status, happened.rows())


def test_statements__know_every_event() -> None:
    assert set(RANK) == {event.value for event in Event}
