"""Publishing: from the approved batches to a new release that every reader sees at once, or not at all.

Order: the folder is built under another name, brought to the disk and renamed; then the book commits; then the pointer
is replaced. Whatever happens in between, readers have the release before, and the next command clears up.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import polars as pl
from sqlalchemy.orm import Session

from exemptions.accounts import Actor
from exemptions.audit import Act, record_act
from exemptions.batches import list_approved, mark_published, read_staged
from exemptions.calendar import Clock, guatemala_day
from exemptions.catalogs import Catalogs, load_catalogs
from exemptions.database import Book, is_demonstration
from exemptions.datasets import Dataset, Mode
from exemptions.disclosure import Policy
from exemptions.disclosure_file import load_policy
from exemptions.editions import apply_edition, compare_edition, read_current, restore_editions
from exemptions.errors import ReleaseNotFound, ReleaseWithdrawn
from exemptions.history import read_content
from exemptions.models import Batch, Release
from exemptions.releases import list_releases
from exemptions.settings import Settings
from exemptions.status import derive_status
from exporters.assemble import Draft, Inputs, Previous, assemble, policy_sha256
from exporters.durable import move_folder
from exporters.gather import gather_events, gather_facts
from exporters.pointer import BUILDING, find_latest, point_at_latest, reconcile_store
from exporters.steps import Progress, Step, ignore_progress


@dataclass(frozen=True, slots=True)
class Counts:
    """What a release holds, and how it differs from the one before."""

    records: int
    taxpayers: int
    added: int
    ended: int
    changed: int


@dataclass(frozen=True, slots=True)
class PublishResult:
    """What a publication did; both are None when there was nothing to publish."""

    release: int | None
    counts: Counts | None


@dataclass(frozen=True, slots=True)
class RollbackResult:
    """The release that a rollback made, and the one whose content it has; None where that is published already."""

    release: int | None
    restores: int


@dataclass(frozen=True, slots=True)
class _Work:
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


def publish(
    book: Book,
    settings: Settings,
    *,
    actor: Actor,
    clock: Clock,
    note: str | None = None,
    if_due: bool = False,
    progress: Progress | None = None,
) -> PublishResult:
    """Publish all approved batches, in the order of their approval.

    Without any, a release is made only if the disclosure policy or the catalogues differ from those of the current
    release. With `if_due` batches are left alone, and a release is made if the calendar has changed any status.
    Raises: PolicyError, PrivateIdentifierFound, ReleaseDamaged, Busy; then nothing has changed.
    """
    work = _Work(settings, book, actor, clock().replace(microsecond=0), load_catalogs(), progress or ignore_progress)
    with book.write() as session:
        work.progress(Step.RECONCILE)
        reconcile_store(session, settings.releases)
        policy = load_policy(book.home, work.catalogs.categories, demonstration=is_demonstration(session))
        previous = _read_previous(session, settings.releases)
        work.progress(Step.APPLY)
        number = _next_number(session)
        batches = [] if if_due else list_approved(session)
        altered = _apply_batches(session, work, batches, number)
        content = read_content(session)
        if not (
            altered
            or _is_calendar_due(session, content, previous, work.today, if_due)
            or _is_policy_new(previous, policy, work, if_due)
        ):
            _close_batches(session, batches, previous.number if previous else None)
            return PublishResult(None, None)
        draft = Draft(number, work.at, work.today, note, restores=None, source=None)
        counts = _release(session, work, draft, content, policy, previous)
        _close_batches(session, batches, number)
        details = {"batches": [batch.id for batch in batches], "note": note, **counts}
        _enter(session, work, Act.RELEASE_PUBLISHED, number, details)
    _switch(work)
    return PublishResult(number, Counts(**counts))


def rollback(
    book: Book, settings: Settings, *, release: int, actor: Actor, clock: Clock, progress: Progress | None = None
) -> RollbackResult:
    """Publish the content of an earlier release again, under the next number; the book holds it from then on.

    Its files are shared with the earlier release, unless the disclosure policy has changed since: then they are made
    anew under today's policy. Rolling back to the current release does nothing.
    Raises: ReleaseNotFound, ReleaseWithdrawn, PrivateIdentifierFound, ReleaseDamaged, Busy; then nothing has changed.
    """
    work = _Work(settings, book, actor, clock().replace(microsecond=0), load_catalogs(), progress or ignore_progress)
    with book.write() as session:
        work.progress(Step.RECONCILE)
        reconcile_store(session, settings.releases)
        source = _get_release(session, release)
        previous = _read_previous(session, settings.releases)
        if previous is None or previous.number == release:
            return RollbackResult(None, release)
        policy = load_policy(book.home, work.catalogs.categories, demonstration=is_demonstration(session))
        work.progress(Step.APPLY)
        number = _next_number(session)
        restore_editions(session, source=release, release=number)
        restored = Previous.read(settings.releases, source)
        same_policy = restored.manifest.get("policy_sha256") == policy_sha256(policy)
        day = source.status_date if same_policy else work.today
        draft = Draft(number, work.at, day, None, restores=release, source=restored if same_policy else None)
        counts = _release(session, work, draft, read_content(session), policy, previous)
        _enter(session, work, Act.RELEASE_ROLLED_BACK, number, {"restores": release, **counts})
    _switch(work)
    return RollbackResult(number, release)


def reconcile(book: Book, settings: Settings) -> None:
    """Make the release store agree with the book, as every changing command does first.

    Raises: ReleaseDamaged, Busy.
    """
    with book.write() as session:
        reconcile_store(session, settings.releases)


def _next_number(session: Session) -> int:
    known = list_releases(session)
    return known[0].number + 1 if known else 1


def _read_previous(session: Session, releases: Path) -> Previous | None:
    latest = find_latest(session)
    return None if latest is None else Previous.read(releases, latest)


def _get_release(session: Session, number: int) -> Release:
    release = session.get(Release, number)
    if release is None:
        raise ReleaseNotFound(f"No hay ninguna publicación {number}.", f"There is no release {number}.")
    if release.withdrawn_at is not None:
        raise ReleaseWithdrawn(f"La publicación {number} fue retirada.", f"Release {number} was withdrawn.")
    return release


def _apply_batches(session: Session, work: _Work, batches: list[Batch], number: int) -> bool:
    """Write the batches into the book; tell whether any of them changed it."""
    altered = False
    for batch in batches:
        dataset, staged = Dataset(batch.dataset), read_staged(work.book.home, batch)
        current = read_current(session, dataset)
        comparison = compare_edition(current, staged, dataset=dataset, mode=Mode(batch.mode))
        altered = altered or not comparison.is_empty
        apply_edition(session, comparison, dataset=dataset, release=number, batch=batch.id, cutoff=batch.cutoff)
    session.flush()
    return altered


def _is_calendar_due(
    session: Session, content: pl.DataFrame, previous: Previous | None, today: date, if_due: bool
) -> bool:
    """Whether a published status is another one today."""
    if not if_due or previous is None:
        return False
    now = content.select("record_id", today=derive_status(content, gather_events(session, content), on=today))
    shown = previous.frame().select("record_id", "status").join(now, on="record_id", how="inner")
    return not shown.filter(pl.col("status") != pl.col("today")).is_empty()


def _is_policy_new(previous: Previous | None, policy: Policy, work: _Work, if_due: bool) -> bool:
    """Whether the registry would be published otherwise today; people decide when, not the calendar."""
    if if_due or previous is None:
        return False
    decided = (previous.manifest.get("policy_sha256"), previous.manifest.get("catalogs"))
    return decided != (policy_sha256(policy), work.catalogs.version)


def _close_batches(session: Session, batches: list[Batch], release: int | None) -> None:
    for batch in batches:
        mark_published(batch, release=release)


def _release(
    session: Session, work: _Work, draft: Draft, content: pl.DataFrame, policy: Policy, previous: Previous | None
) -> Mapping[str, int]:
    """Build the folder, put it in place and add the release to the book; gives its counts."""
    # A part of a killed publication may still be writing: it must never find a folder of the same name again.
    building = work.settings.releases / f"{BUILDING}{draft.number}-{secrets.token_hex(4)}"
    facts = gather_facts(session, content)
    inputs = Inputs(session, work.settings, content, facts, work.catalogs, policy, previous)
    try:
        built = assemble(building, draft, inputs, work.progress)
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


def _enter(session: Session, work: _Work, act: Act, number: int, details: Mapping[str, object]) -> None:
    record_act(session, actor=work.actor.name, act=act, subject=f"release {number}", at=work.at, details=details)
    work.progress(Step.COMMIT)


def _switch(work: _Work) -> None:
    work.progress(Step.SWITCH)
    with work.book.writer_lock(), work.book.read() as session:
        point_at_latest(session, work.settings.releases)
