"""Several people at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def several(people: int, read: Callable[[int, threading.Event], None]) -> Iterator[None]:
    """Let `read(number, stop)` run once for each of them, from 0, until the block ends and each has seen `stop`."""
    stop = threading.Event()
    threads = [threading.Thread(target=read, args=(number, stop)) for number in range(people)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()
