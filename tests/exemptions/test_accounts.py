"""Who may sign in and act: sessions, locks, second factor, tokens, and what an administrator changes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyotp
import pytest
from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST
from sqlalchemy import func, select

from exemptions import sessions
from exemptions.accounts import (
    Actor,
    Right,
    StaffRole,
    add_account,
    disable_account,
    enable_account,
    get_account,
    give_password,
    issue_token,
    list_accounts,
    record_denial,
    require,
    require_account,
    reset_second_factor,
    set_role,
    set_two_person,
)
from exemptions.audit_search import AuditFilter, AuditLine, iter_entries
from exemptions.database import Book, is_two_person, open_book
from exemptions.errors import CodeRefused, NotAllowed, NotFound, PasswordRefused, RoleMissing
from exemptions.models import Account, Base, StaffSession, StrangerTries
from exemptions.own_account import (
    begin_second_factor,
    confirm_second_factor,
    find_pending_secret,
    remove_own_second_factor,
    set_own_password,
)
from exemptions.passwords import is_outdated
from exemptions.sessions import (
    FIRST_LOCK,
    LONGEST_LOCK,
    SignIn,
    SignInOutcome,
    check_first,
    end_session,
    find_session,
    give_code,
    sign_in,
    touch_session,
)
from exemptions.settings import read_settings
from exemptions.tokens import get_token, list_tokens, revoke_token
from tests.databases import Databases

NOW = datetime(2026, 5, 4, 15, tzinfo=UTC)
ADMIN = Actor("ana")
PASSWORD, OTHER = "marimba volcán jocote", "sombrero laguna tecolote"
CHEAP = PasswordHasher.from_parameters(CHEAPEST)
"""Hashing as the service does takes a tenth of a second; signing in replaces such a hash once."""


ALLOWED = 3
"""Failures before a lock in these tests: each one takes as long as a true sign-in."""


@pytest.fixture(autouse=True)
def _few_failures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("exemptions.sessions.FAILURES_ALLOWED", ALLOWED)


@pytest.fixture
def book(tmp_path: Path, database: Databases) -> Iterator[Book]:
    """A book with an administrator and a loader who has a password."""
    environment = {"EXEMPTIONS_HOME": str(tmp_path / "home"), **database.environment()}
    opened = open_book(read_settings(environment), clock=lambda: NOW)
    with opened.write() as session:
        add_account(session, actor=Actor("operator"), name="ana", role=StaffRole.ADMINISTRATOR, at=NOW)
        add_account(session, actor=ADMIN, name="luis", role=StaffRole.LOADER, at=NOW)
        luis = session.get(Account, "luis")
        assert luis is not None
        luis.password_hash = CHEAP.hash(PASSWORD)
    yield opened
    opened.close()


def enter(
    book: Book, name: str = "luis", password: str = PASSWORD, *, code: str | None = None, at: datetime = NOW
) -> SignIn:
    """Try to sign in, as a page does."""
    checked = check_first(book, name=name, password=password)
    with book.write() as session:
        return sign_in(session, name=name, password=password, code=code, at=at, checked=checked)


def is_in(book: Book, signed: SignIn, at: datetime = NOW) -> bool:
    with book.read() as session:
        return find_session(session, cookie=signed.cookie, at=at) is not None


def acts(book: Book, *, of: str = "") -> list[AuditLine]:
    with book.read() as session:
        return list(iter_entries(session, AuditFilter(act=of)))


def fail(book: Book, times: int, name: str = "luis", at: datetime = NOW) -> list[SignInOutcome]:
    return [enter(book, name, "equivocada", at=at).outcome for _ in range(times)]


def test_sign_in__a_password_that_changed_after_the_look_does_not_count(book: Book) -> None:
    checked = check_first(book, name="luis", password=PASSWORD)
    assert checked.is_right
    with book.write() as session:
        give_password(session, actor=ADMIN, name="luis", password=OTHER, at=NOW)
    with book.write() as session:
        tried = sign_in(session, name="luis", password=PASSWORD, code=None, at=NOW, checked=checked)
    assert tried.outcome is SignInOutcome.WRONG


@pytest.mark.both_databases
def test_sign_in__tells_who_it_is_and_keeps_the_cookie_as_a_hash_only(book: Book) -> None:
    signed = enter(book, " luis ")
    assert signed.outcome is SignInOutcome.SIGNED_IN
    with book.read() as session:
        facts = find_session(session, cookie=signed.cookie, at=NOW)
        assert facts is not None
        assert (facts.account, facts.role, facts.needs_password_change) == ("luis", StaffRole.LOADER, False)
        kept = [str(v) for t in Base.metadata.sorted_tables for row in session.execute(select(t)) for v in row]
        assert "luis" in kept
        assert not any(signed.cookie in value or PASSWORD in value for value in kept)
        assert find_session(session, cookie="otra", at=NOW) is None
    assert [(line.actor, line.act) for line in acts(book, of="signed_in")] == [("luis", "signed_in")]


def test_sign_in__a_hash_of_old_parameters_is_made_again(book: Book) -> None:
    enter(book)
    with book.read() as session:
        luis = session.get(Account, "luis")
        assert luis is not None
        assert luis.password_hash is not None
        assert not is_outdated(luis.password_hash)
    assert enter(book).outcome is SignInOutcome.SIGNED_IN


@pytest.mark.both_databases
@pytest.mark.parametrize("name", ["luis", "nadie", "eva", "ana", "a\0b", "\ud800", "x" * 5000])
def test_lock__is_the_same_for_a_name_whoever_has_it(book: Book, name: str) -> None:
    """Of a person, of nobody, of a disabled one, of one without a password, of a text that is no name."""
    with book.write() as session:
        add_account(session, actor=ADMIN, name="eva", role=StaffRole.LOADER, at=NOW)
        disable_account(session, actor=ADMIN, name="eva", at=NOW)
    assert fail(book, ALLOWED, name) == [SignInOutcome.WRONG] * ALLOWED
    locked = enter(book, name)
    assert (locked.outcome, locked.locked_until) == (SignInOutcome.LOCKED, NOW + FIRST_LOCK)
    assert enter(book, name, at=NOW + FIRST_LOCK - timedelta(seconds=1)).outcome is SignInOutcome.LOCKED
    later = enter(book, name, "equivocada", at=NOW + FIRST_LOCK)
    assert later.outcome is SignInOutcome.WRONG
    assert enter(book, name, at=NOW + FIRST_LOCK).locked_until == NOW + 3 * FIRST_LOCK


def test_lock__grows_to_a_bound_and_a_right_password_ends_the_count(book: Book) -> None:
    at = NOW
    fail(book, ALLOWED)
    for _ in range(5):
        locked = enter(book, at=at).locked_until
        assert locked is not None
        assert locked - at <= LONGEST_LOCK
        at = locked
        fail(book, 1, at=at)
    locked = enter(book, at=at).locked_until
    assert locked == at + LONGEST_LOCK
    assert enter(book, at=locked).outcome is SignInOutcome.SIGNED_IN
    assert fail(book, ALLOWED - 1, at=locked) == [SignInOutcome.WRONG] * (ALLOWED - 1)
    assert enter(book, at=locked).outcome is SignInOutcome.SIGNED_IN
    noted = acts(book, of="account_locked")
    assert (noted[0].actor, noted[0].details["failures"]) == ("luis", ALLOWED)


def test_lock__what_strangers_type_is_bounded_and_forgotten(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("exemptions.sessions._MOST_STRANGERS", 3)
    for number in range(5):
        fail(book, 1, f"nadie {number}", at=NOW + timedelta(minutes=number))
    with book.read() as session:
        assert session.scalar(select(func.count()).select_from(StrangerTries)) == 3
    fail(book, 1, "otro", at=NOW + timedelta(days=2))
    with book.read() as session:
        assert session.scalar(select(func.count()).select_from(StrangerTries)) == 1


@pytest.mark.both_databases
def test_session__ends_when_idle_at_last_and_everywhere_on_signing_out(book: Book) -> None:
    first, second = enter(book), enter(book)
    assert first.cookie != second.cookie
    assert is_in(book, first, NOW + timedelta(minutes=29))
    assert not is_in(book, first, NOW + timedelta(minutes=30))
    at = NOW
    while at < NOW + timedelta(hours=12):
        touch_session(book, cookie=first.cookie, at=at)
        assert is_in(book, first, at), at
        at += timedelta(minutes=20)
    assert not is_in(book, first, at)
    third, fourth = enter(book, at=at), enter(book, at=at)
    with book.write() as session:
        end_session(session, cookie=third.cookie, at=at)
        end_session(session, cookie="otra", at=at)
    assert not is_in(book, third, at)
    assert not is_in(book, fourth, at)
    assert len(acts(book, of="signed_out")) == 1
    with book.read() as session:
        assert session.scalar(select(func.count()).select_from(StaffSession)) == 0


def test_session__touching_does_not_wait_for_a_long_act(book: Book) -> None:
    signed, later = enter(book), NOW + timedelta(minutes=20)
    with book.write():
        touch_session(book, cookie=signed.cookie, at=later)
    assert not is_in(book, signed, NOW + timedelta(minutes=40))
    touch_session(book, cookie=signed.cookie, at=later)
    assert is_in(book, signed, NOW + timedelta(minutes=40))


def test_disable__ends_sessions_and_tokens_and_enabling_brings_no_token_back(book: Book) -> None:
    signed = enter(book)
    with book.write() as session:
        token = issue_token(session, actor=ADMIN, name="luis", at=NOW)
        disable_account(session, actor=ADMIN, name="luis", at=NOW)
        with pytest.raises(NotAllowed):
            require_account(session, name="luis", right=Right.LOAD)
    assert not is_in(book, signed)
    assert enter(book).outcome is SignInOutcome.WRONG
    with book.write() as session:
        enable_account(session, actor=ADMIN, name="luis", at=NOW)
        with pytest.raises(NotAllowed):
            require(session, token=token, right=Right.LOAD, at=NOW)
        assert require_account(session, name="luis", right=Right.LOAD) == Actor("luis")
    assert not is_in(book, signed)
    assert enter(book).outcome is SignInOutcome.SIGNED_IN


def test_enable__ends_a_lock(book: Book) -> None:
    fail(book, ALLOWED)
    with book.write() as session:
        enable_account(session, actor=ADMIN, name="luis", at=NOW)
        enable_account(session, actor=ADMIN, name="luis", at=NOW)
    assert enter(book).outcome is SignInOutcome.SIGNED_IN
    assert len(acts(book, of="account_enabled")) == 1


@pytest.mark.both_databases
def test_password__given_by_another_has_to_be_changed_and_ends_sessions(book: Book) -> None:
    before = enter(book)
    with book.write() as session:
        give_password(session, actor=ADMIN, name="luis", password=OTHER, at=NOW)
    assert not is_in(book, before)
    signed, elsewhere = enter(book, password=OTHER), enter(book, password=OTHER)
    with book.write() as session:
        facts = find_session(session, cookie=signed.cookie, at=NOW)
        assert facts is not None
        assert facts.needs_password_change
        with pytest.raises(PasswordRefused):
            set_own_password(session, name="luis", current=OTHER, new="corta", at=NOW)
        with pytest.raises(PasswordRefused):
            set_own_password(session, name="luis", current=OTHER, new=OTHER, at=NOW)
        assert not set_own_password(session, name="luis", current="otra", new=PASSWORD, at=NOW)
        assert set_own_password(session, name="luis", current=OTHER, new=PASSWORD, at=NOW, keep=signed.cookie)
        facts = find_session(session, cookie=signed.cookie, at=NOW)
        assert facts is not None
        assert not facts.needs_password_change
    assert not is_in(book, elsewhere)
    assert [line.actor for line in (*acts(book, of="password_given"), *acts(book, of="password_changed"))] == [
        "ana",
        "luis",
    ]


def test_password__guessing_it_in_a_stolen_session_ends_the_session(book: Book) -> None:
    signed = enter(book)
    for _ in range(ALLOWED):
        assert is_in(book, signed)
        with book.write() as session:
            assert not set_own_password(session, name="luis", current="otra", new=OTHER, at=NOW, keep=signed.cookie)
    assert not is_in(book, signed)
    assert enter(book).outcome is SignInOutcome.LOCKED


def add_factor(book: Book, keep: str = "") -> pyotp.TOTP:
    with book.write() as session:
        secret = begin_second_factor(session, name="luis", current=PASSWORD, at=NOW)
        assert secret is not None
        totp = pyotp.TOTP(secret)
        assert find_pending_secret(session, name="luis") == totp.secret
        with pytest.raises(CodeRefused):
            confirm_second_factor(session, name="luis", code="000000", at=NOW)
        confirm_second_factor(session, name="luis", code=totp.at(NOW), at=NOW, keep=keep)
        assert find_pending_secret(session, name="luis") is None
    return totp


def test_second_factor__begins_with_the_password_and_guesses_count(book: Book) -> None:
    with book.write() as session:
        for _ in range(ALLOWED):
            assert begin_second_factor(session, name="luis", current="otra", at=NOW) is None
        assert find_pending_secret(session, name="luis") is None
    assert enter(book).outcome is SignInOutcome.LOCKED


@pytest.mark.both_databases
def test_second_factor__is_asked_for_and_a_code_works_once(book: Book) -> None:
    kept, ended = enter(book), enter(book)
    totp = add_factor(book, keep=kept.cookie)
    assert (is_in(book, kept), is_in(book, ended)) == (True, False)
    later = NOW + timedelta(seconds=60)
    assert enter(book, at=later).outcome is SignInOutcome.CODE_NEEDED
    assert enter(book, password="otra", code=totp.at(later), at=later).outcome is SignInOutcome.WRONG
    assert enter(book, code=totp.at(NOW), at=NOW).outcome is SignInOutcome.WRONG_CODE
    assert enter(book, code=totp.at(later), at=later).outcome is SignInOutcome.SIGNED_IN
    assert enter(book, code=totp.at(later), at=later).outcome is SignInOutcome.WRONG_CODE


def test_second_factor__guessing_codes_locks(book: Book) -> None:
    totp = add_factor(book)
    later = NOW + timedelta(seconds=60)
    for _ in range(ALLOWED):
        with book.write() as session:
            tried = give_code(session, name="luis", code="000000", proved_at=NOW, at=later)
        assert tried.outcome is SignInOutcome.WRONG_CODE
    assert enter(book, code=totp.at(later), at=later).outcome is SignInOutcome.LOCKED


def test_second_factor__a_lost_telephone_is_no_end(book: Book) -> None:
    add_factor(book)
    with book.write() as session:
        with pytest.raises(NotAllowed):
            begin_second_factor(session, name="luis", current=PASSWORD, at=NOW)
        assert not remove_own_second_factor(session, name="luis", current="otra", at=NOW)
        reset_second_factor(session, actor=ADMIN, name="luis", at=NOW)
        reset_second_factor(session, actor=ADMIN, name="luis", at=NOW)
    assert enter(book).outcome is SignInOutcome.SIGNED_IN
    assert [line.actor for line in acts(book, of="second_factor_reset")] == ["ana"]


@pytest.mark.both_databases
def test_tokens__end_by_time_by_hand_and_by_their_label(book: Book) -> None:
    with book.write() as session:
        first = issue_token(session, actor=ADMIN, name="luis", at=NOW)
        monthly = issue_token(session, actor=ADMIN, name="luis", at=NOW, label="mensual", days=30)
        assert len(first) >= 43
        last_moment = NOW + timedelta(days=30) - timedelta(seconds=1)
        for token in (first, monthly):
            assert require(session, token=token, right=Right.LOAD, at=last_moment) == Actor("luis")
        assert require(session, token=first, right=Right.LOAD, at=NOW + timedelta(days=30)) == Actor("luis")
        with pytest.raises(NotAllowed):
            require(session, token=monthly, right=Right.LOAD, at=NOW + timedelta(days=30))
        newer = issue_token(session, actor=ADMIN, name="luis", at=NOW, label="mensual")
        with pytest.raises(NotAllowed):
            require(session, token=monthly, right=Right.LOAD, at=NOW)
        third, second, one = list_tokens(session, account="luis")
        assert [t.works(NOW) for t in (third, second, one)] == [True, False, True]
        with pytest.raises(NotFound):
            revoke_token(session, actor=Actor("otra"), number=third.id, at=NOW, account="otra")
        revoke_token(session, actor=ADMIN, number=third.id, at=NOW, account="luis")
        assert get_token(session, third.id).revoked_at == NOW
        with pytest.raises(NotAllowed):
            require(session, token=newer, right=Right.LOAD, at=NOW)
    assert [line.details["label"] for line in acts(book, of="token_revoked")] == ["mensual"]


@pytest.mark.parametrize("bad", [{"label": ""}, {"label": "a\nb"}, {"label": "x" * 81}, {"days": 0}, {"days": 10**6}])
def test_tokens__a_strange_label_or_length_is_refused(book: Book, bad: dict[str, object]) -> None:
    with book.write() as session, pytest.raises(NotAllowed):
        issue_token(session, actor=ADMIN, name="luis", at=NOW, **bad)  # type: ignore[arg-type]


def test_role__changes_at_once_but_never_leaves_nobody_to_administer(book: Book) -> None:
    with book.write() as session:
        with pytest.raises(RoleMissing) as missing:
            require_account(session, name="luis", right=Right.APPROVE)
        assert (missing.value.actor, missing.value.right) == ("luis", "approve")
        set_role(session, actor=ADMIN, name="luis", role=StaffRole.APPROVER, at=NOW)
        assert require_account(session, name="luis", right=Right.APPROVE) == Actor("luis")
        with pytest.raises(NotAllowed, match="ana"):
            set_role(session, actor=ADMIN, name="ana", role=StaffRole.LOADER, at=NOW)
        set_role(session, actor=ADMIN, name="ana", role=StaffRole.ADMINISTRATOR, at=NOW)
        with pytest.raises(NotFound):
            set_role(session, actor=ADMIN, name="nadie", role=StaffRole.LOADER, at=NOW)
    assert [line.details for line in acts(book, of="role_changed")] == [{"before": "loader", "after": "approver"}]


@pytest.mark.parametrize("name", ["eva/luis", "eva\\luis", ".", ".."])
def test_add_account__a_name_is_part_of_an_address(book: Book, name: str) -> None:
    with book.write() as session, pytest.raises(NotAllowed):
        add_account(session, actor=ADMIN, name=name, role=StaffRole.LOADER, at=NOW)


@pytest.mark.parametrize("name", ["inbox", "Operator", "ANA"])
def test_add_account__nobody_passes_for_somebody_else_in_the_audit(book: Book, name: str) -> None:
    with book.write() as session, pytest.raises(NotAllowed):
        add_account(session, actor=ADMIN, name=name, role=StaffRole.LOADER, at=NOW)


@pytest.mark.parametrize("name", ["=1+1", "+ana", "-ana", "@ana"])
def test_add_account__a_name_is_no_formula_of_a_spreadsheet(book: Book, name: str) -> None:
    with book.write() as session, pytest.raises(NotAllowed):
        add_account(session, actor=ADMIN, name=name, role=StaffRole.LOADER, at=NOW)


def test_add_account__a_bad_first_password_adds_nobody(book: Book) -> None:
    with pytest.raises(PasswordRefused), book.write() as session:
        add_account(session, actor=ADMIN, name="eva", role=StaffRole.LOADER, at=NOW, password="Guatemala2026")
    with book.read() as session, pytest.raises(NotFound):
        get_account(session, "eva")


def test_list__tells_nothing_secret(book: Book) -> None:
    with book.write() as session:
        issue_token(session, actor=ADMIN, name="luis", at=NOW)
        ana, luis = list_accounts(session)
    assert (ana.name, ana.has_password, ana.tokens) == ("ana", False, 0)
    assert (luis.has_password, luis.has_second_factor, luis.tokens) == (True, False, 1)
    assert "argon2" not in repr(luis)


def test_denial__is_an_entry_of_its_own(book: Book) -> None:
    record_denial(book, actor=Actor("luis"), right=Right.PUBLISH, at=NOW)
    assert [(line.actor, line.subject) for line in acts(book, of="denied")] == [("luis", "publish")]


def test_two_person__changing_the_rule_needs_a_reason_and_a_person(book: Book) -> None:
    with book.write() as session:
        for actor, reason in ((ADMIN, " "), (Actor("operator"), "prisa")):
            with pytest.raises(NotAllowed):
                set_two_person(session, actor=actor, on=False, reason=reason, at=NOW)
        assert is_two_person(session)
        assert set_two_person(session, actor=ADMIN, on=False, reason=" una sola persona ", at=NOW)
        assert not set_two_person(session, actor=ADMIN, on=False, reason="otra vez", at=NOW)
        assert not is_two_person(session)
        assert set_two_person(session, actor=Actor("operator"), on=True, reason="ya hay dos", at=NOW)
    assert [line.details["value"] for line in acts(book, of="two_person_changed")] == ["off", "on"]


def test_lock__begins_after_ten_failures_and_a_quarter_of_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert sessions.FAILURES_ALLOWED == 10
    assert timedelta(minutes=15) == FIRST_LOCK
