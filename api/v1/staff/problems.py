"""Errors of the staff's API: what a client can meet there beside the problems of the public API."""

from __future__ import annotations

from collections.abc import Mapping

from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from api.negotiation import preferred_language
from api.problem_types import ProblemType, find_problem_type
from api.problems import answer_http_error, answer_registry_error, log_cause, problem_response
from exemptions import errors
from exemptions.comparison_output import hold_dict
from exemptions.errors import RegistryError, Sentence

UNAUTHENTICATED = ProblemType(
    "unauthenticated",
    401,
    Sentence("Falta un token que valga", "A working token is missing"),
    Sentence(
        "Envíe «Authorization: Bearer TOKEN» con un token que no haya vencido ni se haya anulado.",
        "Send “Authorization: Bearer TOKEN” with a token that has not expired and was not revoked.",
    ),
)
FORBIDDEN = ProblemType(
    "forbidden",
    403,
    Sentence("Esta cuenta no puede hacerlo", "This account may not do it"),
    Sentence(
        "El papel de la cuenta no alcanza, o la regla de dos personas lo impide. El intento quedó en la bitácora.",
        "The role of the account does not suffice, or the two-person rule forbids it. The try is in the audit.",
    ),
)
CONFLICT = ProblemType(
    "conflict",
    409,
    Sentence("Ya no es posible", "Not possible any more"),
    Sentence(
        "El lote, la publicación o un trabajo está en un estado que no lo permite. Vea cómo está ahora.",
        "The batch, the release or a job is in a state that does not allow it. Look at how it is now.",
    ),
)
BATCH_BLOCKED = ProblemType(
    "batch-blocked",
    409,
    Sentence("El lote está detenido", "The batch is held back"),
    Sentence(
        "La lista guards dice qué lo detiene. Quien aprueba puede permitirlo con números que lo cubran y un motivo.",
        "The list guards tells what holds it. An approver may allow it with numbers that cover it and a reason.",
    ),
)
TOO_LARGE = ProblemType(
    "too-large",
    413,
    Sentence("Lo enviado es demasiado grande", "What was sent is too large"),
    Sentence(
        "Un archivo puede medir lo que permite EXEMPTIONS_MAX_UPLOAD_BYTES; cualquier otro cuerpo, 64 KiB.",
        "A file may be as large as EXEMPTIONS_MAX_UPLOAD_BYTES allows; any other body 64 KiB.",
    ),
)
WRONG_BODY = ProblemType(
    "wrong-body",
    415,
    Sentence("Cuerpo de otro tipo", "Body of another kind"),
    Sentence(
        "El cuerpo de una orden es JSON (Content-Type: application/json); el de un envío es el archivo mismo, sin "
        "formulario.",
        "The body of an order is JSON (Content-Type: application/json); that of a delivery is the file itself, in no "
        "form.",
    ),
)
FILE_REFUSED = ProblemType(
    "file-refused",
    422,
    Sentence("El archivo no se puede recibir", "The file cannot be received"),
    Sentence("El archivo está vacío o es demasiado grande.", "The file is empty or too large."),
)
BUSY = ProblemType(
    "busy",
    503,
    Sentence("El libro está ocupado", "The book is busy"),
    Sentence(
        "Otro proceso está cambiando el libro de registro. Vuelva a intentarlo en un momento.",
        "Another process is changing the book of record. Try again in a moment.",
    ),
    30,
)
BOOK_UNREACHABLE = ProblemType(
    "book-unreachable",
    503,
    Sentence("El libro no responde", "The book does not answer"),
    Sentence(
        "El libro de registro no responde o está cambiando de máquina. Lo que pidió se hizo entero o no se hizo: vea "
        "cómo quedó y, si falta, pídalo de nuevo.",
        "The book of record does not answer, or is moving to another machine. What you asked for was done whole or not "
        "at all: look at how it is and, if it is missing, ask again.",
    ),
    10,
)
DISK_FULL = ProblemType(
    "disk-full",
    507,
    Sentence("No hay espacio en el disco", "The disk is full"),
    Sentence("Nada cambió. Avise a quien opera el servicio.", "Nothing changed. Tell the operator of the service."),
)
BOOK_DAMAGED = ProblemType(
    "book-damaged",
    503,
    Sentence("El libro de registro está dañado", "The book of record is damaged"),
    Sentence(
        "No se lee ni se escribe más, y lo publicado sigue como estaba. Avise a quien opera el servicio.",
        "It is neither read nor written any further, and what is published stays as it was. Tell the operator of the "
        "service.",
    ),
)

STAFF_PROBLEM_TYPES = (
    UNAUTHENTICATED,
    FORBIDDEN,
    CONFLICT,
    BATCH_BLOCKED,
    TOO_LARGE,
    WRONG_BODY,
    FILE_REFUSED,
    BUSY,
    BOOK_UNREACHABLE,
    DISK_FULL,
    BOOK_DAMAGED,
)
"""All of them, in the order of the documentation page."""

_OF_ERROR: Mapping[type[RegistryError], ProblemType] = {
    errors.NotAllowed: FORBIDDEN,
    errors.BatchState: CONFLICT,
    errors.JobConflict: CONFLICT,
    errors.WithdrawalRefused: CONFLICT,
    errors.DemonstrationHome: CONFLICT,
    errors.BatchBlocked: BATCH_BLOCKED,
    errors.FileRefused: FILE_REFUSED,
    errors.Busy: BUSY,
    errors.BookUnreachable: BOOK_UNREACHABLE,
    errors.DiskFull: DISK_FULL,
    errors.BookDamaged: BOOK_DAMAGED,
    errors.ClockWrong: CONFLICT,
}
_OF_STATUS: Mapping[int, ProblemType] = {401: UNAUTHENTICATED, 413: TOO_LARGE, 415: WRONG_BODY}


def answer_staff_error(error: RegistryError) -> BaseResponse:
    """The problem of a domain error."""
    kind = next((_OF_ERROR[parent] for parent in type(error).__mro__ if parent in _OF_ERROR), None)
    if kind is None or find_problem_type(error) is not None:
        return answer_registry_error(error)
    log_cause(error)
    lang = preferred_language()
    more: dict[str, object] = {}
    if isinstance(error, errors.BatchBlocked):
        more["guards"] = [hold_dict(hold, lang=lang) for hold in error.holds]
    if isinstance(error, errors.JobConflict):
        more["job"] = error.job
    return problem_response(kind, detail=error.text(lang), more=more)


def answer_staff_http_error(error: HTTPException) -> BaseResponse:
    """The problem of an HTTP error."""
    kind = _OF_STATUS.get(error.code or 500)
    if kind is None or error.response is not None:
        return answer_http_error(error)
    headers = {name: value for name, value in error.get_headers() if name.lower() != "content-type"}
    return problem_response(kind, headers=headers)
