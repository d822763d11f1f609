"""Commands about members of staff: accounts, passwords, second factors, tokens, and the two-person rule.

A password is asked for on the terminal, hidden, or read from standard input; it is never an argument, which other
users of the machine could see.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

import click
from sqlalchemy.orm import Session

from api.cli.context import Context, print_json, print_table
from exemptions.accounts import (
    Actor,
    Right,
    StaffRole,
    add_account,
    disable_account,
    enable_account,
    give_password,
    issue_token,
    list_accounts,
    require,
    reset_second_factor,
    set_role,
    set_two_person,
)
from exemptions.tokens import DEFAULT_LABEL, MOST_DAYS, list_tokens, revoke_token

T = TypeVar("T")

_ROLE = click.Choice([choice.value for choice in StaffRole])
_PASSWORD_STDIN = click.option(
    "--password-stdin", is_flag=True, help="Lee la contraseña de la entrada / read the password from standard input."
)


@click.group()
def user() -> None:
    """Personas que cargan, aprueban y administran / people who load, approve and administer."""


@user.command("add", short_help="Agrega una persona / add a person.")
@click.argument("name")
@click.option("--role", type=_ROLE, required=True, help="Lo que le toca hacer / what the person is there for.")
@click.option("--password", "ask", is_flag=True, help="Pregunta una contraseña inicial / ask for a first password.")
@_PASSWORD_STDIN
@click.pass_obj
def add(context: Context, name: str, role: str, ask: bool, password_stdin: bool) -> None:
    """Agrega una persona y muestra su token una sola vez / add a person and show the token once.

    Con contraseña la persona entra por las páginas y elige la suya; más tarde: user password /
    with a password the person signs in on the pages and chooses another; later: user password.
    """
    password = _read_password(context, from_stdin=password_stdin) if ask or password_stdin else None

    def do(session: Session, actor: Actor, at: datetime) -> str:
        add_account(session, actor=actor, name=name, role=StaffRole(role), at=at, password=password)
        return issue_token(session, actor=actor, name=name, at=at)

    _show_token(context, _as_administrator(context, do))


@user.command("password", short_help="Da una contraseña / give a password.")
@click.argument("name")
@_PASSWORD_STDIN
@click.pass_obj
def password(context: Context, name: str, password_stdin: bool) -> None:
    """Da una contraseña que la persona cambia al entrar / give a password that the person changes at sign-in."""
    given = _read_password(context, from_stdin=password_stdin)
    _as_administrator(
        context, lambda session, actor, at: give_password(session, actor=actor, name=name, password=given, at=at)
    )
    context.say(
        f"Contraseña de «{name}» puesta; sus sesiones terminaron.", f"Password of “{name}” set; the sessions ended."
    )


@user.command("token", short_help="Da un token / issue a token.")
@click.argument("name")
@click.option("--label", default=DEFAULT_LABEL, show_default=True, help="Para qué es / what it is for.")
@click.option(
    "--days", type=click.IntRange(1, MOST_DAYS), help="Días que vale; sin esto, sin fin / days until it ends."
)
@click.pass_obj
def token(context: Context, name: str, label: str, days: int | None) -> None:
    """Da un token nuevo; el que tenía la misma etiqueta deja de valer / issue a token; the same label's one ends."""
    issued = _as_administrator(
        context,
        lambda session, actor, at: issue_token(session, actor=actor, name=name, at=at, label=label, days=days),
    )
    _show_token(context, issued)


@user.command("tokens", short_help="Muestra los tokens / list the tokens.")
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def tokens(context: Context, name: str | None, as_json: bool) -> None:
    """Muestra los tokens que se dieron, nunca su texto / list the tokens that were issued, never their text."""
    with context.book() as book, book.read() as session:
        rows = [
            {"id": t.id, "account": t.account, "label": t.label, "created_at": t.created_at,
             "expires_at": t.expires_at, "revoked_at": t.revoked_at}
            for t in list_tokens(session, account=name)
        ]  # fmt: skip
    _show_rows(
        context,
        rows,
        as_json,
        es=("id", "persona", "etiqueta", "creado", "vence", "anulado"),
        en=("id", "person", "label", "created", "expires", "revoked"),
    )


@user.command("revoke", short_help="Anula un token / end a token.")
@click.argument("number", metavar="ID", type=click.IntRange(1, 2**63 - 1))
@click.pass_obj
def revoke(context: Context, number: int) -> None:
    """Anula un token en el acto / end a token at once."""
    _as_administrator(context, lambda session, actor, at: revoke_token(session, actor=actor, number=number, at=at))
    context.say(f"Token {number} anulado.", f"Token {number} revoked.")


