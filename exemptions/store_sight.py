"""What the release store that machines share said when this machine last looked: `store.json` beside the releases."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from exemptions.calendar import format_instant, parse_instant

SIGHT = "store.json"


@dataclass(frozen=True, slots=True)
class StoreSight:
    """One look at the store."""

    release: int | None
    """The newest release that the store has; None while it has none."""
    looked_at: datetime
    is_followed: bool
    """Whether this machine's releases are copies of the store's, and not the other way round."""

    def encode(self) -> bytes:
        """The bytes of `store.json`."""
        told = {
            "release": self.release,
            "looked_at": format_instant(self.looked_at),
            "is_followed": self.is_followed,
        }
        return (json.dumps(told, sort_keys=True, indent=1) + "\n").encode()


def find_sight(releases: Path) -> StoreSight | None:
    """The last look; None where there was none that can be read."""
    try:
        told = json.loads((releases / SIGHT).read_bytes())
        return StoreSight(told["release"], parse_instant(told["looked_at"]), bool(told["is_followed"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
