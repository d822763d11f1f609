"""Searching a real index: what matches, in which order, how it is counted and how a walk goes."""

from __future__ import annotations

import json
import stat
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tantivy import Index, Query, SchemaBuilder

from exemptions.answers import AnswerCache
from exemptions.columns import KEYS
from exemptions.cursor import Cursor, decode_cursor, encode_cursor
from exemptions.errors import InvalidQuery, ReleaseDamaged
from exemptions.filters import FACETS, FILTER
from exemptions.index import OpenIndex, index_guard, open_index, write_index
from exemptions.names import name_order
from exemptions.query import RegistryQuery, parse_query
from exemptions.release import Release, open_release
from exemptions.search import FacetValue, all_rows, facets, search, search_and_count, suggest, sums, taxpayers
from tests.exemptions.releases import (
    Row,
    build_test_release,
    default_rows,
    invented_nit,
    invented_record_id,
    record,
    records_table,
)


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return open_release(build_test_release(tmp_path_factory.mktemp("releases")))


def open_rows(folder: Path, rows: list[Row], **more: Any) -> Release:
    return open_release(build_test_release(folder, rows, **more))


def names(release: Release, query: RegistryQuery) -> list[str | None]:
    hits = search(release, query, limit=1000)
    return [item["name"] for item in release.to_items(hits.rows, ["name"])]


def ids(release: Release, query: RegistryQuery) -> list[str]:
    rows = search(release, query, limit=1000).rows
    return [item["record_id"] for item in release.to_items(rows, ["record_id"])]


def walk(release: Release, query: RegistryQuery, limit: int) -> Iterator[int]:
    after: int | None = None
    while True:
        hits = search(release, query, limit=limit, after_rank=after)
        assert len(hits.rows) <= limit
        yield from hits.rows
        if hits.next_rank is None:
            return
        after = decode_cursor(encode_cursor(release.number, query, hits.next_rank), query).rank


# What matches.


def test_search__no_filter_gives_everything_in_name_order(release: Release) -> None:
    hits = search(release, RegistryQuery(), limit=1000)
    assert (hits.total, hits.approximate, hits.next_rank) == (16, False, None)
    assert hits.rows == list(range(16))
    found = names(release, RegistryQuery())
    assert found[-2:] == [None, None]
    assert [n for n in found if n] == sorted((n for n in found if n), key=name_order)


@pytest.mark.parametrize(
    "q",
    ["nandu", "ÑANDÚ", "agricola cooperativa", "coop", "cooperativa nandu responsabilidad limitada", "nandú, r. l."],
)
def test_search__a_name_is_found_in_any_writing(release: Release, q: str) -> None:
    assert names(release, RegistryQuery(q=q)) == ["Cooperativa Agrícola Ñandú, R.L."]
    assert not search(release, RegistryQuery(q=q), limit=1).approximate


@pytest.mark.parametrize("q", ["!!!", '"', "'", "—", "*", "( )", "\u200b"])
def test_search__a_text_of_signs_matches_nothing(release: Release, q: str) -> None:
    hits = search(release, RegistryQuery(q=q), limit=20)
    assert (hits.total, hits.rows, hits.approximate, hits.next_rank) == (0, [], False, None)
    assert all_rows(release, RegistryQuery(q=q)).to_pylist() == []
    assert taxpayers(release, RegistryQuery(q=q)) == 0


@pytest.mark.parametrize(
    "q", ["nube AND obsidiana", "name:nube", "nube*", 'text:"nube"', "(nube", "-nube", "nube OR ñame", "+nube^2"]
)
def test_search__query_syntax_is_plain_words(release: Release, q: str) -> None:
    plain = "".join(c if c.isalnum() else " " for c in q)
    assert ids(release, RegistryQuery(q=q)) == ids(release, RegistryQuery(q=plain))


