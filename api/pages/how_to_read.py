"""How to read the registry: one record explained part by part, and what its empties, states and dates mean."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from flask import Response

from api.formatting import format_day, format_money
from api.pages.blueprint import pages
from api.pages.labels import PERMANENCE, PERMANENCE_MEANING, STATUS, STATUS_MEANING, VALUE_STATE, VALUE_STATE_MEANING
from api.pages.reading import answer_reading
from api.pages.render import page_reader
from api.pages.texts import gettext as _
from api.pages.values import Reader, amount_in_words
from exemptions.columns import Permanence, Status, ValueState

_STATUSES = (
    Status.ACTIVE, Status.SUSPENDED, Status.EXPIRED, Status.REVOKED, Status.CANCELLED, Status.PENDING,
)  # fmt: skip
_FIRST_DAY, _LAST_DAY, _STATUS_DAY = date(2021, 3, 12), date(2031, 3, 11), date(2026, 1, 31)
_AMOUNT = Decimal("1234567.89")
_CATEGORY = "MAQ_ADT_P"


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the example: what stands on a record's page, and how to read it."""

    label: str
    value: str
    meaning: str
    term: str = ""
    """Word of the glossary that its label is."""


@pages.get("/como-leer", endpoint="reading")
def show_reading() -> Response:
    """The example and the explanations; none of it depends on a publication."""
    return answer_reading(
        "how_to_read.html",
        lambda release: {
            "parts": _parts(page_reader(release)),
            "empties": tuple((str(VALUE_STATE[state]), str(VALUE_STATE_MEANING[state])) for state in _EMPTIES),
            "statuses": tuple((state, str(STATUS[state]), str(STATUS_MEANING[state])) for state in _STATUSES),
            "permanences": tuple((str(PERMANENCE[kind]), str(PERMANENCE_MEANING[kind])) for kind in Permanence),
        },
    )


_EMPTIES = (ValueState.NOT_REPORTED, ValueState.NOT_APPLICABLE, ValueState.WITHHELD)


def _parts(reader: Reader) -> tuple[Part, ...]:
    first, last, day = (format_day(value, reader.lang) for value in (_FIRST_DAY, _LAST_DAY, _STATUS_DAY))
    return (
        Part(
            _("Nombre"),
            "HILOS DEL EJEMPLO, S. A.",
            _("De quién es el beneficio, escrito como se recibió."),
            "contribuyente",
        ),
        Part(
            _("NIT"),
            "80000000001-1",
            _("Su número ante la SAT. El de una persona individual no se publica."),
            "nit",
        ),
        Part(
            _("Categoría"),
            reader.name_of("categories", _CATEGORY),
            _("La clase de entidad o el régimen. De ella salen la ley, los impuestos y si hay plazo."),
            "categoria_exento",
        ),
        Part(
            _("Estado"),
            _("Al %(day)s este beneficio estaba vigente.", day=day),
            _("Siempre con su fecha: es lo que se sabía para ese día, no para hoy."),
            "fecha_estado",
        ),
        Part(
            _("Plazo"),
            _("Beneficio temporal: del %(first)s al %(last)s, inclusive.", first=first, last=last),
            _("El primer día y el último, los dos incluidos. Un beneficio permanente no tiene último día."),
            "vigencia",
        ),
        Part(
            _("Base legal"),
            "Decreto 29-89, art. 12 bis",
            _("La ley que da el beneficio."),
            "exencion",
        ),
        Part(
            _("Autoridad y resolución"),
            "MINECO, DPI-123-2021",
            _("Quién decidió y en qué documento. Con ese número se puede pedir el documento a la autoridad."),
            "resolucion",
        ),
        Part(
            _("Impuestos"),
            "ISR; DAI; IVA_IMP",
            _("Los que abarca este beneficio. De los demás no dice nada."),
        ),
        Part(
            _("Empleos"),
            _("%(count)s reportados, %(year)s", count=120, year=2025),
            _("Cuántos, de qué año y de qué clase: reportados o solo proyectados."),
            "empleos",
        ),
        Part(
            _("Impuesto no pagado"),
            _(
                "%(amount)s en %(year)s (%(words)s)",
                amount=format_money(_AMOUNT), year=2025, words=amount_in_words(_AMOUNT),
            ),
            _("Lo que habría pagado sin el beneficio, en quetzales de ese año, sin lo suspendido ni lo devuelto."),
            "impuesto_no_pagado",
        ),
        Part(
            _("Identificador"),
            "7K2M9QXB4F7K2M9Q",
            _("Nombra a este registro para siempre. No sale del NIT ni del nombre, y sirve para citarlo."),
            "registro",
        ),
    )  # fmt: skip
