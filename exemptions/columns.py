"""The column table: every published column once.

Validation, Arrow and Parquet schema, CSV header, JSON fields, OpenAPI, labels of pages and the data dictionary are
all made from it.
Order of `COLUMNS` is the order in every file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import pyarrow as pa


class Kind(StrEnum):
    """What a value is; decides type, format and comparison."""

    TEXT = "text"
    CODE = "code"
    LIST = "list"
    DATE = "date"
    INTEGER = "integer"
    MONEY = "money"
    NUMBER = "number"
    """A number that is no amount of money and need not be whole."""
    BOOLEAN = "boolean"


class Disclosure(StrEnum):
    """Who decides whether a value of the column is published."""

    ALWAYS = "always"
    """Needed to read the row at all, and tells nothing private."""
    POLICY = "policy"
    """The disclosure policy decides by kind of person and category."""
    FOLLOWS = "follows"
    """Withheld whenever the column named in `follows` is."""


class PersonKind(StrEnum):
    LEGAL = "legal"
    NATURAL = "natural"


class Permanence(StrEnum):
    PERMANENT = "permanent"
    TEMPORARY = "temporary"


class Status(StrEnum):
    PENDING = "pending"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class ValueState(StrEnum):
    """Whether a number that may be missing is there, and if not, why."""

    REPORTED = "reported"
    NOT_REPORTED = "not_reported"
    NOT_APPLICABLE = "not_applicable"
    WITHHELD = "withheld"


class JobsKind(StrEnum):
    PROJECTED = "projected"
    REPORTED = "reported"


@dataclass(frozen=True, slots=True)
class Column:
    """One published column."""

    key: str
    kind: Kind
    nullable: bool
    es: str
    en: str
    about_es: str
    about_en: str
    source: str
    """Where the value comes from: a dataset's column, a catalogue, or how it is derived."""
    catalog: str | None = None
    """Catalogue that lists the allowed values."""
    choices: tuple[str, ...] = ()
    unit: str | None = None
    disclosure: Disclosure = Disclosure.ALWAYS
    follows: str | None = None
    repeats: bool = False
    """Few distinct values: dictionary-encoded in the release's table."""

    def label(self, lang: str) -> str:
        """The heading for people in `lang`."""
        return self.en if lang == "en" else self.es

    def about(self, lang: str) -> str:
        """What the column means, in `lang`."""
        return self.about_en if lang == "en" else self.about_es


_POLICY = Disclosure.POLICY
_FOLLOWS = Disclosure.FOLLOWS

