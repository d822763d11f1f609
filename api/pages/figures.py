"""Figures beside a record as its pages tell them: jobs apart by kind, amounts added by year, energy projects."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from api.formatting import NO_BREAK, format_short_day
from api.pages.facts import Fact, JobsRow, jobs_rows
from api.pages.language import page_url
from api.pages.texts import gettext as _
from api.pages.values import Reader, as_day
from exemptions.columns import JobsKind
from exemptions.fact_codes import TECHNOLOGY_LABELS, Technology

_NOTHING = "—"
_KW_PER_MW = 1000


@dataclass(frozen=True, slots=True)
class JobsGroup:
    """The jobs of one kind; what was promised and what was reported are never in one table."""

    caption: str
    rows: tuple[JobsRow, ...]


@dataclass(frozen=True, slots=True)
class AmountTotal:
    """Tax not paid in one year; years are never added together."""

    year: str
    amount: Decimal
    rows: int
    """Benefits that it adds up."""


@dataclass(frozen=True, slots=True)
class EnergyRow:
    project: str
    technology: str
    capacity: str
    municipality: str
    term: str
    benefit: str
    url: str


def jobs_groups(facts: Iterable[Fact], benefits: Mapping[str, str]) -> tuple[JobsGroup, ...]:
    """The jobs of some records: the reported ones, then the projected, then those of an unknown kind."""
    listed = list(facts)
    captions = {
        JobsKind.REPORTED.value: _("Empleos reportados"),
        JobsKind.PROJECTED.value: _("Empleos proyectados"),
        None: _("Empleos que no dicen si son reportados o proyectados"),
    }
    groups = (
        JobsGroup(caption, jobs_rows([fact for fact in listed if fact["kind"] == kind], benefits))
        for kind, caption in captions.items()
    )
    return tuple(group for group in groups if group.rows)


def amount_totals(amounts: Iterable[Fact], reader: Reader) -> tuple[AmountTotal, ...]:
    """The tax not paid by year, the latest first; what is suspended or paid back is not tax forgone and stays out."""
    together: defaultdict[int | None, list[Fact]] = defaultdict(list)
    for fact in amounts:
        mechanism = reader.catalogs.mechanisms.get(fact["mechanism"] or "")
        if mechanism is None or mechanism.counts_as_not_paid:
            together[fact["year"]].append(fact)
    return tuple(
        AmountTotal(
            _("no indicado") if year is None else str(year),
            sum((fact["amount_gtq"] for fact in facts), start=Decimal(0)),
            len({fact["record_id"] for fact in facts}),
        )
        for year, facts in sorted(together.items(), key=lambda item: item[0] or 0, reverse=True)
    )


def energy_rows(facts: Iterable[Fact], benefits: Mapping[str, str], reader: Reader) -> tuple[EnergyRow, ...]:
    """The energy projects of some records, in the order given; `benefits` names each record."""
    return tuple(
        EnergyRow(
            project=fact["project"] or _NOTHING,
            technology=_technology(fact["technology"], reader.lang),
            capacity=_megawatts(fact["capacity_kw"]),
            municipality=reader.name_of("municipalities", fact["municipality"]) if fact["municipality"] else _NOTHING,
            term=_term(fact, reader.lang),
            benefit=benefits[fact["record_id"]],
            url=page_url("record", record_id=fact["record_id"]),
        )
        for fact in facts
    )


def _technology(code: str | None, lang: str) -> str:
    if code is None:
        return _NOTHING
    # A release outlives the codes of its day.
    return TECHNOLOGY_LABELS[Technology(code)].text(lang) if code in list(Technology) else code


def _megawatts(kilowatts: int | None) -> str:
    """`4.35 MW`, with as many decimals as the figure has."""
    if kilowatts is None:
        return _NOTHING
    whole, rest = divmod(kilowatts, _KW_PER_MW)
    decimals = f"{rest:03d}".rstrip("0")
    return f"{whole:,d}{'.' if decimals else ''}{decimals}{NO_BREAK}MW"


def _term(fact: Fact, lang: str) -> str:
    first, last = (
        format_short_day(as_day(fact[key]), lang) if fact[key] else "" for key in ("valid_from", "valid_until")
    )
    if first and last:
        return _("del %(first)s al %(last)s", first=first, last=last)
    if last:
        return _("hasta %(last)s", last=last)
    return _("desde %(first)s", first=first) if first else _NOTHING
