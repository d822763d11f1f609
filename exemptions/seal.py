"""Whether the files of a release that is open are still those that were checked when it was opened.

A file whose size, time or place on the disk is another one is hashed again at once. A bit that turned on the disk
changes none of these, so the files are also hashed again in turn, one at a time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from itertools import cycle
from pathlib import Path
from typing import Any

from exemptions.errors import ReleaseDamaged
from exemptions.exhaustion import refuse_exhausted
from exemptions.integrity import MANIFEST, verify_file

Mark = tuple[int, int, int] | None
"""Place on the disk, size and time of a file; None for one that is not there."""


class Seal:
    """What the files of a release folder were like when they were checked. For one thread."""

    def __init__(self, folder: Path, manifest: Mapping[str, Any], manifest_sha256: str) -> None:
        self._folder = folder
        self._manifest = manifest
        self._manifest_sha256 = manifest_sha256
        paths = [MANIFEST, *(str(entry["path"]) for entry in manifest["files"])]
        self._marks = {path: self._mark(path) for path in paths}
        self._turns = cycle(paths)

    def find_broken(self, *, reread: bool = False) -> str | None:
        """The path of a file that is not as it was checked; with `reread` the next one in turn is hashed in any case.

        Raises: Exhausted.
        """
        touched = [path for path, mark in self._marks.items() if self._mark(path) != mark]
        if reread:
            touched.append(next(self._turns))
        for path in touched:
            mark = self._mark(path)
            if not self._is_whole(path):
                return path
            self._marks[path] = mark
        return None

    def _mark(self, path: str) -> Mark:
        try:
            found = (self._folder / path).stat()
        except OSError:
            return None
        return found.st_ino, found.st_size, found.st_mtime_ns

    def _is_whole(self, path: str) -> bool:
        try:
            if path == MANIFEST:
                return hashlib.sha256((self._folder / path).read_bytes()).hexdigest() == self._manifest_sha256
            verify_file(self._folder, path, self._manifest)
        except (OSError, ReleaseDamaged) as error:
            refuse_exhausted(error)
            return False
        return True
