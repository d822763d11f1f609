"""One's own account: the password, the second factor and the open sessions.

What decides who gets in changes only with the password given anew, so that a stolen session is not enough.
Source: OWASP ASVS 5.0.0 V7.5.1, V7.5.2.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

import segno
from flask import Response, flash, redirect, request
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from api.formatting import format_moment
from api.pages.language import page_language
from api.pages.texts import gettext as _
from api.security_log import Refusal, log_refusal
from api.staff.access import signed_in_for_own_account, signed_in_for_second_factor
from api.staff.blueprint import current_staff, render_staff, signed_in, staff, staff_book, staff_url
from api.staff.cookies import session_token
from api.state import app_state
from exemptions.errors import CodeRefused, PasswordRefused
from exemptions.own_account import (
    begin_second_factor,
    confirm_second_factor,
    end_own_sessions,
    find_pending_secret,
    remove_own_second_factor,
    set_own_password,
)
from exemptions.passwords import LONGEST, SHORTEST
from exemptions.second_factor import provisioning_uri
from exemptions.sessions import OpenSession, list_sessions

_LONGEST_FIELD = 4 * LONGEST
_GROUP = 4
_QUIET_ZONE = 4
"""Modules of white around a QR code, as its standard asks (ISO/IEC 18004)."""


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A second factor that waits for its first code."""

    qr: Markup
    secret: str


@dataclass(frozen=True, slots=True)
class ShownSession:
    """One of one's own sessions for a template."""

    id: str
    began: str
    seen: str
    is_this: bool


@dataclass(frozen=True, slots=True)
class AccountPage:
    """What the page shows."""

    must_change: bool
    has_factor: bool
    enrolment: Enrolment | None
    password_rule: str
    password_failure: str
    factor_failure: str
    sessions: tuple[ShownSession, ...]
    sessions_failure: str


@staff.get("/cuenta")
@signed_in_for_own_account
def account() -> Response:
    """The password and the second factor of who is signed in."""
    return _answer()


@staff.post("/cuenta/contrasena", endpoint="change_password")
@signed_in_for_own_account
def change_password() -> BaseResponse:
    """Change one's own password; the other sessions end."""
    current, new, again = (_field(name) for name in ("current", "password", "again"))
    if new != again:
        return _answer(password_failure=_("Las dos contraseñas nuevas no son iguales."), status=_REFUSED)
    try:
        with staff_book().write() as session:
            changed = set_own_password(
                session,
                name=current_staff().account,
                current=current,
                new=new,
                at=app_state().clock(),
                keep=session_token(),
            )
    except PasswordRefused as error:
        return _answer(password_failure=error.text(page_language()), status=_REFUSED)
    if not changed:
        log_refusal(Refusal.PASSWORD, account=current_staff().account)
        return _answer(password_failure=_wrong_password(), status=_REFUSED)
    flash(_("Su contraseña cambió. Sus otras sesiones se cerraron."), "done")
    return redirect(staff_url("home"), code=303)


@staff.post("/cuenta/segundo-factor", endpoint="begin_factor")
@signed_in_for_second_factor
def begin_factor() -> BaseResponse:
    """Draw a secret for the second factor, with the password; the page shows it until its first code is confirmed."""
    facts = current_staff()
    if not facts.has_second_factor:
        with staff_book().write() as session:
            secret = begin_second_factor(
                session, name=facts.account, current=_field("password"), at=app_state().clock()
            )
        if secret is None:
            log_refusal(Refusal.PASSWORD, account=facts.account)
            return _answer(factor_failure=_wrong_password(), status=_REFUSED)
    return redirect(staff_url("account", _anchor="segundo-factor"), code=303)


@staff.post("/cuenta/segundo-factor/confirmar", endpoint="confirm_factor")
@signed_in_for_second_factor
def confirm_factor() -> BaseResponse:
    """Turn the second factor on by its first code."""
    try:
        with staff_book().write() as session:
            confirm_second_factor(
                session,
                name=current_staff().account,
                code=_field("code"),
                at=app_state().clock(),
                keep=session_token(),
            )
    except CodeRefused as error:
        return _answer(factor_failure=error.text(page_language()), status=_REFUSED)
    flash(_("El segundo factor está activo: desde ahora se le pide el código al entrar."), "done")
    return redirect(staff_url("account"), code=303)


