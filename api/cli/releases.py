"""Commands about releases: `publish`, `releases`, `rollback`, `withdraw`."""

from __future__ import annotations

from dataclasses import asdict

import click

from api.cli.context import Context, print_json, print_table
from api.cli.sharing import share
from exemptions.accounts import Right, require
from exemptions.releases import list_releases
from exemptions.waiting import iter_waiting_batches
from exporters.publish import publish as publish_release
from exporters.publish import rollback as roll_back
from exporters.withdraw import Withdrawal, WithdrawalPlan, plan_withdrawal
from exporters.withdraw import withdraw as withdraw_release


@click.command()
@click.option("--if-due", is_flag=True, help="Solo si el calendario cambia un estado / only if a status changes today.")
@click.option("--note", help="Nota de la publicación / note of the release.")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def publish(context: Context, if_due: bool, note: str | None, as_json: bool) -> None:
    """Publica los lotes aprobados / publish the approved batches."""
    with context.book() as book:
        with book.read() as session:
            actor = require(session, token=context.settings.token, right=Right.PUBLISH)
        with context.progress(quiet=as_json) as show:
            result = publish_release(
                book,
                context.settings,
                actor=actor,
                clock=context.clock,
                note=note,
                if_due=if_due,
                progress=lambda step: show(step.sentence.text(context.lang)),
            )
    if as_json:
        print_json({"release": result.release, "counts": asdict(result.counts) if result.counts else None})
    elif result.release is None:
        context.say("No hay nada que publicar.", "There is nothing to publish.")
        with context.book() as book, book.read() as session:
            for waiting in iter_waiting_batches(session):
                context.say(f"{waiting.es}.", f"{waiting.en}.")
    else:
        context.say(f"Publicación {result.release} hecha.", f"Release {result.release} published.")
    share(context)


@click.command()
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def releases(context: Context, as_json: bool) -> None:
    """Muestra las publicaciones, la más nueva primero / list releases, the newest first."""
    names = (
        "number",
        "published_at",
        "status_date",
        "restores",
        "withdrawn_at",
        "withdrawn_reason",
        "published_by",
        "manifest_sha256",
        "note",
    )
    with context.book() as book, book.read() as session:
        rows = [{name: getattr(release, name) for name in names} for release in list_releases(session)]
    if as_json:
        print_json(rows)
        return
    heads = {
        "number": context.pick("publicación", "release"),
        "published_at": context.pick("publicada", "published"),
        "status_date": context.pick("estados al", "statuses as of"),
        "restores": context.pick("restaura", "restores"),
        "withdrawn_at": context.pick("retirada", "withdrawn"),
        "published_by": context.pick("publicó", "published by"),
        "note": context.pick("nota", "note"),
    }
    print_table(rows, heads)


@click.command()
@click.argument("release", type=click.IntRange(min=1))
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def rollback(context: Context, release: int, as_json: bool) -> None:
    """Publica otra vez el contenido de una publicación anterior / publish an earlier release's content again."""
    with context.book() as book:
        with book.read() as session:
            actor = require(session, token=context.settings.token, right=Right.PUBLISH)
        result = roll_back(book, context.settings, release=release, actor=actor, clock=context.clock)
    if as_json:
        print_json({"release": result.release, "restores": result.restores})
    elif result.release is None:
        context.say(f"La publicación {release} ya es la actual.", f"Release {release} is the current one already.")
    else:
        context.say(
            f"Publicación {result.release}: restaura la {result.restores}.",
            f"Release {result.release} restores release {result.restores}.",
        )
    share(context)


@click.command()
@click.argument("release", type=click.IntRange(min=1))
@click.option("--reason", required=True, help="Motivo, que será público / reason, which will be public.")
@click.option("--record", "records", multiple=True, help="Solo lo de este record_id / only what this record shows.")
@click.option("--field", "fields", multiple=True, help="Solo esta columna / only this column.")
@click.option("--also", type=click.IntRange(min=0), default=0, help="Cuántas posteriores / how many later ones.")
@click.option("--leave-nothing", is_flag=True, help="Aunque no quede registro público / even if none is left.")
@click.option("--dry-run", is_flag=True, help="Solo decir qué haría / only tell what it would do.")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def withdraw(
    context: Context,
    release: int,
    reason: str,
    records: tuple[str, ...],
    fields: tuple[str, ...],
    also: int,
    leave_nothing: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Retira para siempre lo que no debió publicarse / take back for good what should not have been published."""
    with context.book() as book:
        with book.read() as session:
            actor = require(session, token=context.settings.token, right=Right.PUBLISH)
        if dry_run:
            asked = Withdrawal(release, reason, records, fields, also, leave_nothing)
            plan = plan_withdrawal(book, context.settings, asked=asked, actor=actor, clock=context.clock)
            _show_plan(context, release, plan, as_json=as_json)
            return
        with context.progress(quiet=as_json) as show:
            result = withdraw_release(
                book,
                context.settings,
                release=release,
                reason=reason,
                actor=actor,
                clock=context.clock,
                progress=lambda step: show(step.sentence.text(context.lang)),
                records=records,
                fields=fields,
                also=also,
                leave_nothing=leave_nothing,
            )
    share(context)
    if as_json:
        print_json(asdict(result))
        return
    numbers = ", ".join(map(str, result.withdrawn))
    context.say(f"Publicaciones retiradas: {numbers}.", f"Releases withdrawn: {numbers}.")
    for new, old in result.rebuilt.items():
        context.say(f"La publicación {new} ocupa el lugar de la {old}.", f"Release {new} takes the place of {old}.")
    if result.current is None:
        context.say("Ya no hay registro público.", "There is no public registry any more.")
    else:
        context.say(f"La publicación actual es la {result.current}.", f"The current release is {result.current}.")


def _show_plan(context: Context, release: int, plan: WithdrawalPlan, *, as_json: bool) -> None:
    if as_json:
        print_json({"release": release, **asdict(plan)})
        return
    others = ", ".join(map(str, plan.others)) or "–"
    context.say(f"Se retiraría la {release}, y con ella: {others}.", f"{release} would go, and with it: {others}.")
    if plan.relinked:
        again = ", ".join(map(str, plan.relinked))
        context.say(f"Volverían con otro número: {again}.", f"They would come back under new numbers: {again}.")
    elif plan.is_replaced:
        context.say("El libro se publicaría de nuevo.", "The book would be published anew.")
    elif plan.restores is not None:
        context.say(
            f"Se volvería al contenido de la publicación {plan.restores}.",
            f"The content of release {plan.restores} would be published again.",
        )


COMMANDS = (publish, releases, rollback, withdraw)
