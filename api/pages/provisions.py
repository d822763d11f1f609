"""The page of provisions: every preferential treatment of a tax, and visibly what nobody has declared of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from flask import Response
from werkzeug.datastructures import MultiDict

from api.formatting import format_count
from api.pages.blueprint import pages
from api.pages.estimate_cells import EstimateTeller
from api.pages.expenditure_filters import Choice, FilterForm, Option, code_choice, filter_chip
from api.pages.files import table_files
from api.pages.language import page_language, page_url
from api.pages.links import Link, pinned_page
from api.pages.provision_facts import ProvisionEntry, provision_entry
from api.pages.render import answer_page, page_reader
from api.pages.texts import LazyString, ngettext
from api.pages.texts import gettext as _
from api.pages.texts import lazy_gettext as _l
from api.pages.values import Reader
from api.parameters import parameter_reader
from api.releases_at import CHOICE, ReleaseChoice, chosen_release, read_choice
from api.state import app_state
from api.v1.provisions import PATH
from exemptions.estimates import read_estimates
from exemptions.filters import FILTER
from exemptions.macro import read_product
from exemptions.provisions import BENEFICIARIES, FILTERED, Beneficiaries, Provision, choose_provisions
from exemptions.release import Release

_GROUPING = "group_by"
_BENEFICIARIES: Mapping[Beneficiaries, LazyString] = {
    Beneficiaries.REGISTERED: _l("Con beneficiarios inscritos"),
    Beneficiaries.NONE: _l("Objetivos: eximen operaciones"),
}
_OPEN = 6
"""So few provisions are shown open at once."""


class Grouping(StrEnum):
    """What the provisions stand under."""

    TAX = "tax"
    CATEGORY = "category"


@dataclass(frozen=True, slots=True)
class ProvisionGroup:
    """The provisions of one tax or category, with its page."""

    key: str
    title: str
    url: str
    entries: tuple[ProvisionEntry, ...]


@dataclass(frozen=True, slots=True)
class ProvisionsPage:
    """What the page tells. Without `groups` nothing matches."""

    summary: str
    form: FilterForm
    groups: tuple[ProvisionGroup, ...]
    is_open: bool
    downloads: tuple[Link, ...]
    permalink: str
    expenditure_url: str


@dataclass(frozen=True, slots=True)
class ProvisionQuery:
    """Which provisions are asked for, and how they stand."""

    chosen: Mapping[str, tuple[str, ...]]
    beneficiaries: Beneficiaries
    grouping: Grouping
    choice: ReleaseChoice

    def filters(self) -> list[tuple[str, str]]:
        """What the API understands too."""
        codes = [(name, value) for name, values in self.chosen.items() for value in values]
        is_all = self.beneficiaries is Beneficiaries.ALL
        return codes if is_all else [*codes, (BENEFICIARIES, self.beneficiaries.value)]

    def params(self) -> list[tuple[str, str]]:
        """Everything but the release, in its canonical order."""
        grouping = [] if self.grouping is Grouping.TAX else [(_GROUPING, self.grouping.value)]
        return [*self.filters(), *grouping]


@pages.get("/gasto-tributario/tratamientos", endpoint="provisions")
def show_provisions() -> Response:
    """The catalogue of provisions of a release."""
    parameters = parameter_reader(*FILTERED, BENEFICIARIES, _GROUPING, *CHOICE)
    query = ProvisionQuery(
        chosen={name: parameters.codes(FILTER[name], app_state().catalogs) for name in FILTERED},
        beneficiaries=Beneficiaries(parameters.name(BENEFICIARIES, list(Beneficiaries), Beneficiaries.ALL)),
        grouping=Grouping(parameters.name(_GROUPING, list(Grouping), Grouping.TAX)),
        choice=read_choice(parameters),
    )
    parameters.raise_problems()
    release = chosen_release(query.choice)
    return answer_page(
        release,
        "provisions.html",
        lambda: {"provisions": _build(release, query, page_reader(release))},
        query=[*query.params(), *query.choice.params],
        pinned=query.choice.is_pinned,
    )


def _build(release: Release, query: ProvisionQuery, reader: Reader) -> ProvisionsPage:
    found = choose_provisions(release.catalogs, query.chosen, query.beneficiaries)
    teller = EstimateTeller(read_estimates(release), read_product(release), reader, dict(query.choice.params))
    registered = sum(one.has_registered_beneficiaries for one in found)
    return ProvisionsPage(
        summary=_(
            "%(count)s tratamientos: %(registered)s con beneficiarios inscritos en el registro y %(objective)s que "
            "eximen operaciones, sin que nadie se inscriba.",
            count=format_count(len(found)),
            registered=format_count(registered),
            objective=format_count(len(found) - registered),
        ),
        form=_form(query, reader),
        groups=_groups(found, query, teller),
        is_open=len(found) <= _OPEN,
        downloads=_downloads(release, query, len(found)),
        permalink=pinned_page("provisions", release=release.number, params=query.params()),
        expenditure_url=page_url("expenditure", **teller.pin),
    )


def _groups(found: Iterable[Provision], query: ProvisionQuery, teller: EstimateTeller) -> tuple[ProvisionGroup, ...]:
    """The provisions under their tax or category. Order: the catalogue's; what no category stands for comes last."""
    by_key: dict[str | None, list[Provision]] = {}
    for provision in found:
        key = provision.tax if query.grouping is Grouping.TAX else provision.category
        by_key.setdefault(key, []).append(provision)
    catalogs = teller.reader.catalogs
    order = [*(catalogs.taxes if query.grouping is Grouping.TAX else catalogs.categories), None]
    return tuple(
        ProvisionGroup(
            key=key or "objetivas",
            title=_title(key, query.grouping, teller.reader),
            url=page_url(query.grouping.value, code=key, **teller.pin) if key else "",
            entries=tuple(provision_entry(one, teller, by_tax=query.grouping is Grouping.TAX) for one in by_key[key]),
        )
        for key in order
        if key in by_key
    )


