"""The comparison of a batch: what it adds, ends and changes, before the decision and ever after."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from exemptions.batch_steps import Step, list_steps
from exemptions.batches import State, get_batch, reject_batch
from exemptions.comparison import BatchComparison, batch_differences, summarise
from exemptions.comparison_output import change_dict, comparison_dict, iter_csv
from exemptions.datasets import Dataset, Mode
from exemptions.errors import BatchNotFound
from exemptions.guards import Guard
from exemptions.row_differences import iter_changes
from tests.databases import Databases
from tests.exporters.staging import APPROVER, LOADER, Home, about, row

pytestmark = pytest.mark.both_databases

BEFORE = [
    row(1, amount_cents=1_000_00, amount_year=2025),
    row(2, jobs=40, jobs_year=2025, jobs_kind="reported"),
    row(3, name="Cooperativa del Volcán", category="COOP"),
    row(4, category="MAQ_SERV", amount_cents=12_345_67, amount_year=2025),
    row(5),
]
AFTER = [
    row(1, amount_cents=1_250_50, amount_year=2025, municipality="0101"),
    row(2, name="-1+2", jobs=45, jobs_year=2025, jobs_kind="reported", status="suspended", status_reason="=SUMA(A1)"),
    row(4, category="MAQ_SERV", valid_until=date(2028, 5, 1), amount_cents=12_345_67, amount_year=2025),
    row(5),
    row(6, category="SIND", amount_cents=7_00, amount_year=2025),
]
NIT = {n: row(n)["nit"] for n in range(1, 7)}


@pytest.fixture
def home(tmp_path: Path, database: Databases) -> Iterator[Home]:
    made = Home(tmp_path, **database.environment())
    yield made
    made.book.close()


def compare(home: Home, number: int) -> BatchComparison:
    with home.book.read() as session:
        return summarise(session, home.settings.home, number)


def changes(home: Home, number: int) -> list[dict[str, Any]]:
    with home.book.read() as session:
        rows = batch_differences(session, home.settings.home, number)
        dataset = Dataset(get_batch(session, number).dataset)
    return [change_dict(change) for change in iter_changes(rows, dataset=dataset)]


def told(change: dict[str, Any]) -> tuple[Any, ...]:
    return change["kind"], change["nit"], change["fields"]


EXPECTED = [
    ("changed", NIT[1], {"municipality": [None, "0101"], "amount_gtq": [Decimal("1000.00"), Decimal("1250.50")]}),
    ("changed", NIT[2], {
        "name": ["Entidad inventada 002", "-1+2"],
        "status": ["active", "suspended"],
        "status_reason": [None, "=SUMA(A1)"],
        "jobs": [40, 45],
    }),
    ("ended", NIT[3], {}),
    ("changed", NIT[4], {"valid_until": ["2029-12-31", "2028-05-01"]}),
    ("added", NIT[6], {}),
]  # fmt: skip


def test_differences__are_the_same_before_and_after_every_step(home: Home) -> None:
    home.release(BEFORE)
    number = home.approve(AFTER)
    approved = changes(home, number)
    assert sorted(map(told, approved), key=lambda item: item[1]) == EXPECTED
    home.publish()
    assert changes(home, number) == approved
    home.release([row(9)])
    assert changes(home, number) == approved
    assert [told(change)[0] for change in changes(home, 1)] == ["added"] * 5


def test_differences__are_against_the_batches_approved_before(home: Home) -> None:
    home.approve(BEFORE)
    second, third = home.approve(AFTER), home.approve([*AFTER, row(7)])
    assert [told(change)[:2] for change in changes(home, third)] == [("added", row(7)["nit"])]
    home.publish()
    assert [told(change)[:2] for change in changes(home, third)] == [("added", row(7)["nit"])]
    assert sorted(map(told, changes(home, second)), key=lambda item: item[1]) == EXPECTED


def test_differences__of_a_batch_that_changed_nothing_are_none(home: Home) -> None:
    home.release(BEFORE)
    number = home.approve(BEFORE)
    assert home.publish().release is None
    assert changes(home, number) == []
    assert compare(home, number).touched_pct == 0


def test_differences__as_csv_are_whole_and_run_no_formula(home: Home) -> None:
    home.release(BEFORE)
    number = home.approve(AFTER)
    with home.book.read() as session:
        rows = batch_differences(session, home.settings.home, number)
    text = b"".join(iter_csv(rows)).decode("utf-8-sig")
    read = list(csv.DictReader(io.StringIO(text, newline="")))
    assert len(read) == 9
    mine = {r["field"]: (r["before"], r["after"]) for r in read if r["nit"] == NIT[2]}
    assert mine["status_reason"] == ("", "'=SUMA(A1)")
    assert mine["name"] == ("Entidad inventada 002", "'-1+2")
    amount = next(r for r in read if r["field"] == "amount_gtq")
    assert (amount["before"], amount["after"]) == ("1000.00", "1250.50")
    assert all(len(r["record_id"]) == 16 for r in read if r["kind"] != "added")


def test_summary__counts_categories_fields_movers_and_sums(home: Home) -> None:
    home.release(BEFORE)
    summary = compare(home, home.approve(AFTER))
    assert (summary.before, summary.after, summary.touched_pct) == (5, 5, 83.33)
    assert (summary.counts.added, summary.counts.ended, summary.counts.changed) == (1, 1, 3)
    assert (summary.new_categories, summary.vanished_categories) == (("SIND",), ("COOP",))
    by_code = {c.category: (c.before, c.added, c.ended, c.changed, c.after) for c in summary.categories}
    assert by_code == {
        "ASOC": (3, 0, 0, 2, 3),
        "COOP": (1, 0, 1, 0, 0),
        "MAQ_SERV": (1, 0, 0, 1, 1),
        "SIND": (0, 1, 0, 0, 1),
    }
    assert dict(summary.fields)["amount_gtq"] == 1
    movers = [(m.nit, m.before, m.after, m.change) for m in summary.amount_movers]
    assert movers == [(NIT[1], 100_000, 125_050, 25_050), (NIT[6], None, 700, 700)]
    assert [(m.nit, m.change) for m in summary.jobs_movers] == [(NIT[2], 5)]
    sums = {(t.quantity, t.period, t.meaning): (t.before, t.after) for t in summary.totals}
    assert sums == {("amount_cents", "2025", ""): (1_334_567, 1_360_317), ("jobs", "2025", "reported"): (40, 45)}
    assert {hold.guard for hold in summary.holds} == {Guard.REMOVALS, Guard.CATEGORY_LOST}


def test_summary__for_json_gives_amounts_in_quetzales(home: Home) -> None:
    home.release(BEFORE)
    given = comparison_dict(compare(home, home.approve(AFTER)), lang="en")
    assert given["movers"]["amount_gtq"][0]["change"] == Decimal("250.50")
    assert given["totals"][0]["before"] == Decimal("13345.67")
    assert [guard["guard"] for guard in given["guards"]] == ["removals", "category_lost"]
    assert given["guards"][0]["message"].startswith("Too many removals")


def test_summary__the_top_movers_are_the_largest(home: Home) -> None:
    before = [row(n, amount_cents=1000, amount_year=2025) for n in range(1, 31)]
    home.release(before)
    number = home.approve([r | {"amount_cents": 1000 + place} for place, r in enumerate(before)])
    movers = compare(home, number).amount_movers
    assert [mover.change for mover in movers] == list(range(29, 9, -1))


def test_summary__of_facts_counts_their_period_and_names_the_taxpayer(home: Home) -> None:
    home.approve(BEFORE)
    sample = {"kind": "reported", "source": "Boleta"}
    home.approve_facts(Dataset.JOBS, [about(BEFORE[3], period="2024", jobs=10, **sample)])
    home.approve_facts(Dataset.JOBS, [about(BEFORE[3], period="2025", jobs=10, **sample)])
    home.publish()
    number = home.approve_facts(Dataset.JOBS, [about(BEFORE[3], period="2025", jobs=18, **sample)])
    summary = compare(home, number)
    assert (summary.before, summary.after) == (1, 1)
    (mover,) = summary.jobs_movers
    assert (mover.name, mover.of, mover.before, mover.after) == (BEFORE[3]["name"], "2025 · reported", 10, 18)
    assert [(t.period, t.before, t.after) for t in summary.totals] == [("2025", 10, 18)]
    assert changes(home, number) == [
        {"kind": "changed", "record_id": None, "nit": NIT[4], "category": "MAQ_SERV", "resolution": "RES-4"}
        | {"period": "2025", "jobs_kind": "reported"}
        | {"name": None, "fields": {"jobs": [10, 18]}, "reason": None}
    ]


def test_summary__there_is_none_of_an_unknown_batch(home: Home) -> None:
    with pytest.raises(BatchNotFound):
        compare(home, 9)


def test_steps__tell_who_when_and_why(home: Home) -> None:
    home.release(BEFORE)
    first, second = home.approve(AFTER), home.approve([*AFTER, row(8)], mode=Mode.MERGE)
    with home.book.write() as session:
        reject_batch(session, number=first, actor=APPROVER, reason=" otro corte ", at=home.now)
    with home.book.read() as session:
        rejected, waiting = list_steps(session, first), list_steps(session, second)
        published = list_steps(session, 1)
        assert get_batch(session, second).state == State.VALIDATED
        with pytest.raises(BatchNotFound):
            list_steps(session, 9)
    assert [(s.step, s.actor) for s in rejected] == [
        (Step.LOADED, LOADER.name),
        (Step.APPROVED, APPROVER.name),
        (Step.REJECTED, APPROVER.name),
    ]
    assert [s.reason for s in rejected] == [None, "edición de prueba", "otro corte"]
    assert rejected[1].details["guards"] == {"removals": 1, "category_lost": 1}
    assert [s.step for s in waiting] == [Step.LOADED, Step.APPROVED, Step.SENT_BACK]
    assert waiting[2].details == {"by": f"batch {first}"}
    assert [(s.step, s.details.get("release")) for s in published][-1] == (Step.PUBLISHED, 1)
