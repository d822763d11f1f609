"""Renewable-energy projects: name, technology, capacity and place; on dates the registry wins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from exemptions.datasets import Dataset
from exemptions.fact_codes import TECHNOLOGY_LABELS, Technology
from exemptions.text import fold_text
from loaders.checks import Check, Context, DatasetRules, is_unreadable, value
from loaders.checks_codes import look_up
from loaders.checks_dates import date_checks, parse_dates
from loaders.checks_fact import VALUES_OF_RECORD, duplicate_check, find_duplicates, parse_record, record_checks
from loaders.checks_places import municipality_checks, parse_places
from loaders.checks_text import text_checks

TECHNOLOGIES: Mapping[str, Technology] = {
    **{fold_text(code): code for code in Technology},
    **{fold_text(text): code for code, label in TECHNOLOGY_LABELS.items() for text in (label.es, label.en)},
    "hidraulica": Technology.HYDRO,
    "hidro": Technology.HYDRO,
    "fotovoltaica": Technology.SOLAR,
    "solar fotovoltaica": Technology.SOLAR,
    "eolico": Technology.WIND,
    "geotermia": Technology.GEOTHERMAL,
}
"""Folded text of TECNOLOGIA → code."""

_DATES = ("valid_from", "valid_until")
_KEPT_IF_UNKNOWN = ("technology", "municipality")
_CAPACITY = r"(?i)^(-?)([0-9]{1,6}|[0-9]{1,3}(?:,[0-9]{3}))(?:\.([0-9]{1,3})0*)?\s*(?:MW)?$"
_LARGEST_KW = 500_000
"""Above any plant of the country; more is likely a number of kilowatts."""


def _understand(frame: pl.DataFrame, context: Context) -> pl.DataFrame:
    frame = parse_record(frame, context, dataset=Dataset.ENERGY)
    # The file names no department, so a municipality's name counts only if one department has it.
    frame = parse_places(frame.with_columns(pl.lit(None, pl.String).alias("department")), context.catalogs)
    frame = parse_dates(frame, _DATES).with_columns(
        look_up(frame, "technology", TECHNOLOGIES),
        _kilowatts(pl.col("capacity_mw")).alias("capacity_mw.value"),
        pl.col("project").alias("project.value"),
    )
    return find_duplicates(frame, dataset=Dataset.ENERGY, required=("nit", "project"))


def _checks(context: Context) -> Iterator[Check]:
    yield from record_checks(context, dataset=Dataset.ENERGY)
    yield from text_checks(Dataset.ENERGY, _KEPT_IF_UNKNOWN)
    yield Check("temporal_sin_resolucion", "resolution", pl.col("resolution").is_null())
    yield Check("proyecto_vacio", "project", pl.col("project").is_null())
    yield Check("tecnologia_desconocida", "technology", is_unreadable("technology"))
    yield Check("capacidad_no_numerica", "capacity_mw", is_unreadable("capacity_mw"))
    yield Check("capacidad_no_positiva", "capacity_mw", value("capacity_mw") <= 0)
    yield Check("capacidad_improbable", "capacity_mw", value("capacity_mw") > _LARGEST_KW)
    yield from municipality_checks()
    yield from date_checks(context, _DATES)
    start, end = value("valid_from"), value("valid_until")
    yield Check("vigencia_invertida", "valid_until", end < start, {"start": start})
    for key in _DATES:
        registry = pl.col(VALUES_OF_RECORD[key])
        yield Check("fecha_distinta_del_registro", key, value(key) != registry, {"registry": registry})
    yield duplicate_check(Dataset.ENERGY)


ENERGY_RULES = DatasetRules(
    understand=_understand,
    checks=_checks,
    content={"capacity_kw": value("capacity_mw")},
    kept_if_unknown=_KEPT_IF_UNKNOWN,
)


def _kilowatts(text: pl.Expr) -> pl.Expr:
    parts = text.str.extract_groups(_CAPACITY)
    whole = parts.struct.field("2").str.replace_all(",", "", literal=True).cast(pl.Int64)
    kilowatts = whole * 1000 + parts.struct.field("3").fill_null("").str.pad_end(3, "0").cast(pl.Int64)
    return pl.when(parts.struct.field("1") == "-").then(-kilowatts).otherwise(kilowatts)
