"""The anchor of the audit: a small file outside the book that tells how long the trail was and how it ended.

The chain shows what was altered or taken out between two entries; only the anchor shows that the last ones are gone.
It is written after each commit, so after a crash it may be behind the trail; it is never ahead of it.
"""

from __future__ import annotations

import json
import os
import re
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from exemptions.audit import WRITTEN, Anchor
from exemptions.errors import AnchorDamaged
from exemptions.models import AuditEntry

ANCHOR_NAME = "audit.anchor"
ACCEPTED = "audit_accepted"
"""What a session's `info` holds when an administrator accepts a trail that does not reach the anchor."""


def read_anchor(home: Path) -> Anchor | None:
    """The anchor of a home, or None where there is none yet.

    Raises: AnchorDamaged.
    """
    try:
        told = json.loads((home / ANCHOR_NAME).read_bytes())
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise _damaged(home) from error
    match told:
        case {"entries": int(entries), "digest": str(digest)} if entries > 0 and re.fullmatch("[0-9a-f]{64}", digest):
            return Anchor(entries, digest)
    raise _damaged(home)


def find_next_anchor(session: Session, home: Path) -> Anchor | None:
    """Where the trail will end once this session is committed; None if the anchor is to stay as it is.

    An anchor that the trail contradicts stays, since it is the proof that entries are missing.
    """
    if not session.info.get(WRITTEN):
        return None
    if not session.info.get(ACCEPTED):
        try:
            before = read_anchor(home)
        except AnchorDamaged:
            return None
        if before is not None and _digest_at(session, before.entries) != before.digest:
            return None
    newest = select(AuditEntry.id, AuditEntry.digest).order_by(AuditEntry.id.desc()).limit(1)
    return Anchor(*session.execute(newest).one())


def keep_anchor(home: Path, anchor: Anchor) -> None:
    """Replace the anchor of a home, whole or not at all. The caller holds the writer's lock."""
    path = home / ANCHOR_NAME
    fresh = path.with_suffix(".new")
    # What it tells is committed already, so a full disk must not make that look undone; the next act catches up.
    with suppress(OSError):
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(json.dumps(asdict(anchor)).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)


def _digest_at(session: Session, number: int) -> str | None:
    return session.scalar(select(AuditEntry.digest).where(AuditEntry.id == number))


def _damaged(home: Path) -> AnchorDamaged:
    path = home / ANCHOR_NAME
    return AnchorDamaged(
        f"El ancla de la bitácora ({path}) está dañada: no se sabe hasta dónde llegaba.",
        f"The anchor of the audit trail ({path}) is damaged: how far the trail went is not known.",
    )
