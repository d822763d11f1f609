"""Withdrawing: what should never have been public leaves every release, and the registry stays whole."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from exemptions.audit import find_broken_entry
from exemptions.datasets import Dataset
from exemptions.errors import (
    NothingPublished,
    PrivateIdentifierFound,
    ReleaseNotFound,
    ReleaseWithdrawn,
    WithdrawalRefused,
)
from exemptions.history import read_content
from exemptions.models import AuditEntry
from exemptions.store import ReleaseStore
from exporters.manifest import verify_folder
from exporters.publish import reconcile
from exporters.steps import Progress, Step
from exporters.withdraw import Withdrawal, WithdrawResult, plan_withdrawal, withdraw
from tests.exemptions.releases import invented_nit
from tests.exporters.staging import APPROVER, Home, about, natural, row

pytestmark = pytest.mark.both_databases

REASON = "Mostraba el motivo de una suspensión con datos de salud."
SECRET = "Padece de algo que a nadie importa"


class Crash(Exception):
    """What the tests raise in the middle of a withdrawal."""


def crash_at(step: Step) -> Progress:
    def progress(now: Step) -> None:
        if now is step:
            raise Crash(step)

    return progress


def take_back(home: Home, release: int, **options: Any) -> WithdrawResult:
    given = {"reason": REASON} | options
    return withdraw(home.book, home.settings, release=release, actor=APPROVER, clock=home.clock, **given)


def everything(home: Home) -> bytes:
    """Every byte of the release store but the tombstones' own reasons."""
    return b"\x00".join(p.read_bytes() for p in sorted(home.settings.releases.rglob("*")) if p.is_file())


def kept(home: Home) -> list[int]:
    """The releases that are listed as published; each is whole, and no folder of another one is left."""
    entries = home.pointer()["releases"]
    published = [entry["release"] for entry in entries if entry["state"] == "published"]
    for entry in entries:
        if entry["state"] == "published":
            verify_folder(home.folder(entry["release"]), sha256=entry["manifest_sha256"])
    folders = sorted(int(p.name) for p in home.settings.releases.iterdir() if p.is_dir())
    assert folders == published
    return published


def record_id(home: Home, number: int) -> str:
    return str(next(r["record_id"] for r in home.records() if r["nit"] == invented_nit(number)))


def suspended(number: int, reason: str | None) -> dict[str, Any]:
    return row(number, category="ENR", status="suspended", status_reason=reason)


def test_withdraw__of_the_current_release_goes_back_to_what_was_clean(home: Home) -> None:
    home.release([row(1), row(2)])
    home.release([row(1), row(2), row(3, name="Nunca, S. A.")])
    manifest = home.pointer()["manifest_sha256"]
    result = take_back(home, 2)
    assert (result.withdrawn, result.rebuilt, result.current, result.restores) == ((2,), {3: 1}, 3, 1)
    assert kept(home) == [1, 3]
    assert b"Nunca" not in everything(home)
    assert [r["nit"] for r in home.records()] == [invented_nit(1), invented_nit(2)]
    tombstone = home.pointer()["releases"][1]
    assert (tombstone["state"], tombstone["reason"], tombstone["manifest_sha256"]) == ("withdrawn", REASON, manifest)
    assert tombstone["withdrawn_at"] == "2026-11-20T18:00:00Z"
    assert (home.manifest()["previous"], home.manifest()["restores"]) == (1, 1)
    with home.book.read() as session:
        assert read_content(session)["nit"].sort().to_list() == [invented_nit(1), invented_nit(2)]


def test_withdraw__leaves_the_current_release_alone_when_it_tells_nothing_of_it(home: Home) -> None:
    home.release([row(1), suspended(2, SECRET)])
    home.release([row(1)])
    home.release([row(1), row(3)])
    current = home.pointer()["manifest_sha256"]
    result = take_back(home, 1, fields=["status_reason"])
    assert (result.withdrawn, result.rebuilt, result.current) == ((1,), {}, 3)
    assert kept(home) == [2, 3]
    assert home.pointer()["manifest_sha256"] == current
    assert SECRET.encode() not in everything(home)


