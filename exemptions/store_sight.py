"""What the release store that machines share said when this machine last looked: `store.json` beside the releases."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from threading import BoundedSemaphore

from exemptions.calendar import Clock

SIGHT = "store.json"
WAIT_S = 3.0
"""How long a question waits for the next look; a machine looks every two seconds."""

_AHEAD = 8
"""So many releases do not come between two looks; a number further on was never published."""
_LOOK_S = 0.05


@dataclass(frozen=True, slots=True)
class StoreSight:
    """One look at the store."""

    release: int | None
    """The newest release that the store has; None while it has none."""
    looked_at: datetime
    """When the look began."""
    is_followed: bool
    """Whether this machine's releases are copies of the store's, and not the other way round."""
    is_pinned: bool = False
    """Whether this machine takes only what a key that it was told to trust has signed."""
    is_refused: bool = False
    """Whether what the store has was refused: not signed as it must be, damaged, earlier, or of another registry."""

    def encode(self) -> bytes:
        """The bytes of `store.json`."""
        told = {**asdict(self), "looked_at": self.looked_at.isoformat()}
        return (json.dumps(told, sort_keys=True, indent=1) + "\n").encode()


def find_sight(releases: Path) -> StoreSight | None:
    """The last look; None where there was none that can be read."""
    try:
        told = json.loads((releases / SIGHT).read_bytes())
        return StoreSight(
            told["release"],
            datetime.fromisoformat(told["looked_at"]),
            bool(told["is_followed"]),
            bool(told.get("is_pinned")),
            bool(told.get("is_refused")),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


class Sightings:
    """Whether a release that this machine does not have was published all the same.

    Somebody may have its number from another machine, which looked at the store earlier.
    """

    def __init__(self, releases: Path, clock: Clock, *, wait_s: float = WAIT_S) -> None:
        self._releases = releases
        self._clock = clock
        self._wait_s = wait_s
        # A made-up number must not hold more than one thread of those that answer.
        self._places = BoundedSemaphore(1)

    def may_have(self, number: int) -> bool:
        """Whether the store has that release, or could have it; "no" is certain.

        It waits for a look that begins after the question, unless another question waits already.
        """
        asked_at, sight = self._clock(), find_sight(self._releases)
        if sight is None or not sight.is_followed:
            return False
        newest = sight.release or 0
        if not newest < number <= newest + _AHEAD:
            return number <= newest
        if not self._places.acquire(blocking=False):
            return True
        try:
            end = time.monotonic() + self._wait_s
            while time.monotonic() < end:
                time.sleep(_LOOK_S)
                sight = find_sight(self._releases) or sight
                if sight.looked_at > asked_at:
                    return number <= (sight.release or 0)
        finally:
            self._places.release()
        return True
