"""The command `notify`: what waits for the staff, printed or sent by mail."""

from __future__ import annotations

import click

from api.cli.context import Context, print_json
from api.mail import send_mail
from exemptions.calendar import guatemala_day
from exemptions.waiting import list_waiting


@click.command()
@click.option("--mail", is_flag=True, help="Lo envía por correo si hay algo / send it by mail if there is anything.")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def notify(context: Context, mail: bool, as_json: bool) -> int:
    """Dice qué espera: lotes, archivos vencidos, avisos / tell what waits: batches, overdue files, reports."""
    settings = context.settings
    if mail:
        settings.require_mail()
    with context.book() as book, book.read() as session:
        waiting = list_waiting(session, today=guatemala_day(context.clock()))
    lines = [context.pick(sentence.es, sentence.en) for sentence in waiting]
    if mail and lines:
        subject = context.pick(f"Registro: {len(lines)} por atender", f"Registry: {len(lines)} waiting")
        link = [f"{settings.staff_url}/staff"] if settings.staff_url else []
        send_mail(settings, subject=subject, lines=[*(f"- {line}" for line in lines), "", *link], at=context.clock())
    if as_json:
        print_json(lines)
    else:
        for line in lines or [context.pick("Nada espera.", "Nothing waits.")]:
            click.echo(line)
    return 0


COMMANDS = (notify,)
