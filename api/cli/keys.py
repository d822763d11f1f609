"""The command `key`: the key that signs releases. Its private half is never shown."""

from __future__ import annotations

import click

from api.cli.context import Context, print_json, print_table
from exemptions.accounts import Right, require
from exporters.signatures import key_facts
from exporters.signing import list_keys, renew_key


@click.group()
def key() -> None:
    """La llave que firma las publicaciones / the key that signs releases."""


@key.command("new", short_help="Hace una llave nueva / make a new key.")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def new(context: Context, as_json: bool) -> None:
    """Hace una llave y firma con ella desde la próxima publicación / make a key, sign with it from the next release on.

    La anterior deja de firmar y su parte privada se borra; la pública sigue publicada / the one before signs no more
    and its private half is deleted; the public half stays published.
    """
    with context.book() as book, book.write() as session:
        actor = require(session, token=context.settings.token, right=Right.ACCOUNTS, at=context.clock())
        made = renew_key(session, book.home, context.settings.releases, actor=actor, at=context.clock())
    if as_json:
        print_json(key_facts(made))
        return
    context.say(f"Llave {made.key_id}: firma desde ahora.", f"Key {made.key_id} signs from now on.")
    click.echo(made.pem, nl=False)


@key.command("show", short_help="Muestra las llaves públicas / show the public keys.")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def show(context: Context, as_json: bool) -> None:
    """Muestra las llaves públicas, la más nueva al final / show the public keys, the newest last."""
    known = list_keys(context.settings.home)
    if as_json:
        print_json([key_facts(found) for found in known])
    elif not known:
        context.say(
            "No hay llave: lo que se publica queda sin firma. exemptions key new hace una.",
            "There is no key: what is published is unsigned. exemptions key new makes one.",
        )
    else:
        heads = {
            "key_id": context.pick("llave", "key"),
            "since": context.pick("desde", "since"),
            "until": context.pick("hasta", "until"),
            "public_key": context.pick("pública", "public key"),
        }
        print_table([key_facts(found) for found in known], heads)


COMMANDS = (key,)