def test_withdraw__takes_along_every_later_release_that_shows_the_value(home: Home) -> None:
    home.release([row(1), suspended(2, None)])
    home.release([row(1), suspended(2, SECRET)])
    home.release([row(1), suspended(2, SECRET), row(3)])
    home.release([row(1), suspended(2, "Falta de informe"), row(3)])
    home.release([row(1), suspended(2, "Falta de informe"), row(4)])
    named = {"records": [record_id(home, 2)], "fields": ["status_reason"]}
    with pytest.raises(WithdrawalRefused) as caught:
        take_back(home, 2, **named)
    assert caught.value.others == (3, 4, 5)
    assert kept(home) == [1, 2, 3, 4, 5]
    result = take_back(home, 2, also=3, **named)
    # Releases 4 and 5 were clean but for their history, so they are told again without it.
    assert (result.withdrawn, result.rebuilt, result.current) == ((2, 3, 4, 5), {6: 4, 7: 5}, 7)
    assert kept(home) == [1, 6, 7]
    assert SECRET.encode() not in everything(home)
    assert [r["nit"] for r in home.records(6)] == [invented_nit(n) for n in (1, 2, 3)]
    assert [r["nit"] for r in home.records(7)] == [invented_nit(n) for n in (1, 2, 4)]
    told = [(c["before"], c["after"]) for c in home.table("history") if c["field"] == "status_reason"]
    assert told == [(None, "Falta de informe")]
    with home.book.read() as session:
        assert sorted(read_content(session)["nit"]) == [invented_nit(n) for n in (1, 2, 4)]
        assert read_content(session, release=6)["nit"].sort().to_list() == [invented_nit(n) for n in (1, 2, 3)]


def test_withdraw__follows_a_rollback_that_shares_the_files(home: Home) -> None:
    home.release([row(1), suspended(2, SECRET)])
    home.release([row(1)])
    home.rollback(1)
    home.release([row(1), row(3)])
    result = take_back(home, 1, fields=["status_reason"], also=1)
    assert (result.withdrawn, result.current) == ((1, 3), 4)
    assert SECRET.encode() not in everything(home)
    assert kept(home) == [2, 4]


def test_withdraw__publishes_the_book_anew_where_the_policy_was_the_fault(home: Home) -> None:
    rule = (
        '[[rule]]\nfield = "amount_gtq"\nperson_kind = "legal"\nlevel = "{}"\nground = "Dictamen"\n'
        'authority = "SAT"\ndate = 2026-11-01\n'
    )
    home.write_policy(rule.format("public"))
    home.release([row(1, category="ENR", amount_cents=123_456_700, amount_year=2025)])
    home.write_policy(rule.format("withheld"))
    result = take_back(home, 1, fields=["amount_gtq"])
    assert (result.withdrawn, result.rebuilt, result.current, result.restores) == ((1,), {2: 1}, 2, None)
    assert kept(home) == [2]
    assert (home.records()[0]["nit"], home.records()[0]["amount_status"]) == (invented_nit(1), "withheld")
    assert home.table("amounts") == []


def test_withdraw__sees_facts_as_well_as_records(home: Home) -> None:
    plant = row(1, category="ENR")
    home.release([plant])
    wrong = about(plant, event="suspension", date=home.now.date(), reason=SECRET)
    home.approve_facts(Dataset.EVENTS, [wrong])
    home.publish()
    home.release([plant, row(2)])
    result = take_back(home, 2, also=1)
    assert (result.withdrawn, result.restores) == ((2, 3), 1)
    assert SECRET.encode() not in everything(home)


def test_withdraw__refuses_what_an_earlier_release_showed(home: Home) -> None:
    home.release([suspended(2, SECRET)])
    home.release([suspended(2, SECRET), row(3)])
    with pytest.raises(WithdrawalRefused):
        take_back(home, 2, fields=["status_reason"])
    assert kept(home) == [1, 2]


def test_withdraw__never_leaves_nothing_unasked(home: Home) -> None:
    home.release([suspended(2, SECRET)])
    with pytest.raises(WithdrawalRefused):
        take_back(home, 1)
    assert home.pointer()["release"] == 1
    result = take_back(home, 1, leave_nothing=True)
    assert (result.withdrawn, result.current) == ((1,), None)
    assert kept(home) == []
    with pytest.raises(NothingPublished):
        ReleaseStore(home.settings.releases).current()
    # The next publication is a first one again, under the next number.
    home.release([suspended(2, "Falta de informe")])
    assert (home.pointer()["release"], home.manifest()["previous"]) == (2, None)
    assert SECRET.encode() not in everything(home)


@pytest.mark.parametrize("reason", ["", "  ", "dos\x00"])
def test_withdraw__needs_a_reason_that_can_be_read(home: Home, reason: str) -> None:
    home.release([row(1)])
    with pytest.raises(WithdrawalRefused):
        take_back(home, 1, reason=reason, leave_nothing=True)


def test_withdraw__refuses_a_reason_that_repeats_a_private_number(home: Home) -> None:
    home.release([row(1)])
    home.release([row(1), natural(2)])
    with pytest.raises(PrivateIdentifierFound):
        take_back(home, 2, reason=f"Mostraba el NIT {invented_nit(2)}")
    assert kept(home) == [1, 2]


