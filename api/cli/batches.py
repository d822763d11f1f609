"""Commands about batches: `batches`, `report`, `approve`, `reject`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from api.cli.context import Context, count_words, print_json, print_table
from api.cli.lifting import LiftWords, lift_options
from exemptions.accounts import Right, require
from exemptions.batch_steps import STEP_NAMES, BatchStep, list_steps
from exemptions.batches import STATE_NAMES, State, approve_batch, get_batch, get_findings, list_batches, reject_batch
from exemptions.calendar import format_instant
from exemptions.comparison_output import hold_dict
from exemptions.guard_limits import GuardLimits
from exemptions.guard_texts import allowing_options, describe_hold
from exemptions.guards import Hold
from exemptions.models import Batch
from exporters.publish import reconcile
from loaders.corrections_file import CorrectionsForm, write_corrections
from loaders.report import csv_findings, finding_dicts, text_findings


def _facts(batch: Batch, lang: str) -> dict[str, Any]:
    names = ("id", "dataset", "state", "mode", "cutoff", "file_name", "rows", "added", "ended", "changed", "errors")
    later = ("warnings", "loaded_by", "loaded_at", "decided_by", "decided_at", "reason", "lifted", "release")
    facts = {name: getattr(batch, name) for name in (*names, *later)}
    return facts | {"guards": [hold_dict(Hold.from_dict(kept), lang=lang) for kept in batch.guards]}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Para programas / for programs.")
@click.pass_obj
def batches(context: Context, as_json: bool) -> None:
    """Muestra los lotes, el más nuevo primero / list batches, the newest first."""
    with context.book() as book, book.read() as session:
        rows = [_facts(batch, context.lang) for batch in list_batches(session)]
    if as_json:
        print_json(rows)
        return
    if not rows:
        context.say("Todavía no se ha cargado ningún archivo.", "No file has been loaded yet.")
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
    print_table([row | {"state": STATE_NAMES[State(row["state"])].text(context.lang)} for row in rows], heads)


@click.command()
@click.argument("batch", type=click.IntRange(min=1), metavar="LOTE/BATCH")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "csv"]),
    default="text",
    show_default=True,
    help="text agrupa por regla; json y csv son para programas / text groups by rule; json and csv are for programs.",
)
@click.option(
    "--rows",
    "rows_path",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Guarda las filas por corregir (.csv o .xlsx) / save the rows to correct (.csv or .xlsx).",
)
@click.pass_obj
def report(context: Context, batch: int, form: str, rows_path: Path | None) -> None:
    """Muestra todo lo que se halló en un lote / show everything found in a batch."""
    if rows_path is not None:
        _save_rows(context, batch, rows_path)
        return
    with context.book() as book, book.read() as session:
        findings = get_findings(session, batch)
        found = get_batch(session, batch)
        holds = [Hold.from_dict(kept) for kept in found.guards] if found.state == State.BLOCKED else []
        steps = list_steps(session, batch)
    if form == "json":
        print_json(finding_dicts(findings, lang=context.lang))
    elif form == "csv":
        click.echo(csv_findings(findings, lang=context.lang), nl=False)
    else:
        for step in steps:
            click.echo(_step_line(context, step))
        for hold in holds:
            click.echo(f"{context.pick('BLOQUEO', 'HELD BACK')}: {describe_hold(hold).text(context.lang)}")
        if holds:
            options = allowing_options(holds)
            context.say(
                f"  Quien aprueba lo permite con: {options} --reason TEXTO",
                f"  An approver may allow it with: {options} --reason TEXT",
            )
        nothing = context.pick("No se halló nada que corregir.", "Nothing to correct was found.")
        click.echo(text_findings(findings, lang=context.lang) or nothing)


def _step_line(context: Context, step: BatchStep) -> str:
    line = f"{format_instant(step.at)}  {STEP_NAMES[step.step].text(context.lang)}: {step.actor}"
    if "release" in step.details:
        line += context.pick(", publicación ", ", release ") + str(step.details["release"])
    if "by" in step.details:
        line += f" ({step.details['by']})"
    return f"{line} — {step.reason}" if step.reason else line


def _save_rows(context: Context, number: int, path: Path) -> None:
    suffixes = {f".{form}": form for form in CorrectionsForm}
    form = suffixes.get(path.suffix.lower())
    if form is None:
        raise click.BadParameter(f"{path.name}: {', '.join(suffixes)}", param_hint="--rows")
    with context.book() as book:
        with book.read() as session:
            batch = get_batch(session, number)
            findings = get_findings(session, number)
            session.expunge(batch)
        written = write_corrections(book.home, context.settings, batch, findings, form=form, lang=context.lang)
        path.write_bytes(written.data)
    context.say(
        f"{count_words(written.rows, 'fila', 'filas')} con hallazgos en {path}.",
        f"{count_words(written.rows, 'row', 'rows')} with findings in {path}.",
    )
    if written.left_out:
        context.say(
            f"Faltan {written.left_out:,} hallazgos que el informe solo cuenta.",
            f"{written.left_out:,} findings are missing that the report only counts.",
        )


@click.command()
@click.argument("batch", type=click.IntRange(min=1), metavar="LOTE/BATCH")
@lift_options
@click.pass_obj
def approve(context: Context, batch: int, words: LiftWords) -> None:
    """Aprueba un lote para la próxima publicación / approve a batch for the next release.

    Un lote bloqueado necesita los números que cubran lo que midió cada resguardo, y un motivo por escrito; los dos
    quedan en la bitácora. / A blocked batch needs numbers that cover what each guard measured, and a written reason;
    both are kept in the audit.
    """
    lift = words.lift()
    with context.book() as book:
        reconcile(book, context.settings)
        with book.write() as session:
            actor = require(session, token=context.settings.token, right=Right.APPROVE)
            approved = approve_batch(
                session,
                book.home,
                number=batch,
                actor=actor,
                at=context.clock(),
                lift=lift,
                limits=GuardLimits.of(context.settings),
            )
            added, ended, changed = approved.added or 0, approved.ended or 0, approved.changed or 0
    context.say(
        f"Lote {batch} aprobado: {count_words(added, 'alta', 'altas')}, {count_words(ended, 'baja', 'bajas')}, "
        f"{count_words(changed, 'cambio', 'cambios')}.",
        f"Batch {batch} approved: {added:,} added, {ended:,} ended, {changed:,} changed.",
    )


@click.command()
@click.argument("batch", type=click.IntRange(min=1), metavar="LOTE/BATCH")
@click.option("--reason", required=True, metavar="TEXTO/TEXT", help="Por qué / why.")
@click.pass_obj
def reject(context: Context, batch: int, reason: str) -> None:
    """Aparta un lote / put a batch aside.

    Los lotes aprobados después de él vuelven a «comprobado», porque se compararon con él. / Batches approved after it
    go back to “validated”, since they were compared with it.
    """
    if not reason.strip():
        raise click.BadParameter(context.pick("está en blanco", "is blank"), param_hint="--reason")
    with context.book() as book:
        reconcile(book, context.settings)
        with book.write() as session:
            actor = require(session, token=context.settings.token, right=Right.APPROVE)
            reject_batch(session, number=batch, actor=actor, reason=reason, at=context.clock())
    context.say(f"Lote {batch} rechazado.", f"Batch {batch} rejected.")


COMMANDS = (batches, report, approve, reject)
