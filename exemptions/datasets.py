"""The datasets that staff load and the columns of each: Spanish header → key.

Source: the layouts are the project's own; the authorities' own files are mapped to them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from exemptions.columns import Kind


class Dataset(StrEnum):
    REGISTRY = "registry"
    JOBS = "jobs"
    AMOUNTS = "amounts"
    ENERGY = "energy"
    EVENTS = "events"
    EXPENDITURE = "expenditure"
    MACRO = "macro"


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

_NIT, _CATEGORY, _RESOLUTION = (
    replace(column, required=column.key != "resolution")
    for column in REGISTRY_COLUMNS
    if column.key in ("nit", "category", "resolution")
)

JOBS_COLUMNS: tuple[InputColumn, ...] = (
    _NIT,
    _CATEGORY,
    _RESOLUTION,
    InputColumn("PERIODO", "period", Kind.TEXT, True, aliases=("PERIOD", "AÑO O TRIMESTRE")),
    InputColumn("TIPO", "kind", Kind.CODE, True, aliases=("TIPO_EMPLEOS", "KIND")),
    InputColumn("EMPLEOS", "jobs", Kind.INTEGER, True, aliases=("EMPLEOS_GENERADOS", "JOBS")),
    InputColumn("FUENTE", "source", Kind.TEXT, aliases=("SOURCE",)),
)

AMOUNTS_COLUMNS: tuple[InputColumn, ...] = (
    _NIT,
    _CATEGORY,
    _RESOLUTION,
    InputColumn("ANIO", "year", Kind.INTEGER, True, aliases=("AÑO", "PERIODO FISCAL", "YEAR")),
    InputColumn("IMPUESTO", "tax", Kind.CODE, True, "taxes", ("TAX",)),
    InputColumn("MECANISMO", "mechanism", Kind.CODE, True, "mechanisms", ("MECHANISM",)),
    InputColumn("MONTO_GTQ", "amount_gtq", Kind.MONEY, True, aliases=("MONTO", "MONTO Q", "AMOUNT GTQ")),
    InputColumn("FUENTE", "source", Kind.TEXT, aliases=("SOURCE",)),
)

ENERGY_COLUMNS: tuple[InputColumn, ...] = (
    _NIT,
    replace(_RESOLUTION, required=True),
    InputColumn("PROYECTO", "project", Kind.TEXT, True, aliases=("NOMBRE DEL PROYECTO", "PROJECT")),
    InputColumn("TECNOLOGIA", "technology", Kind.CODE, aliases=("TECHNOLOGY",)),
    InputColumn("CAPACIDAD_MW", "capacity_mw", Kind.MONEY, aliases=("CAPACIDAD", "MW", "CAPACITY MW")),
    InputColumn("MUNICIPIO", "municipality", Kind.CODE, False, "municipalities", ("MUNICIPALITY",)),
    InputColumn("VIGENTE_DESDE", "valid_from", Kind.DATE, aliases=("VIGENCIA DESDE", "DESDE", "VALID FROM")),
    InputColumn("VIGENTE_HASTA", "valid_until", Kind.DATE, aliases=("VIGENCIA HASTA", "HASTA", "VALID UNTIL")),
)

EVENTS_COLUMNS: tuple[InputColumn, ...] = (
    _NIT,
    _CATEGORY,
    _RESOLUTION,
    InputColumn("EVENTO", "event", Kind.CODE, True, aliases=("EVENT",)),
    InputColumn("FECHA", "date", Kind.DATE, True, aliases=("FECHA DEL EVENTO", "DATE")),
    InputColumn("HASTA", "until", Kind.DATE, aliases=("FECHA HASTA", "UNTIL")),
    InputColumn("MOTIVO", "reason", Kind.TEXT, aliases=("REASON",)),
    InputColumn("BASE_LEGAL", "legal_basis", Kind.TEXT, aliases=("FUNDAMENTO", "LEGAL BASIS")),
)

EXPENDITURE_COLUMNS: tuple[InputColumn, ...] = (
    InputColumn("ANIO", "year", Kind.INTEGER, True, aliases=("AÑO", "YEAR")),
    InputColumn("IMPUESTO", "tax", Kind.CODE, False, "taxes", ("TAX",)),
    InputColumn("PARTICION", "partition", Kind.CODE, True, aliases=("PARTITION",)),
    InputColumn("CLAVE", "key", Kind.TEXT, True, aliases=("KEY",)),
    InputColumn("GRUPO", "group", Kind.TEXT, aliases=("GROUP",)),
    InputColumn("MONTO_MILLONES_GTQ", "amount_millions", Kind.MONEY, True, aliases=("MILLONES DE QUETZALES", "AMOUNT MILLIONS GTQ")),
    InputColumn("PCT_PIB", "pct_gdp", Kind.MONEY, aliases=("PORCENTAJE DEL PIB", "% PIB", "PCT GDP")),
    InputColumn("INFORME", "report", Kind.TEXT, True, aliases=("REPORT",)),
    InputColumn("VERSION_METODOLOGIA", "method_version", Kind.TEXT, aliases=("METODOLOGIA", "METHOD VERSION")),
    InputColumn("NOTA", "note", Kind.TEXT, aliases=("NOTE",)),
    InputColumn("FUENTE_URL", "source_url", Kind.TEXT, aliases=("URL", "SOURCE URL")),
)  # fmt: skip

MACRO_COLUMNS: tuple[InputColumn, ...] = (
    InputColumn("ANIO", "year", Kind.INTEGER, True, aliases=("AÑO", "YEAR")),
    InputColumn("DEFLACTOR", "deflator", Kind.MONEY, True, aliases=("DEFLACTOR DEL PIB", "DEFLATOR")),
    InputColumn("ANIO_BASE", "base_year", Kind.INTEGER, True, aliases=("AÑO BASE", "AÑO DE REFERENCIA", "BASE YEAR")),
    InputColumn("PIB_MILLONES_GTQ", "gdp_millions", Kind.MONEY, True, aliases=("PIB NOMINAL", "PIB", "GDP MILLIONS GTQ")),
    InputColumn("FUENTE", "source", Kind.TEXT, True, aliases=("SOURCE",)),
)  # fmt: skip

DATASET_COLUMNS: Mapping[Dataset, tuple[InputColumn, ...]] = {
    Dataset.REGISTRY: REGISTRY_COLUMNS,
    Dataset.JOBS: JOBS_COLUMNS,
    Dataset.AMOUNTS: AMOUNTS_COLUMNS,
    Dataset.ENERGY: ENERGY_COLUMNS,
    Dataset.EVENTS: EVENTS_COLUMNS,
    Dataset.EXPENDITURE: EXPENDITURE_COLUMNS,
    Dataset.MACRO: MACRO_COLUMNS,
}
DEFAULT_MODE: Mapping[Dataset, Mode] = {
    dataset: Mode.MERGE if dataset is Dataset.EVENTS else Mode.REPLACE for dataset in Dataset
}
