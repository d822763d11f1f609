"""The command `export`: a selection of a release as a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from api.cli.context import Context, count_words
from api.cli.outputs import choose_release, write_whole
from api.negotiation import LANGUAGES
from api.provenance import Origin
from exemptions.catalogs import load_catalogs
from exemptions.filters import FILTERS
from exemptions.query import parse_query, query_params
from exemptions.search import all_rows
from exemptions.store import ReleaseStore
from exporters.formats import FORMATS
from exporters.xlsx_format import MAX_ROWS, too_many_rows


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
@click.option("--headers", type=click.Choice(LANGUAGES), help="Títulos de hoja de cálculo / spreadsheet labels.")
@click.pass_obj
def export(context: Context, /, file: Path, headers: str | None, **parameters: tuple[str, ...]) -> None:
    """Guarda una búsqueda en un archivo .csv, .json, .ndjson, .parquet o .xlsx / save a search to a file."""
    form = FORMATS.get(file.suffix.lstrip(".").lower())
    if form is None:
        raise click.BadParameter(f"{file.suffix or '–'}: {', '.join(FORMATS)}", param_hint="FILE")
    if headers and not form.is_labelled:
        raise click.BadParameter(f"{file.suffix}: .csv, .xlsx", param_hint="--headers")
    query = parse_query({name: list(values) for name, values in parameters.items() if values}, load_catalogs())
    store = ReleaseStore(context.settings.releases)
    release = choose_release(store, query.release, query.as_of)
    rows = all_rows(release, query)
    count = release.records.num_rows if rows is None else len(rows)
    if form.name == "xlsx" and count > MAX_ROWS:
        raise too_many_rows(count, instead="exemptions export FILE.csv --headers es")
    # A workbook always has labels. The address of the API with the same ones gives these bytes.
    lang = headers or (context.lang if form.name == "xlsx" else None)
    params = [*query_params(query), *([("headers", lang)] if lang else [])]
    origin = Origin(release, f"/api/v1/records{form.suffix}", params, base_url=context.settings.base_url)
    write_whole(file, form.stream(release.iter_batches(rows), metadata=origin.metadata(), lang=lang))
    context.say(
        f"{count_words(count, 'registro', 'registros')} de la publicación {release.number} en {file}.",
        f"{count_words(count, 'record', 'records')} of release {release.number} in {file}.",
    )


COMMANDS = (export,)
