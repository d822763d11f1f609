"""Files and folders that survive a power cut: what is renamed into place is on the disk first."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

FILE_MODE = 0o644
FOLDER_MODE = 0o755
"""Releases are public and often served by another user than the one who publishes."""


def make_folder(path: Path) -> None:
    """Make a public folder, and the ones above it that are missing; one that is there keeps its mode."""
    if not path.is_dir():
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(FOLDER_MODE)


def sync_tree(folder: Path) -> None:
    """Give every file and folder below `folder`, and itself, its public mode and bring it to the disk."""
    for path in sorted(folder.rglob("*"), reverse=True):
        path.chmod(FOLDER_MODE if path.is_dir() else FILE_MODE)
        sync(path)
    folder.chmod(FOLDER_MODE)
    sync(folder)


def sync(path: Path) -> None:
    """Bring one file, or the entries of one folder, to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def replace_file(path: Path, content: bytes) -> None:
    """Put `content` at `path`; at every instant there is the old file or the new one, whole."""
    replace_file_from(path, (content,))


def replace_file_from(path: Path, blocks: Iterable[bytes]) -> None:
    """Put what `blocks` give at `path`; at every instant there is the old file or the new one, whole."""
    staged = path.with_name(f".{path.name}.new")
    with staged.open("wb") as sink:
        sink.writelines(blocks)
    staged.chmod(FILE_MODE)
    sync(staged)
    staged.replace(path)
    sync(path.parent)


def move_folder(source: Path, target: Path) -> None:
    """Rename a synced folder into place and bring the new name to the disk."""
    source.rename(target)
    sync(target.parent)


def link_tree(source: Path, target: Path) -> None:
    """Make `target` hold the same files as `source`, sharing their bytes where the file system allows it."""
    target.mkdir()
    for path in sorted(source.rglob("*")):
        there = target / path.relative_to(source)
        if path.is_dir():
            there.mkdir()
        else:
            link_file(path, there)


def link_file(source: Path, target: Path) -> None:
    """Make `target` the same file as `source`, or a copy of it where links are not possible."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def delete_folder(path: Path) -> None:
    """Delete a folder that is not, or no longer, part of what is published."""
    shutil.rmtree(path)
    sync(path.parent)