COLUMNS: tuple[Column, ...] = (
    Column(
        "record_id", Kind.TEXT, False, "Identificador del registro", "Record identifier",
        "Dieciséis caracteres al azar que identifican para siempre un beneficio de un contribuyente; no dependen del NIT ni del nombre.",
        "Sixteen random characters that identify one benefit of one taxpayer for ever; they do not depend on NIT or name.",
        "drawn when the key first enters the book of record",
    ),
    Column(
        "nit", Kind.TEXT, True, "NIT", "NIT (tax number)",
        "Número de Identificación Tributaria, sin guion ni ceros a la izquierda. De las personas individuales no se publica.",
        "Taxpayer identification number, without hyphen or leading zeros. Not published for natural persons.",
        "registry.NIT", disclosure=_POLICY,
    ),
    Column(
        "name", Kind.TEXT, True, "Nombre", "Name",
        "Nombre o razón social como lo tiene la administración tributaria.",
        "Name or business name as the tax authority has it.",
        "registry.NOMBRE", disclosure=_POLICY,
    ),
    Column(
        "person_kind", Kind.CODE, False, "Tipo de persona", "Kind of person",
        "Persona jurídica o persona individual.", "Legal person or natural person.",
        "registry.TIPO_PERSONA", choices=tuple(PersonKind), repeats=True,
    ),
    Column(
        "exempt_type", Kind.CODE, False, "Código de tipo exento", "Exempt type code",
        "Por qué o qué clase de ente está exento; lo fija la categoría.", "Why, or what kind of entity, is exempt; the category fixes it.",
        "catalogue of categories", catalog="types", repeats=True,
    ),
    Column(
        "exempt_type_name", Kind.TEXT, False, "Tipo exento", "Exempt type",
        "Nombre del tipo exento en el catálogo.", "Name of the exempt type in the catalogue.",
        "catalogue of types", repeats=True,
    ),
    Column(
        "category", Kind.CODE, False, "Código de categoría", "Category code",
        "Clase de ente o régimen por el que no se paga el impuesto.", "Class of entity or regime under which the tax is not paid.",
        "registry.CATEGORIA_EXENTO", catalog="categories", repeats=True,
    ),
    Column(
        "category_name", Kind.TEXT, False, "Categoría", "Category",
        "Nombre de la categoría en el catálogo.", "Name of the category in the catalogue.",
        "catalogue of categories", repeats=True,
    ),
    Column(
        "permanence", Kind.CODE, False, "Permanencia", "Permanence",
        "Si el beneficio es permanente o temporal; es del beneficio, no del contribuyente.",
        "Whether the benefit is permanent or temporary; it belongs to the benefit, not to the taxpayer.",
        "catalogue of categories", choices=tuple(Permanence), repeats=True,
    ),
    Column(
        "legal_basis", Kind.TEXT, True, "Base legal", "Legal basis",
        "Leyes y artículos que dan el beneficio, según el catálogo de categorías.",
        "Laws and articles that grant the benefit, from the catalogue of categories.",
        "catalogue of categories", repeats=True,
    ),
    Column(
        "authority", Kind.CODE, True, "Autoridad", "Authority",
        "Institución que califica el beneficio.", "Institution that grants the benefit.",
        "registry.AUTORIDAD, else the catalogue of categories", catalog="authorities", repeats=True,
    ),
    Column(
        "taxes", Kind.LIST, True, "Impuestos", "Taxes",
        "Impuestos que cubre el beneficio.", "Taxes that the benefit covers.",
        "registry.IMPUESTOS, else the catalogue of categories", catalog="taxes", repeats=True,
    ),
    Column(
        "resolution", Kind.TEXT, True, "Resolución", "Resolution",
        "Número de la resolución que califica el beneficio.", "Number of the resolution that grants the benefit.",
        "registry.RESOLUCION", disclosure=_POLICY,
    ),
    Column(
        "valid_from", Kind.DATE, True, "Vigente desde", "Valid from",
        "Primer día del beneficio.", "First day of the benefit.", "registry.VIGENTE_DESDE", disclosure=_POLICY, repeats=True,
    ),
    Column(
        "valid_until", Kind.DATE, True, "Vigente hasta", "Valid until",
        "Último día del beneficio, incluido; vacío si no tiene plazo.", "Last day of the benefit, included; empty if it has no term.",
        "registry.VIGENTE_HASTA", disclosure=_POLICY, repeats=True,
    ),
    Column(
        "status", Kind.CODE, False, "Estado", "Status",
        "Estado del beneficio en la fecha de estado de la publicación.", "Status of the benefit on the release's status date.",
        "derived from registry.ESTADO, events and dates", choices=tuple(Status), repeats=True,
    ),
    Column(
        "status_reason", Kind.TEXT, True, "Motivo del estado", "Reason of the status",
        "Motivo que dio la autoridad.", "Reason given by the authority.",
        "registry.MOTIVO", disclosure=_POLICY, repeats=True,
    ),
    Column(
        "activity", Kind.CODE, True, "Código de actividad económica", "Economic activity code",
        "Clase de la CIIU Rev. 4 de la actividad principal.", "ISIC Rev. 4 class of the main activity.",
        "registry.ACTIVIDAD_ECONOMICA", catalog="activities", disclosure=_POLICY, repeats=True,
    ),
    Column(
        "activity_name", Kind.TEXT, True, "Actividad económica", "Economic activity",
        "Nombre de la actividad en la CIIU Rev. 4.", "Name of the activity in ISIC Rev. 4.",
        "catalogue of activities", disclosure=_FOLLOWS, follows="activity", repeats=True,
    ),
    Column(
        "department", Kind.CODE, True, "Código de departamento", "Department code",
        "Código INE de dos dígitos del departamento del domicilio fiscal.", "INE two-digit code of the department of the fiscal domicile.",
        "registry.DEPARTAMENTO, else of the municipality", catalog="departments", disclosure=_POLICY, repeats=True,
    ),
    Column(
        "department_name", Kind.TEXT, True, "Departamento", "Department",
        "Nombre del departamento.", "Name of the department.",
        "catalogue of departments", disclosure=_FOLLOWS, follows="department", repeats=True,
    ),
    Column(
        "municipality", Kind.CODE, True, "Código de municipio", "Municipality code",
        "Código INE de cuatro dígitos del municipio del domicilio fiscal.", "INE four-digit code of the municipality of the fiscal domicile.",
        "registry.MUNICIPIO", catalog="municipalities", disclosure=_POLICY, repeats=True,
    ),
    Column(
        "municipality_name", Kind.TEXT, True, "Municipio", "Municipality",
        "Nombre del municipio.", "Name of the municipality.",
        "catalogue of municipalities", disclosure=_FOLLOWS, follows="municipality", repeats=True,
    ),
    Column(
        "jobs", Kind.INTEGER, True, "Empleos generados", "Jobs generated",
        "Empleos del último año reportado o, si no hay, los proyectados. Vacío no es cero: vea el estado del dato.",
        "Jobs of the latest reported year or, if there is none, the projected ones. Empty is not zero: see the state of the value.",
        "registry.EMPLEOS_GENERADOS, jobs.EMPLEOS", unit="jobs", disclosure=_POLICY,
    ),
    Column(
        "jobs_status", Kind.CODE, False, "Estado del dato de empleos", "State of the jobs value",
        "Si el número de empleos está (reported), no se reportó, no aplica o se reserva.",
        "Whether the number of jobs is there (reported), was not reported, does not apply or is withheld.",
        "derived", choices=tuple(ValueState), repeats=True,
    ),
    Column(
        "jobs_year", Kind.INTEGER, True, "Año de los empleos", "Year of the jobs",
        "Año al que se refieren los empleos.", "Year that the jobs refer to.",
        "registry.ANIO_EMPLEOS, jobs.PERIODO", disclosure=_FOLLOWS, follows="jobs", repeats=True,
    ),
    Column(
        "jobs_kind", Kind.CODE, True, "Clase del dato de empleos", "Kind of the jobs value",
        "Proyectados en la solicitud o reportados después.", "Projected in the application or reported afterwards.",
        "registry.TIPO_EMPLEOS, jobs.TIPO", choices=tuple(JobsKind), disclosure=_FOLLOWS, follows="jobs", repeats=True,
    ),
    Column(
        "amount_gtq", Kind.MONEY, True, "Impuesto no pagado (Q)", "Tax not paid (GTQ)",
        "Suma del último año, sin suspensión ni devolución, en quetzales corrientes. Vacío no es cero: vea el estado del dato.",
        "Sum of the latest year, without suspension and drawback, in current quetzales. Empty is not zero: see the state of the value.",
        "registry.MONTO_NO_PAGADO, amounts.MONTO_GTQ", unit="GTQ", disclosure=_POLICY,
    ),
    Column(
        "amount_status", Kind.CODE, False, "Estado del dato de monto", "State of the amount",
        "Si el monto está (reported), no se reportó, no aplica o se reserva.",
        "Whether the amount is there (reported), was not reported, does not apply or is withheld.",
        "derived", choices=tuple(ValueState), repeats=True,
    ),
    Column(
        "amount_year", Kind.INTEGER, True, "Año del monto", "Year of the amount",
        "Año al que se refiere el monto.", "Year that the amount refers to.",
        "registry.ANIO_MONTO, amounts.ANIO", disclosure=_FOLLOWS, follows="amount_gtq", repeats=True,
    ),
    Column(
        "withheld_fields", Kind.LIST, True, "Datos reservados", "Withheld fields",
        "Columnas cuyo valor existe y no se publica; la política de divulgación dice por qué.",
        "Columns whose value exists and is not published; the disclosure policy says why.",
        "disclosure policy", repeats=True,
    ),
    Column(
        "first_release", Kind.INTEGER, False, "Primera publicación", "First release",
        "Número de la publicación en que apareció el registro.", "Number of the release in which the record first appeared.",
        "derived", repeats=True,
    ),
    Column(
        "changed_release", Kind.INTEGER, False, "Última publicación que lo cambió", "Last release that changed it",
        "Número de la última publicación que cambió algo publicado del registro.",
        "Number of the last release that changed anything published of the record.",
        "derived", repeats=True,
    ),
)  # fmt: skip