def test_search__one_typo_finds_and_says_so(release: Release) -> None:
    hits = search(release, RegistryQuery(q="colgio luciernaga"), limit=20)
    assert hits.approximate
    assert names(release, RegistryQuery(q="colgio luciernaga")) == ["COLEGIO LA LUCIÉRNAGA"] * 2


def test_search__two_typos_need_eight_letters(release: Release) -> None:
    assert search(release, RegistryQuery(q="lucernnaga"), limit=1).total == 2
    assert search(release, RegistryQuery(q="clgio"), limit=1).total == 0


def test_search__an_exact_hit_is_never_joined_by_near_ones(tmp_path: Path) -> None:
    release = open_rows(tmp_path, [record(1, name="Lago Azul"), record(2, name="Lazo Azul")])
    assert names(release, RegistryQuery(q="lago azul")) == ["Lago Azul"]
    assert names(release, RegistryQuery(q="lano azul")) == ["Lago Azul", "Lazo Azul"]


def test_search__one_misspelt_word_is_preferred_to_two(tmp_path: Path) -> None:
    release = open_rows(tmp_path, [record(1, name="Ceiba Morada"), record(2, name="Ceibo Moradas")])
    assert names(release, RegistryQuery(q="ceiba norada")) == ["Ceiba Morada"]


@pytest.mark.parametrize("q", ["escuela 123", "escuela 1235", "13245"])
def test_search__numbers_are_never_approximated(tmp_path: Path, q: str) -> None:
    release = open_rows(tmp_path, [record(1, name="Escuela 12345")])
    expected = 1 if "12345".startswith(q.split()[-1]) else 0
    assert search(release, RegistryQuery(q=q), limit=1).total == expected


def test_search__narrowing_by_a_filter_never_makes_words_misspelt(release: Release) -> None:
    hits = search(release, RegistryQuery(q="luciernaga", category=("COOP",)), limit=20)
    assert (hits.total, hits.approximate) == (0, False)


@pytest.mark.parametrize("writing", ["{0}", "NIT: {0}", "{1}-{2}", "{1}–{2}", "00{0}", " {1} {2} ", "{1}_{2}"])
def test_search__a_nit_gives_exactly_its_records(release: Release, writing: str) -> None:
    nit = invented_nit(3)
    q = writing.format(nit, nit[:-1], nit[-1])
    hits = search(release, RegistryQuery(q=q), limit=20)
    assert (hits.total, hits.approximate) == (2, False)
    assert {item["nit"] for item in release.to_items(hits.rows, ["nit"])} == {nit}


def test_search__an_unknown_nit_finds_nothing(release: Release) -> None:
    hits = search(release, RegistryQuery(q=invented_nit(4000)), limit=20)
    assert (hits.total, hits.approximate) == (0, False)
    assert search(release, RegistryQuery(nit=(invented_nit(4000),)), limit=20).total == 0


@pytest.mark.parametrize(
    ("params", "numbers"),
    [
        ({"nit": [invented_nit(1), invented_nit(2)]}, {1, 2}),
        ({"record_id": [invented_record_id(14)]}, {14}),
        ({"type": ["COOP"]}, {2}),
        ({"category": ["COOP", "CDAG"]}, {2, 10}),
        ({"permanence": ["temporary"], "status": ["active"]}, {3, 4, 13}),
        ({"department": ["16"]}, {9}),
        ({"municipality": ["0901"]}, {2, 7}),
        ({"activity": ["1410"]}, {3, 4}),
        ({"authority": ["MEM"]}, {8}),
        ({"person_kind": ["natural"]}, {13, 14, 15}),
        ({"jobs_min": ["340"]}, {3, 4}),
        ({"jobs_max": ["0"]}, {5}),
        ({"jobs_min": ["7"], "jobs_max": ["12"]}, {2, 11, 12}),
        ({"amount_max": ["0"]}, {4}),
        ({"amount_min": ["10.50"], "amount_max": ["10.50"]}, {5}),
        ({"amount_min": ["10.51"]}, {3, 8}),
        ({"valid_from_min": ["2022-03-15"]}, {5, 16}),
        ({"valid_from_max": ["2022-03-14"], "valid_from_min": ["2020-01-02"]}, {4}),
        ({"valid_until_max": ["2029-04-30"]}, {5, 8}),
        ({"valid_until_min": ["2029-05-01"], "permanence": ["temporary"]}, {3, 4, 13, 16}),
        ({"q": ["fundacion"], "jobs_min": ["1"]}, {11, 12}),
    ],
)
def test_search__filters(release: Release, params: dict[str, list[str]], numbers: set[int]) -> None:
    query = parse_query(params, release.catalogs)
    assert set(ids(release, query)) == {invented_record_id(n) for n in numbers}


