"""Building the search index beside the other work of a publication."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from exemptions.index import write_index
from exporters.tables import read_arrow

_OWN_PROCESS_ROWS = 25_000
"""From about this size on the index takes longer than starting a process for it, some 0.6 s."""

_RECORDS = "records.arrow"
_INDEX = "index"
_ROOT = Path(__file__).resolve().parent.parent


class IndexWriter:
    """Writes the index of a folder's records: in a process of its own for a large registry, at the end for a small one.

    The process begins on entering, so that it has loaded what it needs when the records are there; `start` tells it
    that they are, and `finish` returns when the index is whole. With no rows announced the index is there already.
    """

    def __init__(self, folder: Path, *, rows: int | None) -> None:
        self._folder = folder
        self._write = rows is not None
        self._large = rows is not None and rows >= _OWN_PROCESS_ROWS
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> IndexWriter:
        if self._large:
            # A forked child would share the database's connection and the locks of the libraries' threads.
            self._child = subprocess.Popen(
                [sys.executable, "-m", "exporters.indexing"],
                cwd=_ROOT,
                env={"PYTHONUTF8": "1", "POLARS_MAX_THREADS": "1", "MALLOC_ARENA_MAX": "2"},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._child is not None:
            # Also after an error the process is waited for, so that nobody writes into a folder that is being deleted.
            # One that was told nothing ends when nothing more can be told to it.
            self._child.communicate()

    def start(self) -> None:
        """Begin: the records are in the folder."""
        if self._child is not None and self._child.stdin is not None:
            # A process that has died already tells why when it is waited for.
            with suppress(BrokenPipeError), self._child.stdin as told:
                told.write(json.dumps(str(self._folder.absolute())).encode())
            self._child.stdin = None

    def finish(self) -> None:
        """Wait for the index, or write it.

        Raises: whatever writing it raised, such as OSError on a full disk.
        """
        if self._child is not None:
            told, complaints = self._child.communicate()
            if self._child.returncode:
                raise _failure(told, complaints)
        elif self._write:
            _index(self._folder)


def _failure(told: bytes, complaints: bytes) -> OSError:
    """What the process failed with."""
    if told:
        return OSError(*json.loads(told))
    lines = complaints.decode("utf-8", errors="replace").strip().splitlines()
    return ChildProcessError(lines[-1] if lines else "the index was not written")


def _index(folder: Path) -> None:
    write_index(read_arrow(folder / _RECORDS), folder / _INDEX)


def _main() -> int:
    """Write the index of the folder that stands on standard input; a failure of the disk is told as errno and text."""
    told = sys.stdin.buffer.read()
    if not told:
        return 0
    try:
        _index(Path(json.loads(told)))
    except OSError as error:
        sys.stdout.write(json.dumps([error.errno, error.strerror, error.filename]))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(_main())
