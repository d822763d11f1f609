"""The file formats that any selection of records can be downloaded in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

import pyarrow as pa

from exporters.csv_format import stream_csv
from exporters.json_format import stream_json
from exporters.ndjson_format import stream_ndjson
from exporters.parquet_format import stream_parquet


class Stream(Protocol):
    """Writes a table: takes record batches of a release table, yields the bytes of one file.

    `fields` selects and orders columns; `metadata` goes into the file where the format has a place for it; `schema`
    is the batches' schema when it is not that of the records, so that a result without rows still has its columns.
    """

    def __call__(
        self,
        batches: Iterable[pa.RecordBatch],
        *,
        fields: tuple[str, ...] | None = None,
        metadata: Mapping[str, str] | None = None,
        schema: pa.Schema | None = None,
    ) -> Iterator[bytes]: ...


@dataclass(frozen=True, slots=True)
class Format:
    """One format: its name in addresses, its file suffix, its media type and its writer."""

    name: str
    suffix: str
    media_type: str
    stream: Stream


FORMATS: Mapping[str, Format] = {
    "csv": Format("csv", ".csv", "text/csv; charset=utf-8; header=present", stream_csv),
    "json": Format("json", ".json", "application/json", stream_json),
    "ndjson": Format("ndjson", ".ndjson", "application/x-ndjson", stream_ndjson),
    "parquet": Format("parquet", ".parquet", "application/vnd.apache.parquet", stream_parquet),
}
"""Name → format. Each name is also the suffix of the route that serves it."""
