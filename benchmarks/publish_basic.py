"""The reference of a publication: the records as CSV, NDJSON and Parquet alone, text as gzip. Runs as `publish`."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import polars as pl
from isal import isal_zlib

from api.cli import main
from exporters import build
from exporters.formats import FORMATS
from exporters.manifest import Measure
from exporters.merkle import TreeBuilder
from exporters.tables import read_arrow


def write_basic(folder: Path, metadata: Mapping[str, str], _private: pl.Series) -> build.Downloads:
    records = read_arrow(folder / build.RECORDS)
    (folder / "downloads").mkdir(exist_ok=True)
    with (folder / "downloads/records.parquet").open("wb") as sink:
        sink.writelines(FORMATS["parquet"].stream([records], metadata=metadata))
    tree = TreeBuilder()
    csv = _pack(folder / "downloads/records.csv.gz", FORMATS["csv"].stream([records]))
    lines = _pack(folder / build.LINES, tree.passing(FORMATS["ndjson"].stream([records])))
    plain = {"downloads/records.csv.gz": csv, build.LINES: lines}
    return build.Downloads(dict.fromkeys(plain, records.num_rows), plain, {}, tree.finish())


def _pack(path: Path, blocks: Iterable[bytes]) -> Measure:
    deflate, digest, size = isal_zlib.compressobj(2, isal_zlib.DEFLATED, 31), hashlib.sha256(), 0
    with path.open("wb") as file:
        for block in blocks:
            digest.update(block)
            size += len(block)
            file.write(deflate.compress(block))
        file.write(deflate.flush())
    return Measure(bytes=size, sha256=digest.hexdigest())


def write_nothing(folder: Path, name: str, metadata: Mapping[str, str], _private: pl.Series) -> build.Downloads:
    (folder / "downloads").mkdir(exist_ok=True)
    return build.Downloads({}, {}, {})


if __name__ == "__main__":
    build.write_downloads = write_basic
    build.write_table_downloads = write_nothing
    sys.argv = ["exemptions", "publish"]
    main()
