"""Which demonstration a home holds, so that one that was interrupted goes on as it began."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from exemptions.models import Fact

_KEY = "demonstration_order"


@dataclass(frozen=True, slots=True)
class DemonstrationOrder:
    """What the invented data follows from: how many rows, which chance, and the day on which it was begun."""

    rows: int
    seed: int
    day: date


def find_order(session: Session) -> DemonstrationOrder | None:
    """The demonstration of this book; None where none was begun."""
    fact = session.get(Fact, _KEY)
    if fact is None:
        return None
    kept = json.loads(fact.value)
    return DemonstrationOrder(kept["rows"], kept["seed"], date.fromisoformat(kept["day"]))


def keep_order(session: Session, order: DemonstrationOrder) -> None:
    """Note which demonstration this book holds, for good."""
    value = {"rows": order.rows, "seed": order.seed, "day": order.day.isoformat()}
    session.add(Fact(key=_KEY, value=json.dumps(value)))
