"""Sums of a result as a person reads them: by year and kind, with how many records each leaves out, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from api.formatting import format_count, format_money
from api.pages.labels import JOBS_KIND
from api.pages.texts import gettext as _
from api.pages.texts import ngettext
from exemptions.aggregates import Sums
from exemptions.columns import ValueState


@dataclass(frozen=True, slots=True)
class SumLine:
    """One sum and the records it adds up."""

    label: str
    value: str
    rows: int


@dataclass(frozen=True, slots=True)
class SumBlock:
    """The sums of one number, and what they leave out."""

    title: str
    heads: tuple[str, str, str]
    lines: tuple[SumLine, ...]
    excludes: str


def sum_blocks(sums: Sums) -> tuple[SumBlock, ...]:
    """The sums of jobs and amounts of a result."""
    return (
        SumBlock(
            title=_("Empleos"),
            heads=(_("Año y clase"), _("Empleos"), _("Registros")),
            lines=tuple(
                SumLine(_jobs_label(part.year, part.kind), format_count(part.sum), part.rows) for part in sums.jobs
            ),
            excludes=excluded_words(sums.states["jobs"]),
        ),
        SumBlock(
            title=_("Impuesto no pagado"),
            heads=(_("Año"), _("Monto"), _("Registros")),
            lines=tuple(SumLine(year_words(part.year), format_money(part.sum), part.rows) for part in sums.amount_gtq),
            excludes=excluded_words(sums.states["amount_gtq"]),
        ),
    )


def excluded_words(states: Mapping[str, int]) -> str:
    """How many records a sum leaves out, by reason."""
    parts = [
        phrase
        for phrase in (
            _not_reported(states[ValueState.NOT_REPORTED]),
            _not_applicable(states[ValueState.NOT_APPLICABLE]),
            _withheld(states[ValueState.WITHHELD]),
        )
        if phrase
    ]
    if not parts:
        return _("No deja fuera ningún registro.")
    return _("Deja fuera: %(parts)s.", parts="; ".join(parts))


def year_words(year: int | None) -> str:
    """A year, or words where the facts do not tell it."""
    return _("Sin año") if year is None else str(year)


def _jobs_label(year: int | None, kind: str | None) -> str:
    words = _("sin clase") if kind is None else str(JOBS_KIND[kind])
    return f"{year_words(year)}, {words}"


def _not_reported(count: int) -> str:
    if not count:
        return ""
    return ngettext(
        "%(count)s registro sin dato reportado",
        "%(count)s registros sin dato reportado",
        count,
        count=format_count(count),
    )


def _not_applicable(count: int) -> str:
    if not count:
        return ""
    return ngettext(
        "%(count)s registro al que no aplica",
        "%(count)s registros a los que no aplica",
        count,
        count=format_count(count),
    )


def _withheld(count: int) -> str:
    if not count:
        return ""
    return ngettext(
        "%(count)s registro con el dato reservado",
        "%(count)s registros con el dato reservado",
        count,
        count=format_count(count),
    )
