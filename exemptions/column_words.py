"""What dictionary and metadata files say of a column in words: where it comes from, what its codes mean."""

from __future__ import annotations

import re
from collections.abc import Mapping

from exemptions.catalog_columns import CATALOG_SOURCE
from exemptions.catalog_entries import ExpenditureBasis, Sourcing, TermStart
from exemptions.columns import Column, JobsKind, Kind, Permanence, PersonKind, Status, ValueState
from exemptions.disclosure_control import CellState
from exemptions.errors import Sentence
from exemptions.fact_codes import PARTITION_LABELS, TECHNOLOGY_LABELS
from exemptions.fact_columns import CHANGES, EVENTS
from exemptions.status import CalendarReason

_FILES: Mapping[str, Sentence] = {
    "registry": Sentence("del registro", "of the registry"),
    "jobs": Sentence("del archivo de empleos", "of the jobs file"),
    "amounts": Sentence("del archivo de montos", "of the amounts file"),
    "energy": Sentence("del archivo de energía", "of the energy file"),
    "events": Sentence("del archivo de sucesos", "of the events file"),
    "expenditure": Sentence("del archivo de gasto tributario", "of the tax-expenditure file"),
    "macro": Sentence("del archivo de PIB y deflactor", "of the file of GDP and deflator"),
}
"""Dataset → the file that brings it."""

_IN_FILE = re.compile(r"(\w+)\.([A-Z_]+)")

_OTHER_SOURCES: Mapping[str, Sentence] = {
    "drawn when the key first enters the book of record": Sentence(
        "se sortea cuando el beneficio entra por primera vez", "drawn at random when the benefit first enters"
    ),
    "catalogue of categories": Sentence("catálogo de categorías", "catalogue of categories"),
    "catalogue of types": Sentence("catálogo de tipos", "catalogue of types"),
    "catalogue of activities": Sentence("catálogo de actividades", "catalogue of activities"),
    "catalogue of departments": Sentence("catálogo de departamentos", "catalogue of departments"),
    "catalogue of municipalities": Sentence("catálogo de municipios", "catalogue of municipalities"),
    "registry.AUTORIDAD, else the catalogue of categories": Sentence(
        "columna AUTORIDAD del registro o, si está vacía, catálogo de categorías",
        "column AUTORIDAD of the registry or, where empty, catalogue of categories",
    ),
    "registry.IMPUESTOS, else the catalogue of categories": Sentence(
        "columna IMPUESTOS del registro o, si está vacía, catálogo de categorías",
        "column IMPUESTOS of the registry or, where empty, catalogue of categories",
    ),
    "derived from registry.ESTADO, events and dates": Sentence(
        "de la columna ESTADO del registro, los eventos y las fechas",
        "from column ESTADO of the registry, the events and the dates",
    ),
    "registry.DEPARTAMENTO, else of the municipality": Sentence(
        "columna DEPARTAMENTO del registro o, si está vacía, el del municipio",
        "column DEPARTAMENTO of the registry or, where empty, that of the municipality",
    ),
    "derived": Sentence("se calcula al publicar", "computed when publishing"),
    "disclosure policy": Sentence("política de divulgación", "disclosure policy"),
    "named by the file that brought the row": Sentence(
        "la dice el archivo que trajo la fila", "told by the file that brought the row"
    ),
    CATALOG_SOURCE: Sentence("catálogo del programa", "catalogue of the program"),
}


def source_words(column: Column) -> Sentence:
    """Where the values of a column come from, in words.

    Raises: KeyError for a source that has none.
    """
    told = _OTHER_SOURCES.get(column.source)
    if told is not None:
        return told
    parts = [_IN_FILE.fullmatch(part) for part in column.source.split(", ")]
    if not all(parts):
        raise KeyError(column.source)
    places = [(part[2], _FILES[part[1]]) for part in parts if part is not None]
    return Sentence(
        " y ".join(f"columna {name} {file.es}" for name, file in places),
        " and ".join(f"column {name} {file.en}" for name, file in places),
    )


def code_words(column: Column, code: str) -> Sentence:
    """What a code of a column's own list means.

    Raises: KeyError for a list without words.
    """
    return _MEANINGS[column.choices][code]


