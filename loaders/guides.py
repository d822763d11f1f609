"""What a person who fills in a file is told about each of its columns: meaning, form, allowed words, an example.

The examples stand in the templates' example row, which is recognised and never loaded (see `is_example`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from exemptions.catalog_entries import CatalogName
from exemptions.catalogs import Catalogs
from exemptions.columns import Kind
from exemptions.datasets import DATASET_COLUMNS, Dataset, InputColumn
from exemptions.errors import Sentence
from exemptions.fact_codes import PARTITION_LABELS, TECHNOLOGY_LABELS

EXAMPLE_MARK = "EJEMPLO"
"""What the first cell of an example row begins with. No NIT and no year does."""
_EXAMPLE = rf"(?i)^\s*{re.escape(EXAMPLE_MARK)}\b"


@dataclass(frozen=True, slots=True)
class Guide:
    """What a person is told about one column."""

    column: InputColumn
    about: Sentence
    form: Sentence
    example: str
    choices: Mapping[str, Sentence]
    """Every code that may be written, with its name; empty where any text may be."""


def guides_of(dataset: Dataset, catalogs: Catalogs) -> tuple[Guide, ...]:
    """The guides of a dataset's columns, in the order of its file."""
    texts = _TEXTS[dataset]
    return tuple(
        Guide(
            column=column,
            about=Sentence(*texts[column.key][:2]),
            form=_form(column),
            example=texts[column.key][2],
            choices=_choices(column, catalogs),
        )
        for column in DATASET_COLUMNS[dataset]
    )


def is_example(dataset: Dataset) -> pl.Expr:
    """Whether a row is the example of a template."""
    return pl.col(DATASET_COLUMNS[dataset][0].key).str.contains(_EXAMPLE).fill_null(False)


_FORMS: Mapping[Kind, Sentence] = {
    Kind.TEXT: Sentence("Texto.", "Text."),
    Kind.CODE: Sentence("Un código de la lista.", "A code of the list."),
    Kind.LIST: Sentence("Códigos de la lista, separados por punto y coma.", "Codes of the list, joined by semicolons."),
    Kind.DATE: Sentence("Fecha: año-mes-día, 2025-03-14.", "A date: year-month-day, 2025-03-14."),
    Kind.INTEGER: Sentence("Número entero.", "A whole number."),
    Kind.MONEY: Sentence("Número, con punto para los decimales y sin Q.", "A number with a decimal point, without Q."),
}
_OWN_FORMS: Mapping[str, Sentence] = {
    "nit": Sentence("NIT con o sin guion, como texto.", "The NIT with or without hyphen, as text."),
    "period": Sentence("Año o trimestre: 2025 o 2025-T3.", "Year or quarter: 2025 or 2025-T3."),
    "capacity_mw": Sentence("Megavatios, hasta tres decimales.", "Megawatts, up to three decimals."),
    "amount_millions": Sentence("Millones de quetzales, sin Q.", "Millions of quetzales, without Q."),
    "pct_gdp": Sentence("Porcentaje: 2.6 es 2.6 %.", "Percentage: 2.6 is 2.6 %."),
    "deflator": Sentence(
        "Índice con punto y sin separador de miles, 100 en el año base.",
        "An index with a point and no thousands separator, 100 in the base year.",
    ),
    "base_year": Sentence(
        "Año de cuatro cifras, el mismo en toda la serie.", "Year of four digits, the same in all the series."
    ),
    "gdp_millions": Sentence(
        "Millones de quetzales corrientes, sin Q ni separador de miles.",
        "Millions of current quetzales, without Q or thousands separator.",
    ),
    "source_url": Sentence("Dirección que empieza con https://.", "An address that begins with https://."),
    "jobs_year": Sentence("Año de cuatro cifras.", "A year of four digits."),
    "amount_year": Sentence("Año de cuatro cifras.", "A year of four digits."),
    "year": Sentence("Año de cuatro cifras.", "A year of four digits."),
}

