"""Where the evidence of an indicator can be looked up, as a release has it."""

from __future__ import annotations

from collections.abc import Mapping

from exemptions.indicators import EvidenceKind

PATH = "/api/v1/scorecard"

_ADDRESSES: Mapping[EvidenceKind, str] = {
    EvidenceKind.RECORDS: "/api/v1/records?release={release}",
    EvidenceKind.SUMS: "/api/v1/overview?release={release}",
    EvidenceKind.PROVISIONS: "/api/v1/expenditure/provisions?release={release}",
    EvidenceKind.ESTIMATES: "/api/v1/expenditure?release={release}",
    EvidenceKind.RELEASE: "/api/v1/releases/{release}",
    EvidenceKind.CATEGORIES: "/api/v1/catalogs/categories?release={release}",
    EvidenceKind.COLUMNS: "/diccionario",
}


def evidence_url(kind: EvidenceKind, release: int) -> str:
    """The address of the evidence."""
    return _ADDRESSES[kind].format(release=release)
