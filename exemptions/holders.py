"""Who holds the records of a release: a legal person holds all those of its NIT, any other holder one record."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from exemptions.match_values import Taxpayer
from exemptions.release import Release

_FEW_NITS = 64
"""Up to so many are looked up one by one; more are found by reading the column, 20 ms at 2,000,000 rows."""


class Holders:
    """Who holds the records of some rows of a release."""

    def __init__(self, release: Release, rows: set[int]) -> None:
        self._release = release
        ordered = pa.array(sorted(rows), pa.uint32())
        nits = release.records.column("nit").take(ordered).to_pylist()
        ids = release.records.column("record_id").take(ordered).to_pylist()
        self._nits = dict(zip(ordered.to_pylist(), nits, strict=True))
        self._ids: dict[int, str] = {
            row: nit or record_id for (row, nit), record_id in zip(self._nits.items(), ids, strict=True)
        }
        self._own = {self._ids[row]: [row] for row, nit in self._nits.items() if nit is None}
        self._rows = rows_of_nits(release, {nit for nit in nits if nit is not None})

    def id_of(self, row: int) -> str:
        """The identifier of who holds the record of a row."""
        return self._ids[row]

    def taxpayer(self, holder: str) -> Taxpayer:
        """The holder of an identifier, with all records."""
        if holder in self._rows:
            return taxpayer_of(self._release, holder, self._rows[holder])
        row = self._own[holder][0]
        return Taxpayer(holder, None, self._release.records.column("name")[row].as_py(), (row,))


def taxpayer_of(release: Release, nit: str, rows: Sequence[int]) -> Taxpayer:
    """The legal person of a NIT with its rows."""
    return Taxpayer(nit, nit, release.records.column("name")[rows[0]].as_py(), tuple(rows))


def rows_of_nits(release: Release, nits: Iterable[str]) -> dict[str, list[int]]:
    """The rows of the legal persons of these NITs that the release has.

    Order: row order within each.
    """
    wanted = set(nits)
    if len(wanted) <= _FEW_NITS:
        few = {nit: release.index.find_rows("nit", nit) for nit in sorted(wanted)}
        return {nit: rows for nit, rows in few.items() if rows}
    column = release.records.column("nit")
    rows = pc.indices_nonzero(pc.is_in(column, pa.array(sorted(wanted), pa.string())))
    found: dict[str, list[int]] = {}
    for row, nit in zip(rows.to_pylist(), column.take(rows).to_pylist(), strict=True):
        found.setdefault(nit, []).append(row)
    return found


def find_taxpayer(release: Release, key: str) -> Taxpayer | None:
    """The taxpayer of an identifier that a match gave; None if the release has none.

    A record's identifier leads to its taxpayer, whether or not that has a published NIT.
    Raises: ReleaseDamaged.
    """
    rows = release.index.find_rows("nit", key)
    if rows:
        return taxpayer_of(release, key, rows)
    row = release.find_record(key)
    if row is None:
        return None
    holders = Holders(release, {row})
    return holders.taxpayer(holders.id_of(row))
