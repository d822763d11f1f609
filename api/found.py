"""The record or taxpayer that an address names, in the release or, where it ended, in what earlier releases told."""

from __future__ import annotations

from dataclasses import dataclass

from api.state import app_state
from exemptions.ended import EndedBenefit, EndedRecord, ended_benefits, find_ended
from exemptions.errors import NITError, NotFound
from exemptions.nit import parse_nit
from exemptions.release import Release


@dataclass(frozen=True, slots=True)
class FoundRecord:
    """A record: its row in the release, or when it ended."""

    record_id: str
    row: int | None
    """None if it ended."""
    ended: EndedRecord | None

    @property
    def depends_on(self) -> tuple[str, ...]:
        """What the answer is made from beside the release: a withdrawal may hide the last one that had the record."""
        return () if self.ended is None else (f"last={self.ended.last}",)


@dataclass(frozen=True, slots=True)
class FoundTaxpayer:
    """A legal person: its rows in the release, and its benefits that ended before."""

    nit: str
    """Canonical."""
    rows: list[int]
    ended: tuple[EndedBenefit, ...]

    @property
    def depends_on(self) -> tuple[str, ...]:
        """What the answer is made from beside the release: a withdrawal may hide an earlier one that told of it."""
        return tuple(f"{benefit.record_id}={benefit.last}" for benefit in self.ended)


def find_record(release: Release, record_id: str) -> FoundRecord:
    """The record, also one that ended in this release or before.

    Raises: NotFound.
    """
    row = release.find_record(record_id)
    ended = find_ended(app_state().store, release, record_id) if row is None else None
    if ended is None:
        row = release.get_record(record_id)
    return FoundRecord(record_id, row, ended)


def find_taxpayer(release: Release, nit: str) -> FoundTaxpayer:
    """The legal person of a NIT in any usual writing, also one whose benefits have all ended.

    Raises: NotFound, alike for an unknown NIT, a natural person's and a text that is none.
    """
    try:
        canonical = parse_nit(nit).canonical
    except NITError:
        canonical = ""
    ended = ended_benefits(app_state().store, release, canonical) if canonical else ()
    try:
        return FoundTaxpayer(canonical, release.taxpayer_rows(nit), ended)
    except NotFound:
        if not ended:
            raise
        return FoundTaxpayer(canonical, [], ended)
