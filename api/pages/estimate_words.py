"""Official estimates in words: what a figure is of, which method made it, and what does not agree."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from api.formatting import format_percent, format_whole_millions
from api.pages.texts import LazyString
from api.pages.texts import gettext as _
from api.pages.texts import lazy_gettext as _l
from api.pages.values import Reader, Shown
from api.pages.written import as_written
from exemptions.contradictions import Contradiction
from exemptions.estimates import Break, BreakReason, Estimate, Estimates, Restatement
from exemptions.fact_codes import Partition
from exemptions.macro import Share, ShareBasis

PARTITION: Mapping[Partition, LazyString] = {
    Partition.TOTAL: _l("Total"),
    Partition.TAX: _l("Por impuesto"),
    Partition.NATURE: _l("Por naturaleza del impuesto"),
    Partition.SCOPE: _l("Por ámbito"),
    Partition.LEGAL_BASIS: _l("Por base legal"),
    Partition.BENEFICIARY: _l("Por grupo de beneficiarios"),
}
"""Way of dividing the total → its title."""

PARTITION_MEANING: Mapping[Partition, LazyString] = {
    Partition.TOTAL: _l("Todo lo que se estima, sin dividir."),
    Partition.TAX: _l("Qué impuesto se deja de cobrar."),
    Partition.NATURE: _l(
        "Impuestos directos, que gravan lo que se gana o se tiene, e indirectos, que gravan lo que se compra."
    ),
    Partition.SCOPE: _l("Lo que se cobra dentro del país y lo que se cobra en las aduanas."),
    Partition.LEGAL_BASIS: _l("Lo que ordena la Constitución y lo que conceden las leyes del Congreso."),
    Partition.BENEFICIARY: _l("Quiénes no pagan, por los grupos que usan los informes."),
}

_KEYS: Mapping[str, LazyString] = {
    "TOTAL": _l("Gasto tributario total"),
    "DIRECTOS": _l("Impuestos directos"),
    "INDIRECTOS": _l("Impuestos indirectos"),
    "INTERNOS": _l("Impuestos internos"),
    "COMERCIO_EXTERIOR": _l("Tributos al comercio exterior"),
    "CONSTITUCIONAL": _l("Constitución Política"),
    "LEYES_ORDINARIAS": _l("Leyes ordinarias"),
}
"""Key that reports divide by → its name; other keys stand as they are written."""


def figure_name(figure: Estimate, estimates: Estimates, reader: Reader) -> str:
    """What a figure is of."""
    if figure.partition is Partition.TAX and figure.tax:
        return reader.name_of("taxes", figure.tax)
    name = _part_name(figure, estimates, reader)
    if not figure.tax:
        return name
    return Markup("{} ({})").format(name, reader.name_of("taxes", figure.tax))


def _part_name(figure: Estimate, estimates: Estimates, reader: Reader) -> str:
    coverage = estimates.find_group(figure)
    if coverage is not None:
        return reader.name_of("expenditure_groups", coverage.group.code, coverage.group.name_es)
    known = _KEYS.get(figure.key.upper())
    return str(known) if known else as_written(figure.group or figure.key)


def not_declared() -> Shown:
    """What stands where a report does not say something."""
    return Shown(_("no declarado"), is_state=True)


def method_words(version: str | None) -> Shown:
    """The version of the method, as the report calls it."""
    return Shown(version, is_written=True) if version else not_declared()


def share_words(share: Share) -> Shown:
    """The share of the gross domestic product: as the report states it, or computed."""
    if share.percent is None:
        return not_declared()
    return Shown(f"{share.percent.normalize():,f}%".replace("-", "−"))


def share_basis_words(share: Share) -> str:
    """What is to be known of a share beside its number; nothing where the report states it."""
    return _("calculado") if share.basis is ShareBasis.COMPUTED else ""


def break_words(found: Break) -> str:
    """Why two neighbouring years do not compare."""
    years = {"before": found.before.year, "after": found.after.year}
    if found.reason is BreakReason.METHOD_CHANGED:
        return _("Entre %(before)s y %(after)s cambió el método: sus cifras no se comparan.", **years)
    return _("Entre %(before)s y %(after)s no se declara si el método es el mismo: sus cifras no se comparan.", **years)


def contradiction_words(found: Contradiction) -> str:
    """What the parts add up to, what the whole is said to be, and the difference."""
    told = {
        "sum": format_whole_millions(found.sum_gtq),
        "whole": format_whole_millions(found.whole_gtq),
        "difference": format_whole_millions(abs(found.difference_gtq)),
    }
    if found.key is not None:
        return _(
            "Los impuestos de «%(key)s» suman %(sum)s millones y la cifra que los reúne es %(whole)s millones: sobran "
            "%(difference)s millones.",
            key=found.key,
            **told,
        )
    if found.difference_gtq < 0:
        return _(
            "Las partes suman %(sum)s millones y el total dado es %(whole)s millones: faltan %(difference)s millones.",
            **told,
        )
    return _(
        "Las partes suman %(sum)s millones y el total dado es %(whole)s millones: sobran %(difference)s millones.",
        **told,
    )


def change_words(found: Restatement) -> str:
    """By how much a figure was restated, in millions and in percent."""
    sign = "+" if found.difference_gtq > 0 else ""
    moved = f"{sign}{format_whole_millions(found.difference_gtq)}"
    if found.percent is None:
        return moved
    return f"{moved} ({sign}{format_percent(found.percent / 100)})"
