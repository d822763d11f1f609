"""`/staff/datasets` and `/staff/templates`: what is due, and what its file must look like."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Response

from api.negotiation import preferred_language
from api.parameters import refuse_parameters
from api.schemas.staff import DatasetListSchema
from api.schemas.texts import both
from api.spec import path_parameter
from api.staff.access import signed_in
from api.staff.current import staff_book
from api.state import app_state
from api.v1.staff.answers import answer_json, answer_stream, instant
from api.v1.staff.blueprint import staff_api
from api.v1.staff.described import JSON, staff_operation
from exemptions.calendar import guatemala_day
from exemptions.dataset_state import DatasetState, describe_datasets
from exemptions.datasets import Dataset
from exemptions.errors import NotFound
from loaders.templates import build_csv_template, build_workbook_template

_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_NAME = path_parameter("name", both("De qué datos.", "Of which data."), {"enum": list(Dataset)})


@staff_api.route("/datasets")
@staff_api.doc(
    **staff_operation(
        "listDatasets",
        summary=("Estado de cada conjunto de datos", "State of each dataset"),
        about=(
            "El último lote, lo publicado, el período que cubre y lo que está atrasado.",
            "The last batch, what is published, the period covered and what is overdue.",
        ),
        media={JSON: DatasetListSchema},
    )
)
@signed_in
def list_datasets() -> Response:
    """How every dataset stands."""
    refuse_parameters()
    today = guatemala_day(app_state().clock())
    with staff_book().read() as session:
        items = [_item(state, today) for state in describe_datasets(session)]
    return answer_json({"items": items})


@staff_api.route("/templates/<name>.xlsx")
@staff_api.doc(
    **staff_operation(
        "getTemplateXlsx",
        summary=("Plantilla XLSX", "Template as XLSX"),
        about=("Con encabezados, códigos y un ejemplo.", "With headers, codes and an example."),
        media={_WORKBOOK: {"type": "string", "format": "binary"}},
        parameters=[_NAME],
        problems=(404,),
    )
)
@signed_in
def get_template_xlsx(name: str) -> Response:
    """The workbook to fill in."""
    refuse_parameters()
    chosen = _find(name)
    content = build_workbook_template(chosen, catalogs=app_state().catalogs, lang=preferred_language())
    return answer_stream(iter((content,)), media_type=_WORKBOOK, file_name=f"plantilla-{chosen}.xlsx")


@staff_api.route("/templates/<name>.csv")
@staff_api.doc(
    **staff_operation(
        "getTemplateCsv",
        summary=("Plantilla CSV", "Template as CSV"),
        about=("Con encabezados y un ejemplo.", "With headers and an example."),
        media={"text/csv": {"type": "string"}},
        parameters=[_NAME],
        problems=(404,),
    )
)
@signed_in
def get_template_csv(name: str) -> Response:
    """The CSV to fill in."""
    refuse_parameters()
    chosen = _find(name)
    content = build_csv_template(chosen, catalogs=app_state().catalogs)
    return answer_stream(iter((content,)), media_type="text/csv; charset=utf-8", file_name=f"plantilla-{chosen}.csv")


def _find(name: str) -> Dataset:
    try:
        return Dataset(name)
    except ValueError as error:
        raise NotFound(f"No hay un conjunto «{name}».", f"There is no dataset “{name}”.") from error


def _item(state: DatasetState, today: date) -> dict[str, Any]:
    last, published = state.last, state.publication
    return {
        "dataset": state.dataset.value,
        "last_batch": last.number if last else None,
        "last_state": last.state.value if last else None,
        "last_loaded_at": instant(last.loaded_at) if last else None,
        "release": published.release if published else None,
        "published_cutoff": published.cutoff.isoformat() if published else None,
        "rows": state.covered.rows,
        "covers_from": state.covered.first,
        "covers_until": state.covered.last,
        "due": state.due.isoformat() if state.due else None,
        "days_overdue": max(0, state.days_overdue(today)),
    }
