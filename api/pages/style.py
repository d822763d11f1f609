"""The living page of the design: colours, type, space and every component, each with when to use it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from flask import Response

from api.pages.blueprint import pages
from api.pages.labels import STATUS
from api.pages.language import page_url
from api.pages.links import Link
from api.pages.picture_subjects import WHOLE, WHOLE_CODE
from api.pages.pictures import Picture, subject_pictures
from api.pages.render import Context, answer_page, answer_plain
from api.pages.texts import gettext as _
from api.pages.texts import lazy_gettext as _l
from api.parameters import refuse_parameters
from api.releases_at import current_release
from exemptions.errors import NothingPublished

COLOURS = (
    ("paper", _l("El fondo de la página.")),
    ("wash", _l("Un fondo apartado: filtros, sumas, pie de página.")),
    ("raised", _l("Lo que está sobre el fondo: tarjetas y campos.")),
    ("ink", _l("El texto.")),
    ("muted", _l("El texto de apoyo; sobre cualquiera de los fondos.")),
    ("line", _l("Líneas que separan.")),
    ("line-strong", _l("Líneas que limitan algo que se usa: campos, botones.")),
    ("link", _l("Enlaces.")),
    ("link-hover", _l("Enlaces bajo el cursor.")),
    ("deep", _l("La cabecera, azul profundo.")),
    ("deep-ink", _l("El texto sobre la cabecera.")),
    ("deep-muted", _l("El texto de apoyo sobre la cabecera.")),
    ("sky", _l("El celeste nacional: barras y acentos, nunca texto.")),
    ("sky-wash", _l("Celeste de fondo: hechos que conviene ver, lo que está bajo el cursor.")),
    ("button", _l("El botón.")),
    ("button-hover", _l("El botón bajo el cursor.")),
    ("button-ink", _l("El texto del botón.")),
    ("focus", _l("El borde de lo que tiene el foco del teclado.")),
    ("focus-on-deep", _l("El mismo borde sobre la cabecera.")),
    ("good", _l("Rige, está bien.")),
    ("warn", _l("Está en pausa, cuidado.")),
    ("bad", _l("Terminó antes de tiempo, hay que corregirlo.")),
    ("quiet", _l("Ya pasó, no urge.")),
    ("notice", _l("El fondo de una advertencia.")),
    ("notice-line", _l("El borde de una advertencia.")),
    ("error-wash", _l("El fondo de un error.")),
    ("demo", _l("La franja de los datos inventados.")),
    ("demo-ink", _l("El texto de esa franja.")),
)
"""Name of a colour in the stylesheet → when to use it. Both schemes give every name a value."""

TYPE = ("t-h1", "t-h2", "t-h3", "t-figure", "t-lead", "t-body", "t-small", "t-fine")
SPACE = ("s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8")


@dataclass(frozen=True, slots=True)
class SampleFigure:
    """A figure as the components take it."""

    label: str
    value: str
    unit: str
    note: str


@pages.get("/estilo", endpoint="style")
def show_style() -> Response:
    """Every component as the pages use it. It needs no publication; with one it shows a picture of it."""
    refuse_parameters()
    try:
        release = current_release()
    except NothingPublished:
        return answer_plain("style.html", _context(()))
    return answer_page(
        release, "style.html", lambda: _context(subject_pictures(release, WHOLE, WHOLE_CODE, "categorias"))
    )


def _context(pictures: tuple[Picture, ...]) -> Context:
    return {
        "colours": COLOURS,
        "type_steps": TYPE,
        "space_steps": SPACE,
        "statuses": tuple((code, str(word)) for code, word in STATUS.items()),
        "figures": _figures(),
        "sums": ((2025, Decimal("7041882.18"), 26), (2024, Decimal("801594.39"), 1)),
        "files": (Link("CSV", page_url("data"), "1.2 MB"), Link("Parquet", page_url("data"))),
        "pictures": pictures,
    }


def _figures() -> tuple[SampleFigure, ...]:
    return (
        SampleFigure(_("Beneficios"), "2,999", "", _("2,542 permanentes y 457 temporales")),
        SampleFigure(_("Impuesto no pagado en 2025"), "Q 693.6", _("millones"), _("en 602 registros")),
    )
