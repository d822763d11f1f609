"""Signing in, and the browsers that are signed in. What a cookie holds is random; the book keeps its SHA-256.

A name that no account has, a wrong password and a disabled account get the same answer after the same time, and the
same lock after the same number of failures, so that nobody can find out who works here.
Source: OWASP ASVS 5.0.0 V6.3.1 (guessing), V7.2 to V7.4 (sessions).
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from exemptions.audit import Act, record_act
from exemptions.database import Book
from exemptions.errors import Busy
from exemptions.models import Account, StaffSession, StrangerTries
from exemptions.passwords import hash_password, is_outdated, verify_password
from exemptions.rights import StaffRole
from exemptions.second_factor import accept_code

IDLE_LIMIT = timedelta(minutes=30)
ABSOLUTE_LIMIT = timedelta(hours=12)
FAILURES_ALLOWED = 10
FIRST_LOCK = timedelta(minutes=15)
LONGEST_LOCK = timedelta(hours=4)
"""Every failure after a lock doubles the next one up to this; more would let a stranger shut somebody out for days."""

CODE_LIMIT = timedelta(minutes=5)
"""How long a right password waits for the code of the second factor."""

CLOCKS_DIFFER = timedelta(minutes=5)
"""How far apart the clocks of several machines may be; a session that began later than this was begun by a clock that
was wrong, and would last until that time comes."""

_TOUCH_EVERY = timedelta(minutes=1)
_STRANGERS_KEPT = timedelta(days=1)
_MOST_STRANGERS = 1_000
"""Bound of what somebody who types names at random can make the book keep."""
_LONGEST_NAME = 80


class SignInOutcome(StrEnum):
    """What came of a try to sign in."""

    SIGNED_IN = "signed_in"
    CODE_NEEDED = "code_needed"
    """Name and password are right, and the account has a second factor, of which no code was sent."""
    WRONG_CODE = "wrong_code"
    """Name and password are right, the code is not, or it was used before."""
    WRONG = "wrong"
    LOCKED = "locked"


@dataclass(frozen=True, slots=True)
class SignIn:
    """What a try to sign in gives: with `signed_in` what the cookie is to hold, with `locked` until when."""

    outcome: SignInOutcome
    cookie: str = ""
    locked_until: datetime | None = None
    account: str = ""
    """Whose account it was, for the log of refused tries alone; empty where no account has the name."""


@dataclass(frozen=True, slots=True)
class StaffSessionFacts:
    """A signed-in browser."""

    account: str
    role: StaffRole
    needs_password_change: bool
    """The password was given by somebody else: only choosing one's own is allowed."""
    has_second_factor: bool
    created_at: datetime
    seen_at: datetime
    ends_at: datetime
    """When it ends unless it is used; never later than `ABSOLUTE_LIMIT` after its beginning."""


@dataclass(frozen=True, slots=True)
class OpenSession:
    """One of an account's signed-in browsers, as its owner may see it."""

    id: str
    """Names it in a form; the cookie cannot be found out from it."""
    created_at: datetime
    seen_at: datetime
    is_this: bool
    """Whether it is the one that asks."""


@dataclass(frozen=True, slots=True)
class Checked:
    """Whether a password fits what was kept of an account's; `kept` is None where there is no such account."""

    kept: str | None
    is_right: bool


def check_first(book: Book, *, name: str, password: str) -> Checked:
    """Check a password without holding the book: it is made to take long, and nobody else could write meanwhile."""
    with book.read() as session:
        kept = _kept_of(find_account(session, name.strip()))
    return Checked(kept, verify_password(kept, password))


def sign_in(
    session: Session, *, name: str, password: str, code: str | None, at: datetime, checked: Checked | None = None
) -> SignIn:
    """Try to sign in. Failures are counted in the book, so the caller commits whatever comes of it.

    `checked` is what `check_first` found; it counts as long as the account's password is still the same.
    """
    name = name.strip()
    account = find_account(session, name)
    tries = account or _stranger(session, name, at)
    kept = _kept_of(account)
    still_counts = checked is not None and checked.kept == kept
    is_right = checked.is_right if checked is not None and still_counts else verify_password(kept, password)
    if is_locked(tries.locked_until, at):
        return SignIn(SignInOutcome.LOCKED, locked_until=tries.locked_until, account=account.name if account else "")
    if account is None or not is_right:
        return _failed(session, tries, SignInOutcome.WRONG, at)
    if account.totp_confirmed:
        if not code:
            return SignIn(SignInOutcome.CODE_NEEDED)
        if not accept_code(account, code=code, at=at):
            return _failed(session, tries, SignInOutcome.WRONG_CODE, at)
    if account.password_hash is not None and is_outdated(account.password_hash):
        account.password_hash = hash_password(password)
    forget_failures(account)
    return SignIn(SignInOutcome.SIGNED_IN, cookie=_begin(session, account, at))


