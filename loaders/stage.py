"""Staging: the content of a file that passed every rule, kept beside the book until it is published or rejected."""

from __future__ import annotations

import io
from hashlib import sha256
from pathlib import Path

import polars as pl

from exemptions.batches import staged_path
from loaders.uploads import synced_file


def write_staged(content: pl.DataFrame, home: Path, *, batch: int) -> str:
    """Write the staged rows of a batch (`content.STAGED_SCHEMA`) and give the file's SHA-256.

    A file of that number left by a load that was interrupted before its batch entered the book is replaced.
    """
    sink = io.BytesIO()
    content.rechunk().write_ipc(sink, compression="uncompressed", compat_level=pl.CompatLevel.oldest())
    data = sink.getbuffer()
    with synced_file(staged_path(home, batch)) as file:
        file.write(data)
    return sha256(data).hexdigest()
