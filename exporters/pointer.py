"""`current.json`: the one file that says which releases exist, and how it is brought to agree with the book."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from exemptions.calendar import format_instant
from exemptions.errors import ReleaseDamaged
from exemptions.models import Release
from exemptions.releases import list_releases
from exporters.corrections import write_log
from exporters.durable import delete_folder, make_folder, replace_file
from exporters.manifest import read_release_manifest

POINTER = "current.json"
BUILDING = ".building-"
"""A folder whose name begins so is a release under construction, or the rest of one that failed."""


def reconcile_store(session: Session, releases: Path) -> None:
    """Make the release store agree with the book: delete what a crash left behind, point at the latest release, tell
    what became of the public's reports.

    A withdrawal whose process died is completed. The caller holds the writer's lock, so nobody is building.
    Raises: ReleaseDamaged if the store knows releases that the book does not, or lacks the latest one.
    """
    known = list_releases(session)
    make_folder(releases)
    _refuse_foreign(releases, known)
    _delete_strays(releases, known[0].number if known else 0)
    if known:
        point_at_latest(session, releases)
    delete_withdrawn(session, releases)
    write_log(session, releases)


def delete_withdrawn(session: Session, releases: Path) -> None:
    """Delete the folders of the releases that the book calls withdrawn; the pointer must say so already."""
    for release in list_releases(session):
        folder = releases / str(release.number)
        if release.withdrawn_at is not None and folder.is_dir():
            delete_folder(folder)


def point_at_latest(session: Session, releases: Path) -> None:
    """Write the pointer that the book asks for, unless it is there already.

    Raises: ReleaseDamaged if the release that it would name is not in the store.
    """
    content = _encode(_pointer(list_releases(session)))
    path = releases / POINTER
    latest = find_latest(session)
    if path.is_file() and path.read_bytes() == content:
        return
    if latest is not None:
        read_release_manifest(releases / str(latest.number), sha256=latest.manifest_sha256)
    replace_file(path, content)


def part_of_pointer(content: bytes, present: Collection[int]) -> bytes:
    """A pointer as far as it can be kept: the releases that are `present`, and every tombstone.

    It is for who knows of withdrawals and could not get what takes their place.
    """
    whole = json.loads(content)
    kept = [e for e in whole["releases"] if e["state"] == "withdrawn" or e["release"] in present]
    latest = next((entry for entry in reversed(kept) if entry["state"] == "published"), None)
    return _encode(
        {
            "release": latest["release"] if latest else None,
            "manifest_sha256": latest["manifest_sha256"] if latest else None,
            "releases": kept,
        }
    )


def find_latest(session: Session) -> Release | None:
    """The latest release that was not withdrawn; None before the first."""
    return next((release for release in list_releases(session) if release.withdrawn_at is None), None)


def _pointer(known: list[Release]) -> dict[str, Any]:
    latest = next((release for release in known if release.withdrawn_at is None), None)
    return {
        "release": latest.number if latest else None,
        "manifest_sha256": latest.manifest_sha256 if latest else None,
        "releases": [_entry(release) for release in sorted(known, key=lambda r: r.number)],
    }


def _entry(release: Release) -> dict[str, Any]:
    """What remains of a release when its folder is gone; of a withdrawn one, when and why besides."""
    entry: dict[str, Any] = {
        "release": release.number,
        "published_at": format_instant(release.published_at),
        "status_date": release.status_date.isoformat(),
        "manifest_sha256": release.manifest_sha256,
        "restores": release.restores,
        "state": "published" if release.withdrawn_at is None else "withdrawn",
    }
    if release.withdrawn_at is not None:
        entry |= {"withdrawn_at": format_instant(release.withdrawn_at), "reason": release.withdrawn_reason}
    return entry


def _encode(pointer: dict[str, Any]) -> bytes:
    return (json.dumps(pointer, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()


def _refuse_foreign(releases: Path, known: list[Release]) -> None:
    """The pointer is written after the book, so a pointer that knows more belongs to another book.

    One that cannot be read is written anew, as long as no folder tells of a release that this book does not know.
    """
    path = releases / POINTER
    if not path.is_file():
        return
    try:
        named = {(entry["release"], entry["manifest_sha256"]) for entry in json.loads(path.read_bytes())["releases"]}
    except (ValueError, KeyError, TypeError) as error:
        latest = known[0].number if known else 0
        if any(_is_release(folder) and int(folder.name) > latest for folder in releases.iterdir()):
            raise ReleaseDamaged(
                f"{POINTER} no se puede leer, y hay publicaciones que este libro de registro no conoce; no se borra ni "
                "se cambia nada. Restaure un respaldo, o aparte las carpetas que sobran.",
                f"{POINTER} cannot be read, and there are releases that this book of record does not know; nothing is "
                "deleted or changed. Restore a backup, or put the surplus folders aside.",
            ) from error
        return
    foreign = named - {(release.number, release.manifest_sha256) for release in known}
    if foreign:
        number = min(number for number, _ in foreign)
        raise ReleaseDamaged(
            f"La publicación {number} de {POINTER} no es de este libro de registro; no se borra ni se cambia nada.",
            f"Release {number} of {POINTER} is not of this book of record; nothing is deleted or changed.",
        )


def _delete_strays(releases: Path, latest: int) -> None:
    """Delete folders of releases that were begun and never entered into the book; anything else stays."""
    for path in releases.iterdir():
        unfinished = path.name.startswith(BUILDING)
        unknown = _is_release(path) and int(path.name) > latest
        if path.is_dir() and (unfinished or unknown):
            delete_folder(path)


def _is_release(folder: Path) -> bool:
    return re.fullmatch("[1-9][0-9]*", folder.name) is not None
