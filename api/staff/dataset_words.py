"""The state of a dataset in words: its last file, what it covers, since when it is overdue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from api.formatting import format_day, format_short_day
from api.pages.language import page_language
from api.pages.texts import gettext as _
from api.pages.texts import ngettext
from api.staff.addresses import staff_url
from api.staff.words import Tag, batch_tag, dataset_about, dataset_name
from exemptions.calendar import guatemala_day
from exemptions.dataset_state import CADENCE_MONTHS, Covered, DatasetState, LastBatch, LastPublication
from exemptions.datasets import Dataset

_SOON_DAYS = 7
"""A file due within a week is told of as near."""


@dataclass(frozen=True, slots=True)
class ShownBatch:
    """A batch in a line."""

    number: int
    tag: Tag
    file_name: str
    loaded: str
    loaded_by: str


@dataclass(frozen=True, slots=True)
class ShownDataset:
    """The state of a dataset for a template."""

    code: str
    name: str
    about: str
    url: str
    last: ShownBatch | None
    covered: str
    rows: int
    published: str
    """When a file of it was published last; empty for never."""
    release: int | None
    due: Tag
    due_day: str
    cadence: str


def show_dataset(state: DatasetState, today: date) -> ShownDataset:
    """The state of a dataset in the language of the page."""
    dataset = state.dataset
    return ShownDataset(
        code=dataset.value,
        name=dataset_name(dataset),
        about=dataset_about(dataset),
        url=staff_url("dataset", name=dataset.value),
        last=show_batch(state.last) if state.last is not None else None,
        covered=_show_covered(dataset, state.covered),
        rows=state.covered.rows,
        published=_show_publication(state.publication),
        release=state.publication.release if state.publication is not None else None,
        due=_show_due(state, today),
        due_day=format_day(state.due, page_language()) if state.due is not None else "",
        cadence=_cadence(dataset),
    )


def show_batch(batch: LastBatch) -> ShownBatch:
    """A batch in a line."""
    return ShownBatch(
        number=batch.number,
        tag=batch_tag(batch.state),
        file_name=batch.file_name,
        loaded=format_short_day(guatemala_day(batch.loaded_at), page_language()),
        loaded_by=batch.loaded_by,
    )


def _show_publication(publication: LastPublication | None) -> str:
    if publication is None:
        return ""
    return format_short_day(guatemala_day(publication.published_at), page_language())


def _show_covered(dataset: Dataset, covered: Covered) -> str:
    """The span in words; empty while nothing of it is published."""
    if covered.last is None:
        return ""
    first, last = _period(dataset, covered.first), _period(dataset, covered.last)
    if covered.first is None:
        return _("Al %(day)s", day=last)
    return last if first == last else _("De %(first)s a %(last)s", first=first, last=last)


def _period(dataset: Dataset, text: str | None) -> str:
    if text is None or dataset in (Dataset.JOBS, Dataset.AMOUNTS, Dataset.EXPENDITURE, Dataset.MACRO):
        return text or ""
    return format_short_day(date.fromisoformat(text), page_language())


def _show_due(state: DatasetState, today: date) -> Tag:
    if state.due is None:
        return Tag("wait", _("Sin recibir todavía"))
    late = state.days_overdue(today)
    if late > 0:
        return Tag("bad", ngettext("Vencido hace %(num)s día", "Vencido hace %(num)s días", late))
    if late == 0:
        return Tag("warn", _("Vence hoy"))
    text = ngettext("Vence en %(num)s día", "Vence en %(num)s días", -late)
    return Tag("warn" if -late <= _SOON_DAYS else "good", text)


def _cadence(dataset: Dataset) -> str:
    match CADENCE_MONTHS[dataset]:
        case 1:
            return _("Se espera cada mes")
        case 3:
            return _("Se espera cada trimestre")
        case 12:
            return _("Se espera cada año")
        case months:
            return ngettext("Se espera cada %(num)s mes", "Se espera cada %(num)s meses", months)
