from datetime import date

import polars as pl
import pytest

from exemptions.status import EVENTS_SCHEMA, derive_status, no_events, status_changes

CUTOFF = date(2026, 6, 1)
DAY = date(2026, 7, 1)

Dates = tuple[date | None, date | None]
OPEN: Dates = (None, None)


def _record(
    stated: str | None, dates: Dates = OPEN, since: date | None = CUTOFF, record_id: str = "a"
) -> dict[str, object]:
    return {
        "record_id": record_id,
        "valid_from": dates[0],
        "valid_until": dates[1],
        "status": stated,
        "status_since": since,
    }


def _frame(*records: dict[str, object]) -> pl.DataFrame:
    schema = {
        "record_id": pl.String,
        "valid_from": pl.Date,
        "valid_until": pl.Date,
        "status": pl.String,
        "status_since": pl.Date,
    }
    return pl.DataFrame(list(records), schema=schema)


def _events(*events: tuple[str, date] | tuple[str, date, date], record_id: str = "a") -> pl.DataFrame:
    rows = [(record_id, event[0], event[1], event[2] if len(event) == 3 else None) for event in events]
    return pl.DataFrame(rows, schema=EVENTS_SCHEMA, orient="row")


JUNE = date(2026, 6, 15)
LATE_JUNE = date(2026, 6, 20)
MAY = date(2026, 5, 15)
AUGUST = date(2026, 8, 15)
GONE: Dates = (date(2016, 1, 1), date(2026, 6, 30))
LAST_DAY: Dates = (date(2016, 1, 1), DAY)
FUTURE: Dates = (date(2026, 7, 2), None)
FIRST_DAY: Dates = (DAY, None)


@pytest.mark.parametrize(
    ("stated", "dates", "events", "expected"),
    [
        # Dates alone.
        (None, OPEN, (), "active"),
        (None, LAST_DAY, (), "active"),
        (None, GONE, (), "expired"),
        (None, FUTURE, (), "pending"),
        (None, FIRST_DAY, (), "active"),
        # The file's status is the starting point.
        ("active", OPEN, (), "active"),
        ("suspended", OPEN, (), "suspended"),
        ("revoked", OPEN, (), "revoked"),
        ("cancelled", OPEN, (), "cancelled"),
        ("expired", OPEN, (), "expired"),
        # Expiry beats what the file says, but not an end by authority.
        ("active", GONE, (), "expired"),
        ("suspended", GONE, (), "expired"),
        ("revoked", GONE, (), "revoked"),
        ("cancelled", GONE, (), "cancelled"),
        ("active", FUTURE, (), "pending"),
        ("suspended", FUTURE, (), "pending"),
        ("revoked", FUTURE, (), "revoked"),
        # Later events follow the file in the order of their dates.
        ("active", OPEN, (("suspension", JUNE),), "suspended"),
        ("active", OPEN, (("revocation", JUNE),), "revoked"),
        ("active", OPEN, (("cancellation", JUNE),), "cancelled"),
        ("active", OPEN, (("suspension", JUNE), ("reactivation", LATE_JUNE)), "active"),
        ("active", OPEN, (("reactivation", LATE_JUNE), ("suspension", JUNE)), "active"),
        ("active", OPEN, (("suspension", LATE_JUNE), ("reactivation", JUNE)), "suspended"),
        ("suspended", OPEN, (("reactivation", JUNE),), "active"),
        ("revoked", OPEN, (("reactivation", JUNE),), "active"),
        ("expired", OPEN, (("reactivation", JUNE),), "active"),
        ("expired", OPEN, (("suspension", JUNE),), "expired"),
        ("expired", OPEN, (("revocation", JUNE),), "revoked"),
        ("revoked", GONE, (("reactivation", JUNE),), "expired"),
        # An end lasts until a reactivation, whatever comes between.
        ("active", OPEN, (("revocation", JUNE), ("suspension", LATE_JUNE, JUNE)), "revoked"),
        ("active", OPEN, (("revocation", JUNE), ("cancellation", LATE_JUNE)), "revoked"),
        ("revoked", OPEN, (("cancellation", JUNE),), "revoked"),
        ("active", GONE, (("revocation", JUNE),), "revoked"),
        ("active", GONE, (("suspension", JUNE),), "expired"),
        # Events of the same day keep their order.
        ("active", OPEN, (("reactivation", JUNE), ("suspension", JUNE)), "suspended"),
        ("active", OPEN, (("suspension", JUNE), ("reactivation", JUNE)), "active"),
        # A suspension ends on its last day, which is still suspended.
        ("active", OPEN, (("suspension", JUNE, DAY),), "suspended"),
        ("active", OPEN, (("suspension", JUNE, date(2026, 6, 30)),), "active"),
        ("active", OPEN, (("suspension", JUNE, AUGUST), ("suspension", LATE_JUNE, LATE_JUNE)), "suspended"),
        # Up to the day that the file speaks of, the file knows better than the events.
        ("active", OPEN, (("suspension", MAY),), "active"),
        ("active", OPEN, (("revocation", CUTOFF),), "active"),
        ("suspended", OPEN, (("reactivation", MAY),), "suspended"),
        # A suspension that the file states ends on the day that its event gives.
        ("suspended", OPEN, (("suspension", MAY, date(2026, 6, 30)),), "active"),
        ("suspended", OPEN, (("suspension", MAY, DAY),), "suspended"),
        ("suspended", OPEN, (("suspension", MAY),), "suspended"),
        ("suspended", OPEN, (("suspension", MAY, MAY),), "suspended"),
        ("suspended", OPEN, (("suspension", MAY, JUNE), ("suspension", MAY, AUGUST)), "suspended"),
        ("suspended", OPEN, (("suspension", MAY, JUNE), ("reactivation", date(2026, 5, 20))), "suspended"),
        # Where the file says nothing, all events count.
        (None, OPEN, (("suspension", MAY),), "suspended"),
        (None, OPEN, (("suspension", MAY), ("reactivation", date(2026, 5, 20))), "active"),
        (None, OPEN, (("revocation", MAY),), "revoked"),
        # What has not happened yet does not count.
        ("active", OPEN, (("revocation", AUGUST),), "active"),
    ],
)
def test_derive_status__follows_the_order_of_file_events_and_dates(
    stated: str | None, dates: Dates, events: tuple[tuple[str, date], ...], expected: str
) -> None:
    assert derive_status(_frame(_record(stated, dates)), _events(*events), on=DAY).to_list() == [expected]