def give_code(session: Session, *, name: str, code: str, proved_at: datetime, at: datetime) -> SignIn:
    """Go on with a sign-in that answered `code_needed` at `proved_at`, by the code alone.

    That the password was right then is for the caller to keep in a way that nobody can forge. Failures are counted in
    the book, so the caller commits whatever comes of it; `wrong` asks for the password again.
    """
    account = find_account(session, name)
    if account is None or account.disabled or not account.totp_confirmed or not _still_proves(account, proved_at, at):
        return SignIn(SignInOutcome.WRONG)
    if is_locked(account.locked_until, at):
        return SignIn(SignInOutcome.LOCKED, locked_until=account.locked_until, account=account.name)
    if not accept_code(account, code=code, at=at):
        return _failed(session, account, SignInOutcome.WRONG_CODE, at)
    forget_failures(account)
    return SignIn(SignInOutcome.SIGNED_IN, cookie=_begin(session, account, at))


def find_session(session: Session, *, cookie: str, at: datetime) -> StaffSessionFacts | None:
    """Who has this cookie; None when it is unknown, its time is over, or the account is disabled."""
    row = session.get(StaffSession, _digest(cookie))
    if row is None or not row.created_at - CLOCKS_DIFFER <= at < _end(row):
        return None
    account = session.get(Account, row.account)
    if account is None or account.disabled:
        return None
    return StaffSessionFacts(
        account=account.name,
        role=StaffRole(account.role),
        needs_password_change=account.must_change_password,
        has_second_factor=account.totp_confirmed,
        created_at=row.created_at,
        seen_at=row.seen_at,
        ends_at=_end(row),
    )


def touch_session(book: Book, *, cookie: str, at: datetime) -> None:
    """Note that a session is in use, at most once a minute, in a transaction of its own.

    While a long act holds the book it is left for the next request: a page must not wait for that.
    """
    digest = _digest(cookie)
    with book.read() as session:
        row = session.get(StaffSession, digest)
        if row is None or at - row.seen_at < _TOUCH_EVERY:
            return
    with suppress(Busy), book.write(wait_s=0) as session:
        row = session.get(StaffSession, digest)
        # A session whose time is over stays over, whatever happened between the look and the lock.
        if row is not None and row.seen_at < at < _end(row):
            row.seen_at = at


def end_session(session: Session, *, cookie: str, at: datetime) -> None:
    """Sign out: end every session of the account whose cookie this is. An unknown one changes nothing."""
    row = session.get(StaffSession, _digest(cookie))
    if row is not None:
        name = row.account
        end_sessions_of(session, account=name)
        record_act(session, actor=name, act=Act.SIGNED_OUT, subject=name, at=at)


def list_sessions(session: Session, *, account: str, cookie: str, at: datetime) -> list[OpenSession]:
    """The sessions of an account whose time is not over; `cookie` is that of who asks.

    Order: the last used first.
    """
    this = _digest(cookie)
    rows = session.scalars(select(StaffSession).where(StaffSession.account == account))
    return [
        OpenSession(id=row.sha256, created_at=row.created_at, seen_at=row.seen_at, is_this=row.sha256 == this)
        for row in sorted(rows, key=lambda row: (row.seen_at, row.created_at), reverse=True)
        if at < _end(row)
    ]


def end_some_sessions_of(session: Session, *, account: str, ids: Iterable[str], at: datetime) -> None:
    """End the sessions of an account that are named; those of another one stay, whatever is named."""
    named = select(StaffSession).where(StaffSession.account == account, StaffSession.sha256.in_(list(ids)))
    ended = list(session.scalars(named))
    for row in ended:
        session.delete(row)
    if ended:
        details = {"sessions": len(ended)}
        record_act(session, actor=account, act=Act.SESSIONS_ENDED, subject=account, at=at, details=details)


