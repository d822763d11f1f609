"""The columns of a record as its page tells them: in groups, with what each means and where it comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from api.pages.language import page_url
from api.pages.texts import LazyString
from api.pages.texts import lazy_gettext as _l
from api.pages.values import Item, Reader, Shown, as_day, column_label, show
from exemptions.columns import COLUMN, Kind

CODE_AND_NAME = ("exempt_type", "category", "activity", "department", "municipality")
"""Columns with a column of names beside them; the page shows both in one line."""

WITH_STATE = {"jobs": ("jobs_status", "jobs_year", "jobs_kind"), "amount_gtq": ("amount_status", "amount_year")}
"""Columns whose line also tells those beside them."""

GROUPS: tuple[tuple[LazyString, tuple[str, ...]], ...] = (
    (
        _l("El beneficio"),
        (
            "exempt_type",
            "category",
            "permanence",
            "legal_basis",
            "authority",
            "taxes",
            "resolution",
            "valid_from",
            "valid_until",
            "status",
            "status_reason",
        ),
    ),
    (_l("El contribuyente"), ("name", "nit", "person_kind", "activity", "department", "municipality")),
    (_l("Empleos e impuesto no pagado"), ("jobs", "amount_gtq")),
    (_l("Este registro"), ("record_id", "withheld_fields", "first_release", "changed_release")),
)

_FILTERED_BY = {
    "exempt_type": "type",
    "category": "category",
    "authority": "authority",
    "permanence": "permanence",
    "activity": "activity",
    "department": "department",
    "municipality": "municipality",
}
"""Column → parameter of the search that finds the records with the same value."""

SOURCES: dict[str, LazyString] = {
    "drawn when the key first enters the book of record": _l("se sortea cuando el beneficio entra por primera vez"),
    "registry.NIT": _l("columna NIT del registro"),
    "registry.NOMBRE": _l("columna NOMBRE del registro"),
    "registry.TIPO_PERSONA": _l("columna TIPO_PERSONA del registro"),
    "catalogue of categories": _l("catálogo de categorías"),
    "catalogue of types": _l("catálogo de tipos"),
    "registry.CATEGORIA_EXENTO": _l("columna CATEGORIA_EXENTO del registro"),
    "registry.AUTORIDAD, else the catalogue of categories": _l(
        "columna AUTORIDAD del registro o, si está vacía, catálogo de categorías"
    ),
    "registry.IMPUESTOS, else the catalogue of categories": _l(
        "columna IMPUESTOS del registro o, si está vacía, catálogo de categorías"
    ),
    "registry.RESOLUCION": _l("columna RESOLUCION del registro"),
    "registry.VIGENTE_DESDE": _l("columna VIGENTE_DESDE del registro"),
    "registry.VIGENTE_HASTA": _l("columna VIGENTE_HASTA del registro"),
    "derived from registry.ESTADO, events and dates": _l("de la columna ESTADO del registro, los eventos y las fechas"),
    "registry.MOTIVO": _l("columna MOTIVO del registro"),
    "registry.ACTIVIDAD_ECONOMICA": _l("columna ACTIVIDAD_ECONOMICA del registro"),
    "catalogue of activities": _l("catálogo de actividades"),
    "registry.DEPARTAMENTO, else of the municipality": _l(
        "columna DEPARTAMENTO del registro o, si está vacía, el del municipio"
    ),
    "catalogue of departments": _l("catálogo de departamentos"),
    "registry.MUNICIPIO": _l("columna MUNICIPIO del registro"),
    "catalogue of municipalities": _l("catálogo de municipios"),
    "registry.EMPLEOS_GENERADOS, jobs.EMPLEOS": _l("columna EMPLEOS_GENERADOS del registro y archivo de empleos"),
    "registry.ANIO_EMPLEOS, jobs.PERIODO": _l("columna ANIO_EMPLEOS del registro y archivo de empleos"),
    "registry.TIPO_EMPLEOS, jobs.TIPO": _l("columna TIPO_EMPLEOS del registro y archivo de empleos"),
    "registry.MONTO_NO_PAGADO, amounts.MONTO_GTQ": _l("columna MONTO_NO_PAGADO del registro y archivo de montos"),
    "registry.ANIO_MONTO, amounts.ANIO": _l("columna ANIO_MONTO del registro y archivo de montos"),
    "derived": _l("se calcula al publicar"),
    "disclosure policy": _l("política de divulgación"),
}
"""Where a column comes from, as the column table says it → in words."""


@dataclass(frozen=True, slots=True)
class FieldLine:
    """One line of a record: what it is, its value, what it means, where it comes from."""

    key: str
    label: str
    shown: Shown
    about: str
    source: str
    search_url: str
    """The search for all records with the same value; empty where there is none."""
    iso: str
    """The value for machines where it is a day."""
    release: int
    """The release that brought the value."""


@dataclass(frozen=True, slots=True)
class FieldGroup:
    title: str
    lines: tuple[FieldLine, ...]


def field_groups(item: Item, origins: Mapping[str, int], reader: Reader) -> tuple[FieldGroup, ...]:
    """Every published column of a record, in groups; `origins` tells the release that brought each."""
    return tuple(
        FieldGroup(str(title), tuple(_line(item, key, origins, reader) for key in keys)) for title, keys in GROUPS
    )


def told_columns() -> Iterator[str]:
    """The columns that the groups tell, together with those told on another's line."""
    for _title, keys in GROUPS:
        for key in keys:
            yield key
            yield from _told_with(key)


def _line(item: Item, key: str, origins: Mapping[str, int], reader: Reader) -> FieldLine:
    column = COLUMN[key]
    parameter = _FILTERED_BY.get(key)
    value = item[key]
    return FieldLine(
        key=key,
        label=column_label(key, reader.lang),
        shown=show(item, key, reader),
        about=column.about(reader.lang),
        source=str(SOURCES[column.source]),
        search_url=page_url("search", **{parameter: value}) if parameter and value else "",
        iso=as_day(value).isoformat() if column.kind is Kind.DATE and value else "",
        release=max(origins[told] for told in (key, *_told_with(key))),
    )


def _told_with(key: str) -> tuple[str, ...]:
    """The columns told on the line of another one."""
    return (*WITH_STATE.get(key, ()), *((f"{key}_name",) if key in CODE_AND_NAME else ()))
