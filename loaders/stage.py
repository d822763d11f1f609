"""Staging: the content of a file that passed every rule, kept beside the book until it is published or rejected."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from exemptions.batches import staged_path
from loaders.uploads import hash_file, synced_file


def write_staged(content: pl.DataFrame, home: Path, *, batch: int) -> str:
    """Write the staged rows of a batch (`content.STAGED_SCHEMA`) and give the file's SHA-256.

    A file of that number left by a load that was interrupted before its batch entered the book is replaced.
    """
    path = staged_path(home, batch)
    with synced_file(path) as file:
        # As one batch: who compares takes single rows, and from several batches that takes three times the time.
        whole = max(content.height, 1)
        content.write_ipc(
            file, compression="uncompressed", compat_level=pl.CompatLevel.newest(), record_batch_size=whole
        )
    return hash_file(path)