def test_search__tax_matches_any_of_a_rows_taxes(release: Release) -> None:
    for item in release.to_items(range(16)):
        for tax in item["taxes"] or ():
            assert item["record_id"] in ids(release, RegistryQuery(tax=(tax,)))


@pytest.mark.parametrize(
    ("day", "numbers"),
    [
        (date(2021, 1, 31), {3, 8, 13}),
        (date(2021, 2, 1), {8, 13}),
        (date(2021, 7, 31), {4, 8, 13}),
        (date(2021, 8, 1), {3, 4, 8, 13}),
        (date(2023, 3, 14), {3, 4, 5, 8, 13}),
        (date(2023, 3, 15), {3, 4, 8, 13}),
        (date(2025, 8, 31), {3, 4, 8, 13}),
        (date(2025, 9, 1), {3, 4, 13}),
        (date(2027, 1, 1), {3, 4, 13, 16}),
    ],
)
def test_valid_on__dates_hold_and_nothing_suspends(release: Release, day: date, numbers: set[int]) -> None:
    query = RegistryQuery(valid_on=day, type=("BFT",))
    assert set(ids(release, query)) == {invented_record_id(n) for n in numbers}


def test_valid_on__open_ends_are_unbounded(release: Release) -> None:
    for day in (date.min, date.max):
        assert set(ids(release, RegistryQuery(valid_on=day))) == {
            invented_record_id(n) for n in (1, 2, 6, 7, 9, 10, 11, 12, 14, 15)
        }


def test_valid_on__a_withheld_date_is_not_taken_for_an_open_end(tmp_path: Path) -> None:
    release = open_rows(tmp_path, [record(1, withheld_fields="valid_from"), record(2)])
    assert ids(release, RegistryQuery(valid_on=date(2026, 1, 1))) == [invented_record_id(2)]


@pytest.mark.parametrize(
    "bound",
    [
        {"valid_from_min": date.min},
        {"valid_from_max": date.max},
        {"valid_until_min": date.min},
        {"valid_until_max": date.max},
    ],
)
def test_day_bounds__a_benefit_without_that_day_is_on_neither_side(release: Release, bound: dict[str, date]) -> None:
    column = next(iter(bound)).rpartition("_")[0]
    dated = {item["record_id"] for item in release.to_items(range(16)) if item[column] is not None}
    assert 0 < len(dated) < 16
    assert set(ids(release, RegistryQuery(**bound))) == dated


