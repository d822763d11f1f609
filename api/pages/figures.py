"""Figures beside a record as its pages tell them: amounts added by year, energy projects."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from api.formatting import NO_BREAK, format_short_day
from api.pages.facts import AmountRow, Fact, JobsRow, amount_rows, jobs_rows
from api.pages.language import page_url
from api.pages.texts import gettext as _
from api.pages.values import Reader, as_day
from exemptions.fact_codes import TECHNOLOGY_LABELS, Technology

_NOTHING = "—"
_KW_PER_MW = 1000


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


def jobs_apart(facts: Iterable[Fact], benefits: Mapping[str, str]) -> tuple[JobsRow, ...]:
    """The jobs that do not tell their period, or whether they were promised or reported, and compare with nothing."""
    return jobs_rows([fact for fact in facts if fact["period"] is None or fact["kind"] is None], benefits)


def forgone_rows(facts: Iterable[Fact], benefits: Mapping[str, str], reader: Reader) -> tuple[AmountRow, ...]:
    """The amounts that are tax not paid."""
    return amount_rows([fact for fact in facts if _is_forgone(fact, reader)], benefits, reader)


def other_rows(facts: Iterable[Fact], benefits: Mapping[str, str], reader: Reader) -> tuple[AmountRow, ...]:
    """The amounts that were suspended or paid back: the tax is owed or was paid, so they are in no sum."""
    return amount_rows([fact for fact in facts if not _is_forgone(fact, reader)], benefits, reader)


def amount_totals(amounts: Iterable[Fact], reader: Reader) -> tuple[AmountTotal, ...]:
    """The tax not paid by year, the latest first; what is suspended or paid back is not tax forgone and stays out."""
    together: defaultdict[int | None, list[Fact]] = defaultdict(list)
    for fact in amounts:
        if _is_forgone(fact, reader):
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


def _is_forgone(fact: Fact, reader: Reader) -> bool:
    """Whether an amount is tax not paid; one of all mechanisms together was stated as such."""
    mechanism = reader.catalogs.mechanisms.get(fact["mechanism"] or "")
    return mechanism is None or mechanism.counts_as_not_paid


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
