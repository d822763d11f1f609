"""gunicorn's master, which also keeps the process alive that does what staff asked for.

    python -m api.master --config python:api.serving wsgi:app

It imports nothing heavy: it must not load what its workers use after the fork.
"""

from __future__ import annotations

import logging
import os
import subprocess
import time
from functools import cached_property

from gunicorn.app.wsgiapp import WSGIApplication
from gunicorn.arbiter import Arbiter

from api.serving import ARENAS, PYTHON
from exemptions.settings import Role, read_settings

_PAUSE_S = 5.0
"""How soon the process that does jobs is started again."""
_LOG = logging.getLogger("registry.master")


class RegistryMaster(Arbiter):
    """Replaces the process that does jobs when it is gone, as it does with its workers."""

    _jobs: subprocess.Popen[bytes] | None = None
    _not_before = 0.0

    def manage_workers(self) -> None:
        """Keep as many workers as were asked for, and one process that does jobs; called every second."""
        super().manage_workers()
        if self._does_jobs and time.monotonic() >= self._not_before and not self._are_jobs_done():
            self._not_before = time.monotonic() + _PAUSE_S
            # What is set for the workers is not meant for it. It ends by itself when this process is gone.
            unset = [f"--unset={name}" for name in (*self.cfg.env, ARENAS)]
            command = ["env", *unset, *PYTHON, "-m", "api.cli", "work", "--with-parent", str(os.getpid())]
            self._jobs = subprocess.Popen(command)

    @cached_property
    def _does_jobs(self) -> bool:
        return read_settings().role is not Role.PUBLIC

    def _are_jobs_done(self) -> bool:
        if self._jobs is None:
            return False
        if self._jobs.poll() is None:
            return True
        _LOG.error("the process that does jobs has ended; another one is started")
        return False


class _Service(WSGIApplication):
    def run(self) -> None:
        RegistryMaster(self).run()


if __name__ == "__main__":
    _Service("%(prog)s [OPTIONS] [APP_MODULE]").run()
