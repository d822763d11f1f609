"""The commands `backup` and `restore`."""

from __future__ import annotations

from pathlib import Path

import click

from api.cli.context import Context, count_words, print_json
from exporters.backup import check_backup, forget_old, make_backup
from exporters.restore import find_backup, restore_backup


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--keep",
    type=click.IntRange(1, 10_000),
    help="Deja solo los N respaldos más nuevos / keep only the newest N backups.",
)
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def backup(context: Context, folder: Path, keep: int | None, as_json: bool) -> int:
    """Respalda el libro, la carpeta del registro y las publicaciones / back up book, home and releases."""
    with context.book() as book:
        made = make_backup(book, context.settings, folder, at=context.clock())
    check_backup(made.folder)
    forgotten = forget_old(folder, keep=keep) if keep else []
    if as_json:
        print_json(
            {
                "backup": str(made.folder),
                "files": made.files,
                "copied": made.copied,
                "releases": made.releases,
                "forgotten": [path.name for path in forgotten],
            }
        )
        return 0
    releases = count_words(made.releases, "publicación", "publicaciones")
    context.say(
        f"Respaldo {made.folder}: {count_words(made.files, 'archivo', 'archivos')} y {releases}, comprobados.",
        f"Backup {made.folder}: {count_words(made.files, 'file', 'files')} and "
        f"{count_words(made.releases, 'release', 'releases')}, verified.",
    )
    return 0


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--check", is_flag=True, help="Solo comprueba que esté entero / only check that it is whole.")
@click.pass_obj
def restore(context: Context, folder: Path, check: bool) -> int:
    """Restaura un respaldo en una carpeta vacía / restore a backup into an empty home."""
    found = find_backup(folder)
    if check:
        check_backup(found)
        context.say(f"El respaldo {found} está entero.", f"The backup {found} is whole.")
        return 0
    releases = restore_backup(context.settings, found)
    context.say(
        f"Restaurado {found.name} en {context.settings.home}: {count_words(releases, 'publicación', 'publicaciones')}. "
        "Compruebe con exemptions doctor; si a la bitácora le faltan actos, déjelo dicho: exemptions audit --accept.",
        f"Restored {found.name} into {context.settings.home}: {count_words(releases, 'release', 'releases')}. Check "
        "with exemptions doctor; if acts of the trail are missing, put it on record: exemptions audit --accept.",
    )
    return 0


COMMANDS = (backup, restore)
