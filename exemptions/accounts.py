"""Members of staff, their roles and tokens. A token is shown once; the book keeps its SHA-256 only.

A token has 256 random bits, so a plain hash is enough: there is nothing to guess.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from exemptions.audit import Act, record_act
from exemptions.database import Book, is_two_person
from exemptions.errors import NotAllowed, NotFound, RoleMissing
from exemptions.models import Account, StaffToken


class StaffRole(StrEnum):
    LOADER = "loader"
    APPROVER = "approver"
    ADMINISTRATOR = "administrator"


class Right(StrEnum):
    """What a changing command needs."""

    LOAD = "load"
    APPROVE = "approve"
    PUBLISH = "publish"
    ACCOUNTS = "accounts"


ROLES_WITH: dict[Right, frozenset[StaffRole]] = {
    Right.LOAD: frozenset({StaffRole.LOADER, StaffRole.APPROVER}),
    Right.APPROVE: frozenset({StaffRole.APPROVER}),
    Right.PUBLISH: frozenset({StaffRole.APPROVER}),
    Right.ACCOUNTS: frozenset({StaffRole.ADMINISTRATOR}),
}

OPERATOR = "operator"
"""Who acts on the command line of a book without the two-person rule and without a token."""
CALENDAR = "calendar"
"""Who publishes when only the calendar changes a status."""
_RESERVED = frozenset({OPERATOR, CALENDAR, "system"})
_LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something."""

    name: str


def require(session: Session, *, token: str, right: Right) -> Actor:
    """The person whose token this is, if the role has the right.

    Without the two-person rule an empty token stands for the operator of the machine. The first account may be added
    by anybody who can write the book, since there is nobody yet to ask.
    Raises: NotAllowed.
    """
    if not token:
        nobody_yet = right is Right.ACCOUNTS and session.scalar(select(func.count()).select_from(Account)) == 0
        if nobody_yet or not is_two_person(session):
            return Actor(OPERATOR)
        raise NotAllowed(
            "Esta acción necesita una persona: ponga su token en EXEMPTIONS_TOKEN.",
            "This needs a person: put your token into EXEMPTIONS_TOKEN.",
        )
    account = _token_owner(session, token)
    if account is None or account.disabled:
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


def _with_right(account: Account, right: Right) -> Actor:
    if StaffRole(account.role) not in ROLES_WITH[right]:
        roles = ", ".join(sorted(ROLES_WITH[right]))
        raise RoleMissing(
            f"«{account.name}» tiene el papel {account.role}; esta acción necesita: {roles}.",
            f"“{account.name}” has the role {account.role}; this needs: {roles}.",
        )
    return Actor(account.name)


def add_account(session: Session, *, actor: Actor, name: str, role: StaffRole, at: datetime) -> None:
    """Add a member of staff, without a token yet. The first has to be an administrator, or nobody could add more.

    Raises: NotAllowed if the name is taken, kept for the system or no name that a list shows as it is, or the first
    account has another role.
    """
    if role is not StaffRole.ADMINISTRATOR and not list_accounts(session):
        raise NotAllowed(
            f"La primera cuenta tiene que ser {StaffRole.ADMINISTRATOR}: nadie más puede agregar otras.",
            f"The first account has to be {StaffRole.ADMINISTRATOR}: nobody else can add others.",
        )
    if not name or len(name) > _LONGEST_NAME or not name.isprintable() or name != " ".join(name.split()):
        raise NotAllowed(
            f"Un nombre tiene de 1 a {_LONGEST_NAME} letras visibles, sin espacios de más.",
            f"A name has 1 to {_LONGEST_NAME} visible letters, without spare blanks.",
        )
    if name in _RESERVED or session.get(Account, name) is not None:
        raise NotAllowed(f"El nombre «{name}» ya está en uso.", f"The name “{name}” is taken.")
    session.add(Account(name=name, role=str(role), disabled=False, created_at=at))
    session.flush()
    record_act(session, actor=actor.name, act=Act.ACCOUNT_ADDED, subject=name, at=at, details={"role": str(role)})


def disable_account(session: Session, *, actor: Actor, name: str, at: datetime) -> None:
    """Take every right from a member of staff; the account stays, since the audit names it.

    Raises: NotFound; NotAllowed for the last administrator, without whom nobody could ever add another.
    """
    account = _get_account(session, name)
    able = {a.name for a in list_accounts(session) if a.role == StaffRole.ADMINISTRATOR and not a.disabled}
    if able == {name}:
        raise NotAllowed(
            f"«{name}» es la única cuenta {StaffRole.ADMINISTRATOR}: agregue otra antes de desactivarla.",
            f"“{name}” is the only {StaffRole.ADMINISTRATOR}: add another one before disabling it.",
        )
    account.disabled = True
    _revoke_tokens(session, name, at)
    record_act(session, actor=actor.name, act=Act.ACCOUNT_DISABLED, subject=name, at=at)


def issue_token(session: Session, *, actor: Actor, name: str, at: datetime) -> str:
    """A new token for a member of staff; the one before it no longer works.

    Raises: NotFound, NotAllowed for a disabled account.
    """
    account = _get_account(session, name)
    if account.disabled:
        raise NotAllowed(f"La cuenta «{name}» está desactivada.", f"The account “{name}” is disabled.")
    token = secrets.token_urlsafe(32)
    _revoke_tokens(session, name, at)
    session.add(StaffToken(account=name, label="token", sha256=_digest(token), created_at=at))
    record_act(session, actor=actor.name, act=Act.TOKEN_ISSUED, subject=name, at=at)
    return token


def list_accounts(session: Session) -> list[Account]:
    """Every account, by name."""
    return list(session.scalars(select(Account).order_by(Account.name)))


def _get_account(session: Session, name: str) -> Account:
    account = session.get(Account, name)
    if account is None:
        raise NotFound(f"No hay ninguna cuenta «{name}».", f"There is no account “{name}”.")
    return account


def _token_owner(session: Session, token: str) -> Account | None:
    mine = (StaffToken.sha256 == _digest(token)) & StaffToken.revoked_at.is_(None)
    return session.scalars(select(Account).join(StaffToken, StaffToken.account == Account.name).where(mine)).first()


def _revoke_tokens(session: Session, name: str, at: datetime) -> None:
    for token in session.scalars(select(StaffToken).where(StaffToken.account == name, StaffToken.revoked_at.is_(None))):
        token.revoked_at = at


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
