"""What to try when a search finds nothing: why that is, and always somewhere to go on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from api.formatting import format_tax_number
from api.pages.filter_panel import Chip
from api.pages.language import page_url
from api.pages.links import Link, search_url
from api.pages.texts import gettext as _
from api.pages.values import Reader, records_phrase
from exemptions.columns import PersonKind
from exemptions.names import find_nit
from exemptions.nit import looks_like_cui
from exemptions.query import RegistryQuery
from exemptions.release import Release
from exemptions.search import suggest, total

_NAMES = 5
_NUMBER = re.compile(r"[0-9][0-9 .\-–_]{3,}[0-9kK]")
"""What is meant as a NIT, even if it is none."""


@dataclass(frozen=True, slots=True)
class NoHits:
    """Why nothing was found, as far as that can be told, and where to go on."""

    title: str
    reason: str
    is_number: bool
    """Whether a number was looked for, which a natural person's would be in vain."""
    names: tuple[Link, ...]
    loosened: tuple[Link, ...]
    onward: tuple[Link, ...]
    """Never empty."""


def explain_no_hits(release: Release, query: RegistryQuery, active: Sequence[Chip], reader: Reader) -> NoHits:
    """What to try instead of a query without results."""
    narrowing = [chip for chip in active if not chip.chooses_release]
    return NoHits(
        title=_title(release, query, narrowing),
        reason=_reason(release, query, narrowing),
        is_number=_is_number(query),
        names=() if _found_without_filters(release, query, narrowing) else _names(release, query),
        loosened=_loosened(release, query, narrowing),
        onward=_onward(release, query, active),
    )


def _title(release: Release, query: RegistryQuery, active: Sequence[Chip]) -> str:
    if not release.records.num_rows:
        return _("Esta publicación no tiene ningún registro")
    if not query.q:
        return _("Ningún registro cumple estos filtros")
    if active:
        return _("Nada coincide con «%(q)s» y estos filtros", q=query.q)
    return _("Nada coincide con «%(q)s»", q=query.q)


def _reason(release: Release, query: RegistryQuery, active: Sequence[Chip]) -> str:
    if not release.records.num_rows:
        return _("Se publicó vacía, así que ninguna búsqueda puede encontrar algo en ella.")
    if looks_like_cui(query.q):
        return _(
            "Trece dígitos son el número de un documento personal de identificación. Esos números no están en este "
            "registro público, tenga o no la persona un beneficio."
        )
    nit = find_nit(query.q)
    if nit is not None or (query.nit and not query.q):
        return _unknown_nit(nit or query.nit[0])
    if _is_number(query):
        return _(
            "Parece un NIT, pero no lo es: su último signo se calcula con los demás y no corresponde. Revise que no "
            "falte ni sobre una cifra."
        )
    if query.q and not any(char.isalnum() for char in query.q):
        return _("Lo que se buscó no tiene letras ni números.")
    if query.q and active:
        return _("Ni exactamente ni por parecido, con los filtros elegidos.")
    if query.q:
        return _("Ni exactamente ni por parecido. El nombre puede estar escrito de otra forma, o no tener beneficios.")
    return _("Cada filtro por separado puede tener registros, pero no todos a la vez.")


def _unknown_nit(nit: str) -> str:
    """The same words for a number that nobody has and for one that is not published."""
    return _(
        "No hay ningún beneficio publicado con el NIT %(nit)s. Puede ser de quien no tiene beneficios, o de una "
        "persona individual: de ellas no se publica el NIT, tengan o no un beneficio.",
        nit=format_tax_number(nit),
    )


def _is_number(query: RegistryQuery) -> bool:
    return bool(query.nit or _NUMBER.fullmatch(query.q.strip()) or find_nit(query.q) or looks_like_cui(query.q))


def _found_without_filters(release: Release, query: RegistryQuery, active: Sequence[Chip]) -> bool:
    """Whether the words are right and only the filters are too narrow; then other names would mislead."""
    return bool(active) and total(release, RegistryQuery(q=query.q)) > 0


def _names(release: Release, query: RegistryQuery) -> tuple[Link, ...]:
    """The nearest names: of the whole text first, else of each of its words; of a number those that begin alike."""
    if not query.q or looks_like_cui(query.q):
        return ()
    starts = [query.q.strip()[:length] for length in (-1, -2)] if _is_number(query) else []
    for text in (query.q, *sorted(query.q.split(), key=len, reverse=True), *starts):
        found = suggest(release, text, _NAMES)
        if found:
            return tuple(
                Link(f"{one.text} ({one.name or format_tax_number(one.nit)})", page_url("taxpayer", nit=one.nit))
                if one.nit
                else Link(one.text, search_url(RegistryQuery(q=one.text)))
                for one in found
            )
    return ()


def _loosened(release: Release, query: RegistryQuery, active: Sequence[Chip]) -> tuple[Link, ...]:
    """The search without one of its filters, or without its words, where that finds something."""
    candidates = [(_("Sin «%(filter)s»", filter=chip.text), chip.without) for chip in active]
    if query.q and active:
        candidates.append((_("Sin las palabras «%(q)s»", q=query.q), replace(query, q="")))
    if len(active) > 1:
        candidates.append((_("Sin ningún filtro"), RegistryQuery(q=query.q, release=query.release, as_of=query.as_of)))
    counted = [(name, loosened, total(release, loosened)) for name, loosened in candidates]
    return tuple(Link(name, search_url(loosened), records_phrase(count)) for name, loosened, count in counted if count)


def _onward(release: Release, query: RegistryQuery, active: Sequence[Chip]) -> tuple[Link, ...]:
    """Where there is something for certain."""
    chosen = RegistryQuery(release=query.release, as_of=query.as_of)
    links = []
    if any(chip.chooses_release for chip in active):
        links.append(
            Link(
                _("Hacer esta búsqueda en la publicación más nueva"),
                search_url(replace(query, release=None, as_of=None)),
            )
        )
    if _is_number(query):
        natural = replace(chosen, person_kind=(PersonKind.NATURAL.value,))
        count = total(release, natural)
        if count:
            links.append(
                Link(_("Ver lo que sí se publica de personas individuales"), search_url(natural), records_phrase(count))
            )
    if release.records.num_rows:
        links.append(Link(_("Ver todo el registro"), search_url(chosen), records_phrase(release.records.num_rows)))
    else:
        links.append(Link(_("Ver todas las publicaciones"), page_url("releases")))
    return tuple(links)
