"""The columns of the tables beside the records, each once: the other half of the column table.

`follows` names the column of the record whose rule of disclosure decides about a value here.
"""

from __future__ import annotations

from exemptions.columns import COLUMN, Column, Disclosure, JobsKind, Kind, PersonKind
from exemptions.disclosure_control import CellState
from exemptions.fact_codes import Partition, Technology
from exemptions.status import CalendarReason, Event

EVENTS = (*Event, "expiry")
"""What a row of events may tell; an expiry is one that the registry states where its dates do not tell it."""
CHANGES = ("added", "ended", "changed")

_FOLLOWS = Disclosure.FOLLOWS

_RECORD = Column(
    "record_id", Kind.TEXT, False, "Identificador del registro", "Record identifier",
    "El registro (beneficio de un contribuyente) del que habla la fila; es el record_id de la tabla de registros.",
    "The record (benefit of one taxpayer) that the row speaks of; it is the record_id of the table of records.",
    COLUMN["record_id"].source,
)  # fmt: skip


def _source(es: str, en: str) -> Column:
    return Column("source", Kind.TEXT, True, "Fuente", "Source", es, en, "named by the file that brought the row")


_SOURCE = _source(
    "De dónde viene el dato, como lo dice el archivo que lo trajo; «registry» es el registro mismo.",
    "Where the fact comes from, as the file that brought it says; “registry” is the registry itself.",
)
_OWN_SOURCE = _source(
    "El conjunto de datos que trajo la fila; «registry» es el registro mismo.",
    "The dataset that brought the row; “registry” is the registry itself.",
)

JOBS = (
    _RECORD,
    Column(
        "period", Kind.TEXT, True, "Período", "Period",
        "Año («2025») o trimestre («2025-T3») al que se refiere el número. Los trimestres de un año no se suman.",
        "Year (“2025”) or quarter (“2025-T3”) that the number refers to. The quarters of a year are not added.",
        "jobs.PERIODO, registry.ANIO_EMPLEOS", disclosure=_FOLLOWS, follows="jobs",
    ),
    Column(
        "year", Kind.INTEGER, True, "Año", "Year", "Año del período.", "Year of the period.",
        "jobs.PERIODO, registry.ANIO_EMPLEOS", disclosure=_FOLLOWS, follows="jobs",
    ),
    Column(
        "kind", Kind.CODE, True, "Clase", "Kind",
        "Proyectados en la solicitud o reportados después.", "Projected in the application or reported afterwards.",
        "jobs.TIPO, registry.TIPO_EMPLEOS", choices=tuple(JobsKind), disclosure=_FOLLOWS, follows="jobs",
    ),
    Column(
        "jobs", Kind.INTEGER, False, "Empleos", "Jobs",
        "Empleos de ese período. Un cero es un cero reportado.", "Jobs of that period. A zero is a reported zero.",
        "jobs.EMPLEOS, registry.EMPLEOS_GENERADOS", unit="jobs", disclosure=_FOLLOWS, follows="jobs",
    ),
    _SOURCE,
)  # fmt: skip

AMOUNTS = (
    _RECORD,
    Column(
        "year", Kind.INTEGER, True, "Año", "Year", "Año fiscal al que se refiere el monto.",
        "Tax year that the amount refers to.",
        "amounts.ANIO, registry.ANIO_MONTO", disclosure=_FOLLOWS, follows="amount_gtq",
    ),
    Column(
        "tax", Kind.CODE, True, "Impuesto", "Tax",
        "Impuesto que no se pagó; vacío son todos juntos.", "Tax that was not paid; empty means all of them together.",
        "amounts.IMPUESTO", catalog="taxes", disclosure=_FOLLOWS, follows="amount_gtq",
    ),
    Column(
        "mechanism", Kind.CODE, True, "Mecanismo", "Mechanism",
        "Manera en que la ley libera del impuesto. Lo suspendido y lo devuelto no es impuesto dejado de pagar y no entra en las sumas.",
        "Way in which the law frees from the tax. What is suspended or paid back is not tax forgone and enters no sum.",
        "amounts.MECANISMO", catalog="mechanisms", disclosure=_FOLLOWS, follows="amount_gtq",
    ),
    Column(
        "amount_gtq", Kind.MONEY, False, "Monto (Q)", "Amount (GTQ)",
        "Quetzales corrientes; una rectificación puede ser negativa.",
        "Current quetzales; a correction may be negative.",
        "amounts.MONTO_GTQ, registry.MONTO_NO_PAGADO", unit="GTQ", disclosure=_FOLLOWS, follows="amount_gtq",
    ),
    _SOURCE,
)  # fmt: skip

