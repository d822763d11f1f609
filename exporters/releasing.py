"""What publishing, rolling back and withdrawing share: a folder put in place, its row in the book, the switch."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

import polars as pl
from sqlalchemy.orm import Session

from exemptions.accounts import Actor
from exemptions.calendar import format_instant, guatemala_day
from exemptions.catalogs import Catalogs
from exemptions.database import Book
from exemptions.disclosure import Policy
from exemptions.errors import ClockWrong, ReleaseNotFound, ReleaseWithdrawn
from exemptions.models import Release
from exemptions.releases import list_releases
from exemptions.settings import Settings
from exporters.assemble import Draft, Inputs, Previous, assemble
from exporters.durable import move_folder
from exporters.gather import gather_facts
from exporters.pointer import BUILDING, find_latest, point_at_latest
from exporters.signing import publish_keys
from exporters.steps import Progress, Step


@dataclass(frozen=True, slots=True)
class Work:
    """What every part of one publication needs."""

    settings: Settings
    book: Book
    actor: Actor
    at: datetime
    catalogs: Catalogs
    progress: Progress

    @property
    def today(self) -> date:
        return guatemala_day(self.at)


def next_number(session: Session) -> int:
    """The number of the release to be made; no number is ever used again."""
    known = list_releases(session)
    return known[0].number + 1 if known else 1


def get_kept_release(session: Session, number: int) -> Release:
    """The release of that number, which was not withdrawn.

    Raises: ReleaseNotFound, ReleaseWithdrawn.
    """
    release = session.get(Release, number)
    if release is None:
        raise ReleaseNotFound(f"No hay ninguna publicación {number}.", f"There is no release {number}.")
    if release.withdrawn_at is not None:
        raise ReleaseWithdrawn(f"La publicación {number} fue retirada.", f"Release {number} was withdrawn.")
    return release


def add_release(
    session: Session,
    work: Work,
    draft: Draft,
    content: pl.DataFrame,
    policy: Policy,
    previous: Previous | None,
    *,
    enter: Callable[[], None] = lambda: None,
) -> Mapping[str, int]:
    """Build the folder, put it in place and add the release to the book; gives its counts.

    `enter` writes what of `content` the book does not hold yet; it is called while the index is being made.

    Raises: PolicyError, PrivateIdentifierFound, ReleaseDamaged, ClockWrong; then no folder is left.
    """
    _refuse_earlier(session, draft)
    # A part of a killed publication may still be writing: it must never find a folder of the same name again.
    building = work.settings.releases / f"{BUILDING}{draft.number}-{secrets.token_hex(4)}"
    facts = gather_facts(session, content)
    inputs = Inputs(session, work.settings, content, facts, work.catalogs, policy, previous, enter)
    try:
        built = assemble(building, draft, inputs, work.progress)
        publish_keys(work.book.home, work.settings.releases)
        work.progress(Step.PLACE)
        move_folder(building, work.settings.releases / str(draft.number))
    finally:
        # A full disk is the likeliest failure, so what was written of a failed release goes at once.
        shutil.rmtree(building, ignore_errors=True)
    session.add(
        Release(
            number=draft.number,
            published_at=draft.at,
            status_date=draft.status_date,
            manifest_sha256=built.manifest_sha256,
            restores=draft.restores,
            note=draft.note,
            published_by=work.actor.name,
        )
    )
    session.flush()
    return built.counts


def _refuse_earlier(session: Session, draft: Draft) -> None:
    """Releases are dated in the order of their numbers: readers ask for the one in force on a day."""
    latest = find_latest(session)
    if latest is not None and draft.at < latest.published_at:
        now, then = format_instant(draft.at), format_instant(latest.published_at)
        raise ClockWrong(
            f"El reloj de esta máquina dice {now}, y la publicación {latest.number} es de {then}: no se hizo nada. "
            "Corrija el reloj; si el equivocado fue el de entonces, restaure un respaldo o retire esa publicación.",
            f"The clock of this machine says {now}, and release {latest.number} is of {then}: nothing was done. Set "
            "the clock right; if it was wrong then, restore a backup or withdraw that release.",
        )


def switch(work: Work) -> None:
    """Let readers have what the book has, once it has committed."""
    work.progress(Step.SWITCH)
    with work.book.writer_lock(), work.book.read() as session:
        point_at_latest(session, work.settings.releases)
