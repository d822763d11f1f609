"""How many costly requests one worker takes at once: the others are asked to come back, so that readers go on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, Lock
from typing import TYPE_CHECKING

from exemptions.errors import RegistryError

if TYPE_CHECKING:
    # The master of the service loads this module for its errors, and must not load what its workers use.
    from flask import Response


class TooBusy(RegistryError):
    """As many costly requests as a worker takes are being answered."""


class Turn:
    """One place of costly work; leaving it twice is leaving it once."""

    def __init__(self, places: BoundedSemaphore) -> None:
        self._places = places
        self._lock = Lock()
        self._is_left = self.is_kept = False

    def until_sent(self, response: Response) -> None:
        """Keep the place for as long as the answer is being made and sent."""
        self.is_kept = True
        response.response = self._passed_on(response.iter_encoded())
        # One that goes away before the first part never starts the stream, so its end would not be seen.
        response.call_on_close(self.leave)

    def _passed_on(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        try:
            yield from chunks
        finally:
            self.leave()

    def leave(self) -> None:
        """Give the place to another request."""
        with self._lock:
            if not self._is_left:
                self._is_left = True
                self._places.release()


class Turns:
    """Places of costly work. A worker has four threads: half of them always stay for readers."""

    def __init__(self, places: int = 2, *, wait_s: float = 3.0) -> None:
        self._places = BoundedSemaphore(places)
        self._wait_s = wait_s

    @contextmanager
    def take(self) -> Iterator[Turn]:
        """A place, left at the end unless an answer keeps it.

        Raises: TooBusy if none becomes free soon.
        """
        if not self._places.acquire(timeout=self._wait_s):
            raise TooBusy(
                "Se están comparando otras listas. Vuelva a intentarlo en unos segundos.",
                "Other lists are being matched. Try again in some seconds.",
            )
        turn = Turn(self._places)
        try:
            yield turn
        except BaseException:
            turn.leave()
            raise
        if not turn.is_kept:
            turn.leave()
