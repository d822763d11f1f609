"""The pages of long work: what waits, what is being done, what came of it."""

from __future__ import annotations

from datetime import timedelta

from flask import Response, request

from api.staff.blueprint import needs, render_staff, staff, staff_book
from api.staff.job_words import JobView, view_job
from api.state import app_state
from exemptions.accounts import Right
from exemptions.errors import JobNotFound
from exemptions.job_progress import find_step
from exemptions.jobs import JobFacts, get_job, list_jobs
from exemptions.locking import hold_worker_lock

_PER_PAGE = 50
_PATIENCE = timedelta(seconds=15)
"""A job that waits longer while none is being done waits for a worker that is not there: one looks every second."""
_HIGHEST = 2**31


@staff.get("/trabajos", endpoint="jobs")
@needs(Right.LOAD)
def show_jobs() -> Response:
    """Jobs, the newest first; `?antes=` goes on below one of them."""
    below = request.args.get("antes", "")
    before = int(below) if below.isascii() and below.isdecimal() and len(below) < 10 else None
    with staff_book().read() as session:
        jobs = list_jobs(session, limit=_PER_PAGE + 1, before=before)
    more = jobs[_PER_PAGE - 1].id if len(jobs) > _PER_PAGE else None
    return render_staff("staff/jobs.html", jobs=[_view(job) for job in jobs[:_PER_PAGE]], more=more)


@staff.get("/trabajos/<int:number>", endpoint="job")
@needs(Right.LOAD)
def show_job(number: int) -> Response:
    """One job; while it is open the page looks again by itself."""
    if number >= _HIGHEST:
        raise JobNotFound(f"No hay ningún trabajo {number}.", f"There is no job {number}.")
    with staff_book().read() as session:
        job = get_job(session, number)
    return render_staff("staff/job.html", job=_view(job), is_stuck=_is_stuck(job), now=app_state().clock())


def _view(job: JobFacts) -> JobView:
    return view_job(job, find_step(app_state().settings.home, job.id))


def _is_stuck(job: JobFacts) -> bool:
    if job.started_at is not None or not job.state.is_open or app_state().clock() - job.created_at < _PATIENCE:
        return False
    book = staff_book()
    with hold_worker_lock(book.engine, book.home) as free:
        return free
