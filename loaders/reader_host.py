"""The process that forks the readers of this one: started when it is needed, kept for the next file."""

from __future__ import annotations

import atexit
import json
import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parent.parent

_ENVIRONMENT = {
    "PYTHONUTF8": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "POLARS_MAX_THREADS": "1",
    "MALLOC_ARENA_MAX": "2",
    # Arrow's own allocator sets a gigabyte aside before it needs any, which would count as used.
    "ARROW_DEFAULT_MEMORY_POOL": "system",
}


class ReaderHost:
    """Hands files to readers, one at a time."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0

    def start(self) -> None:
        """Have the process ready soon; it loads its libraries beside what the caller does next."""
        with self._turn:
            self._find_or_start()

    def run(self, job: Mapping[str, Any], *, time_s: float) -> int:
        """Have a reader do the job; gives the status that it ended with, a signal's as a negative number.

        Raises: TimeoutError after `time_s`; the reader is gone then.
        """
        line = json.dumps(job).encode() + b"\n"
        with self._turn:
            # Between two files the process may end for want of work, just as the next one comes.
            while (status := self._ask(line, time_s)) is None:
                pass
            return status

    def stop(self) -> None:
        """End the process if it waits for work; one of another process, which was inherited, is left alone."""
        with self._turn:
            if self._process is not None and self._owner == os.getpid():
                self._process.communicate()
            self._process = None

    def _ask(self, line: bytes, time_s: float) -> int | None:
        """The status of the reader, or None if the process had nothing to do and ended before it was asked."""
        process = self._find_or_start()
        told, answers = _pipes(process)
        answered = b""
        try:
            told.write(line)
            if not select.select([answers], [], [], time_s)[0]:
                raise TimeoutError
            answered = answers.readline()
        except BrokenPipeError:
            pass
        finally:
            if not answered:
                self._kill(process)
        if answered:
            return int(answered)
        return process.returncode or None

    def _find_or_start(self) -> subprocess.Popen[bytes]:
        # A forked process would share the pipes of its parent's, and hear the answers to the other's files.
        if self._process is not None and self._owner == os.getpid():
            if self._process.poll() is None:
                return self._process
            self._kill(self._process)
        # The process gets no environment of ours: no token and no address of the database beside a stranger's file.
        self._process = subprocess.Popen(
            [sys.executable, "-m", "loaders.reader"],
            cwd=_ROOT,
            env=_ENVIRONMENT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            start_new_session=True,
        )
        self._owner = os.getpid()
        return self._process

    def _kill(self, process: subprocess.Popen[bytes]) -> None:
        """End the process with its reader, if it has not ended: the two are a session of their own."""
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        self._process = None


def _pipes(process: subprocess.Popen[bytes]) -> tuple[Any, Any]:
    assert process.stdin is not None and process.stdout is not None  # noqa: S101, PT018 - asked for at its start
    return process.stdin, process.stdout


HOST = ReaderHost()
"""The one of this process."""

atexit.register(HOST.stop)
