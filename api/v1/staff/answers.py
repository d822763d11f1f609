"""The shapes that several routes of the staff's API give."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from flask import Response

from api.compression import guard_stream
from api.json_text import encode_json
from api.observability import current_request_id
from api.v1.staff.blueprint import PREFIX
from exemptions.calendar import format_instant
from exemptions.job_progress import JobProgress
from exemptions.jobs import JobFacts

_JSON = "application/json"
MAX_LIMIT, DEFAULT_LIMIT = 1_000, 100


def answer_json(body: object, status: int = 200) -> Response:
    """A JSON answer."""
    return Response(encode_json(body), status, content_type=_JSON)


def answer_stream(chunks: Iterator[bytes], *, media_type: str, file_name: str) -> Response:
    """A file that is sent while it is made; a failure cuts the transfer."""
    response = Response(guard_stream(chunks, request_id=current_request_id()), content_type=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{file_name}"'
    return response


def answer_accepted(job: JobFacts) -> Response:
    """A job that was asked for, and where it is told how it goes."""
    response = answer_json(job_item(job, None), 202)
    response.headers["Location"] = f"{PREFIX}/jobs/{job.id}"
    return response


def job_item(job: JobFacts, progress: JobProgress | None) -> dict[str, Any]:
    """A job; of a running one also what it is doing."""
    return {
        "job": job.id,
        "kind": job.kind.value,
        "state": job.state.value,
        "actor": job.actor,
        "step": progress.step if progress is not None else job.step,
        "done": progress.done if progress is not None else None,
        "total": progress.total if progress is not None else None,
        "outcome": None if job.outcome is None else dict(job.outcome),
        "created_at": format_instant(job.created_at),
        "started_at": instant(job.started_at),
        "ended_at": instant(job.ended_at),
    }


def instant(at: datetime | None) -> str | None:
    """An instant as every answer writes it."""
    return None if at is None else format_instant(at)
