"""Every kind of error that a client can meet: its address, status and words.

Source: RFC 9457, Problem Details for HTTP APIs. The address of a type is its place on the documentation page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from api.charts.renderer import PictureUnavailable
from api.turns import TooBusy
from exemptions import errors
from exemptions.errors import RegistryError, Sentence


@dataclass(frozen=True, slots=True)
class ProblemType:
    """One kind of error."""

    slug: str
    status: int
    title: Sentence
    about: Sentence
    """What it means and what to do; also the detail of an answer that has nothing more exact to say."""
    retry_after_s: int | None = None

    @property
    def path(self) -> str:
        """The address of its explanation."""
        return f"/docs#problem-{self.slug}"


def _problem(
    slug: str, status: int, title: tuple[str, str], about: tuple[str, str], retry_after_s: int | None = None
) -> ProblemType:
    return ProblemType(slug, status, Sentence(*title), Sentence(*about), retry_after_s)


INVALID_PARAMETERS = _problem(
    "invalid-parameters", 422,
    ("Parámetros inválidos", "Invalid parameters"),
    (
        "La lista errors nombra cada parámetro, lo que se envió, lo que falla y, si lo hay, el nombre o código "
        "válido más cercano.",
        "The list errors names each parameter, what was sent, what is wrong and, where there is one, the nearest "
        "valid name or code.",
    ),
)  # fmt: skip
TOO_MANY_ROWS = _problem(
    "too-many-rows", 422,
    ("Demasiadas filas para este formato", "Too many rows for this format"),
    (
        "Un XLSX lleva hasta 100,000 filas, y nada se corta en silencio. El CSV con headers=es o headers=en se abre en "
        "una hoja de cálculo y no tiene límite.",
        "An XLSX holds up to 100,000 rows, and nothing is cut silently. The CSV with headers=es or headers=en opens in "
        "a spreadsheet and has no limit.",
    ),
)  # fmt: skip
NOT_FOUND = _problem(
    "not-found", 404,
    ("No encontrado", "Not found"),
    (
        "En esta dirección no hay nada público. Un NIT de persona individual responde lo mismo que uno que no existe.",
        "There is nothing public at this address. The NIT of a natural person answers the same as one that does not "
        "exist.",
    ),
)  # fmt: skip
RELEASE_NOT_FOUND = _problem(
    "release-not-found", 404,
    ("Publicación inexistente", "No such release"),
    (
        "Ese número nunca se publicó. /api/v1/releases da la lista.",
        "That number was never published. /api/v1/releases gives the list.",
    ),
)  # fmt: skip
METHOD_NOT_ALLOWED = _problem(
    "method-not-allowed", 405,
    ("Método no admitido", "Method not allowed"),
    (
        "El encabezado Allow dice qué métodos admite esta dirección.",
        "The header Allow tells the methods of this address.",
    ),
)  # fmt: skip
NOT_ACCEPTABLE = _problem(
    "not-acceptable", 406,
    ("Formato no disponible", "Not acceptable"),
    (
        "El encabezado Accept excluye los formatos de esta dirección. Otros formatos tienen su propia dirección "
        "(records.csv, records.parquet); la lista available los nombra.",
        "The header Accept rules out the formats of this address. Other formats have their own address (records.csv, "
        "records.parquet); the list available names them.",
    ),
)  # fmt: skip
RELEASE_WITHDRAWN = _problem(
    "release-withdrawn", 410,
    ("Publicación retirada", "Release withdrawn"),
    (
        "Esta publicación contenía algo que no debió publicarse y fue retirada para siempre.",
        "This release held something that should not have been published, and was withdrawn for good.",
    ),
)  # fmt: skip
RANGE_NOT_SATISFIABLE = _problem(
    "range-not-satisfiable", 416,
    ("Rango fuera del archivo", "Range not satisfiable"),
    ("El rango pedido está fuera del archivo.", "The range asked for lies outside the file."),
)  # fmt: skip
PRECONDITION_FAILED = _problem(
    "precondition-failed", 412,
    ("La condición no se cumple", "Precondition failed"),
    (
        "Lo que hay en esta dirección no es lo que pide If-Match o If-Unmodified-Since.",
        "What is at this address is not what If-Match or If-Unmodified-Since asks for.",
    ),
)  # fmt: skip
BAD_REQUEST = _problem(
    "bad-request", 400,
    ("Solicitud mal formada", "Bad request"),
    (
        "La solicitud no se pudo leer como HTTP. Las tildes, la ñ y los espacios de una dirección van codificados; en "
        "curl: -G --data-urlencode q=FUNDACIÓN.",
        "The request could not be read as HTTP. Accents, ñ and spaces of an address are percent-encoded; in curl: "
        "-G --data-urlencode q=FUNDACIÓN.",
    ),
)  # fmt: skip
URI_TOO_LONG = _problem(
    "uri-too-long", 414,
    ("Dirección demasiado larga", "Address too long"),
    (
        "La línea de la solicitud pasa de 8190 bytes. Acorte el parámetro más largo (q admite 200 caracteres) o use "
        "menos valores por parámetro.",
        "The request line has more than 8190 bytes. Shorten the longest parameter (q takes 200 characters) or use "
        "fewer values for each parameter.",
    ),
)  # fmt: skip
TOO_MANY_REQUESTS = _problem(
    "too-many-requests", 429,
    ("Demasiadas solicitudes", "Too many requests"),
    (
        "Espere los segundos de Retry-After. RateLimit-Policy dice cuántas solicitudes caben; una descarga completa "
        "es una sola.",
        "Wait the seconds of Retry-After. RateLimit-Policy tells how many requests fit; a whole download is one.",
    ),
    60,
)  # fmt: skip
HEADERS_TOO_LARGE = _problem(
    "headers-too-large", 431,
    ("Encabezados demasiado grandes", "Headers too large"),
    ("Los encabezados de la solicitud son demasiado grandes.", "The headers of the request are too large."),
)  # fmt: skip
CONTENT_TOO_LARGE = _problem(
    "content-too-large", 413,
    ("Envío demasiado grande", "Content too large"),
    (
        "Lo que se envió pasa de lo que esta dirección recibe. Una lista que se compara tiene 8 MiB y 50,000 líneas "
        "como máximo: pártala en varias.",
        "What was sent is over what this address takes. A list to be matched has 8 MiB and 50,000 lines at most: cut "
        "it into several.",
    ),
)  # fmt: skip
UNSUPPORTED_CONTENT = _problem(
    "unsupported-content", 415,
    ("Tipo de envío no admitido", "Unsupported content"),
    (
        "Content-Type no es de los que esta dirección recibe. Una lista se envía como text/csv, XLSX, "
        "application/json, text/plain o formulario.",
        "Content-Type is none that this address takes. A list is sent as text/csv, XLSX, application/json, text/plain "
        "or a form.",
    ),
)  # fmt: skip
LIST_REFUSED = _problem(
    "list-refused", 422,
    ("La lista no se puede leer", "The list cannot be read"),
    (
        "La lista errors dice de cada falla la fila, la columna, la regla y el remedio. Nada de la lista se guardó.",
        "The list errors tells the row, column, rule and remedy of each fault. Nothing of the list was kept.",
    ),
)  # fmt: skip
TOO_BUSY = _problem(
    "too-busy", 503,
    ("Demasiadas listas a la vez", "Too many lists at once"),
    (
        "Se comparan tantas listas como se pueden a la vez. Vuelva a intentarlo en unos segundos.",
        "As many lists are being matched as can be at once. Try again in some seconds.",
    ),
    5,
)  # fmt: skip
CLIENT_ERROR = _problem(
    "client-error", 400,
    ("Solicitud no admitida", "Request not accepted"),
    ("La solicitud no se puede atender como está.", "The request cannot be answered as it is."),
)  # fmt: skip
NOTHING_PUBLISHED = _problem(
    "nothing-published", 503,
    ("Aún no hay publicaciones", "Nothing published yet"),
    ("Todavía no se ha publicado ninguna versión del registro.", "No release of the registry has been published yet."),
    30,
)  # fmt: skip
RELEASE_NOT_HERE = _problem(
    "release-not-here", 503,
    ("La publicación está por llegar", "The release is on its way"),
    (
        "La publicación acaba de hacerse y esta máquina todavía la está copiando. Espere los segundos de Retry-After.",
        "The release was made just now and this machine is still copying it. Wait the seconds of Retry-After.",
    ),
    2,
)  # fmt: skip
RELEASE_UNAVAILABLE = _problem(
    "release-unavailable", 503,
    ("Publicación no disponible", "Release unavailable"),
    (
        "Los archivos de la publicación no coinciden con su manifiesto y no se sirven. Vuelva a intentarlo más tarde.",
        "The files of the release do not agree with its manifest and are not served. Try again later.",
    ),
    30,
)  # fmt: skip
INBOX_FULL = _problem(
    "inbox-full", 503,
    ("No se reciben más avisos por ahora", "No more reports for the time being"),
    (
        "Los avisos que esperan llenan el lugar que hay para ellos. Vuelva a intentarlo más tarde.",
        "The reports that wait fill the room there is for them. Try again later.",
    ),
    600,
)  # fmt: skip
PICTURE_UNAVAILABLE = _problem(
    "picture-unavailable", 503,
    ("Gráfica no disponible por ahora", "Picture unavailable for now"),
    (
        "Se piden más gráficas de las que se pueden dibujar a la vez. Vuelva a intentarlo en unos segundos; los datos "
        "están en el CSV de la misma dirección.",
        "More pictures are asked for than can be drawn at once. Try again in some seconds; the figures are in the CSV "
        "at the same address.",
    ),
    5,
)  # fmt: skip
OVERLOADED = _problem(
    "overloaded", 503,
    ("Servicio al límite", "Service at its limit"),
    (
        "El servicio está al límite de sus recursos. Vuelva a intentarlo en unos segundos.",
        "The service is at the limit of its resources. Try again in some seconds.",
    ),
    5,
)  # fmt: skip
INTERNAL_ERROR = _problem(
    "internal-error", 500,
    ("Error interno", "Internal error"),
    (
        "Algo falló de nuestro lado. Al avisar, mencione el request_id.",
        "Something failed on our side. When you report it, tell the request_id.",
    ),
)  # fmt: skip

PROBLEM_TYPES: tuple[ProblemType, ...] = (
    INVALID_PARAMETERS,
    TOO_MANY_ROWS,
    NOT_FOUND,
    RELEASE_NOT_FOUND,
    METHOD_NOT_ALLOWED,
    NOT_ACCEPTABLE,
    RELEASE_WITHDRAWN,
    PRECONDITION_FAILED,
    RANGE_NOT_SATISFIABLE,
    BAD_REQUEST,
    URI_TOO_LONG,
    TOO_MANY_REQUESTS,
    HEADERS_TOO_LARGE,
    CONTENT_TOO_LARGE,
    UNSUPPORTED_CONTENT,
    LIST_REFUSED,
    CLIENT_ERROR,
    NOTHING_PUBLISHED,
    RELEASE_NOT_HERE,
    RELEASE_UNAVAILABLE,
    INBOX_FULL,
    PICTURE_UNAVAILABLE,
    TOO_BUSY,
    OVERLOADED,
    INTERNAL_ERROR,
)
"""All of them, in the order of the documentation page."""

OF_ERROR: Mapping[type[RegistryError], ProblemType] = {
    errors.InvalidQuery: INVALID_PARAMETERS,
    errors.TooManyRows: TOO_MANY_ROWS,
    errors.NotFound: NOT_FOUND,
    errors.ReleaseNotFound: RELEASE_NOT_FOUND,
    errors.ReleaseWithdrawn: RELEASE_WITHDRAWN,
    errors.NothingPublished: NOTHING_PUBLISHED,
    errors.ReleaseNotHere: RELEASE_NOT_HERE,
    errors.ReleaseDamaged: RELEASE_UNAVAILABLE,
    errors.InboxFull: INBOX_FULL,
    PictureUnavailable: PICTURE_UNAVAILABLE,
    TooBusy: TOO_BUSY,
    errors.Exhausted: OVERLOADED,
    errors.ListRefused: LIST_REFUSED,
}
"""Class of the domain → problem. A class that is not here, nor any class it derives from, is a bug."""

OF_STATUS: Mapping[int, ProblemType] = {
    400: BAD_REQUEST,
    404: NOT_FOUND,
    405: METHOD_NOT_ALLOWED,
    406: NOT_ACCEPTABLE,
    413: CONTENT_TOO_LARGE,
    412: PRECONDITION_FAILED,
    414: URI_TOO_LONG,
    415: UNSUPPORTED_CONTENT,
    416: RANGE_NOT_SATISFIABLE,
    429: TOO_MANY_REQUESTS,
    431: HEADERS_TOO_LARGE,
    500: INTERNAL_ERROR,
}
"""Status of an HTTP error that has no class of the domain → problem."""


def find_problem_type(error: RegistryError) -> ProblemType | None:
    """The problem of a domain error, by its class or the nearest one it derives from; None for a class not mapped."""
    for parent in type(error).__mro__:
        if parent in OF_ERROR:
            return OF_ERROR[parent]
    return None
