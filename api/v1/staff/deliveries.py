"""`POST /staff/batches`: a file is delivered, and its load asked for."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any

from flask import Response, abort, request

from api.parameters import parameter_reader
from api.schemas.staff import JobSchema
from api.schemas.texts import both
from api.spec import query_parameter
from api.staff.access import needs
from api.staff.current import staff_book
from api.state import app_state
from api.v1.staff.answers import answer_accepted
from api.v1.staff.blueprint import current_actor, staff_api
from api.v1.staff.bodies import HIGHEST
from api.v1.staff.described import JSON, staff_operation
from exemptions.accounts import Right
from exemptions.database import refuse_in_demonstration
from exemptions.datasets import Dataset, Mode
from exemptions.disk import find_disk_error
from exemptions.errors import BookUnreachable
from exemptions.jobs import JobFacts, JobKind, enqueue
from exemptions.parameters import ParameterReader
from loaders.decode import ENCODINGS, find_codec
from loaders.incoming import drop_incoming, keep_incoming
from loaders.options import DEFAULT_ENCODING
from loaders.profiles import Profile
from loaders.saved_profiles import get_profile

_LONGEST_NAME = 200
_TEXT = {"type": "string"}
_PARAMETERS = [
    query_parameter("dataset", both("De qué datos es.", "Which data it is of."), {"enum": list(Dataset)})
    | {"required": True, "allowEmptyValue": False},
    query_parameter("file_name", both("Nombre del archivo, para las personas.", "The file's name, for people."), _TEXT)
    | {"required": True, "allowEmptyValue": False},
    query_parameter(
        "cutoff",
        both("Día de los estados; si falta, hoy.", "Day of the states; today without it."),
        {**_TEXT, "format": "date"},
    ),
    query_parameter(
        "mode",
        both("Si falta, lo habitual de los datos.", "What is usual for the data without it."),
        {"enum": list(Mode)},
    ),
    query_parameter(
        "profile",
        both("Perfil guardado; lo demás que se diga manda.", "A saved profile; whatever else is told wins."),
        _TEXT,
    ),
    query_parameter(
        "encoding",
        both("Si falta, la del perfil o UTF-8.", "Without it the profile's, or UTF-8."),
        {"enum": list(ENCODINGS)},
    ),
    query_parameter("sheet", both("Hoja del libro.", "Sheet of the workbook."), _TEXT),
    query_parameter(
        "header_row",
        both("Fila del encabezado.", "Row of the headers."),
        {"type": "integer", "minimum": 1, "maximum": HIGHEST},
    ),
    query_parameter(
        "map",
        both("ENCABEZADO=clave, una vez por columna.", "HEADER=key, once for each column."),
        {
            "type": "array",
            "items": {**_TEXT, "pattern": r"^[^\u0000]*[^\s\u0000][^\u0000]*=[^=\u0000]*[^=\s\u0000][^=\u0000]*$"},
        },
    ),
]


@staff_api.route("/batches", methods=["POST"])
@staff_api.doc(
    **staff_operation(
        "createBatch",
        summary=("Enviar un archivo", "Deliver a file"),
        about=(
            "El cuerpo es el archivo mismo. Se recibe, y un trabajo lo comprueba y lo compara: Location dice dónde "
            "seguirlo, y su resultado nombra el lote. Nada público cambia hasta que otra persona apruebe y publique. "
            "Repetir un envío es inofensivo: da el mismo lote.",
            "The body is the file itself. It is received, and a job checks and compares it: Location tells where to "
            "follow it, and its outcome names the batch. Nothing public changes until another person approves and "
            "publishes. Repeating a delivery does no harm: it gives the same batch.",
        ),
        media={JSON: JobSchema},
        parameters=_PARAMETERS,
        takes_file=True,
        status=202,
        problems=(409, 413, 415, 507),
    )
)
@needs(Right.LOAD)
def create_batch() -> Response:
    """Keep the file and ask for its load."""
    asked = _read_asked()
    if request.mimetype == "multipart/form-data":
        abort(415)
    settings, book = app_state().settings, staff_book()
    with book.read() as session:
        refuse_in_demonstration(session)
    request.max_content_length = settings.max_upload_bytes
    try:
        path = keep_incoming(
            settings.home,
            request.stream,
            limit_bytes=settings.max_upload_bytes,
            announced_bytes=request.content_length,
        )
    except OSError as error:
        if (told := find_disk_error(error)) is None:
            raise
        raise told from error
    return answer_accepted(_enqueue({**asked, "path": path}))


def _enqueue(asked: Mapping[str, Any]) -> JobFacts:
    try:
        with staff_book().write() as session:
            return enqueue(session, kind=JobKind.LOAD, actor=current_actor(), request=asked, at=app_state().clock())
    except BookUnreachable:
        # The job may be in the book all the same; a file that no job needs is swept away later.
        raise
    except BaseException:
        drop_incoming(app_state().settings.home, asked["path"])
        raise


def _read_asked() -> dict[str, Any]:
    """What the load is to do, as its job keeps it.

    Raises: InvalidQuery; FileRefused for a profile that is not there.
    """
    reader = parameter_reader(
        "dataset", "file_name", "cutoff", "mode", "profile", "encoding", "sheet", "header_row", "map"
    )
    dataset, mode = _choice(reader, "dataset", list(Dataset)), _choice(reader, "mode", list(Mode))
    if dataset is None and "dataset" not in {problem.parameter for problem in reader.problems}:
        reader.add("dataset", None, "Falta dataset.", "dataset is missing.")
    file_name, cutoff = _file_name(reader), reader.day("cutoff")
    row = reader.count_between("header_row", 0, HIGHEST, 0)
    encoding = reader.single("encoding")
    if encoding is not None and find_codec(encoding) is None:
        reader.add("encoding", encoding, "No se conoce esa codificación.", "That encoding is not known.")
    written = Profile(mapping=_mapping(reader), encoding=encoding, sheet=reader.single("sheet"), header_row=row or None)
    name = reader.single("profile")
    reader.raise_problems()
    kept = get_profile(app_state().settings.home, Dataset(str(dataset)), name) if name else Profile()
    profile = kept.overlaid(written)
    return {
        "dataset": dataset,
        "file_name": file_name,
        "encoding": profile.encoding or DEFAULT_ENCODING,
        "mode": mode,
        "cutoff": cutoff.isoformat() if cutoff else None,
        "sheet": profile.sheet,
        "header_row": profile.header_row,
        "mapping": dict(profile.mapping),
    }


def _choice(reader: ParameterReader, name: str, choices: list[Dataset] | list[Mode]) -> str | None:
    text = reader.single(name)
    if text is None or text in choices:
        return text
    listed = ", ".join(choices)
    reader.add(name, text, f"{name} puede ser: {listed}.", f"{name} may be: {listed}.")
    return None


def _file_name(reader: ParameterReader) -> str:
    given = reader.single("file_name")
    text = "".join(sign for sign in given or "" if sign.isprintable())
    name = PurePosixPath(PureWindowsPath(text).name).name.strip()
    if not name and "file_name" not in {problem.parameter for problem in reader.problems}:
        if given:
            es, en = "Ese nombre no tiene ningún signo que se vea.", "That name has no sign that can be seen."
        else:
            es, en = "Falta el nombre del archivo.", "The name of the file is missing."
        reader.add("file_name", given, es, en)
    return name[-_LONGEST_NAME:]


def _mapping(reader: ParameterReader) -> dict[str, str]:
    mapping: dict[str, str] = {}
    for text in reader.values("map"):
        header, sign, key = text.rpartition("=")
        if sign and header.strip() and key.strip():
            mapping[header.strip()] = key.strip()
        else:
            reader.add("map", text, "Se escribe ENCABEZADO=clave.", "It is written HEADER=key.")
    return mapping
