"""The command `doctor`: whether everything here is as it should be."""

from __future__ import annotations

import shutil
import stat
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import version

import click

from api.cli.context import Context, print_json
from exemptions.audit_check import check_trail, fault_sentence
from exemptions.catalogs import load_catalogs
from exemptions.database import Book, is_demonstration, is_two_person
from exemptions.disclosure_file import load_policy
from exemptions.engines import SQLITE, check_book_file, describe_database
from exemptions.errors import NothingPublished, RegistryError
from exemptions.state_documents import read_documents
from exemptions.store import ReleaseStore
from exporters.manifest import verify_folder
from exporters.signing import find_key

_LOW_DISK_BYTES = 2 * 1024**3
_FIXED_SQLITE = (3, 51, 3)
"""First version in which two writers of a write-ahead log cannot damage the file; the journal here avoids it."""


class Health(StrEnum):
    OK = "ok"
    NOTE = "note"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at."""

    health: Health
    es: str
    en: str


@click.command()
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def doctor(context: Context, as_json: bool) -> int:
    """Comprueba la instalación, el libro y las publicaciones / check installation, book and releases."""
    with context.book() as book:
        checks = list(_all_checks(context, book))
    if as_json:
        print_json([{"health": c.health, "message": context.pick(c.es, c.en)} for c in checks])
    else:
        for check in checks:
            click.echo(f"{check.health:<5} {context.pick(check.es, check.en)}")
    return 1 if any(check.health is Health.BAD for check in checks) else 0


def _all_checks(context: Context, book: Book) -> Iterator[Check]:
    yield _versions(book)
    yield _home_mode(context)
    yield _disk(context)
    yield _guarded(_file, context, book)
    for look in (_catalogs, _policy, _audit, _signing, _release):
        yield _guarded(look, context, book)
    yield _rules(book)


def _guarded(look: Callable[[Context, Book], Check], context: Context, book: Book) -> Check:
    try:
        return look(context, book)
    except RegistryError as error:
        return Check(Health.BAD, error.es, error.en)


def _versions(book: Book) -> Check:
    python = ".".join(map(str, sys.version_info[:3]))
    name, found = describe_database(book.engine)
    text = f"exemptions {version('exemptions')}, Python {python}, {name} {found}"
    if name == SQLITE and tuple(map(int, found.split("."))) < _FIXED_SQLITE:
        return Check(
            Health.NOTE,
            f"{text}: esta versión no debe usar WAL; el libro usa journal_mode=DELETE y un solo escritor.",
            f"{text}: this version must not use WAL; the book uses journal_mode=DELETE and one writer.",
        )
    return Check(Health.OK, text, text)


def _file(_context: Context, book: Book) -> Check:
    check_book_file(book.engine)
    return Check(Health.OK, "El archivo del libro está entero.", "The file of the book is whole.")


def _home_mode(context: Context) -> Check:
    home = context.settings.home
    mode = stat.S_IMODE(home.stat().st_mode)
    if mode & 0o077:
        return Check(
            Health.BAD, f"{home} se puede leer desde otras cuentas ({mode:o}).", f"{home} is open to others ({mode:o})."
        )
    return Check(Health.OK, f"{home} es privada.", f"{home} is private.")


def _disk(context: Context) -> Check:
    free = shutil.disk_usage(context.settings.home).free
    text_es, text_en = f"{free / 1024**3:,.1f} GiB libres.", f"{free / 1024**3:,.1f} GiB free."
    return Check(Health.BAD if free < _LOW_DISK_BYTES else Health.OK, text_es, text_en)


def _catalogs(_context: Context, _book: Book) -> Check:
    catalogs = load_catalogs()
    text = f"{len(catalogs.categories)} / {len(catalogs.municipalities)} / {len(catalogs.activities)}"
    return Check(
        Health.OK,
        f"Catálogos en orden (categorías, municipios, actividades): {text}.",
        f"Catalogues in order (categories, municipalities, activities): {text}.",
    )


def _policy(context: Context, book: Book) -> Check:
    with book.read() as session:
        demonstration = is_demonstration(session)
    load_policy(context.settings.home, load_catalogs().categories, demonstration=demonstration)
    read_documents(context.settings.home)
    return Check(
        Health.OK,
        "La política de divulgación y la lista de documentos se entienden.",
        "The disclosure policy and the list of documents are well formed.",
    )


def _audit(_context: Context, book: Book) -> Check:
    with book.read() as session:
        fault = check_trail(session, book.home).fault
    if fault is not None:
        told = fault_sentence(fault)
        return Check(Health.BAD, told.es, told.en)
    return Check(Health.OK, "La bitácora está completa.", "The audit trail is whole.")


def _signing(context: Context, book: Book) -> Check:
    key = find_key(book.home, at=context.clock())
    if key is None:
        return Check(
            Health.NOTE,
            "No hay llave: lo que se publica queda sin firma (exemptions key new).",
            "There is no key: what is published is unsigned (exemptions key new).",
        )
    return Check(
        Health.OK,
        f"La llave {key.public.key_id} firma lo que se publica.",
        f"Key {key.public.key_id} signs what is published.",
    )


def _release(context: Context, _book: Book) -> Check:
    try:
        release = ReleaseStore(context.settings.releases).current()
    except NothingPublished:
        return Check(Health.NOTE, "Todavía no hay publicaciones.", "Nothing is published yet.")
    folder = context.settings.releases / str(release.number)
    files = len(verify_folder(folder, sha256=release.manifest_sha256)["files"])
    return Check(
        Health.OK,
        f"La publicación {release.number} está en orden ({files} archivos).",
        f"Release {release.number} is in order ({files} files).",
    )


def _rules(book: Book) -> Check:
    with book.read() as session:
        two, invented = is_two_person(session), is_demonstration(session)
    if invented:
        return Check(Health.NOTE, "Carpeta de demostración: datos inventados.", "Demonstration home: invented data.")
    if not two:
        return Check(Health.NOTE, "La regla de dos personas está apagada.", "The two-person rule is off.")
    return Check(Health.OK, "La regla de dos personas está encendida.", "The two-person rule is on.")


COMMANDS = (doctor,)
