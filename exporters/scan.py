"""The last look before a release goes public: no identifier of a natural person in any text of any file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import cast

import polars as pl
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from exemptions.bulk import read_frame
from exemptions.columns import PersonKind
from exemptions.disclosure import Level, Policy
from exemptions.errors import PrivateIdentifierFound
from exemptions.models import RecordKey, RecordVersion
from exporters.identifiers import find_identifiers
from exporters.manifest import GZIP, ZSTD
from exporters.scan_bytes import INDEX, iter_hidden
from exporters.sieve import Sieve
from exporters.texts import holds_the_same, holds_the_same_text, iter_texts

_TEXTS_AT_ONCE = 1_000_000
_NAMED_PLACES = 50


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
    """What versions of records say of every number that any version gives to a natural person."""
    versions = RecordVersion
    of_persons = (
        select(RecordKey.nit)
        .join_from(versions, RecordKey, versions.record_id == RecordKey.record_id)
        .where(versions.person_kind == PersonKind.NATURAL)
    )
    statement = (
        select(RecordKey.nit, RecordKey.category, versions.person_kind, versions.to_release, versions.batch)
        .join_from(versions, RecordKey, versions.record_id == RecordKey.record_id)
        .where(RecordKey.nit.in_(of_persons))
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


def scan_folder(folder: Path, private: pl.Series, watched: Mapping[str, pl.Series] | None = None) -> None:
    """Look for the `private` identifiers in every text cell of every file below `folder`.

    `watched` are the texts with such numbers in what was looked at while it was packed, by path without coding: those
    files are not unpacked again. The index, which has no cells, is looked into by `scan_hidden`.

    Raises: PrivateIdentifierFound naming file, column and row of the hits, never the identifier.
    """
    seen = watched or {}
    unseen = [path for path in _files(folder) if _uncoded(path.relative_to(folder).as_posix()) not in seen]
    _scan(folder, unseen, private, seen)


def scan_files(folder: Path, paths: Iterable[str], private: pl.Series) -> None:
    """Look for the `private` identifiers in some files below `folder`.

    Raises: PrivateIdentifierFound.
    """
    _scan(folder, [folder / path for path in paths], private, {})


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


def _uncoded(path: str) -> str:
    return path.removesuffix(GZIP).removesuffix(ZSTD)


def _scan(folder: Path, paths: list[Path], private: pl.Series, seen: Mapping[str, pl.Series]) -> None:
    if private.is_empty():
        return
    sieve = Sieve(private)
    found = [find_identifiers(texts, private) for texts in _gather(_unproven(paths), sieve)]
    guilty = pl.concat([pl.Series("text", [], pl.String), *found, *seen.values()]).unique()
    if guilty.is_empty():
        return
    packed = [path for path in _files(folder) if _uncoded(path.relative_to(folder).as_posix()) in seen]
    places = tuple(_iter_places(folder, sorted([*paths, *packed]), guilty))
    raise PrivateIdentifierFound(
        f"No se publica: {len(places)} celdas tienen números de personas individuales: {_listed(places, 'es')}.",
        f"Not published: {len(places)} cells hold identifiers of natural persons: {_listed(places, 'en')}.",
        places,
    )


def _unproven(paths: list[Path]) -> Iterator[Path]:
    """The files to be read: of those that hold the same text, byte for byte, only one.

    Comparing takes a third of the time of parsing, and parsing JSON is the larger part of the scan.
    """
    for path in paths:
        other_coding = path.with_suffix(GZIP)
        if path.suffix == ZSTD and other_coding in paths and holds_the_same_text(path, other_coding):
            continue
        lines = path.with_name(path.name.replace(".json", ".ndjson"))
        if ".json" not in path.suffixes or lines not in paths or not holds_the_same(path, lines):
            yield path


def _files(folder: Path) -> list[Path]:
    return sorted(p for p in folder.rglob("*") if p.is_file() and p.relative_to(folder).parts[0] != INDEX)


def _gather(paths: Iterable[Path], sieve: Sieve) -> Iterator[pl.Series]:
    """The texts of files, many at a time: a call costs more than looking at a thousand texts."""
    gathered, count = [pl.Series("text", [], pl.String)], 0
    for path in paths:
        for _, _, texts in iter_texts(path, sieve):
            gathered.append(texts)
            count += len(texts)
            if count >= _TEXTS_AT_ONCE:
                yield pl.concat(gathered, rechunk=False)
                gathered, count = gathered[:1], 0
    yield pl.concat(gathered, rechunk=False)


def _iter_places(folder: Path, paths: list[Path], guilty: pl.Series) -> Iterator[str]:
    for path in paths:
        for column, first_row, texts in iter_texts(path):
            hits = texts.to_frame("text").with_row_index("row", first_row)
            hits = hits.filter(pl.col("text").is_in(guilty.implode()))
            for row in hits.get_column("row"):
                yield f"{path.relative_to(folder).as_posix()}:{column}:{row}"


def _listed(places: tuple[str, ...], lang: str) -> str:
    rest = len(places) - _NAMED_PLACES
    more = "" if rest <= 0 else f" … y {rest} más" if lang == "es" else f" … and {rest} more"
    return ", ".join(places[:_NAMED_PLACES]) + more
