"""Reports of the public: the list by state, one with what was written, and its public answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from flask import Response, flash, redirect, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from api.formatting import format_moment
from api.pages.labels import CORRECTION, CORRECTION_MEANING
from api.pages.language import page_language, page_url
from api.pages.texts import gettext as _
from api.staff.blueprint import current_actor, needs, render_staff, staff, staff_book, staff_url
from api.staff.words import Tag
from api.state import app_state
from exemptions.accounts import Right
from exemptions.calendar import format_instant
from exemptions.correction_log import CorrectionState
from exemptions.corrections import (
    ANSWERS,
    LONGEST_ANSWER,
    CorrectionFacts,
    count_by_state,
    get_correction,
    list_corrections,
)
from exemptions.errors import CorrectionRefused, RegistryError
from exemptions.nit import is_nit
from exemptions.releases import list_releases
from exporters.corrections import answer_publicly, refresh_log

_PER_PAGE = 50
_BEGINNING = 160
"""Characters of a report that the list shows."""
_LONGEST_RELEASE = 9
"""Digits of a release number that a database still takes for one."""

_LOOK: Mapping[CorrectionState, str] = {
    CorrectionState.RECEIVED: "warn",
    CorrectionState.IN_REVIEW: "wait",
    CorrectionState.ACCEPTED: "wait",
    CorrectionState.RESOLVED: "good",
    CorrectionState.REJECTED: "bad",
}


@dataclass(frozen=True, slots=True)
class StateLink:
    """One state with how many reports stand in it."""

    tag: Tag
    count: int
    url: str
    current: bool


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One report in the list."""

    number: str
    url: str
    received: str
    beginning: str
    tag: Tag


@dataclass(frozen=True, slots=True)
class ReportView:
    """One report with everything that was written in it."""

    number: str
    received: str
    tag: Tag
    meaning: str
    about: str
    about_url: str
    text: str
    source: str
    contact: str
    is_english: bool
    public_url: str
    answer: str
    answered: str
    answered_by: str


@dataclass(frozen=True, slots=True)
class AnswerForm:
    """The form of the answer, with what is in it."""

    state: str
    answer: str
    release: str
    failure: str
    seen: str
    """The answer that who writes has seen."""
    states: tuple[tuple[str, str], ...]
    releases: tuple[tuple[str, str], ...]
    longest: int


@staff.get("/correcciones", endpoint="corrections")
@needs(Right.CORRECTIONS)
def show_corrections() -> Response:
    """The reports of a state, the latest first; those that nobody has looked at unless `?estado=` says otherwise."""
    asked = request.args.get("estado", "")
    chosen = CorrectionState(asked) if asked in tuple(CorrectionState) else CorrectionState.RECEIVED
    page = _page_number()
    with staff_book().read() as session:
        counts = count_by_state(session)
        found = list_corrections(session, state=chosen, limit=_PER_PAGE + 1, offset=(page - 1) * _PER_PAGE)
    return render_staff(
        "staff/corrections.html",
        states=tuple(_state_link(state, counts[state], state is chosen) for state in CorrectionState),
        chosen=_tag(chosen).word,
        lines=tuple(map(_line, found[:_PER_PAGE])),
        newer_url=staff_url("corrections", estado=chosen.value, pagina=page - 1) if page > 1 else "",
        older_url=staff_url("corrections", estado=chosen.value, pagina=page + 1) if len(found) > _PER_PAGE else "",
    )


@staff.get("/correcciones/<number>", endpoint="correction")
@needs(Right.CORRECTIONS)
def show_correction(number: str) -> Response:
    """One report, and the form of its answer."""
    with staff_book().read() as session:
        facts = get_correction(session, number)
        return _answer_page(session, facts)


@staff.post("/correcciones/<number>", endpoint="answer_correction")
@needs(Right.CORRECTIONS)
def answer(number: str) -> BaseResponse:
    """Give a report its state and public answer; what cannot stand in public is told beside the form."""
    book, at = staff_book(), app_state().clock()
    try:
        state, release = _sent_state(), _sent_release()
        with book.write() as session:
            _refuse_overtaken(get_correction(session, number))
            facts = answer_publicly(
                session,
                book,
                number=number,
                actor=current_actor(),
                state=state,
                answer=request.form.get("answer"),
                release=release,
                at=at,
            )
    except CorrectionRefused as error:
        with book.read() as session:
            return _answer_page(session, get_correction(session, number), failure=error)
    refresh_log(book, app_state().settings.releases)
    flash(_("Respuesta guardada: ya se ve en el registro público."), "done")
    return redirect(staff_url("correction", number=facts.number), code=HTTPStatus.SEE_OTHER)


