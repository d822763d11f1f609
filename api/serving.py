"""How gunicorn runs the service. The module is its own configuration file: `gunicorn -c python:api.serving wsgi:app`,
or `python -m api.master` in its place, which does the jobs of staff too.

It imports nothing heavy: gunicorn's master reads it and must not load what its workers use after the fork.
"""

from __future__ import annotations

import gc
import os
import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from gunicorn.arbiter import Arbiter
    from gunicorn.workers.base import Worker

bind = "127.0.0.1:8000"
workers = 2
threads = 4
worker_class = "api.worker.RegistryWorker"
"""Threads, because a slow reader of a long download would block a worker that has only one."""
preload_app = False
"""Index, maps and threads of compiled libraries must be made after the fork."""
reuse_port = True
"""Each worker has its own queue; with a shared one all kept-alive connections may land on one worker."""
keepalive = 20
timeout = 60
graceful_timeout = 60
"""A stopping worker lets running downloads end."""
limit_request_line = 8190
limit_request_fields = 60
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108 - a memory file for the heartbeat, made by gunicorn with its own random name
accesslog = None
"""The application writes an access log that holds nothing a person typed; gunicorn's would hold the address."""
control_socket_disable = True
"""Nothing controls the service but signals, and nothing of it lies in somebody's home folder."""
forwarded_allow_ips = "127.0.0.1,::1"

ARENAS = "MALLOC_ARENA_MAX"
"""The allocator reads this setting when a process begins, so it cannot be set in the configuration."""
PYTHON = (sys.executable, "-P")
"""Python that imports nothing from the folder it is started in."""
_ROOT = Path(__file__).resolve().parent.parent
_FIGURES = Path(tempfile.gettempdir()) / f"registry-figures-{token_hex(8)}"
"""Each worker counts in a file of its own here; /metrics sums them. Made when the service starts."""

raw_env = [
    f"PROMETHEUS_MULTIPROC_DIR={_FIGURES}",
    # A worker formats slices for several readers at once; threads of its own for each slice only get in the way.
    "POLARS_MAX_THREADS=1",
]

logconfig_dict: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
            "datefmt": "%Y-%m-%dT%H:%M:%S%z",
        },
        "bare": {"format": "%(message)s"},
    },
    "handlers": {
        "plain": {"class": "logging.StreamHandler", "formatter": "plain", "stream": "ext://sys.stderr"},
        "bare": {"class": "logging.StreamHandler", "formatter": "bare", "stream": "ext://sys.stderr"},
    },
    "root": {"level": "WARNING", "handlers": ["plain"]},
    "loggers": {
        "gunicorn.error": {"level": "INFO", "handlers": ["plain"], "propagate": False},
        "gunicorn.access": {"level": "CRITICAL", "handlers": [], "propagate": False},
        "registry": {"level": "INFO", "handlers": ["plain"], "propagate": False},
        "registry.access": {"level": "INFO", "handlers": ["bare"], "propagate": False},
    },
}


def on_starting(server: Arbiter) -> None:
    """Make the folder of the figures, for this user alone."""
    _FIGURES.mkdir(mode=0o700)


def post_worker_init(worker: Worker) -> None:
    """Open the current release and watch for newer ones, in the worker's own process."""
    from flask import Flask

    from api.state import start_serving

    if not isinstance(worker.wsgi, Flask):
        raise TypeError("the worker serves another application")
    # What is imported stays until the worker ends; looking through it all for garbage held up a request for 170 ms now
    # and then. A release is opened afterwards, so that nothing of it is kept when a newer one takes its place.
    gc.collect()
    gc.freeze()
    start_serving(worker.wsgi)


def child_exit(server: Arbiter, worker: Worker) -> None:
    """Forget the live figures of a worker that ended."""
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(worker.pid, str(_FIGURES))  # type: ignore[no-untyped-call]


def on_exit(server: Arbiter) -> None:
    """Remove the figures when the service stops."""
    shutil.rmtree(_FIGURES, ignore_errors=True)


def run_server(
    *,
    host: str,
    port: int,
    folders: Mapping[str, Path],
    workers: int = workers,
    encrypted: tuple[Path, Path] | None = None,
) -> NoReturn:
    """Become gunicorn serving the registry at `host`:`port`; `folders` are those settings that are paths, by variable.

    `encrypted` are a certificate and its key, for TLS in place of plain HTTP.
    The process is replaced, so that signals reach gunicorn itself, and nothing that this process has loaded is forked.
    """
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    environment = [f"{ARENAS}=2", *(f"{variable}={path}" for variable, path in folders.items())]
    command = ["env", *environment, *PYTHON, "-m", "api.master", "--config", "python:api.serving"]
    # gunicorn imports from the folder it runs in before any other, so that must be ours: the folder that a person
    # happens to be in may hold an api.py of its own. Relative paths of that folder are given whole.
    os.chdir(_ROOT)
    sys.stdout.flush()
    sys.stderr.flush()
    # Read again for each connection: a renewed certificate needs no restart.
    secured = ["--certfile", str(encrypted[0]), "--keyfile", str(encrypted[1])] if encrypted else []
    options = ["--bind", address, "--workers", str(workers), *secured]
    os.execvp("env", [*command, *options, "wsgi:app"])  # noqa: S606 - fixed arguments, no shell
