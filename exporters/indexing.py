"""Building the search index beside the other work of a publication."""

from __future__ import annotations

from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from types import TracebackType

from exemptions.index import write_index
from exporters.build import RECORDS
from exporters.tables import read_arrow

_OWN_PROCESS_ROWS = 25_000
"""From about this size on the index takes longer than starting a process for it, some 0.6 s."""


class IndexWriter:
    """Writes the index of a folder's records: in a process of its own for a large registry, at the end for a small one.

    Starts on entering; `finish` returns when the index is whole. With `write=False` the index is there already.
    """

    def __init__(self, folder: Path, *, write: bool) -> None:
        self._folder = folder
        self._write = write
        self._pool: ProcessPoolExecutor | None = None
        self._running: Future[None] | None = None

    def __enter__(self) -> IndexWriter:
        if self._write and read_arrow(self._folder / RECORDS).num_rows >= _OWN_PROCESS_ROWS:
            # A forked child would share the database's connection and the locks of the libraries' threads.
            self._pool = ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn"))
            self._running = self._pool.submit(_index, self._folder)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._pool is not None:
            # Also after an error the process is waited for, so that nobody writes into a folder that is being deleted.
            self._pool.shutdown(wait=True, cancel_futures=True)

    def finish(self) -> None:
        """Wait for the index, or write it.

        Raises: whatever writing it raised, such as OSError on a full disk.
        """
        if self._running is not None:
            self._running.result()
        elif self._write:
            _index(self._folder)


def _index(folder: Path) -> None:
    write_index(read_arrow(folder / RECORDS), folder / "index")
