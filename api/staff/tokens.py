"""Tokens of programs: made once, shown once, ended at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from flask import Response, flash, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from api.formatting import format_short_day
from api.pages.language import page_language
from api.pages.texts import gettext as _
from api.security_log import Refusal, log_refusal
from api.staff.blueprint import current_actor, current_staff, render_staff, signed_in, staff, staff_book, staff_url
from api.staff.words import Tag
from api.state import app_state
from exemptions.accounts import ROLES_WITH, Right, StaffRole
from exemptions.calendar import guatemala_day
from exemptions.errors import NotAllowed
from exemptions.own_account import prove_own_password
from exemptions.passwords import LONGEST
from exemptions.tokens import LONGEST_LABEL, MOST_DAYS, TokenFacts, issue_token, list_tokens, revoke_token

_USUAL_DAYS = 365
"""What the form proposes: a token that is forgotten ends by itself."""


@dataclass(frozen=True, slots=True)
class ShownToken:
    """One token for a template."""

    id: int
    label: str
    account: str
    created: str
    expires: str
    state: Tag
    works: bool


@dataclass(frozen=True, slots=True)
class TokensPage:
    """What the page shows."""

    own: tuple[ShownToken, ...]
    others: tuple[ShownToken, ...]
    """Those of everybody else, for an administrator."""
    made: str
    """The token just made, which is never shown again."""
    failure: str
    label: str
    days: str
    most_days: int = MOST_DAYS
    longest_label: int = LONGEST_LABEL


@staff.get("/tokens")
@signed_in
def tokens() -> Response:
    """One's own tokens; an administrator sees everybody's."""
    return _answer()


@staff.post("/tokens", endpoint="make_token")
@signed_in
def make_token() -> Response:
    """Make a token and show it, this once. It lets in like a password, so it takes the password given anew."""
    label = " ".join(request.form.get("label", "").split())
    days = request.form.get("days", "").strip()
    actor = current_actor()
    with staff_book().write() as session:
        current = request.form.get("password", "")[: 4 * LONGEST]
        proved = prove_own_password(session, name=actor.name, current=current, at=app_state().clock())
    if not proved:
        log_refusal(Refusal.PASSWORD, account=actor.name)
        failure = _("La contraseña actual no es esa.")
        return _answer(failure=failure, label=label, days=days, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        lasts = _read_days(days)
        with staff_book().write() as session:
            made = issue_token(session, actor=actor, name=actor.name, at=app_state().clock(), label=label, days=lasts)
    except NotAllowed as error:
        failure = error.text(page_language())
        return _answer(failure=failure, label=label, days=days, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return _answer(made=made)


@staff.post("/tokens/<int:number>/revocar", endpoint="end_token")
@signed_in
def end_token(number: int) -> BaseResponse:
    """End a token; only an administrator may end somebody else's."""
    actor = current_actor()
    own_only = None if _sees_all() else actor.name
    with staff_book().write() as session:
        revoke_token(session, actor=actor, number=number, at=app_state().clock(), account=own_only)
    flash(_("El token ya no sirve."), "done")
    return redirect(staff_url("tokens"), code=303)


def _answer(
    *, made: str = "", failure: str = "", label: str = "", days: str = str(_USUAL_DAYS), status: int = HTTPStatus.OK
) -> Response:
    account, at = current_staff().account, app_state().clock()
    with staff_book().read() as session:
        facts = list_tokens(session, account=None if _sees_all() else account)
    page = TokensPage(
        own=tuple(_show(token, at) for token in facts if token.account == account),
        others=tuple(_show(token, at) for token in facts if token.account != account),
        made=made,
        failure=failure,
        label=label,
        days=days,
    )
    return render_staff("staff/tokens.html", status=status, page=page)


def _sees_all() -> bool:
    return StaffRole(current_staff().role) in ROLES_WITH[Right.ACCOUNTS]


def _read_days(text: str) -> int | None:
    """The days that a form asks for; blank asks for no end.

    Raises: NotAllowed for what is no number.
    """
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(MOST_DAYS))):
        raise NotAllowed(f"Los días son un número de 1 a {MOST_DAYS}.", f"The days are a number from 1 to {MOST_DAYS}.")
    return int(text)


def _show(token: TokenFacts, at: datetime) -> ShownToken:
    works = token.works(at)
    return ShownToken(
        id=token.id,
        label=token.label,
        account=token.account,
        created=_day(token.created_at),
        expires=_day(token.expires_at) if token.expires_at is not None else _("sin fin"),
        state=_state(token, works=works),
        works=works,
    )


def _state(token: TokenFacts, *, works: bool) -> Tag:
    if works:
        return Tag("good", _("Sirve"))
    return Tag("bad", _("Revocado") if token.revoked_at is not None else _("Vencido"))


def _day(instant: datetime) -> str:
    return format_short_day(guatemala_day(instant), page_language())