@user.command("second-factor", short_help="Quita el segundo factor / remove the second factor.")
@click.argument("name")
@click.option("--reset", is_flag=True, required=True, help="Lo quita / remove it.")
@click.pass_obj
def second_factor(context: Context, name: str, reset: bool) -> None:
    """Quita el segundo factor, por ejemplo si se perdió el teléfono / remove it, as after a lost telephone."""
    _as_administrator(context, lambda session, actor, at: reset_second_factor(session, actor=actor, name=name, at=at))
    context.say(f"«{name}» ya no tiene segundo factor.", f"“{name}” has no second factor any more.")


@user.command("role", short_help="Cambia el papel / change the role.")
@click.argument("name")
@click.argument("role", type=_ROLE)
@click.pass_obj
def role(context: Context, name: str, role: str) -> None:
    """Cambia lo que le toca hacer a una persona / change what a person is there for."""
    _as_administrator(
        context, lambda session, actor, at: set_role(session, actor=actor, name=name, role=StaffRole(role), at=at)
    )
    context.say(f"«{name}» tiene el papel {role}.", f"“{name}” has the role {role}.")


@user.command("disable", short_help="Desactiva una cuenta / disable an account.")
@click.argument("name")
@click.pass_obj
def disable(context: Context, name: str) -> None:
    """Quita todos los derechos, sesiones y tokens a una persona / take every right, session and token from a person."""
    _as_administrator(context, lambda session, actor, at: disable_account(session, actor=actor, name=name, at=at))
    context.say(f"Cuenta «{name}» desactivada.", f"Account “{name}” disabled.")


@user.command("enable", short_help="Activa una cuenta o quita su bloqueo / enable an account, end a lock.")
@click.argument("name")
@click.pass_obj
def enable(context: Context, name: str) -> None:
    """Vuelve a dejar entrar a una persona, o quita su bloqueo / let a person in again, or end a lock."""
    _as_administrator(context, lambda session, actor, at: enable_account(session, actor=actor, name=name, at=at))
    context.say(f"Cuenta «{name}» activada.", f"Account “{name}” enabled.")


@user.command("list")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def list_(context: Context, as_json: bool) -> None:
    """Muestra las personas / list the people."""
    with context.book() as book, book.read() as session:
        rows = [
            {"name": a.name, "role": a.role.value, "disabled": a.disabled, "created_at": a.created_at,
             "password": a.has_password, "second_factor": a.has_second_factor, "tokens": a.tokens,
             "locked_until": a.locked_until}
            for a in list_accounts(session)
        ]  # fmt: skip
    _show_rows(
        context,
        rows,
        as_json,
        es=("nombre", "papel", "desactivada", "creada", "contraseña", "segundo factor", "tokens", "bloqueada hasta"),
        en=("name", "role", "disabled", "created", "password", "second factor", "tokens", "locked until"),
    )


@user.command("two-person", short_help="La regla de dos personas / the two-person rule.")
@click.argument("state", type=click.Choice(["on", "off"]))
@click.option("--reason", required=True, help="Motivo, que queda en la bitácora / reason, kept in the audit.")
@click.pass_obj
def two_person(context: Context, state: str, reason: str) -> None:
    """Exige o no que quien aprueba no sea quien cargó / demand or not that who approves is not who loaded."""
    _as_administrator(
        context, lambda session, actor, at: set_two_person(session, actor=actor, on=state == "on", reason=reason, at=at)
    )
    es, en = ("encendida", "on") if state == "on" else ("apagada; las páginas públicas lo dicen", "off; the pages tell")
    context.say(f"La regla de dos personas está {es}.", f"The two-person rule is {en}.")


def _as_administrator(context: Context, do: Callable[[Session, Actor, datetime], T]) -> T:
    with context.book() as book, book.write() as session:
        at = context.clock()
        actor = require(session, token=context.settings.token, right=Right.ACCOUNTS, at=at)
        return do(session, actor, at)


def _read_password(context: Context, *, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise click.UsageError(
            context.pick(
                "No hay terminal para preguntar la contraseña: use --password-stdin.",
                "There is no terminal to ask for the password: use --password-stdin.",
            )
        )
    asked: str = click.prompt(
        context.pick("Contraseña (no se ve)", "Password (hidden)"),
        hide_input=True,
        confirmation_prompt=context.pick("Otra vez", "Again"),
        err=True,
    )
    return asked


def _show_token(context: Context, issued: str) -> None:
    click.echo(issued)
    click.echo(
        context.pick("Guarde este token: no se vuelve a mostrar.", "Keep this token: it is not shown again."), err=True
    )


def _show_rows(
    context: Context, rows: Sequence[Mapping[str, object]], as_json: bool, *, es: tuple[str, ...], en: tuple[str, ...]
) -> None:
    if as_json:
        print_json(rows)
        return
    words = {True: context.pick("sí", "yes"), False: context.pick("no", "no")}
    shown = [{key: words[v] if isinstance(v, bool) else v for key, v in row.items()} for row in rows]
    keys = list(rows[0]) if rows else []
    print_table(shown, dict(zip(keys, en if context.lang == "en" else es, strict=True)) if keys else {})


COMMANDS = (user,)
