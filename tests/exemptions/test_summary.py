"""The records added up by their codes, against the index that counts them one by one."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import exemptions.aggregates
from exemptions.aggregates import count_together, facets, sums
from exemptions.filters import FACETS, FILTER
from exemptions.matches import total
from exemptions.query import RegistryQuery
from exemptions.release import open_release
from tests.exemptions.releases import build_test_release, default_rows


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    releases = tmp_path_factory.mktemp("releases")
    build_test_release(releases, default_rows())
    return releases / "1"


def answers(folder: Path, query: RegistryQuery) -> tuple[object, ...]:
    release = open_release(folder, verify=False)
    count_together(release, query, FACETS)
    return total(release, query), facets(release, query, FACETS), sums(release, query)


def codes(name: str) -> list[str]:
    rows = default_rows()
    found = [row.get(FILTER[name].field) for row in rows]
    return sorted({code for value in found if value for code in (value if isinstance(value, list) else [value])})


QUERIES = st.fixed_dictionaries(
    {},
    optional={
        name: st.lists(st.sampled_from(codes(name)), min_size=1, max_size=3, unique=True).map(
            lambda c: tuple(sorted(c))
        )
        for name in FACETS
        if codes(name)
    },
).map(lambda chosen: RegistryQuery(**chosen))


@settings(max_examples=40, deadline=None)
@given(query=QUERIES)
def test_summary__counts_and_adds_up_as_the_index_does(folder: Path, query: RegistryQuery) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exemptions.aggregates, "_FEW_ROWS", 0)
        from_summary = answers(folder, query)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exemptions.aggregates, "_select_codes", lambda *_: None)
        from_index = answers(folder, query)
    assert from_summary == from_index


def test_summary__knows_nothing_of_what_is_no_code(folder: Path) -> None:
    summary = open_release(folder, verify=False).summary
    assert summary.select(RegistryQuery(category=("COOP",), q="nubes")) is None
    assert summary.select(RegistryQuery(amount_min=1)) is None
    everything = summary.select(RegistryQuery())
    assert everything is not None
    assert everything.total() == len(default_rows())