def test_withdraw__of_what_is_gone_or_never_was_is_told(home: Home) -> None:
    home.release([row(1)])
    home.release([row(1), row(2)])
    take_back(home, 2)
    with pytest.raises(ReleaseWithdrawn):
        take_back(home, 2)
    with pytest.raises(ReleaseNotFound):
        take_back(home, 9)
    with pytest.raises(ReleaseWithdrawn):
        home.rollback(2)
    with pytest.raises(WithdrawalRefused):
        take_back(home, 1, fields=["nombre"])


def test_withdraw__is_in_the_audit_with_all_that_it_took(home: Home) -> None:
    home.release([row(1)])
    home.release([row(1), suspended(2, SECRET)])
    home.release([row(1), suspended(2, "Otro")])
    take_back(home, 2, also=1, fields=["status_reason"])
    with home.book.read() as session:
        found = session.scalars(select(AuditEntry).where(AuditEntry.act.in_(["release_withdrawn", "release_rebuilt"])))
        entries = [(e.act, e.subject, e.actor, json.loads(e.details)) for e in found]
        assert find_broken_entry(session) is None
    assert [entry[:3] for entry in entries] == [
        ("release_withdrawn", "release 2", APPROVER.name),
        ("release_withdrawn", "release 3", APPROVER.name),
        ("release_rebuilt", "release 4", APPROVER.name),
    ]
    assert entries[0][3]["reason"] == REASON
    assert entries[2][3] == {"in_place_of": 3, "restores": 3}


def test_plan__tells_what_would_happen_and_does_nothing(home: Home) -> None:
    home.release([row(1)])
    home.release([row(1), row(2)])
    home.release([row(1), row(2), row(3)])
    before = everything(home)
    asked = Withdrawal(2, REASON)
    plan = plan_withdrawal(home.book, home.settings, asked=asked, actor=APPROVER, clock=home.clock)
    assert (plan.others, plan.relinked, plan.is_replaced, plan.restores) == ((3,), (), False, 1)
    assert everything(home) == before


BEFORE_THE_COMMIT = [Step.RECONCILE, Step.TABLES, Step.SCAN, Step.INDEX, Step.SYNC, Step.PLACE, Step.COMMIT]


def test_withdraw__changes_nothing_when_it_fails_before_the_commit(home: Home) -> None:
    home.release([row(1)])
    home.release([row(1), row(2)])
    before = everything(home)
    for step in BEFORE_THE_COMMIT:
        with pytest.raises(Crash):
            take_back(home, 2, progress=crash_at(step))
        reconcile(home.book, home.settings)
        assert everything(home) == before, step
    assert take_back(home, 2).current == 3


@pytest.mark.parametrize("step", [Step.SWITCH, Step.DELETE])
def test_withdraw__is_completed_by_the_next_command(home: Home, step: Step) -> None:
    home.release([row(1)])
    home.release([row(1), row(2, name="Nunca, S. A.")])
    with pytest.raises(Crash):
        take_back(home, 2, progress=crash_at(step))
    assert home.publish().release is None
    assert kept(home) == [1, 3]
    assert b"Nunca" not in everything(home)


def test_store__never_serves_a_withdrawn_release_again(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    home.release([row(1)])
    home.now += timedelta(days=1)
    home.release([row(1), row(2)])
    store = ReleaseStore(home.settings.releases, clock=home.clock)
    assert (store.current().number, store.get(2).number) == (2, 2)
    day = home.now.date()
    take_back(home, 2)
    for ask in (lambda: store.get(2), lambda: ReleaseStore(home.settings.releases).get(2)):
        with pytest.raises(ReleaseWithdrawn) as caught:
            ask()
        assert REASON in caught.value.es
    assert store.as_of(day).number == 3
    assert store.as_of(day - timedelta(days=1)).number == 1
    assert store.refresh().number == 3


def test_as_of__a_day_of_a_withdrawn_release_is_gone(home: Home) -> None:
    home.release([row(1)])
    home.now += timedelta(days=1)
    home.release([row(1), row(2)])
    day = home.now.date()
    home.now += timedelta(days=1)
    take_back(home, 2)
    with pytest.raises(ReleaseWithdrawn):
        ReleaseStore(home.settings.releases, clock=home.clock).as_of(day)


def test_store__gives_up_a_withdrawn_release_even_if_its_successor_is_damaged(home: Home) -> None:
    home.release([row(1)])
    home.release([row(1), row(2)])
    store = ReleaseStore(home.settings.releases)
    assert store.current().number == 2
    take_back(home, 2)
    spoil: Callable[[], None] = (home.folder(3) / "withheld.json").unlink
    spoil()
    assert "3" in os.listdir(home.settings.releases)
    # Neither what was withdrawn nor what is damaged: the newest that is whole.
    assert store.refresh().number == 1
