"""What belongs to records: jobs, amounts, energy projects, events and history, as answers hold them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from exemptions.ended import EndedBenefit, EndedRecord
from exemptions.origins import value_releases
from exemptions.release import Release


def facts_of(release: Release, record_ids: Sequence[str]) -> dict[str, object]:
    """Jobs, amounts, energy projects, events and history of some records."""
    return {
        "jobs": release.jobs_of(record_ids),
        "amounts": release.amounts_of(record_ids),
        "energy": release.energy_of(record_ids),
        "events": release.events_of(record_ids),
        "history": release.history_of(record_ids),
    }


def origins_of(release: Release, records: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, int]]:
    """record_id → column → the release that brought the value."""
    history = defaultdict(list)
    for row in release.history_of(str(record["record_id"]) for record in records):
        history[row["record_id"]].append(row)
    return {str(record["record_id"]): value_releases(record, history[record["record_id"]]) for record in records}


def ended_fact(ended: EndedRecord | EndedBenefit) -> dict[str, object]:
    """When a record ended and where it can still be read."""
    last = None if ended.last is None else f"/api/v1/records/{ended.record_id}?release={ended.last}"
    return {"record_id": ended.record_id, "release": ended.ended, "last_release": ended.last, "last": last}
