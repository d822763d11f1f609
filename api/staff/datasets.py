"""One dataset's page, and its templates to fill in."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response

from api.pages.language import page_language
from api.staff.blueprint import current_staff, render_staff, signed_in, staff, staff_book
from api.staff.dataset_words import ShownBatch, ShownDataset, show_batch, show_dataset
from api.state import app_state
from exemptions.accounts import ROLES_WITH, Right, StaffRole
from exemptions.calendar import guatemala_day
from exemptions.dataset_state import describe_dataset, list_dataset_batches
from exemptions.datasets import Dataset
from exemptions.errors import NotFound
from loaders.guides import guides_of
from loaders.templates import build_csv_template, build_workbook_template

_BATCHES_SHOWN = 12
"""A year of a monthly dataset."""
_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class ShownColumn:
    """One column of the dataset's file."""

    header: str
    required: bool
    about: str
    form: str
    codes: int
    """How many codes may be written; 0 where any text may."""


@dataclass(frozen=True, slots=True)
class DatasetPage:
    """What the page of a dataset shows."""

    state: ShownDataset
    batches: tuple[ShownBatch, ...]
    columns: tuple[ShownColumn, ...]
    can_load: bool


@staff.get("/datos/<name>")
@signed_in
def dataset(name: str) -> Response:
    """How a dataset stands, its latest files, and what its file must look like."""
    chosen = _find_dataset(name)
    state = app_state()
    lang = page_language()
    with staff_book().read() as session:
        facts = describe_dataset(session, chosen)
        batches = list_dataset_batches(session, chosen, limit=_BATCHES_SHOWN)
    page = DatasetPage(
        state=show_dataset(facts, guatemala_day(state.clock())),
        batches=tuple(map(show_batch, batches)),
        columns=tuple(
            ShownColumn(
                guide.column.header,
                guide.column.required,
                guide.about.text(lang),
                guide.form.text(lang),
                len(guide.choices),
            )
            for guide in guides_of(chosen, state.catalogs)
        ),
        can_load=StaffRole(current_staff().role) in ROLES_WITH[Right.LOAD],
    )
    return render_staff("staff/dataset.html", page=page)


@staff.get("/plantillas/<name>.xlsx")
@signed_in
def workbook_template(name: str) -> Response:
    """The workbook to fill in for a dataset."""
    chosen = _find_dataset(name)
    content = build_workbook_template(chosen, catalogs=app_state().catalogs, lang=page_language())
    return _answer_file(content, f"plantilla-{chosen.value}.xlsx", _WORKBOOK)


@staff.get("/plantillas/<name>.csv")
@signed_in
def csv_template(name: str) -> Response:
    """The CSV to fill in for a dataset."""
    chosen = _find_dataset(name)
    content = build_csv_template(chosen, catalogs=app_state().catalogs)
    return _answer_file(content, f"plantilla-{chosen.value}.csv", "text/csv; charset=utf-8")


def _find_dataset(name: str) -> Dataset:
    try:
        return Dataset(name)
    except ValueError as error:
        raise NotFound(f"No hay un conjunto «{name}».", f"There is no dataset “{name}”.") from error


def _answer_file(content: bytes, name: str, media_type: str) -> Response:
    response = Response(content, content_type=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
