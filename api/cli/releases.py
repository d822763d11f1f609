"""Commands about releases: `publish`, `releases`, `rollback`, `verify`, `export`."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import click

from api.cli.context import Context, print_json, print_table
from exemptions.accounts import Right, require
from exemptions.catalogs import load_catalogs
from exemptions.errors import ReleaseNotFound
from exemptions.filters import FILTERS
from exemptions.query import parse_query, query_params
from exemptions.release import Release
from exemptions.releases import list_releases
from exemptions.search import all_rows
from exemptions.store import ReleaseStore
from exporters.formats import FORMATS
from exporters.manifest import verify_folder
from exporters.publish import publish as publish_release
from exporters.publish import rollback as roll_back


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
    else:
        context.say(f"Publicación {result.release} hecha.", f"Release {result.release} published.")


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


@click.command()
@click.argument("target", required=False)
@click.pass_obj
def verify(context: Context, target: str | None) -> None:
    """Comprueba una publicación o una carpeta contra su manifiesto / check a release against its manifest."""
    if target is not None and not target.isdecimal():
        folder, expected = Path(target), None
    else:
        listed = ReleaseStore(context.settings.releases).list()
        chosen = next((r for r in reversed(listed) if target is None or r.release == int(target)), None)
        if chosen is None:
            raise ReleaseNotFound(f"No hay ninguna publicación {target}.", f"There is no release {target}.")
        folder, expected = context.settings.releases / str(chosen.release), chosen.manifest_sha256
    files = len(verify_folder(folder, sha256=expected)["files"])
    context.say(f"{folder}: {files} archivos en orden.", f"{folder}: {files} files in order.")


def _filter_options(function: Callable[..., Any]) -> Callable[..., Any]:
    for declared in reversed(FILTERS):
        option = "--" + declared.parameter.replace("_", "-")
        function = click.option(option, declared.parameter, multiple=True, help=f"{declared.es} / {declared.en}")(
            function
        )
    return function


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@_filter_options
@click.option("--sort", multiple=True)
@click.option("--release", multiple=True)
@click.option("--as-of", "as_of", multiple=True)
@click.pass_obj
def export(context: Context, /, file: Path, **parameters: tuple[str, ...]) -> None:
    """Guarda una búsqueda en un archivo .csv, .json, .ndjson o .parquet / save a search to a file."""
    form = FORMATS.get(file.suffix.lstrip(".").lower())
    if form is None:
        raise click.BadParameter(f"{file.suffix or '–'}: {', '.join(FORMATS)}", param_hint="FILE")
    query = parse_query({name: list(values) for name, values in parameters.items() if values}, load_catalogs())
    store = ReleaseStore(context.settings.releases)
    release = _choose(store, query.release, query.as_of)
    rows = all_rows(release, query)
    count = release.records.num_rows if rows is None else len(rows)
    metadata = {"release": str(release.number), "query": urlencode(query_params(query))}
    _write_whole(file, form.stream(release.iter_batches(rows), metadata=metadata))
    context.say(
        f"{count:,} registros de la publicación {release.number} en {file}.",
        f"{count:,} records of release {release.number} in {file}.",
    )


def _choose(store: ReleaseStore, number: int | None, as_of: date | None) -> Release:
    if number is not None:
        return store.get(number)
    return store.as_of(as_of) if as_of is not None else store.current()


def _write_whole(path: Path, chunks: Iterable[bytes]) -> None:
    """Write the chunks to `path` at once: a reader sees the old file or the whole new one."""
    handle, name = tempfile.mkstemp(dir=path.absolute().parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as sink:
            for chunk in chunks:
                sink.write(chunk)
            sink.flush()
            os.fsync(sink.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


COMMANDS = (publish, releases, rollback, verify, export)
