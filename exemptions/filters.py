"""The filters of a search, as data: parameter, label, sentence for people, and what of the index each one looks at.

Adding a filter is adding one entry here and the field of the same name to `RegistryQuery`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from exemptions.catalog_entries import CatalogName
from exemptions.columns import Permanence, PersonKind, Status


class FilterKind(StrEnum):
    """How a filter's values are written and compared."""

    WORDS = "words"
    NIT = "nit"
    RECORD = "record"
    CODE = "code"
    COUNT = "count"
    MONEY = "money"
    DAY = "day"


class Bound(StrEnum):
    """Which side of a range a filter sets; the bound itself is included."""

    MIN = "min"
    MAX = "max"


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter: what it is called, what it accepts, and where it looks."""

    parameter: str
    kind: FilterKind
    field: str
    """Field of the index."""
    es: str
    en: str
    sentence_es: str
    """What the filter says in a sentence about the results; `{value}` stands for the values."""
    sentence_en: str
    catalog: CatalogName | None = None
    choices: tuple[str, ...] = ()
    bound: Bound | None = None

    @property
    def is_repeatable(self) -> bool:
        """Whether several values may be given, any of which matches."""
        return self.kind in (FilterKind.CODE, FilterKind.NIT, FilterKind.RECORD)

    @property
    def is_facet(self) -> bool:
        """Whether its values can be counted."""
        return self.kind is FilterKind.CODE

    def label(self, lang: str) -> str:
        """The heading for people in `lang`."""
        return self.en if lang == "en" else self.es

    def sentence(self, lang: str, value: str) -> str:
        """What the filter says for people in `lang`."""
        return (self.sentence_en if lang == "en" else self.sentence_es).replace("{value}", value)


_CODE = FilterKind.CODE
_COUNT = FilterKind.COUNT
_MONEY = FilterKind.MONEY
_DAY = FilterKind.DAY

FILTERS: tuple[Filter, ...] = (
    Filter(
        "q",
        FilterKind.WORDS,
        "text",
        "Nombre o NIT",
        "Name or NIT",
        "que coinciden con «{value}»",
        "matching “{value}”",
    ),
    Filter("nit", FilterKind.NIT, "nit", "NIT", "NIT", "con NIT {value}", "with NIT {value}"),
    Filter(
        "record_id",
        FilterKind.RECORD,
        "record_id",
        "Registro",
        "Record",
        "con identificador {value}",
        "with identifier {value}",
    ),
    Filter(
        "type",
        _CODE,
        "exempt_type",
        "Tipo exento",
        "Exempt type",
        "de tipo {value}",
        "of type {value}",
        CatalogName.TYPES,
    ),
    Filter(
        "category",
        _CODE,
        "category",
        "Categoría",
        "Category",
        "de categoría {value}",
        "of category {value}",
        CatalogName.CATEGORIES,
    ),
    Filter(
        "permanence",
        _CODE,
        "permanence",
        "Permanencia",
        "Permanence",
        "de beneficio {value}",
        "with a benefit that is {value}",
        choices=tuple(Permanence),
    ),
    Filter(
        "status", _CODE, "status", "Estado", "Status", "en estado {value}", "with status {value}", choices=tuple(Status)
    ),
    Filter(
        "department",
        _CODE,
        "department",
        "Departamento",
        "Department",
        "en {value}",
        "in {value}",
        CatalogName.DEPARTMENTS,
    ),
    Filter(
        "municipality",
        _CODE,
        "municipality",
        "Municipio",
        "Municipality",
        "en el municipio de {value}",
        "in the municipality of {value}",
        CatalogName.MUNICIPALITIES,
    ),
    Filter(
        "activity",
        _CODE,
        "activity",
        "Actividad económica",
        "Economic activity",
        "con actividad {value}",
        "with activity {value}",
        CatalogName.ACTIVITIES,
    ),
    Filter(
        "authority",
        _CODE,
        "authority",
        "Autoridad",
        "Authority",
        "calificados por {value}",
        "qualified by {value}",
        CatalogName.AUTHORITIES,
    ),
    Filter("tax", _CODE, "taxes", "Impuesto", "Tax", "que no pagan {value}", "not paying {value}", CatalogName.TAXES),
    Filter(
        "person_kind",
        _CODE,
        "person_kind",
        "Tipo de persona",
        "Kind of person",
        "de persona {value}",
        "of a {value} person",
        choices=tuple(PersonKind),
    ),
    Filter(
        "jobs_min",
        _COUNT,
        "jobs",
        "Empleos, desde",
        "Jobs, from",
        "con {value} empleos o más",
        "with {value} jobs or more",
        bound=Bound.MIN,
    ),
    Filter(
        "jobs_max",
        _COUNT,
        "jobs",
        "Empleos, hasta",
        "Jobs, up to",
        "con {value} empleos o menos",
        "with {value} jobs or fewer",
        bound=Bound.MAX,
    ),
    Filter(
        "amount_min",
        _MONEY,
        "amount_cents",
        "Monto (Q), desde",
        "Amount (GTQ), from",
        "con Q {value} o más no pagados",
        "with GTQ {value} or more not paid",
        bound=Bound.MIN,
    ),
    Filter(
        "amount_max",
        _MONEY,
        "amount_cents",
        "Monto (Q), hasta",
        "Amount (GTQ), up to",
        "con Q {value} o menos no pagados",
        "with GTQ {value} or less not paid",
        bound=Bound.MAX,
    ),
    Filter("valid_on", _DAY, "from_day", "Vigente el día", "Valid on", "vigentes el {value}", "valid on {value}"),
    Filter(
        "valid_from_min",
        _DAY,
        "from_day",
        "Empieza, desde",
        "Starts, from",
        "que empiezan el {value} o después",
        "starting on {value} or later",
        bound=Bound.MIN,
    ),
    Filter(
        "valid_from_max",
        _DAY,
        "from_day",
        "Empieza, hasta",
        "Starts, up to",
        "que empiezan el {value} o antes",
        "starting on {value} or earlier",
        bound=Bound.MAX,
    ),
    Filter(
        "valid_until_min",
        _DAY,
        "until_day",
        "Termina, desde",
        "Ends, from",
        "que terminan el {value} o después",
        "ending on {value} or later",
        bound=Bound.MIN,
    ),
    Filter(
        "valid_until_max",
        _DAY,
        "until_day",
        "Termina, hasta",
        "Ends, up to",
        "que terminan el {value} o antes",
        "ending on {value} or earlier",
        bound=Bound.MAX,
    ),
)
"""Order is that of a canonical address."""

FILTER: Mapping[str, Filter] = {f.parameter: f for f in FILTERS}
BOUND_PAIRS: tuple[tuple[str, str], ...] = tuple(
    (low.parameter, high.parameter)
    for low in FILTERS
    for high in FILTERS
    if low.bound is Bound.MIN and high.bound is Bound.MAX and low.field == high.field
)
"""Lower and upper bound of the same number or day, by parameter."""
FACETS: tuple[str, ...] = tuple(f.parameter for f in FILTERS if f.is_facet)
"""Filters whose values can be counted, by parameter."""
