"""Events: each by itself, and against what the file and the book say was done before."""

from __future__ import annotations

from datetime import date

import pytest

from exemptions.datasets import Dataset, Mode
from loaders.rules import message_of
from tests.loaders.fact_files import check_facts, content_of, event, found_facts, nit

EVENTS = Dataset.EVENTS


def reactivation(day: str, number: int = 1) -> dict[str, str]:
    return event(number, event="REACTIVACION", date=day, until="")


def test_validate_events__gives_the_content_of_a_row() -> None:
    assert content_of(EVENTS, event(event="Suspensión", date="1/2/2023", reason="")) == {
        "row": 2,
        "nit": nit(1),
        "category": "MAQ_SERV",
        "resolution": "DPI-1-2020",
        "event": "suspension",
        "date": date(2023, 2, 1),
        "until": date(2023, 5, 31),
        "reason": None,
        "legal_basis": "Art. 43 bis, Decreto 29-89",
    }


@pytest.mark.parametrize(
    ("text", "code"),
    [("REVOCATORIA", "revocation"), ("Revocación", "revocation"), ("CANCELACION", "cancellation")],
)
def test_validate_events__knows_events_by_their_names(text: str, code: str) -> None:
    assert content_of(EVENTS, event(event=text, until=""))["event"] == code


def test_validate_events__a_suspension_may_be_open_or_last_one_day() -> None:
    assert found_facts(EVENTS, event(until="")) == []
    assert found_facts(EVENTS, event(until="2023-02-01")) == []


def test_validate_events__the_first_and_the_last_day_of_a_benefit_are_within_its_term() -> None:
    rows = (event(date="2020-12-04"), event(2, event="REVOCATORIA", date="2030-12-03", until=""))
    assert found_facts(EVENTS, *rows) == []


def test_validate_events__the_same_event_on_the_same_day_is_a_repetition() -> None:
    assert found_facts(EVENTS, event(), event(until="")) == [
        (3, "*", "hecho_duplicado"),
        (3, "date", "suspensiones_traslapadas"),
    ]


def test_validate_events__a_suspension_within_another_names_when_that_one_started() -> None:
    validated = check_facts(EVENTS, event(date="2023-05-31", until="2023-06-30"), event(2), event())
    assert [(f.row, f.key, f.rule) for f in validated.findings] == [(2, "date", "suspensiones_traslapadas")]
    assert "2023-02-01" in message_of(validated.findings[0], "es")
    assert validated.content is not None


def test_validate_events__suspensions_one_after_another_do_not_overlap() -> None:
    assert found_facts(EVENTS, event(), event(date="2023-06-01", until="")) == []


def test_validate_events__a_reactivation_ends_an_open_suspension() -> None:
    later = event(date="2024-01-01", until="")
    assert found_facts(EVENTS, event(until=""), reactivation("2023-07-01"), later) == []
    assert found_facts(EVENTS, event(until=""), later) == [(3, "date", "suspensiones_traslapadas")]


@pytest.mark.parametrize("ended", ["SUSPENSION", "REVOCATORIA", "CANCELACION"])
def test_validate_events__a_reactivation_needs_something_before_it(ended: str) -> None:
    before = event(event=ended, until="")
    assert found_facts(EVENTS, reactivation("2023-07-01"), before) == []
    assert found_facts(EVENTS, reactivation("2023-01-01"), before) == [(2, "event", "reactivacion_sin_motivo")]


def test_validate_events__one_suspension_is_reactivated_once() -> None:
    rows = (event(), reactivation("2023-06-01"), reactivation("2023-08-01"))
    assert found_facts(EVENTS, *rows) == [(4, "event", "reactivacion_sin_motivo")]


def test_validate_events__the_event_of_another_benefit_does_not_count() -> None:
    assert found_facts(EVENTS, event(2), reactivation("2023-06-01")) == [(3, "event", "reactivacion_sin_motivo")]


def test_validate_events__a_status_of_the_registry_can_be_reactivated() -> None:
    assert found_facts(EVENTS, reactivation("2026-11-05", 5)) == []


def test_validate_events__the_events_of_the_book_come_before_those_of_a_file_that_adds() -> None:
    book = [event(until="")]
    assert check_facts(EVENTS, reactivation("2023-07-01"), book=book, mode=Mode.MERGE).findings == ()
    overlapping = check_facts(EVENTS, event(date="2023-03-01", until=""), book=book, mode=Mode.MERGE)
    assert [f.rule for f in overlapping.findings] == ["suspensiones_traslapadas"]
    replaced = check_facts(EVENTS, reactivation("2023-07-01"), book=book, mode=Mode.REPLACE)
    assert [f.rule for f in replaced.findings] == ["reactivacion_sin_motivo"]


def test_validate_events__an_event_that_is_sent_again_replaces_that_of_the_book() -> None:
    book = [event(until="")]
    rows = (event(until="2023-03-31"), event(date="2023-04-01", until=""))
    assert check_facts(EVENTS, *rows, book=book, mode=Mode.MERGE).findings == ()
