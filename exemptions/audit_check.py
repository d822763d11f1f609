"""Whether the audit trail is whole: nothing altered, nothing taken out, nothing cut off at its end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from exemptions.audit import Act, Fault, TrailFault, record_act, walk_chain
from exemptions.audit_anchor import ACCEPTED, read_anchor
from exemptions.errors import AnchorDamaged, NotAllowed, Sentence
from exemptions.models import AuditEntry
from exemptions.rights import Actor

_SENTENCES: dict[Fault, Sentence] = {
    Fault.ALTERED: Sentence(
        "La entrada {first} de la bitácora fue alterada: su contenido no corresponde a su huella.",
        "Entry {first} of the audit trail was altered: its content does not agree with its digest.",
    ),
    Fault.MISSING: Sentence(
        "Faltan entradas de la bitácora, de la {first} a la {last}: fueron borradas.",
        "Entries {first} to {last} of the audit trail are missing: they were deleted.",
    ),
    Fault.UNLINKED: Sentence(
        "La entrada {first} de la bitácora no sigue a la anterior: una de las dos fue cambiada o se borró otra.",
        "Entry {first} of the audit trail does not follow the one before: one of them was changed, or another deleted.",
    ),
    Fault.REPLACED: Sentence(
        "La bitácora fue escrita de nuevo: su entrada {first} no es la que guarda el ancla de esta carpeta. {restored}",
        "The audit trail was written anew: its entry {first} is not the one that the anchor of this home keeps. "
        "{restored}",
    ),
    Fault.TRUNCATED: Sentence(
        "La bitácora está cortada: faltan sus últimas entradas, de la {first} a la {last}. {restored}",
        "The audit trail is cut off: its last entries, {first} to {last}, are missing. {restored}",
    ),
    Fault.ANCHOR_DAMAGED: Sentence(
        "El ancla de la bitácora (audit.anchor) está dañada: no se sabe hasta dónde llegaba. {restored}",
        "The anchor of the audit trail (audit.anchor) is damaged: how far the trail went is not known. {restored}",
    ),
}
_RESTORED = Sentence(
    "Si el libro se restauró de un respaldo, déjelo dicho con: exemptions audit --accept --reason MOTIVO",
    "If the book was restored from a backup, put that on record: exemptions audit --accept --reason REASON",
)


def fault_sentence(fault: TrailFault) -> Sentence:
    """A fault in words, with what to do where the book may have been restored."""
    kind = _SENTENCES[fault.fault]
    return Sentence(
        kind.es.format(first=fault.first, last=fault.last, restored=_RESTORED.es),
        kind.en.format(first=fault.first, last=fault.last, restored=_RESTORED.en),
    )


@dataclass(frozen=True, slots=True)
class TrailCheck:
    """What a check of the whole trail found."""

    entries: int
    fault: TrailFault | None
    anchored: bool
    """Whether anything outside the book told where the trail ended; otherwise a cut at its end cannot be seen."""


def check_trail(session: Session, home: Path) -> TrailCheck:
    """Check every entry of the trail against the one before, and its end against the anchor of the home."""
    try:
        anchor = read_anchor(home)
    except AnchorDamaged:
        count = session.scalar(select(func.count()).select_from(AuditEntry)) or 0
        damaged = walk_chain(session)[1] or TrailFault(Fault.ANCHOR_DAMAGED, count, count)
        return TrailCheck(count, damaged, anchored=False)
    number, fault = walk_chain(session, anchor=anchor)
    if fault is None and anchor is not None and number < anchor.entries:
        fault = TrailFault(Fault.TRUNCATED, number + 1, anchor.entries)
    return TrailCheck(number, fault, anchored=anchor is not None)


def accept_trail(session: Session, home: Path, *, actor: Actor, reason: str, at: datetime) -> bool:
    """Put on record that the trail ends elsewhere than the anchor tells, as after a backup was restored.

    The entry names what the anchor told, and the anchor moves with it; the chain itself cannot be mended. Tells whether
    there was anything to accept.
    Raises: NotAllowed without a written reason, or while the chain is broken before its end.
    """
    fault = check_trail(session, home).fault
    if fault is None:
        return False
    if fault.fault not in (Fault.TRUNCATED, Fault.REPLACED, Fault.ANCHOR_DAMAGED):
        told = fault_sentence(fault)
        raise NotAllowed(told.es, told.en)
    if not reason.strip():
        raise NotAllowed(
            "Aceptar una bitácora cortada necesita un motivo escrito.",
            "Accepting a trail that was cut off needs a written reason.",
        )
    session.info[ACCEPTED] = True
    details = {"fault": str(fault.fault), "first": fault.first, "last": fault.last, "reason": reason.strip()}
    record_act(session, actor=actor.name, act=Act.TRAIL_ACCEPTED, subject="book", at=at, details=details)
    return True
