"""Reports of errors by the public: the form, the page of one report's number, and the public log."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus

from flask import abort, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from api.formatting import format_day, format_tax_number
from api.pages.blueprint import pages
from api.pages.labels import CORRECTION, CORRECTION_MEANING
from api.pages.language import page_language, page_url
from api.pages.render import Context, answer_page, answer_plain, page_reader
from api.pages.values import holder_name
from api.parameters import parameter_reader, refuse_parameters
from api.problem_types import INBOX_FULL
from api.releases_at import current_release, tell_release
from api.same_site import is_from_elsewhere
from api.state import app_state
from exemptions.correction_log import LoggedCorrection
from exemptions.errors import InboxFull, InvalidQuery, NotFound, NothingPublished, ParameterProblem, RegistryError
from exemptions.inbox import LONGEST, can_leave_reports, find_number, leave_report
from exemptions.release import Release
from exemptions.report_form import FIELDS, TRAP, read_report

_SHOWN = 25
"""Reports on one page of the log."""


@dataclass(frozen=True, slots=True)
class LogLine:
    """One report as the public log tells it."""

    number: str
    url: str
    state: str
    state_word: str
    meaning: str
    received: str
    answer: str
    answered: str
    release: int | None
    release_url: str
    record_url: str


@dataclass(frozen=True, slots=True)
class ReportForm:
    """The form, with what was typed into it and what is wrong with that."""

    values: Mapping[str, str]
    about_name: str
    """Name of the taxpayer whose record the form was opened for."""
    problems: Mapping[str, str]
    """Field → the sentence that tells what is wrong with it."""
    failure: str
    """Why a report that is in order could not be received."""
    longest: Mapping[str, int]
    trap: str


@dataclass(frozen=True, slots=True)
class CorrectionsPage:
    """What the page of the corrections tells."""

    form: ReportForm | None
    """None where nothing can be received."""
    lines: tuple[LogLine, ...]
    total: int
    previous_url: str
    next_url: str
    position: tuple[int, int]
    """First and last line of this page, counted from 1."""


@pages.get("/correcciones", endpoint="corrections")
def show_corrections() -> BaseResponse:
    """How to report an error, and what became of the errors that were reported."""
    parameters = parameter_reader("record_id", "nit", "page")
    about = (*parameters.record_ids("record_id"), *parameters.nits("nit"))
    number = parameters.count_between("page", 1, 10**6, 1)
    parameters.raise_problems()
    log = app_state().corrections.current()
    query = [(name, request.args[name]) for name in ("record_id", "nit") if request.args.get(name)]
    if number > 1:
        query.append(("page", str(number)))
    return _answer(
        "corrections.html",
        lambda release: {"page": _build(release, _blank_form(release, about), number)},
        query=query,
        depends_on=f"{log.version} {_can_receive()}",
    )


@pages.post("/correcciones", endpoint="report")
def receive_report() -> BaseResponse:
    """Take a report, and lead to the page of its number; the form again if anything is wrong with it."""
    refuse_parameters()
    if is_from_elsewhere():
        abort(HTTPStatus.FORBIDDEN)
    sent = {name: request.form.getlist(name) for name in request.form}
    state = app_state()
    try:
        report = read_report(sent, at=state.clock(), lang=page_language())
        leave_report(state.settings.inbox, report)
    except InvalidQuery as error:
        return _show_again(sent, HTTPStatus.UNPROCESSABLE_ENTITY, problems=error.problems)
    except InboxFull as error:
        response = _show_again(sent, HTTPStatus.SERVICE_UNAVAILABLE, failure=error)
        response.headers["Retry-After"] = str(INBOX_FULL.retry_after_s)
        return response
    response = redirect(page_url("correction", number=report.number), code=HTTPStatus.SEE_OTHER)
    response.headers["Cache-Control"] = "no-store"
    return response


@pages.get("/correcciones/<number>", endpoint="correction")
def show_correction(number: str) -> BaseResponse:
    """What became of one report; of a number that the log does not have it tells how to keep it."""
    refuse_parameters()
    canonical = find_number(number)
    if canonical is None:
        raise NotFound("Ningún aviso tiene un número así.", "No report has a number like that.")
    if canonical != number:
        return redirect(page_url("correction", number=canonical), code=HTTPStatus.PERMANENT_REDIRECT)
    log = app_state().corrections.current()
    entry = log.find(canonical)
    return _answer(
        "correction.html",
        lambda release: {"number": canonical, "line": None if entry is None else _line(entry, release)},
        depends_on=log.version,
    )


def _answer(
    template: str,
    make: Callable[[Release | None], Context],
    *,
    query: Sequence[tuple[str, str]] = (),
    depends_on: str,
) -> BaseResponse:
    """The page over the newest release, which is there for its links only: it works before the first one too."""
    try:
        release = current_release()
    except NothingPublished:
        return answer_plain(template, make(None))
    return answer_page(release, template, lambda: make(release), query=query, depends_on=depends_on)


def _show_again(
    sent: Mapping[str, Sequence[str]],
    status: HTTPStatus,
    *,
    problems: Sequence[ParameterProblem] = (),
    failure: RegistryError | None = None,
) -> BaseResponse:
    """The form with everything that was typed into it, so that nobody has to type it twice."""
    tell_release()
    form = ReportForm(
        values={name: next(iter(sent.get(name, ())), "") for name in (*FIELDS, TRAP)},
        about_name="",
        problems={problem.parameter: problem.text(page_language()) for problem in reversed(problems)},
        failure=failure.text(page_language()) if failure is not None else "",
        longest=LONGEST,
        trap=TRAP,
    )
    try:
        release: Release | None = current_release()
    except NothingPublished:
        release = None
    return answer_plain("corrections.html", {"page": _build(release, form, 1)}, status=status)


def _can_receive() -> bool:
    """Whether reports can be left here; a node without an inbox shows the log and no form."""
    return can_leave_reports(app_state().settings.inbox)


def _blank_form(release: Release | None, about: Sequence[str]) -> ReportForm | None:
    if not _can_receive():
        return None
    named = about[0] if about else ""
    return ReportForm(
        values={"about": named},
        about_name=_name_of(release, named),
        problems={},
        failure="",
        longest=LONGEST,
        trap=TRAP,
    )


def _build(release: Release | None, form: ReportForm | None, number: int) -> CorrectionsPage:
    entries = app_state().corrections.current().entries
    first = (number - 1) * _SHOWN
    if number > 1 and first >= len(entries):
        raise NotFound("El registro de correcciones no tiene tantas páginas.", "The log has no such page.")
    shown = entries[first : first + _SHOWN]
    return CorrectionsPage(
        form=form,
        lines=tuple(_line(entry, release) for entry in shown),
        total=len(entries),
        previous_url=_page_url(number - 1) if number > 1 else "",
        next_url=_page_url(number + 1) if first + _SHOWN < len(entries) else "",
        position=(first + 1, first + len(shown)),
    )


def _page_url(number: int) -> str:
    path = page_url("corrections")
    return f"{path}?page={number}#registro" if number > 1 else f"{path}#registro"


def _line(entry: LoggedCorrection, release: Release | None) -> LogLine:
    return LogLine(
        number=entry.number,
        url=page_url("correction", number=entry.number),
        state=entry.state,
        state_word=str(CORRECTION[entry.state]),
        meaning=str(CORRECTION_MEANING[entry.state]),
        received=_day(entry.received_on),
        answer=entry.answer or "",
        answered=_day(entry.answered_on) if entry.answered_on else "",
        release=entry.release,
        release_url=page_url("release", number=entry.release) if entry.release else "",
        record_url=_record_url(release, entry.record_id),
    )


def _day(day: date) -> str:
    return format_day(day, page_language())


def _record_url(release: Release | None, record_id: str | None) -> str:
    """The page of a record, if the newest release has it."""
    return page_url("record", record_id=record_id) if _find_row(release, record_id) is not None else ""


def _name_of(release: Release | None, about: str) -> str:
    """What the newest release calls the holder of a record, or of a NIT's records; empty if it knows neither."""
    if release is None or not about:
        return ""
    row = _find_row(release, about)
    if row is None:
        try:
            row = release.taxpayer_rows(about)[0]
        except NotFound:
            return ""
    item = release.to_items([row])[0]
    if item["record_id"] != about:
        return f"{holder_name(item)}, NIT {format_tax_number(about)}"
    category = page_reader(release).name_of("categories", item["category"], item["category_name"])
    return f"{holder_name(item)}, {category}"


def _find_row(release: Release | None, record_id: str | None) -> int | None:
    if release is None or record_id is None:
        return None
    try:
        return release.get_record(record_id)
    except NotFound:
        return None
