"""Withdrawing a release: first what it would take along, then the confirmation, then the job."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from flask import Response, request
from werkzeug.wrappers import Response as BaseResponse

from api.pages.language import page_language
from api.pages.texts import gettext as _
from api.staff.blueprint import current_actor, needs, render_staff, staff, staff_book
from api.staff.release_view import view_release
from api.staff.releases import SeenSomethingElse, ask, changed_meanwhile, check_confirmation, find_release
from api.state import app_state
from exemptions.accounts import Right
from exemptions.decisions import fingerprint_publication
from exemptions.errors import JobConflict, PrivateIdentifierFound, ReleaseWithdrawn, WithdrawalRefused
from exemptions.jobs import JobKind
from exporters.pointer import find_latest
from exporters.withdraw import Withdrawal, WithdrawalPlan, plan_withdrawal

_LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class PlanView:
    """What a withdrawal will do, for the page that asks for the confirmation."""

    others: tuple[int, ...]
    relinked: tuple[int, ...]
    is_replaced: bool
    restores: int | None
    leaves_nothing: bool


@staff.get("/publicaciones/<int:number>/retirar", endpoint="withdrawal")
@needs(Right.PUBLISH)
def show_form(number: int) -> Response:
    """What withdrawing means, and the form that asks what is meant."""
    return _answer(number)


@staff.post("/publicaciones/<int:number>/retirar/plan", endpoint="plan_withdrawal")
@needs(Right.PUBLISH)
def show_plan(number: int) -> Response:
    """What the withdrawal would take along, and the form that confirms it."""
    asked = _read(number)
    if not asked.reason or len(asked.reason) > _LONGEST_REASON:
        wrong = _("Escriba el motivo, en menos de 500 letras: será público.")
        return _answer(number, HTTPStatus.UNPROCESSABLE_ENTITY, {"reason": wrong})
    return _answer_plan(number, asked)


@staff.post("/publicaciones/<int:number>/retirar", endpoint="withdraw")
@needs(Right.PUBLISH)
def withdraw(number: int) -> BaseResponse:
    """Ask for the withdrawal that the person has seen the plan of."""
    asked = _read(number)
    errors = {"confirm": check_confirmation(number)} if check_confirmation(number) else {}
    leaves_nothing = "leave_nothing" in request.form
    if "leave_nothing_asked" in request.form and not leaves_nothing:
        errors["leave_nothing"] = _("Márquelo si es lo que quiere.")
    if errors:
        return _answer_plan(number, asked, HTTPStatus.UNPROCESSABLE_ENTITY, errors)
    also = request.form.get("also", "")
    job = {
        "release": number,
        "reason": asked.reason,
        "records": list(asked.records),
        "fields": list(asked.fields),
        "also": int(also) if also.isascii() and also.isdecimal() and len(also) < 6 else 0,
        "leave_nothing": leaves_nothing,
    }
    try:
        return ask(JobKind.WITHDRAW, job, seen=request.form.get("seen", ""))
    except SeenSomethingElse:
        return _answer_plan(number, asked, HTTPStatus.CONFLICT, {"": changed_meanwhile()})
    except JobConflict as error:
        return _answer_plan(number, asked, HTTPStatus.CONFLICT, {"": error.text(page_language())})


def _read(number: int) -> Withdrawal:
    form = request.form
    return Withdrawal(
        release=number,
        reason=" ".join(form.get("reason", "").split()),
        records=tuple(form.get("records", "").split()),
        fields=tuple(form.get("fields", "").replace(",", " ").split()),
    )


def _answer_plan(
    number: int, asked: Withdrawal, status: int = HTTPStatus.OK, errors: Mapping[str, str] | None = None
) -> Response:
    """The plan, computed anew; what cannot be done at all leads back to the first form."""
    book, state = staff_book(), app_state()
    with book.read() as session:
        seen = fingerprint_publication(session)
    try:
        plan = plan_withdrawal(book, state.settings, asked=asked, actor=current_actor(), clock=state.clock)
    except (WithdrawalRefused, PrivateIdentifierFound, ReleaseWithdrawn) as error:
        return _answer(number, HTTPStatus.CONFLICT, {"": error.text(page_language())})
    with book.read() as session:
        latest = find_latest(session)
        current = None if latest is None else latest.number
    view = _view(plan, asked, current)
    return _answer(number, status, errors, plan=view, seen=seen)


def _view(plan: WithdrawalPlan, asked: Withdrawal, current: int | None) -> PlanView:
    takes_its_place = bool(plan.relinked or plan.is_replaced or plan.restores)
    current_goes = current in (asked.release, *plan.others)
    return PlanView(plan.others, plan.relinked, plan.is_replaced, plan.restores, current_goes and not takes_its_place)


def _answer(
    number: int,
    status: int = HTTPStatus.OK,
    errors: Mapping[str, str] | None = None,
    *,
    plan: PlanView | None = None,
    seen: str = "",
) -> Response:
    with staff_book().read() as session:
        release = view_release(session, find_release(session, number))
    return render_staff(
        "staff/withdraw.html",
        status=status,
        release=release,
        errors=errors or {},
        written=request.form,
        plan=plan,
        seen=seen,
    )
