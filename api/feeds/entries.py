"""Entries in words: what a release changed of a record, and what a release was."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from api.feeds.atom import Entry, make_id
from api.feeds.found import Part
from api.formatting import format_day
from api.pages.facts import change_reason, change_words, changed_what, telling_changes
from api.pages.language import page_url
from api.pages.releases import changed_words, withdrawal_words
from api.pages.texts import gettext as _
from api.pages.values import Item, Reader, holder_name, records_phrase
from api.state import absolute, app_state
from exemptions.errors import ReleaseDamaged
from exemptions.integrity import read_manifest
from exemptions.pointer import ListedRelease
from exemptions.release import Release
from exporters.changes import ChangeKind

Change = Mapping[str, Any]
Named = tuple[str, str]
"""The name of a taxpayer, or words that stand for it, and the category of the benefit."""


def entries_of_part(part: Part, reader: Reader) -> list[Entry]:
    """One entry for each record of a part, in its order."""
    items = _items(part.release, part.record_ids)
    missing = [record_id for record_id in part.record_ids if record_id not in items]
    if part.before is not None:
        items |= _items(part.before, missing)
    wanted = pa.array(part.record_ids, pa.string())
    rows = part.release.changes.filter(pc.is_in(part.release.changes.column("record_id"), value_set=wanted))
    named = {record_id: name_of(item, reader) for record_id, item in items.items()}
    return change_entries(rows.to_pylist(), named, reader)


def entries_of_history(
    release: Release, record_ids: Iterable[str], ended: Mapping[str, Named], reader: Reader
) -> list[Entry]:
    """One entry for each release that changed one of the records, the newest first; `ended` names those that ended."""
    ids = list(record_ids)
    named = {record_id: name_of(item, reader) for record_id, item in _items(release, ids).items()}
    entries = change_entries(release.history_of(ids), named | dict(ended), reader)
    return sorted(entries, key=lambda entry: entry.updated, reverse=True)


def name_of(item: Item, reader: Reader) -> Named:
    """What entries call a record."""
    return holder_name(item), reader.name_of("categories", item["category"], item["category_name"])


def change_entries(rows: Iterable[Change], named: Mapping[str, Named], reader: Reader) -> list[Entry]:
    """Entries of changes, one for each record and release; `named` has the name and category of the records.

    Order: record_id, then release.
    """
    releases = {entry.release: entry for entry in app_state().store.list()}
    ordered = sorted(rows, key=lambda row: (row["record_id"], row["release"]))
    return [
        _entry(list(group), named.get(record_id, ("", "")), releases[number], reader)
        for (record_id, number), group in groupby(ordered, key=lambda row: (row["record_id"], row["release"]))
        if number in releases
    ]


def release_entry(listed: ListedRelease, reader: Reader) -> Entry:
    """What a release brought; of a withdrawn one, that and why it went."""
    number = listed.release
    if listed.withdrawn:
        return Entry(
            id=make_id(listed.manifest_sha256, "release", reader.lang),
            title=_("Publicación %(number)s, retirada", number=number),
            updated=listed.withdrawn_at or listed.published_at,
            url=absolute(page_url("releases")),
            summary=withdrawal_words(listed, reader),
        )
    return Entry(
        id=make_id(listed.manifest_sha256, "release", reader.lang),
        title=_(
            "Publicación %(number)s, con estados al %(day)s",
            number=number,
            day=format_day(listed.status_date, reader.lang),
        ),
        updated=listed.published_at,
        url=absolute(page_url("changes" if number > 1 else "release", number=number)),
        summary=_release_words(listed),
    )


def _release_words(listed: ListedRelease) -> str:
    try:
        manifest, _sha256 = read_manifest(app_state().settings.releases / str(listed.release))
    except ReleaseDamaged:
        return _("Publicación %(number)s", number=listed.release)
    counts = manifest["counts"]
    words = [records_phrase(counts["records"]).capitalize() + "."]
    if manifest["previous"] is not None:
        words.append(changed_words(counts))
    if manifest["note"]:
        words.append(str(manifest["note"]))
    return " ".join(words)


def _entry(rows: list[Change], named: Named, listed: ListedRelease, reader: Reader) -> Entry:
    record_id, kind = rows[0]["record_id"], rows[0]["kind"]
    name, category = named
    about = ", ".join(part for part in (name, category) if part) or record_id
    told = telling_changes(rows)
    return Entry(
        id=make_id(listed.manifest_sha256, record_id, reader.lang),
        title=f"{_title_words(kind, told, reader)}: {about}",
        updated=listed.published_at,
        url=absolute(_address(record_id, kind, listed)),
        summary="\n".join([*(_line(row, reader) for row in told), _from_words(listed, reader)]),
    )


def _title_words(kind: str, told: list[Change], reader: Reader) -> str:
    if kind != ChangeKind.CHANGED:
        return changed_what({"field": None, "kind": kind}, reader)
    names = dict.fromkeys(changed_what(row, reader) for row in told)
    return _("Cambió %(what)s", what=", ".join(names))


def _line(row: Change, reader: Reader) -> str:
    what, (before, after), reason = changed_what(row, reader), change_words(row, reader), change_reason(row)
    words = f"{what}: {before} → {after}" if row["field"] else what
    return f"{words} ({reason})" if reason else f"{words}."


def _from_words(listed: ListedRelease, reader: Reader) -> str:
    return _(
        "Publicación %(number)s, con estados al %(day)s.",
        number=listed.release,
        day=format_day(listed.status_date, reader.lang),
    )


def _address(record_id: str, kind: str, listed: ListedRelease) -> str:
    """The record as that release had it; of one that ended the page that tells so, in that release too."""
    if listed.withdrawn:
        return page_url("record", record_id=record_id)
    return page_url("record", record_id=record_id, release=listed.release)


def _items(release: Release, record_ids: Iterable[str]) -> dict[str, Item]:
    rows = [row for record_id in record_ids if (row := release.find_record(record_id)) is not None]
    return {item["record_id"]: item for item in release.to_items(rows)}
