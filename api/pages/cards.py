"""The picture that messengers show beside a shared link: whose page it is and the one fact to know, 1200 by 630."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import Response, render_template

from api.charts.wording import wrap_text
from api.conditional import Representation, answer_body
from api.formatting import format_count, format_day, format_tax_number
from api.found import find_record, find_taxpayer
from api.pages.blueprint import pages
from api.pages.language import page_language
from api.pages.render import page_reader
from api.pages.sentences import verdict
from api.pages.subject_words import KINDS
from api.pages.texts import gettext as _
from api.pages.texts import ngettext
from api.pages.values import Reader, holder_name
from api.parameters import parameter_reader
from api.releases_at import release_numbered
from api.state import app_state
from exemptions.aggregates import taxpayers
from exemptions.columns import PersonKind
from exemptions.errors import NotFound
from exemptions.matches import total
from exemptions.query import RegistryQuery
from exemptions.release import Release
from exemptions.subjects import CATALOG_OF, Subject, SubjectKind, get_subject

WIDTH, HEIGHT = 1200, 630
"""The size that messengers ask for: 1.91 to 1."""
MEDIA_TYPE = "image/png"
_TEXT_WIDTH = 1040
_TITLE_SIZES = ((68, 2), (56, 3), (44, 4))
"""Sizes of the title from the largest, each with how many lines it may take; the last one shortens what is left."""
_KINDS: Mapping[str, SubjectKind] = {
    "tipo": SubjectKind.TYPE,
    "categoria": SubjectKind.CATEGORY,
    "ley": SubjectKind.LAW,
    "impuesto": SubjectKind.TAX,
    "departamento": SubjectKind.DEPARTMENT,
    "municipio": SubjectKind.MUNICIPALITY,
    "actividad": SubjectKind.ACTIVITY,
}
"""First part of the address of a subject's page → its kind."""
_FACT_SIZE, _FACT_LINES = 34, 2


@dataclass(frozen=True, slots=True)
class Card:
    """What a picture tells."""

    kicker: str
    """What kind of thing it is about; a short line over the title."""
    title: str
    fact: str
    status: str = ""
    """Status of a benefit, which gives the fact its mark."""


@pages.get("/tarjeta.png", endpoint="card")
def show_card() -> Response:
    """The picture of the registry as a whole."""
    release, pinned = _asked()
    return _answer(release, "", pinned, _of_registry)


@pages.get("/tarjeta/registro/<record_id>.png", endpoint="card_record")
def show_record_card(record_id: str) -> Response:
    """The picture of a legal person's benefit; of a natural person's, and of one that ended, the registry's.

    A picture stays with messengers, where no withdrawal reaches it, so none tells the name of a natural person.
    """
    release, pinned = _asked()
    row = find_record(release, record_id).row
    if row is None or release.to_items([row], ["person_kind"])[0]["person_kind"] == PersonKind.NATURAL:
        return _answer(release, "", pinned, _of_registry)
    return _answer(release, record_id, pinned, lambda release, reader: _of_record(release, row, reader))


@pages.get("/tarjeta/contribuyente/<nit>.png", endpoint="card_taxpayer")
def show_taxpayer_card(nit: str) -> Response:
    """The picture of a legal person; of one whose benefits have all ended, the registry's."""
    release, pinned = _asked()
    found = find_taxpayer(release, nit)
    if not found.rows:
        return _answer(release, "", pinned, _of_registry)
    return _answer(release, found.nit, pinned, lambda release, reader: _of_taxpayer(release, found.rows, reader))


@pages.get("/tarjeta/<kind>/<code>.png", endpoint="card_subject")
def show_subject_card(kind: str, code: str) -> Response:
    """The picture of a type, category, law, tax, place or activity; of a law that grants nothing, the registry's."""
    release, pinned = _asked()
    found = _KINDS.get(kind)
    if found is None:
        raise NotFound("No existe esa imagen.", "There is no such picture.")
    subject = get_subject(release.catalogs, found, code)
    if subject.query is None:
        return _answer(release, "", pinned, _of_registry)
    query = subject.query
    return _answer(
        release, f"{kind} {subject.slug}", pinned, lambda release, reader: _of_subject(release, subject, query, reader)
    )