@pytest.mark.parametrize(
    ("events", "open_days", "closed_days"),
    [
        ([("suspension", "2022-01-01", "2022-01-31")], ["2021-12-31", "2022-02-01"], ["2022-01-01", "2022-01-31"]),
        (
            [("suspension", "2022-01-01", "2022-06-30"), ("reactivation", "2022-03-01", None)],
            ["2022-03-01"],
            ["2022-02-28"],
        ),
        ([("revocation", "2022-01-01", "2022-01-02")], ["2021-12-31"], ["2022-01-01", "2029-01-01"]),
        (
            [
                ("cancellation", "2022-01-01", None),
                ("reactivation", "2023-01-01", None),
                ("revocation", "2024-01-01", None),
            ],
            ["2023-01-01", "2023-12-31"],
            ["2022-12-31", "2024-01-01", "2028-01-01"],
        ),
        ([("reactivation", "2022-01-01", None)], ["2021-12-31", "2022-01-01"], []),
        ([("expiry", "2022-01-01", None)], ["2022-01-02"], []),
    ],
)
def test_valid_on__follows_the_events(
    tmp_path: Path, events: list[tuple[str, str, str | None]], open_days: list[str], closed_days: list[str]
) -> None:
    facts = [
        {"record_id": invented_record_id(1), "event": event, "date": date.fromisoformat(day),
         "until": date.fromisoformat(until) if until else None, "source": "events"}
        for event, day, until in events
    ]  # fmt: skip
    release = open_rows(tmp_path, [record(1), record(2)], events=facts)
    both, other = {invented_record_id(1), invented_record_id(2)}, {invented_record_id(2)}
    for days, expected in ((open_days, both), (closed_days, other)):
        for day in days:
            assert set(ids(release, RegistryQuery(valid_on=date.fromisoformat(day)))) == expected, day


# Order and walks.


def plain_order(items: list[dict[str, Any]], sort: str, descending: bool) -> list[str]:
    """The record ids in the order that the contract promises, computed the slow way."""
    present = [item for item in items if item[sort] is not None]
    missing = [item for item in items if item[sort] is None]

    def key(item: dict[str, Any]) -> Any:
        value = item[sort]
        if isinstance(value, list):
            return ";".join(value)
        is_words = sort == "name" or sort.endswith("_name") or sort in ("legal_basis", "status_reason")
        return name_order(value) if is_words else value

    ordered = sorted(present, key=key, reverse=descending)
    if descending:
        # Python's reverse keeps ties in their first order, as the contract does.
        assert [key(item) for item in ordered] == sorted((key(item) for item in present), reverse=True)
    return [item["record_id"] for item in [*ordered, *missing]]


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("sort", KEYS)
def test_sort__every_column_both_ways_missing_last_ties_in_name_order(
    release: Release, sort: str, descending: bool
) -> None:
    query = RegistryQuery(sort=sort, descending=descending)
    expected = plain_order(release.to_items(range(16)), sort, descending)
    assert ids(release, query) == expected
    rows = all_rows(release, query)
    everything = range(16) if rows is None else rows.to_pylist()
    assert [item["record_id"] for item in release.to_items(list(everything), ["record_id"])] == expected


@pytest.mark.parametrize("limit", [1, 2, 3, 15, 16, 17])
def test_walk__every_row_once(release: Release, limit: int) -> None:
    for sort in ("name", "jobs", "amount_gtq", "nit", "status"):
        query = RegistryQuery(sort=sort, descending=True)
        found = list(walk(release, query, limit))
        assert found == search(release, query, limit=1000).rows
        assert sorted(found) == list(range(16))


def test_search__a_page_of_no_rows_is_a_mistake_of_the_caller(release: Release) -> None:
    with pytest.raises(ValueError, match="at least one"):
        search(release, RegistryQuery(), limit=0)


@st.composite
def tables(draw: st.DrawFn) -> list[Row]:
    """Rows with many ties and many missing values."""
    count = draw(st.integers(0, 25))
    few = st.one_of(st.none(), st.integers(0, 3))
    return [
        record(
            number,
            name=draw(st.sampled_from(["Ñandú", "Nube", "nube", "Ozono", None])),
            nit=draw(st.sampled_from([invented_nit(1), invented_nit(2), None])),
            jobs=draw(few),
            amount_gtq=draw(few),
            valid_from=draw(st.one_of(st.none(), st.dates(date(2020, 1, 1), date(2020, 1, 3)))),
            category=draw(st.sampled_from(["COOP", "FUND", "ZF_IND"])),
            status=draw(st.sampled_from(["active", "suspended"])),
        )
        for number in range(count)
    ]


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(
    rows=tables(),
    sort=st.sampled_from(["name", "jobs", "amount_gtq", "valid_from", "valid_until", "nit", "category_name", "taxes"]),
    descending=st.booleans(),
    limit=st.integers(1, 9),
    status=st.sampled_from([(), ("active",)]),
)
def test_walk__any_table_any_order_any_page_size(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[Row],
    sort: str,
    descending: bool,
    limit: int,
    status: tuple[str, ...],
) -> None:
    release = open_rows(tmp_path_factory.mktemp("walk"), rows)
    query = RegistryQuery(sort=sort, descending=descending, status=status)
    items = release.to_items(list(walk(release, query, limit)))
    matching = [item for item in release.to_items(range(len(rows))) if not status or item["status"] in status]
    assert [item["record_id"] for item in items] == plain_order(matching, sort, descending)
    assert search(release, query, limit=limit).total == len(matching)


