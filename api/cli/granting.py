"""The command `grants`: what each account of PostgreSQL may do in the book."""

from __future__ import annotations

import click

from api.cli.context import Context
from exemptions.grants import grant_rights


@click.command(short_help="Da sus derechos a las cuentas de PostgreSQL / give the accounts of PostgreSQL their rights.")
@click.option("--staff", multiple=True, metavar="CUENTA", help="La del proceso del personal / the staff's process.")
@click.option("--reader", "readers", multiple=True, metavar="CUENTA", help="Solo lee / reads only.")
@click.pass_obj
def grants(context: Context, staff: tuple[str, ...], readers: tuple[str, ...]) -> None:
    """Da a las cuentas exactamente sus derechos en las tablas del libro / give accounts exactly their rights.

    Lo ejecuta la dueña de las tablas, con su dirección en DATABASE_URL, después de cada migración, que esta orden
    aplica / the owner of the tables runs it, with its address in DATABASE_URL, after each migration, which this command
    applies. No cambia ninguna fila / it changes no row.
    """
    if not staff and not readers:
        raise click.UsageError("falta --staff o --reader / --staff or --reader is missing")
    with context.book() as book:
        grant_rights(book.engine, staff=staff, readers=readers)
    named = ", ".join((*staff, *readers))
    context.say(f"Derechos dados: {named}.", f"Rights given: {named}.")


COMMANDS = (grants,)
