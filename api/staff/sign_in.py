"""Signing in and out."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from flask import Response, flash, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from api.pages.texts import gettext as _
from api.security_log import Refusal, log_refusal
from api.staff.access import open_to_all, signed_in_for_own_account
from api.staff.addresses import is_staff_path
from api.staff.blueprint import render_staff, staff, staff_book, staff_url
from api.staff.cookies import begin_session, find_proof, forget_session, keep_proof, session_token
from api.staff.current import find_staff
from api.state import app_state
from exemptions.sessions import SignInOutcome, check_first, end_session, give_code, sign_in

_LONGEST = 1024
"""Of a field of the form; passwords may be long and pasted."""
_CLEARED = '"cache", "storage"'
"""What a browser forgets on signing out. Not `cookies`, which would sign a person out of every site of the same domain
(Clear Site Data §3.1); our own cookie is emptied."""


@dataclass(frozen=True, slots=True)
class SignInPage:
    """What the page shows."""

    failure: str
    name: str
    next: str


@staff.get("/entrar", endpoint="sign_in")
@open_to_all
def show_sign_in() -> BaseResponse:
    """The form; who is signed in already goes on."""
    target = _next(request.args.get("next", ""))
    if find_staff() is not None:
        return _go_on(target)
    return _answer(target=target)


@staff.post("/entrar", endpoint="enter")
@open_to_all
def enter() -> BaseResponse:
    """Begin a session under a new token, ask for the code, or tell that this was not right, never which part."""
    name, password = _field("name"), _field("password")
    target = _next(_field("next"))
    at = app_state().clock()
    checked = check_first(staff_book(), name=name, password=password)
    # A wrong try is counted in the book, so this writes whatever comes of it.
    with staff_book().write() as session:
        result = sign_in(session, name=name, password=password, code=None, at=at, checked=checked)
    match result.outcome:
        case SignInOutcome.SIGNED_IN:
            begin_session(result.cookie)
            return _go_on(target)
        case SignInOutcome.CODE_NEEDED:
            keep_proof(name.strip(), at)
            return redirect(_with_next("ask_code", target), code=303)
        case SignInOutcome.LOCKED:
            log_refusal(Refusal.LOCKED, account=result.account)
            return _answer(failure=_locked(), name=name, target=target, status=HTTPStatus.TOO_MANY_REQUESTS)
        case _:
            log_refusal(Refusal.PASSWORD, account=result.account)
            failure = _("El nombre o la contraseña no son correctos.")
            return _answer(failure=failure, name=name, target=target, status=HTTPStatus.UNPROCESSABLE_ENTITY)


@staff.get("/entrar/codigo", endpoint="ask_code")
@open_to_all
def ask_code() -> BaseResponse:
    """The form for the code of the second factor, after a right password."""
    target = _next(request.args.get("next", ""))
    if find_staff() is not None:
        return _go_on(target)
    if find_proof() is None:
        return redirect(_with_next("sign_in", target), code=303)
    return _answer_code(target=target)


@staff.post("/entrar/codigo", endpoint="enter_code")
@open_to_all
def enter_code() -> BaseResponse:
    """Begin a session by the code, if the password was right a moment ago."""
    target = _next(_field("next"))
    proof = find_proof()
    if proof is None:
        return redirect(_with_next("sign_in", target), code=303)
    name, proved_at = proof
    with staff_book().write() as session:
        result = give_code(session, name=name, code=_field("code"), proved_at=proved_at, at=app_state().clock())
    match result.outcome:
        case SignInOutcome.SIGNED_IN:
            begin_session(result.cookie)
            return _go_on(target)
        case SignInOutcome.WRONG_CODE:
            log_refusal(Refusal.CODE, account=result.account)
            failure = _("Ese no es el código de este momento, o ya se usó. Espere el siguiente y escríbalo.")
            return _answer_code(failure=failure, target=target, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        case SignInOutcome.LOCKED:
            log_refusal(Refusal.LOCKED, account=result.account)
            forget_session()
            return _answer(failure=_locked(), target=target, status=HTTPStatus.TOO_MANY_REQUESTS)
        case _:
            forget_session()
            flash(_("Pasó demasiado tiempo. Escriba otra vez su nombre y su contraseña."), "info")
            return redirect(_with_next("sign_in", target), code=303)


@staff.post("/salir")
@signed_in_for_own_account
def sign_out() -> BaseResponse:
    """End every session of the account, here and on every other machine."""
    with staff_book().write() as session:
        end_session(session, cookie=session_token(), at=app_state().clock())
    forget_session()
    flash(_("Salió. Se cerraron todas sus sesiones, también en otros equipos."), "done")
    response = redirect(staff_url("sign_in"), code=303)
    response.headers["Clear-Site-Data"] = _CLEARED
    return response


def _answer(*, failure: str = "", name: str = "", target: str, status: int = HTTPStatus.OK) -> Response:
    page = SignInPage(failure=failure, name=name, next=target)
    return render_staff("staff/sign_in.html", status=status, page=page)


def _answer_code(*, failure: str = "", target: str, status: int = HTTPStatus.OK) -> Response:
    page = SignInPage(failure=failure, name="", next=target)
    return render_staff("staff/sign_in_code.html", status=status, page=page)


def _locked() -> str:
    return _(
        "Hubo demasiados intentos con ese nombre y por un rato no se admite ninguno. Espere unos minutos y vuelva a "
        "probar; si no fue usted, avise a quien administra las cuentas."
    )


def _go_on(target: str) -> BaseResponse:
    return redirect(target or staff_url("home"), code=303)


def _with_next(page: str, target: str) -> str:
    return staff_url(page, next=target) if target else staff_url(page)


def _next(path: str) -> str:
    """Where to go on: a path of the staff's area, or empty for anything else."""
    return path if is_staff_path(path) else ""


def _field(name: str) -> str:
    return request.form.get(name, "")[:_LONGEST]
