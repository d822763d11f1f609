"""From an exception to the answer: a problem document for programs, a page for people."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

from flask import Flask, Response, request
from gunicorn.http.errors import ParseException
from werkzeug.exceptions import BadRequest, HTTPException, InternalServerError, NotAcceptable
from werkzeug.urls import iri_to_uri
from werkzeug.wrappers import Response as BaseResponse

from api.available import list_available
from api.json_text import encode_json
from api.negotiation import preferred_language
from api.observability import current_request_id, route_name
from api.pages import render_error_page
from api.problem_types import CLIENT_ERROR, INTERNAL_ERROR, OF_STATUS, OVERLOADED, ProblemType, find_problem_type
from api.releases_at import tell_release
from api.state import absolute
from exemptions.errors import BookUnreachable, InvalidQuery, ListRefused, ParameterProblem, RegistryError
from exemptions.exhaustion import is_exhausted

PROBLEM_MEDIA_TYPE = "application/problem+json"

MACHINE_PREFIXES = (
    "/api/",
    "/downloads/",
    "/feeds/",
    "/en/feeds/",
    "/health/",
    "/metrics",
    "/openapi.json",
    "/datapackage.json",
    "/catalog.",
    "/.well-known/",
    "/static/",
    "/robots.txt",
    "/sitemap",
    "/opensearch",
    "/en/opensearch",
)
"""Addresses that programs read; their errors are problem documents whatever the client accepts."""

_LOG = logging.getLogger("registry.problems")


def register_problems(app: Flask) -> None:
    """Answer every error of the application as a problem document or an error page."""
    app.register_error_handler(RegistryError, answer_registry_error)
    app.register_error_handler(HTTPException, answer_http_error)
    app.register_error_handler(ParseException, _answer_unreadable)


def problem_response(
    kind: ProblemType,
    *,
    detail: str = "",
    problems: Sequence[ParameterProblem] = (),
    status: int | None = None,
    headers: Mapping[str, str] | None = None,
    more: Mapping[str, object] | None = None,
) -> Response:
    """The problem document of this request, in the language of Accept-Language, never to be stored.

    `more` are members of its own kind (RFC 9457 §3.2).
    """
    lang = preferred_language()
    document: dict[str, object] = {
        "type": absolute(kind.path),
        "title": kind.title.text(lang),
        "status": status or kind.status,
        "detail": detail or kind.about.text(lang),
        "instance": iri_to_uri(request.path),
        "request_id": current_request_id(),
        **(more or {}),
    }
    if problems:
        document["errors"] = [_error_entry(problem, lang) for problem in problems]
    response = Response(encode_json(document), status or kind.status, content_type=PROBLEM_MEDIA_TYPE)
    response.headers.update(headers or {})
    if kind.retry_after_s is not None:
        response.headers["Retry-After"] = str(kind.retry_after_s)
    response.headers["Content-Language"] = lang
    response.headers["Cache-Control"] = "no-store"
    response.vary.update(("Accept-Language",))
    return response


def _error_entry(problem: ParameterProblem, lang: str) -> dict[str, str | None]:
    return {
        "parameter": problem.parameter,
        "value": problem.value,
        "message": problem.text(lang),
        "nearest": problem.nearest,
    }


def _fault_entries(refused: ListRefused) -> list[dict[str, str | int | None]]:
    lang = preferred_language()
    return [
        {
            "row": fault.row,
            "column": fault.column,
            "value": fault.value,
            "rule": fault.rule,
            "message": fault.message.text(lang),
            "remedy": fault.remedy.text(lang),
        }
        for fault in refused.faults
    ]


def answer_registry_error(error: RegistryError) -> BaseResponse:
    """The answer to an error of the domain."""
    kind = find_problem_type(error)
    if kind is None:
        # Raised again, it reaches the application's last handler: logged, and answered without its words.
        raise error
    problems = error.problems if isinstance(error, InvalidQuery) else ()
    if _wants_page():
        tell_release()
        page = render_error_page(status=kind.status, request_id=current_request_id(), error=error, problems=problems)
        if kind.retry_after_s is not None:
            page.headers["Retry-After"] = str(kind.retry_after_s)
        return page
    detail = kind.about.text(preferred_language()) if problems else error.text(preferred_language())
    more = {"errors": _fault_entries(error)} if isinstance(error, ListRefused) else None
    return problem_response(kind, detail=detail, problems=problems, more=more)


def _answer_unreadable(_error: ParseException) -> BaseResponse:
    """The answer to a body that the server finds malformed while it is read: what the client sent, no fault of ours."""
    return answer_http_error(BadRequest())


def answer_http_error(error: HTTPException) -> BaseResponse:
    """The answer to an error of HTTP."""
    if isinstance(error.response, BaseResponse):
        return error.response
    cause = error.original_exception if isinstance(error, InternalServerError) else None
    if cause is not None and is_exhausted(cause):
        # A page would need files of its own.
        return problem_response(OVERLOADED)
    status = error.code or 500
    kind = OF_STATUS.get(status, INTERNAL_ERROR if status >= 500 else CLIENT_ERROR)
    headers = {name: value for name, value in error.get_headers() if name.lower() != "content-type"}
    if _wants_page():
        try:
            tell_release()
            page = render_error_page(status=status, request_id=current_request_id())
        except Exception as failure:  # noqa: BLE001 - the last handler: what broke a page may break its error page too
            log_failure(failure)
        else:
            page.headers.update(headers)
            return page
    more: dict[str, object] = {}
    if isinstance(error, NotAcceptable) and error.description != NotAcceptable.description:
        more = {"available": list_available((error.description or "").split(", "))}
    return problem_response(kind, status=status, headers=headers, more=more)


def _wants_page() -> bool:
    """Whether a person reads the answer: the address is no program's, and HTML is not refused."""
    if request.path.startswith(MACHINE_PREFIXES) or request.path == "/api":
        return False
    accepted = request.accept_mimetypes
    return not accepted or 0 < accepted.quality("text/html") >= accepted.quality(PROBLEM_MEDIA_TYPE)


def log_failure(failure: BaseException) -> None:
    """Log an unexpected exception with its request's id and route, without the address that was typed."""
    _LOG.error(
        "request %s failed at %s %s", current_request_id(), request.method, route_name(),
        exc_info=(type(failure), failure, failure.__traceback__),
    )  # fmt: skip


def log_cause(error: RegistryError) -> None:
    """Log what only who operates the service may know of an expected failure, if there is any such thing."""
    if isinstance(error, BookUnreachable):
        _LOG.warning("request %s at %s %s: %s", current_request_id(), request.method, route_name(), error.cause)
