"""Restoring a backup into an empty home: checked before anything is written, and checked again after."""

from __future__ import annotations

import shutil
from pathlib import Path

from sqlalchemy import inspect

from exemptions.database import Book
from exemptions.engines import SQLITE, make_engine, parse_database_url
from exemptions.settings import Settings
from exporters.backup import (
    BOOKS,
    HOME,
    RELEASES,
    BackupRefused,
    check_backup,
    list_backups,
    run_at_server,
)
from exporters.durable import make_folder, sync_tree
from exporters.publish import reconcile

_PRIVATE_FOLDER, _PRIVATE_FILE = 0o700, 0o600


def find_backup(folder: Path) -> Path:
    """The backup that is meant: the folder itself, or the newest below it.

    Raises: BackupRefused.
    """
    folder = folder.expanduser().absolute()
    if (folder / "backup.json").is_file():
        return folder
    kept = list_backups(folder)
    if not kept:
        raise BackupRefused(f"En «{folder}» no hay ningún respaldo.", f"There is no backup in “{folder}”.")
    return kept[-1]


def restore_backup(settings: Settings, backup: Path) -> int:
    """Make home, book and release store what they were; gives the number of releases.

    The store's pointer is written anew from the book.
    Raises: BackupRefused if anything is there already, or the backup is of another kind of database or not whole;
    ReleaseDamaged.
    """
    url = parse_database_url(settings.database_url)
    told = check_backup(backup)
    kind = told["database"]
    if url.get_backend_name() != kind:
        raise BackupRefused(
            f"El respaldo es de un libro en {kind}, y DATABASE_URL dice {url.get_backend_name()}.",
            f"The backup is of a book in {kind}, and DATABASE_URL says {url.get_backend_name()}.",
        )
    _refuse_present(settings, url.get_backend_name())
    settings.home.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
    make_folder(settings.releases)
    for number in told["releases"]:
        target = settings.releases / number
        shutil.copytree(backup.parent / RELEASES / number, target, copy_function=shutil.copyfile)
        sync_tree(target)
    _copy_home(backup / HOME, settings.home)
    source = backup / BOOKS[kind]
    if kind == SQLITE:
        shutil.copyfile(source, Path(str(url.database)))
        Path(str(url.database)).chmod(_PRIVATE_FILE)
    else:
        options = ("--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges")
        run_at_server("pg_restore", url, *options, str(source))
    book = Book(engine=make_engine(settings.database_url), home=settings.home)
    try:
        reconcile(book, settings)
    finally:
        book.close()
    return len(told["releases"])


def _refuse_present(settings: Settings, kind: str) -> None:
    """Nothing may be written over."""
    engine = make_engine(settings.database_url)
    try:
        # An empty file of SQLite is no book; the home says whether there is one.
        has_tables = kind != SQLITE and bool(inspect(engine).get_table_names())
    finally:
        engine.dispose()
    if has_tables or (settings.home.is_dir() and any(settings.home.iterdir())):
        raise BackupRefused(
            f"«{settings.home}» o su base de datos no están vacías: restaure en una carpeta y una base nuevas.",
            f"“{settings.home}” or its database is not empty: restore into a new home and database.",
        )
    if settings.releases.is_dir() and any(settings.releases.iterdir()):
        raise BackupRefused(
            f"«{settings.releases}» no está vacía: restaure en una carpeta nueva.",
            f"“{settings.releases}” is not empty: restore into a new folder.",
        )


def _copy_home(source: Path, home: Path) -> None:
    for path in sorted(source.rglob("*")):
        target = home / path.relative_to(source)
        if path.is_dir():
            target.mkdir(mode=_PRIVATE_FOLDER, exist_ok=True)
        else:
            shutil.copyfile(path, target)
            target.chmod(_PRIVATE_FILE)
