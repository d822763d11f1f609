"""Technical words inside a page: each explained where it first stands, and linked to the glossary.

A page shows a word as a link to its entry, with a button that opens the short definition; what the buttons open stands
together at the end of the page (`term_notes`), so that no definition interrupts a sentence that is copied or read out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import g

from api.pages.glossary_entries import ENTRY
from api.pages.language import page_url


@dataclass(frozen=True, slots=True)
class TermLink:
    """A word where a page first uses it."""

    key: str
    text: str
    name: str
    url: str
    note_id: str
    definition: str


def first_use(key: str, text: str = "") -> TermLink | str:
    """The link of a word at its first use on this page, else only its text, which is its name unless given.

    Raises: KeyError for a word without an entry.
    """
    entry = ENTRY[key]
    used: dict[str, TermLink] = g.setdefault("terms", {})
    name = str(entry.name)
    if key in used:
        return text or name
    used[key] = TermLink(
        key=key,
        text=text or name,
        name=name,
        url=f"{page_url('glossary')}#{entry.anchor}",
        note_id=f"termino-{entry.anchor}",
        definition=str(entry.plain),
    )
    return used[key]


def used_terms() -> tuple[TermLink, ...]:
    """The words this page has explained so far, in their order."""
    return tuple(g.get("terms", {}).values())


_BENEFIT = ("exencion", "exoneracion", "permanente", "temporal", "vigencia", "suspension_derechos", "revocatoria")
_HOLDER = ("contribuyente", "nit", "persona_juridica", "persona_individual")
_CLASSES = ("tipo_exento", "categoria_exento")
_FIGURES = ("empleos", "impuesto_no_pagado", "gasto_tributario", "reservado")
_FORMATS = ("csv", "xlsx", "json", "ndjson", "parquet", "api")
_ACT = ("resolucion", "notificacion", "autoridad", "sat", "mineco", "mem")
_TAXES = ("isr", "iva", "iso", "dai", "iusi")
_MECHANISMS = ("no_afecto", "suspension_temporal", "devolucion", "franquicia")
_SUBJECT = ("exencion", *_CLASSES, "vigencia", "contribuyente", *_FIGURES)

PAGE_WORDS: Mapping[str, tuple[str, ...]] = {
    "home": ("exencion", "contribuyente", "nit", *_CLASSES, "permanente", "temporal", "vigencia", *_FIGURES),
    "search": (
        "exencion",
        *_HOLDER,
        *_CLASSES,
        "vigencia",
        "fecha_estado",
        "actividad_economica",
        *_FIGURES,
        *_FORMATS,
    ),
    "record": (*_BENEFIT, *_HOLDER, *_CLASSES, *_ACT, "actividad_economica", "ciiu", *_FIGURES, *_MECHANISMS),
    "proof": ("exencion", "vigencia", "fecha_estado", "publicacion", "resolucion", "constancia_exencion"),
    "taxpayer": (*_BENEFIT, *_HOLDER, *_CLASSES, *_ACT, *_FIGURES, *_MECHANISMS),
    "explore": (*_CLASSES, "exencion", "actividad_economica"),
    "type": _SUBJECT,
    "category": (*_SUBJECT, *_ACT, "rtu", "personeria"),
    "law": (*_SUBJECT, *_MECHANISMS),
    "tax": (*_SUBJECT, *_TAXES, *_MECHANISMS),
    "department": _SUBJECT,
    "municipality": _SUBJECT,
    "activity": (*_SUBJECT, "actividad_economica", "ciiu"),
    "expenditure": (
        "gasto_tributario",
        "impuesto_no_pagado",
        "tratamiento_diferenciado",
        "sacrificio_fiscal",
        "pib",
        "deflactor",
        "quetzales_constantes",
        *_TAXES,
    ),
    "data": ("datos_abiertos", "publicacion", *_FORMATS),
    "releases": ("publicacion", "fecha_estado"),
    "release": ("publicacion", "fecha_estado", "registro", "contribuyente", "csv", "ndjson", "parquet"),
    "changes": ("publicacion", "registro", "csv", "ndjson", "parquet"),
    "dictionary": ("registro", *_HOLDER, *_CLASSES, "resolucion", "actividad_economica", "ciiu", *_FIGURES),
    "catalog": ("rtu", "personeria", "exencion", "exoneracion", *_MECHANISMS, "autoridad", *_TAXES),
    "methodology": (*_HOLDER, "vigencia", "publicacion", "fecha_estado", *_FIGURES, *_MECHANISMS[1:3]),
    "corrections": ("registro", "nit", "publicacion"),
    "correction": ("registro", "publicacion"),
    "questions": ("nit", "cui", "maquila", "franquicia", "constancia_exencion", *_FIGURES),
}
"""Page → its technical words, which stand at its foot unless they are explained where they are used."""


def words_of(page: str) -> tuple[str, ...]:
    """The technical words of a page that it has not explained yet, in their order."""
    used = g.get("terms", {})
    return tuple(key for key in PAGE_WORDS.get(page, ()) if key not in used)
