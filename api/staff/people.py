"""The accounts of staff: who there is, what each is there for, who may come in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from flask import Response, flash, redirect, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from api.formatting import format_moment, format_short_day
from api.pages.language import page_language
from api.pages.texts import gettext as _
from api.staff.blueprint import current_actor, current_staff, needs, render_staff, staff, staff_book, staff_url
from api.staff.words import Tag, role_name
from api.state import app_state
from exemptions.accounts import (
    AccountFacts,
    Actor,
    Right,
    StaffRole,
    add_account,
    disable_account,
    enable_account,
    get_account,
    give_password,
    list_accounts,
    reset_second_factor,
    set_role,
)
from exemptions.calendar import guatemala_day
from exemptions.errors import NotAllowed
from exemptions.passwords import make_password
from exemptions.sessions import is_locked

_LONGEST_NAME = 80
_REFUSED = HTTPStatus.UNPROCESSABLE_ENTITY
Act = Callable[[Session, Actor, datetime], None]


@dataclass(frozen=True, slots=True)
class ShownPerson:
    """One account for a template."""

    name: str
    url: str
    role: str
    role_name: str
    state: Tag
    second_factor: Tag
    since: str
    tokens: int
    disabled: bool
    locked: bool
    is_self: bool


@dataclass(frozen=True, slots=True)
class GivenPassword:
    """A password just made for somebody, which is never shown again."""

    name: str
    password: str


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """What the list shows."""

    people: tuple[ShownPerson, ...]
    roles: tuple[tuple[str, str], ...]
    given: GivenPassword | None
    failure: str
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class PersonPage:
    """What the page of one account shows."""

    person: ShownPerson
    roles: tuple[tuple[str, str], ...]
    given: GivenPassword | None
    failure: str


@staff.get("/personas")
@needs(Right.ACCOUNTS)
def people() -> Response:
    """Every account, and the form for a new one."""
    return _answer_list()


@staff.post("/personas", endpoint="add_person")
@needs(Right.ACCOUNTS)
def add_person() -> Response:
    """Add an account with a password that is shown this once and has to be changed."""
    name, role = " ".join(request.form.get("name", "")[: 2 * _LONGEST_NAME].split()), request.form.get("role", "")
    password = make_password()
    if role not in tuple(StaffRole):
        return _answer_list(failure=_("Elija lo que la persona va a hacer."), name=name, status=_REFUSED)
    try:
        with staff_book().write() as session:
            add_account(
                session,
                actor=current_actor(),
                name=name,
                role=StaffRole(role),
                at=app_state().clock(),
                password=password,
            )
    except NotAllowed as error:
        return _answer_list(failure=error.text(page_language()), name=name, role=role, status=_REFUSED)
    return _answer_list(given=GivenPassword(name, password))


@staff.get("/personas/<name>")
@needs(Right.ACCOUNTS)
def person(name: str) -> Response:
    """One account, and what can be changed about it."""
    return _answer_person(name)


@staff.post("/personas/<name>/papel", endpoint="change_role")
@needs(Right.ACCOUNTS)
def change_role(name: str) -> BaseResponse:
    """Give somebody another role."""
    role = request.form.get("role", "")
    if role not in tuple(StaffRole):
        return _answer_person(name, failure=_("Elija lo que la persona va a hacer."), status=_REFUSED)

    def act(session: Session, actor: Actor, at: datetime) -> None:
        set_role(session, actor=actor, name=name, role=StaffRole(role), at=at)

    return _change(name, act, _("Desde ahora %(name)s: %(role)s.", name=name, role=role_name(StaffRole(role)).lower()))


@staff.post("/personas/<name>/desactivar", endpoint="disable_person")
@needs(Right.ACCOUNTS)
def disable_person(name: str) -> BaseResponse:
    """Shut somebody out at once."""

    def act(session: Session, actor: Actor, at: datetime) -> None:
        disable_account(session, actor=actor, name=name, at=at)

    told = _("%(name)s ya no puede entrar; sus sesiones y tokens terminaron.", name=name)
    return _change(name, act, told)


@staff.post("/personas/<name>/activar", endpoint="enable_person")
@needs(Right.ACCOUNTS)
def enable_person(name: str) -> BaseResponse:
    """Let somebody in again, or end the lock after too many tries."""

    def act(session: Session, actor: Actor, at: datetime) -> None:
        enable_account(session, actor=actor, name=name, at=at)

    return _change(name, act, _("%(name)s puede entrar otra vez.", name=name))


@staff.post("/personas/<name>/segundo-factor", endpoint="reset_factor")
@needs(Right.ACCOUNTS)
def reset_factor(name: str) -> BaseResponse:
    """Remove somebody's second factor, as after a lost telephone."""

    def act(session: Session, actor: Actor, at: datetime) -> None:
        reset_second_factor(session, actor=actor, name=name, at=at)

    told = _("%(name)s entra solo con su contraseña hasta que active otro segundo factor.", name=name)
    return _change(name, act, told)


