"""Deciding about a batch: approving it, with or without allowing what holds it back, and rejecting it."""

from __future__ import annotations

import math
import re
from http import HTTPStatus

from flask import flash, redirect, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from api.pages.language import page_language
from api.pages.texts import gettext as _
from api.staff.batch_journey import changes_phrase
from api.staff.batch_view import view_hold
from api.staff.batches import answer_batch
from api.staff.blueprint import current_actor, needs, staff, staff_book, staff_url
from api.state import app_state
from exemptions.accounts import Right, record_denial
from exemptions.batches import approve_batch, get_batch, reject_batch
from exemptions.decisions import fingerprint_batch
from exemptions.errors import BatchBlocked, BatchState, NotAllowed
from exemptions.guard_limits import GuardLimits
from exemptions.guards import CHANGE_GUARDS, Guard, Hold, Lift

_THOUSANDS = re.compile(r"[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")
_LONGEST_REASON = 2_000
_LARGEST = 10**9
"""More records, or per cent, than any lift needs."""


@staff.post("/lotes/<int:number>/aprobar", endpoint="approve")
@needs(Right.APPROVE)
def approve(number: int) -> BaseResponse:
    """Let a batch go to the next publication, if it is still what the person saw."""
    home, errors = app_state().settings.home, dict[str, str]()
    lift = _read_lift(errors)
    if errors:
        return answer_batch(number, status=HTTPStatus.UNPROCESSABLE_ENTITY, errors=errors)
    try:
        with staff_book().write() as session:
            _check_seen(session, number)
            batch = approve_batch(
                session,
                home,
                number=number,
                actor=current_actor(),
                at=app_state().clock(),
                lift=lift,
                limits=GuardLimits.of(app_state().settings),
            )
            told = changes_phrase(batch.added or 0, batch.ended or 0, batch.changed or 0)
    except BatchBlocked as blocked:
        return answer_batch(number, status=HTTPStatus.CONFLICT, errors=_uncovered(blocked, lift), holds=blocked.holds)
    except NotAllowed as error:
        record_denial(staff_book(), actor=current_actor(), right=Right.APPROVE, at=app_state().clock())
        return answer_batch(number, status=HTTPStatus.FORBIDDEN, errors={"": error.text(page_language())})
    except BatchState as error:
        return answer_batch(number, status=HTTPStatus.CONFLICT, errors={"": error.text(page_language())})
    flash(
        _("Lote %(number)s aprobado: %(changes)s. Saldrá con la próxima publicación.", number=number, changes=told),
        "done",
    )
    return redirect(staff_url("batch", number=number), code=HTTPStatus.SEE_OTHER)


@staff.post("/lotes/<int:number>/rechazar", endpoint="reject")
@needs(Right.APPROVE)
def reject(number: int) -> BaseResponse:
    """Put a batch aside, with the reason."""
    reason = request.form.get("reject_reason", "").strip()
    if not reason or len(reason) > _LONGEST_REASON:
        sentence = _("Escriba el motivo: queda con el lote y en la bitácora.") if not reason else _too_long()
        return answer_batch(number, status=HTTPStatus.UNPROCESSABLE_ENTITY, errors={"reject_reason": sentence})
    try:
        with staff_book().write() as session:
            _check_seen(session, number)
            reject_batch(session, number=number, actor=current_actor(), reason=reason, at=app_state().clock())
    except (BatchState, NotAllowed) as error:
        return answer_batch(number, status=HTTPStatus.CONFLICT, errors={"": error.text(page_language())})
    flash(_("El lote %(number)s quedó aparte. No se publica.", number=number), "done")
    return redirect(staff_url("batch", number=number), code=HTTPStatus.SEE_OTHER)


def _check_seen(session: Session, number: int) -> None:
    """Refuse a decision about something else than the person saw.

    Raises: BatchNotFound; BatchState.
    """
    if request.form.get("seen", "") != fingerprint_batch(session, get_batch(session, number)):
        raise BatchState(
            "El lote, o aquello con lo que se compara, cambió mientras usted lo miraba, así que no se hizo nada. Esto "
            "es lo que hay ahora: revíselo y decida de nuevo.",
            "The batch, or what it is compared with, changed while you looked at it, so nothing was done. This is what "
            "there is now: review it and decide again.",
        )


def _read_lift(errors: dict[str, str]) -> Lift | None:
    """What the form allows; None if it has no field for it, as of a batch that nothing holds."""
    fields = ("removals", "change_pct", *(f"accept-{guard}" for guard in Guard))
    sent = [name for name in fields if name in request.form]
    if not sent:
        return None
    numbers = {name: _read_number(name, errors) for name in sent}
    reason = request.form.get("reason", "").strip()
    if not reason:
        errors["reason"] = _("Escriba por qué se permite: queda con el lote y en la bitácora.")
    elif len(reason) > _LONGEST_REASON:
        errors["reason"] = _too_long()
    accepted = {
        Guard(name.removeprefix("accept-")): int(n) for name, n in numbers.items() if name.startswith("accept-")
    }
    removals, change = numbers.get("removals"), numbers.get("change_pct")
    return Lift(int(removals) if removals is not None else None, change, accepted, reason)


def _read_number(name: str, errors: dict[str, str]) -> float:
    """A whole number; of a percentage also one with decimals.

    Commas part thousands, as the pages write them: 1,234 is never one and a bit. Elsewhere a comma stands for the
    point.
    """
    text = request.form[name].strip().replace("%", "").strip()
    if _THOUSANDS.fullmatch(text):
        text = text.replace(",", "")
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        number = math.nan
    whole = name != "change_pct"
    if not 0 <= number <= _LARGEST or (whole and number != int(number)):
        errors[name] = _("Escriba un número.") if not whole else _("Escriba un número entero.")
        return 0.0
    return number


def _uncovered(blocked: BatchBlocked, lift: Lift | None) -> dict[str, str]:
    """What is still in the way, beside the field that would allow it."""
    if lift is None:
        return {"": _("Desde que se cargó cambió lo que hay, y ahora algo detiene el lote. Revise las alertas.")}
    return {view_hold(hold).field: _too_small(hold) for hold in blocked.holds}


def _too_small(hold: Hold) -> str:
    measured = view_hold(hold).measured
    if hold.guard is Guard.OLDER_FILE:
        return _("Escriba el número de ese lote: %(number)s.", number=measured)
    if hold.guard in CHANGE_GUARDS:
        return _("No alcanza: los totales cambian %(number)s %%.", number=measured)
    return _("No alcanza: son %(number)s.", number=measured)


def _too_long() -> str:
    return _("Escríbalo en menos de 2,000 letras.")
