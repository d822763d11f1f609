"""The command `audit`: the trail to read and to take away, and whether it is whole."""

from __future__ import annotations

import click

from api.cli.context import Context, print_json, print_table
from exemptions.accounts import Right, require
from exemptions.audit_check import accept_trail, check_trail, fault_sentence
from exemptions.audit_export import WRITERS, AuditFormat
from exemptions.audit_search import AuditFilter, iter_entries
from exemptions.database import Book

_TEXT = "text"
_HEADINGS = {
    "es": {"id": "#", "at": "cuándo", "actor": "quién", "act": "acto", "subject": "sobre"},
    "en": {"id": "#", "at": "when", "actor": "who", "act": "act", "subject": "about"},
}


@click.command()
@click.option(
    "--verify", is_flag=True, help="Comprueba la cadena completa y su final / check the whole chain and its end."
)
@click.option(
    "--accept",
    is_flag=True,
    help="Deja dicho que el libro se restauró de un respaldo / put on record that the book was restored from a backup.",
)
@click.option("--reason", default="", help="Motivo de --accept / reason of --accept.")
@click.option(
    "--format",
    "file_format",
    type=click.Choice([_TEXT, *(choice.value for choice in AuditFormat)]),
    default=_TEXT,
    show_default=True,
    help="Cómo se escribe / how it is written.",
)
@click.option("--json", "as_json", is_flag=True, help="Una lista JSON / one JSON list.")
@click.pass_obj
def audit(context: Context, verify: bool, accept: bool, reason: str, file_format: str, as_json: bool) -> int:
    """Muestra, entrega o comprueba la bitácora / show, hand out or verify the audit trail."""
    with context.book() as book:
        if accept:
            return _accept(context, book, reason)
        if verify:
            return _verify(context, book)
        with book.read() as session:
            lines = iter_entries(session, AuditFilter())
            if file_format != _TEXT:
                for text in WRITERS[AuditFormat(file_format)](lines):
                    click.echo(text, nl=False)
                return 0
            rows = [line.to_item() for line in lines]
    if as_json:
        print_json(rows)
    else:
        print_table(rows, _HEADINGS[context.lang])
    return 0


def _verify(context: Context, book: Book) -> int:
    with book.read() as session:
        check = check_trail(session, book.home)
    if check.fault is not None:
        told = fault_sentence(check.fault)
        context.say(told.es, told.en)
        return 1
    context.say(
        f"La bitácora está completa: {check.entries} entradas.",
        f"The audit trail is whole: {check.entries} entries.",
    )
    if not check.anchored:
        click.echo(
            context.pick(
                "Esta carpeta no tiene ancla: no se puede saber si faltan entradas al final.",
                "This home has no anchor: whether entries are missing at the end cannot be known.",
            ),
            err=True,
        )
    return 0


def _accept(context: Context, book: Book, reason: str) -> int:
    with book.write() as session:
        actor = require(session, token=context.settings.token, right=Right.ACCOUNTS, at=context.clock())
        accepted = accept_trail(session, book.home, actor=actor, reason=reason, at=context.clock())
    if accepted:
        context.say(
            "La bitácora sigue desde aquí; quedó dicho qué faltaba y por qué.",
            "The audit trail goes on from here; what was missing, and why, is on record.",
        )
    else:
        context.say(
            "La bitácora está completa: no hay nada que aceptar.", "The audit trail is whole: nothing to accept."
        )
    return 0


COMMANDS = (audit,)
