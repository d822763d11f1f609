"""What every request to the staff's API passes before its view: a working token, whose owner has the right.

A token comes in the header `Authorization` alone. Cookies are not looked at, so no page of another site can make a
browser act here, and no answer may be read by other sites' scripts or kept by a cache.
Source: RFC 6750 (bearer tokens); RFC 9111 §5.2.2.5 (no-store).
"""

from __future__ import annotations

import re

from flask import Response, current_app, g, request
from flask_smorest import Blueprint
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import HTTPException, Unauthorized

from api.security_log import Refusal, log_refusal
from api.staff.access import access_of
from api.staff.current import staff_book
from api.state import app_state
from api.v1.staff.problems import answer_staff_error, answer_staff_http_error
from exemptions.accounts import Actor, Right, record_denial, require_account
from exemptions.errors import RegistryError, RoleMissing
from exemptions.tokens import find_token_owner

PREFIX = "/api/v1/staff"
_CREDENTIALS = re.compile(r"bearer +([A-Za-z0-9._~+/=-]+) *", re.IGNORECASE)

staff_api = Blueprint("staff_api", __name__, url_prefix=PREFIX)


def current_actor() -> Actor:
    """Whose token came with the request."""
    actor: Actor = g.staff_actor
    return actor


def note_denial(right: Right) -> None:
    """Note in the audit that who asks may not do what was asked."""
    record_denial(staff_book(), actor=current_actor(), right=right, at=app_state().clock())


@staff_api.before_request
def admit() -> None:
    """Let a request through to its view.

    Raises: Unauthorized; RoleMissing, noted in the audit.
    """
    right = access_of(current_app.view_functions[request.endpoint or ""]).right
    sent = _CREDENTIALS.fullmatch(request.headers.get("Authorization", ""))
    with staff_book().read() as session:
        owner = find_token_owner(session, token=sent[1], at=app_state().clock()) if sent else None
        if owner is None:
            log_refusal(Refusal.TOKEN)
            error = {"error": "invalid_token"} if sent else {}
            raise Unauthorized(www_authenticate=WWWAuthenticate("bearer", {"realm": "staff", **error}))
        g.staff_actor = Actor(owner.name)
        if right is None:
            return
        try:
            require_account(session, name=owner.name, right=right)
        except RoleMissing as error:
            denied = error
        else:
            return
    note_denial(right)
    raise denied


@staff_api.after_request
def keep_private(response: Response) -> Response:
    """Keep every answer out of caches."""
    response.headers["Cache-Control"] = "no-store"
    response.vary.add("Authorization")
    return response


staff_api.register_error_handler(RegistryError, answer_staff_error)
staff_api.register_error_handler(HTTPException, answer_staff_http_error)