def _told(word: tuple[str, str], meaning: tuple[str, str]) -> Sentence:
    return Sentence(f"{word[0]}. {meaning[0]}", f"{word[1]}. {meaning[1]}")


_SOURCING_WORDS: Mapping[str, Sentence] = {
    Sourcing.SOURCED: Sentence("Leído en una fuente", "Read in a source"),
    Sourcing.MEMORY_HIGH: Sentence("No leído en una fuente; confianza alta", "Not read in a source; high confidence"),
    Sourcing.MEMORY_MED: Sentence("No leído en una fuente; confianza media", "Not read in a source; medium confidence"),
    Sourcing.MEMORY_LOW: Sentence("No leído en una fuente; confianza baja", "Not read in a source; low confidence"),
    Sourcing.PROPOSAL: Sentence(
        "Propuesta de este registro, no de una autoridad", "Proposed by this registry, not by an authority"
    ),
}

_EVENT_WORDS: Mapping[str, Sentence] = {
    "suspension": Sentence("Suspensión", "Suspension"),
    "revocation": Sentence("Revocatoria", "Revocation"),
    "cancellation": Sentence("Cancelación", "Cancellation"),
    "reactivation": Sentence("Reactivación", "Reactivation"),
    "expiry": Sentence("Vencimiento", "Expiry"),
}