# Cursors.


def test_cursor__holds_release_and_rank(release: Release) -> None:
    query = RegistryQuery(q="ñandú", sort="jobs")
    text = encode_cursor(7, query, 2**40)
    assert text.isascii()
    assert decode_cursor(text, query) == Cursor(7, 2**40)


def test_cursor__fits_the_same_query_with_and_without_its_release() -> None:
    query = RegistryQuery(status=("active",))
    text = encode_cursor(7, query, 3)
    assert decode_cursor(text, RegistryQuery(status=("active",), release=7)).rank == 3
    for other in (
        RegistryQuery(status=("active",), release=8),
        RegistryQuery(),
        RegistryQuery(status=("active",), as_of=date(2026, 1, 1)),
        RegistryQuery(status=("active",), sort="jobs"),
        RegistryQuery(status=("active",), descending=True),
    ):
        with pytest.raises(InvalidQuery) as caught:
            decode_cursor(text, other)
        assert [problem.parameter for problem in caught.value.problems] == ["cursor"]


@given(st.one_of(st.text(max_size=80), st.binary(max_size=40).map(lambda b: b.hex())))
def test_cursor__what_was_not_made_here_is_refused(text: str) -> None:
    with pytest.raises(InvalidQuery):
        decode_cursor(text, RegistryQuery())


@given(st.integers(0, 31), st.sampled_from("ABCxyz019-_=. "))
def test_cursor__a_changed_sign_is_noticed(place: int, sign: str) -> None:
    text = encode_cursor(3, RegistryQuery(), 12)
    changed = text[:place] + sign + text[place + 1 :]
    if changed != text:
        with pytest.raises(InvalidQuery):
            decode_cursor(changed, RegistryQuery())


# Counts and sums.


def recount(items: list[dict[str, Any]], field: str) -> list[FacetValue]:
    counter: Counter[str] = Counter()
    for item in items:
        value = item[field]
        counter.update(value if isinstance(value, list) else [value] if value is not None else [])
    return [FacetValue(value, count) for value, count in sorted(counter.items(), key=lambda p: (-p[1], p[0]))]


@pytest.mark.parametrize(
    "query",
    [RegistryQuery(), RegistryQuery(q="colegio"), RegistryQuery(type=("BFT",)), RegistryQuery(q="!"),
     RegistryQuery(tax=("ISR",), person_kind=("legal",))],
)  # fmt: skip
def test_facets__equal_a_recount_and_ignore_their_own_filter(release: Release, query: RegistryQuery) -> None:
    counted = facets(release, query, FACETS)
    assert list(counted) == list(FACETS)
    for name in FACETS:
        others = RegistryQuery(q=query.q, **{f: getattr(query, f) for f in FACETS if f != name})
        rows = search(release, others, limit=1000).rows
        assert counted[name] == recount(release.to_items(rows), FILTER[name].field), name