_PERSONS = {
    "JURIDICA": Sentence("Persona jurídica", "Legal person"),
    "INDIVIDUAL": Sentence("Persona individual", "Natural person"),
}
_STATUSES = {
    "VIGENTE": Sentence("Vigente", "Active"),
    "SUSPENDIDO": Sentence("Suspendido", "Suspended"),
    "REVOCADO": Sentence("Revocado", "Revoked"),
    "CANCELADO": Sentence("Cancelado", "Cancelled"),
    "VENCIDO": Sentence("Vencido", "Expired"),
}
_JOBS_KINDS = {
    "PROYECTADO": Sentence("Lo que el calificado prometió", "What the beneficiary promised"),
    "REPORTADO": Sentence("Lo que informó después", "What it reported afterwards"),
}
_EVENTS = {
    "SUSPENSION": Sentence("Suspensión", "Suspension"),
    "REVOCATORIA": Sentence("Revocatoria", "Revocation"),
    "CANCELACION": Sentence("Cancelación", "Cancellation"),
    "REACTIVACION": Sentence("Reactivación", "Reactivation"),
}
_OWN_CHOICES: Mapping[str, Mapping[str, Sentence]] = {
    "person_kind": _PERSONS,
    "status": _STATUSES,
    "jobs_kind": _JOBS_KINDS,
    "kind": _JOBS_KINDS,
    "event": _EVENTS,
    "technology": {code.value: label for code, label in TECHNOLOGY_LABELS.items()},
    "partition": {code.value: label for code, label in PARTITION_LABELS.items()},
}


def _form(column: InputColumn) -> Sentence:
    return _OWN_FORMS.get(column.key) or _FORMS[column.kind]


def _choices(column: InputColumn, catalogs: Catalogs) -> Mapping[str, Sentence]:
    if column.catalog is None:
        return _OWN_CHOICES.get(column.key, {})
    entries = catalogs.entries(CatalogName(column.catalog))
    return {code: Sentence(entry.name_es, entry.name_en) for code, entry in entries.items()}


Text = tuple[str, str, str]
"""What the column means in Spanish and in English, and what the example row has."""

_NIT: Text = (
    "A quién pertenece el dato: el NIT del contribuyente; de una persona individual también su CUI.",
    "Whose fact it is: the taxpayer's NIT; of a natural person also the CUI.",
    f"{EXAMPLE_MARK} 80000000001-1",
)
_CATEGORY: Text = (
    "Clase de ente o régimen por el que no se paga el impuesto.",
    "Class of entity or regime under which the tax is not paid.",
    "MAQ_SERV",
)
_RESOLUTION: Text = (
    "Número de la resolución que califica el beneficio, igual que en el registro.",
    "Number of the resolution that grants the benefit, as the registry has it.",
    "DPI-123-2024",
)
_JOBS_KIND: Text = (
    "Si los empleos son prometidos o informados.",
    "Whether the jobs are promised or reported.",
    "REPORTADO",
)
_SOURCE: Text = ("De qué documento o sistema sale el dato.", "Which document or system it comes from.", "Informe anual")
_MUNICIPALITY: Text = (
    "Municipio, por su código de cuatro cifras o por su nombre.",
    "Municipality, by its code of four digits or by its name.",
    "0101",
)

