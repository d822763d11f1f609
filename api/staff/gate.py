"""What every request to the staff's area passes before its view: who asks, may they, and does the form come from us."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response, abort, current_app, flash, g, redirect, request
from flask_wtf.csrf import CSRFProtect
from werkzeug.wrappers import Response as BaseResponse

from api.pages.texts import gettext as _
from api.staff.access import Access, access_of, is_upload
from api.staff.addresses import staff_url
from api.staff.cookies import forget_session, session_token
from api.staff.current import staff_book
from api.staff.render import keep_private
from api.state import app_state
from api.upload_request import UploadRequest
from exemptions.accounts import Actor, Right, record_denial, require_account
from exemptions.database import Book, is_demonstration
from exemptions.errors import RoleMissing
from exemptions.sessions import StaffSessionFacts, find_session, touch_session

_FORM_BYTES = 64 * 1024
"""What a form without a file may weigh; the longest field, a written reason, takes some kilobytes."""
_CHANGING = ("POST", "PUT", "PATCH", "DELETE")

csrf = CSRFProtect()


@dataclass(frozen=True, slots=True)
class Visitor:
    """What the book tells about who asks."""

    facts: StaffSessionFacts | None
    demonstration: bool


def admit() -> BaseResponse | None:
    """Let a request through to its view, or answer in its place.

    Raises: RoleMissing, noted in the audit, if the role lacks the right; CSRFError if a form is not one of ours;
    BadRequest for a NUL.
    """
    _refuse_nul(request.path, *request.args.values())
    view = current_app.view_functions[request.endpoint or ""]
    access = access_of(view)
    book = staff_book()
    visitor = _find_visitor(book)
    g.staff, g.demonstration = visitor.facts, visitor.demonstration
    if access.person:
        if visitor.facts is None:
            return _ask_to_sign_in()
        if visitor.facts.needs_password_change and not access.before_own_password:
            return redirect(staff_url("account"), code=303)
        if _lacks_factor(visitor.facts) and not access.before_second_factor:
            flash(_("Este registro pide un segundo factor a todo el personal. Actívelo para seguir."), "info")
            return redirect(staff_url("account", _anchor="segundo-factor"), code=303)
        _check_right(book, visitor.facts, access)
    _check_form(upload=is_upload(view))
    return None


def protect_answer(response: Response) -> Response:
    """Keep every answer of the staff's area out of caches and search engines."""
    response.vary.add("Cookie")
    return keep_private(response)


def _lacks_factor(facts: StaffSessionFacts) -> bool:
    return app_state().settings.second_factor == "required" and not facts.has_second_factor


def _find_visitor(book: Book) -> Visitor:
    token, at = session_token(), app_state().clock()
    with book.read() as session:
        facts = find_session(session, cookie=token, at=at) if token else None
        visitor = Visitor(facts, is_demonstration(session))
    if facts is not None:
        touch_session(book, cookie=token, at=at)
    return visitor


def _ask_to_sign_in() -> BaseResponse:
    if session_token():
        forget_session()
        if request.method in _CHANGING:
            flash(_("Su sesión terminó: lo último que envió no se guardó. Entre y hágalo de nuevo."), "info")
        else:
            flash(_("Su sesión terminó. Entre de nuevo para seguir."), "info")
    if request.method not in ("GET", "HEAD"):
        return redirect(staff_url("sign_in"), code=303)
    asked = request.full_path.removesuffix("?")
    return redirect(staff_url("sign_in", next=asked), code=303)


def _check_right(book: Book, facts: StaffSessionFacts, access: Access) -> None:
    if access.right is None:
        return
    try:
        with book.read() as session:
            require_account(session, name=facts.account, right=access.right)
    except RoleMissing:
        _note_denial(book, facts, access.right)
        raise


def _note_denial(book: Book, facts: StaffSessionFacts, right: Right) -> None:
    record_denial(book, actor=Actor(facts.account), right=right, at=app_state().clock())


def _check_form(*, upload: bool) -> None:
    if request.method not in _CHANGING:
        return
    # Only who may load a file gets this far, so nobody else can make the service read a large body.
    settings = app_state().settings
    largest_file = settings.max_upload_bytes if upload else 0
    request.max_content_length = largest_file + _FORM_BYTES
    if upload and isinstance(request, UploadRequest):
        request.upload_home = settings.home
    csrf.protect()
    _refuse_nul(*(text for texts in request.form.listvalues() for text in texts))


def _refuse_nul(*texts: str) -> None:
    """Not every database takes such a text, and no person writes one."""
    if any("\0" in text for text in texts):
        abort(400)
