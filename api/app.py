"""The application: what it is made of, in which order, over which releases."""

from __future__ import annotations

from flask import Flask

from api.deprecations import register_deprecations
from api.docs import register_docs
from api.feeds import register_feeds
from api.headers import register_headers
from api.metrics import answer_metrics
from api.observability import register_observability
from api.pages import register_pages
from api.problem_types import PROBLEM_TYPES, ProblemType
from api.problems import log_failure, register_problems
from api.repeats import Repeats
from api.role import refuse_private_access
from api.spec import build_api
from api.state import EXTENSION, AppState
from api.upload_request import UploadRequest
from api.v1 import register_v1
from api.well_known import register_well_known
from exemptions.calendar import Clock
from exemptions.catalogs import load_catalogs
from exemptions.correction_log import LogReader
from exemptions.policy_history import PolicyLog
from exemptions.settings import Role, Settings, read_settings
from exemptions.store import ReleaseStore

_MAX_BODY_BYTES = 64 * 1024
"""No public address takes a body; this bounds what is read before that is said."""


class PanicError(Exception):
    """A compiled library panicked; what it raises is no `Exception`, which Flask's handlers would not see."""


class RegistryApp(Flask):
    """Flask, with repeated answers, panics of compiled libraries as errors, and logs of nothing that a person typed."""

    request_class = UploadRequest
    repeats: Repeats

    def wsgi_app(self, environ, start_response):  # type: ignore[no-untyped-def]
        repeated = self.repeats.answer(environ, start_response)
        return super().wsgi_app(environ, start_response) if repeated is None else repeated

    def process_response(self, response):  # type: ignore[no-untyped-def]
        finished = super().process_response(response)
        self.repeats.keep(finished)
        return finished

    def ensure_sync(self, func):  # type: ignore[no-untyped-def]
        # No view and no hook is a coroutine; Flask asks each of a dozen in every request.
        return func

    def full_dispatch_request(self):  # type: ignore[no-untyped-def]
        try:
            return super().full_dispatch_request()
        except BaseException as failure:
            if type(failure).__name__ == "PanicException":
                raise PanicError("a compiled library panicked") from failure
            raise

    def log_exception(self, exc_info):  # type: ignore[no-untyped-def]
        log_failure(exc_info[1])


def build_app(settings: Settings | None, *, clock: Clock) -> Flask:
    """The application over the releases that `settings` (the environment's when absent) name."""
    settings = settings or read_settings()
    if settings.role is Role.PUBLIC:
        refuse_private_access(settings)
    app = RegistryApp("api", static_folder="static", template_folder="templates")
    app.config["MAX_CONTENT_LENGTH"] = _MAX_BODY_BYTES
    # An error answers as in production, in tests too.
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.extensions["settings"] = settings
    store = ReleaseStore(settings.releases, clock=clock)
    app.repeats = Repeats(store)
    app.extensions[EXTENSION] = AppState(
        settings=settings,
        clock=clock,
        store=store,
        catalogs=load_catalogs(),
        corrections=LogReader(settings.releases),
        policies=PolicyLog(store),
    )
    register_headers(app)
    register_observability(app)
    register_problems(app)
    api = build_api(app, problem_types=_problem_types(settings))
    register_v1(api)
    app.add_url_rule("/metrics", "metrics", answer_metrics)
    if settings.role is not Role.PUBLIC:
        # A process that serves the public only does not even load what signs people in.
        from api.staff import register_staff
        from api.v1.staff import register_staff_api

        register_staff(app)
        register_staff_api(app, api)
    register_deprecations(app)
    register_docs(app, api, problem_types=_problem_types(settings))
    register_pages(app)
    register_feeds(app)
    register_well_known(app)
    return app


def _problem_types(settings: Settings) -> tuple[ProblemType, ...]:
    """Every kind of error that a client of this process can meet."""
    if settings.role is Role.PUBLIC:
        return PROBLEM_TYPES
    from api.v1.staff.problems import STAFF_PROBLEM_TYPES

    return (*PROBLEM_TYPES, *STAFF_PROBLEM_TYPES)
