"""The difference of two releases, applied to the older one, gives the newer one."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from exemptions.columns import COLUMN, KEYS, Kind
from exemptions.status import CHANGES_SCHEMA
from exporters.changes import COMPARED, changes_batch, count_changes, find_changes
from exporters.tables import CHANGES
from tests.exemptions.releases import record, records_table

CALM = pl.DataFrame(schema=dict(CHANGES_SCHEMA))
"""No change of status by the calendar."""

variants = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["Uno", "Dos", None]),
        "jobs": st.sampled_from([None, 0, 12]),
        "amount_gtq": st.sampled_from([None, 0, -150, 123_456_789]),
        "valid_until": st.sampled_from([None, date(2026, 1, 31)]),
        "taxes": st.sampled_from([None, "ISR;IVA"]),
        "category": st.sampled_from(["ASOC", "ENR"]),
    }
)
editions = st.dictionaries(st.integers(1, 5), variants, max_size=5)


def table(edition: dict[int, dict[str, Any]]) -> pa.RecordBatch:
    return records_table(record(number, **given) for number, given in edition.items())


def as_text(batch: pa.RecordBatch) -> dict[str, dict[str, str | None]]:
    return {row["record_id"]: {key: _text(key, row[key]) for key in COMPARED} for row in batch.to_pylist()}


def _text(key: str, value: Any) -> str | None:
    if value is None:
        return None
    return f"{value / 100:.2f}" if COLUMN[key].kind is Kind.MONEY else str(value)


@given(editions, editions)
def test_find_changes__leads_from_the_old_release_to_the_new_one(
    old: dict[int, dict[str, Any]], new: dict[int, dict[str, Any]]
) -> None:
    before, after = table(old), table(new)
    changes = find_changes(before, after, CALM, release=2)
    state = as_text(before)
    target = as_text(after)
    for change in changes.iter_rows(named=True):
        match change["kind"]:
            case "ended":
                del state[change["record_id"]]
            case "added":
                state[change["record_id"]] = target[change["record_id"]]
            case _:
                assert state[change["record_id"]][change["field"]] == change["before"]
                state[change["record_id"]][change["field"]] = change["after"]
    assert state == target
    counts = count_changes(changes)
    assert (counts["added"], counts["ended"]) == (len(new.keys() - old.keys()), len(old.keys() - new.keys()))
    assert counts["changed"] == sum(old[n] != new[n] for n in old.keys() & new.keys())


@given(editions, editions)
def test_find_changes__is_the_same_where_it_is_known_which_rows_may_differ(
    old: dict[int, dict[str, Any]], new: dict[int, dict[str, Any]]
) -> None:
    before, after = table(old), table(new)
    was = as_text(before)
    stamped = pl.Series([was.get(id_) != told for id_, told in as_text(after).items()], dtype=pl.Boolean)
    found = find_changes(before, after, CALM, release=2, stamped=stamped)
    assert found.equals(find_changes(before, after, CALM, release=2))


def test_find_changes__of_identical_releases_yields_nothing() -> None:
    batch = table({1: {"name": "Uno"}, 2: {}})
    assert find_changes(batch, batch, CALM, release=2).is_empty()


def test_find_changes__of_the_first_release_adds_every_record() -> None:
    changes = find_changes(None, table({1: {}, 2: {}}), CALM, release=1)
    assert changes["kind"].to_list() == ["added", "added"]
    assert changes["release"].to_list() == [1, 1]
    assert changes_batch(changes).schema.equals(CHANGES)


def test_find_changes__ignores_the_bookkeeping_of_releases() -> None:
    old, new = table({1: {"changed_release": 1}}), table({1: {"changed_release": 2}})
    assert find_changes(old, new, CALM, release=2).is_empty()
    assert set(KEYS) - set(COMPARED) == {"record_id", "first_release", "changed_release"}


def test_find_changes__gives_the_calendars_reason_to_the_change_it_explains() -> None:
    old, new = table({1: {}, 2: {}}), table({1: {"status": "expired"}, 2: {"status": "expired", "name": "Otro"}})
    first, second = old.column("record_id").to_pylist()
    calendar = pl.DataFrame(
        [(first, "active", "expired", "expired"), (second, "pending", "expired", "expired")],
        schema=dict(CHANGES_SCHEMA), orient="row",
    )  # fmt: skip
    changes = find_changes(old, new, calendar, release=2)
    reasons = {(c["record_id"], c["field"]): c["reason"] for c in changes.iter_rows(named=True)}
    assert reasons == {(first, "status"): "expired", (second, "status"): None, (second, "name"): None}


def test_find_changes__does_not_tell_what_a_withheld_value_was() -> None:
    old = table({1: {"name": "Persona", "activity": "0111"}})
    new = table({1: {"name": None, "activity": None, "withheld_fields": "name;activity"}})
    told = find_changes(old, new, CALM, release=2).filter(pl.col("field") != "withheld_fields")
    assert told["field"].to_list() == ["name", "activity", "activity_name"]
    assert told["before"].to_list() == told["after"].to_list() == [None, None, None]