ENERGY = (
    _RECORD,
    Column(
        "project", Kind.TEXT, True, "Proyecto", "Project",
        "Nombre del proyecto; lleva casi siempre el de su titular y por eso se publica como él.",
        "Name of the project; it mostly carries that of its holder, and is therefore published like it.",
        "energy.PROYECTO", disclosure=_FOLLOWS, follows="name",
    ),
    Column(
        "technology", Kind.CODE, True, "Tecnología", "Technology",
        "Recurso renovable que aprovecha.", "Renewable resource that it uses.",
        "energy.TECNOLOGIA", choices=tuple(Technology),
    ),
    Column(
        "capacity_kw", Kind.INTEGER, True, "Capacidad (kW)", "Capacity (kW)",
        "Capacidad instalada o por instalar, en kilovatios.", "Installed or planned capacity, in kilowatts.",
        "energy.CAPACIDAD_MW", unit="kW",
    ),
    Column(
        "municipality", Kind.CODE, True, "Código de municipio", "Municipality code",
        "Código INE del municipio del proyecto.", "INE code of the municipality of the project.",
        "energy.MUNICIPIO", catalog="municipalities", disclosure=_FOLLOWS, follows="municipality",
    ),
    Column(
        "valid_from", Kind.DATE, True, "Vigente desde", "Valid from",
        "Primer día del incentivo del proyecto.", "First day of the incentive of the project.",
        "energy.VIGENTE_DESDE", disclosure=_FOLLOWS, follows="valid_from",
    ),
    Column(
        "valid_until", Kind.DATE, True, "Vigente hasta", "Valid until",
        "Último día del incentivo del proyecto, incluido.", "Last day of the incentive of the project, included.",
        "energy.VIGENTE_HASTA", disclosure=_FOLLOWS, follows="valid_until",
    ),
    _OWN_SOURCE,
)  # fmt: skip

EVENTS_COLUMNS = (
    _RECORD,
    Column(
        "event", Kind.CODE, False, "Suceso", "Event",
        "Lo que la autoridad hizo con el beneficio después de darlo.",
        "What the authority did to the benefit after granting it.",
        "events.EVENTO, registry.ESTADO", choices=EVENTS,
    ),
    Column(
        "date", Kind.DATE, True, "Fecha", "Date", "Día desde el que rige.", "Day from which it holds.",
        "events.FECHA, registry.ESTADO",
    ),
    Column(
        "until", Kind.DATE, True, "Hasta", "Until",
        "Último día de una suspensión; vacío si sigue abierta.", "Last day of a suspension; empty while it is open.",
        "events.HASTA",
    ),
    Column(
        "reason", Kind.TEXT, True, "Motivo", "Reason", "Motivo que dio la autoridad.", "Reason given by the authority.",
        "events.MOTIVO, registry.MOTIVO", disclosure=_FOLLOWS, follows="status_reason",
    ),
    Column(
        "legal_basis", Kind.TEXT, True, "Base legal", "Legal basis",
        "Ley y artículo en que se apoya el acto.", "Law and article that the act rests on.", "events.BASE_LEGAL",
    ),
    _OWN_SOURCE,
)  # fmt: skip

