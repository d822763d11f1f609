"""Members of staff: who may act, and what an administrator changes about an account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from exemptions.audit import Act, record_act
from exemptions.calendar import system_clock
from exemptions.database import TWO_PERSON, Book, is_two_person
from exemptions.errors import NobodyYet, NotAllowed, NotFound, RoleMissing
from exemptions.models import Account, Fact
from exemptions.passwords import check_password, hash_password
from exemptions.rights import CALENDAR, OPERATOR, RESERVED_NAMES, ROLES_WITH, Actor, Right, StaffRole
from exemptions.sessions import end_sessions_of, forget_failures
from exemptions.tokens import find_token_owner, issue_token, list_tokens, revoke_tokens_of

__all__ = [
    "CALENDAR",
    "OPERATOR",
    "ROLES_WITH",
    "AccountFacts",
    "Actor",
    "Right",
    "StaffRole",
    "add_account",
    "disable_account",
    "enable_account",
    "get_account",
    "give_password",
    "issue_token",
    "list_accounts",
    "record_denial",
    "require",
    "require_account",
    "reset_second_factor",
    "set_role",
    "set_two_person",
]

_LONGEST_NAME = 80
_FORMULA_SIGNS = ("=", "+", "-", "@")


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """What may be told of an account."""

    name: str
    role: StaffRole
    disabled: bool
    created_at: datetime
    has_password: bool
    must_change_password: bool
    password_set_at: datetime | None
    has_second_factor: bool
    locked_until: datetime | None
    """Of the last lock, which may be over."""
    tokens: int
    """How many were issued and not revoked."""


def require(session: Session, *, token: str, right: Right, at: datetime | None = None) -> Actor:
    """The person whose token this is, if the role has the right.

    Without the two-person rule an empty token stands for the operator of the machine. The first account may be added
    by anybody who can write the book, since there is nobody yet to ask. `at` is now unless it is told.
    Raises: NotAllowed, of which NobodyYet if the book has no accounts, and RoleMissing.
    """
    nobody_yet = session.scalar(select(func.count()).select_from(Account)) == 0
    if not token and (not is_two_person(session) or (nobody_yet and right is Right.ACCOUNTS)):
        return Actor(OPERATOR)
    if nobody_yet:
        raise NobodyYet(
            "Este libro de registro todavía no tiene personas. Agregue a quien administra: "
            "exemptions user add NOMBRE --role administrator",
            "This book of record has no people yet. Add who administers it: "
            "exemptions user add NAME --role administrator",
        )
    if not token:
        raise NotAllowed(
            "Esta acción necesita una persona: ponga su token en EXEMPTIONS_TOKEN.",
            "This needs a person: put your token into EXEMPTIONS_TOKEN.",
        )
    account = find_token_owner(session, token=token, at=at or system_clock())
    if account is None:
        raise NotAllowed("El token de EXEMPTIONS_TOKEN no vale.", "The token in EXEMPTIONS_TOKEN is not valid.")
    return _with_right(account, right)


def require_account(session: Session, *, name: str, right: Right) -> Actor:
    """The person of that name, if the role has the right; who it is has been proved before.

    Raises: NotAllowed for an account that is not there or disabled; RoleMissing.
    """
    account = session.get(Account, name)
    if account is None or account.disabled:
        raise NotAllowed(f"La cuenta «{name}» no puede actuar.", f"The account “{name}” may not act.")
    return _with_right(account, right)


def record_denial(book: Book, *, actor: Actor, right: Right, at: datetime) -> None:
    """Note that somebody tried what their role does not allow, in a transaction of its own."""
    with book.write() as session:
        record_act(session, actor=actor.name, act=Act.DENIED, subject=str(right), at=at)


def add_account(
    session: Session, *, actor: Actor, name: str, role: StaffRole, at: datetime, password: str | None = None
) -> None:
    """Add a member of staff, without a token yet; a password given here has to be changed at the first sign-in.

    The first has to be an administrator, or nobody could add more.
    Raises: NotAllowed if the name is taken, kept for the system or no name that a list shows as it is, or the first
    account has another role; PasswordRefused.
    """
    if role is not StaffRole.ADMINISTRATOR and session.scalar(select(func.count()).select_from(Account)) == 0:
        raise NotAllowed(
            f"La primera cuenta tiene que ser {StaffRole.ADMINISTRATOR}: nadie más puede agregar otras.",
            f"The first account has to be {StaffRole.ADMINISTRATOR}: nobody else can add others.",
        )
    _check_name(session, name)
    account = Account(name=name, role=str(role), created_at=at)
    account.disabled = account.must_change_password = account.totp_confirmed = False
    forget_failures(account)
    if password is not None:
        check_password(password, name=name)
        put_password(account, password, at, must_change=True)
    session.add(account)
    session.flush()
    details = {"role": str(role), "password": password is not None}
    record_act(session, actor=actor.name, act=Act.ACCOUNT_ADDED, subject=name, at=at, details=details)


def set_role(session: Session, *, actor: Actor, name: str, role: StaffRole, at: datetime) -> None:
    """Give a member of staff another role, from the next request on.

    Raises: NotFound; NotAllowed for the last administrator.
    """
    account = account_named(session, name)
    before = account.role
    if before == role:
        return
    _keep_an_administrator(session, name)
    account.role = str(role)
    details = {"before": before, "after": str(role)}
    record_act(session, actor=actor.name, act=Act.ROLE_CHANGED, subject=name, at=at, details=details)


def disable_account(session: Session, *, actor: Actor, name: str, at: datetime) -> None:
    """Take every right from a member of staff, end sessions and tokens; the account stays: the audit names it.

    Raises: NotFound; NotAllowed for the last administrator, without whom nobody could ever add another.
    """
    account = account_named(session, name)
    _keep_an_administrator(session, name)
    account.disabled = True
    end_sessions_of(session, account=name)
    revoke_tokens_of(session, account=name, at=at)
    record_act(session, actor=actor.name, act=Act.ACCOUNT_DISABLED, subject=name, at=at)


def enable_account(session: Session, *, actor: Actor, name: str, at: datetime) -> None:
    """Let a disabled member of staff in again, or end a lock. Tokens that were revoked stay so.

    Raises: NotFound.
    """
    account = account_named(session, name)
    if not account.disabled and account.locked_until is None:
        return
    account.disabled = False
    forget_failures(account)
    record_act(session, actor=actor.name, act=Act.ACCOUNT_ENABLED, subject=name, at=at)


def give_password(session: Session, *, actor: Actor, name: str, password: str, at: datetime) -> None:
    """Set somebody's password; unless it is one's own it is good for choosing another only. Ends sessions and a lock.

    Raises: NotFound; PasswordRefused.
    """
    account = account_named(session, name)
    check_password(password, name=name)
    put_password(account, password, at, must_change=actor.name != name)
    forget_failures(account)
    end_sessions_of(session, account=name)
    record_act(session, actor=actor.name, act=Act.PASSWORD_GIVEN, subject=name, at=at)


def reset_second_factor(session: Session, *, actor: Actor, name: str, at: datetime) -> None:
    """Remove somebody's second factor, as after a lost telephone; ends the account's sessions.

    Raises: NotFound.
    """
    account = account_named(session, name)
    drop_second_factor(session, account, actor=actor, at=at)


def set_two_person(session: Session, *, actor: Actor, on: bool, reason: str, at: datetime) -> bool:
    """Turn the two-person rule on or off; tells whether that changed anything.

    Raises: NotAllowed without a written reason, or when nobody in particular would turn it off.
    """
    if on is is_two_person(session):
        return False
    if not reason.strip():
        raise NotAllowed(
            "Cambiar la regla de dos personas necesita un motivo escrito.",
            "Changing the two-person rule needs a written reason.",
        )
    if not on and actor.name == OPERATOR:
        raise NotAllowed(
            "Solo una persona con el papel administrator puede apagar la regla: agréguela primero.",
            "Only a person with the role administrator may turn the rule off: add one first.",
        )
    session.merge(Fact(key=TWO_PERSON, value="on" if on else "off"))
    details = {"value": "on" if on else "off", "reason": reason.strip()}
    record_act(session, actor=actor.name, act=Act.TWO_PERSON_CHANGED, subject="book", at=at, details=details)
    return True


def list_accounts(session: Session) -> list[AccountFacts]:
    """Every account, by name."""
    tokens: dict[str, int] = {}
    for token in list_tokens(session):
        if token.revoked_at is None:
            tokens[token.account] = tokens.get(token.account, 0) + 1
    return [_facts(row, tokens.get(row.name, 0)) for row in session.scalars(select(Account).order_by(Account.name))]


def get_account(session: Session, name: str) -> AccountFacts:
    """The account of that name.

    Raises: NotFound.
    """
    tokens = [token for token in list_tokens(session, account=name) if token.revoked_at is None]
    return _facts(account_named(session, name), len(tokens))


def _with_right(account: Account, right: Right) -> Actor:
    if StaffRole(account.role) not in ROLES_WITH[right]:
        roles = ", ".join(sorted(ROLES_WITH[right]))
        raise RoleMissing(
            f"«{account.name}» tiene el papel {account.role}; esta acción necesita: {roles}.",
            f"“{account.name}” has the role {account.role}; this needs: {roles}.",
            actor=account.name,
            right=str(right),
        )
    return Actor(account.name)


def _check_name(session: Session, name: str) -> None:
    if not name or len(name) > _LONGEST_NAME or not name.isprintable() or name != " ".join(name.split()):
        raise NotAllowed(
            f"Un nombre tiene de 1 a {_LONGEST_NAME} letras visibles, sin espacios de más.",
            f"A name has 1 to {_LONGEST_NAME} visible letters, without spare blanks.",
        )
    # The audit is exported as CSV, and a spreadsheet would compute such a cell.
    if name.startswith(_FORMULA_SIGNS):
        raise NotAllowed(
            f"Un nombre no empieza con {' '.join(_FORMULA_SIGNS)}.",
            f"A name does not start with {' '.join(_FORMULA_SIGNS)}.",
        )
    # The name is a part of the address of the account's page, where these lead elsewhere.
    if "/" in name or "\\" in name or not name.strip("."):
        raise NotAllowed(
            "Un nombre no lleva / ni \\, ni es solo puntos.", "A name has no / or \\, and is not made of dots alone."
        )
    # Two names that differ in their letters' case alone would pass for one person in the audit.
    taken = {other.casefold() for other in (*RESERVED_NAMES, *session.scalars(select(Account.name)))}
    if name.casefold() in taken:
        raise NotAllowed(f"El nombre «{name}» ya está en uso.", f"The name “{name}” is taken.")


def _keep_an_administrator(session: Session, name: str) -> None:
    able = select(Account.name).where(Account.role == StaffRole.ADMINISTRATOR, Account.disabled.is_(False))
    if set(session.scalars(able)) == {name}:
        raise NotAllowed(
            f"«{name}» es la única cuenta {StaffRole.ADMINISTRATOR}: agregue otra antes de cambiarla.",
            f"“{name}” is the only {StaffRole.ADMINISTRATOR}: add another one before changing it.",
        )


def drop_second_factor(session: Session, account: Account, *, actor: Actor, at: datetime, keep: str = "") -> None:
    """Take away an account's second factor, if it has one; every session but that of the cookie `keep` ends."""
    if account.totp_secret is None:
        return
    account.totp_secret, account.totp_confirmed, account.totp_last_step = None, False, None
    end_sessions_of(session, account=account.name, keep=keep)
    record_act(session, actor=actor.name, act=Act.SECOND_FACTOR_RESET, subject=account.name, at=at)


def put_password(account: Account, password: str, at: datetime, *, must_change: bool) -> None:
    """Put a password that was checked in place of the one before."""
    account.password_hash = hash_password(password)
    account.password_set_at, account.must_change_password = at, must_change


def account_named(session: Session, name: str) -> Account:
    """The account of that name.

    Raises: NotFound.
    """
    account = session.get(Account, name)
    if account is None:
        raise NotFound(f"No hay ninguna cuenta «{name}».", f"There is no account “{name}”.")
    return account


def _facts(row: Account, tokens: int) -> AccountFacts:
    return AccountFacts(
        name=row.name,
        role=StaffRole(row.role),
        disabled=row.disabled,
        created_at=row.created_at,
        has_password=row.password_hash is not None,
        must_change_password=row.must_change_password,
        password_set_at=row.password_set_at,
        has_second_factor=row.totp_confirmed,
        locked_until=row.locked_until,
        tokens=tokens,
    )
