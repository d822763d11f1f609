"""Whether the files of a release are those that its manifest names, byte for byte."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from exemptions.errors import ReleaseDamaged
from exemptions.exhaustion import refuse_exhausted

MANIFEST = "manifest.json"
SIGNATURE = "manifest.sig"
"""Who vouches for the manifest; it stands beside it, and only where the registry has a key."""
MANIFEST_FORMAT = 1
TABLES: tuple[str, ...] = ("records", "jobs", "amounts", "events", "expenditure", "changes", "history")
"""The Arrow tables that every release has."""


def read_manifest(folder: Path) -> tuple[Mapping[str, Any], str]:
    """The manifest of a release folder and the SHA-256 of its bytes in hexadecimal.

    Raises: ReleaseDamaged if it is not there, not readable or of another format.
    """
    try:
        content = (folder / MANIFEST).read_bytes()
        manifest = json.loads(content)
    except (OSError, ValueError, RecursionError) as error:
        refuse_exhausted(error)
        raise damaged(folder, MANIFEST) from error
    if not isinstance(manifest, dict) or manifest.get("format") != MANIFEST_FORMAT:
        raise damaged(folder, MANIFEST)
    return manifest, hashlib.sha256(content).hexdigest()


def verify_files(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Check size and SHA-256 of every file that the manifest names, and that it names what a release must have.

    Raises: ReleaseDamaged naming the first file that is missing, outside the folder or different.
    """
    named = {str(entry["path"]): entry for entry in manifest["files"]}
    for required in (*(f"{table}.arrow" for table in TABLES), "withheld.json", "index/meta.json"):
        if required not in named:
            raise damaged(folder, required)
    for path, entry in named.items():
        place = PurePosixPath(path)
        if place.is_absolute() or ".." in place.parts or not _is_as_named(folder / place, entry):
            raise damaged(folder, path)


def verify_file(folder: Path, path: str, manifest: Mapping[str, Any]) -> None:
    """Check size and SHA-256 of one file that the manifest must name.

    Raises: ReleaseDamaged.
    """
    entry = next((entry for entry in manifest["files"] if entry["path"] == path), None)
    if entry is None or not _is_as_named(folder / path, entry):
        raise damaged(folder, path)


def damaged(folder: Path, file: str) -> ReleaseDamaged:
    """The error for one file of a release."""
    return ReleaseDamaged(
        f"La publicación {folder.name} está dañada: {file} no es lo que dice su manifiesto.",
        f"Release {folder.name} is damaged: {file} is not what its manifest says.",
    )


def _is_as_named(path: Path, entry: Mapping[str, Any]) -> bool:
    try:
        with path.open("rb") as file:
            if path.stat().st_size != entry["bytes"]:
                return False
            digest: object = entry["sha256"]
            return hashlib.file_digest(file, "sha256").hexdigest() == digest
    except OSError as error:
        refuse_exhausted(error)
        return False
