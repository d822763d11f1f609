"""Tokens of programs that act for a member of staff. A token is shown once; the book keeps its SHA-256 only.

A token has 256 random bits, so a plain hash is enough: there is nothing to guess. It is found by its hash, and an index
of hashes tells nothing by the time it takes.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from exemptions.audit import Act, record_act
from exemptions.errors import NotAllowed, NotFound
from exemptions.models import Account, StaffToken
from exemptions.rights import Actor

DEFAULT_LABEL = "token"
LONGEST_LABEL = 80
MOST_DAYS = 3650


@dataclass(frozen=True, slots=True)
class TokenFacts:
    """What may be told of a token: everything but the token."""

    id: int
    account: str
    label: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None

    def works(self, at: datetime) -> bool:
        """Whether it is good at that instant, for an account that is."""
        return self.revoked_at is None and (self.expires_at is None or at < self.expires_at)


def issue_token(
    session: Session, *, actor: Actor, name: str, at: datetime, label: str = DEFAULT_LABEL, days: int | None = None
) -> str:
    """A new token for a member of staff; the one with the same label no longer works.

    Units: `days` until it ends; None for a token without end.
    Raises: NotFound; NotAllowed for a disabled account, a label that a list does not show as it is, or days out of
    range.
    """
    account = session.get(Account, name)
    if account is None:
        raise NotFound(f"No hay ninguna cuenta «{name}».", f"There is no account “{name}”.")
    if account.disabled:
        raise NotAllowed(f"La cuenta «{name}» está desactivada.", f"The account “{name}” is disabled.")
    _check_label(label)
    expires_at = None if days is None else at + timedelta(days=_checked_days(days))
    token = secrets.token_urlsafe(32)
    _revoke(session, (StaffToken.account == name) & (StaffToken.label == label), at)
    row = StaffToken(account=name, label=label, sha256=_digest(token), created_at=at, expires_at=expires_at)
    session.add(row)
    session.flush()
    details = {"token": row.id, "label": label, "expires_at": expires_at}
    record_act(session, actor=actor.name, act=Act.TOKEN_ISSUED, subject=name, at=at, details=details)
    return token


def list_tokens(session: Session, *, account: str | None = None) -> list[TokenFacts]:
    """Every token that was issued, of one account or of all, the newest first."""
    found = select(StaffToken).order_by(StaffToken.id.desc())
    if account is not None:
        found = found.where(StaffToken.account == account)
    return [_facts(row) for row in session.scalars(found)]


def get_token(session: Session, number: int) -> TokenFacts:
    """What may be told of the token of that number.

    Raises: NotFound.
    """
    return _facts(_get(session, number))


def revoke_token(session: Session, *, actor: Actor, number: int, at: datetime, account: str | None = None) -> None:
    """End a token at once; with `account`, only if it is that account's. One that had ended stays as it is.

    Raises: NotFound.
    """
    row = _get(session, number)
    if account is not None and row.account != account:
        raise _no_token(number)
    if row.revoked_at is None:
        row.revoked_at = at
        details = {"token": number, "label": row.label}
        record_act(session, actor=actor.name, act=Act.TOKEN_REVOKED, subject=row.account, at=at, details=details)


def revoke_tokens_of(session: Session, *, account: str, at: datetime) -> None:
    """End every token of an account; the act that is the reason for it is recorded by the caller."""
    _revoke(session, StaffToken.account == account, at)


def find_token_owner(session: Session, *, token: str, at: datetime) -> Account | None:
    """The account whose working token this is; None for an unknown, ended or revoked one, or a disabled account."""
    row = session.scalars(select(StaffToken).where(StaffToken.sha256 == _digest(token))).first()
    if row is None or not _facts(row).works(at):
        return None
    account = session.get(Account, row.account)
    return None if account is None or account.disabled else account


def _revoke(session: Session, of: ColumnElement[bool], at: datetime) -> None:
    for row in session.scalars(select(StaffToken).where(of, StaffToken.revoked_at.is_(None))):
        row.revoked_at = at


def _get(session: Session, number: int) -> StaffToken:
    row = session.get(StaffToken, number)
    if row is None:
        raise _no_token(number)
    return row


def _no_token(number: int) -> NotFound:
    return NotFound(f"No hay ningún token {number}.", f"There is no token {number}.")


def _check_label(label: str) -> None:
    if not label or len(label) > LONGEST_LABEL or not label.isprintable() or label != " ".join(label.split()):
        raise NotAllowed(
            f"La etiqueta de un token tiene de 1 a {LONGEST_LABEL} letras visibles, sin espacios de más.",
            f"The label of a token has 1 to {LONGEST_LABEL} visible letters, without spare blanks.",
        )


def _checked_days(days: int) -> int:
    if not 1 <= days <= MOST_DAYS:
        raise NotAllowed(
            f"Un token dura de 1 a {MOST_DAYS} días, o no tiene fin.",
            f"A token lasts 1 to {MOST_DAYS} days, or has no end.",
        )
    return days


def _facts(row: StaffToken) -> TokenFacts:
    return TokenFacts(
        id=row.id,
        account=row.account,
        label=row.label,
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
    )


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()