def end_sessions_of(session: Session, *, account: str, keep: str = "") -> None:
    """End every session of an account but the one whose cookie is `keep`; the caller records why."""
    others = delete(StaffSession).where(StaffSession.account == account)
    if keep:
        others = others.where(StaffSession.sha256 != _digest(keep))
    session.execute(others)


def count_failure(session: Session, tries: Account | StrangerTries, at: datetime) -> None:
    """Count a failed try, and lock when there were too many."""
    tries.failed_logins += 1
    beyond = tries.failed_logins - FAILURES_ALLOWED
    if isinstance(tries, StrangerTries):
        tries.failed_at = at
    if beyond < 0:
        return
    # Bounded, because the number of failures is not.
    tries.locked_until = at + min(FIRST_LOCK * 2 ** min(beyond, 10), LONGEST_LOCK)
    if isinstance(tries, Account):
        details = {"failures": tries.failed_logins, "until": tries.locked_until}
        record_act(session, actor=tries.name, act=Act.ACCOUNT_LOCKED, subject=tries.name, at=at, details=details)


def forget_failures(account: Account) -> None:
    """Begin to count again; a lock ends."""
    account.failed_logins, account.locked_until = 0, None


def is_locked(locked_until: datetime | None, at: datetime) -> bool:
    """Whether a lock holds. One that would end later than any lock lasts is of a clock that was wrong."""
    return locked_until is not None and locked_until - LONGEST_LOCK - CLOCKS_DIFFER <= at < locked_until


def find_account(session: Session, name: str) -> Account | None:
    """The account of a name that somebody typed, which may be any text."""
    # No account has such a name, and not every database takes such a text.
    return session.get(Account, name) if name.isprintable() and len(name) <= _LONGEST_NAME else None


def _kept_of(account: Account | None) -> str | None:
    return account.password_hash if account is not None and not account.disabled else None


def _still_proves(account: Account, proved_at: datetime, at: datetime) -> bool:
    changed = account.password_set_at is not None and account.password_set_at > proved_at
    return proved_at <= at < proved_at + CODE_LIMIT and not changed


def _failed(session: Session, tries: Account | StrangerTries, outcome: SignInOutcome, at: datetime) -> SignIn:
    count_failure(session, tries, at)
    session.flush()
    return SignIn(outcome, account=tries.name if isinstance(tries, Account) else "")


def _begin(session: Session, account: Account, at: datetime) -> str:
    oldest = at - ABSOLUTE_LIMIT
    is_over = (StaffSession.created_at <= oldest) | (StaffSession.created_at > at + CLOCKS_DIFFER)
    session.execute(delete(StaffSession).where(is_over))
    cookie = secrets.token_urlsafe(32)
    row = StaffSession(
        sha256=_digest(cookie), account=account.name, created_at=at, seen_at=at, second_factor=account.totp_confirmed
    )
    session.add(row)
    session.flush()
    details = {"second_factor": account.totp_confirmed}
    record_act(session, actor=account.name, act=Act.SIGNED_IN, subject=account.name, at=at, details=details)
    return cookie


def _stranger(session: Session, name: str, at: datetime) -> StrangerTries:
    """The failures of a name that no account has; old ones are forgotten, and the oldest when there are too many."""
    session.execute(delete(StrangerTries).where(StrangerTries.failed_at <= at - _STRANGERS_KEPT))
    digest = _digest(name)
    tries = session.get(StrangerTries, digest)
    if tries is not None:
        return tries
    if (session.scalar(select(func.count()).select_from(StrangerTries)) or 0) >= _MOST_STRANGERS:
        oldest = session.scalars(select(StrangerTries).order_by(StrangerTries.failed_at).limit(1)).one()
        session.delete(oldest)
    tries = StrangerTries(name_sha256=digest, failed_logins=0, locked_until=None, failed_at=at)
    session.add(tries)
    return tries


def _end(row: StaffSession) -> datetime:
    return min(row.seen_at + IDLE_LIMIT, row.created_at + ABSOLUTE_LIMIT)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()
