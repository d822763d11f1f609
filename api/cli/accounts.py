"""Commands about members of staff and the audit."""

from __future__ import annotations

import click

from api.cli.context import Context, print_json, print_table
from exemptions.accounts import Right, StaffRole, add_account, disable_account, issue_token, list_accounts, require
from exemptions.audit import find_broken_entry, list_entries


@click.group()
def user() -> None:
    """Personas que cargan y aprueban / people who load and approve."""


@user.command("add")
@click.argument("name")
@click.option("--role", type=click.Choice([choice.value for choice in StaffRole]), required=True)
@click.pass_obj
def add(context: Context, name: str, role: str) -> None:
    """Agrega una persona y muestra su token una sola vez / add a person and show the token once."""
    with context.book() as book, book.write() as session:
        actor = require(session, token=context.settings.token, right=Right.ACCOUNTS)
        add_account(session, actor=actor, name=name, role=StaffRole(role), at=context.clock())
        token = issue_token(session, actor=actor, name=name, at=context.clock())
    click.echo(token)
    _warn_token(context)


@user.command("token")
@click.argument("name")
@click.pass_obj
def token(context: Context, name: str) -> None:
    """Da un token nuevo; el anterior deja de valer / issue a new token; the one before stops working."""
    with context.book() as book, book.write() as session:
        actor = require(session, token=context.settings.token, right=Right.ACCOUNTS)
        issued = issue_token(session, actor=actor, name=name, at=context.clock())
    click.echo(issued)
    _warn_token(context)


@user.command("disable")
@click.argument("name")
@click.pass_obj
def disable(context: Context, name: str) -> None:
    """Quita todos los derechos a una persona / take every right from a person."""
    with context.book() as book, book.write() as session:
        actor = require(session, token=context.settings.token, right=Right.ACCOUNTS)
        disable_account(session, actor=actor, name=name, at=context.clock())
    context.say(f"Cuenta «{name}» desactivada.", f"Account “{name}” disabled.")


@user.command("list")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def list_(context: Context, as_json: bool) -> None:
    """Muestra las personas / list the people."""
    with context.book() as book, book.read() as session:
        rows = [
            {"name": a.name, "role": a.role, "disabled": a.disabled, "created_at": a.created_at}
            for a in list_accounts(session)
        ]
    if as_json:
        print_json(rows)
    else:
        print_table(rows, {"name": "nombre", "role": "papel", "disabled": "desactivada", "created_at": "creada"})


@click.command()
@click.option("--verify", is_flag=True, help="Comprueba la cadena completa / check the whole chain.")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def audit(context: Context, verify: bool, as_json: bool) -> int:
    """Muestra o comprueba la bitácora / show or verify the audit trail."""
    with context.book() as book, book.read() as session:
        if verify:
            broken = find_broken_entry(session)
            if broken is None:
                context.say("La bitácora está completa.", "The audit trail is whole.")
                return 0
            context.say(f"La bitácora está rota en la entrada {broken}.", f"The audit trail breaks at entry {broken}.")
            return 1
        rows = [
            {"id": e.id, "at": e.at, "actor": e.actor, "act": e.act, "subject": e.subject, "details": e.details}
            for e in list_entries(session)
        ]
    if as_json:
        print_json(rows)
    else:
        print_table(rows, {"id": "#", "at": "cuándo", "actor": "quién", "act": "acto", "subject": "sobre"})
    return 0


def _warn_token(context: Context) -> None:
    click.echo(
        context.pick("Guarde este token: no se vuelve a mostrar.", "Keep this token: it is not shown again."), err=True
    )


COMMANDS = (user, audit)
