"""Backups: the book of record, what lies beside it in the home, and every release, in a folder that proves itself.

    <folder>/releases/<n>/…              each release once; its own manifest says what it must hold
    <folder>/20261129T131522Z/           one backup
        book.sqlite | book.dump          the book as it was at one instant; the second is PostgreSQL's own format
        home/…                           uploads, staged files, profiles, disclosure policy, keys, inbox, anchor
        backup.json                      hash of every file above, and of the manifest of every release

A file that the last backup has already is linked, not copied again. A backup is private as a whole: it holds keys, and
identifiers that are never published.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine
from sqlalchemy.orm import Session

from exemptions.calendar import format_instant
from exemptions.database import Book
from exemptions.engines import SQLITE
from exemptions.errors import RegistryError
from exemptions.releases import list_releases
from exemptions.settings import Settings
from exemptions.standing import FOLDER as STANDING
from exporters.durable import link_file, move_folder, sync
from exporters.manifest import verify_folder

FORMAT = 1
INDEX = "backup.json"
HOME = "home"
RELEASES = "releases"
BOOKS = {SQLITE: "book.sqlite", "postgresql": "book.dump"}
"""Kind of database → file of the book in a backup."""

_MAKING = ".making-"
_LOCKS = frozenset({"writer.lock", "worker.lock"})
_OF_SQLITE = ("-journal", "-wal", "-shm")
_PRIVATE = 0o700
_ESCAPED = {ord(":"): "\\:", ord("\\"): "\\\\"}


class BackupRefused(RegistryError):
    """A backup cannot be made or used; what it is about stays as it was."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A finished backup. `copied` counts files that were not linked to an earlier one."""

    folder: Path
    files: int
    copied: int
    releases: int