EXPENDITURE = (
    Column(
        "year", Kind.INTEGER, False, "Año", "Year", "Año estimado.", "Year of the estimate.", "expenditure.ANIO",
    ),
    Column(
        "tax", Kind.CODE, True, "Impuesto", "Tax", "Impuesto; vacío son todos juntos.",
        "Tax; empty means all of them together.", "expenditure.IMPUESTO", catalog="taxes",
    ),
    Column(
        "partition", Kind.CODE, False, "Partición", "Partition",
        "Manera de dividir el total. Las particiones son alternativas: nunca se suman entre sí.",
        "Way of dividing the total. Partitions are alternatives: they are never added together.",
        "expenditure.PARTICION", choices=tuple(Partition),
    ),
    Column(
        "key", Kind.TEXT, False, "Clave", "Key", "Parte de la partición, con la clave del informe.",
        "Part of the partition, by the key of the report.", "expenditure.CLAVE",
    ),
    Column(
        "group", Kind.TEXT, True, "Grupo", "Group", "Nombre de la parte en el informe.",
        "Name of the part in the report.", "expenditure.GRUPO",
    ),
    Column(
        "amount_gtq", Kind.MONEY, False, "Gasto tributario (Q)", "Tax expenditure (GTQ)",
        "Estimación en quetzales corrientes; los informes dan millones.",
        "Estimate in current quetzales; the reports give millions.",
        "expenditure.MONTO_MILLONES_GTQ", unit="GTQ",
    ),
    Column(
        "pct_gdp", Kind.NUMBER, True, "Por ciento del PIB", "Percent of GDP",
        "Por ciento del producto interno bruto, como lo da el informe: 2.6 es 2.6 %.",
        "Percent of the gross domestic product, as the report gives it: 2.6 is 2.6 %.",
        "expenditure.PCT_PIB", unit="% GDP",
    ),
    Column(
        "report", Kind.TEXT, False, "Informe", "Report", "Informe oficial que da la cifra.",
        "Official report that gives the figure.", "expenditure.INFORME",
    ),
    Column(
        "method_version", Kind.TEXT, True, "Metodología", "Method",
        "Versión de la metodología; las cifras de metodologías distintas no se comparan.",
        "Version of the method; figures of different methods do not compare.", "expenditure.VERSION_METODOLOGIA",
    ),
    Column(
        "note", Kind.TEXT, True, "Nota", "Note", "Lo que conviene saber de la cifra.",
        "What one should know about the figure.", "expenditure.NOTA",
    ),
    Column(
        "source_url", Kind.TEXT, True, "Dirección de la fuente", "Address of the source",
        "Dónde está el informe.", "Where the report is.", "expenditure.FUENTE_URL",
    ),
)  # fmt: skip

MACRO = (
    Column("year", Kind.INTEGER, False, "Año", "Year", "Año de las cifras.", "Year of the figures.", "macro.ANIO"),
    Column(
        "deflator", Kind.NUMBER, False, "Deflactor", "Deflator",
        "Deflactor implícito del producto interno bruto, un índice que es 100 en el año base.",
        "Implicit deflator of the gross domestic product, an index that is 100 in the base year.",
        "macro.DEFLACTOR",
    ),
    Column(
        "base_year", Kind.INTEGER, False, "Año base", "Base year",
        "Año en que el deflactor es 100; los quetzales constantes son de ese año.",
        "Year in which the deflator is 100; constant quetzales are of that year.", "macro.ANIO_BASE",
    ),
    Column(
        "gdp_gtq", Kind.MONEY, False, "PIB (Q)", "GDP (GTQ)",
        "Producto interno bruto del año en quetzales corrientes; el archivo da millones.",
        "Gross domestic product of the year in current quetzales; the file gives millions.",
        "macro.PIB_MILLONES_GTQ", unit="GTQ",
    ),
    Column(
        "source", Kind.TEXT, False, "Fuente", "Source",
        "Publicación de la que viene la fila.", "Publication that the row comes from.", "macro.FUENTE",
    ),
)  # fmt: skip

