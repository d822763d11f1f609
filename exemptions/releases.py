"""The releases as the book knows them."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from exemptions.models import Release


def list_releases(session: Session) -> list[Release]:
    """Every release, the newest first."""
    return list(session.scalars(select(Release).order_by(Release.number.desc())))


def has_releases(session: Session) -> bool:
    """Whether anything was ever published."""
    return bool(session.scalar(select(func.count()).select_from(Release)))
