"""The search index of a release: its fields, how it is written and how it is opened.

Document order is row order of `records.arrow`; nothing is stored in the index, answers are read from the records.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

import pyarrow as pa
import tantivy

from exemptions.documents import CODE_FIELDS, CODE_SET, EPOCH, NUMBER_SET, PLACES, SHARED, iter_documents
from exemptions.errors import ReleaseDamaged
from exemptions.exhaustion import refuse_exhausted
from exemptions.ranks import INDEXED_SORTS
from exemptions.record_rows import map_record_rows, write_record_rows

# Only a heap that holds everything gives one segment, which answers fastest; its documents are in the order that they
# were added in, which is that of the rows. 2,000,000 rows need more than 600 MB; what is not needed is not taken.
_HEAP_BYTES = 1_200_000_000
_PUBLIC_MODE = 0o644


@dataclass(frozen=True)
class OpenIndex:
    """An index that answers; it needs its files no longer by name, they are mapped."""

    schema: tantivy.Schema
    searcher: tantivy.Searcher
    rows_by_id: Sequence[int] | None = None
    """Row numbers in the order of their record identifiers; None in releases of the first versions, whose index knows
    the identifiers itself."""

    @cached_property
    def marks_shared(self) -> bool:
        """Whether it knows which rows share their taxpayer with others; releases of the first versions do not."""
        return self.has(SHARED, 1)

    @cached_property
    def holds_sets(self) -> bool:
        """Whether it knows each row's codes as one joined text; releases of the first versions do not."""
        return self.has(CODE_SET)

    def has(self, field: str, value: object = "") -> bool:
        """Whether it has that field, of texts unless `value` is something else."""
        try:
            tantivy.Query.term_query(self.schema, field, value, index_option="basic")
        except ValueError:
            return False
        return True

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

    Shape: the files of one segment and `meta.json`, and `record_rows.FILE`; readable by everyone, no dot files.
    Raises: FileExistsError if the folder is there.
    """
    folder.mkdir()
    schema = _build_schema()
    index = tantivy.Index(schema, str(folder))
    writer = index.writer(heap_size=_HEAP_BYTES, num_threads=1)
    for document in iter_documents(records):
        writer.add_json(document)
    writer.commit()
    writer.wait_merging_threads()
    write_record_rows(records.column("record_id"), folder)
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
            return OpenIndex(index.schema, index.searcher(), map_record_rows(folder))
        except (ValueError, OSError) as error:
            refuse_exhausted(error)
            raise _damaged() from error


@contextmanager
def index_guard() -> Iterator[None]:
    """Turn a panic of the index library, which no `except Exception` sees, into ReleaseDamaged.

    Raises: ReleaseDamaged; Exhausted if it panicked for want of threads, handles or memory.
    """
    try:
        yield
    except BaseException as error:
        # The panic's class is a BaseException that the library does not export.
        if type(error).__name__ == "PanicException":
            refuse_exhausted(error)
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
    builder.add_unsigned_field(SHARED, indexed=True)
    for sort in INDEXED_SORTS:
        builder.add_unsigned_field(sort.field, fast=True)
    builder.add_text_field("text", tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field("first_word", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("nit", tokenizer_name="raw", index_option="basic")
    for name in ("taxes", *CODE_FIELDS):
        builder.add_text_field(name, fast=name in PLACES, tokenizer_name="raw", index_option="basic")
    for name in (CODE_SET, NUMBER_SET):
        builder.add_text_field(name, fast=True, tokenizer_name="raw", index_option="basic")
    for name in ("from_day", "until_day", "jobs", "amount_cents"):
        builder.add_integer_field(name, fast=True)
    return builder.build()
