"""What to try when a search finds nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from api.formatting import format_tax_number
from api.pages.filter_panel import Chip
from api.pages.language import page_url
from api.pages.links import Link, search_url
from api.pages.texts import gettext as _
from api.pages.values import Reader, records_phrase
from exemptions.nit import looks_like_cui
from exemptions.query import RegistryQuery
from exemptions.release import Release
from exemptions.search import suggest, total

_NAMES = 5


@dataclass(frozen=True, slots=True)
class NoHits:
    """Why nothing was found, as far as that can be told, and where to go on."""

    title: str
    reason: str
    names: tuple[Link, ...]
    loosened: tuple[Link, ...]


def explain_no_hits(release: Release, query: RegistryQuery, active: Sequence[Chip], reader: Reader) -> NoHits:
    """What to try instead of a query without results."""
    return NoHits(
        title=_title(query, active),
        reason=_reason(query, active),
        names=() if _found_without_filters(release, query, active) else _names(release, query),
        loosened=_loosened(release, query, active),
    )


def _title(query: RegistryQuery, active: Sequence[Chip]) -> str:
    if not query.q:
        return _("Ningún registro cumple estos filtros")
    if active:
        return _("Nada coincide con «%(q)s» y estos filtros", q=query.q)
    return _("Nada coincide con «%(q)s»", q=query.q)


def _reason(query: RegistryQuery, active: Sequence[Chip]) -> str:
    if looks_like_cui(query.q):
        return _(
            "Trece dígitos son el número de un documento personal de identificación. Esos números no están en este "
            "registro público, tenga o no la persona un beneficio."
        )
    if query.q and not any(char.isalnum() for char in query.q):
        return _("Lo que se buscó no tiene letras ni números.")
    if query.q and active:
        return _("Ni exactamente ni por parecido, con los filtros elegidos.")
    if query.q:
        return _("Ni exactamente ni por parecido. El nombre puede estar escrito de otra forma, o no tener beneficios.")
    return _("Cada filtro por separado puede tener registros, pero no todos a la vez.")


def _found_without_filters(release: Release, query: RegistryQuery, active: Sequence[Chip]) -> bool:
    """Whether the words are right and only the filters are too narrow; then other names would mislead."""
    return bool(active) and total(release, RegistryQuery(q=query.q)) > 0


def _names(release: Release, query: RegistryQuery) -> tuple[Link, ...]:
    """The nearest names: of the whole text first, else of each of its words."""
    if not query.q or looks_like_cui(query.q):
        return ()
    for text in (query.q, *sorted(query.q.split(), key=len, reverse=True)):
        found = suggest(release, text, _NAMES)
        if found:
            return tuple(
                Link(f"{one.text} ({format_tax_number(one.nit)})", page_url("taxpayer", nit=one.nit))
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
