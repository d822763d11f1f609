"""Counting by sets of codes, against counting column by column and against a recount of the rows."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator

import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tantivy import Schema, SchemaBuilder

import exemptions.index
import exemptions.walks
from exemptions.documents import CODE_FIELDS, SET_SEPARATOR, iter_documents
from exemptions.filters import FILTERS
from exemptions.index import open_index, write_index
from exemptions.matches import matching_rows
from exemptions.query import RegistryQuery
from exemptions.release import Release, open_release
from exemptions.walks import Walk, walk
from tests.exemptions.releases import build_test_release, default_rows, record

EARLY_FIELDS = {
    "row", "text", "nit", "record_id", "taxes", *CODE_FIELDS, "jobs_status", "amount_status", "tax_set", "jobs_kind",
    "from_day", "until_day", "jobs", "jobs_year", "amount_cents", "amount_year",
}  # fmt: skip
COLUMNS = tuple(spec.field for spec in FILTERS if spec.is_facet)
ODD_ROWS = [
    record(90, name="ENTIDAD RARA UNO", jobs=5, jobs_year=None, jobs_kind=None, amount_gtq=7, amount_year=None),
    record(91, name="ENTIDAD RARA DOS", authority=None, taxes=None, department=None),
    record(92, name="ENTIDAD RARA TRES", taxes="ISO;IVA", jobs=0, jobs_kind=None),
]


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    releases = tmp_path_factory.mktemp("releases")
    build_test_release(releases, [*default_rows(), *ODD_ROWS])
    return open_release(releases / "1", verify=False)


@pytest.fixture(scope="module")
def early(release: Release, tmp_path_factory: pytest.TempPathFactory) -> Release:
    """The same release with an index as the first versions wrote it: a field for each column, and no sets."""
    folder = tmp_path_factory.mktemp("early") / "index"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exemptions.index, "_build_schema", early_schema)
        patch.setattr(exemptions.index, "iter_documents", early_documents)
        write_index(release.records, folder)
    opened = open_release(release.folder, verify=False)
    opened.index = open_index(folder)
    return opened


def early_schema() -> Schema:
    builder = SchemaBuilder()
    builder.add_unsigned_field("row", indexed=True, fast=True)
    builder.add_text_field("text", tokenizer_name="whitespace", index_option="freq")
    for name in ("nit", "record_id", "taxes"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in (*CODE_FIELDS, "jobs_status", "amount_status", "tax_set", "jobs_kind"):
        builder.add_text_field(name, fast=True, tokenizer_name="raw", index_option="basic")
    for name in ("from_day", "until_day", "jobs", "jobs_year", "amount_cents", "amount_year"):
        builder.add_integer_field(name, fast=True)
    return builder.build()


def early_documents(records: pa.RecordBatch) -> Iterator[str]:
    names = ("jobs_status", "jobs_year", "jobs_kind", "amount_status", "amount_year")
    for line in iter_documents(records):
        document = json.loads(line)
        told = dict(zip(names, document.pop("number_set").split(SET_SEPARATOR), strict=True))
        for name in ("jobs_year", "amount_year"):
            told[name] = int(told[name]) if told[name] else None
        if told["jobs_year"] is None:
            told["jobs_kind"] = None
        taxes = document.pop("code_set").split(SET_SEPARATOR)[-1]
        document |= told | {"tax_set": taxes or None}
        yield json.dumps(
            {name: value for name, value in document.items() if value is not None and name in EARLY_FIELDS}
        )


def plain(counted: Walk) -> tuple[object, ...]:
    return counted.counts, Counter(counted.jobs), Counter(counted.amounts)


QUERIES = st.builds(
    RegistryQuery,
    q=st.sampled_from(["", "entidad", "nubes obsidiana", "rara", "fundasion", "zzzz"]),
    category=st.sampled_from([(), ("FUND",), ("COOP", "FUND"), ("ASOC",)]),
    department=st.sampled_from([(), ("01",), ("09", "16")]),
    tax=st.sampled_from([(), ("IVA",)]),
    jobs_min=st.sampled_from([None, 0, 7]),
    amount_max=st.sampled_from([None, 7, 200_000_000]),
)


@settings(max_examples=60, deadline=None)
@given(query=QUERIES)
def test_walk__sets_count_as_the_columns_of_early_releases_do(
    release: Release, early: Release, query: RegistryQuery
) -> None:
    assert plain(walk(release, query, COLUMNS, with_sums=True)) == plain(walk(early, query, COLUMNS, with_sums=True))


@settings(max_examples=30, deadline=None)
@given(query=QUERIES)
def test_walk__equals_a_recount_of_the_rows(release: Release, query: RegistryQuery) -> None:
    frame = pl.DataFrame(pl.from_arrow(release.records.take(matching_rows(release, query).to_arrow())))
    counted = walk(release, query, COLUMNS, with_sums=True)
    for column in (*COLUMNS, "jobs_status", "amount_status"):
        texts = frame.get_column(column).cast(pl.String).drop_nulls().to_list()
        assert counted.counts[column] == Counter(code for text in texts for code in text.split(";")), column
    with_jobs, with_amount = frame.drop_nulls("jobs"), frame.drop_nulls("amount_gtq")
    by_jobs = with_jobs.group_by("jobs_year", pl.col("jobs_kind").cast(pl.String)).agg(pl.col("jobs").sum(), pl.len())
    by_amount = with_amount.group_by("amount_year").agg(pl.col("amount_gtq").sum(), pl.len())
    assert sorted(map(str, counted.jobs)) == sorted(map(str, by_jobs.iter_rows()))
    assert sorted(map(str, counted.amounts)) == sorted(map(str, by_amount.iter_rows()))


def test_walk__only_what_is_asked_for(release: Release) -> None:
    assert walk(release, RegistryQuery(), ["department"], with_sums=False).counts.keys() == {"department"}
    assert not walk(release, RegistryQuery(), ["status"], with_sums=False).jobs
    assert walk(release, RegistryQuery(), (), with_sums=True).counts.keys() == {"jobs_status", "amount_status"}


def test_walk__more_sets_than_can_be_told_are_an_error(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exemptions.walks, "_MOST_VALUES", 3)
    with pytest.raises(OverflowError):
        walk(release, RegistryQuery(), COLUMNS, with_sums=True)


def test_walk__a_missing_place_is_no_place(release: Release) -> None:
    places = walk(release, RegistryQuery(), ("department", "municipality", "activity"), with_sums=False).counts
    assert all("" not in values for values in places.values())
    assert sum(places["activity"].values()) < release.records.num_rows


def test_index__early_releases_hold_no_sets(release: Release, early: Release) -> None:
    assert release.index.holds_sets
    assert not early.index.holds_sets
    assert walk(early, RegistryQuery(), ["taxes"], with_sums=False).counts["taxes"]["IVA"]
