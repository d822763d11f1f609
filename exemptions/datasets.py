"""The datasets that staff load and the columns of each: Spanish header → key.

Source: the layouts are the project's own; the authorities' own files are mapped to them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from exemptions.columns import Kind


class Dataset(StrEnum):
    REGISTRY = "registry"


class Mode(StrEnum):
    REPLACE = "replace"
    """The file is the whole of its scope; what it lacks has ended."""
    MERGE = "merge"
    """The file adds and updates; what it lacks stays."""


@dataclass(frozen=True, slots=True)
class InputColumn:
    """One column of a file: its header as we write it, the key it gets, and whether a file must have it."""

    header: str
    key: str
    kind: Kind
    required: bool = False
    catalog: str | None = None
    aliases: tuple[str, ...] = ()
    """Further headers in common use; all are matched without case, accents, spaces and underscores."""


REGISTRY_COLUMNS: tuple[InputColumn, ...] = (
    InputColumn("NIT", "nit", Kind.TEXT, True, aliases=("NUMERO DE IDENTIFICACION TRIBUTARIA", "NO NIT", "NIT CUI")),
    InputColumn("NOMBRE", "name", Kind.TEXT, True, aliases=("RAZON SOCIAL", "NOMBRE O RAZON SOCIAL", "NOMBRE DEL CONTRIBUYENTE", "CONTRIBUYENTE", "NAME")),
    InputColumn("TIPO_PERSONA", "person_kind", Kind.CODE, aliases=("TIPO DE PERSONA", "PERSONA", "PERSON KIND")),
    InputColumn("TIPO_EXENTO", "exempt_type", Kind.CODE, True, "types", ("TIPO DE EXENTO", "TIPO", "EXEMPT TYPE")),
    InputColumn("CATEGORIA_EXENTO", "category", Kind.CODE, True, "categories", ("CATEGORIA", "CATEGORIA DE EXENTO", "CATEGORY")),
    InputColumn("AUTORIDAD", "authority", Kind.CODE, False, "authorities", ("AUTORIDAD CALIFICADORA", "AUTHORITY")),
    InputColumn("RESOLUCION", "resolution", Kind.TEXT, aliases=("NO RESOLUCION", "NUMERO DE RESOLUCION", "RESOLUTION")),
    InputColumn("FECHA_NOTIFICACION", "notified_on", Kind.DATE, aliases=("FECHA DE NOTIFICACION", "NOTIFIED ON")),
    InputColumn("VIGENTE_DESDE", "valid_from", Kind.DATE, aliases=("VIGENCIA DESDE", "DESDE", "FECHA INICIO", "VALID FROM")),
    InputColumn("VIGENTE_HASTA", "valid_until", Kind.DATE, aliases=("VIGENCIA HASTA", "HASTA", "FECHA FIN", "VALID UNTIL")),
    InputColumn("ESTADO", "status", Kind.CODE, aliases=("STATUS",)),
    InputColumn("MOTIVO", "status_reason", Kind.TEXT, aliases=("MOTIVO DEL ESTADO", "STATUS REASON")),
    InputColumn("IMPUESTOS", "taxes", Kind.LIST, False, "taxes", ("IMPUESTO", "TAXES")),
    InputColumn("ACTIVIDAD_ECONOMICA", "activity", Kind.CODE, False, "activities", ("ACTIVIDAD", "CIIU", "ACTIVITY")),
    InputColumn("DEPARTAMENTO", "department", Kind.CODE, False, "departments", ("DEPTO", "DEPARTMENT")),
    InputColumn("MUNICIPIO", "municipality", Kind.CODE, False, "municipalities", ("MUNICIPALITY",)),
    InputColumn("EMPLEOS_GENERADOS", "jobs", Kind.INTEGER, aliases=("EMPLEOS", "JOBS")),
    InputColumn("ANIO_EMPLEOS", "jobs_year", Kind.INTEGER, aliases=("AÑO EMPLEOS", "AÑO DE EMPLEOS", "JOBS YEAR")),
    InputColumn("TIPO_EMPLEOS", "jobs_kind", Kind.CODE, aliases=("TIPO DE EMPLEOS", "JOBS KIND")),
    InputColumn("MONTO_NO_PAGADO", "amount_gtq", Kind.MONEY, aliases=("MONTO", "MONTO NO PAGADO Q", "IMPUESTO NO PAGADO", "AMOUNT GTQ")),
    InputColumn("ANIO_MONTO", "amount_year", Kind.INTEGER, aliases=("AÑO MONTO", "AÑO DEL MONTO", "AMOUNT YEAR")),
)  # fmt: skip

DATASET_COLUMNS: Mapping[Dataset, tuple[InputColumn, ...]] = {Dataset.REGISTRY: REGISTRY_COLUMNS}
DEFAULT_MODE: Mapping[Dataset, Mode] = {Dataset.REGISTRY: Mode.REPLACE}
