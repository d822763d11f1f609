"""The book keeps every state of every record and can be put back to any of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from exemptions.content import CONTENT_SCHEMA, KEY
from exemptions.database import Book, open_book
from exemptions.datasets import Mode
from exemptions.history import (
    compare,
    draw_record_ids,
    overlay,
    prepare_entry,
    read_content,
    read_earlier,
    restore_content,
    write_entry,
)
from exemptions.settings import read_settings
from tests.databases import Databases

pytestmark = pytest.mark.both_databases

FIRST, SECOND = date(2026, 1, 31), date(2026, 2, 28)


@pytest.fixture
def book(tmp_path: Path, database: Databases) -> Iterator[Book]:
    environment = {"EXEMPTIONS_HOME": str(tmp_path / "home"), **database.environment()}
    opened = open_book(read_settings(environment), clock=lambda: datetime(2026, 1, 31, 12, tzinfo=UTC))
    yield opened
    opened.close()


def edition(**names: str | None) -> pl.DataFrame:
    """An edition with one record per argument: NIT = name of the argument, name = its value."""
    rows = [
        {**dict.fromkeys(CONTENT_SCHEMA), "nit": nit, "category": "ASOC", "resolution": "", "name": name}
        | {"person_kind": "legal", "exempt_type": "NOLUC", "status": "active"}
        for nit, name in names.items()
    ]
    return pl.DataFrame(rows, schema=dict(CONTENT_SCHEMA))


def load(
    session: Session, rows: pl.DataFrame, *, release: int, cutoff: date = FIRST, mode: Mode = Mode.REPLACE
) -> None:
    current = read_content(session)
    entry = prepare_entry(session, current, compare(current, rows, mode=mode), release=release, cutoff=cutoff)
    write_entry(session, entry, release=release, batch=None)
    # What is published is made from the entry, so it must be what the book gives.
    before = content(current) if release > 1 else []
    assert content(entry.content) == content(read_content(session))
    assert content(read_earlier(session, entry.content, release=release - 1)) == before


def content(frame: pl.DataFrame) -> list[tuple[object, ...]]:
    return frame.select("record_id", "first_release", *CONTENT_SCHEMA.keys(), "status_since").sort(KEY).rows()


def test_compare__tells_added_ended_and_changed(book: Book) -> None:
    with book.write() as session:
        load(session, edition(a="Uno", b="Dos", c="Tres"), release=1)
        comparison = compare(read_content(session), edition(a="Uno", b="Dos bis", d="Cuatro"), mode=Mode.REPLACE)
    assert comparison.added["nit"].to_list() == ["d"]
    assert comparison.ended["nit"].to_list() == ["c"]
    assert comparison.changed.select("nit", "name", "name_before").rows() == [("b", "Dos bis", "Dos")]


def test_compare__merge_ends_nothing(book: Book) -> None:
    with book.write() as session:
        load(session, edition(a="Uno", b="Dos"), release=1)
        comparison = compare(read_content(session), edition(a="Otro"), mode=Mode.MERGE)
    assert comparison.ended.is_empty()
    assert comparison.changed["nit"].to_list() == ["a"]


def test_compare__a_value_that_vanishes_is_a_change(book: Book) -> None:
    with book.write() as session:
        load(session, edition(a="Uno").with_columns(jobs=pl.lit(0, dtype=pl.Int64)), release=1)
        comparison = compare(read_content(session), edition(a="Uno"), mode=Mode.REPLACE)
    assert comparison.changed.select("jobs", "jobs_before").rows() == [(None, 0)]


def test_apply__grows_by_the_changes_only(book: Book) -> None:
    with book.write() as session:
        load(session, edition(a="Uno", b="Dos", c="Tres"), release=1)
        kept = read_content(session).filter(pl.col("nit") != "b")["version_id"].to_list()
        load(session, edition(a="Uno", b="Dos bis", c="Tres"), release=2)
        assert read_content(session)["version_id"].to_list() == [*kept, 4]


def test_apply__every_past_release_stays_answerable(book: Book) -> None:
    with book.write() as session:
        load(session, edition(a="Uno", b="Dos"), release=1)
        first = content(read_content(session))
        load(session, edition(a="Uno bis", c="Tres"), release=2)
        second = content(read_content(session))
        load(session, edition(c="Tres"), release=3)
        assert content(read_content(session, release=1)) == first
        assert content(read_content(session, release=2)) == second


def test_apply__a_record_that_comes_back_keeps_its_identifier(book: Book) -> None:
    with book.write() as session:
        load(session, edition(a="Uno", b="Dos"), release=1)
        before = dict(read_content(session).select("nit", "record_id").rows())
        load(session, edition(b="Dos"), release=2)
        load(session, edition(a="Uno", b="Dos"), release=3)
        after = read_content(session)
    assert dict(after.select("nit", "record_id").rows()) == before
    assert set(after["first_release"]) == {1}


def test_apply__a_status_that_lasts_keeps_the_day_it_began(book: Book) -> None:
    with book.write() as session:
        load(session, edition(a="Uno", b="Dos"), release=1)
        renamed = edition(a="Uno bis", b="Dos").with_columns(
            status=pl.when(pl.col("nit") == "b").then(pl.lit("suspended")).otherwise("status")
        )
        load(session, renamed, release=2, cutoff=SECOND)
        since = dict(read_content(session).select("nit", "status_since").rows())
    assert since == {"a": FIRST, "b": SECOND}


def test_apply__a_version_replaced_within_its_own_release_leaves_no_trace(book: Book) -> None:
    with book.write() as session:
        load(session, edition(a="Uno"), release=1)
        load(session, edition(a="Uno bis"), release=1)
        assert read_content(session).select("nit", "name").rows() == [("a", "Uno bis")]
        assert read_content(session, release=1).height == 1


def test_overlay__counts_records_of_an_earlier_overlay_once(book: Book) -> None:
    with book.write() as session:
        load(session, edition(a="Uno"), release=1)
        standing = overlay(read_content(session), edition(a="Uno", b="Dos"), mode=Mode.REPLACE, cutoff=FIRST)
        standing = overlay(standing, edition(a="Uno", b="Dos bis"), mode=Mode.REPLACE, cutoff=SECOND)
    assert sorted(standing.select("nit", "name").rows()) == [("a", "Uno"), ("b", "Dos bis")]


def test_restore__gives_back_exactly_what_was(book: Book) -> None:
    with book.write() as session:
        load(session, edition(a="Uno", b="Dos"), release=1)
        first = content(read_content(session))
        load(session, edition(a="Uno bis", c="Tres"), release=2)
        second = content(read_content(session))
        restore_content(session, source=1, release=3)
        assert content(read_content(session)) == first
        assert content(read_content(session, release=2)) == second


def test_write__an_error_leaves_the_book_as_it_was(book: Book) -> None:
    with book.write() as session:
        load(session, edition(a="Uno"), release=1)
    with pytest.raises(RuntimeError), book.write() as session:
        load(session, edition(b="Dos"), release=2)
        raise RuntimeError
    with book.read() as session:
        assert read_content(session)["nit"].to_list() == ["a"]


EDITIONS = st.lists(
    st.dictionaries(st.sampled_from("abcdef"), st.sampled_from(["Uno", "Dos", "Tres"]), max_size=6),
    min_size=1,
    max_size=5,
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(editions=EDITIONS, back=st.integers(min_value=1))
def test_history__any_row_of_editions_and_a_rollback_stay_answerable(
    editions: list[dict[str, str]], back: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    opened = open_book(read_settings({"EXEMPTIONS_HOME": str(tmp_path_factory.mktemp("home"))}))
    try:
        with opened.write() as session:
            seen = []
            for number, names in enumerate(editions, start=1):
                load(session, edition(**names), release=number)
                seen.append(content(read_content(session)))
            source = (back - 1) % len(editions) + 1
            restore_content(session, source=source, release=len(editions) + 1)
            seen.append(seen[source - 1])
            for number, expected in enumerate(seen, start=1):
                assert content(read_content(session, release=number)) == expected
                assert content(read_earlier(session, read_content(session), release=number)) == expected
            assert content(read_content(session)) == seen[-1]
    finally:
        opened.close()


def test_draw_record_ids__are_sixteen_base32_characters_and_differ() -> None:
    drawn = draw_record_ids(1_000)
    assert len(set(drawn)) == 1_000
    assert {len(text) for text in drawn} == {16}
    assert set("".join(drawn)) == set("abcdefghijklmnopqrstuvwxyz234567")