def _refuse_overtaken(facts: CorrectionFacts) -> None:
    """Nobody's answer is replaced by somebody who has not seen it."""
    if request.form.get("seen", "") != _mark(facts):
        raise CorrectionRefused(
            "Otra persona respondió mientras usted escribía. Su texto sigue abajo: compárelo con la respuesta que ya "
            "está en público y guárdelo otra vez si hace falta.",
            "Somebody else answered while you were writing. Your text is still below: compare it with the answer that "
            "is public already, and save it again if need be.",
        )


def _mark(facts: CorrectionFacts) -> str:
    """A text that is another one after every answer."""
    return format_instant(facts.answered_at) if facts.answered_at is not None else ""


def _sent_state() -> CorrectionState:
    sent = request.form.get("state", "")
    if sent not in ANSWERS:
        raise CorrectionRefused("Elija un estado.", "Choose a state.")
    return CorrectionState(sent)


def _sent_release() -> int | None:
    """The release that was chosen. Of a report that no release put right the choice does not count."""
    sent = request.form.get("release", "").strip()
    if not sent or request.form.get("state") != CorrectionState.RESOLVED:
        return None
    if not (sent.isascii() and sent.isdecimal() and len(sent) <= _LONGEST_RELEASE):
        raise CorrectionRefused("La publicación es un número.", "The release is a number.")
    return int(sent)


def _answer_page(session: Session, facts: CorrectionFacts, *, failure: RegistryError | None = None) -> Response:
    typed = request.form if failure is not None else None
    form = AnswerForm(
        state=typed.get("state", "") if typed is not None else _kept_state(facts),
        answer=typed.get("answer", "") if typed is not None else facts.answer or "",
        release=typed.get("release", "") if typed is not None else str(facts.release or ""),
        failure=failure.text(page_language()) if failure is not None else "",
        seen=_mark(facts),
        states=tuple((state.value, f"{CORRECTION[state]}: {CORRECTION_MEANING[state]}") for state in ANSWERS),
        releases=_releases(session),
        longest=LONGEST_ANSWER,
    )
    status = HTTPStatus.OK if failure is None else HTTPStatus.UNPROCESSABLE_ENTITY
    return render_staff("staff/correction.html", status=status, report=_view(facts), form=form)


def _kept_state(facts: CorrectionFacts) -> str:
    return facts.state.value if facts.state in ANSWERS else CorrectionState.IN_REVIEW.value


def _releases(session: Session) -> tuple[tuple[str, str], ...]:
    """The releases that the public can see, the newest first."""
    return tuple(
        (str(release.number), _("%(number)s, del %(day)s", number=release.number, day=_moment(release.published_at)))
        for release in list_releases(session)
        if release.withdrawn_at is None
    )


def _view(facts: CorrectionFacts) -> ReportView:
    return ReportView(
        number=facts.number,
        received=_moment(facts.received_at),
        tag=_tag(facts.state),
        meaning=str(CORRECTION_MEANING[facts.state]),
        about=facts.about or "",
        about_url=_about_url(facts),
        text=facts.text,
        source=facts.source or "",
        contact=facts.contact or "",
        is_english=facts.lang == "en",
        public_url=page_url("correction", number=facts.number),
        answer=facts.answer or "",
        answered=_moment(facts.answered_at) if facts.answered_at is not None else "",
        answered_by=facts.answered_by or "",
    )


def _about_url(facts: CorrectionFacts) -> str:
    """The public page of what the report is about; empty if it names nothing that could have one."""
    if facts.record_id is not None:
        return page_url("record", record_id=facts.record_id)
    return page_url("taxpayer", nit=facts.about) if is_nit(facts.about) else ""


def _line(facts: CorrectionFacts) -> ReportLine:
    words = " ".join(facts.text.split())
    return ReportLine(
        number=facts.number,
        url=staff_url("correction", number=facts.number),
        received=_moment(facts.received_at),
        beginning=words if len(words) <= _BEGINNING else f"{words[:_BEGINNING].rstrip()}…",
        tag=_tag(facts.state),
    )


def _state_link(state: CorrectionState, count: int, current: bool) -> StateLink:
    return StateLink(_tag(state), count, staff_url("corrections", estado=state.value), current)


def _tag(state: CorrectionState) -> Tag:
    return Tag(_LOOK[state], str(CORRECTION[state]))


def _page_number() -> int:
    sent = request.args.get("pagina", "")
    return max(1, int(sent)) if sent.isascii() and sent.isdecimal() and len(sent) <= 6 else 1


def _moment(moment: datetime) -> str:
    return format_moment(moment, page_language())
