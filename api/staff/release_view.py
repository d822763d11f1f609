"""Releases as the staff's pages show them, and what waits to be published."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.pages.language import page_url
from api.pages.texts import gettext as _
from api.staff.addresses import staff_url
from api.staff.batch_view import BatchLine, view_line
from api.staff.job_words import JobView, view_job
from api.staff.words import Tag
from api.state import app_state
from exemptions.batches import list_approved
from exemptions.decisions import fingerprint_publication
from exemptions.job_progress import find_step
from exemptions.jobs import CHANGES_RELEASES, list_open_jobs
from exemptions.models import Batch, Release
from exemptions.releases import list_releases


@dataclass(frozen=True, slots=True)
class ReleaseLine:
    """A release in the list."""

    number: int
    url: str
    public_url: str
    tag: Tag
    published_at: datetime
    status_date: date
    published_by: str
    note: str
    restores: int | None
    batches: int
    withdrawn_at: datetime | None
    withdrawn_by: str
    withdrawn_reason: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class ReleasesPage:
    """What the page of releases tells."""

    waiting: tuple[BatchLine, ...]
    open_job: JobView | None
    """The job that changes what is published; until it ends no other can be asked for."""
    releases: tuple[ReleaseLine, ...]
    seen: str


def view_releases(session: Session) -> ReleasesPage:
    """All releases, the newest first, and what waits."""
    known = list_releases(session)
    return ReleasesPage(
        waiting=tuple(map(view_line, list_approved(session))),
        open_job=find_open_job(session),
        releases=tuple(_view(release, known, _count_batches(session)) for release in known),
        seen=fingerprint_publication(session),
    )


def view_release(session: Session, release: Release) -> ReleaseLine:
    """One release."""
    return _view(release, list_releases(session), _count_batches(session))


def find_open_job(session: Session) -> JobView | None:
    """The job under way, or waiting, that changes what is published."""
    job = next((job for job in list_open_jobs(session) if job.kind in CHANGES_RELEASES), None)
    return None if job is None else view_job(job, find_step(app_state().settings.home, job.id))


def _count_batches(session: Session) -> dict[int, int]:
    counted = select(Batch.release, func.count()).where(Batch.release.is_not(None)).group_by(Batch.release)
    return {number: count for number, count in session.execute(counted) if number is not None}


def _view(release: Release, known: list[Release], batches: dict[int, int]) -> ReleaseLine:
    current = next((one.number for one in known if one.withdrawn_at is None), None)
    is_current = release.number == current
    return ReleaseLine(
        number=release.number,
        url=staff_url("release", number=release.number),
        public_url=page_url("release", number=release.number),
        tag=_tag(release, is_current=is_current),
        published_at=release.published_at,
        status_date=release.status_date,
        published_by=release.published_by,
        note=release.note or "",
        restores=release.restores,
        batches=batches.get(release.number, 0),
        withdrawn_at=release.withdrawn_at,
        withdrawn_by=release.withdrawn_by or "",
        withdrawn_reason=release.withdrawn_reason or "",
        is_current=is_current,
    )


def _tag(release: Release, *, is_current: bool) -> Tag:
    if release.withdrawn_at is not None:
        return Tag("bad", _("Retirada"))
    return Tag("good", _("Actual")) if is_current else Tag("wait", _("Anterior"))