@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
@given(rows=tables(), q=st.sampled_from(["nube", "n", "ozono"]), status=st.sampled_from([(), ("active",)]))
def test_search_and_count__counts_few_rows_as_the_index_counts_them(
    tmp_path_factory: pytest.TempPathFactory, rows: list[Row], q: str, status: tuple[str, ...]
) -> None:
    folder = build_test_release(tmp_path_factory.mktemp("few"), rows)
    query = RegistryQuery(q=q, status=status, sort="amount_gtq", descending=True)
    quick, plain = open_release(folder), open_release(folder)
    assert search_and_count(quick, query, FACETS, limit=25) == search(plain, query, limit=25)
    assert taxpayers(quick, query) == taxpayers(plain, query)
    assert sums(quick, query) == sums(plain, query)
    assert facets(quick, query, FACETS) == facets(plain, query, FACETS)


def test_facets__a_name_that_is_none_is_an_error(release: Release) -> None:
    with pytest.raises(KeyError):
        facets(release, RegistryQuery(), ["nit"])


def test_sums__years_and_kinds_stay_apart_and_states_are_counted(release: Release) -> None:
    found = sums(release, RegistryQuery())
    assert [(part.year, part.kind, part.sum, part.rows) for part in found.jobs] == [
        (2027, "projected", 25, 1),
        (2025, "projected", 340, 1),
        (2025, "reported", 352, 3),
        (2024, "reported", 14, 2),
    ]
    assert [(part.year, part.sum, part.rows) for part in found.amount_gtq] == [
        (2025, Decimal("100234567.90"), 3),
        (2024, Decimal("10.50"), 1),
    ]
    assert found.states == {
        "jobs": {"reported": 7, "not_reported": 8, "not_applicable": 0, "withheld": 1},
        "amount_gtq": {"reported": 4, "not_reported": 11, "not_applicable": 0, "withheld": 1},
    }


def test_sums__a_number_without_year_or_kind_is_summed_apart(tmp_path: Path) -> None:
    rows = [
        record(1, jobs=5, jobs_year=None, jobs_kind=None, amount_gtq=100, amount_year=None),
        record(2, jobs=6, amount_gtq=-250),
    ]
    found = sums(open_rows(tmp_path, rows), RegistryQuery())
    assert [(p.year, p.kind, p.sum) for p in found.jobs] == [(2025, "reported", 6), (None, None, 5)]
    assert [(p.year, p.sum) for p in found.amount_gtq] == [(2025, Decimal("-2.50")), (None, Decimal("1.00"))]


def test_sums__are_exact_where_floats_are_not(tmp_path: Path) -> None:
    rows = [record(1, amount_gtq=2**53, jobs=1), record(2, amount_gtq=1, jobs=2), record(3, amount_gtq=2**53 + 1)]
    found = sums(open_rows(tmp_path, rows), RegistryQuery())
    assert found.amount_gtq[0].sum == Decimal(2**54 + 2) / 100
    assert [(p.sum, p.rows) for p in found.jobs] == [(3, 2)]
    narrowed = sums(open_release(tmp_path / "1"), RegistryQuery(jobs_min=2))
    assert narrowed.amount_gtq[0].sum == Decimal("0.01")


def test_sums__of_nothing_are_empty(release: Release) -> None:
    found = sums(release, RegistryQuery(q="!"))
    assert (found.jobs, found.amount_gtq) == ((), ())
    assert found.states["jobs"] == {"reported": 0, "not_reported": 0, "not_applicable": 0, "withheld": 0}


@pytest.mark.parametrize("q", ["", "sociedad", "obsidiana", "a", "colegio"])
def test_taxpayers__are_the_distinct_numbers_of_the_rows(release: Release, q: str) -> None:
    rows = all_rows(release, RegistryQuery(q=q))
    nits = release.records.column("nit")
    told = (nits if rows is None else nits.take(rows)).to_pylist()
    assert taxpayers(release, RegistryQuery(q=q)) == len(set(told) - {None}) + told.count(None)


