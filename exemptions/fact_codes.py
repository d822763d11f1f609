"""Codes of facts that are few and fixed by law or by the reports: technologies of energy, partitions of estimates."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from exemptions.errors import Sentence


class Technology(StrEnum):
    """What a renewable-energy project runs on, after the resources of Decree 52-2003; biogas is counted by itself."""

    HYDRO = "HIDROELECTRICA"
    SOLAR = "SOLAR"
    WIND = "EOLICA"
    GEOTHERMAL = "GEOTERMICA"
    BIOMASS = "BIOMASA"
    BIOGAS = "BIOGAS"
    TIDAL = "MAREOMOTRIZ"


class Partition(StrEnum):
    """One way of dividing the total of tax expenditure; partitions are alternatives and are never added together."""

    TOTAL = "total"
    TAX = "impuesto"
    NATURE = "naturaleza"
    SCOPE = "ambito"
    LEGAL_BASIS = "base_legal"
    BENEFICIARY = "beneficiario"


NATURE_TAXES: Mapping[str, tuple[str, ...]] = {
    "directos": ("ISR", "ISO", "IUSI", "HLD"),
    "indirectos": ("IVA", "IVA_IMP", "DAI", "ITF", "IPRIMA", "ISCV", "IDP", "ALC"),
}
"""Last word of the folded key of a nature → its taxes.

Source: reports count ISR and ISO as direct, IVA and DAI as indirect; the others stand as the budget classifies them.
"""

TECHNOLOGY_LABELS: Mapping[Technology, Sentence] = {
    Technology.HYDRO: Sentence("Hidroeléctrica", "Hydroelectric"),
    Technology.SOLAR: Sentence("Solar", "Solar"),
    Technology.WIND: Sentence("Eólica", "Wind"),
    Technology.GEOTHERMAL: Sentence("Geotérmica", "Geothermal"),
    Technology.BIOMASS: Sentence("Biomasa", "Biomass"),
    Technology.BIOGAS: Sentence("Biogás", "Biogas"),
    Technology.TIDAL: Sentence("Mareomotriz", "Tidal"),
}

PARTITION_LABELS: Mapping[Partition, Sentence] = {
    Partition.TOTAL: Sentence("Total", "Total"),
    Partition.TAX: Sentence("Impuesto", "Tax"),
    Partition.NATURE: Sentence("Directos e indirectos", "Direct and indirect"),
    Partition.SCOPE: Sentence("Internos y comercio exterior", "Internal and foreign trade"),
    Partition.LEGAL_BASIS: Sentence("Base legal", "Legal basis"),
    Partition.BENEFICIARY: Sentence("Beneficiario", "Beneficiary"),
}