WITHHELD_CELLS = (
    Column("year", Kind.INTEGER, True, "Año", "Year", "Año de los montos.", "Year of the amounts.", "derived"),
    Column(
        "category", Kind.CODE, False, "Código de categoría", "Category code",
        "Categoría de los beneficios.", "Category of the benefits.", "derived", catalog="categories",
    ),
    Column(
        "person_kind", Kind.CODE, False, "Tipo de persona", "Kind of person",
        "Personas jurídicas o individuales.", "Legal or natural persons.", "derived", choices=tuple(PersonKind),
    ),
    Column(
        "tax", Kind.CODE, True, "Impuesto", "Tax", "Impuesto; vacío son todos juntos.",
        "Tax; empty means all of them together.", "derived", catalog="taxes",
    ),
    Column(
        "state", Kind.CODE, False, "Estado de la suma", "State of the sum",
        "Si la suma se dice o, si no, por qué.", "Whether the sum is told, or else why not.",
        "derived", choices=tuple(CellState),
    ),
    Column(
        "taxpayers", Kind.INTEGER, True, "Contribuyentes", "Taxpayers",
        "Contribuyentes cuyos montos se reservan; vacío si son menos de tres.",
        "Taxpayers whose amounts are withheld; empty if they are fewer than three.", "derived", unit="taxpayers",
    ),
    Column(
        "amount_gtq", Kind.MONEY, True, "Suma reservada (Q)", "Withheld sum (GTQ)",
        "Suma de los montos reservados, en quetzales; vacía si no se puede decir sin revelar el de alguien.",
        "Sum of the withheld amounts, in quetzales; empty if it cannot be told without revealing somebody's.",
        "derived", unit="GTQ",
    ),
    Column(
        "since_release", Kind.INTEGER, True, "Publicación que la dijo", "Release that told it",
        "Publicación que dijo primero esta cifra: vale desde entonces.",
        "Release that told this number first: it stands since then.", "derived",
    ),
    Column(
        "since_date", Kind.DATE, True, "Día en que se dijo", "Day it was told",
        "Día de esa publicación.", "Day of that release.", "derived",
    ),
    Column(
        "ground", Kind.TEXT, False, "Fundamento", "Ground", "Fundamento legal de la reserva.",
        "Legal ground for withholding.", "disclosure policy",
    ),
    Column(
        "authority", Kind.TEXT, False, "Quién decidió", "Who decided", "Quién decidió la reserva.",
        "Who decided to withhold.", "disclosure policy",
    ),
    Column(
        "decided_on", Kind.DATE, False, "Fecha de la decisión", "Date of the decision",
        "Cuándo se decidió la reserva.", "When it was decided to withhold.", "disclosure policy",
    ),
)  # fmt: skip

CHANGES_COLUMNS = (
    _RECORD,
    Column(
        "kind", Kind.CODE, False, "Qué pasó", "What happened",
        "Si el registro se agregó, terminó o cambió.", "Whether the record was added, ended or changed.",
        "derived", choices=CHANGES,
    ),
    Column(
        "field", Kind.TEXT, True, "Columna", "Column",
        "Columna que cambió; vacía si el registro entró o salió.",
        "Column that changed; empty when the record came or went.", "derived",
    ),
    Column(
        "before", Kind.TEXT, True, "Antes", "Before",
        "Valor anterior, como texto; lo que hoy se reserva tampoco se dice de antes.",
        "Value before, as text; what is withheld today is not told of the past either.", "derived",
    ),
    Column("after", Kind.TEXT, True, "Después", "After", "Valor nuevo, como texto.", "New value, as text.", "derived"),
    Column(
        "reason", Kind.CODE, True, "Razón", "Reason",
        "Por qué cambió el estado sin que nadie tocara el registro.",
        "Why the status changed without anybody touching the record.", "derived", choices=tuple(CalendarReason),
    ),
    Column(
        "release", Kind.INTEGER, False, "Publicación", "Release",
        "Publicación que trajo el cambio.", "Release that brought the change.", "derived",
    ),
)  # fmt: skip

