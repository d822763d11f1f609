"""`/staff/audit`: the audit trail, whole or in part, as CSV and NDJSON."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from flask import Response

from api.parameters import parameter_reader
from api.schemas.texts import both
from api.spec import query_parameter
from api.staff.access import needs
from api.staff.current import staff_book
from api.v1.staff.answers import answer_stream
from api.v1.staff.blueprint import staff_api
from api.v1.staff.described import staff_operation
from exemptions.accounts import Right
from exemptions.audit import Act
from exemptions.audit_export import MEDIA_TYPES, WRITERS, AuditFormat
from exemptions.audit_search import AuditFilter, iter_entries
from exemptions.database import Book
from exemptions.parameters import ParameterReader

_DAY = {"type": "string", "format": "date"}
_FIRST_DAY, _LAST_DAY = date(2000, 1, 1), date(2999, 12, 31)
"""No entry is older or younger; the first and last days of all have no instants in UTC."""
_PARAMETERS = [
    query_parameter("actor", both("Quién.", "Who."), {"type": "string"}),
    query_parameter("act", both("Qué acto.", "Which act."), {"enum": list(Act)}),
    query_parameter("subject", both("Parte de sobre qué.", "Part of what it is about."), {"type": "string"}),
    query_parameter("from", both("Primer día, en Guatemala.", "First day, in Guatemala."), _DAY),
    query_parameter("to", both("Último día, incluido.", "Last day, included."), _DAY),
]
_ABOUT = (
    "De la entrada más vieja a la más nueva. Cada una lleva la huella de la anterior.",
    "From the oldest entry to the newest. Each one holds the digest of the one before.",
)


@staff_api.route("/audit.csv")
@staff_api.doc(
    **staff_operation(
        "exportAuditCsv",
        summary=("La bitácora en CSV", "The audit as CSV"),
        about=_ABOUT,
        media={"text/csv": {"type": "string"}},
        parameters=_PARAMETERS,
    )
)
@needs(Right.AUDIT)
def export_audit_csv() -> Response:
    """The trail for a spreadsheet."""
    return _answer(AuditFormat.CSV)


@staff_api.route("/audit.ndjson")
@staff_api.doc(
    **staff_operation(
        "exportAuditNdjson",
        summary=("La bitácora en NDJSON", "The audit as NDJSON"),
        about=_ABOUT,
        media={"application/x-ndjson": {"type": "string"}},
        parameters=_PARAMETERS,
    )
)
@needs(Right.AUDIT)
def export_audit_ndjson() -> Response:
    """The trail for programs."""
    return _answer(AuditFormat.NDJSON)


def _answer(chosen: AuditFormat) -> Response:
    reader = parameter_reader("actor", "act", "subject", "from", "to")
    act = reader.single("act")
    if act is not None and act not in tuple(Act):
        reader.add("act", act, "No hay tal acto.", "There is no such act.")
    wanted = AuditFilter(
        actor=reader.single("actor") or "",
        act=act or "",
        subject=reader.single("subject") or "",
        first_day=_day(reader, "from"),
        last_day=_day(reader, "to"),
    )
    reader.raise_problems()
    chunks = _iter_chunks(staff_book(), wanted, chosen)
    return answer_stream(chunks, media_type=MEDIA_TYPES[chosen], file_name=f"bitacora.{chosen}")


def _iter_chunks(book: Book, wanted: AuditFilter, chosen: AuditFormat) -> Iterator[bytes]:
    with book.read() as session:
        for text in WRITERS[chosen](iter_entries(session, wanted)):
            yield text.encode()


def _day(reader: ParameterReader, name: str) -> date | None:
    """A day that the trail may reach: one far outside asks for the same as the nearest of these."""
    day = reader.day(name)
    return None if day is None else min(max(day, _FIRST_DAY), _LAST_DAY)
