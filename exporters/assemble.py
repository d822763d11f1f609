"""One release folder, from the book's content or from an earlier release's files, up to its manifest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, cast

import polars as pl
import pyarrow as pa
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from exemptions.bulk import read_frame
from exemptions.calendar import format_instant, guatemala_day
from exemptions.catalogs import Catalogs
from exemptions.database import is_demonstration, is_two_person
from exemptions.disclosure import Policy
from exemptions.integrity import MANIFEST, MANIFEST_FORMAT, SIGNATURE
from exemptions.models import RecordKey, RecordVersion, Release
from exemptions.releases import list_releases
from exemptions.settings import Settings
from exemptions.state_documents import read_documents
from exemptions.status import no_events, status_changes
from exporters import build
from exporters.changes import changes_batch, count_changes, extend_history, find_changes
from exporters.description import clear_description, describe_release, list_descriptions, write_catalog_files
from exporters.durable import link_tree, make_folder, sync_tree
from exporters.gather import Facts, gather_events
from exporters.indexing import IndexWriter
from exporters.manifest import (
    Measure,
    encode_manifest,
    list_files,
    read_release_manifest,
    sha256_of,
    verify_file,
    verify_folder,
)
from exporters.merkle import Tree
from exporters.origins import find_origins
from exporters.project import project
from exporters.scan import private_identifiers, scan_files, scan_folder, scan_hidden
from exporters.signing import SigningKey, find_key
from exporters.steps import Progress, Step
from exporters.tables import read_arrow, to_plain_frame, write_arrow
from exporters.vouching import chain_facts, signing_facts, tree_facts
from exporters.withheld_cells import TABLE as WITHHELD_CELLS
from exporters.withheld_cells import Earlier, Withheld, find_withheld_cells

_OWN = (f"{build.CHANGES}.arrow", "history.arrow", MANIFEST, SIGNATURE)
"""Files that a rollback makes anew, with the downloads of the changes; all others it shares with the release that it
restores."""

DEMONSTRATION_PUBLISHER = "Registro de demostración (datos inventados)"
DEMONSTRATION_LICENSE = ("CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/")


@dataclass(frozen=True, slots=True)
class Previous:
    """An earlier release, with the manifest that the book vouches for."""

    number: int
    folder: Path
    status_date: date
    manifest: Mapping[str, Any]

    @classmethod
    def read(cls, releases: Path, release: Release) -> Previous:
        """The release in the store.

        Raises: ReleaseDamaged if its manifest is not the one in the book.
        """
        folder = releases / str(release.number)
        manifest = read_release_manifest(folder, sha256=release.manifest_sha256)
        return cls(release.number, folder, release.status_date, manifest)

    def table(self, name: str) -> pa.RecordBatch:
        """One of its tables, mapped.

        Raises: ReleaseDamaged if the file is not the one in the manifest.
        """
        verify_file(self.folder, f"{name}.arrow", self.manifest)
        return read_arrow(self.folder / f"{name}.arrow")

    def has(self, name: str) -> bool:
        """Whether it has the table: releases of long ago lack those that were thought of later."""
        return any(entry["path"] == f"{name}.arrow" for entry in self.manifest["files"])

    def frame(self) -> pl.DataFrame:
        """Its records as a frame."""
        return to_plain_frame(self.table("records"))


@dataclass(frozen=True, slots=True)
class Draft:
    """What a release is to be. `source` is the earlier release whose files it takes over, if any."""

    number: int
    at: datetime
    status_date: date
    note: str | None
    restores: int | None
    source: Previous | None


@dataclass(frozen=True, slots=True)
class Built:
    """A release folder that is complete and on the disk."""

    manifest_sha256: str
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a release is made from. `content` and `facts` are what the book holds in it, `previous` the one before."""

    session: Session
    settings: Settings
    content: pl.DataFrame
    facts: Facts
    catalogs: Catalogs
    policy: Policy
    previous: Previous | None
    enter: Callable[[], None]
    """Writes into the book what of the content it does not hold yet."""

    def previous_table(self, name: str) -> pa.RecordBatch | None:
        """A table of the release before; None before the first, and for a table that releases did not have then."""
        return self.previous.table(name) if self.previous and self.previous.has(name) else None


