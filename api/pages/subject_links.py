"""Addresses of the pages of subjects."""

from __future__ import annotations

from api.pages.language import page_url
from exemptions.subjects import SubjectKind


def subject_url(kind: SubjectKind, slug: str, **more: object) -> str:
    """The address of a subject's page."""
    part = "slug" if kind is SubjectKind.LAW else "code"
    return page_url(kind.value, **{part: slug}, **more)
