"""Frames put aside on the disk: where memory is short the system takes their pages back and reads them again."""

from __future__ import annotations

import mmap
import tempfile
from pathlib import Path
from typing import BinaryIO

import polars as pl
import pyarrow as pa


def shelve(frame: pl.DataFrame, folder: Path) -> pl.DataFrame:
    """The same frame, mapped from a file below `folder` that has no name and goes with the last use of the frame.

    Raises: OSError on a full disk.
    """
    with tempfile.TemporaryFile(dir=folder) as file:
        write_frame(frame, file)
        return map_frame(file)


def write_frame(frame: pl.DataFrame, file: BinaryIO) -> None:
    """Write the frame so that it can be mapped.

    Raises: OSError on a full disk.
    """
    frame.write_ipc(file, compression="uncompressed", compat_level=pl.CompatLevel.newest())
    file.flush()


def map_frame(file: BinaryIO) -> pl.DataFrame:
    """The frame of an open Arrow IPC file, mapped; the file may be closed, and its name may go."""
    return from_pages(map_pages(file))


def map_pages(file: BinaryIO) -> pa.Buffer:
    """The bytes of an open file, mapped to be read."""
    return pa.py_buffer(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


def from_pages(pages: pa.Buffer) -> pl.DataFrame:
    """The frame that the bytes of an Arrow IPC file hold, as a view of them."""
    frame = pl.from_arrow(pa.ipc.open_file(pages).read_all())
    if not isinstance(frame, pl.DataFrame):
        raise TypeError("a table becomes a frame")
    return frame
