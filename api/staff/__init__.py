"""The staff's area: signing in, loading, approving, publishing, accounts and the audit, as pages below `/staff`."""

from __future__ import annotations

from flask import Flask
from werkzeug.exceptions import HTTPException

from api.freshness import EXTENSION as FRESH
from api.pages.language import STAFF_LANGUAGES
from api.staff import (
    account,
    audit,
    batches,
    comparison,
    corrections,
    datasets,
    decisions,
    home,
    jobs,
    people,
    releases,
    sign_in,
    tokens,
    uploads,
    withdrawals,
)
from api.staff.access import access_of
from api.staff.addresses import NAMES, PREFIXES, staff_url
from api.staff.blueprint import staff
from api.staff.cookies import form_token, register_cookies
from api.staff.current import register_book
from api.staff.errors import answer_http_error, answer_registry_error
from api.staff.figures import staff_figures
from api.staff.gate import admit, csrf, protect_answer
from api.state import EXTENSION, AppState
from exemptions.errors import RegistryError

__all__ = ["register_staff"]

_FAMILIES = (
    home, datasets, uploads, jobs, batches, comparison, decisions, releases, withdrawals, corrections, people, tokens,
    audit, account, sign_in,
)  # fmt: skip
"""The modules of pages; importing one adds its addresses to the blueprint."""

staff.before_request(admit)
staff.after_request(protect_answer)
staff.register_error_handler(RegistryError, answer_registry_error)
staff.register_error_handler(HTTPException, answer_http_error)


def register_staff(app: Flask) -> None:
    """Add the staff's area to the application, in both languages; never to one that serves the public only.

    Raises: LookupError if a view does not say who may ask for it.
    """
    state: AppState = app.extensions[EXTENSION]
    register_cookies(app, state.settings)
    register_book(app)
    app.extensions[FRESH] = (staff_figures,)
    # The staff's forms are checked by its own gate; nothing else of the application takes a form with a cookie. The
    # Referer that the check over TLS wants is never sent, by our own policy; the token belongs to the session anyway,
    # and lasts as long as it does.
    app.config.update(WTF_CSRF_CHECK_DEFAULT=False, WTF_CSRF_SSL_STRICT=False, WTF_CSRF_TIME_LIMIT=None)
    csrf.init_app(app)
    app.jinja_env.globals |= {"staff_url": staff_url, "csrf_token": form_token}
    for lang in STAFF_LANGUAGES:
        app.register_blueprint(staff, name=NAMES[lang], url_prefix=PREFIXES[lang])
    for endpoint, view in app.view_functions.items():
        if endpoint.startswith(tuple(f"{name}." for name in NAMES.values())):
            access_of(view)
