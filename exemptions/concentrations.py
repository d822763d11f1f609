"""How far the tax not paid is that of a few taxpayers, in every category and in every tax."""

from __future__ import annotations

from dataclasses import dataclass

from exemptions.concentration import Concentration, measure_concentration, measure_tax_concentration
from exemptions.query import RegistryQuery
from exemptions.release import Release


@dataclass(frozen=True, slots=True)
class Measured:
    """A category or a tax; `found` is None where too few taxpayers have a published amount for a share to say much."""

    code: str
    found: Concentration | None


def by_category(release: Release) -> tuple[Measured, ...]:
    """Every category with records. Order: the catalogue's.

    Raises: ReleaseDamaged.
    """
    present = set(release.records.column("category").unique().to_pylist())
    return tuple(
        Measured(code, measure_concentration(release, RegistryQuery(category=(code,))))
        for code in release.catalogs.categories
        if code in present
    )


def by_tax(release: Release) -> tuple[Measured, ...]:
    """Every tax. Order: the catalogue's.

    Raises: ReleaseDamaged.
    """
    return tuple(Measured(code, measure_tax_concentration(release, code)) for code in release.catalogs.taxes)
