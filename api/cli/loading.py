"""The command that brings data in: `load`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import click

from api.cli.context import Context, Show, print_json
from api.cli.lifting import LiftWords, lift_options
from exemptions.accounts import Actor, Right, require
from exemptions.batches import STATE_NAMES, State, approve_batch
from exemptions.comparison_output import hold_dict
from exemptions.database import Book, is_two_person, refuse_in_demonstration
from exemptions.datasets import Dataset, Mode
from exemptions.errors import BatchBlocked, NotAllowed, Sentence
from exemptions.finding import Severity
from exemptions.guard_limits import GuardLimits
from exemptions.guard_texts import allowing_options
from exemptions.guards import Lift
from exporters.publish import reconcile
from loaders.load import LoadOptions, LoadResult, Phase, load_file
from loaders.options import DEFAULT_ENCODING
from loaders.profiles import Profile, read_profile, write_profile
from loaders.report import finding_dicts, text_report

_PHASES = {
    Phase.KEEP: Sentence("Guardando el archivo", "Keeping the file"),
    Phase.READ: Sentence("Leyendo el archivo", "Reading the file"),
    Phase.VALIDATE: Sentence("Comprobando las reglas", "Checking the rules"),
    Phase.COMPARE: Sentence("Comparando con el libro de registro", "Comparing with the book of record"),
    Phase.STORE: Sentence("Anotando el lote", "Entering the batch"),
}


def loading_progress(context: Context, show: Show) -> Callable[[str, int | None, int | None], None]:
    """What tells the phases of a load through `show`."""

    def tell(phase: str, _done: int | None, total: int | None) -> None:
        rows = f" ({total:,})" if total is not None else ""
        show(_PHASES[Phase(phase)].text(context.lang) + rows)

    return tell


def _parse_mapping(pairs: tuple[str, ...]) -> dict[str, str]:
    mapping: dict[str, str] = {}
    for pair in pairs:
        header, sign, key = pair.rpartition("=")
        if not sign or not header.strip() or not key.strip():
            raise click.BadParameter(f"«{pair}»: ENCABEZADO=columna / HEADER=column", param_hint="--map")
        mapping[header.strip()] = key.strip()
    return mapping


@click.command()
@click.argument("dataset", type=click.Choice([choice.value for choice in Dataset]))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--map", "mapping", multiple=True, metavar="ENCABEZADO=columna", help="Nombra una columna / name a column."
)
@click.option("--encoding", help="utf-8 (si no se dice nada / by default), windows-1252, utf-16 …")
@click.option("--sheet", help="Hoja del libro / sheet of the workbook.")
@click.option("--header-row", type=click.IntRange(min=1), help="Fila del encabezado / row of the header.")
@click.option(
    "--profile",
    "profile_path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Perfil guardado; las demás opciones mandan sobre él / saved profile; the other options win.",
)
@click.option(
    "--save-profile",
    "save_path",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Guarda estas opciones como perfil / save these options as a profile.",
)
@click.option(
    "--mode",
    type=click.Choice([choice.value for choice in Mode]),
    help="replace: el archivo es todo / is the whole; merge: agrega y actualiza / adds and updates.",
)
@click.option("--cutoff", type=click.DateTime(["%Y-%m-%d"]), help="Día al que corresponde el archivo / the file's day.")
@click.option("--dry-run", is_flag=True, help="Solo comprueba / check only.")
@click.option(
    "--approve",
    "approve_now",
    is_flag=True,
    help="Aprueba enseguida; solo sin la regla de dos personas / approve at once; only without the two-person rule.",
)
@lift_options
@click.option("--json", "as_json", is_flag=True, help="Para programas / for programs.")
@click.pass_obj
def load(
    context: Context,
    dataset: str,
    file: Path,
    mapping: tuple[str, ...],
    encoding: str | None,
    sheet: str | None,
    header_row: int | None,
    profile_path: Path | None,
    save_path: Path | None,
    mode: str | None,
    cutoff: datetime | None,
    dry_run: bool,
    approve_now: bool,
    words: LiftWords,
    as_json: bool,
) -> int:
    """Comprueba un archivo y lo deja listo para aprobar / check a file and make it ready for approval.

    Un archivo con errores no se admite y el informe dice cómo corregirlo; uno que quita o cambia demasiado queda
    bloqueado hasta que quien aprueba lo permita con números y un motivo. / A file with errors is refused and the report
    says how to mend it; one that removes or moves too much is blocked until an approver allows it with numbers and a
    reason.
    """
    reading = Profile(_parse_mapping(mapping), encoding, sheet, header_row)
    if profile_path is not None:
        reading = read_profile(profile_path, dataset=Dataset(dataset)).overlaid(reading)
    if save_path is not None:
        write_profile(save_path, reading, dataset=Dataset(dataset))
    options = LoadOptions(
        mapping=reading.mapping,
        encoding=reading.encoding or DEFAULT_ENCODING,
        sheet=reading.sheet,
        header_row=reading.header_row,
        mode=Mode(mode) if mode else None,
        cutoff=cutoff.date() if cutoff else None,
        dry_run=dry_run,
    )
    if approve_now and dry_run:
        raise click.UsageError(
            "--approve no va con --dry-run. / --approve does not go with --dry-run.",
        )
    lift = words.lift()
    if lift is not None and not approve_now:
        raise click.UsageError(
            "Permitir lo que un resguardo detiene va con --approve. / Allowing what a guard holds back goes with "
            "--approve."
        )
    with context.book() as book:
        reconcile(book, context.settings)
        with book.read() as session:
            actor = require(session, token=context.settings.token, right=Right.LOAD)
            refuse_in_demonstration(session)
            if approve_now and is_two_person(session):
                raise NotAllowed(
                    "Este libro pide dos personas: otra persona tiene que aprobar el lote.",
                    "This book demands two people: somebody else has to approve the batch.",
                )
        with context.progress(quiet=as_json) as show:
            result = load_file(
                book,
                context.settings,
                dataset=Dataset(dataset),
                path=file,
                options=options,
                actor=actor,
                clock=context.clock,
                progress=loading_progress(context, show),
            )
        state = result.state
        if approve_now and result.batch is not None and _may_approve(state, lift):
            state = _approve_told(context, book, result, actor, lift)
    _print_result(context, result, state, as_json)
    return 1 if state in (State.REFUSED, State.BLOCKED) else 0


def _may_approve(state: State, lift: Lift | None) -> bool:
    return state is State.VALIDATED or (state is State.BLOCKED and lift is not None)


def _approve_told(context: Context, book: Book, result: LoadResult, actor: Actor, lift: Lift | None) -> State:
    """Approve the batch; if guards still hold it, say so, and the report follows as for any blocked one."""
    try:
        return _approve(context, book, result, actor, lift)
    except BatchBlocked as blocked:
        click.echo(blocked.text(context.lang), err=True)
        return State.BLOCKED


def _approve(context: Context, book: Book, result: LoadResult, actor: Actor, lift: Lift | None) -> State:
    assert result.batch is not None  # noqa: S101 - a dry run is never approved
    limits, at = GuardLimits.of(context.settings), context.clock()
    with book.write() as session:
        batch = approve_batch(
            session,
            book.home,
            number=result.batch,
            actor=actor,
            at=at,
            lift=lift,
            limits=limits,
            judged=result.judged,
        )
        return State(batch.state)


def _print_result(context: Context, result: LoadResult, state: State, as_json: bool) -> None:
    if as_json:
        held = {"guards": [hold_dict(hold, lang=context.lang) for hold in result.holds]} if result.holds else {}
        print_json(
            {
                "batch": result.batch,
                "dataset": result.dataset,
                "state": state,
                "rows": result.rows,
                "added": result.added,
                "ended": result.ended,
                "changed": result.changed,
                "errors": finding_dicts(result.findings, Severity.ERROR, lang=context.lang),
                "warnings": finding_dicts(result.findings, Severity.WARNING, lang=context.lang),
                **held,
            }
        )
        return
    click.echo(text_report(result, lang=context.lang))
    if result.batch is not None:
        named = STATE_NAMES[state].text(context.lang)
        context.say(f"Lote {result.batch}: {named}.", f"Batch {result.batch}: {named}.")
    if state is State.BLOCKED and result.batch is not None:
        options = allowing_options(result.holds)
        context.say(
            f"Quien aprueba puede permitirlo: exemptions approve {result.batch} {options} --reason TEXTO",
            f"An approver may allow it: exemptions approve {result.batch} {options} --reason TEXT",
        )


COMMANDS = (load,)
