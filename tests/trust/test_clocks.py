"""The clock jumps by hours or years: releases stay in order or the act is refused, and nobody is let in or shut out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyotp
import pytest

from api import create_app
from exemptions.accounts import add_account
from exemptions.errors import ClockWrong
from exemptions.models import Account
from exemptions.rights import StaffRole
from exemptions.second_factor import STEP_S, accept_code
from exemptions.sessions import (
    ABSOLUTE_LIMIT,
    FAILURES_ALLOWED,
    LONGEST_LOCK,
    SignInOutcome,
    find_session,
    is_locked,
    sign_in,
)
from exemptions.store import ReleaseStore
from exporters.publish import publish
from tests.exporters.staging import APPROVER, Home, row
from tests.trust.tables import Tell, tell

TABLE = "Clock jumps"
BACK = (timedelta(hours=-3), timedelta(days=-3_650))
FORWARD = (timedelta(hours=5), timedelta(days=3_650))
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    made = Home(tmp_path)
    made.release([row(1), row(2)])
    yield made
    made.book.close()


def _told(record_property: Tell, what: str, jump: timedelta, then: str) -> None:
    size = f"{abs(jump.days)} days" if abs(jump) >= timedelta(days=1) else f"{abs(jump).seconds // 3600} hours"
    tell(
        record_property,
        TABLE,
        what=f"{what}, {'back' if jump < timedelta() else 'forward'} {size}",
        injected=1,
        then=then,
    )


@pytest.mark.parametrize("jump", BACK, ids=str)
@pytest.mark.parametrize("act", ["publish", "rollback"])
def test_back__no_release_is_dated_before_the_one_before_it(
    home: Home, act: str, jump: timedelta, record_property: Tell
) -> None:
    home.release([row(1), row(3)])
    home.approve([row(1)])
    before, right = home.pointer(), home.now
    home.now = right + jump
    with pytest.raises(ClockWrong, match="release 2"):
        home.publish() if act == "publish" else home.rollback(1)
    assert home.pointer() == before
    home.now = right
    assert (home.publish() if act == "publish" else home.rollback(1)).release == 3
    dates = [entry["published_at"] for entry in home.pointer()["releases"]]
    assert dates == sorted(dates)
    _told(record_property, act, jump, "refused in a sentence; done when the clock was right")


@pytest.mark.parametrize("jump", FORWARD, ids=str)
def test_forward__the_calendar_does_not_end_everything_by_itself(
    home: Home, jump: timedelta, record_property: Tell
) -> None:
    home.release([row(1, category="ENR")])
    number, right = home.pointer()["release"], home.now
    home.now = right + jump
    if jump > timedelta(days=366):
        with pytest.raises(ClockWrong, match="more than a year"):
            publish(home.book, home.settings, actor=APPROVER, clock=home.clock, if_due=True)
        then = "refused in a sentence; done when the clock was right"
    else:
        publish(home.book, home.settings, actor=APPROVER, clock=home.clock, if_due=True)
        then = "nothing is due"
    home.now = right
    assert home.pointer()["release"] == number
    home.approve([row(1, category="ENR"), row(9)])
    assert home.publish().release == number + 1
    _told(record_property, "publication by the calendar", jump, then)


@pytest.mark.parametrize("jump", FORWARD, ids=str)
def test_forward_and_back__nobody_stays_signed_in_or_shut_out(
    home: Home, jump: timedelta, record_property: Tell
) -> None:
    right, wrong = home.now, home.now + jump
    # Of a clock that was hours ahead people wait until time has caught up; of one that was years ahead, not at all.
    later = right if jump > timedelta(hours=12) else wrong + timedelta(seconds=2 * STEP_S)
    with home.book.write() as session:
        add_account(session, actor=APPROVER, name="ana", role=StaffRole.ADMINISTRATOR, at=right)
        account = session.get_one(Account, "ana")
        account.totp_secret, account.totp_confirmed = SECRET, True
        codes = pyotp.TOTP(SECRET)
        assert accept_code(account, code=codes.at(wrong), at=wrong)
        assert accept_code(account, code=codes.at(right), at=right) == (later == right)
        assert accept_code(account, code=codes.at(later), at=later) == (later != right)
        # Whatever the clock did, no code works twice.
        assert not accept_code(account, code=codes.at(later), at=later)
    with home.book.write() as session:
        for _ in range(FAILURES_ALLOWED + 8):
            tried = sign_in(session, name="nadie", password="x", code=None, at=wrong)
        assert tried.outcome is SignInOutcome.LOCKED
        assert is_locked(tried.locked_until, wrong)
        assert not is_locked(tried.locked_until, right if later == right else wrong + LONGEST_LOCK)
    _told(record_property, "codes and locks of sign-in", jump, "nobody waits longer than twelve hours")


@pytest.mark.parametrize("jump", FORWARD, ids=str)
def test_forward_and_back__a_session_does_not_outlive_its_limit(
    home: Home, jump: timedelta, record_property: Tell
) -> None:
    from exemptions.sessions import _begin

    right, wrong = home.now, home.now + jump
    with home.book.write() as session:
        add_account(session, actor=APPROVER, name="ana", role=StaffRole.ADMINISTRATOR, at=right)
        cookie = _begin(session, session.get_one(Account, "ana"), wrong)
        assert find_session(session, cookie=cookie, at=wrong) is not None
        # Begun by a clock that was ahead, it does not last until that time comes.
        assert find_session(session, cookie=cookie, at=right) is None
        assert find_session(session, cookie=cookie, at=wrong + ABSOLUTE_LIMIT) is None
    _told(record_property, "sessions", jump, "ended when the clock was put right")


@pytest.mark.parametrize("jump", [*BACK, *FORWARD], ids=str)
def test_jump__answers_carry_dates_that_caches_understand(home: Home, jump: timedelta, record_property: Tell) -> None:
    now = home.now + jump
    client = create_app(home.settings, clock=lambda: now).test_client()
    stored = client.head("/downloads/1/records.parquet")
    answer = client.get("/api/v1/records")
    assert (stored.status_code, answer.status_code) == (200, 200)
    assert stored.last_modified is not None and stored.last_modified <= now
    assert "Expires" not in answer.headers and answer.headers["Cache-Control"] == "public, max-age=0, s-maxage=2"
    again = client.head("/downloads/1/records.parquet", headers={"If-Modified-Since": stored.headers["Last-Modified"]})
    assert again.status_code in (200, 304)
    assert client.get("/health/ready").json == {"status": "ready", "release": 1, "newest": 1}
    _told(record_property, "readers", jump, "answered; no date lies in the future")


def test_back__today_is_answered_from_what_was_in_force(home: Home) -> None:
    home.now += timedelta(days=10)
    home.release([row(1)])
    store = ReleaseStore(home.settings.releases, clock=lambda: datetime(2026, 11, 22, 18, tzinfo=UTC))
    assert store.as_of(date(2026, 11, 22)).number == 1
    assert store.current().number == 2