@staff.post("/cuenta/segundo-factor/quitar", endpoint="remove_factor")
@signed_in
def remove_factor() -> BaseResponse:
    """Turn one's own second factor off, with the password."""
    with staff_book().write() as session:
        removed = remove_own_second_factor(
            session,
            name=current_staff().account,
            current=_field("password"),
            at=app_state().clock(),
            keep=session_token(),
        )
    if not removed:
        log_refusal(Refusal.PASSWORD, account=current_staff().account)
        return _answer(factor_failure=_wrong_password(), status=_REFUSED)
    flash(_("El segundo factor quedó desactivado."), "done")
    return redirect(staff_url("account"), code=303)


@staff.post("/cuenta/sesiones/cerrar", endpoint="end_sessions")
@signed_in
def end_sessions() -> BaseResponse:
    """End those of one's own sessions that were ticked, with the password."""
    ticked = request.form.getlist("session")
    if not ticked:
        return _answer(sessions_failure=_("Marque las sesiones que quiere cerrar."), status=_REFUSED)
    with staff_book().write() as session:
        ended = end_own_sessions(
            session,
            name=current_staff().account,
            current=_field("password"),
            sessions=ticked,
            at=app_state().clock(),
        )
    if not ended:
        log_refusal(Refusal.PASSWORD, account=current_staff().account)
        return _answer(sessions_failure=_wrong_password(), status=_REFUSED)
    flash(_("Las sesiones que marcó se cerraron."), "done")
    return redirect(staff_url("account"), code=303)


_REFUSED = HTTPStatus.UNPROCESSABLE_ENTITY


def _answer(
    *, password_failure: str = "", factor_failure: str = "", sessions_failure: str = "", status: int = HTTPStatus.OK
) -> Response:
    facts = current_staff()
    with staff_book().read() as session:
        secret = find_pending_secret(session, name=facts.account)
        sessions = list_sessions(session, account=facts.account, cookie=session_token(), at=app_state().clock())
    page = AccountPage(
        must_change=facts.needs_password_change,
        has_factor=facts.has_second_factor,
        enrolment=_enrol(secret, facts.account) if secret is not None else None,
        password_rule=_(
            "De %(shortest)s a %(longest)s caracteres. Varias palabras con espacios son fáciles de recordar y "
            "difíciles de adivinar. Se puede pegar.",
            shortest=SHORTEST,
            longest=LONGEST,
        ),
        password_failure=password_failure,
        factor_failure=factor_failure,
        sessions=tuple(map(_show, sessions)),
        sessions_failure=sessions_failure,
    )
    return render_staff("staff/account.html", status=status, page=page)


def _show(open_session: OpenSession) -> ShownSession:
    began, seen = (
        format_moment(instant, page_language()) for instant in (open_session.created_at, open_session.seen_at)
    )
    return ShownSession(id=open_session.id, began=began, seen=seen, is_this=open_session.is_this)


def _enrol(secret: str, name: str) -> Enrolment:
    issuer = app_state().settings.publisher or _("Registro de exenciones")
    code = segno.make(provisioning_uri(secret, account=name, issuer=issuer), error="m", micro=False)
    # The drawing has no style and no script, so the page's policy lets it stand in the text itself.
    drawing = code.svg_inline(border=_QUIET_ZONE, omitsize=True, dark="#000000", light="#ffffff")
    groups = (secret[start : start + _GROUP] for start in range(0, len(secret), _GROUP))
    return Enrolment(qr=Markup(drawing), secret=" ".join(groups))  # noqa: S704 - made here, of black and white squares


def _wrong_password() -> str:
    return _("La contraseña actual no es esa.")


def _field(name: str) -> str:
    return request.form.get(name, "")[:_LONGEST_FIELD]
