"""Commands that keep running: `serve` and `work`."""

from __future__ import annotations

import os
import signal
import ssl
import subprocess
import threading
from datetime import timedelta
from pathlib import Path
from types import FrameType
from typing import NoReturn

import click

from api.cli.context import Context, say_error
from api.cli.sharing import share
from api.role import refuse_public_demonstration
from api.serving import PYTHON, run_server
from api.work import clear_incoming, run_next_job
from exemptions.accounts import CALENDAR, Actor
from exemptions.calendar import seconds_to_midnight
from exemptions.engines import check_book_file
from exemptions.errors import RegistryError, SettingsError
from exemptions.inbox import has_reports
from exemptions.jobs import list_open_jobs
from exemptions.locking import hold_worker_lock
from exemptions.settings import ENVIRONMENT, Role
from exporters.corrections import take_in_corrections
from exporters.publish import publish, reconcile

_INBOX_PAUSE_S = 60.0
"""Reports are taken in together: however many come, the work that each taking in costs comes once in this time."""
_DAY = timedelta(days=1)
_LOOK_S = 1.0
"""How often a working process looks for jobs: who asked for one watches its page."""
_PAUSE_S = 5.0
"""How long it leaves what failed alone."""
_RETRY_S = 300.0
"""How soon a publication of the calendar that could not be made is tried again."""


@click.command()
@click.option("--port", type=click.IntRange(1, 65_535), default=8000, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True)
@click.pass_obj
def serve(context: Context, port: int, host: str, workers: int) -> None:
    """Sirve el registro con gunicorn / serve the registry with gunicorn."""
    refuse_public_demonstration(context.settings)
    if context.settings.role is not Role.PUBLIC:
        with context.book() as book:
            check_book_file(book.engine)
            reconcile(book, context.settings)
    certificate, key = context.settings.tls_certificate, context.settings.tls_key
    encrypted = (certificate, key) if certificate and key else None
    if encrypted:
        _require_certificate(*encrypted)
    address = f"{'https' if encrypted else 'http'}://{host}:{port}/"
    context.say(
        f"Registro abierto de exenciones en {address}  (Ctrl+C para terminar)",
        f"Open registry of exemptions at {address}  (Ctrl+C to stop)",
    )
    folders = {ENVIRONMENT[name]: getattr(context.settings, name) for name in ("home", "releases", "inbox")}
    run_server(host=host, port=port, folders=folders, workers=workers, encrypted=encrypted)


def _require_certificate(certificate: Path, key: Path) -> None:
    """Make sure that connections can be encrypted with them.

    Raises: SettingsError.
    """
    try:
        # A key with a password would have the library ask for it, and nobody is there to answer.
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password=_no_password)
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"El certificado «{certificate}» y la llave «{key}» no se pueden usar: {error}.",
            f"The certificate “{certificate}” and the key “{key}” cannot be used: {error}.",
        ) from error


def _no_password() -> NoReturn:
    raise ValueError("the key has a password")


@click.command()
@click.option("--once", is_flag=True, help="Hace lo pendiente y termina / do what is due and stop.")
@click.option("--with-parent", type=int, hidden=True, help="Ends when that process is no longer the parent.")
@click.pass_obj
def work(context: Context, once: bool, with_parent: int | None) -> int:
    """Hace los trabajos pedidos y publica cuando cambia el calendario / do jobs, publish when the calendar asks."""
    stop = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        # What is being done is brought to its end.
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    if once:
        return 0 if _do_all(context, stop) else 1
    _keep_working(context, stop, with_parent)
    return 0


def _do_all(context: Context, stop: threading.Event) -> bool:
    """Do every job that waits and what the calendar asks for, take reports in, and upload what came of it.

    Tells whether all but the jobs was done.
    """
    with context.book() as book:
        clear_incoming(book, context.clock)
        while not stop.is_set() and run_next_job(book, context.settings, context.clock):
            continue
    if stop.is_set():
        return True
    # What the public sends in comes last, so that no fault of the inbox keeps anything else from being done.
    is_published = _publish_if_due(context)
    is_taken_in = _take_in_reports(context)
    return share(context) and is_taken_in and is_published


def _keep_working(context: Context, stop: threading.Event, parent: int | None) -> None:
    """Look for work every second, until told to stop or the parent is gone.

    The work itself is done by a child: what a large publication needed is given back at its end, and a fault or a lack
    of memory ends the child and not who looks after it.
    """
    due = inbox_due = context.clock()
    while not stop.is_set():
        now = context.clock()
        # A clock that is put back must not leave the calendar alone until it has caught up.
        due, inbox_due = min(due, now + _DAY), min(inbox_due, now + timedelta(seconds=_INBOX_PAUSE_S))
        has_waiting = now >= inbox_due and has_reports(context.settings.inbox)
        if now >= due or _has_open_jobs(context) or has_waiting:
            done = _run_child(stop, parent)
            inbox_due = context.clock() + timedelta(seconds=_INBOX_PAUSE_S)
            wait = seconds_to_midnight(context.clock()) + 1.0 if done else _RETRY_S
            due = context.clock() + timedelta(seconds=wait)
            stop.wait(0.0 if done else _PAUSE_S)
        stop.wait(_LOOK_S)
        if _is_orphan(parent):
            stop.set()


def _run_child(stop: threading.Event, parent: int | None) -> bool:
    """Let a child do all that waits; told to stop, it ends after the job at hand. Tells whether all was done."""
    with subprocess.Popen([*PYTHON, "-m", "api.cli", "work", "--once"]) as child:
        while True:
            try:
                return child.wait(timeout=_LOOK_S) == 0
            except subprocess.TimeoutExpired:
                if stop.is_set() or _is_orphan(parent):
                    stop.set()
                    child.terminate()


def _is_orphan(parent: int | None) -> bool:
    return parent is not None and os.getppid() != parent


def _has_open_jobs(context: Context) -> bool:
    try:
        with context.book() as book, hold_worker_lock(book.engine, book.home) as held, book.read() as session:
            # While another process has the lock, the jobs are being done.
            return held and bool(list_open_jobs(session))
    except RegistryError as error:
        say_error(error)
        return False


def _take_in_reports(context: Context) -> bool:
    """Move the reports of the inbox into the book; tells whether that could be done."""
    try:
        with context.book() as book:
            take_in_corrections(book, context.settings, at=context.clock())
    except RegistryError as error:
        say_error(error)
        return False
    except OSError as error:
        context.say(
            f"El buzón {context.settings.inbox} no se puede atender: {error.strerror}.",
            f"The inbox {context.settings.inbox} cannot be attended to: {error.strerror}.",
        )
        return False
    return True


def _publish_if_due(context: Context) -> bool:
    """Publish what the calendar changed; tells whether that could be done."""
    try:
        with context.book() as book:
            result = publish(book, context.settings, actor=Actor(CALENDAR), clock=context.clock, if_due=True)
    except RegistryError as error:
        say_error(error)
        return False
    if result.release is not None:
        context.say(f"Publicación {result.release}: cambió el calendario.", f"Release {result.release}: calendar.")
    return True


COMMANDS = (serve, work)
