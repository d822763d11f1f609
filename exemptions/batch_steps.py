"""The way of a batch, step by step, as the audit tells it: who did what, when and why."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from exemptions.audit import Act
from exemptions.batches import get_batch
from exemptions.errors import Sentence
from exemptions.models import AuditEntry


class Step(StrEnum):
    """What happens to a batch."""

    LOADED = "loaded"
    """Uploaded, checked and compared; the details say what became of it."""
    APPROVED = "approved"
    SENT_BACK = "sent_back"
    """No longer approved: what it was compared with has gone."""
    REJECTED = "rejected"
    PUBLISHED = "published"


STEP_NAMES: Mapping[Step, Sentence] = {
    Step.LOADED: Sentence("recibido y comprobado", "received and checked"),
    Step.APPROVED: Sentence("aprobado", "approved"),
    Step.SENT_BACK: Sentence("devuelto a comprobado", "sent back to validated"),
    Step.REJECTED: Sentence("rechazado", "rejected"),
    Step.PUBLISHED: Sentence("publicado", "published"),
}
"""What a person reads of each step."""


@dataclass(frozen=True, slots=True)
class BatchStep:
    """One step of a batch."""

    step: Step
    actor: str
    at: datetime
    reason: str | None = None
    """Written by the person: why a guard was lifted, or the batch rejected."""
    details: Mapping[str, Any] = field(default_factory=dict)
    """The audit's own: state, counts, what the guards measured and what was allowed, the release."""


_OF_BATCH = {Act.BATCH_LOADED: Step.LOADED, Act.BATCH_APPROVED: Step.APPROVED, Act.BATCH_REJECTED: Step.REJECTED}
_ELSEWHERE = (Act.RELEASE_PUBLISHED, Act.RELEASE_ROLLED_BACK, Act.RELEASE_REBUILT)
"""Acts on releases that concern batches."""


def list_steps(session: Session, number: int) -> list[BatchStep]:
    """Everything that happened to a batch, the oldest first.

    Raises: BatchNotFound.
    """
    get_batch(session, number)
    entries = select(AuditEntry).where(AuditEntry.act.in_([*_OF_BATCH, *_ELSEWHERE])).order_by(AuditEntry.id)
    steps = (_read(entry, number) for entry in session.scalars(entries))
    return [step for step in steps if step is not None]


def _read(entry: AuditEntry, number: int) -> BatchStep | None:
    details = json.loads(entry.details)
    act = Act(entry.act)
    if act in _OF_BATCH and entry.subject == f"batch {number}":
        lifted = details.get("lifted") or {}
        return BatchStep(_OF_BATCH[act], entry.actor, entry.at, details.get("reason") or lifted.get("reason"), details)
    if number in details.get("sent_back", ()):
        return BatchStep(Step.SENT_BACK, entry.actor, entry.at, details.get("reason"), {"by": entry.subject})
    if act is Act.RELEASE_PUBLISHED and number in details.get("batches", ()):
        release = int(entry.subject.removeprefix("release "))
        return BatchStep(Step.PUBLISHED, entry.actor, entry.at, None, {"release": release})
    return None