def card_svg(card: Card, release: Release) -> str:
    """The drawing of a picture, in the language of this request."""
    size, title = _fit_title(card.title)
    return render_template(
        "card.svg",
        card=card,
        size=size,
        title=title,
        fact=wrap_text(card.fact, _TEXT_WIDTH - 60 * bool(card.status), _FACT_SIZE, lines=_FACT_LINES),
        source=_(
            "Publicación %(number)s, estados al %(day)s",
            number=release.number,
            day=format_day(release.status_date, page_language()),
        ),
        publisher=release.manifest["publisher"].get("name") or "",
        demonstration=bool(release.manifest["demonstration"]),
    )


def _asked() -> tuple[Release, bool]:
    reader = parameter_reader("release")
    number, _as_of = reader.release()
    reader.raise_problems()
    return release_numbered(number), number is not None


def _answer(release: Release, subject: str, pinned: bool, make: Callable[[Release, Reader], Card]) -> Response:
    representation = Representation(
        release, f"card\x00{subject}\x00{page_language()}", MEDIA_TYPE, pinned, by_language=False, compressible=False
    )

    def draw() -> tuple[bytes, tuple[tuple[str, str], ...]]:
        svg = card_svg(make(release, page_reader(release)), release)
        return app_state().renderer.draw_png(svg, scale=1.0), ()

    response = answer_body(representation, draw)
    response.headers["Content-Language"] = page_language()
    return response


def _of_registry(release: Release, reader: Reader) -> Card:
    return Card(
        kicker=_("Buscar, descargar y citar, sin registrarse"),
        title=_("Quién no paga impuestos en Guatemala, y por qué ley"),
        fact=_counted(release.records.num_rows, taxpayers(release, RegistryQuery())),
    )


def _of_record(release: Release, row: int, reader: Reader) -> Card:
    item = release.to_items([row])[0]
    return Card(
        kicker=reader.name_of("categories", item["category"], item["category_name"]),
        title=holder_name(item),
        fact=verdict(item, status_date=release.status_date, lang=reader.lang),
        status=item["status"],
    )


def _of_taxpayer(release: Release, rows: list[int], reader: Reader) -> Card:
    items = release.to_items(rows, ["nit", "name", "status"])
    active = sum(item["status"] == "active" for item in items)
    return Card(
        kicker=_("NIT %(nit)s", nit=format_tax_number(items[0]["nit"])),
        title=holder_name(items[0]),
        fact=ngettext("%(count)s beneficio", "%(count)s beneficios", len(items), count=format_count(len(items)))
        + ", "
        + ngettext("%(active)s vigente", "%(active)s vigentes", active, active=format_count(active)),
    )


def _of_subject(release: Release, subject: Subject, query: RegistryQuery, reader: Reader) -> Card:
    return Card(
        kicker=str(KINDS[subject.kind].label),
        title=reader.name_of(CATALOG_OF[subject.kind].value, subject.entry.code),
        fact=_counted(total(release, query), taxpayers(release, query)),
    )


def _counted(records: int, people: int) -> str:
    return ", ".join(
        (
            ngettext("%(records)s beneficio", "%(records)s beneficios", records, records=format_count(records)),
            ngettext("%(people)s contribuyente", "%(people)s contribuyentes", people, people=format_count(people)),
        )
    )


def _fit_title(text: str) -> tuple[int, list[str]]:
    """The largest size at which the title fits, and its lines."""
    for size, lines in _TITLE_SIZES[:-1]:
        wrapped = wrap_text(text, _TEXT_WIDTH, size, lines=lines)
        if "…" not in wrapped[-1] or "…" in text:
            return size, wrapped
    size, lines = _TITLE_SIZES[-1]
    return size, wrap_text(text, _TEXT_WIDTH, size, lines=lines)
