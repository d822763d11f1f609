"""The command `match`: a list of NITs or names comes back with what is in the registry, as the API gives it."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import click

from api.cli.context import Context
from api.cli.outputs import choose_release, write_whole
from exemptions.errors import ListRefused, Sentence
from exemptions.match_values import AskedList
from exemptions.store import ReleaseStore
from exporters.match_formats import MATCH_FORMATS
from loaders.decode import ENCODINGS
from loaders.lists import read_list_file, read_list_lines, telling
from loaders.options import DEFAULT_ENCODING

_DAY = click.DateTime(["%Y-%m-%d"])
_WORKBOOK = "xlsx"


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--as-of", type=_DAY, help="Publicación vigente ese día / the release in force on that day.")
@click.option("--release", type=click.IntRange(min=1), help="Número de la publicación / number of the release.")
@click.option("--column", help="Encabezado de la columna que se compara / head of the column to match.")
@click.option("--encoding", default=DEFAULT_ENCODING, show_default=True, type=click.Choice(list(ENCODINGS)))
@click.option("--sheet", help="Hoja del libro / sheet of the workbook.")
@click.option("--format", "form", type=click.Choice(list(MATCH_FORMATS)), help="Sin él, por -o; si no, csv.")
@click.option("--headers", type=click.Choice(["es", "en"]), help="CSV para hojas de cálculo / CSV for spreadsheets.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_obj
def match(
    context: Context,
    file: Path,
    as_of: datetime | None,
    release: int | None,
    column: str | None,
    encoding: str,
    sheet: str | None,
    form: str | None,
    headers: str | None,
    output: Path | None,
) -> int:
    """Compara una lista de NIT o nombres con el registro / match a list of NITs or names with the registry."""
    if release is not None and as_of is not None:
        raise click.UsageError("--release / --as-of")
    chosen = MATCH_FORMATS[form or _format_of(output)]
    if chosen.name == _WORKBOOK and output is None:
        raise click.UsageError(f"--format {_WORKBOOK}: -o FILE.{_WORKBOOK}")
    try:
        asked = _read(file, column=column, encoding=encoding, sheet=sheet)
    except ListRefused as refused:
        for fault in refused.faults:
            click.echo(f"{fault.message.text(context.lang)} {fault.remedy.text(context.lang)}", err=True)
        return 1
    store = ReleaseStore(context.settings.releases, clock=context.clock)
    found = choose_release(store, release, as_of.date() if as_of is not None else None)
    column_told = asked.column or Sentence("la primera columna", "the first column").text(context.lang)
    told = Sentence(
        f"{len(asked.values):,} líneas ({column_told}) con la publicación {found.number}.",
        f"{len(asked.values):,} lines ({column_told}) with release {found.number}.",
    )
    click.echo(told.text(context.lang), err=True)
    chunks = chosen.stream(found, asked, headers)
    if output is not None:
        write_whole(output, chunks)
        return 0
    for chunk in chunks:
        sys.stdout.buffer.write(chunk)
    sys.stdout.buffer.flush()
    return 0


def _format_of(output: Path | None) -> str:
    suffix = output.suffix.lstrip(".").lower() if output is not None else ""
    return suffix if suffix in MATCH_FORMATS else "csv"


def _read(file: Path, *, column: str | None, encoding: str, sheet: str | None) -> AskedList:
    with telling():
        if file.suffix.lower() == ".txt":
            return read_list_lines(file.read_bytes(), column=column, encoding=encoding)
        return read_list_file(file, column=column, encoding=encoding, sheet=sheet)


COMMANDS = (match,)
