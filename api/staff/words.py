"""Words of the staff's area for what the book names by codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from api.pages.texts import LazyString
from api.pages.texts import lazy_gettext as _l
from exemptions.accounts import StaffRole
from exemptions.batches import State
from exemptions.datasets import Dataset


@dataclass(frozen=True, slots=True)
class Tag:
    """A state in a word and the look it has (see `tag-…` in staff.css)."""

    look: str
    word: str


_ROLE: Mapping[StaffRole, LazyString] = {
    StaffRole.LOADER: _l("Carga archivos"),
    StaffRole.APPROVER: _l("Aprueba y publica"),
    StaffRole.ADMINISTRATOR: _l("Administra cuentas"),
}
_DATASET: Mapping[Dataset, LazyString] = {
    Dataset.REGISTRY: _l("Registro de exenciones"),
    Dataset.JOBS: _l("Empleos"),
    Dataset.AMOUNTS: _l("Montos no pagados"),
    Dataset.ENERGY: _l("Proyectos de energía"),
    Dataset.EVENTS: _l("Suspensiones y revocatorias"),
    Dataset.EXPENDITURE: _l("Gasto tributario"),
    Dataset.MACRO: _l("PIB y deflactor"),
}
_DATASET_ABOUT: Mapping[Dataset, LazyString] = {
    Dataset.REGISTRY: _l("La lista completa de quienes tienen un beneficio, con su ley y su plazo. La entrega SAT."),
    Dataset.JOBS: _l("Empleos que los calificados prometieron e informaron, por año o trimestre. Los entrega MINECO."),
    Dataset.AMOUNTS: _l("Impuestos que no se pagaron por cada beneficio, año y mecanismo. Los entrega SAT."),
    Dataset.ENERGY: _l("Proyectos de energía renovable que hay detrás de los beneficios. Los entrega el MEM."),
    Dataset.EVENTS: _l("Lo que una autoridad hizo con un beneficio después de darlo. Los entregan las autoridades."),
    Dataset.EXPENDITURE: _l("Las estimaciones oficiales de gasto tributario, por informe. Las entregan SAT y MINFIN."),
    Dataset.MACRO: _l("El PIB y su deflactor por año, para comparar montos de años distintos. Los publica el Banguat."),
}  # fmt: skip
_BATCH_STATE: Mapping[State, tuple[str, LazyString]] = {
    State.UPLOADED: ("wait", _l("Recibido")),
    State.REFUSED: ("bad", _l("Rechazado por errores")),
    State.VALIDATED: ("wait", _l("Espera aprobación")),
    State.BLOCKED: ("warn", _l("Detenido por una alerta")),
    State.APPROVED: ("good", _l("Aprobado, sin publicar")),
    State.REJECTED: ("bad", _l("No aprobado")),
    State.PUBLISHED: ("good", _l("Publicado")),
}


def role_name(role: StaffRole) -> str:
    """What a role does, in the language of the page."""
    return str(_ROLE[role])


def dataset_name(dataset: Dataset) -> str:
    """The name of a dataset for people."""
    return str(_DATASET[dataset])


def dataset_about(dataset: Dataset) -> str:
    """What a dataset holds and who delivers it."""
    return str(_DATASET_ABOUT[dataset])


def batch_tag(state: State) -> Tag:
    """The state of a batch as a person reads it."""
    look, word = _BATCH_STATE[state]
    return Tag(look, str(word))
