"""Other people's readers take one column of the Parquet file over HTTP, and leave the rest where it is."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from exemptions.columns import table_schema
from exporters.formats import FORMATS
from tests.exemptions.releases import build_test_release, default_rows, records_table
from tests.outside.counting import counting_proxy
from tests.outside.tools import NODE_MODULES, PROGRAMS, run_node_script, run_script
from tests.served import served

TIMES = 9_000
ROWS = 16 * TIMES
ACTIVE = 13 * TIMES
MOST = 0.2
"""Share of the file that a reader of one small column may fetch, the description of the file included."""

READERS = {
    "pyarrow": """
import sys, fsspec, pyarrow.parquet as pq
with fsspec.open(sys.argv[1], block_size=2**16, cache_type="none").open() as file:
    column = pq.ParquetFile(file).read(columns=["status"])["status"].to_pylist()
print(len(column), column.count("active"))
""",
    "polars": """
import sys, polars
column = polars.scan_parquet(sys.argv[1]).select("status").collect()["status"]
print(len(column), (column == "active").sum())
""",
    "fsspec": """
import sys, fsspec, pandas
web = fsspec.filesystem("http", block_size=2**16)
frame = pandas.read_parquet(sys.argv[1], columns=["status"], filesystem=web)
print(len(frame), (frame["status"] == "active").sum())
""",
    "duckdb": """
import sys, duckdb
from duckdb_extensions import import_extension
import_extension("httpfs")
print(*duckdb.sql(f"SELECT count(status), count(*) FILTER (status = 'active') FROM '{sys.argv[1]}'").fetchone())
""",
}
_HYPARQUET = """
import { execFileSync } from 'node:child_process'
import { asyncBufferFromUrl, parquetReadObjects } from '%(modules)s/hyparquet/src/node.js'
// Zstandard is a plug-in of this reader; the one in its shop is not among the checkers.
const unpack = 'import sys, pyarrow; size = int(sys.argv[1]); ' +
  'sys.stdout.buffer.write(pyarrow.decompress(sys.stdin.buffer.read(), size, "zstd", asbytes=True))'
const compressors = {
  ZSTD: (input, size) =>
    new Uint8Array(execFileSync('%(python)s', ['-c', unpack, size], { input, maxBuffer: 2 ** 30 })),
}
const file = await asyncBufferFromUrl({ url: process.argv[2] })
const rows = await parquetReadObjects({ file, columns: ['status'], compressors })
console.log(rows.length, rows.filter((row) => row.status === 'active').length)
"""


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    """The address of a service whose release has a large Parquet file, and the size of that file."""
    home: Path = tmp_path_factory.mktemp("large")
    content = b"".join(FORMATS["parquet"].stream([_many_records()]))
    build_test_release(home / "releases", downloads={"records.parquet": content})
    environment = {
        "EXEMPTIONS_ROLE": "public",
        "EXEMPTIONS_HOME": str(home / "none"),
        "EXEMPTIONS_RELEASES": str(home / "releases"),
        "PATH": os.environ["PATH"],
        "PYTHONUTF8": "1",
    }
    for address in served(environment):
        yield address, len(content)


def _many_records() -> pa.RecordBatch:
    few = records_table(default_rows())
    many = pa.Table.from_batches([few] * TIMES).combine_chunks().unify_dictionaries().to_batches()[0]
    drawn = random.Random(7)
    columns = dict(zip(many.schema.names, many.columns, strict=True))
    for name, size in (("record_id", 8), ("nit", 6), ("name", 20)):
        columns[name] = pa.array([drawn.randbytes(size).hex() for _ in range(many.num_rows)])
    return pa.record_batch(list(columns.values()), schema=table_schema())


@pytest.mark.parametrize("reader", READERS)
def test_one_column_is_read_without_the_others(large: tuple[str, int], reader: str) -> None:
    address, size = large
    with counting_proxy(address) as proxy:
        run = run_script(READERS[reader], f"{proxy.address}/downloads/1/records.parquet")
    assert run.returncode == 0, run.stderr
    assert run.stdout.split() == [str(ROWS), str(ACTIVE)]
    assert 0 < proxy.sent_bytes < size * MOST


def test_hyparquet_reads_one_column_without_the_others(large: tuple[str, int], tmp_path: Path) -> None:
    address, size = large
    script = tmp_path / "read.mjs"
    script.write_text(_HYPARQUET % {"modules": NODE_MODULES, "python": PROGRAMS / "python"}, encoding="utf-8")
    with counting_proxy(address) as proxy:
        run = run_node_script(script, f"{proxy.address}/downloads/1/records.parquet")
    assert run.returncode == 0, run.stderr
    assert run.stdout.split() == [str(ROWS), str(ACTIVE)]
    assert 0 < proxy.sent_bytes < size * MOST


def test_a_reader_of_everything_is_seen_to_fetch_it(large: tuple[str, int]) -> None:
    address, size = large
    whole = READERS["polars"].replace('.select("status").collect()["status"]', '.collect()["status"]')
    with counting_proxy(address) as proxy:
        assert run_script(whole, f"{proxy.address}/downloads/1/records.parquet").returncode == 0
    assert proxy.sent_bytes > size * 0.9
