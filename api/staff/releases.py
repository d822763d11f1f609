"""The pages of releases for staff: what waits, publishing it, going back to an earlier one."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Response, flash, redirect, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from api.pages.language import page_language
from api.pages.texts import gettext as _
from api.staff.addresses import staff_url
from api.staff.blueprint import current_actor, current_staff, needs, render_staff, signed_in, staff, staff_book
from api.staff.release_view import find_open_job, view_release, view_releases
from api.state import app_state
from exemptions.accounts import ROLES_WITH, Right, StaffRole
from exemptions.decisions import fingerprint_publication
from exemptions.errors import JobConflict, ReleaseNotFound
from exemptions.jobs import JobKind, enqueue
from exemptions.models import Release

_LONGEST_NOTE = 500
_HIGHEST = 2**31


class SeenSomethingElse(Exception):
    """What a person decided about is not what there is any more."""


@staff.get("/publicaciones", endpoint="releases")
@signed_in
def show_releases() -> Response:
    """What is approved and waits, and every release."""
    return _answer_list()


@staff.post("/publicaciones", endpoint="publish")
@needs(Right.PUBLISH)
def publish() -> BaseResponse:
    """Ask for the publication of what is approved."""
    note = " ".join(request.form.get("note", "").split())
    if len(note) > _LONGEST_NOTE:
        return _answer_list(HTTPStatus.UNPROCESSABLE_ENTITY, {"note": _("Escríbala en menos de 500 letras.")})
    try:
        return ask(JobKind.PUBLISH, {"note": note or None}, seen=request.form.get("seen", ""))
    except SeenSomethingElse:
        sentence = _(
            "Lo que espera publicación cambió mientras usted lo miraba, así que no se hizo nada. Esto es lo que hay "
            "ahora: revíselo y publíquelo."
        )
        return _answer_list(HTTPStatus.CONFLICT, {"": sentence})
    except JobConflict as error:
        return _answer_list(HTTPStatus.CONFLICT, {"": error.text(page_language())})


@staff.get("/publicaciones/<int:number>", endpoint="release")
@signed_in
def show_release(number: int) -> Response:
    """One release, and what can be done with it."""
    return answer_release(number)


@staff.post("/publicaciones/<int:number>/volver", endpoint="roll_back")
@needs(Right.PUBLISH)
def roll_back(number: int) -> BaseResponse:
    """Ask for the content of an earlier release to be published again."""
    wrong = check_confirmation(number)
    if wrong:
        return answer_release(number, HTTPStatus.UNPROCESSABLE_ENTITY, {"confirm": wrong})
    try:
        return ask(JobKind.ROLLBACK, {"release": number}, seen=request.form.get("seen", ""))
    except SeenSomethingElse:
        return answer_release(number, HTTPStatus.CONFLICT, {"": changed_meanwhile()})
    except JobConflict as error:
        return answer_release(number, HTTPStatus.CONFLICT, {"": error.text(page_language())})


def ask(kind: JobKind, asked: Mapping[str, Any], *, seen: str) -> BaseResponse:
    """Enter the job, if what is published and waits is still what the person saw, and lead to its page.

    Raises: SeenSomethingElse, JobConflict.
    """
    # Reading needs no writer's lock, which a publication under way holds until its end: who comes second is told so
    # at once.
    with staff_book().read() as session:
        _check(session, seen)
    with staff_book().write() as session:
        _check(session, seen)
        job = enqueue(session, kind=kind, actor=current_actor(), request=asked, at=app_state().clock())
    flash(_("Pedido. Esta página sigue sola lo que se hace."), "done")
    return redirect(staff_url("job", number=job.id), code=HTTPStatus.SEE_OTHER)


def answer_release(number: int, status: int = HTTPStatus.OK, errors: Mapping[str, str] | None = None) -> Response:
    """The page of a release; `errors` are those of a form that was sent, by field."""
    with staff_book().read() as session:
        release = view_release(session, find_release(session, number))
        open_job, seen = find_open_job(session), fingerprint_publication(session)
    return render_staff(
        "staff/release.html",
        status=status,
        release=release,
        open_job=open_job,
        seen=seen,
        errors=errors or {},
        written=request.form,
        can_publish=_can_publish(),
    )


def find_release(session: Session, number: int) -> Release:
    """The release of a number in an address, withdrawn or not.

    Raises: ReleaseNotFound.
    """
    release = session.get(Release, number) if number < _HIGHEST else None
    if release is None:
        raise ReleaseNotFound(f"No hay ninguna publicación {number}.", f"There is no release {number}.")
    return release


def check_confirmation(number: int) -> str:
    """What is wrong with the number that was typed as a confirmation; empty for nothing."""
    if request.form.get("confirm", "").strip() == str(number):
        return ""
    return _("Escriba el número de la publicación, %(number)s, para confirmar.", number=number)


def changed_meanwhile() -> str:
    """Tells that nothing was done because something else is published, or waits, by now."""
    return _("Lo publicado o lo que espera cambió mientras usted lo miraba, así que no se hizo nada. Decida de nuevo.")


def _check(session: Session, seen: str) -> None:
    job = find_open_job(session)
    if job is not None:
        raise JobConflict(
            f"«{job.actor}» ya pidió algo que cambia lo publicado (trabajo {job.number}) y no ha terminado. Espere a "
            "que termine, vea qué cambió y decida de nuevo.",
            f"“{job.actor}” has already asked for something that changes what is published (job {job.number}), and it "
            "has not ended. Wait until it ends, see what changed and decide again.",
            job=job.number,
        )
    if fingerprint_publication(session) != seen:
        raise SeenSomethingElse


def _can_publish() -> bool:
    return StaffRole(current_staff().role) in ROLES_WITH[Right.PUBLISH]


def _answer_list(status: int = HTTPStatus.OK, errors: Mapping[str, str] | None = None) -> Response:
    with staff_book().read() as session:
        page = view_releases(session)
    return render_staff(
        "staff/releases.html",
        status=status,
        page=page,
        errors=errors or {},
        written=request.form,
        can_publish=_can_publish(),
    )
