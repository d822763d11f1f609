"""The product and its deflator from the book into a release, and what older releases and rollbacks make of them."""

from __future__ import annotations

from typing import Any

import pytest

from exemptions.datasets import Dataset
from exemptions.macro import read_product
from exemptions.release import open_release
from tests.exporters.staging import Home, row

pytestmark = pytest.mark.both_databases


def year(number: int, deflator: float, **given: Any) -> dict[str, Any]:
    told = {"year": number, "deflator": deflator, "base_year": 2013, "gdp_cents": 10**14 + number, "source": "Cuentas"}
    return told | given


FIRST = [year(2014, 103.05), year(2013, 100.0)]


def test_macro__is_published_by_year_to_the_last_digit(home: Home) -> None:
    home.approve([row(1)])
    home.approve_facts(Dataset.MACRO, FIRST)
    home.publish()
    assert home.table("macro") == [year(2013, 100.0), year(2014, 103.05)]


def test_macro__a_new_edition_replaces_all_and_each_row_tells_what_brought_it(home: Home) -> None:
    home.approve([row(1)])
    home.publish()
    assert home.table("macro") == []
    home.approve_facts(Dataset.MACRO, FIRST)
    home.publish()
    home.approve_facts(Dataset.MACRO, [year(2014, 103.05), year(2015, 106.0)])
    assert home.publish().release == 3
    assert [one["year"] for one in home.table("macro")] == [2014, 2015]
    told = read_product(open_release(home.folder(3))).years
    assert {number: one.release for number, one in told.items()} == {2014: 2, 2015: 3}
    assert home.rollback(2).release == 4
    assert home.table("macro") == [year(2013, 100.0), year(2014, 103.05)]
    # The same edition again changes nothing.
    home.approve_facts(Dataset.MACRO, FIRST)
    assert home.publish().release is None
