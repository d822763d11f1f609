"""The records added up by their codes, against the index that counts them one by one."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import exemptions.aggregates
import exemptions.matches
import exemptions.search
from exemptions.aggregates import count_together, facets, sums, taxpayers
from exemptions.filters import FACETS, FILTER
from exemptions.matches import total
from exemptions.query import RegistryQuery
from exemptions.release import open_release
from exemptions.search import search
from tests.exemptions.releases import build_test_release, default_rows, invented_nit, record

ROWS = [*default_rows(), *(record(n, nit=invented_nit(2), amount_gtq=n * 100) for n in (20, 21, 22))]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    releases = tmp_path_factory.mktemp("releases")
    build_test_release(releases, ROWS)
    return releases / "1"


def answers(folder: Path, query: RegistryQuery) -> tuple[object, ...]:
    release = open_release(folder, verify=False)
    count_together(release, query, FACETS)
    pages = [search(release, query, limit=limit, after_rank=after) for limit in (2, 50) for after in (None, 3)]
    counted = total(release, query), taxpayers(release, query)
    return counted, facets(release, query, FACETS), sums(release, query), pages


def codes(name: str) -> list[str]:
    found = [row.get(FILTER[name].field) for row in ROWS]
    return sorted({code for value in found if value for code in (value if isinstance(value, list) else [value])})


BOUNDS = [0, 7, 12, 300, 1_050, 5_000_000, 9_900_000_001]
QUERIES = st.fixed_dictionaries(
    {},
    optional={
        name: st.lists(st.sampled_from(codes(name)), min_size=1, max_size=3, unique=True).map(
            lambda c: tuple(sorted(c))
        )
        for name in FACETS
        if codes(name)
    }
    | {name: st.sampled_from(BOUNDS) for name in ("jobs_min", "jobs_max", "amount_min", "amount_max")},
).map(lambda chosen: RegistryQuery(**chosen))


@settings(max_examples=80, deadline=None)
@given(query=QUERIES)
def test_summary__counts_and_adds_up_as_the_index_does(folder: Path, query: RegistryQuery) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exemptions.matches, "_FEW_ROWS", 0)
        patch.setattr(exemptions.matches, "_FEW_RECORDS", 0)
        from_summary = answers(folder, query)
    with pytest.MonkeyPatch.context() as patch:
        for module in (exemptions.aggregates, exemptions.matches):
            patch.setattr(module, "select_codes", lambda *_: None)
        from_index = answers(folder, query)
    assert from_summary == from_index


@pytest.mark.parametrize("name", ["municipality", "activity", "category", "tax"])
@pytest.mark.parametrize("bounds", [{}, {"amount_min": 7}])
def test_summary__finds_nothing_of_a_code_that_no_record_has(folder: Path, name: str, bounds: dict[str, int]) -> None:
    selected = open_release(folder, verify=False).summary.select(RegistryQuery(**{name: ("NONE",)}, **bounds))
    assert selected is not None
    assert selected.total() == selected.taxpayers() == 0
    assert [selected.count(FILTER[facet].field) for facet in FACETS] == [{}] * len(FACETS)
    assert not selected.jobs()
    assert not selected.amounts()
    if bounds:
        assert selected.first_rows(3, 0) == []


def test_summary__knows_nothing_of_what_is_no_code(folder: Path) -> None:
    summary = open_release(folder, verify=False).summary
    assert summary.select(RegistryQuery(category=("COOP",), q="nubes")) is None
    assert summary.select(RegistryQuery(category=("COOP",), valid_on=date(2026, 1, 1))) is None
    everything = summary.select(RegistryQuery())
    assert everything is not None
    assert everything.total() == len(ROWS)


@pytest.mark.parametrize("query", [RegistryQuery(status=("active",)), RegistryQuery(category=("FUND", "CED_PRIV"))])
def test_search__the_first_rows_are_the_same_where_looking_ahead_is_worth_while(
    folder: Path, monkeypatch: pytest.MonkeyPatch, query: RegistryQuery
) -> None:
    expected = [search(open_release(folder, verify=False), query, limit=3, after_rank=after) for after in (None, 1, 12)]
    monkeypatch.setattr(exemptions.search, "_COST_OF_ROW", 0)
    for spread in (0, 1, 4):
        monkeypatch.setattr(exemptions.search, "_SPREAD", spread)
        release = open_release(folder, verify=False)
        total(release, query)
        assert [search(release, query, limit=3, after_rank=after) for after in (None, 1, 12)] == expected
