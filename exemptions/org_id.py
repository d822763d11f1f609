"""Identifiers of organisations that other registries use too.

Source: org-id.guide, list GT-NIT (Guatemala Tax Identification Number).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from exemptions.columns import PersonKind
from exemptions.nit import format_nit

SCHEME = "GT-NIT"


def identifiers_of(record: Mapping[str, Any]) -> list[dict[str, str]]:
    """The identifiers of the taxpayer of a record, none of a natural person: the NIT of one is that of a document.

    Shape: `scheme`, `id` as people write it, and `org_id`, which names the organisation among all lists. The guide sets
    no writing, so the NIT stands in it without hyphen, as in every file here.
    """
    nit = record["nit"]
    if nit is None or record["person_kind"] != PersonKind.LEGAL:
        return []
    return [{"scheme": SCHEME, "id": format_nit(nit), "org_id": f"{SCHEME}-{nit}"}]