@pytest.mark.parametrize("q", ["", "sociedad", "a"])
def test_taxpayers__are_counted_without_the_mark_that_early_releases_lack(
    release: Release, monkeypatch: pytest.MonkeyPatch, q: str
) -> None:
    schema = SchemaBuilder().add_unsigned_field("row", indexed=True, fast=True).build()
    assert not OpenIndex(schema, release.index.searcher).marks_shared
    assert release.index.marks_shared
    expected = taxpayers(release, RegistryQuery(q=q))
    monkeypatch.setattr(OpenIndex, "marks_shared", False)
    assert taxpayers(open_release(release.folder), RegistryQuery(q=q)) == expected


def test_taxpayers__one_per_nit_and_each_natural_person_as_one(release: Release) -> None:
    assert taxpayers(release, RegistryQuery()) == 15
    assert taxpayers(release, RegistryQuery(q="obsidiana")) == 1
    assert taxpayers(release, RegistryQuery(person_kind=("natural",))) == 3


# Private values.


def test_private__a_withheld_value_can_not_be_reached_by_any_search(tmp_path: Path) -> None:
    """A null is in no filter, no sum, no suggestion, and sorts last both ways."""
    rows = [*default_rows(), record(50, name=None, nit=None, person_kind="natural", jobs_status="withheld")]
    release = open_rows(tmp_path, rows)
    hidden = invented_record_id(50)
    assert hidden not in ids(release, RegistryQuery(jobs_min=0))
    for sort in ("name", "nit", "jobs", "amount_gtq"):
        for descending in (False, True):
            last = release.to_items(
                search(release, RegistryQuery(sort=sort, descending=descending), limit=99).rows, ["record_id", sort]
            )
            place = next(n for n, item in enumerate(last) if item["record_id"] == hidden)
            assert all(item[sort] is None for item in last[place:])


# Suggestions.


def test_suggest__names_that_start_as_typed_come_first(tmp_path: Path) -> None:
    rows = [record(1, name="Asociación del Lago"), record(2, name="Lago Azul"), record(3, name="Club de Lagos")]
    found = suggest(open_rows(tmp_path, rows), "lag")
    assert [s.text for s in found] == ["Lago Azul", "Asociación del Lago", "Club de Lagos"]


def test_suggest__homonyms_are_one_name_without_a_nit(release: Release) -> None:
    (found,) = suggest(release, "colegio")
    assert (found.text, found.kind, found.nit, found.count) == ("COLEGIO LA LUCIÉRNAGA", "name", None, 2)


def test_suggest__a_name_of_one_taxpayer_brings_its_nit(release: Release) -> None:
    (found,) = suggest(release, "nubes de obs")
    assert (found.nit, found.count) == (invented_nit(3), 2)


def test_suggest__a_nit_by_its_beginning_from_three_digits(release: Release) -> None:
    found = suggest(release, invented_nit(3)[:11])
    assert [(s.text, s.kind, s.nit, s.count) for s in found] == [
        (f"{invented_nit(3)[:-1]}-{invented_nit(3)[-1]}", "nit", invented_nit(3), 2)
    ]
    assert [s.nit for s in suggest(release, "800", limit=3)] == [invented_nit(n) for n in (1, 2, 3)]
    assert suggest(release, "80") == []


def test_suggest__a_natural_persons_public_name_comes_without_a_nit(release: Release) -> None:
    (found,) = suggest(release, "ficticio")
    assert (found.text, found.nit) == ("FICTICIO,EJEMPLAR,,PRIMERO,", None)


@pytest.mark.parametrize("text", ["", " ", "!!", "x" * 300, "\x00", "zzzzzzzz"])
def test_suggest__nothing_for_a_text_that_finds_nothing(release: Release, text: str) -> None:
    assert suggest(release, text) == []


def test_suggest__gives_at_most_what_was_asked(tmp_path: Path) -> None:
    release = open_rows(tmp_path, [record(n, name=f"Lago número {n}") for n in range(30)])
    assert len(suggest(release, "lago", limit=5)) == 5
    assert len(suggest(release, "lago", limit=500)) == 20


# The index's files.