_TEXTS: Mapping[Dataset, Mapping[str, Text]] = {
    Dataset.REGISTRY: {
        "nit": _NIT,
        "name": (
            "Nombre o razón social, como está en el RTU.",
            "Name or business name, as the taxpayer registry has it.",
            "TEJIDOS DE EJEMPLO, SOCIEDAD ANÓNIMA",
        ),
        "person_kind": (
            "Si el contribuyente es persona jurídica o individual.",
            "Whether the taxpayer is a legal or a natural person.",
            "JURIDICA",
        ),
        "exempt_type": (
            "Por qué o qué clase de ente está exento; debe ser el tipo de su categoría.",
            "Why, or what kind of entity, is exempt; it must be the type of its category.",
            "BFT",
        ),
        "category": _CATEGORY,
        "authority": ("Institución que califica el beneficio.", "Institution that grants the benefit.", "MINECO"),
        "resolution": (
            "Número de la resolución. Los regímenes temporales no se cargan sin ella; una parte con otro plazo lleva "
            "su parte al final: DPI-1-2016/ISR.",
            "Number of the resolution. Temporary regimes need it; a part with a term of its own has that part at the "
            "end: DPI-1-2016/ISR.",
            "DPI-123-2024",
        ),
        "notified_on": (
            "Día en que se notificó la resolución.", "Day on which the resolution was notified.", "2024-03-01",
        ),
        "valid_from": (
            "Primer día del beneficio. Los regímenes temporales no se cargan sin él.",
            "First day of the benefit. Temporary regimes need it.",
            "2024-03-01",
        ),
        "valid_until": (
            "Último día del beneficio, incluido; vacío si no tiene plazo.",
            "Last day of the benefit, included; blank if it has no term.",
            "2034-02-28",
        ),
        "status": (
            "Estado del beneficio el día del corte del archivo.",
            "Status of the benefit on the file's cutoff day.",
            "VIGENTE",
        ),
        "status_reason": (
            "Motivo del estado, si lo hay.", "Reason of the status, if there is one.", "",
        ),
        "taxes": (
            "Impuestos que cubre el beneficio; vacío toma los de su categoría.",
            "Taxes that the benefit covers; blank takes those of its category.",
            "ISR;IVA_IMP;DAI",
        ),
        "activity": (
            "Actividad económica principal, clase de cuatro cifras de la CIIU Rev. 4.",
            "Main economic activity, class of four digits of ISIC Rev. 4.",
            "1410",
        ),
        "department": (
            "Departamento, por su código de dos cifras o por su nombre; vacío toma el del municipio.",
            "Department, by its code of two digits or by its name; blank takes the municipality's.",
            "01",
        ),
        "municipality": _MUNICIPALITY,
        "jobs": (
            "Empleos que genera; vacío si no se sabe. Cero significa que alguien reportó cero.",
            "Jobs it creates; blank if unknown. Zero means that somebody reported zero.",
            "120",
        ),
        "jobs_year": ("Año de los empleos.", "Year of the jobs.", "2025"),
        "jobs_kind": _JOBS_KIND,
        "amount_gtq": (
            "Impuesto no pagado en el año, en quetzales; vacío si no se sabe.",
            "Tax not paid in the year, in quetzales; blank if unknown.",
            "1250000.50",
        ),
        "amount_year": ("Año del monto.", "Year of the amount.", "2025"),
    },
    Dataset.JOBS: {
        "nit": _NIT,
        "category": _CATEGORY,
        "resolution": _RESOLUTION,
        "period": ("Año o trimestre de los empleos.", "Year or quarter of the jobs.", "2025"),
        "kind": _JOBS_KIND,
        "jobs": ("Cuántos empleos.", "How many jobs.", "120"),
        "source": _SOURCE,
    },
    Dataset.AMOUNTS: {
        "nit": _NIT,
        "category": _CATEGORY,
        "resolution": _RESOLUTION,
        "year": ("Año del impuesto no pagado.", "Year of the tax not paid.", "2025"),
        "tax": ("Impuesto que no se pagó.", "Tax that was not paid.", "ISR"),
        "mechanism": (
            "Forma en que la ley lo libera; debe ser una de las previstas para la categoría.",
            "How the law frees it; it must be one that the category provides for.",
            "exoneracion",
        ),
        "amount_gtq": (
            "Monto en quetzales; negativo solo si rectifica.",
            "Amount in quetzales; negative only to put a figure right.",
            "1250000.50",
        ),
        "source": _SOURCE,
    },
    Dataset.ENERGY: {
        "nit": _NIT,
        "resolution": _RESOLUTION,
        "project": ("Nombre del proyecto.", "Name of the project.", "PROYECTO DE EJEMPLO"),
        "technology": ("Con qué produce.", "What it runs on.", "SOLAR"),
        "capacity_mw": ("Capacidad instalada, en megavatios.", "Installed capacity, in megawatts.", "12.5"),
        "municipality": _MUNICIPALITY,
        "valid_from": (
            "Primer día del beneficio; si el registro tiene otro, vale el del registro.",
            "First day of the benefit; if the registry has another one, the registry's counts.",
            "2024-03-01",
        ),
        "valid_until": (
            "Último día del beneficio, incluido; si el registro tiene otro, vale el del registro.",
            "Last day of the benefit, included; if the registry has another one, the registry's counts.",
            "2034-02-28",
        ),
    },
    Dataset.EVENTS: {
        "nit": _NIT,
        "category": _CATEGORY,
        "resolution": _RESOLUTION,
        "event": ("Qué hizo la autoridad con el beneficio.", "What the authority did to the benefit.", "SUSPENSION"),
        "date": ("Primer día en que vale.", "First day on which it holds.", "2025-06-01"),
        "until": (
            "Último día de una suspensión; vacío si no tiene plazo.",
            "Last day of a suspension; blank if it has no term.",
            "2025-08-31",
        ),
        "reason": ("Por qué lo hizo.", "Why it did so.", "Falta de informe anual"),
        "legal_basis": ("Ley y artículo en que se funda.", "Law and article it rests on.", "Decreto 29-89, art. 45"),
    },
    Dataset.EXPENDITURE: {
        "year": ("Año de la estimación.", "Year of the estimate.", f"{EXAMPLE_MARK} 2025"),
        "tax": (
            "Impuesto de la cifra; vacío si es de todos.", "Tax of the figure; blank for all of them.", "IVA",
        ),
        "partition": (
            "Cómo se divide el total; las particiones son alternativas y no se suman entre sí.",
            "How the total is divided; partitions are alternatives and are never added together.",
            "impuesto",
        ),
        "key": ("Nombre de la parte dentro de su partición.", "Name of the part within its partition.", "IVA"),
        "group": ("Grupo a que pertenece la parte, si lo hay.", "Group of the part, if there is one.", ""),
        "amount_millions": (
            "Monto estimado, en millones de quetzales.", "Estimated amount, in millions of quetzales.", "3152.5",
        ),
        "pct_gdp": ("Porcentaje del PIB.", "Percentage of the GDP.", "0.4"),
        "report": (
            "Informe que da la cifra, siempre con el mismo nombre.",
            "Report that gives the figure, always named alike.",
            "Gasto tributario 2025",
        ),
        "method_version": (
            "Versión de la metodología, si el informe la dice.", "Version of the method, if the report tells.", "2024",
        ),
        "note": ("Aclaración que acompaña a la cifra.", "Remark that goes with the figure.", ""),
        "source_url": ("Dirección del informe publicado.", "Address of the published report.", "https://www.example.org/"),
    },
    Dataset.MACRO: {
        "year": ("Año de las cifras.", "Year of the figures.", f"{EXAMPLE_MARK} 2025"),
        "deflator": (
            "Deflactor implícito del producto interno bruto (PIB).",
            "Implicit deflator of the gross domestic product (GDP).",
            "118.53",
        ),
        "base_year": ("Año en que el deflactor es 100.", "Year in which the deflator is 100.", "2013"),
        "gdp_millions": (
            "PIB del año a precios de ese mismo año.", "The year's GDP at the prices of that same year.", "872345.6",
        ),
        "source": (
            "Publicación y fecha de la serie; se muestra junto a las cifras.",
            "Publication and date of the series; it is shown beside the figures.",
            "Banco de Guatemala, cuentas nacionales anuales",
        ),
    },
}  # fmt: skip
