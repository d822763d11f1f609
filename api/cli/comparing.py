"""Commands that tell differences: `diff` of a batch, `changes` between two releases."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import click
import polars as pl

from api.cli.context import Context, json_value, print_table
from exemptions.batches import STATE_NAMES
from exemptions.comparison import BatchComparison, Mover, batch_differences, summarise
from exemptions.comparison_output import change_dict, comparison_dict, iter_csv
from exemptions.datasets import Dataset
from exemptions.guard_limits import GuardLimits
from exemptions.guard_texts import allowing_options, describe_hold, meaning_text, quantity_text
from exemptions.guards import Guard
from exemptions.row_differences import Kind, iter_changes
from exemptions.totals import Quantity
from exporters.book_changes import diff_book

_KINDS = {
    Kind.ADDED: ("alta", "added"),
    Kind.ENDED: ("baja", "ended"),
    Kind.CHANGED: ("cambio", "changed"),
}
_GUARD_OF = {Quantity.AMOUNT: Guard.AMOUNT_CHANGE, Quantity.JOBS: Guard.JOBS_CHANGE}


@click.command()
@click.argument("batch", type=click.IntRange(min=1), metavar="LOTE/BATCH")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "csv"]),
    default="text",
    show_default=True,
    help="text resume; json y csv dan cada diferencia / text sums up; json and csv give every difference.",
)
@click.pass_obj
def diff(context: Context, batch: int, form: str) -> None:
    """Muestra lo que un lote cambia / show what a batch changes.

    Compara el lote con lo que quedará de los lotes aprobados antes que él: altas, bajas, cambios con el valor anterior
    y el nuevo, categorías, sumas y mayores movimientos. / Compares the batch with what will stand after the batches
    approved before it: what is added, ended and changed, with the old and the new value, categories, sums and movers.
    """
    limits = GuardLimits.of(context.settings)
    with context.book() as book, book.read() as session:
        if form == "csv":
            for chunk in iter_csv(batch_differences(session, book.home, batch)):
                click.echo(chunk, nl=False)
            return
        comparison = summarise(session, book.home, batch, limits=limits)
        if form == "json":
            rows = batch_differences(session, book.home, batch)
            changes = map(change_dict, iter_changes(rows, dataset=comparison.dataset))
            _print_json_with_changes(comparison_dict(comparison, lang=context.lang), changes)
        else:
            _print_comparison(context, comparison)


@click.command()
@click.argument("old", type=click.IntRange(min=1), metavar="ANTES/OLD")
@click.argument("new", type=click.IntRange(min=1), metavar="DESPUES/NEW")
@click.option("--json", "as_json", is_flag=True, help="Para programas / for programs.")
@click.pass_obj
def changes(context: Context, old: int, new: int, as_json: bool) -> None:
    """Muestra lo que cambió entre dos publicaciones / show what changed between two releases.

    Es la vista del personal, del libro de registro y con los NIT verdaderos; lo público está en la página de cada
    publicación. / This is staff's view, from the book and with true NITs; the page of each release has what is public.
    """
    with context.book() as book, book.read() as session:
        rows = diff_book(session, old=old, new=new)
    if as_json:
        _print_json_array(map(change_dict, iter_changes(rows, dataset=Dataset.REGISTRY)))
    elif rows.is_empty():
        context.say(
            f"Nada cambió de la publicación {old} a la {new}.", f"Nothing changed from release {old} to release {new}."
        )
    else:
        print_table(_told_rows(context, rows), _row_heads(context))


def _told_rows(context: Context, rows: pl.DataFrame) -> list[dict[str, Any]]:
    return [{**row, "kind": context.pick(*_KINDS[Kind(row["kind"])])} for row in rows.iter_rows(named=True)]


def _row_heads(context: Context) -> dict[str, str]:
    return {
        "kind": context.pick("cambio", "change"),
        "nit": "NIT",
        "category": context.pick("categoría", "category"),
        "resolution": context.pick("resolución", "resolution"),
        "field": context.pick("campo", "field"),
        "before": context.pick("antes", "before"),
        "after": context.pick("después", "after"),
        "reason": context.pick("motivo", "reason"),
    }


def _print_comparison(context: Context, comparison: BatchComparison) -> None:
    counts, state = comparison.counts, STATE_NAMES[comparison.state].text(context.lang)
    context.say(
        f"Lote {comparison.batch} ({comparison.dataset}), {state}.",
        f"Batch {comparison.batch} ({comparison.dataset}), {state}.",
    )
    context.say(
        f"Antes: {comparison.before:,} · altas: {counts.added:,} · bajas: {counts.ended:,} · cambios: "
        f"{counts.changed:,} · después: {comparison.after:,} · tocado: {comparison.touched_pct:g} %",
        f"Before: {comparison.before:,} · added: {counts.added:,} · ended: {counts.ended:,} · changed: "
        f"{counts.changed:,} · after: {comparison.after:,} · touched: {comparison.touched_pct:g} %",
    )
    for hold in comparison.holds:
        click.echo(f"{context.pick('BLOQUEO', 'HELD BACK')}: {describe_hold(hold).text(context.lang)}")
    if comparison.holds:
        options = allowing_options(comparison.holds)
        context.say(f"  Lo permite: {options} --reason TEXTO", f"  To allow it: {options} --reason TEXT")
    _print_section(context, ("Por categoría", "By category"), *_category_table(context, comparison))
    _print_section(context, ("Campos que cambian", "Fields that change"), *_field_table(context, comparison))
    _print_section(context, ("Sumas", "Sums"), *_total_table(context, comparison))
    for quantity, movers, title in (
        (Quantity.AMOUNT, comparison.amount_movers, ("Mayores cambios de monto", "Biggest movers in amount")),
        (Quantity.JOBS, comparison.jobs_movers, ("Mayores cambios de empleos", "Biggest movers in jobs")),
    ):
        _print_section(context, title, *_mover_table(context, movers, quantity))


Table = tuple[list[dict[str, Any]], dict[str, str]]


def _print_section(context: Context, title: tuple[str, str], rows: list[dict[str, Any]], heads: dict[str, str]) -> None:
    if rows:
        click.echo(f"\n{context.pick(*title)}")
        print_table(rows, heads)


def _category_table(context: Context, comparison: BatchComparison) -> Table:
    names = ("before", "added", "ended", "changed", "after")
    rows = [
        {name: getattr(one, name) for name in ("category", *names)}
        | {"note": _category_note(context, one.before, one.after)}
        for one in comparison.categories
        if one.added or one.ended or one.changed
    ]
    words = ("antes", "altas", "bajas", "cambios", "después")
    heads = {name: context.pick(es, name) for name, es in zip(names, words, strict=True)}
    return rows, {"category": context.pick("categoría", "category"), **heads, "note": ""}


def _category_note(context: Context, before: int, after: int) -> str:
    if not before:
        return context.pick("nueva", "new")
    return "" if after else context.pick("desaparece", "vanishes")


def _field_table(context: Context, comparison: BatchComparison) -> Table:
    rows = [{"field": name, "rows": count} for name, count in comparison.fields]
    return rows, {"field": context.pick("campo", "field"), "rows": context.pick("registros", "rows")}


def _total_table(context: Context, comparison: BatchComparison) -> Table:
    rows = [
        {
            "of": " ".join(part for part in (total.period, meaning_text(total.meaning, context.lang)) if part),
            "before": quantity_text(_GUARD_OF[total.quantity], total.before, context.lang),
            "after": quantity_text(_GUARD_OF[total.quantity], total.after, context.lang),
            "percent": None if total.percent is None else f"{total.percent:g} %",
        }
        for total in comparison.totals
    ]
    return rows, {
        "of": context.pick("de", "of"),
        "before": context.pick("antes", "before"),
        "after": context.pick("después", "after"),
        "percent": context.pick("se mueve", "moves"),
    }


def _mover_table(context: Context, movers: Iterable[Mover], quantity: Quantity) -> Table:
    def told(value: int | None) -> str | None:
        return None if value is None else quantity_text(_GUARD_OF[quantity], value, context.lang)

    rows = [
        {
            "nit": mover.nit,
            "name": mover.name,
            "category": mover.category,
            "of": mover.of,
            "before": told(mover.before),
            "after": told(mover.after),
        }
        for mover in movers
    ]
    heads = {
        "nit": "NIT",
        "name": context.pick("nombre", "name"),
        "category": context.pick("categoría", "category"),
        "of": context.pick("de", "of"),
        "before": context.pick("antes", "before"),
        "after": context.pick("después", "after"),
    }
    if not any(row["of"] for row in rows):
        del heads["of"]
    return rows, heads


def _print_json_with_changes(head: Mapping[str, Any], rows: Iterator[Mapping[str, Any]]) -> None:
    """One object whose last member is the array of changes, written as they come."""
    text = json.dumps(head, ensure_ascii=False, default=json_value)
    click.echo(f'{text[:-1]}, "changes":')
    _print_json_array(rows)
    click.echo("}")


def _print_json_array(rows: Iterable[Mapping[str, Any]]) -> None:
    """An array, one element a line, written as they come."""
    separator = "["
    for row in rows:
        click.echo(f"{separator}{json.dumps(row, ensure_ascii=False, default=json_value)}", nl=False)
        separator = ",\n"
    click.echo("]" if separator != "[" else "[]")


COMMANDS = (diff, changes)