def make_backup(book: Book, settings: Settings, folder: Path, *, at: datetime) -> Backup:
    """Write a backup below `folder`, which is made private; writers wait while the book and the home are copied.

    Raises: BackupRefused if the folder lies in what is backed up or a copy is not whole; ReleaseDamaged; Busy.
    """
    folder = folder.expanduser().absolute()
    _refuse_within(folder, settings)
    folder.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
    folder.chmod(_PRIVATE)
    name = at.strftime("%Y%m%dT%H%M%SZ")
    if (folder / name).exists():
        raise BackupRefused(f"Ya hay un respaldo {name}.", f"There is a backup {name} already.")
    before = _last_files(folder)
    making = folder / f"{_MAKING}{name}"
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(mode=_PRIVATE)
    try:
        with book.writer_lock(), book.read() as session:
            releases = _keep_releases(session, settings.releases, folder / RELEASES)
            _copy_book(book.engine, making)
            copied = _copy_home(settings, making / HOME, before, folder)
        files = {path: _hash(making / path) for path in _list_files(making)}
        told = {
            "format": FORMAT,
            "at": format_instant(at),
            "software": version("exemptions"),
            "database": book.engine.dialect.name,
            "files": files,
            "releases": releases,
        }
        (making / INDEX).write_text(json.dumps(told, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        _sync_private(making)
        move_folder(making, folder / name)
    finally:
        shutil.rmtree(making, ignore_errors=True)
    _forget_unnamed(folder)
    return Backup(folder / name, len(files), copied + 1, len(releases))


def list_backups(folder: Path) -> list[Path]:
    """The finished backups below a folder, the oldest first."""
    return sorted(path.parent for path in folder.glob(f"[0-9]*Z/{INDEX}"))


def forget_old(folder: Path, *, keep: int) -> list[Path]:
    """Delete all but the newest `keep` backups, and the releases that none of the rest names; gives those deleted."""
    kept = list_backups(folder)
    old = kept[: max(len(kept) - keep, 0)]
    for backup in old:
        shutil.rmtree(backup)
    _forget_unnamed(folder)
    return old


def read_index(backup: Path) -> Mapping[str, Any]:
    """What a backup says that it holds.

    Raises: BackupRefused.
    """
    try:
        told: Mapping[str, Any] = json.loads((backup / INDEX).read_bytes())
        if told["format"] != FORMAT or told["database"] not in BOOKS:
            raise ValueError(told["format"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BackupRefused(
            f"«{backup}» no es un respaldo: su {INDEX} falta o no se entiende.",
            f"“{backup}” is no backup: its {INDEX} is missing or cannot be understood.",
        ) from error
    return told


def check_backup(backup: Path) -> Mapping[str, Any]:
    """Compare every file of a backup, and every release that it names, with what it says; gives what it says.

    Raises: BackupRefused naming the first file that is missing or different; ReleaseDamaged.
    """
    told = read_index(backup)
    for path, digest in told["files"].items():
        if ".." in Path(path).parts or Path(path).is_absolute() or not (backup / path).is_file():
            raise _different(path)
        if _hash(backup / path) != digest:
            raise _different(path)
    for number, digest in told["releases"].items():
        verify_folder(backup.parent / RELEASES / number, sha256=digest)
    return told


def run_at_server(program: str, url: URL, *options: str) -> None:
    """Run one of PostgreSQL's own tools on the database of `url`.

    Raises: BackupRefused if the tool is not installed, or with what it says.
    """
    found = shutil.which(program)
    if found is None:
        raise BackupRefused(
            f"Falta el programa {program} de PostgreSQL (paquete postgresql-client), que hace esta parte.",
            f"PostgreSQL's program {program} is missing (package postgresql-client), which does this part.",
        )
    with tempfile.TemporaryDirectory() as folder:
        address = url.set(drivername="postgresql", password=None)
        if url.password:
            # In a file of this user alone: everybody sees the words of a command in the list of processes.
            secret = Path(folder) / "password"
            secret.touch(mode=0o600)
            secret.write_text(f"*:*:*:*:{str(url.password).translate(_ESCAPED)}\n", encoding="utf-8")
            address = address.update_query_dict({"passfile": str(secret)})
        command = [found, *options, f"--dbname={address.render_as_string(hide_password=False)}"]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode != 0:
        told = run.stderr.strip()
        raise BackupRefused(f"{program}: {told}", f"{program}: {told}")


def _forget_unnamed(folder: Path) -> None:
    """A withdrawn release goes with the last backup of a book that still calls it published."""
    named = {number for backup in list_backups(folder) for number in read_index(backup)["releases"]}
    for release in (folder / RELEASES).iterdir():
        if release.name not in named:
            shutil.rmtree(release)


def _refuse_within(folder: Path, settings: Settings) -> None:
    for kept in (settings.home, settings.releases, settings.inbox):
        if folder.is_relative_to(kept.resolve()) or folder.is_relative_to(kept):
            raise BackupRefused(
                f"El respaldo no puede quedar dentro de {kept}: se perderían juntos.",
                f"The backup may not lie in {kept}: both would be lost together.",
            )


def _keep_releases(session: Session, store: Path, kept: Path) -> dict[str, str]:
    """Copy the releases that are not there yet; gives number → hash of the manifest, of those not withdrawn."""
    kept.mkdir(mode=_PRIVATE, exist_ok=True)
    named = {}
    for release in reversed(list_releases(session)):
        target = kept / str(release.number)
        if release.withdrawn_at is not None:
            continue
        named[str(release.number)] = release.manifest_sha256
        if target.exists():
            continue
        making = kept / f"{_MAKING}{release.number}"
        shutil.rmtree(making, ignore_errors=True)
        shutil.copytree(store / str(release.number), making, copy_function=shutil.copyfile)
        verify_folder(making, sha256=release.manifest_sha256)
        _sync_private(making)
        move_folder(making, target)
    return named


def _copy_book(engine: Engine, making: Path) -> None:
    target = making / BOOKS[engine.dialect.name]
    if engine.dialect.name == SQLITE:
        # The same copy of the library as everything else in this process: see docs/decisions/0002.
        with closing(engine.raw_connection()) as connection, closing(sqlite3.connect(target)) as copy:
            source = connection.driver_connection
            if not isinstance(source, sqlite3.Connection):
                raise TypeError("the book is no file of SQLite")
            source.backup(copy)
            [(told,)] = copy.execute("PRAGMA quick_check").fetchall()[:1]
        if told != "ok":
            raise BackupRefused(f"El libro de registro está dañado: {told}", f"The book of record is damaged: {told}")
        return
    options = ("--format=custom", "--no-owner", "--no-privileges", f"--file={target}")
    run_at_server("pg_dump", engine.url, *options)


def _copy_home(settings: Settings, target: Path, before: Mapping[str, tuple[str, Path]], folder: Path) -> int:
    """Copy what lies in the home but the book, what is made from it, the locks and the releases.

    Gives how many files were not linked.
    """
    target.mkdir(mode=_PRIVATE)
    copied = 0
    for source in _iter_home(settings):
        path = source.relative_to(settings.home)
        there = target / path
        there.parent.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
        digest, kept = before.get(f"{HOME}/{path.as_posix()}", ("", folder))
        if digest and _hash(source) == digest:
            link_file(kept, there)
        else:
            shutil.copyfile(source, there)
            copied += 1
    return copied


def _iter_home(settings: Settings) -> Iterator[Path]:
    book = settings.home / "book.sqlite"
    left = {book, *(book.with_name(book.name + end) for end in _OF_SQLITE)}
    for folder, folders, names in os.walk(settings.home):
        here = Path(folder)
        folders[:] = [name for name in folders if here / name not in (settings.releases, settings.home / STANDING)]
        for name in sorted(names):
            if name not in _LOCKS and here / name not in left and (here / name).is_file():
                yield here / name


def _last_files(folder: Path) -> dict[str, tuple[str, Path]]:
    """Path → hash and place of the files of the newest backup."""
    kept = list_backups(folder)
    if not kept:
        return {}
    return {path: (digest, kept[-1] / path) for path, digest in read_index(kept[-1])["files"].items()}


def _list_files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync_private(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        sync(path)
    sync(folder)


def _different(path: str) -> BackupRefused:
    return BackupRefused(
        f"El respaldo está dañado: {path} falta o no es lo que se guardó.",
        f"The backup is damaged: {path} is missing or not what was kept.",
    )