def assemble(folder: Path, draft: Draft, inputs: Inputs, progress: Progress) -> Built:
    """Write every file of the release into the new folder `folder`, scan it and bring it to the disk.

    Raises: PolicyError, PrivateIdentifierFound, ReleaseDamaged.
    """
    make_folder(folder)
    facts = _facts(inputs)
    plain: Mapping[str, Measure] = {}
    tree: Tree | None = None
    with IndexWriter(folder, rows=inputs.content.height if draft.source is None else None) as index:
        if draft.source is None:
            rows, taxpayers = _write_content(folder, draft, inputs, progress, index)
        else:
            progress(Step.TABLES)
            rows, taxpayers = _take_over(folder, draft.source)
        private = private_identifiers(inputs.session, inputs.policy)
        counts = {"records": rows[build.RECORDS], "taxpayers": taxpayers}
        counts |= _write_changes(folder, draft, inputs, rows)
        progress(Step.DOWNLOADS)
        metadata = _file_metadata(folder, draft, facts)
        downloads = build.write_table_downloads(folder, build.CHANGES, metadata, private)
        if draft.source is None:
            records = build.write_downloads(folder, metadata, private)
            tree = records.tree
            downloads |= records
            rows |= write_catalog_files(folder, inputs.catalogs)
        rows |= downloads.rows
        plain = downloads.plain
        progress(Step.SCAN)
        with ThreadPoolExecutor(max_workers=1) as beside:
            hidden = beside.submit(_finish_index, index, folder, private)
            scan_folder(folder, private, downloads.guilty)
            progress(Step.INDEX)
            hidden.result()
    progress(Step.MANIFEST)
    key = find_key(inputs.settings.home, at=draft.at)
    facts |= _vouching(folder, draft, inputs, tree, key)
    manifest = _manifest(folder, draft, facts, counts, (rows, plain))
    manifest["files"] = describe_release(folder, manifest, inputs.policy.describe())
    content = encode_manifest(manifest)
    (folder / MANIFEST).write_bytes(content)
    if key is not None:
        (folder / SIGNATURE).write_bytes(key.sign(content).encode())
    scan_files(folder, [*list_descriptions(manifest["files"]), MANIFEST], private)
    progress(Step.SYNC)
    sync_tree(folder)
    return Built(hashlib.sha256(content).hexdigest(), counts)


def _finish_index(index: IndexWriter, folder: Path, private: pl.Series) -> None:
    """Wait for the index, and look below what readers show of it and of the tables."""
    index.finish()
    scan_hidden(folder, private)


