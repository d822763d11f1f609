"""Words of the staff's area for what the book names by codes."""

from __future__ import annotations

from collections.abc import Mapping

from api.pages.texts import LazyString
from api.pages.texts import lazy_gettext as _l
from exemptions.accounts import StaffRole
from exemptions.datasets import Dataset

_ROLE: Mapping[StaffRole, LazyString] = {
    StaffRole.LOADER: _l("Carga archivos"),
    StaffRole.APPROVER: _l("Aprueba y publica"),
    StaffRole.ADMINISTRATOR: _l("Administra cuentas"),
}
_DATASET: Mapping[Dataset, LazyString] = {
    Dataset.REGISTRY: _l("Registro de exenciones"),
    Dataset.JOBS: _l("Empleos (MINECO)"),
    Dataset.AMOUNTS: _l("Montos no pagados (SAT)"),
    Dataset.ENERGY: _l("Proyectos de energía (MEM)"),
    Dataset.EVENTS: _l("Eventos: suspensiones, revocatorias y cancelaciones"),
    Dataset.EXPENDITURE: _l("Gasto tributario (SAT y MINFIN)"),
}


def role_name(role: StaffRole) -> str:
    """What a role does, in the language of the page."""
    return str(_ROLE[role])


def dataset_name(dataset: Dataset) -> str:
    """The name of a dataset for people."""
    return str(_DATASET[dataset])
