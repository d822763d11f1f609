"""What the pages of each kind of subject say differently, and the titles that they share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from api.formatting import format_count
from api.overview_links import OverviewTable
from api.pages.texts import LazyString, ngettext
from api.pages.texts import lazy_gettext as _l
from exemptions.subjects import SubjectKind


@dataclass(frozen=True, slots=True)
class KindWords:
    """What the pages of one kind of subject say differently."""

    label: LazyString
    """What the subject is, above its name."""
    about: LazyString
    """What such a thing is, in plain words."""
    sentence: Callable[[int], str]
    """How many taxpayers have to do with it; `%(count)s` stands for the number."""
    without: tuple[str, ...] = ()
    """Axes beside its own that are the same for all its records."""
    term: str = ""
    """The glossary's entry for what the subject is, if it has one."""


KINDS: Mapping[SubjectKind, KindWords] = {
    SubjectKind.TYPE: KindWords(
        _l("Tipo exento"),
        _l("El tipo dice por qué no se paga, o qué clase de ente no paga. Cada tipo reúne varias categorías."),
        lambda n: ngettext(
            "%(count)s contribuyente tiene o tuvo un beneficio de este tipo.",
            "%(count)s contribuyentes tienen o tuvieron un beneficio de este tipo.",
            n,
            count=format_count(n),
        ),
        term="tipo_exento",
    ),
    SubjectKind.CATEGORY: KindWords(
        _l("Categoría"),
        _l("La categoría dice la clase de ente o el régimen de la ley por el que no se paga el impuesto."),
        lambda n: ngettext(
            "%(count)s contribuyente tiene o tuvo este beneficio.",
            "%(count)s contribuyentes tienen o tuvieron este beneficio.",
            n,
            count=format_count(n),
        ),
        ("type", "permanence"),
        term="categoria_exento",
    ),
    SubjectKind.LAW: KindWords(
        _l("Ley"),
        _l(
            "Se cuentan los beneficios de toda categoría cuya base legal la cita, también cuando otra ley es la "
            "principal."
        ),
        lambda n: ngettext(
            "%(count)s contribuyente tiene o tuvo un beneficio cuya base legal cita esta norma.",
            "%(count)s contribuyentes tienen o tuvieron un beneficio cuya base legal cita esta norma.",
            n,
            count=format_count(n),
        ),
    ),
    SubjectKind.TAX: KindWords(
        _l("Impuesto"),
        _l(
            "Se cuentan los beneficios que cubren este impuesto, solo o junto con otros. Los montos son los de esos "
            "beneficios por todos sus impuestos; la tabla por impuesto y mecanismo los separa."
        ),
        lambda n: ngettext(
            "%(count)s contribuyente tiene o tuvo un beneficio que cubre este impuesto.",
            "%(count)s contribuyentes tienen o tuvieron un beneficio que cubre este impuesto.",
            n,
            count=format_count(n),
        ),
    ),
    SubjectKind.DEPARTMENT: KindWords(
        _l("Departamento"),
        _l("El lugar es el del domicilio fiscal del contribuyente, que no siempre es donde trabaja."),
        lambda n: ngettext(
            "%(count)s contribuyente con domicilio fiscal aquí tiene o tuvo un beneficio.",
            "%(count)s contribuyentes con domicilio fiscal aquí tienen o tuvieron un beneficio.",
            n,
            count=format_count(n),
        ),
    ),
    SubjectKind.MUNICIPALITY: KindWords(
        _l("Municipio"),
        _l("El lugar es el del domicilio fiscal del contribuyente, que no siempre es donde trabaja."),
        lambda n: ngettext(
            "%(count)s contribuyente con domicilio fiscal aquí tiene o tuvo un beneficio.",
            "%(count)s contribuyentes con domicilio fiscal aquí tienen o tuvieron un beneficio.",
            n,
            count=format_count(n),
        ),
        ("department",),
    ),
    SubjectKind.ACTIVITY: KindWords(
        _l("Actividad económica"),
        _l("Es la actividad principal que el contribuyente declaró, según la clasificación internacional CIIU Rev. 4."),
        lambda n: ngettext(
            "%(count)s contribuyente con esta actividad principal tiene o tuvo un beneficio.",
            "%(count)s contribuyentes con esta actividad principal tienen o tuvieron un beneficio.",
            n,
            count=format_count(n),
        ),
        term="actividad_economica",
    ),
}

AXIS_TITLES: Mapping[str, LazyString] = {
    "type": _l("Por tipo exento"),
    "category": _l("Por categoría"),
    "permanence": _l("Permanentes y temporales"),
    "status": _l("Por estado"),
    "department": _l("Por departamento"),
    "municipality": _l("Por municipio"),
    "activity": _l("Por actividad económica"),
    "tax": _l("Por impuesto que cubren"),
}


SECTIONS: Mapping[SubjectKind, LazyString] = {
    SubjectKind.TYPE: _l("Tipos exentos"),
    SubjectKind.CATEGORY: _l("Categorías"),
    SubjectKind.LAW: _l("Leyes"),
    SubjectKind.TAX: _l("Impuestos"),
    SubjectKind.DEPARTMENT: _l("Departamentos y municipios"),
    SubjectKind.MUNICIPALITY: _l("Departamentos y municipios"),
    SubjectKind.ACTIVITY: _l("Actividades económicas"),
}


TABLE_TITLES: Mapping[OverviewTable, LazyString] = {
    OverviewTable.AMOUNTS: _l("Montos por año, impuesto y mecanismo"),
    OverviewTable.JOBS: _l("Empleos por año y clase"),
    OverviewTable.BEGUN: _l("Comienzos por año"),
    OverviewTable.ENDING: _l("Vencimientos por año"),
    OverviewTable.BY_AMOUNT: _l("Contribuyentes por monto"),
    OverviewTable.BY_JOBS: _l("Contribuyentes por empleos"),
    OverviewTable.CONCENTRATION: _l("Curva de concentración"),
}

ANCHORS: Mapping[SubjectKind, str] = {
    kind: "department" if kind is SubjectKind.MUNICIPALITY else kind.value for kind in SubjectKind
}
"""Kind of subject → its section of the page of all ways in."""

PICTURES_OF: Mapping[SubjectKind, str] = {
    SubjectKind.TYPE: "tipo",
    SubjectKind.CATEGORY: "categoria",
    SubjectKind.LAW: "ley",
    SubjectKind.TAX: "impuesto",
    SubjectKind.DEPARTMENT: "departamento",
    SubjectKind.MUNICIPALITY: "municipio",
    SubjectKind.ACTIVITY: "actividad",
}
"""Kind of subject → how the addresses of its pictures name it."""