COLUMN: Mapping[str, Column] = {column.key: column for column in COLUMNS}
KEYS: tuple[str, ...] = tuple(COLUMN)

LIST_SEPARATOR = ";"
"""Joins the values of a list where a format has no lists; no catalogue code contains it."""

BOOKKEEPING = ("first_release", "changed_release")
"""Columns that say when content changed and are not content themselves."""


def table_schema() -> pa.Schema:
    """The schema of `records.arrow`, the table that every public answer is made from.

    Shape: the columns of `COLUMNS` in order; repeated texts are dictionaries of int32 → string, money is int64 cents,
    lists are text joined by `LIST_SEPARATOR`, dates are date32.
    """
    return pa.schema([pa.field(c.key, _table_type(c), c.nullable) for c in COLUMNS])


def exchange_schema() -> pa.Schema:
    """The schema of the records as others receive them in Parquet.

    Shape: the columns of `COLUMNS` in order; plain strings, lists of strings, decimal128(18, 2) quetzales, date32, int64.
    """
    return pa.schema([pa.field(c.key, exchange_type(c), c.nullable) for c in COLUMNS])


def _table_type(column: Column) -> pa.DataType:
    match column.kind:
        case Kind.TEXT | Kind.CODE | Kind.LIST:
            return pa.dictionary(pa.int32(), pa.string()) if column.repeats else pa.string()
        case Kind.DATE:
            return pa.date32()
        case Kind.INTEGER | Kind.MONEY:
            return pa.int64()
        case Kind.NUMBER:
            return pa.float64()
        case Kind.BOOLEAN:
            return pa.bool_()


def exchange_type(column: Column) -> pa.DataType:
    """The type of a column as others receive it in Parquet."""
    match column.kind:
        case Kind.TEXT | Kind.CODE:
            return pa.string()
        case Kind.LIST:
            return pa.list_(pa.string())
        case Kind.DATE:
            return pa.date32()
        case Kind.INTEGER:
            return pa.int64()
        case Kind.MONEY:
            return pa.decimal128(18, 2)
        case Kind.NUMBER:
            return pa.float64()
        case Kind.BOOLEAN:
            return pa.bool_()
