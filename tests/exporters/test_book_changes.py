"""What changed between two releases, as the book tells it to staff."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from exemptions.comparison_output import change_dict
from exemptions.datasets import Dataset
from exemptions.errors import ReleaseNotFound
from exemptions.row_differences import iter_changes
from exporters.book_changes import diff_book
from tests.exporters.staging import CUTOFF, NOON, Home, about, natural, row

pytestmark = pytest.mark.both_databases


def changes(home: Home, old: int, new: int) -> list[dict[str, Any]]:
    with home.book.read() as session:
        rows = diff_book(session, old=old, new=new)
    return [change_dict(change) for change in iter_changes(rows, dataset=Dataset.REGISTRY)]


def test_changes__name_natural_persons_and_withheld_values(home: Home) -> None:
    home.release([natural(1), row(2, amount_cents=100, amount_year=2025)])
    home.release([natural(1, name="Otra,Persona,,1"), row(2, amount_cents=250, amount_year=2025)])
    found = changes(home, 1, 2)
    assert [(c["nit"], list(c["fields"])) for c in found] == [
        (row(1)["nit"], ["name"]),
        (row(2)["nit"], ["amount_gtq"]),
    ]


def test_changes__the_calendar_is_the_reason_of_what_it_changes(home: Home) -> None:
    home.now = NOON.replace(month=12, day=31)
    ends = row(1, category="MAQ_SERV", status=None, valid_until=date(2026, 12, 31))
    starts = row(2, category="MAQ_SERV", status=None, valid_from=date(2027, 1, 1))
    home.release([ends, starts, row(3)])
    home.now += timedelta(days=1)
    assert home.publish(if_due=True).release == 2
    assert [(c["nit"], c["fields"], c["reason"]) for c in changes(home, 1, 2)] == [
        (ends["nit"], {"status": ["active", "expired"]}, "expired"),
        (starts["nit"], {"status": ["pending", "active"]}, "started"),
    ]


def test_changes__an_event_changes_a_status_without_the_calendar(home: Home) -> None:
    record = row(1, category="MAQ_SERV")
    home.release([record])
    home.approve_facts(
        Dataset.EVENTS, [about(record, event="revocation", date=CUTOFF + timedelta(days=3), reason="Incumplió")]
    )
    home.publish()
    (change,) = changes(home, 1, 2)
    assert (change["fields"], change["reason"]) == ({"status": ["active", "revoked"]}, None)


def test_changes__a_status_that_the_file_states_is_told_as_stated(home: Home) -> None:
    home.release([row(1)])
    home.release([row(1, status="cancelled")], cutoff=date(2026, 11, 30))
    (change,) = changes(home, 1, 2)
    assert change["fields"] == {"status": ["active", "cancelled"]}


def test_changes__a_rollback_turns_them_round(home: Home) -> None:
    home.release([row(1), row(2)])
    home.release([row(1, name="Otro nombre"), row(3)])
    home.rollback(1)
    forward, back = changes(home, 1, 2), changes(home, 2, 3)
    assert changes(home, 1, 3) == []
    turned = {"added": "ended", "ended": "added", "changed": "changed"}
    assert [(turned[c["kind"]], c["record_id"], {k: v[::-1] for k, v in c["fields"].items()}) for c in back] == [
        (c["kind"], c["record_id"], c["fields"]) for c in forward
    ]


def test_changes__of_a_release_that_never_was_are_refused(home: Home) -> None:
    home.release([row(1)])
    with pytest.raises(ReleaseNotFound):
        changes(home, 1, 2)
