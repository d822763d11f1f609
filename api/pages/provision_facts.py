"""One preferential treatment in words: what is known of it, and what is not declared."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from api.formatting import format_day
from api.pages.catalogs import authority_words, sourcing_mark, term_words
from api.pages.estimate_cells import EstimateCells, EstimateTeller
from api.pages.estimate_words import not_declared
from api.pages.language import page_url
from api.pages.links import Link
from api.pages.texts import gettext as _
from api.pages.values import Reader, Shown
from api.pages.written import as_written
from exemptions.catalog_entries import Category
from exemptions.estimate_series import series_of_group
from exemptions.laws import law_slug
from exemptions.provisions import Provision


@dataclass(frozen=True, slots=True)
class ProvisionFact:
    """One thing that is told of a treatment: words, or lines some of which lead somewhere."""

    label: str
    shown: Shown | None
    lines: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class ProvisionEntry:
    """One treatment; `estimate` is the newest official figure of its whole group."""

    code: str
    name: str
    kind: str
    is_objective: bool
    facts: tuple[ProvisionFact, ...]
    estimate: EstimateCells | None
    estimates_url: str


def provision_entry(provision: Provision, teller: EstimateTeller, *, by_tax: bool) -> ProvisionEntry:
    """A treatment as the page shows it; under its tax it goes by who has it, under its category by the tax."""
    reader = teller.reader
    tax = reader.name_of("taxes", provision.tax)
    group = provision.expenditure_group
    series = series_of_group(teller.estimates, group) if group else None
    return ProvisionEntry(
        code=provision.code,
        name=_beneficiaries(provision, reader) if by_tax or provision.category is None else tax,
        kind=_mechanism(provision, reader).text if provision.mechanism else _("mecanismo no declarado"),
        is_objective=not provision.has_registered_beneficiaries,
        facts=tuple(_facts(provision, teller)),
        estimate=None if series is None else teller.cells(series.points[-1]),
        estimates_url=page_url("expenditure", group=group, **teller.pin) if group else "",
    )


def _facts(provision: Provision, teller: EstimateTeller) -> Iterable[ProvisionFact]:
    reader, lang = teller.reader, teller.reader.lang
    category = reader.catalogs.categories.get(provision.category or "")
    yield ProvisionFact(_("Objetivo"), _declared(_in(lang, provision.objective_es, provision.objective_en)))
    yield ProvisionFact(_("Clase de tratamiento"), _mechanism(provision, reader))
    yield ProvisionFact(
        _("Impuesto"),
        None,
        (Link(reader.name_of("taxes", provision.tax), page_url("tax", code=provision.tax, **teller.pin)),),
    )
    yield ProvisionFact(_("Beneficiarios"), None, (_beneficiary_line(provision, teller),))
    yield ProvisionFact(
        _("Cómo se obtiene"),
        Shown(
            _("Los beneficiarios se inscriben y están en el registro")
            if provision.has_registered_beneficiaries
            else _("Es objetiva: exime operaciones y nadie se inscribe")
        ),
    )
    yield _legal_fact(provision, category, teller)
    yield ProvisionFact(
        _("Sistema de referencia del que se aparta"),
        _declared(_in(lang, provision.benchmark_es, provision.benchmark_en)),
    )
    yield ProvisionFact(_("Desde"), _declared(format_day(provision.starts_on, lang) if provision.starts_on else None))
    yield ProvisionFact(_("Hasta"), _declared(format_day(provision.ends_on, lang) if provision.ends_on else None))
    yield ProvisionFact(_("Plazo"), _declared(term_words(category, reader) if category else None))
    yield ProvisionFact(_("Método con que se estima"), _declared(provision.method))
    yield ProvisionFact(_("Autoridad que califica"), _declared(authority_words(category, reader) if category else None))
    mark = sourcing_mark(provision.sourcing)
    if mark:
        yield ProvisionFact(_("Respaldo de estos datos"), Shown(mark))


def _declared(text: str | None) -> Shown:
    return Shown(text) if text else not_declared()


def _in(lang: str, spanish: str | None, english: str | None) -> str | None:
    return english if lang == "en" else spanish


def _mechanism(provision: Provision, reader: Reader) -> Shown:
    return _declared(reader.name_of("mechanisms", provision.mechanism) if provision.mechanism else None)


def _beneficiaries(provision: Provision, reader: Reader) -> str:
    return provision.beneficiaries_en if reader.lang == "en" else provision.beneficiaries_es


def _beneficiary_line(provision: Provision, teller: EstimateTeller) -> Link:
    name = _beneficiaries(provision, teller.reader)
    if provision.category is None:
        return Link(name, "")
    return Link(name, page_url("category", code=provision.category, **teller.pin))


def _legal_fact(provision: Provision, category: Category | None, teller: EstimateTeller) -> ProvisionFact:
    """The articles, each with the page of its law where the catalogue names it."""
    if not provision.legal_references:
        return ProvisionFact(_("Base legal"), not_declared())
    laws = {} if category is None else {line.citation: line.law for line in category.legal_citations}
    return ProvisionFact(
        _("Base legal"),
        None,
        tuple(Link(as_written(text), _law_url(laws.get(text), teller)) for text in provision.legal_references),
    )


def _law_url(law: str | None, teller: EstimateTeller) -> str:
    entry = teller.reader.catalogs.laws.get(law or "")
    return "" if entry is None else page_url("law", slug=law_slug(entry), **teller.pin)