def _title(key: str | None, grouping: Grouping, reader: Reader) -> str:
    if key is None:
        return _("Exenciones objetivas: de operaciones, sin beneficiarios inscritos")
    return reader.name_of("taxes" if grouping is Grouping.TAX else "categories", key)


def _form(query: ProvisionQuery, reader: Reader) -> FilterForm:
    choices = [code_choice(name, values, reader) for name, values in query.chosen.items()]
    return FilterForm(
        choices=(*choices, _beneficiaries_choice(query.beneficiaries), _grouping_choice(query.grouping)),
        hidden=tuple(query.choice.params),
        chips=tuple(_chip(name, value, query, reader) for name, value in query.filters()),
        clear_url=_address(query.choice.params),
    )


def _chip(name: str, value: str, query: ProvisionQuery, reader: Reader) -> Link:
    url = _without(query, name, value)
    return (
        Link(str(_BENEFICIARIES[query.beneficiaries]), url)
        if name == BENEFICIARIES
        else filter_chip(name, value, url, reader)
    )


def _beneficiaries_choice(beneficiaries: Beneficiaries) -> Choice:
    return Choice(
        name=BENEFICIARIES,
        label=_("Beneficiarios"),
        any_label=_("Todos"),
        options=tuple(Option(value, str(word), value is beneficiaries) for value, word in _BENEFICIARIES.items()),
        kept=(),
    )


def _grouping_choice(grouping: Grouping) -> Choice:
    is_category = grouping is Grouping.CATEGORY
    return Choice(
        name=_GROUPING,
        label=_("Agrupar"),
        any_label=_("Por impuesto"),
        options=(Option(Grouping.CATEGORY.value, _("Por categoría"), is_category),),
        kept=(),
    )


def _without(query: ProvisionQuery, name: str, value: str) -> str:
    return _address([*(pair for pair in query.params() if pair != (name, value)), *query.choice.params])


def _address(params: Iterable[tuple[str, str]]) -> str:
    return page_url("provisions", **MultiDict(params).to_dict(flat=False))


def _downloads(release: Release, query: ProvisionQuery, count: int) -> tuple[Link, ...]:
    asked = [*query.filters(), ("release", str(release.number))]
    rows = ngettext("%(count)s fila", "%(count)s filas", count, count=format_count(count))
    return table_files(PATH, asked, page_language(), rows)
