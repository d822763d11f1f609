"""Commands that keep running: `serve` and `work`."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from types import FrameType

import click

from api.cli.context import Context
from api.serving import PYTHON, run_server
from exemptions.accounts import CALENDAR, Actor
from exemptions.calendar import seconds_to_midnight
from exemptions.errors import RegistryError
from exemptions.settings import ENVIRONMENT, Role
from exporters.publish import publish, reconcile

_RETRY_S = 300.0
"""How soon a publication that could not be made is tried again."""
_PARENT_CHECK_S = 2.0


@click.command()
@click.option("--port", type=click.IntRange(1, 65_535), default=8000, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True)
@click.pass_obj
def serve(context: Context, port: int, host: str, workers: int) -> None:
    """Sirve el registro con gunicorn / serve the registry with gunicorn."""
    if context.settings.role is not Role.PUBLIC:
        with context.book() as book:
            reconcile(book, context.settings)
        # It ends by itself when this process, which becomes gunicorn, is gone.
        subprocess.Popen([*PYTHON, "-m", "api.cli", "work", "--with-parent", str(os.getpid())])
    context.say(
        f"Registro abierto de exenciones en http://{host}:{port}/  (Ctrl+C para terminar)",
        f"Open registry of exemptions at http://{host}:{port}/  (Ctrl+C to stop)",
    )
    folders = {ENVIRONMENT[name]: getattr(context.settings, name) for name in ("home", "releases")}
    run_server(host=host, port=port, folders=folders, workers=workers)


@click.command()
@click.option("--once", is_flag=True, help="Hace lo pendiente y termina / do what is due and stop.")
@click.option("--with-parent", type=int, hidden=True, help="Ends when that process is no longer the parent.")
@click.pass_obj
def work(context: Context, once: bool, with_parent: int | None) -> None:
    """Publica cuando el calendario cambia un estado / publish when the calendar changes a status."""
    if once:
        _publish_if_due(context)
        return
    stop = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    while not stop.is_set():
        _wait(stop, _publish_if_due(context), with_parent)


def _publish_if_due(context: Context) -> float:
    """Publish what the calendar changed; gives the seconds until the next look."""
    try:
        with context.book() as book:
            result = publish(book, context.settings, actor=Actor(CALENDAR), clock=context.clock, if_due=True)
    except RegistryError as error:
        click.echo(error.text(context.lang), err=True)
        return _RETRY_S
    if result.release is not None:
        context.say(f"Publicación {result.release}: cambió el calendario.", f"Release {result.release}: calendar.")
    return seconds_to_midnight(context.clock()) + 1.0


def _wait(stop: threading.Event, seconds: float, parent: int | None) -> None:
    """Wait until `stop`, for `seconds` at most, and no longer than the parent lives."""
    step = seconds if parent is None else _PARENT_CHECK_S
    waited = 0.0
    while waited < seconds and not stop.wait(min(step, seconds - waited)):
        waited += step
        if parent is not None and os.getppid() != parent:
            stop.set()


COMMANDS = (serve, work)