ORIGINS = (
    Column(
        "table", Kind.CODE, False, "Tabla", "Table", "Tabla de la fila.", "Table of the row.", "derived",
    ),
    Column(
        "row", Kind.INTEGER, False, "Fila", "Row", "Lugar de la fila en su tabla, desde cero.",
        "Place of the row in its table, from zero.", "derived",
    ),
    Column(
        "release", Kind.INTEGER, True, "Publicación", "Release",
        "Publicación que trajo la fila; vacía si es anterior a que se anotara.",
        "Release that brought the row; empty if it is older than the note of it.", "derived",
    ),
)  # fmt: skip

_MADE = "derived"


def _told(key: str, es: str, en: str, about_es: str, about_en: str, *, nullable: bool = False) -> Column:
    return Column(key, Kind.TEXT, nullable, es, en, about_es, about_en, _MADE)


DICTIONARY = (
    _told("table", "Tabla", "Table", "Tabla de la columna; también el nombre de sus archivos.",
          "Table of the column; also the name of its files."),
    Column("position", Kind.INTEGER, False, "Lugar", "Position", "Lugar de la columna en su tabla, desde uno.",
           "Place of the column in its table, from one.", _MADE),
    _told("column", "Columna", "Column", "Nombre en los archivos y en la interfaz.", "Name in files and in the API."),
    Column("type", Kind.CODE, False, "Tipo", "Type", "Qué es un valor.", "What a value is.", _MADE, choices=tuple(Kind)),
    _told("unit", "Unidad", "Unit", "Unidad de los números.", "Unit of numbers.", nullable=True),
    Column("nullable", Kind.BOOLEAN, False, "Puede estar vacía", "May be empty", "Si un valor puede faltar.",
           "Whether a value may be missing.", _MADE),
    _told("title_es", "Título", "Title in Spanish", "Nombre para personas.", "Name for people, in Spanish."),
    _told("title_en", "Título en inglés", "Title", "Nombre para personas, en inglés.", "Name for people."),
    _told("about_es", "Significado", "Meaning in Spanish", "Qué significa.", "What it means, in Spanish."),
    _told("about_en", "Significado en inglés", "Meaning", "Qué significa, en inglés.", "What it means."),
    _told("source_es", "Fuente", "Source in Spanish", "De dónde viene.", "Where it comes from, in Spanish."),
    _told("source_en", "Fuente en inglés", "Source", "De dónde viene, en inglés.", "Where it comes from."),
    _told("disclosure_es", "Divulgación", "Disclosure in Spanish", "Quién decide si se publica.",
          "Who decides whether it is published, in Spanish."),
    _told("disclosure_en", "Divulgación, en inglés", "Disclosure", "Quién decide si se publica, en inglés.",
          "Who decides whether it is published."),
    _told("ground_es", "Fundamento", "Ground in Spanish", "Qué se decidió, de quién y con qué fundamento legal.",
          "What was decided, of whom and on what legal ground, in Spanish."),
    _told("ground_en", "Fundamento, en inglés", "Ground", "Lo mismo en inglés; las leyes se citan en español.",
          "What was decided, of whom and on what legal ground; laws are cited in Spanish."),
    _told("catalog", "Catálogo", "Catalogue", "Tabla que lista los valores.", "Table that lists the values.",
          nullable=True),
    _told("values", "Valores", "Values", "Los valores que puede tener, unidos por «;».",
          "The values that it may have, joined by “;”.", nullable=True),
    _told("values_es", "Valores en palabras", "Values in words, in Spanish", "Qué significa cada valor.",
          "What each value means, in Spanish.", nullable=True),
    _told("values_en", "Valores en palabras, en inglés", "Values in words", "Qué significa cada valor, en inglés.",
          "What each value means.", nullable=True),
)  # fmt: skip
