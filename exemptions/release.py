"""A published release, open for reading: its manifest, its records mapped from the disk, its index and its facts.

It never changes. It stays usable while anyone holds it, also after a newer one took its place.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa

from exemptions.answers import AnswerCache
from exemptions.calendar import parse_instant
from exemptions.catalogs import Catalogs, load_catalogs
from exemptions.closures import Closures
from exemptions.columns import table_schema
from exemptions.errors import CatalogError, NITError, NotFound
from exemptions.exhaustion import refuse_exhausted
from exemptions.facts import FactTable
from exemptions.index import open_index
from exemptions.integrity import damaged, read_manifest, verify_file, verify_files
from exemptions.items import ItemReader
from exemptions.match_keys import NameBags
from exemptions.nit import parse_nit
from exemptions.ranks import Sort, order_rows, rank_rows
from exemptions.record_rows import find_row
from exemptions.seal import Seal
from exemptions.summary import Summary

ACCOUNT = "withheld.json"
"""The file in which a release tells what it withholds and under which rules."""

BATCH_ROWS = 16_384
"""Rows of a slice when a result is streamed."""
_FIRST_ROWS = 1_024

FACT_TABLES = ("jobs", "amounts", "energy", "events", "expenditure", "macro", "withheld_cells")
"""Tables beside the records that people take away; the others tell what changed, and have addresses of their own."""

# Answers are counts, sums and single facets, 20 KB at most; ranks are 4 bytes a row, 8 MB each at 2,000,000 rows.
_ANSWERS_KEPT = 2_048
_RANKS_KEPT = 4

_NO_FACTS = pa.RecordBatch.from_pylist([], schema=pa.schema([("record_id", pa.string())]))


class Release:
    """One release. Made by `open_release`."""

    def __init__(
        self, folder: Path, manifest: Mapping[str, Any], manifest_sha256: str, seal: Seal | None = None
    ) -> None:
        self.folder = folder
        self.seal = seal
        """Tells whether the files are still those that were checked; None where they were not."""
        self.manifest = manifest
        self.manifest_sha256 = manifest_sha256
        self.number = int(manifest["release"])
        self.published_at: datetime = parse_instant(manifest["published_at"])
        self.status_date = date.fromisoformat(manifest["status_date"])
        self.records: pa.RecordBatch = _map_table(folder, "records")
        if not self.records.schema.equals(table_schema()):
            raise damaged(folder, "records.arrow")
        self.catalogs = _read_catalogs(folder)
        self.withheld: Mapping[str, Any] = json.loads((folder / ACCOUNT).read_bytes())
        self.index = open_index(folder / "index")
        self.answers: AnswerCache[Any] = AnswerCache(_ANSWERS_KEPT)
        self._ranks: AnswerCache[pl.Series] = AnswerCache(_RANKS_KEPT)
        self._items = ItemReader(self.records)
        origins = _map_table(folder, "origins") if _has_table(manifest, "origins") else None
        self._jobs, self._amounts, self._events = (
            FactTable(_map_table(folder, name), _origins_of(origins, name)) for name in ("jobs", "amounts", "events")
        )
        self._history = FactTable(_map_table(folder, "history"))
        # Releases made before energy projects were published have no table of them.
        energy = _map_table(folder, "energy") if _has_table(manifest, "energy") else _NO_FACTS
        self._energy = FactTable(energy, _origins_of(origins, "energy"))

    @property
    def changes(self) -> pa.RecordBatch:
        """What differs from the release before."""
        return _map_table(self.folder, "changes")

    @property
    def history(self) -> pa.RecordBatch:
        """What every release so far changed."""
        return self._history.batch

    @property
    def expenditure(self) -> pa.RecordBatch:
        """The official estimates of tax expenditure; they belong to no record."""
        return _map_table(self.folder, "expenditure")

    def macro_rows(self) -> list[dict[str, Any]]:
        """The product and its deflator by year, and the release that brought each; none before there was a table."""
        if not _has_table(self.manifest, "macro"):
            return []
        origins = _map_table(self.folder, "origins") if _has_table(self.manifest, "origins") else None
        brought = _origins_of(origins, "macro")
        rows = _map_table(self.folder, "macro").to_pylist()
        return [row | {"release": brought[place].as_py() if brought else None} for place, row in enumerate(rows)]

    def fact_table(self, name: str) -> pa.RecordBatch:
        """The whole of a table of `FACT_TABLES`, as it was published.

        Raises: NotFound if this release has no such table.
        """
        if not self.has_fact_table(name):
            raise NotFound(
                f"La publicación {self.number} no tiene esa tabla.", f"Release {self.number} has no such table."
            )
        return _map_table(self.folder, name)

    def has_fact_table(self, name: str) -> bool:
        """Whether this release has a table of `FACT_TABLES`: those made before it was published have none."""
        return name in FACT_TABLES and _has_table(self.manifest, name)

    @cached_property
    def closures(self) -> Closures:
        """When benefits were suspended, revoked or cancelled."""
        return Closures(self.records, self._events.batch)

    @cached_property
    def rows_by_nit(self) -> pa.Array:
        """The rows that have a NIT, in the order of their NITs; computed on first use."""
        named = self.records.num_rows - self.records.column("nit").null_count
        return order_rows(self.records, Sort("nit")).head(named).to_arrow()

    @cached_property
    def name_bags(self) -> NameBags:
        """The rows by the words of their names; computed on first use."""
        return NameBags(self.records.column("name"))

    @cached_property
    def summary(self) -> Summary:
        """The records added up by their codes; computed on first use."""
        return Summary(self.records)

    def ranks(self, sort: Sort) -> pl.Series:
        """The rank of every row in an order; computed on first use."""
        return self._ranks.get(sort, lambda: rank_rows(self.records, sort))

    def to_items(self, rows: Sequence[int], fields: Sequence[str] | None = None) -> list[dict[str, Any]]:
        """Rows as JSON-ready dictionaries: lists as lists, dates as text, amounts as Decimal, missing as None.

        Order: that of `rows`; keys in the table's order whatever the order of `fields`.
        """
        return self._items.read(rows, fields)

    def get_record(self, record_id: str) -> int:
        """The row of a record.

        Raises: NotFound.
        """
        row = self.find_record(record_id)
        if row is None:
            raise NotFound("No existe un registro con ese identificador.", "There is no record with that identifier.")
        return row

    def find_record(self, record_id: str) -> int | None:
        """The row of a record, None if this release has none of that identifier."""
        if self.index.rows_by_id is None:
            rows = self.index.find_rows("record_id", record_id, limit=1)
            return rows[0] if rows else None
        return find_row(self.index.rows_by_id, self.records.column("record_id"), record_id)

    def taxpayer_rows(self, nit: str) -> list[int]:
        """The rows of a legal person's benefits, by its NIT in any usual writing.

        Order: row order.
        Raises: NotFound, alike for an unknown NIT, a natural person's and a text that is none.
        """
        try:
            canonical = parse_nit(nit).canonical
        except NITError:
            canonical = ""
        rows = self.index.find_rows("nit", canonical) if canonical else []
        if not rows:
            raise NotFound("No hay un contribuyente publicado con ese NIT.", "No taxpayer is published under that NIT.")
        return rows

    def jobs_of(self, record_ids: Iterable[str]) -> list[dict[str, Any]]:
        """Every jobs figure of some records: record_id, period, year, kind, jobs, source, release."""
        return self._jobs.find(record_ids)

    def amounts_of(self, record_ids: Iterable[str]) -> list[dict[str, Any]]:
        """Every amount of some records: record_id, year, tax, mechanism, amount_gtq (Decimal), source, release."""
        return self._amounts.find(record_ids)

    def energy_of(self, record_ids: Iterable[str]) -> list[dict[str, Any]]:
        """Every energy project of some records: record_id, project, technology, capacity_kw, municipality, valid_from,
        valid_until, source, release."""
        return self._energy.find(record_ids)

    def events_of(self, record_ids: Iterable[str]) -> list[dict[str, Any]]:
        """Every event of some records: record_id, event, date, until, reason, legal_basis, source, release."""
        return self._events.find(record_ids)

    def history_of(self, record_ids: Iterable[str]) -> list[dict[str, Any]]:
        """Every published change of some records: record_id, kind, field, before, after, reason, release."""
        return self._history.find(record_ids)

    def iter_batches(self, rows: pa.Array | None = None, size: int = BATCH_ROWS) -> Iterator[pa.RecordBatch]:
        """Yield the rows in batches of at most `size`; None means all rows, which are then not copied.

        Order: that of `rows`. No rows give no batch.
        """
        count = self.records.num_rows if rows is None else len(rows)
        # A short batch first: what is made of it leaves at once, and whoever asked knows that the answer has begun.
        starts = [0, *range(min(_FIRST_ROWS, size), count, size)] if count else []
        for start, end in pairwise([*starts, count]):
            # One record batch is taken from, not a table: taking from a chunked mapped table is a hundred times slower.
            length = end - start
            yield self.records.slice(start, length) if rows is None else self.records.take(rows.slice(start, length))


def open_release(folder: Path, *, verify: bool = True, manifest_sha256: str | None = None) -> Release:
    """Open a release folder; with `verify` every file is hashed first.

    Raises: ReleaseDamaged if the manifest is not the one expected, or a file is missing, different or unreadable;
        Exhausted.
    """
    manifest, found_sha256 = read_manifest(folder)
    if manifest_sha256 not in (None, found_sha256):
        raise damaged(folder, "manifest.json")
    try:
        # Before the files are read: what changes from then on is noticed.
        seal = Seal(folder, manifest, found_sha256) if verify else None
        if verify:
            verify_files(folder, manifest)
        return Release(folder, manifest, found_sha256, seal)
    except (OSError, pa.ArrowException, ValueError, KeyError, TypeError) as error:
        refuse_exhausted(error)
        raise damaged(folder, str(error)) from error


def open_records(folder: Path, *, manifest_sha256: str) -> pa.RecordBatch:
    """The records of a release folder, mapped; only this file is checked, and the index stays closed.

    Raises: ReleaseDamaged.
    """
    verify_file(folder, "records.arrow", read_own_manifest(folder, manifest_sha256=manifest_sha256))
    try:
        return _map_table(folder, "records")
    except (OSError, pa.ArrowException) as error:
        raise damaged(folder, "records.arrow") from error


def open_account(folder: Path, *, manifest_sha256: str) -> Mapping[str, Any]:
    """What a release folder tells of what it withholds; only this file is checked.

    Raises: ReleaseDamaged.
    """
    verify_file(folder, ACCOUNT, read_own_manifest(folder, manifest_sha256=manifest_sha256))
    try:
        account: Mapping[str, Any] = json.loads((folder / ACCOUNT).read_bytes())
    except (OSError, ValueError) as error:
        raise damaged(folder, ACCOUNT) from error
    return account


def read_own_manifest(folder: Path, *, manifest_sha256: str) -> Mapping[str, Any]:
    """The manifest of a release folder.

    Raises: ReleaseDamaged if it is not the one expected.
    """
    manifest, found_sha256 = read_manifest(folder)
    if manifest_sha256 != found_sha256:
        raise damaged(folder, "manifest.json")
    return manifest


def _map_table(folder: Path, name: str) -> pa.RecordBatch:
    reader = pa.ipc.open_file(pa.memory_map(str(folder / f"{name}.arrow")))
    match reader.num_record_batches:
        case 0:
            return pa.RecordBatch.from_pylist([], schema=reader.schema)
        case 1:
            return reader.get_batch(0)
        case _:
            raise damaged(folder, f"{name}.arrow")


def _has_table(manifest: Mapping[str, Any], name: str) -> bool:
    return any(entry["path"] == f"{name}.arrow" for entry in manifest["files"])


def _origins_of(origins: pa.RecordBatch | None, name: str) -> pa.Array | None:
    """The release that brought each row of a table of facts; None for a release made before that was told."""
    if origins is None:
        return None
    frame = pl.DataFrame(pl.from_arrow(origins)).filter(pl.col("table") == name).sort("row")
    return frame.get_column("release").to_arrow()


def _read_catalogs(folder: Path) -> Catalogs:
    """The catalogues of the release's own day."""
    try:
        return load_catalogs(folder / "catalogs")
    except CatalogError as error:
        raise damaged(folder, "catalogs") from error
