"""Which release brought each value of a record."""

from typing import Any

import pytest

from exemptions.columns import KEYS
from exemptions.origins import value_releases

ITEM = {"first_release": 2, "changed_release": 5}


def change(kind: str, release: int, field: str | None = None) -> dict[str, Any]:
    return {"kind": kind, "release": release, "field": field}


def test_value__that_never_changed_came_with_its_record() -> None:
    brought = value_releases(ITEM, [change("added", 2)])
    assert brought == dict.fromkeys(KEYS, 2) | {"changed_release": 5}
    assert value_releases(ITEM, []) == brought


def test_value__that_changed_came_with_its_latest_change() -> None:
    history = [change("changed", 5, "status"), change("changed", 3, "status"), change("added", 2),
               change("changed", 4, "jobs")]  # fmt: skip
    brought = value_releases(ITEM, history)
    assert (brought["status"], brought["jobs"], brought["name"]) == (5, 4, 2)


def test_values__of_a_record_that_came_back_came_again() -> None:
    history = [change("added", 2), change("changed", 3, "jobs"), change("ended", 4), change("added", 5)]
    brought = value_releases(ITEM, history)
    assert (brought["jobs"], brought["name"], brought["record_id"]) == (5, 5, 2)


@pytest.mark.parametrize("field", ["a column of long ago", None])
def test_change__of_no_column_of_today_is_passed_over(field: str | None) -> None:
    assert value_releases(ITEM, [change("added", 2), change("changed", 3, field)])["name"] == 2
