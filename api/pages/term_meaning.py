"""What the dates of a benefit mean: what starts its term, how long the law lets it last, what happens at its end."""

from __future__ import annotations

from api.pages.texts import gettext as _
from api.pages.texts import lazy_gettext as _l
from api.pages.texts import ngettext
from api.pages.values import Item, Reader
from exemptions.catalog_entries import Category, TermStart
from exemptions.columns import Permanence

_STARTS = {
    TermStart.NOTIFICATION: _l("El plazo corre desde que se notificó la resolución que calificó al beneficiario."),
    TermStart.AUTHORISATION_PERIOD: _l("El plazo corre desde el período que sigue a la autorización."),
    TermStart.START_OF_OPERATIONS: _l("El plazo corre desde el inicio de operaciones."),
    TermStart.COMMERCIAL_START: _l("El plazo corre desde el inicio de la operación comercial del proyecto."),
    TermStart.LAW_ENTRY: _l("El plazo corre desde que entró en vigencia la ley."),
    TermStart.CONTRACT: _l("El plazo corre desde la fecha del contrato."),
}


def date_meanings(item: Item, reader: Reader) -> dict[str, tuple[str, ...]]:
    """Column → what its day means for this record, with what the law says of its term."""
    category = reader.catalogs.categories.get(item["category"])
    ends = (_end(item), _longest(category), _remark(category, reader.lang))
    return {"valid_from": (_start(item, category),), "valid_until": tuple(text for text in ends if text)}


def _start(item: Item, category: Category | None) -> str:
    if item["permanence"] == Permanence.PERMANENT:
        return _("Un beneficio permanente lo da la ley misma: rige desde que la entidad cumple sus condiciones.")
    if category is not None and category.term_start in _STARTS:
        return str(_STARTS[category.term_start])
    return _("Desde ese día, inclusive, rige el beneficio.")


def _end(item: Item) -> str:
    if item["valid_until"]:
        return _("Rige hasta ese día inclusive; al siguiente vence solo, sin que nadie lo declare.")
    if item["permanence"] == Permanence.PERMANENT:
        return _("No lo tiene: dura mientras la entidad cumpla lo que pide la ley y la ley no cambie.")
    if "valid_until" in (item["withheld_fields"] or ()):
        return ""
    return _("Es temporal y tiene un final, pero no se reportó cuál.")


def _longest(category: Category | None) -> str:
    if category is None or category.term_years is None:
        return ""
    return ngettext(
        "Para el impuesto sobre la renta la ley permite hasta %(num)s año.",
        "Para el impuesto sobre la renta la ley permite hasta %(num)s años.",
        category.term_years,
    )


def _remark(category: Category | None, lang: str) -> str:
    if category is None:
        return ""
    return category.term_note_en if lang == "en" else category.term_note_es