def policy_sha256(policy: Policy) -> str:
    """A digest that differs whenever the policy decides or explains anything differently."""
    return hashlib.sha256(json.dumps(policy.describe(), ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _facts(inputs: Inputs) -> dict[str, Any]:
    """What a manifest tells of the registry and its publisher; a demonstration has defaults of its own."""
    settings = inputs.settings
    demonstration = is_demonstration(inputs.session)
    name, url = DEMONSTRATION_LICENSE if demonstration else ("", "")
    return {
        "demonstration": demonstration,
        "two_person": is_two_person(inputs.session),
        "publisher": {
            "name": settings.publisher or (DEMONSTRATION_PUBLISHER if demonstration else ""),
            "url": settings.publisher_url,
        },
        "license": {"name": settings.license_name or name, "url": settings.license_url or url},
        "contact": settings.contact,
        "software": version("exemptions"),
        "catalogs": inputs.catalogs.version,
        "policy_sha256": policy_sha256(inputs.policy),
        "documents": read_documents(settings.home),
    }


def _write_content(
    folder: Path, draft: Draft, inputs: Inputs, progress: Progress, index: IndexWriter
) -> tuple[dict[str, int], int]:
    """Write the tables made from the book and the catalogues; gives rows by path and the number of taxpayers.

    The index begins as soon as the records are there: it takes longest.
    """
    progress(Step.PROJECT)
    projection = project(
        inputs.content,
        inputs.facts,
        catalogs=inputs.catalogs,
        policy=inputs.policy,
        status_date=draft.status_date,
        release=draft.number,
        previous=inputs.previous_table("records"),
    )
    progress(Step.TABLES)
    write_arrow(folder / build.RECORDS, projection.records)
    index.start()
    inputs.enter()
    origins = find_origins(projection.facts, inputs.previous_table, release=draft.number)
    cells = find_withheld_cells(
        inputs.session,
        Withheld(inputs.content, inputs.facts.amounts, projection.facts["amounts"]),
        _earlier(inputs, draft.number),
        catalogs=inputs.catalogs,
        policy=inputs.policy,
        release=draft.number,
        day=guatemala_day(draft.at),
    )
    tables = {**projection.facts, "origins": origins, WITHHELD_CELLS: cells}
    rows = {build.RECORDS: projection.records.num_rows, **build.write_tables(folder, tables, projection.withheld)}
    build.write_catalogs(folder, inputs.catalogs)
    return rows, projection.taxpayers


def _earlier(inputs: Inputs, number: int) -> list[Earlier]:
    """The releases before `number`, as far as the table of what is withheld needs them; oldest first."""
    found = []
    for release in reversed(list_releases(inputs.session)):
        if release.number >= number:
            continue
        if release.withdrawn_at is not None:
            found.append(Earlier(release.number, None, None, None))
            continue
        kept = Previous.read(inputs.settings.releases, release)
        cells = kept.table(WITHHELD_CELLS) if kept.has(WITHHELD_CELLS) else None
        digest = next(entry["sha256"] for entry in kept.manifest["files"] if entry["path"] == "amounts.arrow")
        found.append(Earlier(release.number, cells, partial(kept.table, "amounts"), digest))
    return found


def _take_over(folder: Path, source: Previous) -> tuple[dict[str, int], int]:
    """Share the data files of an earlier release, which must be whole.

    Raises: ReleaseDamaged.
    """
    verify_folder(source.folder)
    folder.rmdir()
    link_tree(source.folder, folder)
    for name in _OWN:
        # Unlinking takes the name out of this folder only; the earlier release keeps its file.
        (folder / name).unlink(missing_ok=name == SIGNATURE)
    clear_description(folder)
    build.delete_table_downloads(folder, build.CHANGES)
    rows = {entry["path"]: entry["rows"] for entry in source.manifest["files"] if entry["rows"] is not None}
    return rows, source.manifest["counts"]["taxpayers"]


def _write_changes(folder: Path, draft: Draft, inputs: Inputs, rows: dict[str, int]) -> dict[str, int]:
    """Write the difference from the release before and the history so far; gives counts by kind of change."""
    # What a rollback changes is the work of the person who asked for it, whatever the calendar would have done.
    since = inputs.previous.status_date if inputs.previous and draft.restores is None else draft.status_date
    calendar = status_changes(inputs.content, _known_events(inputs), since=since, until=draft.status_date)
    records = read_arrow(folder / build.RECORDS)
    # Records that were made for this release are stamped with it where they differ from the one before.
    made = pl.Series(pl.from_arrow(records.column("changed_release"))) == draft.number
    stamped = made if draft.source is None else None
    before = inputs.previous_table("records")
    changes = find_changes(before, records, calendar, release=draft.number, stamped=stamped)
    earlier = inputs.previous_table("history")
    told = changes_batch(changes)
    # The history of a first release is its changes.
    history = told if earlier is None else _extended(earlier, changes, inputs)
    for name, batch in (("changes", told), ("history", history)):
        write_arrow(folder / f"{name}.arrow", batch)
        rows[f"{name}.arrow"] = batch.num_rows
    return count_changes(changes)


def _extended(history: pa.RecordBatch, changes: pl.DataFrame, inputs: Inputs) -> pa.RecordBatch:
    return changes_batch(extend_history(history, changes, _subjects(inputs), inputs.policy))


def _known_events(inputs: Inputs) -> pl.DataFrame:
    """The events that the release before knew: what one that came since brings about is not the calendar's doing."""
    if inputs.previous is None:
        return no_events()
    return gather_events(inputs.session, inputs.content, release=inputs.previous.number)


def _subjects(inputs: Inputs) -> pl.DataFrame:
    """The kind of person and category of every record that the book ever held, as last known.

    Almost all are in hand: only records that ended are read from the book.
    """
    held = inputs.content.select("record_id", "person_kind", "category")
    closed = select(RecordVersion.record_id).where(RecordVersion.to_release.is_not(None))
    last = (
        select(func.max(RecordVersion.id))
        .where(RecordVersion.record_id.in_(closed))
        .group_by(RecordVersion.record_id)
        .having(func.count() == func.count(RecordVersion.to_release))
        .scalar_subquery()
    )
    statement = (
        select(RecordVersion.record_id, RecordVersion.person_kind, RecordKey.category)
        .join_from(RecordVersion, RecordKey, RecordVersion.record_id == RecordKey.record_id)
        .where(RecordVersion.id.in_(last))
    )
    schema = {"record_id": pl.String, "person_kind": pl.String, "category": pl.String}
    ended = read_frame(inputs.session, cast("Select[tuple[object, ...]]", statement), schema)
    return pl.concat([held, ended])


def _vouching(folder: Path, draft: Draft, inputs: Inputs, tree: Tree | None, key: SigningKey | None) -> dict[str, Any]:
    """What the manifest says for others to prove it by."""
    previous = inputs.previous.number if inputs.previous else None
    return {
        **chain_facts(inputs.session, draft.number, previous),
        "merkle": tree_facts(folder, tree, draft.source.manifest if draft.source else {}),
        "signing": signing_facts(key),
    }


def _file_metadata(folder: Path, draft: Draft, facts: Mapping[str, Any]) -> dict[str, str]:
    return {
        "release": str(draft.number),
        "published_at": format_instant(draft.at),
        "status_date": draft.status_date.isoformat(),
        "publisher": facts["publisher"]["name"],
        "license": facts["license"]["name"],
        "license_url": facts["license"]["url"],
        "demonstration": "true" if facts["demonstration"] else "false",
        "query": "",
        "records_sha256": sha256_of(folder / build.RECORDS),
    }


def _manifest(
    folder: Path,
    draft: Draft,
    facts: Mapping[str, Any],
    counts: Mapping[str, int],
    known: tuple[Mapping[str, int], Mapping[str, Measure]],
) -> dict[str, Any]:
    """The manifest; `known` are rows, and measures of what is inside compressed files, by path."""
    return {
        "format": MANIFEST_FORMAT,
        "release": draft.number,
        "published_at": format_instant(draft.at),
        "status_date": draft.status_date.isoformat(),
        "restores": draft.restores,
        "note": draft.note,
        "counts": dict(counts),
        "files": list_files(folder, *known),
        "omitted": build.find_omitted(counts["records"]),
        **facts,
    }
