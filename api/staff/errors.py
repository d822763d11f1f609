"""The staff page a person sees instead of the one that could not be made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from flask import Response
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from api.observability import current_request_id
from api.pages.language import page_language
from api.pages.texts import gettext as _
from api.problem_types import find_problem_type
from api.problems import log_cause
from api.security_log import Refusal, log_refusal
from api.staff.render import render_staff
from exemptions import errors
from exemptions.errors import RegistryError

_STATUS: Mapping[type[RegistryError], int] = {
    errors.NotAllowed: HTTPStatus.FORBIDDEN,
    errors.BatchState: HTTPStatus.CONFLICT,
    errors.BatchBlocked: HTTPStatus.CONFLICT,
    errors.JobConflict: HTTPStatus.CONFLICT,
    errors.WithdrawalRefused: HTTPStatus.CONFLICT,
    errors.DemonstrationHome: HTTPStatus.CONFLICT,
    errors.FileRefused: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.PasswordRefused: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.CodeRefused: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.CorrectionRefused: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.Busy: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.BookUnreachable: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.DiskFull: HTTPStatus.INSUFFICIENT_STORAGE,
    errors.BookDamaged: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.ClockWrong: HTTPStatus.CONFLICT,
}
"""Errors of the staff's work → status; the public site's errors have theirs among the problem types."""


_RETRY_AFTER_S = "30"


@dataclass(frozen=True, slots=True)
class StaffErrorPage:
    """What an error page of the staff's area says."""

    title: str
    detail: str
    advice: str
    request_id: str


def status_of(error: RegistryError) -> int | None:
    """The status that tells an error of the domain; None for one that nobody expects to reach a page."""
    for kind in type(error).__mro__:
        if kind in _STATUS:
            return _STATUS[kind]
    problem = find_problem_type(error)
    return problem.status if problem is not None else None


def answer_registry_error(error: RegistryError) -> Response:
    """The page for an error of the domain."""
    status = status_of(error)
    if status is None:
        # Raised again, it reaches the application's last handler: logged, and answered without its words.
        raise error
    log_cause(error)
    words = _words_unreachable() if isinstance(error, errors.BookUnreachable) else None
    response = _answer(status, detail=error.text(page_language()), words=words)
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = _RETRY_AFTER_S
    return response


def answer_http_error(error: HTTPException) -> BaseResponse:
    """The page for an error of HTTP."""
    if isinstance(error.response, BaseResponse):
        return error.response
    if isinstance(error, CSRFError):
        log_refusal(Refusal.FORM)
        return _answer(
            HTTPStatus.BAD_REQUEST,
            detail=_("El formulario venció o no salió de este sitio, así que no se hizo nada."),
        )
    response = _answer(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
    for name, value in error.get_headers():
        if name.lower() != "content-type":
            response.headers[name] = value
    return response


def _answer(status: int, *, detail: str = "", words: tuple[str, str] | None = None) -> Response:
    title, advice = words or _words(status)
    page = StaffErrorPage(title, detail, advice, current_request_id())
    return render_staff("staff/error.html", status=status, page=page)


def _words_unreachable() -> tuple[str, str]:
    # A commit may have taken place although nobody heard of it, so this is not “nothing was done”.
    return _("El libro de registro no responde"), _("Si sigue así unos minutos, avise a quien opera el sistema.")


def _words(status: int) -> tuple[str, str]:
    """Title and advice for a status."""
    match status:
        case 400:
            return _("No se hizo nada"), _("Vuelva a la página anterior, recárguela y envíe el formulario otra vez.")
        case 403:
            return _("Su cuenta no puede hacer esto"), _(
                "Quien administra las cuentas puede cambiar lo que le toca hacer a cada persona."
            )
        case 404:
            return _("Esta página no existe"), _("Revise la dirección o vuelva al inicio del área de trabajo.")
        case 405:
            return _("Esta dirección no admite esa operación"), _(
                "Vuelva a la página anterior e inténtelo de otra forma."
            )
        case 409:
            return _("Así como está, no se puede"), _(
                "Vuelva a la página anterior y recárguela: puede que alguien se adelantara."
            )
        case 413:
            return _("Lo enviado es demasiado grande"), _(
                "Un archivo puede medir lo que permite quien opera el sistema; un formulario, unas páginas de texto."
            )
        case 422:
            return _("No se pudo hacer lo que pidió"), _("Corrija lo que se señala e inténtelo otra vez.")
        case 507:
            return _("No hay dónde guardarlo"), _("No se hizo nada. Avise a quien opera el sistema.")
        case 503:
            return _("El sistema está ocupado"), _("No se hizo nada. Espere un momento y vuelva a intentarlo.")
        case status if status >= 500:
            return _("Algo falló de nuestro lado"), _(
                "Vuelva a intentarlo; si sigue fallando, avise a quien opera el sistema con el código de abajo."
            )
        case _:
            return _("No se pudo responder a la solicitud"), _("Vuelva al inicio del área de trabajo.")
