"""The search index of a release: its fields, how it is written and how it is opened.

Document order is row order of `records.arrow`; nothing is stored in the index, answers are read from the records.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import tantivy

from exemptions.columns import LIST_SEPARATOR
from exemptions.errors import ReleaseDamaged
from exemptions.names import search_texts
from exemptions.ranks import INDEXED_SORTS, rank_rows

CODE_FIELDS: tuple[str, ...] = (
    "exempt_type",
    "category",
    "permanence",
    "authority",
    "status",
    "department",
    "municipality",
    "activity",
    "person_kind",
    "jobs_status",
    "amount_status",
)
"""Columns of one code per row: filtered and counted."""

EPOCH = date(1970, 1, 1)
ALWAYS_BEFORE = (date.min - EPOCH).days
ALWAYS_AFTER = (date.max - EPOCH).days
"""Day numbers that stand for an open beginning and an open end."""

TAX_SET = "tax_set"
"""The taxes of a row as one joined, sorted text: few sets occur, and counting them is forty times as fast as counting a
field of several values (0.1 against 5 ms for 100,000 rows)."""

NO_YEAR = 0
NO_KIND = ""
"""What the index holds where a number is there and its year or kind is not, so that its row is still counted."""

_SLICE_ROWS = 65_536
# One segment keeps document order equal to row order, and only a heap that holds everything gives one: 2,000,000 rows
# fitted 200 MB for text alone; smaller heaps gave several segments.
_HEAP_BYTES = 600_000_000
_PUBLIC_MODE = 0o644


@dataclass(frozen=True, slots=True)
class OpenIndex:
    """An index that answers; it needs its files no longer by name, they are mapped."""

    schema: tantivy.Schema
    searcher: tantivy.Searcher

    def find_rows(self, field: str, value: str, *, limit: int | None = None) -> list[int]:
        """The rows whose field is exactly `value`.

        Order: row order.
        Raises: ReleaseDamaged.
        """
        with index_guard():
            found = self.searcher.doc_freq(field, value) if limit is None else limit
            if not found:
                return []
            query = tantivy.Query.term_query(self.schema, field, value, index_option="basic")
            hits = self.searcher.search(query, found, False, "row", order=tantivy.Order.Asc).hits
            return [row for row, _ in hits]


def write_index(records: pa.RecordBatch, folder: Path) -> None:
    """Write the index of `records` into the new folder `folder`.

    Shape: the files of one segment and `meta.json`, readable by everyone, no dot files.
    Raises: FileExistsError if the folder is there.
    """
    folder.mkdir()
    schema = _build_schema()
    index = tantivy.Index(schema, str(folder), sort_by_field="row")
    writer = index.writer(heap_size=_HEAP_BYTES, num_threads=1)
    for document in _iter_documents(records):
        writer.add_document(tantivy.Document.from_dict(document, schema))
    writer.commit()
    writer.wait_merging_threads()
    for path in folder.iterdir():
        # The lock files and the list of managed files serve writers only.
        if path.name.startswith("."):
            path.unlink()
        else:
            path.chmod(_PUBLIC_MODE)


def open_index(folder: Path) -> OpenIndex:
    """Open the index of a release; the folder may be read-only.

    Raises: ReleaseDamaged if the files are not an index of this kind.
    """
    # The library's watcher may take its lock once more while the folder is being removed; then a folder with an empty
    # lock file stays behind, which is no damage of the release.
    scratch = tempfile.TemporaryDirectory(prefix="exemptions-index-", ignore_cleanup_errors=True)
    with index_guard(), scratch as private:
        # Opening takes a lock file in the folder itself, so a folder of links stands in for the read-only one. The
        # files are mapped once the searcher is there, and the links can go.
        for path in folder.iterdir():
            if not path.name.startswith("."):
                Path(private, path.name).symlink_to(path.absolute())
        try:
            index = tantivy.Index.open(private)
            index.config_reader("manual")
            return OpenIndex(index.schema, index.searcher())
        except (ValueError, OSError) as error:
            raise _damaged() from error


@contextmanager
def index_guard() -> Iterator[None]:
    """Turn a panic of the index library, which no `except Exception` sees, into ReleaseDamaged.

    Raises: ReleaseDamaged.
    """
    try:
        yield
    except BaseException as error:
        # The panic's class is a BaseException that the library does not export.
        if type(error).__name__ == "PanicException":
            raise _damaged() from error
        raise


def day_number(day: date) -> int:
    """Days since 1970, as the index counts them."""
    return (day - EPOCH).days


def _damaged() -> ReleaseDamaged:
    return ReleaseDamaged(
        "El índice de búsqueda de la publicación está dañado.", "The search index of the release is damaged."
    )


def _build_schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("row", indexed=True, fast=True)
    for sort in INDEXED_SORTS:
        builder.add_unsigned_field(sort.field, fast=True)
    builder.add_text_field("text", tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field("first_word", tokenizer_name="raw", index_option="basic")
    for name in ("nit", "record_id"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("taxes", tokenizer_name="raw", index_option="basic")
    for name in (*CODE_FIELDS, TAX_SET, "jobs_kind"):
        builder.add_text_field(name, fast=True, tokenizer_name="raw", index_option="basic")
    for name in ("from_day", "until_day", "jobs", "jobs_year", "amount_cents", "amount_year"):
        builder.add_integer_field(name, fast=True)
    return builder.build()


def _iter_documents(records: pa.RecordBatch) -> Iterator[dict[str, object]]:
    """Yield what the index holds of each row, fields without a value left out."""
    ranks = {sort.field: rank_rows(records, sort) for sort in INDEXED_SORTS}
    for start in range(0, records.num_rows, _SLICE_ROWS):
        batch = records.slice(start, _SLICE_ROWS)
        columns: Mapping[str, list[object]] = {
            "row": list(range(start, start + batch.num_rows)),
            **{field: rank.slice(start, _SLICE_ROWS).to_list() for field, rank in ranks.items()},
            **_text_columns(batch),
            **{name: _plain(batch, name) for name in ("nit", "record_id", *CODE_FIELDS)},
            **_tax_columns(batch),
            **_day_columns(batch),
            **_number_columns(batch),
        }
        for values in zip(*columns.values(), strict=True):
            yield {field: value for field, value in zip(columns, values, strict=True) if value is not None}


def _plain(batch: pa.RecordBatch, name: str) -> list[object]:
    column = batch.column(name)
    plain: list[object] = (column.dictionary_decode() if isinstance(column, pa.DictionaryArray) else column).to_pylist()
    return plain


def _text_columns(batch: pa.RecordBatch) -> dict[str, list[object]]:
    names = pl.Series(pl.from_arrow(batch.column("name")), dtype=pl.String)
    texts = pl.DataFrame({"text": search_texts(names)})
    texts = texts.with_columns(first_word=pl.col("text").str.extract("^([^ ]+)"))
    return {name: texts.get_column(name).to_list() for name in ("text", "first_word")}


def _tax_columns(batch: pa.RecordBatch) -> dict[str, list[object]]:
    taxes = [sorted(str(text).split(LIST_SEPARATOR)) if text else None for text in _plain(batch, "taxes")]
    return {"taxes": list(taxes), TAX_SET: [LIST_SEPARATOR.join(listed) if listed else None for listed in taxes]}


def _day_columns(batch: pa.RecordBatch) -> dict[str, list[object]]:
    """First and last day as numbers; an open side is a far day, a withheld one is absent and so never matches."""
    withheld = _plain(batch, "withheld_fields")
    columns: dict[str, list[object]] = {}
    for field, name, unbounded in (
        ("from_day", "valid_from", ALWAYS_BEFORE),
        ("until_day", "valid_until", ALWAYS_AFTER),
    ):
        days = batch.column(name).cast(pa.int32()).to_pylist()
        columns[field] = [
            day if day is not None else None if name in str(hidden or "").split(LIST_SEPARATOR) else unbounded
            for day, hidden in zip(days, withheld, strict=True)
        ]
    return columns


def _number_columns(batch: pa.RecordBatch) -> dict[str, list[object]]:
    jobs, amount = batch.column("jobs"), batch.column("amount_gtq")
    kinds = pa.array(_plain(batch, "jobs_kind"), pa.string())
    return {
        "jobs": jobs.to_pylist(),
        "jobs_year": _where(jobs, pc.fill_null(batch.column("jobs_year"), NO_YEAR)),
        "jobs_kind": _where(jobs, pc.fill_null(kinds, NO_KIND)),
        "amount_cents": amount.to_pylist(),
        "amount_year": _where(amount, pc.fill_null(batch.column("amount_year"), NO_YEAR)),
    }


def _where(present: pa.Array, values: pa.Array) -> list[object]:
    """The values of rows whose number is there; without a number its year and kind count nothing."""
    chosen: list[object] = pc.if_else(present.is_valid(), values, pa.scalar(None, values.type)).to_pylist()
    return chosen