@staff.post("/personas/<name>/contrasena", endpoint="reset_password")
@needs(Right.ACCOUNTS)
def reset_password(name: str) -> BaseResponse:
    """Give somebody a new password, shown this once and good for choosing another only."""
    if name == current_staff().account:
        return redirect(staff_url("account"), code=303)
    password = make_password()
    with staff_book().write() as session:
        give_password(session, actor=current_actor(), name=name, password=password, at=app_state().clock())
    return _answer_person(name, given=GivenPassword(name, password))


def _change(name: str, act: Act, told: str) -> BaseResponse:
    """Do one act on an account and show it again; an act that the rules forbid is told beside it."""
    try:
        with staff_book().write() as session:
            act(session, current_actor(), app_state().clock())
    except NotAllowed as error:
        return _answer_person(name, failure=error.text(page_language()), status=_REFUSED)
    flash(told, "done")
    return redirect(staff_url("person", name=name), code=303)


def _answer_list(
    *,
    given: GivenPassword | None = None,
    failure: str = "",
    name: str = "",
    role: str = StaffRole.LOADER,
    status: int = HTTPStatus.OK,
) -> Response:
    with staff_book().read() as session:
        accounts = list_accounts(session)
    page = PeoplePage(
        people=tuple(map(_show, accounts)), roles=_roles(), given=given, failure=failure, name=name, role=role
    )
    return render_staff("staff/people.html", status=status, page=page)


def _answer_person(
    name: str, *, given: GivenPassword | None = None, failure: str = "", status: int = HTTPStatus.OK
) -> Response:
    with staff_book().read() as session:
        facts = get_account(session, name)
    page = PersonPage(person=_show(facts), roles=_roles(), given=given, failure=failure)
    return render_staff("staff/person.html", status=status, page=page)


def _roles() -> tuple[tuple[str, str], ...]:
    return tuple((role.value, role_name(role)) for role in StaffRole)


def _show(facts: AccountFacts) -> ShownPerson:
    at = app_state().clock()
    locked = is_locked(facts.locked_until, at)
    return ShownPerson(
        name=facts.name,
        url=staff_url("person", name=facts.name),
        role=facts.role.value,
        role_name=role_name(facts.role),
        state=_state(facts, locked=locked),
        second_factor=Tag("good", _("Activo")) if facts.has_second_factor else Tag("warn", _("Sin activar")),
        since=format_short_day(guatemala_day(facts.created_at), page_language()),
        tokens=facts.tokens,
        disabled=facts.disabled,
        locked=locked,
        is_self=facts.name == current_staff().account,
    )


def _state(facts: AccountFacts, *, locked: bool) -> Tag:
    if facts.disabled:
        return Tag("bad", _("Desactivada"))
    if locked and facts.locked_until is not None:
        until = format_moment(facts.locked_until, page_language())
        return Tag("warn", _("Bloqueada por intentos hasta el %(moment)s", moment=until))
    if not facts.has_password:
        return Tag("wait", _("Sin contraseña: solo usa tokens"))
    if facts.must_change_password:
        return Tag("wait", _("Todavía no elige su contraseña"))
    return Tag("good", _("Activa"))
