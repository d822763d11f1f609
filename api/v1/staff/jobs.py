"""`/staff/jobs`: how long work goes that was asked for."""

from __future__ import annotations

from flask import Response

from api.parameters import parameter_reader, refuse_parameters
from api.schemas.staff import JobListSchema, JobSchema
from api.staff.access import needs
from api.staff.current import staff_book
from api.state import app_state
from api.v1.staff.answers import DEFAULT_LIMIT, MAX_LIMIT, answer_json, job_item
from api.v1.staff.blueprint import PREFIX, staff_api
from api.v1.staff.bodies import HIGHEST
from api.v1.staff.described import BEFORE, JSON, LIMIT, NUMBER, staff_operation
from exemptions.accounts import Right
from exemptions.errors import JobNotFound
from exemptions.job_progress import find_step
from exemptions.jobs import get_job
from exemptions.jobs import list_jobs as find_jobs


@staff_api.route("/jobs")
@staff_api.doc(
    **staff_operation(
        "listJobs",
        summary=("Trabajos", "Jobs"),
        about=("Lo que se pidió, lo más nuevo primero.", "What was asked for, the newest first."),
        media={JSON: JobListSchema},
        parameters=[LIMIT, BEFORE],
    )
)
@needs(Right.LOAD)
def list_jobs() -> Response:
    """Jobs, part by part."""
    reader = parameter_reader("limit", "before")
    limit = reader.count_between("limit", 1, MAX_LIMIT, DEFAULT_LIMIT)
    before = reader.count_between("before", 1, HIGHEST, HIGHEST)
    reader.raise_problems()
    home = app_state().settings.home
    with staff_book().read() as session:
        jobs = find_jobs(session, limit=limit + 1, before=before)
    following = f"{PREFIX}/jobs?limit={limit}&before={jobs[limit - 1].id}" if len(jobs) > limit else None
    items = [job_item(job, find_step(home, job.id)) for job in jobs[:limit]]
    return answer_json({"items": items, "next": following})


@staff_api.route("/jobs/<int:number>", endpoint="get_job")
@staff_api.doc(
    **staff_operation(
        "getJob",
        summary=("Un trabajo", "One job"),
        about=(
            "En qué paso va o qué resultó. Pregunte cada pocos segundos hasta que state sea done o failed.",
            "Which step it is at, or what came of it. Ask every few seconds until state is done or failed.",
        ),
        media={JSON: JobSchema},
        parameters=[NUMBER],
        problems=(404,),
    )
)
@needs(Right.LOAD)
def show_job(number: int) -> Response:
    """One job."""
    refuse_parameters()
    if number > HIGHEST:
        raise JobNotFound(f"No hay ningún trabajo {number}.", f"There is no job {number}.")
    with staff_book().read() as session:
        job = get_job(session, number)
    return answer_json(job_item(job, find_step(app_state().settings.home, job.id)))
