"""The audit trail: who did what and when, to read, to search, and to take away whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from flask import Response, abort, request

from api.compression import guard_stream
from api.formatting import format_short_day
from api.observability import current_request_id
from api.pages.language import page_language
from api.staff.act_words import act_name, describe_details, describe_subject
from api.staff.blueprint import needs, render_staff, staff, staff_book, staff_url
from exemptions.accounts import Right
from exemptions.audit import Act
from exemptions.audit_check import check_trail, fault_sentence
from exemptions.audit_export import MEDIA_TYPES, AuditFormat, iter_csv, iter_ndjson
from exemptions.audit_search import AuditFilter, AuditLine, count_entries, find_entries, iter_entries, list_actors
from exemptions.calendar import GUATEMALA
from exemptions.database import Book

_PER_PAGE = 50
_LONGEST_TEXT = 200
_FIRST_YEAR, _LAST_YEAR = 2000, 2999


@dataclass(frozen=True, slots=True)
class ShownEntry:
    """One entry for a template."""

    id: int
    moment: str
    actor: str
    act: str
    subject: str
    details: str


@dataclass(frozen=True, slots=True)
class AuditPage:
    """What the page shows."""

    entries: tuple[ShownEntry, ...]
    total: int
    fault: str
    """What is wrong with the trail; empty when every entry follows from the one before up to where it should end."""
    anchored: bool
    """Whether a cut at the end would be seen."""
    asked: dict[str, str]
    """The filters as they were sent."""
    wrong_days: bool
    actors: tuple[str, ...]
    acts: tuple[tuple[str, str], ...]
    older_url: str
    csv_url: str
    ndjson_url: str


@staff.get("/bitacora")
@needs(Right.AUDIT)
def audit() -> Response:
    """A page of the entries that are wanted, newest first, and whether the chain holds."""
    wanted, asked, wrong = _read_filter()
    before = request.args.get("antes", "")
    below = int(before) if before.isdecimal() and before.isascii() and len(before) < 18 else None
    book = staff_book()
    with book.read() as session:
        # One more than is shown tells whether there are older ones.
        lines = find_entries(session, wanted, limit=_PER_PAGE + 1, before=below)
        check = check_trail(session, book.home)
        page = AuditPage(
            entries=tuple(map(_show, lines[:_PER_PAGE])),
            total=count_entries(session, wanted),
            fault=fault_sentence(check.fault).text(page_language()) if check.fault is not None else "",
            anchored=check.anchored,
            asked=asked,
            wrong_days=wrong,
            actors=list_actors(session),
            acts=tuple(sorted(((act.value, act_name(act.value)) for act in Act), key=lambda pair: pair[1])),
            older_url=staff_url("audit", **asked, antes=lines[_PER_PAGE - 1].id) if len(lines) > _PER_PAGE else "",
            csv_url=staff_url("audit_csv", **asked),
            ndjson_url=staff_url("audit_ndjson", **asked),
        )
    return render_staff("staff/audit.html", page=page)


@staff.get("/bitacora.csv")
@needs(Right.AUDIT)
def audit_csv() -> Response:
    """Every entry that is wanted, oldest first, for a spreadsheet."""
    return _answer_file(AuditFormat.CSV, iter_csv)


@staff.get("/bitacora.ndjson")
@needs(Right.AUDIT)
def audit_ndjson() -> Response:
    """Every entry that is wanted, oldest first, one JSON object a line."""
    return _answer_file(AuditFormat.NDJSON, iter_ndjson)


def _read_filter() -> tuple[AuditFilter, dict[str, str], bool]:
    """What is wanted, the fields as they were sent, and whether a day could not be understood."""
    names = ("persona", "acto", "asunto", "desde", "hasta")
    asked = {name: text for name in names if (text := _text(name))}
    first, last = _day(asked.get("desde", "")), _day(asked.get("hasta", ""))
    wanted = AuditFilter(
        actor=asked.get("persona", ""),
        act=asked.get("acto", ""),
        subject=asked.get("asunto", ""),
        first_day=first,
        last_day=last,
    )
    wrong = any(name in asked and day is None for name, day in (("desde", first), ("hasta", last)))
    return wanted, asked, wrong


def _text(name: str) -> str:
    # PostgreSQL refuses a text that holds NUL.
    return request.args.get(name, "").replace("\0", "").strip()[:_LONGEST_TEXT]


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if _FIRST_YEAR <= day.year <= _LAST_YEAR else None


def _show(line: AuditLine) -> ShownEntry:
    return ShownEntry(
        id=line.id,
        moment=_moment(line.at),
        actor=line.actor,
        act=act_name(line.act),
        subject=describe_subject(line.act, line.subject),
        details=describe_details(line.details),
    )


def _moment(instant: datetime) -> str:
    local = instant.astimezone(GUATEMALA)
    return f"{format_short_day(local.date(), page_language())}, {local:%H:%M:%S}"


def _answer_file(kind: AuditFormat, write: Callable[[Iterable[AuditLine]], Iterator[str]]) -> Response:
    wanted, _asked, wrong = _read_filter()
    if wrong:
        # A file of more than was asked for would pass for what was asked for.
        abort(422)
    body = (text.encode() for text in write(_iter_lines(staff_book(), wanted)))
    response = Response(guard_stream(body, request_id=current_request_id()), content_type=MEDIA_TYPES[kind])
    response.headers["Content-Disposition"] = f'attachment; filename="bitacora.{kind}"'
    return response


def _iter_lines(book: Book, wanted: AuditFilter) -> Iterator[AuditLine]:
    with book.read() as session:
        yield from iter_entries(session, wanted)
