"""What belongs to records: jobs, amounts, energy projects, events and history, as answers hold them."""

from __future__ import annotations

from collections.abc import Sequence

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
