"""`/staff/releases`: publishing, going back to an earlier release, withdrawing one. Each is a job."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.parameters import refuse_parameters
from api.schemas.staff import JobSchema, PublishSchema, RollbackSchema, StaffReleaseListSchema, WithdrawSchema
from api.staff.access import needs
from api.staff.current import staff_book
from api.state import app_state
from api.v1.staff.answers import answer_accepted, answer_json, instant
from api.v1.staff.blueprint import current_actor, staff_api
from api.v1.staff.bodies import HIGHEST, read_body
from api.v1.staff.described import JSON, NUMBER, staff_operation
from exemptions.accounts import Right
from exemptions.batches import list_approved
from exemptions.errors import ReleaseNotFound
from exemptions.jobs import JobKind, enqueue
from exemptions.models import Release


@staff_api.route("/releases")
@staff_api.doc(
    **staff_operation(
        "listStaffReleases",
        summary=("Publicaciones y lo que espera", "Releases and what waits"),
        about=(
            "Todas, también las retiradas, la más nueva primero, y los lotes aprobados que esperan.",
            "All of them, withdrawn ones too, the newest first, and the approved batches that wait.",
        ),
        media={JSON: StaffReleaseListSchema},
    )
)
@needs(Right.LOAD)
def list_staff_releases() -> Response:
    """Every release of the book."""
    refuse_parameters()
    with staff_book().read() as session:
        releases = session.scalars(select(Release).order_by(Release.number.desc()))
        body = {"items": list(map(_item, releases)), "approved": [batch.id for batch in list_approved(session)]}
    return answer_json(body)


@staff_api.route("/releases", methods=["POST"])
@staff_api.doc(
    **staff_operation(
        "publishRelease",
        summary=("Publicar", "Publish"),
        about=(
            "Pide que se publique lo aprobado. Sin nada aprobado el trabajo termina sin publicación nueva.",
            "Asks for the publication of what is approved. With nothing approved the job ends without a new release.",
        ),
        media={JSON: JobSchema},
        body=PublishSchema,
        status=202,
        problems=(409,),
    )
)
@needs(Right.PUBLISH)
def publish_release() -> Response:
    """Ask for a publication."""
    refuse_parameters()
    asked = read_body(PublishSchema)
    note = " ".join((asked["note"] or "").split())
    return _ask(JobKind.PUBLISH, {"note": note or None})


@staff_api.route("/releases/<int:number>/rollback", methods=["POST"])
@staff_api.doc(
    **staff_operation(
        "rollBack",
        summary=("Volver a una publicación", "Go back to a release"),
        about=(
            "Pide que el contenido de esa publicación se publique otra vez, con el número siguiente.",
            "Asks for the content of that release to be published again under the next number.",
        ),
        media={JSON: JobSchema},
        parameters=[NUMBER],
        body=RollbackSchema,
        status=202,
        problems=(404, 409),
    )
)
@needs(Right.PUBLISH)
def roll_back(number: int) -> Response:
    """Ask for a rollback."""
    refuse_parameters()
    read_body(RollbackSchema)
    return _ask(JobKind.ROLLBACK, {"release": number}, about=number)


@staff_api.route("/releases/<int:number>/withdraw", methods=["POST"])
@staff_api.doc(
    **staff_operation(
        "withdrawRelease",
        summary=("Retirar una publicación", "Withdraw a release"),
        about=(
            "Pide que se borre para siempre lo que nunca debió ser público. El motivo es público.",
            "Asks that what should never have been public be deleted for good. The reason is public.",
        ),
        media={JSON: JobSchema},
        parameters=[NUMBER],
        body=WithdrawSchema,
        status=202,
        problems=(404, 409),
    )
)
@needs(Right.PUBLISH)
def withdraw_release(number: int) -> Response:
    """Ask for a withdrawal."""
    refuse_parameters()
    asked = read_body(WithdrawSchema)
    return _ask(JobKind.WITHDRAW, {"release": number, **asked, "reason": asked["reason"].strip()}, about=number)


def _ask(kind: JobKind, asked: Mapping[str, Any], *, about: int | None = None) -> Response:
    # Looked at before the writer's lock is taken, which a publication under way holds until its end.
    with staff_book().read() as session:
        _check(session, about)
    with staff_book().write() as session:
        job = enqueue(session, kind=kind, actor=current_actor(), request=asked, at=app_state().clock())
    return answer_accepted(job)


def _check(session: Session, number: int | None) -> None:
    if number is not None and (number > HIGHEST or session.get(Release, number) is None):
        raise ReleaseNotFound(f"No hay ninguna publicación {number}.", f"There is no release {number}.")


def _item(release: Release) -> dict[str, Any]:
    return {
        "release": release.number,
        "published_at": instant(release.published_at),
        "published_by": release.published_by,
        "status_date": release.status_date.isoformat(),
        "note": release.note,
        "restores": release.restores,
        "withdrawn_at": instant(release.withdrawn_at),
        "withdrawn_by": release.withdrawn_by,
        "withdrawn_reason": release.withdrawn_reason,
    }
