"""What a person saw when deciding about batches: a decision about something else than was seen is refused."""

from __future__ import annotations

import hashlib
import json

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from exemptions.batches import list_approved
from exemptions.models import Batch, Release

_LENGTH = 20
"""Hexadecimal digits; it guards against chance, not against an attacker, who could as well send the true one."""


def fingerprint_batch(session: Session, batch: Batch) -> str:
    """Changes when the batch, or anything that its comparison rests on, changes.

    A batch is compared with what is published and with the batches of its dataset that were approved before it.
    """
    before = [other.id for other in list_approved(session) if other.dataset == batch.dataset and other.id != batch.id]
    return _digest([batch.id, batch.state, batch.staged_sha256, batch.guards, before, _latest_release(session)])


def fingerprint_publication(session: Session) -> str:
    """Changes when what a publication would make public changes, or another one is made."""
    return _digest([[batch.id for batch in list_approved(session)], _latest_release(session)])


def _latest_release(session: Session) -> int:
    return session.scalar(select(func.max(Release.number))) or 0


def _digest(seen: list[object]) -> str:
    return hashlib.sha256(json.dumps(seen, sort_keys=True, default=str).encode()).hexdigest()[:_LENGTH]
