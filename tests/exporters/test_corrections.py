"""Reports of the public from the inbox into the book, their answers, and the public log of both."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from exemptions import corrections
from exemptions.accounts import Actor
from exemptions.audit import find_broken_entry
from exemptions.correction_log import CorrectionState, LogReader
from exemptions.corrections import count_by_state, get_correction, list_corrections, take_in
from exemptions.database import open_book
from exemptions.errors import CorrectionNotFound, CorrectionRefused, ReleaseDamaged
from exemptions.inbox import Report, draw_number, leave_report, read_reports
from exemptions.models import AuditEntry, Release
from exporters.corrections import answer_publicly, refresh_log, take_in_corrections
from exporters.publish import reconcile
from tests.exemptions.releases import invented_nit
from tests.exporters.staging import Home, natural, row

pytestmark = pytest.mark.both_databases

SENT = datetime(2026, 11, 20, 5, 59, tzinfo=UTC)
"""Still 19 November in Guatemala."""
SECRET = "Mi vecino me contó que el nombre está mal"
CONTACT = "quien-avisa@ejemplo.example"
STAFF = Actor("marta")


def leave(home: Home, **given: Any) -> str:
    made = Report(
        number=draw_number(), received_at=SENT, lang="es", about=None, text=SECRET, source=None, contact=CONTACT
    )
    report = replace(made, **given)
    leave_report(home.settings.inbox, report)
    return report.number


def take(home: Home) -> int:
    return take_in_corrections(home.book, home.settings, at=home.now)


def answer(
    home: Home, number: str, state: CorrectionState, words: str | None = None, release: int | None = None
) -> None:
    with home.book.write() as session:
        answer_publicly(
            session, home.book, number=number, actor=STAFF, state=state, answer=words, release=release, at=home.now
        )
    refresh_log(home.book, home.settings.releases)


def acts(home: Home) -> list[AuditEntry]:
    with Session(home.book.engine, expire_on_commit=False) as session:
        return list(session.scalars(select(AuditEntry).order_by(AuditEntry.id)))


def log_of(home: Home) -> list[dict[str, Any]]:
    content = json.loads((home.settings.releases / "corrections.json").read_bytes())
    entries: list[dict[str, Any]] = content["corrections"]
    return entries


def test_report__goes_from_the_inbox_into_book_audit_and_public_log(home: Home) -> None:
    home.release([row(1)])
    record_id = home.records()[0]["record_id"]
    number = leave(home, about=record_id)
    assert take(home) == 1
    assert list(home.settings.inbox.iterdir()) == []
    with home.book.read() as session:
        held = get_correction(session, number.lower())
        assert find_broken_entry(session) is None
    entry = acts(home)[-1]
    assert (held.text, held.contact, held.record_id, held.state) == (SECRET, CONTACT, record_id, "received")
    assert (held.received_at, held.taken_in_at) == (SENT, home.now)
    assert (entry.act, entry.subject) == ("correction_received", f"correction {number}")
    assert SECRET not in entry.details
    assert log_of(home) == [
        {"number": number, "state": "received", "received_on": "2026-11-19", "record_id": record_id, "answer": None,
         "answered_on": None, "release": None},
    ]  # fmt: skip


def test_taking_in__with_an_empty_inbox_writes_nothing(home: Home) -> None:
    assert take(home) == 0
    assert not (home.settings.releases / "corrections.json").exists()


def test_taking_in__twice_enters_a_report_once(home: Home) -> None:
    number = leave(home)
    with home.book.write() as session:
        assert len(take_in(session, home.settings.inbox, at=home.now)) == 1
    # The process was killed between the book's commit and the clearing of the inbox.
    assert len(read_reports(home.settings.inbox)) == 1
    assert take(home) == 1
    assert read_reports(home.settings.inbox) == []
    with home.book.read() as session:
        assert [held.number for held in list_corrections(session)] == [number]
    assert [act.act for act in acts(home)].count("correction_received") == 1


def test_taking_in__that_fails_keeps_every_report_in_the_inbox(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    leave(home)

    def fail(*_given: object, **_named: object) -> None:
        raise OSError("killed")

    with monkeypatch.context() as broken:
        broken.setattr("exemptions.corrections.record_act", fail)
        with pytest.raises(OSError, match="killed"):
            take(home)
    assert len(read_reports(home.settings.inbox)) == 1
    with home.book.read() as session:
        assert list_corrections(session) == []
    assert take(home) == 1


def test_taking_in__leaves_a_flood_in_the_inbox_until_somebody_attends(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(corrections, "MAX_UNATTENDED", 2)
    numbers = [leave(home, received_at=SENT + timedelta(minutes=n)) for n in range(4)]
    assert take(home) == 2
    assert take(home) == 0
    assert [waiting.report.number for waiting in read_reports(home.settings.inbox)] == numbers[2:]
    answer(home, numbers[0], CorrectionState.REJECTED, "No había error.")
    assert take(home) == 1
    assert len(read_reports(home.settings.inbox)) == 1


def test_taking_in__puts_a_forged_number_aside(home: Home) -> None:
    number = leave(home)
    take(home)
    leave(home, number=number, text="otro texto")
    assert take(home) == 0
    assert read_reports(home.settings.inbox) == []
    with home.book.read() as session:
        assert get_correction(session, number).text == SECRET


def test_taking_in__knows_a_record_of_the_book_and_no_other_text(home: Home) -> None:
    home.release([row(1)])
    leave(home, about="texto0que0ofende"[:16])
    leave(home, about=invented_nit(1))
    take(home)
    assert [entry["record_id"] for entry in log_of(home)] == [None, None]
    assert invented_nit(1) not in (home.settings.releases / "corrections.json").read_text("utf-8")


def test_answer__is_public_with_its_release_and_in_the_audit(home: Home) -> None:
    home.release([row(1)])
    number = leave(home)
    take(home)
    answer(home, number, CorrectionState.RESOLVED, "  Se corrigió\nel nombre. ", 1)
    (entry,) = log_of(home)
    assert (entry["state"], entry["answer"], entry["release"]) == ("resolved", "Se corrigió el nombre.", 1)
    assert entry["answered_on"] == "2026-11-20"
    with home.book.read() as session:
        assert find_broken_entry(session) is None
    act = acts(home)[-1]
    assert (act.actor, act.act) == ("marta", "correction_answered")
    assert json.loads(act.details) == {
        "before": "received", "state": "resolved", "answer": "Se corrigió el nombre.", "release": 1,
    }  # fmt: skip


def test_answer__can_be_replaced_and_the_audit_keeps_both(home: Home) -> None:
    number = leave(home)
    take(home)
    answer(home, number, CorrectionState.REJECTED, "No había error.")
    answer(home, number, CorrectionState.ACCEPTED, "Sí lo había.")
    assert [(entry["state"], entry["answer"]) for entry in log_of(home)] == [("accepted", "Sí lo había.")]
    assert [act.act for act in acts(home)].count("correction_answered") == 2


def test_answer__that_could_not_stand_in_public_is_refused(home: Home) -> None:
    home.release([row(1)])
    number = leave(home)
    take(home)
    for state, words, release in (
        (CorrectionState.RECEIVED, "x", None),
        (CorrectionState.REJECTED, None, None),
        (CorrectionState.ACCEPTED, " \n ", None),
        (CorrectionState.RESOLVED, "Corregido.", None),
        (CorrectionState.RESOLVED, "Corregido.", 99),
        (CorrectionState.REJECTED, "No.", 1),
        (CorrectionState.REJECTED, "x" * 2_001, None),
        (CorrectionState.REJECTED, "dado \u202e vuelta", None),
        (CorrectionState.REJECTED, "con \x00 control", None),
        (CorrectionState.REJECTED, "El CUI 1234567890101 es otro.", None),
    ):
        with pytest.raises(CorrectionRefused):
            answer(home, number, state, words, release)
        with home.book.read() as session:
            assert get_correction(session, number).state is CorrectionState.RECEIVED, (state, words)


def test_answer__with_the_number_of_a_natural_person_is_refused_in_any_writing(home: Home) -> None:
    home.release([row(1), natural(2)])
    number = leave(home)
    take(home)
    private = invented_nit(2)
    for written in (private, f"{private[:-1]}-{private[-1]}", " ".join(private), f"NIT:{private}."):
        with pytest.raises(CorrectionRefused) as refused:
            answer(home, number, CorrectionState.REJECTED, f"El número {written} no es suyo.")
        assert private not in refused.value.es
    answer(home, number, CorrectionState.REJECTED, f"El número {invented_nit(1)} es de una entidad.")


def test_answer__to_a_number_that_nobody_has_is_told(home: Home) -> None:
    for number in ("4F7K2M9QXB", "nada", ""):
        with pytest.raises(CorrectionNotFound):
            answer(home, number, CorrectionState.IN_REVIEW)


def test_answer__that_names_a_withdrawn_release_is_refused(home: Home) -> None:
    home.release([row(1)])
    number = leave(home)
    take(home)
    with home.book.write() as session:
        found = session.get(Release, 1)
        assert found is not None
        found.withdrawn_at = home.now
    with pytest.raises(CorrectionRefused):
        answer(home, number, CorrectionState.RESOLVED, "Corregido.", 1)


def test_store__never_holds_what_was_reported(home: Home) -> None:
    home.release([row(1), natural(2)])
    number = leave(home, about=invented_nit(2), source="Expediente secreto 77")
    take(home)
    answer(home, number, CorrectionState.REJECTED, "No había error.")
    home.release([row(1), natural(2), row(3)])
    hidden = [text.encode() for text in (SECRET, CONTACT, "Expediente secreto 77", invented_nit(2), "marta")]
    for path in home.settings.releases.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not any(text in content for text in hidden), path


def test_log__is_written_again_when_the_store_is_made_to_agree(home: Home) -> None:
    number = leave(home)
    take(home)
    path = home.settings.releases / "corrections.json"
    path.unlink()
    reconcile(home.book, home.settings)
    assert [entry["number"] for entry in log_of(home)] == [number]
    before = path.stat().st_ino
    reconcile(home.book, home.settings)
    assert path.stat().st_ino == before


def test_log__is_read_again_when_it_is_another_one(home: Home) -> None:
    reader = LogReader(home.settings.releases)
    assert reader.current().entries == ()
    first = leave(home)
    take(home)
    assert [entry.number for entry in reader.current().entries] == [first]
    assert reader.current() is reader.current()
    second = leave(home, received_at=SENT + timedelta(days=1))
    take(home)
    assert [entry.number for entry in reader.current().entries] == [second, first]
    assert reader.current().find(first) is not None
    assert reader.current().find("0000000000") is None


def test_log__that_cannot_be_read_is_told(tmp_path: Path) -> None:
    for content in ("{", "[]", '{"corrections": [{}]}'):
        (tmp_path / "corrections.json").write_text(content)
        with pytest.raises(ReleaseDamaged):
            LogReader(tmp_path).current()


def test_lists__are_by_state_and_bounded(home: Home) -> None:
    numbers = [leave(home, received_at=SENT + timedelta(minutes=n)) for n in range(3)]
    take(home)
    answer(home, numbers[0], CorrectionState.IN_REVIEW)
    with home.book.read() as session:
        assert [held.number for held in list_corrections(session, limit=2)] == [numbers[2], numbers[1]]
        assert [held.number for held in list_corrections(session, offset=2)] == [numbers[0]]
        assert [held.number for held in list_corrections(session, state=CorrectionState.IN_REVIEW)] == [numbers[0]]
        counts = count_by_state(session)
    assert counts == {"received": 2, "in_review": 1, "accepted": 0, "resolved": 0, "rejected": 0}


def test_book__makes_an_inbox_for_its_user_alone(home: Home) -> None:
    assert home.settings.inbox.stat().st_mode & 0o777 == 0o700
    open_book(home.settings).close()