@pytest.mark.parametrize(
    ("stated", "events", "expected"),
    [
        ("expired", (), "active"),
        ("revoked", (), "active"),
        ("active", (("suspension", MAY),), "suspended"),
        ("active", (("revocation", MAY),), "revoked"),
    ],
)
def test_derive_status__uses_events_and_dates_only_before_the_file_speaks(
    stated: str, events: tuple[tuple[str, date], ...], expected: str
) -> None:
    frame = _frame(_record(stated))
    assert derive_status(frame, _events(*events), on=date(2026, 5, 31)).to_list() == [expected]


def test_derive_status__counts_the_files_status_from_its_first_day() -> None:
    frame = _frame(_record("revoked"))
    assert derive_status(frame, no_events(), on=CUTOFF).to_list() == ["revoked"]


def test_derive_status__keeps_the_order_of_the_records_and_each_ones_own_events() -> None:
    frame = _frame(
        _record("active", record_id="c"), _record("active", record_id="a"), _record("suspended", record_id="b")
    )
    events = pl.concat(
        [
            _events(("revocation", JUNE), record_id="a"),
            _events(("suspension", JUNE), record_id="c"),
            _events(("revocation", JUNE), record_id="unknown"),
        ]
    )
    assert derive_status(frame, events, on=DAY).to_list() == ["suspended", "revoked", "suspended"]


def test_derive_status__gives_an_empty_column_for_no_records() -> None:
    assert derive_status(_frame(), no_events(), on=DAY).to_list() == []


@pytest.mark.parametrize(
    ("dates", "events", "expected"),
    [
        (GONE, (), ("active", "expired", "expired")),
        ((date(2026, 6, 20), None), (), ("pending", "active", "started")),
        ((date(2026, 6, 20), date(2026, 6, 25)), (), ("pending", "expired", "expired")),
        (OPEN, (("suspension", MAY, LATE_JUNE),), ("suspended", "active", "suspension_ended")),
    ],
)
def test_status_changes__tells_what_the_calendar_did(
    dates: Dates, events: tuple[tuple[str, date, date], ...], expected: tuple[str, str, str]
) -> None:
    frame = _frame(_record(None, dates), _record(None, record_id="untouched"))
    changes = status_changes(frame, _events(*events), since=JUNE, until=DAY)
    assert changes.rows() == [("a", *expected)]


def test_status_changes__leaves_out_what_came_with_a_file() -> None:
    frame = _frame(_record("expired", since=LATE_JUNE))
    assert status_changes(frame, no_events(), since=JUNE, until=DAY).is_empty()
