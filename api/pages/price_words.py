"""Constant quetzales in words: of which year, by which series, and what stands where there is no deflator."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from api.formatting import format_money, format_rounded_millions
from api.pages.links import Link
from api.pages.texts import gettext as _
from api.pages.values import Shown
from api.v1.macro import PATH
from exemptions.macro import Product
from exemptions.release import Release


@dataclass(frozen=True, slots=True)
class ConstantCell:
    """An amount in millions of quetzales of the base year."""

    title: str
    """The prices it is told in, where it stands alone."""
    label: str
    """The heading of its column."""
    value: Shown
    line: str
    """The same where there is no column: under the nominal amount."""


@dataclass(frozen=True, slots=True)
class PriceNote:
    """What a page says once of its constant quetzales."""

    text: str
    sources: tuple[str, ...]
    """As their file has them; empty where the release has no series."""
    series: Link | None


def price_note(product: Product, release: Release) -> PriceNote:
    """The base year, how it is computed, and where product and deflator come from; or that there is none."""
    if product.is_empty:
        return PriceNote(
            _(
                "Esta publicación no trae el producto interno bruto (PIB) ni su deflactor: los montos en quetzales "
                "constantes no están disponibles."
            ),
            (),
            None,
        )
    text = _(
        "En quetzales de %(year)s, los montos de años distintos se pueden comparar: cada uno se multiplica por el "
        "deflactor de %(year)s y se divide entre el de su propio año. El porcentaje del PIB es el que dice el informe; "
        "donde no dice ninguno se calcula con el PIB de ese año, y se indica.",
        year=product.base_year,
    )
    series = Link(_("PIB y deflactor de cada año, en CSV"), f"{PATH}.csv?release={release.number}")
    return PriceNote(text, product.sources, series)


def constant_cell(product: Product, amount: Decimal, year: int) -> ConstantCell | None:
    """The amount in quetzales of the base year, rounded; None where the release has no series at all."""
    if product.is_empty:
        return None
    constant = product.constant(amount, year)
    title = _("En quetzales de %(year)s", year=product.base_year)
    label = _("Millones de quetzales de %(year)s", year=product.base_year)
    if constant is None:
        return ConstantCell(title, label, not_available(), _not_available_words(product))
    told = format_rounded_millions(constant)
    return ConstantCell(title, label, Shown(told), _at_prices_of(product, told))


def constant_words(product: Product, amount: Decimal, year: int) -> str:
    """The whole amount in quetzales of the base year, to stand under it; empty where the release has no series."""
    if product.is_empty:
        return ""
    constant = product.constant(amount, year)
    return _not_available_words(product) if constant is None else _at_prices_of(product, format_money(constant))


def _at_prices_of(product: Product, amount: str) -> str:
    return _("%(amount)s de %(year)s", amount=amount, year=product.base_year)


def _not_available_words(product: Product) -> str:
    return _("en quetzales de %(year)s: no disponible", year=product.base_year)


def not_available() -> Shown:
    """What stands where the release has no deflator of the year."""
    return Shown(_("no disponible"), is_state=True)