def test_index__is_readable_by_everyone_and_has_no_dot_files(tmp_path: Path) -> None:
    write_index(records_table(default_rows()), tmp_path / "index")
    files = list((tmp_path / "index").iterdir())
    assert files
    for path in files:
        assert not path.name.startswith(".")
        assert stat.S_IMODE(path.stat().st_mode) == 0o644


def test_index__opens_from_a_folder_that_may_not_be_written(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    write_index(records_table(default_rows()), folder)
    before = sorted(path.name for path in folder.iterdir())
    folder.chmod(0o555)
    try:
        assert open_index(folder).searcher.num_docs == 16
    finally:
        folder.chmod(0o755)
    assert sorted(path.name for path in folder.iterdir()) == before


def test_index__opens_while_the_library_takes_its_lock_once_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, scratch = tmp_path / "index", tmp_path / "scratch"
    write_index(records_table(default_rows()), folder)
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    stop = threading.Event()

    def take_locks() -> None:
        while not stop.is_set():
            for private in scratch.iterdir():
                with suppress(FileNotFoundError):
                    (private / ".tantivy-meta.lock").touch()

    watcher = threading.Thread(target=take_locks)
    watcher.start()
    try:
        assert {open_index(folder).searcher.num_docs for _ in range(100)} == {16}
    finally:
        stop.set()
        watcher.join()


def test_index__has_one_segment_in_row_order(tmp_path: Path) -> None:
    write_index(records_table([record(n, name=f"N {n}") for n in range(500)]), tmp_path / "index")
    assert open_index(tmp_path / "index").searcher.num_segments == 1


def test_index__of_no_records_answers(tmp_path: Path) -> None:
    release = open_rows(tmp_path, [])
    assert search(release, RegistryQuery(q="x"), limit=5).total == 0
    assert search(release, RegistryQuery(sort="status"), limit=5).rows == []
    assert facets(release, RegistryQuery(), ["type"]) == {"type": []}
    assert sums(release, RegistryQuery()).jobs == ()
    assert suggest(release, "lago") == []


def test_index__a_truncated_file_is_a_damaged_release(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    write_index(records_table(default_rows()), folder)
    for path in folder.glob("*.term"):
        path.write_bytes(path.read_bytes()[:20])
    with pytest.raises(ReleaseDamaged):
        open_index(folder).find_rows("nit", invented_nit(1))


def test_index_guard__a_panic_of_the_library_is_a_damaged_release(release: Release) -> None:
    with pytest.raises(ReleaseDamaged) as caught, index_guard():
        # The library panics when asked for no rows.
        release.index.searcher.search(Query.all_query(), 0)
    assert type(caught.value.__cause__).__name__ == "PanicException"


def test_index_guard__leaves_other_errors_alone() -> None:
    with pytest.raises(KeyboardInterrupt), index_guard():
        raise KeyboardInterrupt


def test_find_record__asks_an_index_of_the_first_versions_itself(tmp_path: Path) -> None:
    release = open_rows(tmp_path, [record(n) for n in (1, 2, 3)])
    schema = (
        SchemaBuilder()
        .add_unsigned_field("row", indexed=True, fast=True)
        .add_text_field("record_id", tokenizer_name="raw", index_option="basic")
        .build()
    )
    (tmp_path / "old").mkdir()
    writer = Index(schema, str(tmp_path / "old")).writer(num_threads=1)
    for row, record_id in enumerate(release.records.column("record_id").to_pylist()):
        writer.add_json(json.dumps({"row": row, "record_id": record_id}))
    writer.commit()
    writer.wait_merging_threads()
    asked = RegistryQuery(record_id=(invented_record_id(3), invented_record_id(9)))
    found = [release.find_record(invented_record_id(3)), search(release, asked, limit=9).rows]
    release.index = open_index(tmp_path / "old")
    release.answers = AnswerCache(10)
    assert release.index.rows_by_id is None
    assert [release.find_record(invented_record_id(3)), search(release, asked, limit=9).rows] == found == [2, [2]]
    assert release.find_record(invented_record_id(9)) is None
