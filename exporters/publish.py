"""Publishing: from the approved batches to a new release that every reader sees at once, or not at all.

Order: the folder is built under another name, brought to the disk and renamed; then the book commits; then the pointer
is replaced. Whatever happens in between, readers have the release before, and the next command clears up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import polars as pl
from sqlalchemy.orm import Session

from exemptions.accounts import Actor
from exemptions.audit import Act, record_act
from exemptions.batches import list_approved, mark_published, read_staged, send_back_approved
from exemptions.calendar import Clock
from exemptions.catalogs import load_catalogs
from exemptions.database import Book, is_demonstration
from exemptions.datasets import Dataset, Mode
from exemptions.disclosure import Policy
from exemptions.disclosure_file import load_policy
from exemptions.editions import apply_edition, compare_edition, read_current, restore_editions
from exemptions.errors import ClockWrong
from exemptions.history import Entry, prepare_entry, read_content, write_entry
from exemptions.models import Batch
from exemptions.settings import Settings
from exemptions.shelf import shelve
from exemptions.standing import NextStanding, find_stamp, read_standing
from exemptions.state_documents import read_documents
from exemptions.status import derive_status
from exporters.assemble import Draft, Previous, policy_sha256
from exporters.gather import gather_events
from exporters.pointer import find_latest, reconcile_store
from exporters.releasing import Work, add_release, get_kept_release, next_number, switch
from exporters.signing import publish_keys
from exporters.steps import Progress, Step, ignore_progress

_LONGEST_PAUSE = timedelta(days=366)
"""Statuses are derived every day; after a longer pause it is likelier that the clock is wrong, and every term over."""


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


def publish(
    book: Book,
    settings: Settings,
    *,
    actor: Actor,
    clock: Clock,
    note: str | None = None,
    if_due: bool = False,
    status_date: date | None = None,
    progress: Progress | None = None,
) -> PublishResult:
    """Publish all approved batches, in the order of their approval.

    Without any, a release is made only if the disclosure policy or the catalogues differ from those of the current
    release. With `if_due` batches are left alone, and a release is made if the calendar has changed any status.
    Statuses are those of `status_date`, the day of publication where it is absent.
    Raises: PolicyError, PrivateIdentifierFound, ReleaseDamaged, ClockWrong, Busy; then nothing has changed.
    """
    work = Work(settings, book, actor, clock().replace(microsecond=0), load_catalogs(), progress or ignore_progress)
    with NextStanding(book.home) as standing:
        with book.write() as session:
            work.progress(Step.RECONCILE)
            reconcile_store(session, settings.releases)
            policy = load_policy(book.home, work.catalogs.categories, demonstration=is_demonstration(session))
            previous = _read_previous(session, settings.releases)
            work.progress(Step.APPLY)
            number = next_number(session)
            batches = [] if if_due else list_approved(session)
            altered, content, enter = _apply_batches(session, work, batches, number, standing)
            if not (
                altered
                or _is_calendar_due(session, content, previous, work.today, if_due)
                or _is_policy_new(previous, policy, work, if_due)
            ):
                enter()
                _close_batches(session, batches, previous.number if previous else None)
                return PublishResult(None, None)
            draft = Draft(number, work.at, status_date or work.today, note, restores=None, source=None)
            counts = add_release(session, work, draft, content, policy, previous, enter=enter)
            _close_batches(session, batches, number)
            details = {"batches": [batch.id for batch in batches], "note": note, **counts}
            _enter(session, work, Act.RELEASE_PUBLISHED, number, details)
            stamp = find_stamp(session)
        standing.keep(stamp)
    switch(work)
    return PublishResult(number, Counts(**counts))


def rollback(
    book: Book, settings: Settings, *, release: int, actor: Actor, clock: Clock, progress: Progress | None = None
) -> RollbackResult:
    """Publish the content of an earlier release again, under the next number; the book holds it from then on.

    Its files are shared with the earlier release, unless the disclosure policy has changed since: then they are made
    anew under today's policy. Batches that wait for publication have to be approved again. Rolling back to the current
    release does nothing.
    Raises: ReleaseNotFound, ReleaseWithdrawn, PrivateIdentifierFound, ReleaseDamaged, ClockWrong, Busy; then nothing
    has changed.
    """
    work = Work(settings, book, actor, clock().replace(microsecond=0), load_catalogs(), progress or ignore_progress)
    with book.write() as session:
        work.progress(Step.RECONCILE)
        reconcile_store(session, settings.releases)
        source = get_kept_release(session, release)
        previous = _read_previous(session, settings.releases)
        if previous is None or previous.number == release:
            return RollbackResult(None, release)
        policy = load_policy(book.home, work.catalogs.categories, demonstration=is_demonstration(session))
        work.progress(Step.APPLY)
        number = next_number(session)
        restore_editions(session, source=release, release=number)
        # They were compared with content that the book no longer holds.
        sent_back = send_back_approved(session)
        restored = Previous.read(settings.releases, source)
        same_policy = restored.manifest.get("policy_sha256") == policy_sha256(policy)
        day = source.status_date if same_policy else work.today
        draft = Draft(number, work.at, day, None, restores=release, source=restored if same_policy else None)
        counts = add_release(session, work, draft, shelve(read_content(session), book.home), policy, previous)
        details = {"restores": release, "sent_back": sent_back, **counts}
        _enter(session, work, Act.RELEASE_ROLLED_BACK, number, details)
    switch(work)
    return RollbackResult(number, release)


def reconcile(book: Book, settings: Settings) -> None:
    """Make the release store agree with the book, as every changing command does first.

    Raises: ReleaseDamaged, Busy.
    """
    with book.write() as session:
        reconcile_store(session, settings.releases)
    publish_keys(book.home, settings.releases)


def _read_previous(session: Session, releases: Path) -> Previous | None:
    latest = find_latest(session)
    return None if latest is None else Previous.read(releases, latest)


def _apply_batches(
    session: Session, work: Work, batches: list[Batch], number: int, standing: NextStanding
) -> tuple[bool, pl.DataFrame, Callable[[], None]]:
    """Write the batches into the book; tells whether any of them changes it, and what the registry holds after them.

    The last batch of the registry is written by the function that is given back: what it brings is known before, so it
    can be written while the files are being made.
    """
    altered, home, applied = False, work.book.home, False
    last: tuple[Batch, Entry] | None = None
    newest = max((place for place, batch in enumerate(batches) if batch.dataset == Dataset.REGISTRY), default=None)
    for place, batch in enumerate(batches):
        dataset, staged = Dataset(batch.dataset), read_staged(home, batch)
        current = read_current(session, dataset) if applied else read_standing(session, home, dataset)
        comparison = compare_edition(current, staged, dataset=dataset, mode=Mode(batch.mode))
        altered = altered or not comparison.is_empty
        if place == newest:
            entry = prepare_entry(session, current, comparison, release=number, cutoff=batch.cutoff)
            content = standing.put(entry.content)
            # Parts of it are needed until the last file is made.
            last = batch, replace(entry, content=content, rows=content.tail(entry.rows.height))
        else:
            applied = applied or dataset is Dataset.REGISTRY
            apply_edition(
                session, current, comparison, dataset=dataset, release=number, batch=batch.id, cutoff=batch.cutoff
            )
    session.flush()
    if last is None:
        return altered, standing.put(read_standing(session, home, Dataset.REGISTRY)), lambda: None
    batch, entry = last
    return altered, entry.content, partial(write_entry, session, entry, release=number, batch=batch.id)


def _is_calendar_due(
    session: Session, content: pl.DataFrame, previous: Previous | None, today: date, if_due: bool
) -> bool:
    """Whether a published status is another one today."""
    if not if_due or previous is None:
        return False
    if today - previous.status_date > _LONGEST_PAUSE:
        raise ClockWrong(
            f"El calendario dice {today}, más de un año después de la publicación {previous.number} "
            f"({previous.status_date}): no se publica solo. Corrija el reloj, o publique el archivo de ahora.",
            f"The calendar says {today}, more than a year after release {previous.number} ({previous.status_date}): "
            "nothing is published by itself. Set the clock right, or publish the file of today.",
        )
    now = content.select("record_id", today=derive_status(content, gather_events(session, content), on=today))
    shown = previous.frame().select("record_id", "status").join(now, on="record_id", how="inner")
    return not shown.filter(pl.col("status") != pl.col("today")).is_empty()


def _is_policy_new(previous: Previous | None, policy: Policy, work: Work, if_due: bool) -> bool:
    """Whether the registry would be published otherwise today; people decide when, not the calendar."""
    if if_due or previous is None:
        return False
    told = previous.manifest
    decided = (told.get("policy_sha256"), told.get("catalogs"), told.get("documents", []))
    return decided != (policy_sha256(policy), work.catalogs.version, read_documents(work.book.home))


def _close_batches(session: Session, batches: list[Batch], release: int | None) -> None:
    for batch in batches:
        mark_published(batch, release=release)


def _enter(session: Session, work: Work, act: Act, number: int, details: Mapping[str, object]) -> None:
    record_act(session, actor=work.actor.name, act=act, subject=f"release {number}", at=work.at, details=details)
    work.progress(Step.COMMIT)
