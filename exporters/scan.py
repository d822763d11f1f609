"""The last look before a release goes public: no identifier of a natural person in any text of any file."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from exemptions.bulk import read_frame
from exemptions.columns import COLUMN, Kind, PersonKind
from exemptions.disclosure import Level, Policy
from exemptions.errors import PrivateIdentifierFound
from exemptions.models import RecordKey, RecordVersion
from exporters.identifiers import find_identifiers
from exporters.manifest import iter_plain
from exporters.scan_bytes import INDEX, iter_hidden


def _json_type(kind: Kind) -> pl.DataType:
    match kind:
        case Kind.LIST:
            return pl.List(pl.String)
        case Kind.INTEGER:
            return pl.Int64()
        case Kind.MONEY:
            return pl.Float64()
        case Kind.TEXT | Kind.CODE | Kind.DATE:
            return pl.String()


Texts = tuple[str, pl.Series]
"""A column's name and its texts, row by row."""

_NUMBERS = frozenset(key for key, column in COLUMN.items() if column.kind in (Kind.INTEGER, Kind.MONEY, Kind.DATE))
# Both are drawn or computed without any identifier, and long runs of digits occur in them by chance.
_RANDOM = frozenset({"record_id", "sha256", "manifest_sha256", "policy_sha256"})
_NAMED_PLACES = 50
_JSON_TYPES = {key: _json_type(column.kind) for key, column in COLUMN.items()}
_NIT = "nit"


def private_identifiers(session: Session, policy: Policy) -> pl.Series:
    """The numbers of natural persons that must not be public: those of all records the book ever held.

    A number that the latest file to speak of it gives to legal persons was entered wrongly before, and is not private;
    a rollback does not undo that knowledge. A number that the policy publishes, on a recorded ground, is not either.
    Order: ascending.
    """
    held = _held_numbers(session)
    natural = pl.col("person_kind") == PersonKind.NATURAL
    batch = pl.col("batch").fill_null(0)
    latest = batch == batch.max().over("nit")
    persons = held.filter(natural & (latest | pl.col("to_release").is_null())).select("nit").unique()
    pairs = held.filter(natural).join(persons, on="nit", how="semi").select("nit", "category").unique()
    closed = [
        category
        for category in pairs.get_column("category").unique()
        if policy.rule("nit", PersonKind.NATURAL, category).level is not Level.PUBLIC
    ]
    return pairs.filter(pl.col("category").is_in(closed)).get_column("nit").unique().sort()


def _held_numbers(session: Session) -> pl.DataFrame:
    versions = RecordVersion
    statement = (
        select(RecordKey.nit, RecordKey.category, versions.person_kind, versions.to_release, versions.batch)
        .join_from(versions, RecordKey, versions.record_id == RecordKey.record_id)
        .distinct()
    )
    schema = {
        "nit": pl.String,
        "category": pl.String,
        "person_kind": pl.String,
        "to_release": pl.Int64,
        "batch": pl.Int64,
    }
    return read_frame(session, cast("Select[tuple[object, ...]]", statement), schema)


def scan_folder(folder: Path, private: pl.Series) -> None:
    """Look for the `private` identifiers in every text cell of every file below `folder`.

    The index, which has no cells, is looked into by `scan_hidden`.

    Raises: PrivateIdentifierFound naming file, column and row of the hits, never the identifier.
    """
    _scan(folder, _files(folder), private)


def scan_file(folder: Path, path: Path, private: pl.Series) -> None:
    """Look for the `private` identifiers in one file below `folder`.

    Raises: PrivateIdentifierFound.
    """
    _scan(folder, [path], private)


def scan_hidden(folder: Path, private: pl.Series) -> None:
    """Look for the `private` identifiers below what readers show, in the finished tables and index of `folder`.

    Raises: PrivateIdentifierFound naming file and byte.
    """
    places = tuple(iter_hidden(folder, private))
    if places:
        raise PrivateIdentifierFound(
            f"No se publica: hay números de personas individuales donde ningún lector los muestra: "
            f"{_listed(places, 'es')}.",
            f"Not published: identifiers of natural persons lie where no reader shows them: {_listed(places, 'en')}.",
            places,
        )