_MEANINGS: Mapping[tuple[str, ...], Mapping[str, Sentence]] = {
    tuple(Status): {
        Status.PENDING: _told(
            ("Por empezar", "Pending"),
            ("El primer día del beneficio todavía no ha llegado.", "The first day of the benefit has not come yet."),
        ),
        Status.ACTIVE: _told(("Vigente", "Active"), ("El beneficio rige.", "The benefit is in force.")),
        Status.SUSPENDED: _told(
            ("Suspendido", "Suspended"),
            (
                "La autoridad lo suspendió por un tiempo; no ha terminado.",
                "The authority suspended it for a time; it has not ended.",
            ),
        ),
        Status.REVOKED: _told(
            ("Revocado", "Revoked"),
            ("La autoridad le puso fin antes de su plazo.", "The authority ended it before its term."),
        ),
        Status.CANCELLED: _told(
            ("Cancelado", "Cancelled"),
            (
                "Terminó antes de su plazo, por lo común a solicitud del beneficiario.",
                "It ended before its term, usually at the beneficiary's request.",
            ),
        ),
        Status.EXPIRED: _told(("Vencido", "Expired"), ("Su último día ya pasó.", "Its last day has passed.")),
    },
    tuple(Permanence): {
        Permanence.PERMANENT: _told(
            ("Permanente", "Permanent"),
            (
                "Dura mientras se cumplan las condiciones de la ley; no tiene fecha de fin.",
                "It lasts while the conditions of the law are met; it has no end date.",
            ),
        ),
        Permanence.TEMPORARY: _told(
            ("Temporal", "Temporary"),
            (
                "Tiene un plazo: empieza y termina en fechas fijadas.",
                "It has a term: it starts and ends on fixed dates.",
            ),
        ),
    },
    tuple(PersonKind): {
        PersonKind.LEGAL: _told(
            ("Persona jurídica", "Legal person"),
            (
                "Una sociedad, asociación, institución u otra entidad con personalidad propia.",
                "A company, association, institution or other body with a legal personality of its own.",
            ),
        ),
        PersonKind.NATURAL: _told(
            ("Persona individual", "Natural person"),
            (
                "Una persona de carne y hueso; de ella se publica menos.",
                "A person of flesh and blood; less is published about them.",
            ),
        ),
    },
    tuple(ValueState): {
        ValueState.REPORTED: _told(
            ("reportado", "reported"),
            (
                "El número fue reportado. Un cero es un cero reportado.",
                "The number was reported. A zero is a reported zero.",
            ),
        ),
        ValueState.NOT_REPORTED: _told(
            ("no reportado", "not reported"),
            (
                "Debería haber un número y nadie lo ha reportado.",
                "There should be a number and nobody has reported it.",
            ),
        ),
        ValueState.NOT_APPLICABLE: _told(
            ("no aplica", "not applicable"),
            (
                "La ley no pide este número para esta clase de beneficio.",
                "The law does not ask for this number for this kind of benefit.",
            ),
        ),
        ValueState.WITHHELD: _told(
            ("reservado", "withheld"),
            (
                "El número existe y la política de divulgación no permite publicarlo.",
                "The number exists and the disclosure policy does not allow publishing it.",
            ),
        ),
    },
    tuple(JobsKind): {
        JobsKind.PROJECTED: _told(
            ("proyectados", "projected"),
            ("Prometidos en la solicitud del beneficio.", "Promised in the application for the benefit."),
        ),
        JobsKind.REPORTED: _told(
            ("reportados", "reported"),
            ("Informados después por el beneficiario.", "Reported afterwards by the beneficiary."),
        ),
    },
    EVENTS: _EVENT_WORDS,
    CHANGES: {
        "added": Sentence("Agregado", "Added"),
        "ended": Sentence("Retirado del registro", "Removed from the registry"),
        "changed": Sentence("Modificado", "Changed"),
    },
    tuple(CalendarReason): {
        CalendarReason.STARTED: Sentence("llegó el primer día del beneficio", "the first day of the benefit came"),
        CalendarReason.EXPIRED: Sentence("pasó el último día del beneficio", "the last day of the benefit passed"),
        CalendarReason.SUSPENSION_ENDED: Sentence("terminó la suspensión", "the suspension ended"),
    },
    tuple(CellState): {
        CellState.PUBLISHED: Sentence("La suma se dice", "The sum is told"),
        CellState.FEW: Sentence("No se dice: son menos de tres", "Not told: they are fewer than three"),
        CellState.DOMINANT: Sentence("No se dice: uno solo tiene casi todo", "Not told: one alone has almost all"),
        CellState.COMPLEMENTARY: Sentence(
            "No se dice: con otras cifras públicas se podría calcular la de alguien",
            "Not told: with other public numbers somebody's could be computed",
        ),
    },
    tuple(TECHNOLOGY_LABELS): {code.value: words for code, words in TECHNOLOGY_LABELS.items()},
    tuple(PARTITION_LABELS): {code.value: words for code, words in PARTITION_LABELS.items()},
    tuple(Sourcing): _SOURCING_WORDS,
    tuple(TermStart): {
        TermStart.NOTIFICATION: Sentence(
            "desde la notificación de la resolución", "from the notification of the resolution"
        ),
        TermStart.AUTHORISATION_PERIOD: Sentence(
            "desde el período que fija la autorización", "from the period that the authorisation sets"
        ),
        TermStart.START_OF_OPERATIONS: Sentence("desde el inicio de operaciones", "from the start of operations"),
        TermStart.COMMERCIAL_START: Sentence(
            "desde el inicio de la operación comercial", "from the start of commercial operation"
        ),
        TermStart.LAW_ENTRY: Sentence("desde la vigencia de la ley", "from the law's entry into force"),
        TermStart.CONTRACT: Sentence("desde la fecha del contrato", "from the date of the contract"),
        TermStart.NONE: Sentence("sin fecha de inicio fijada", "no start date set"),
    },
    tuple(Kind): {
        Kind.TEXT: Sentence("texto", "text"),
        Kind.CODE: Sentence("código de una lista", "code of a list"),
        Kind.LIST: Sentence("lista de códigos, unidos por «;» en CSV", "list of codes, joined by “;” in CSV"),
        Kind.DATE: Sentence("fecha AAAA-MM-DD", "date YYYY-MM-DD"),
        Kind.INTEGER: Sentence("número entero", "whole number"),
        Kind.MONEY: Sentence("quetzales con dos decimales exactos", "quetzales with two exact decimals"),
        Kind.NUMBER: Sentence("número", "number"),
        Kind.BOOLEAN: Sentence("true o false", "true or false"),
    },
    tuple(ExpenditureBasis): {
        ExpenditureBasis.CONSTITUTIONAL: Sentence("por la Constitución", "by the Constitution"),
        ExpenditureBasis.ORDINARY_LAW: Sentence("por leyes ordinarias", "by ordinary laws"),
    },
}
"""The codes of a list → code → what it means."""
