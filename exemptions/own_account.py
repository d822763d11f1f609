"""What members of staff change about their own account, after they have given their password again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from exemptions.accounts import account_named, drop_second_factor, put_password
from exemptions.audit import Act, record_act
from exemptions.errors import CodeRefused, NotAllowed, PasswordRefused
from exemptions.models import Account
from exemptions.passwords import check_password, verify_password
from exemptions.rights import Actor
from exemptions.second_factor import accept_code, make_secret
from exemptions.sessions import count_failure, end_sessions_of, end_some_sessions_of, forget_failures


def set_own_password(session: Session, *, name: str, current: str, new: str, at: datetime, keep: str = "") -> bool:
    """Change one's own password; every session but the one whose cookie is `keep` ends.

    False when the current password is wrong: that counts as a failed sign-in, so the caller commits; too many of them
    end every session.
    Raises: NotFound; PasswordRefused for the new one.
    """
    account = account_named(session, name)
    check_password(new, name=name)
    if not _prove_password(session, account, current, at):
        return False
    if verify_password(account.password_hash, new):
        raise PasswordRefused("La contraseña nueva es la de antes.", "The new password is the one before.")
    put_password(account, new, at, must_change=False)
    forget_failures(account)
    end_sessions_of(session, account=name, keep=keep)
    record_act(session, actor=name, act=Act.PASSWORD_CHANGED, subject=name, at=at)
    return True


def prove_own_password(session: Session, *, name: str, current: str, at: datetime) -> bool:
    """Whether this is the password of who is signed in, asked anew before an act that a stolen session must not do.

    False counts as a failed sign-in, so the caller commits; too many of them end every session.
    Raises: NotFound.
    """
    return _prove_password(session, account_named(session, name), current, at)


def begin_second_factor(session: Session, *, name: str, current: str, at: datetime) -> str | None:
    """A new secret for the account's second factor, which counts once its first code is confirmed.

    None when the current password is wrong: that counts as a failed sign-in, so the caller commits; too many of them
    end every session.
    Raises: NotFound; NotAllowed if the account has a second factor already.
    """
    account = account_named(session, name)
    if account.totp_confirmed:
        raise NotAllowed(
            "La cuenta ya tiene un segundo factor; pida a quien administra que lo quite.",
            "The account already has a second factor; ask an administrator to remove it.",
        )
    if not _prove_password(session, account, current, at):
        return None
    account.totp_secret, account.totp_last_step = make_secret(), None
    return account.totp_secret


def find_pending_secret(session: Session, *, name: str) -> str | None:
    """The secret whose first code was not yet confirmed.

    Raises: NotFound.
    """
    account = account_named(session, name)
    return None if account.totp_confirmed else account.totp_secret


def confirm_second_factor(session: Session, *, name: str, code: str, at: datetime, keep: str = "") -> None:
    """Turn the second factor on by the first code of its secret; every session but that of the cookie `keep` ends.

    Raises: NotFound; CodeRefused.
    """
    account = account_named(session, name)
    if account.totp_confirmed or not accept_code(account, code=code, at=at):
        raise CodeRefused(
            "El código no corresponde. Revise la hora de su teléfono y escriba el código que muestra ahora.",
            "The code does not fit. Look at the clock of your telephone and write the code that it shows now.",
        )
    account.totp_confirmed = True
    end_sessions_of(session, account=name, keep=keep)
    record_act(session, actor=name, act=Act.SECOND_FACTOR_SET, subject=name, at=at)


def remove_own_second_factor(session: Session, *, name: str, current: str, at: datetime, keep: str = "") -> bool:
    """Remove one's own second factor; every session but the one whose cookie is `keep` ends.

    False when the current password is wrong: that counts as a failed sign-in, so the caller commits; too many of them
    end every session.
    Raises: NotFound.
    """
    account = account_named(session, name)
    if not _prove_password(session, account, current, at):
        return False
    drop_second_factor(session, account, actor=Actor(name), at=at, keep=keep)
    return True


def end_own_sessions(session: Session, *, name: str, current: str, sessions: Iterable[str], at: datetime) -> bool:
    """End those of one's own sessions that `sessions` names, by the `id` of their `OpenSession`.

    False when the current password is wrong: that counts as a failed sign-in, so the caller commits; too many of them
    end every session.
    Raises: NotFound.
    """
    account = account_named(session, name)
    if not _prove_password(session, account, current, at):
        return False
    end_some_sessions_of(session, account=name, ids=sessions, at=at)
    return True


def _prove_password(session: Session, account: Account, password: str, at: datetime) -> bool:
    """Whether this is the account's password; a wrong one counts as a failed sign-in, too many end every session."""
    if verify_password(account.password_hash, password):
        return True
    count_failure(session, account, at)
    if account.locked_until is not None:
        end_sessions_of(session, account=account.name)
    return False
