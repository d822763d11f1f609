"""Commands about batches: `batches`, `report`, `approve`, `reject`."""

from __future__ import annotations

from typing import Any

import click

from api.cli.context import Context, print_json, print_table
from exemptions.accounts import Right, require
from exemptions.batches import approve_batch, get_batch, get_findings, list_batches, reject_batch
from exemptions.models import Batch
from exporters.publish import reconcile
from loaders.report import csv_findings, finding_dicts, text_findings


def _facts(batch: Batch) -> dict[str, Any]:
    names = ("id", "dataset", "state", "mode", "cutoff", "file_name", "rows", "added", "ended", "changed", "errors")
    later = ("warnings", "loaded_by", "loaded_at", "decided_by", "decided_at", "reason", "release")
    return {name: getattr(batch, name) for name in (*names, *later)}


@click.command()
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def batches(context: Context, as_json: bool) -> None:
    """Muestra los lotes, el más nuevo primero / list batches, the newest first."""
    with context.book() as book, book.read() as session:
        rows = [_facts(batch) for batch in list_batches(session)]
    if as_json:
        print_json(rows)
        return
    heads = {
        "id": context.pick("lote", "batch"),
        "dataset": context.pick("datos", "dataset"),
        "state": context.pick("estado", "state"),
        "rows": context.pick("filas", "rows"),
        "added": context.pick("altas", "added"),
        "ended": context.pick("bajas", "ended"),
        "changed": context.pick("cambios", "changed"),
        "errors": context.pick("errores", "errors"),
        "warnings": context.pick("avisos", "warnings"),
        "loaded_by": context.pick("cargó", "loaded by"),
        "decided_by": context.pick("decidió", "decided by"),
        "release": context.pick("publicación", "release"),
        "file_name": context.pick("archivo", "file"),
    }
    print_table(rows, heads)


@click.command()
@click.argument("batch", type=int)
@click.option("--format", "form", type=click.Choice(["text", "json", "csv"]), default="text", show_default=True)
@click.pass_obj
def report(context: Context, batch: int, form: str) -> None:
    """Muestra todo lo que se halló en un lote / show everything found in a batch."""
    with context.book() as book, book.read() as session:
        findings = get_findings(session, batch)
    if form == "json":
        print_json(finding_dicts(findings, lang=context.lang))
    elif form == "csv":
        click.echo(csv_findings(findings, lang=context.lang), nl=False)
    else:
        click.echo(text_findings(findings, lang=context.lang))


@click.command()
@click.argument("batch", type=int)
@click.pass_obj
def approve(context: Context, batch: int) -> None:
    """Aprueba un lote para la próxima publicación / approve a batch for the next release."""
    with context.book() as book:
        reconcile(book, context.settings)
        with book.write() as session:
            actor = require(session, token=context.settings.token, right=Right.APPROVE)
            approved = approve_batch(session, book.home, number=batch, actor=actor, at=context.clock())
            counts = (approved.added, approved.ended, approved.changed)
    context.say(
        f"Lote {batch} aprobado: {counts[0]:,} altas, {counts[1]:,} bajas, {counts[2]:,} cambios.",
        f"Batch {batch} approved: {counts[0]:,} added, {counts[1]:,} ended, {counts[2]:,} changed.",
    )


@click.command()
@click.argument("batch", type=int)
@click.option("--reason", required=True, help="Por qué / why.")
@click.pass_obj
def reject(context: Context, batch: int, reason: str) -> None:
    """Aparta un lote / put a batch aside."""
    with context.book() as book:
        reconcile(book, context.settings)
        with book.write() as session:
            actor = require(session, token=context.settings.token, right=Right.APPROVE)
            get_batch(session, batch)
            reject_batch(session, number=batch, actor=actor, reason=reason, at=context.clock())
    context.say(f"Lote {batch} rechazado.", f"Batch {batch} rejected.")


COMMANDS = (batches, report, approve, reject)