def _scan(folder: Path, paths: list[Path], private: pl.Series) -> None:
    if private.is_empty():
        return
    distinct = [texts.unique().rename("text") for path in paths for _, texts in iter_texts(path)]
    guilty = find_identifiers(pl.concat([pl.Series("text", [], pl.String), *distinct]), private)
    if guilty.is_empty():
        return
    places = tuple(_iter_places(folder, paths, guilty))
    raise PrivateIdentifierFound(
        f"No se publica: {len(places)} celdas tienen números de personas individuales: {_listed(places, 'es')}.",
        f"Not published: {len(places)} cells hold identifiers of natural persons: {_listed(places, 'en')}.",
        places,
    )


def iter_texts(path: Path) -> Iterator[Texts]:
    """Yield the text columns of a file, whatever its format; columns of numbers and days are no text."""
    name = path.name.removesuffix(".gz")
    match Path(name).suffix:
        case ".arrow":
            with pa.memory_map(str(path)) as source:
                yield from _table_texts(pa.ipc.open_file(source).read_all())
        case ".parquet":
            yield from _table_texts(pq.read_table(path))
        case ".csv":
            frame = pl.read_csv(io.BytesIO(_content(path)), infer_schema=False)
            yield from _frame_texts(frame.drop(_NUMBERS, strict=False))
        case ".ndjson":
            yield from _ndjson_texts(_content(path))
        case ".json":
            yield from _json_texts(_content(path))
        case _:
            yield "*", pl.Series(_content(path).decode("utf-8").splitlines(), dtype=pl.String)


def _files(folder: Path) -> list[Path]:
    return sorted(p for p in folder.rglob("*") if p.is_file() and p.relative_to(folder).parts[0] != INDEX)


def _content(path: Path) -> bytes:
    return b"".join(iter_plain(path)) if path.suffix == ".gz" else path.read_bytes()


def _table_texts(table: pa.Table) -> Iterator[Texts]:
    for key, value in (table.schema.metadata or {}).items():
        if not key.startswith(b"ARROW:"):
            yield f"metadata {key.decode()}", pl.Series([value.decode()], dtype=pl.String)
    frame = pl.from_arrow(table)
    if isinstance(frame, pl.DataFrame):
        yield from _frame_texts(frame)


def _frame_texts(frame: pl.DataFrame) -> Iterator[Texts]:
    for name, kind in frame.schema.items():
        if name in _RANDOM:
            continue
        if name == _NIT:
            # The heading says what the cell is, so that even the shortest number in it counts.
            yield name, frame.select(pl.lit("NIT ") + pl.col(name).cast(pl.String)).to_series().alias(name)
        elif kind == pl.List(pl.String):
            yield name, frame.get_column(name).list.join("\n")
        elif kind in (pl.String, pl.Categorical):
            yield name, frame.get_column(name).cast(pl.String)


def _ndjson_texts(content: bytes) -> Iterator[Texts]:
    if not content:
        return
    keys = json.loads(content[: content.find(b"\n")]).keys()
    if keys <= _JSON_TYPES.keys():
        # Given the types, the rows are read in a third of the time, and no column of nulls is taken for one of numbers.
        schema = {key: _JSON_TYPES[key] for key in keys}
        yield from _frame_texts(pl.read_ndjson(io.BytesIO(content), schema=schema))
    else:
        yield from _frame_texts(pl.read_ndjson(io.BytesIO(content), infer_schema_length=None))


def _json_texts(content: bytes) -> Iterator[Texts]:
    # The array of records is written one object a line; as lines it is read many times faster than as a whole.
    if content.startswith(b"[\n{") and content.endswith(b"}\n]\n"):
        yield from _ndjson_texts(content[2:-2].replace(b"},\n{", b"}\n{"))
        return
    found = list(_walk("$", json.loads(content)))
    yield "*", pl.Series([text for _, text in found], dtype=pl.String)


def _walk(place: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, dict):
        for key, part in value.items():
            yield place, key
            if key not in _RANDOM:
                yield from _walk(f"{place}.{key}", part)
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from _walk(f"{place}[{number}]", part)


def _iter_places(folder: Path, paths: list[Path], guilty: pl.Series) -> Iterator[str]:
    for path in paths:
        for column, texts in iter_texts(path):
            hits = texts.to_frame("text").with_row_index("row", 1).filter(pl.col("text").is_in(guilty.implode()))
            for row in hits.get_column("row"):
                yield f"{path.relative_to(folder).as_posix()}:{column}:{row}"


def _listed(places: tuple[str, ...], lang: str) -> str:
    rest = len(places) - _NAMED_PLACES
    more = "" if rest <= 0 else f" … y {rest} más" if lang == "es" else f" … and {rest} more"
    return ", ".join(places[:_NAMED_PLACES]) + more
