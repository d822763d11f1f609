"""The command that fills a home with a month of invented data, step by step as staff would."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

import click

from api.cli.context import Context, Show, count_words
from api.cli.loading import loading_progress
from exemptions.accounts import Actor
from exemptions.batches import State, approve_batch, has_batches, list_batches
from exemptions.calendar import guatemala_day
from exemptions.database import Book, is_demonstration, mark_demonstration
from exemptions.datasets import Dataset
from exemptions.demonstration import DemonstrationOrder, find_order, keep_order
from exemptions.errors import DemonstrationHome, FileRefused
from exemptions.guard_limits import GuardLimits
from exemptions.guards import Lift
from exemptions.releases import has_releases
from exporters.publish import PublishResult, publish, reconcile
from exporters.signing import list_keys, renew_key
from loaders.demo import DEFAULT_ROWS, DEFAULT_SEED
from loaders.demo_plan import MAX_ROWS
from loaders.demo_story import Chapter, Delivery, final_file, write_story
from loaders.load import LoadOptions, load_file
from loaders.report import text_report

LOADER = Actor("demonstration")
APPROVER = Actor("demonstration-approver")

_LIFT_REASON = (
    "Demostración muy pequeña: pocos registros mueven mucho los totales. / "
    "A very small demonstration: few records move the totals much."
)


@click.command()
@click.option(
    "--rows",
    type=click.IntRange(1, MAX_ROWS),
    help=f"Filas de la primera edición / rows of the first edition.  [{DEFAULT_ROWS}]",
)
@click.option("--seed", type=int, help=f"Otra semilla, otros datos / another seed, other data.  [{DEFAULT_SEED}]")
@click.pass_obj
def demo(context: Context, rows: int | None, seed: int | None) -> None:
    """Carga, aprueba y publica un mes de datos inventados / load, approve and publish a month of invented data.

    Dos ediciones del registro y, entre ellas, sucesos, empleos, montos, energía, gasto tributario y PIB: dos
    publicaciones.
    Si se interrumpió, sigue donde quedó. / Two editions of the registry and, between them, events, jobs, amounts,
    energy, tax expenditure and GDP: two releases. If it was interrupted, it goes on from there.
    """
    with context.book() as book:
        order = _begin(context, book, rows, seed)
        reconcile(book, context.settings)
        if order is None or _is_complete(book, order):
            context.say("La demostración ya estaba publicada.", "The demonstration was published already.")
            return
        with tempfile.TemporaryDirectory() as folder:
            with context.progress() as show:
                show(context.pick("Inventando los datos", "Inventing the data"))
                story = write_story(Path(folder), rows=order.rows, seed=order.seed, today=order.day)
            told = [(chapter.rows, _tell(context, book, chapter)) for chapter in story]
    for held, published in told:
        if published is not None:
            _say_published(context, held, published)


def _begin(context: Context, book: Book, rows: int | None, seed: int | None) -> DemonstrationOrder | None:
    """Mark the home as a demonstration and note which one; None where an older one is there that says nothing of it.

    Raises: DemonstrationHome if the home holds real data, or another demonstration than the one asked for.
    """
    with book.write() as session:
        known = find_order(session)
        if known is not None:
            _refuse_other(context, known, rows, seed)
            return known
        if has_batches(session) or has_releases(session):
            if is_demonstration(session):
                return None
            raise DemonstrationHome(
                f"{context.settings.home} ya tiene datos verdaderos; use otra carpeta en EXEMPTIONS_HOME.",
                f"{context.settings.home} holds real data already; use another folder in EXEMPTIONS_HOME.",
            )
        day = guatemala_day(context.clock())
        order = DemonstrationOrder(DEFAULT_ROWS if rows is None else rows, DEFAULT_SEED if seed is None else seed, day)
        keep_order(session, order)
        if not is_demonstration(session):
            mark_demonstration(session, actor=LOADER.name, clock=context.clock)
        if not list_keys(book.home):
            renew_key(session, book.home, context.settings.releases, actor=LOADER, at=context.clock())
        return order


def _refuse_other(context: Context, known: DemonstrationOrder, rows: int | None, seed: int | None) -> None:
    if rows in (None, known.rows) and seed in (None, known.seed):
        return
    home = context.settings.home
    raise DemonstrationHome(
        f"{home} ya tiene una demostración de {known.rows:,} filas con la semilla {known.seed}; "
        "use otra carpeta en EXEMPTIONS_HOME.",
        f"{home} holds a demonstration of {known.rows:,} rows with the seed {known.seed} already; "
        "use another folder in EXEMPTIONS_HOME.",
    )


def _is_complete(book: Book, order: DemonstrationOrder) -> bool:
    """Whether the last chapter was published: all of a chapter is published at once, and one after the other."""
    return _states(book).get((Dataset.REGISTRY, final_file(order.day))) is State.PUBLISHED


def _states(book: Book) -> Mapping[tuple[Dataset, str], State]:
    """What became of the files that were loaded, by dataset and name; the latest batch of a name counts."""
    with book.read() as session:
        batches = sorted(list_batches(session), key=lambda batch: batch.id)
        return {(Dataset(batch.dataset), batch.file_name): State(batch.state) for batch in batches}


def _tell(context: Context, book: Book, chapter: Chapter) -> PublishResult | None:
    """Load and approve the files of a chapter and publish them; None where that was done before.

    Each file has a progress of its own, since one of all steps would be longer than most terminals are high.
    """
    states = _states(book)
    missing = {delivery: states.get((delivery.dataset, delivery.path.name)) for delivery in chapter.deliveries}
    if all(state is State.PUBLISHED for state in missing.values()):
        return None
    for delivery, state in missing.items():
        if state not in (State.APPROVED, State.PUBLISHED):
            name = delivery.path.name
            with context.progress() as show:
                show(context.pick(f"Cargando {name}", f"Loading {name}"))
                _bring_in(context, book, delivery, show)
    with context.progress() as show:
        return publish(
            book,
            context.settings,
            actor=LOADER,
            clock=context.clock,
            note=f"{chapter.note.es} / {chapter.note.en}",
            status_date=chapter.status_date,
            progress=lambda step: show(step.sentence.text(context.lang)),
        )


def _bring_in(context: Context, book: Book, delivery: Delivery, show: Show) -> None:
    """Load a file and approve its batch, by two actors as the two-person rule has it.

    Raises: FileRefused if the invented data breaks a rule.
    """
    result = load_file(
        book,
        context.settings,
        dataset=delivery.dataset,
        path=delivery.path,
        options=LoadOptions(cutoff=delivery.cutoff),
        actor=LOADER,
        clock=context.clock,
        # Of the facts, the moving line of their file says enough.
        progress=loading_progress(context, show) if delivery.dataset is Dataset.REGISTRY else None,
    )
    if result.state is State.REFUSED or result.batch is None:
        raise FileRefused(
            "Los datos inventados no pasaron las reglas: " + text_report(result, lang="es"),
            "The invented data did not pass the rules: " + text_report(result, lang="en"),
        )
    if result.state not in (State.VALIDATED, State.BLOCKED):
        return
    lift = Lift.covering(result.holds, reason=_LIFT_REASON) if result.holds else None
    with book.write() as session:
        approve_batch(
            session,
            book.home,
            number=result.batch,
            actor=APPROVER,
            at=context.clock(),
            lift=lift,
            limits=GuardLimits.of(context.settings),
        )


def _say_published(context: Context, rows: int, published: PublishResult) -> None:
    if published.release is None or published.counts is None:
        return
    number, records = published.release, published.counts.records
    held_es = count_words(rows, "fila inventada", "filas inventadas")
    held_en = count_words(rows, "invented row", "invented rows")
    told_es = count_words(records, "registro público", "registros públicos")
    told_en = count_words(records, "public record", "public records")
    context.say(
        f"Publicación {number} de la demostración: {held_es}; {told_es}.",
        f"Release {number} of the demonstration: {held_en}; {told_en}.",
    )


COMMANDS = (demo,)
