"""The file formats that any selection of records can be downloaded in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

import pyarrow as pa

from exemptions.columns import COLUMN, Column
from exporters.csv_format import stream_csv
from exporters.json_format import stream_json
from exporters.ndjson_format import stream_ndjson
from exporters.parquet_format import stream_parquet
from exporters.xlsx_format import stream_xlsx


class Stream(Protocol):
    """Writes a table: takes record batches of a release table, yields the bytes of one file.

    `fields` selects and orders columns; `metadata` goes into the file where the format has a place for it; `schema`
    is the batches' schema when it is not that of the records, so that a result without rows still has its columns, and
    `words` tells then what its columns are. `lang` is the language of labels; CSV has keys without.
    """

    def __call__(
        self,
        batches: Iterable[pa.RecordBatch],
        *,
        fields: tuple[str, ...] | None = None,
        metadata: Mapping[str, str] | None = None,
        schema: pa.Schema | None = None,
        lang: str | None = None,
        words: Mapping[str, Column] = COLUMN,
    ) -> Iterator[bytes]: ...


@dataclass(frozen=True, slots=True)
class Format:
    """One format: its name in addresses, its file suffix, its media type and its writer."""

    name: str
    suffix: str
    media_type: str
    stream: Stream
    title: str
    """Its name for people."""
    is_packed: bool = False
    """Compressed already."""
    is_labelled: bool = False
    """Has labels for people, in one language."""

    @property
    def essence(self) -> str:
        """The media type without its parameters."""
        return self.media_type.partition(";")[0]


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

FORMATS: Mapping[str, Format] = {
    form.name: form
    for form in (
        Format("csv", ".csv", "text/csv; charset=utf-8; header=present", stream_csv, "CSV", is_labelled=True),
        Format("json", ".json", "application/json", stream_json, "JSON"),
        Format("ndjson", ".ndjson", "application/x-ndjson", stream_ndjson, "NDJSON"),
        Format("parquet", ".parquet", "application/vnd.apache.parquet", stream_parquet, "Parquet", is_packed=True),
        Format("xlsx", ".xlsx", XLSX, stream_xlsx, "XLSX", is_packed=True, is_labelled=True),
    )
}
"""Name → format. Each name is also the suffix of the route that serves it."""
