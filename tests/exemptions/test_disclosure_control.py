"""No amount can be computed from the sums that are told, from one release or from all of them together.

A linear program takes the side of whoever wants to know: it is told every number that is public, who has an amount in
which release, and whose amount changed, but no amount. A bound is too tight if it leaves less than 15 % of the true
value on either side.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from exemptions.disclosure_control import CELL, CONTRIBUTIONS, TOLD, Edition, build_cells

MARGIN = 0.15
DAY = date(2026, 1, 1)
NAME = (2025, "ONG", "legal", "ISR")

Amounts = Mapping[str, int]
"""Taxpayer → cents."""
Cells = Mapping[tuple[Any, ...], Amounts]
Told = list[tuple[tuple[Any, ...], int, int]]
"""(cell, edition that told it first, amount) of every number that is told."""


def contributions(cells: Cells, known: Sequence[str] = ()) -> pl.DataFrame:
    rows = [(*cell, who, cents, who in known) for cell, amounts in cells.items() for who, cents in amounts.items()]
    return pl.DataFrame(rows, schema=CONTRIBUTIONS, orient="row")


def tell(editions: Sequence[Cells], **options: Any) -> list[list[dict[str, Any]]]:
    """The tables of successive releases."""
    told, earlier, tables = pl.DataFrame(schema=TOLD), list[Edition](), []
    for number, cells in enumerate(editions, 1):
        now = contributions(cells, options.get("known", ()))
        table = build_cells(
            now, exempt=options.get("exempt", ()), told=told, earlier=earlier, release=number,
            day=DAY + timedelta(number),
        )  # fmt: skip
        shown = table.filter(pl.col("state") == "published").select(TOLD.keys())
        told = pl.concat([shown, told]).unique(CELL, keep="first", maintain_order=True)
        earlier.append(Edition(number, shown.filter(pl.col("since_release") == number), now))
        tables.append(table.to_dicts())
    return tables


def one(table: list[dict[str, Any]], cell: tuple[Any, ...] = NAME) -> tuple[Any, ...]:
    """State, taxpayers, amount and release of a cell."""
    row = next(row for row in table if tuple(row[key] for key in CELL) == cell)
    return row["state"], row["taxpayers"], row["amount_cents"], row["since_release"]


def numbers_of(tables: list[list[dict[str, Any]]]) -> Told:
    found = {
        (tuple(row[key] for key in CELL), row["since_release"], row["amount_cents"])
        for table in tables
        for row in table
        if row["amount_cents"] is not None
    }
    return sorted(found, key=str)


def find_tight(editions: Sequence[Cells], told: Told, totals: Sequence[tuple[int, int]] = ()) -> list[str]:
    """Every amount, change of an amount, and sum of a suppressed cell that what is public bounds too tightly.

    `totals` are sums over all cells of an edition, which no table of ours has.
    """
    names = {
        (cell, who, cents): 0
        for cells in editions
        for cell, amounts in cells.items()
        for who, cents in amounts.items()
        if cents
    }
    place = {name: position for position, name in enumerate(names)}
    true = np.array([name[2] for name in place], dtype=float)

    def vector(number: int, cells: Sequence[tuple[Any, ...]]) -> np.ndarray[Any, np.dtype[np.float64]]:
        row = np.zeros(len(place))
        for cell in cells:
            for who, cents in editions[number - 1].get(cell, {}).items():
                if cents:
                    row[place[cell, who, cents]] = 1
        return row

    rows = [vector(number, [cell]) for cell, number, _ in told]
    rows += [vector(number, list(editions[number - 1])) for number, _ in totals]
    values = [float(amount) for _, _, amount in told] + [float(amount) for _, amount in totals]
    wanted = {f"{who} {cents}": np.eye(len(place))[position] for (_, who, cents), position in place.items()}
    suppressed = {cell for cells in editions for cell in cells} - {cell for cell, _, _ in told}
    for number, cells in enumerate(editions, 1):
        wanted |= {f"{cell} {number}": vector(number, [cell]) for cell in cells if cell in suppressed}
    for number in range(1, len(editions)):
        for cell in editions[number]:
            change = vector(number + 1, [cell]) - vector(number, [cell])
            for who in {name[1] for name in place if name[0] == cell}:
                own = np.array([name[1] == who and name[0] == cell for name in place])
                wanted[f"change of {who} in {number + 1}"] = change * own
    return [name for name, goal in wanted.items() if goal.any() and is_tight(goal, true, rows, values)]


def is_tight(goal: Any, true: Any, rows: list[Any], values: list[float]) -> bool:
    value = float(goal @ true)
    room = MARGIN * abs(value)
    public = {"A_eq": np.array(rows), "b_eq": np.array(values)} if rows else {}
    for sign in (1, -1):
        found = linprog(sign * goal, bounds=(0, None), method="highs", **public)
        if found.status == 3:  # unbounded on this side
            continue
        assert found.status == 0, found.message
        if abs(sign * found.fun - value) < room - 1e-6:
            return True
    return False


def test_cell__is_told_from_three_taxpayers_on_none_of_whom_dominates() -> None:
    cells = {
        (2025, "ASOC", "legal", "ISR"): {"a": 40, "b": 40},
        (2025, "COOP", "legal", "ISR"): {"a": 86, "b": 13, "c": 1},
        (2025, "ONG", "legal", None): {"a": 85, "b": 14, "c": 1},
        (2025, "ONG", "legal", "ISR"): {"a": 40, "b": 40, "c": 0},
    }
    table = tell([cells])[0]
    assert [(row["category"], row["tax"]) for row in table] == [
        ("ASOC", "ISR"), ("COOP", "ISR"), ("ONG", None), ("ONG", "ISR"),
    ]  # fmt: skip
    assert [one(table, cell) for cell in cells] == [
        ("suppressed_few", None, None, None),
        ("suppressed_dominant", 3, None, None),
        ("published", 3, 100, 1),
        ("suppressed_few", None, None, None),
    ]


def test_cell__of_a_state_body_is_always_told_but_not_of_persons() -> None:
    cells = {(2025, "IGSS", "legal", "ISR"): {"a": 7}, (2025, "IGSS", "natural", "ISR"): {"b": 7}}
    table = tell([cells, {cell: {"a": 9} for cell in cells}], exempt={"IGSS"})
    assert [one(t, (2025, "IGSS", "legal", "ISR")) for t in table] == [("published", 1, 7, 1), ("published", 1, 9, 2)]
    assert one(table[0], (2025, "IGSS", "natural", "ISR"))[0] == "suppressed_few"


def test_cell__whose_amounts_were_told_one_by_one_hides_only_the_others() -> None:
    cells = {NAME: {"a": 40, "b": 40, "c": 40, "d": 40}}
    assert one(tell([cells], known=["a"])[0])[0] == "published"
    assert one(tell([cells], known=["a", "b"])[0]) == ("suppressed_complementary", 4, None, None)


@pytest.mark.parametrize(
    ("second", "shown"),
    [
        ({"a": 10, "b": 20, "c": 30, "d": 40}, ("published", 4, 100, 1)),
        ({"a": 11, "b": 20, "c": 30, "d": 40}, ("published", 4, 100, 1)),
        ({"a": 11, "b": 21, "c": 30, "d": 40}, ("published", 4, 100, 1)),
        ({"b": 20, "c": 30, "d": 40}, ("published", 4, 100, 1)),
        ({"a": 11, "b": 21, "c": 31, "d": 40}, ("published", 4, 103, 2)),
        ({"a": 60, "b": 21, "c": 31, "d": 40}, ("published", 4, 100, 1)),
        ({"a": 12}, ("suppressed_few", None, None, None)),
    ],
    ids=["nobody", "one", "two", "one left", "three", "one of three with nearly all of it", "all but none left"],
)
def test_number__changes_only_when_three_taxpayers_changed(second: Amounts, shown: tuple[Any, ...]) -> None:
    first = {NAME: {"a": 10, "b": 20, "c": 30, "d": 40}}
    assert one(tell([first, {NAME: second}])[1]) == shown


def test_number__is_compared_with_every_number_told_before() -> None:
    first = {NAME: {"a": 10, "b": 20, "c": 30, "d": 40}}
    second = {NAME: {"a": 11, "b": 21, "c": 31, "d": 40}}
    back = {NAME: {"a": 10, "b": 20, "c": 31, "d": 47}}
    assert [one(table)[2:] for table in tell([first, second, back])] == [(100, 1), (103, 2), (103, 2)]
    assert one(tell([first, second, first])[2])[2] == 100


def test_numbers__that_are_four_cannot_be_combined() -> None:
    base = {"s": 50, "t": 60, "u": 70}
    sums = [{}, {"a": 10, "b": 10, "c": 12}, {"a": 10, "b": 10, "d": 9, "e": 9}, {"c": 12, "d": 9, "e": 9}]
    editions = [{NAME: base | more} for more in sums]
    everything: Told = [(NAME, n, sum(cells[NAME].values())) for n, cells in enumerate(editions, 1)]
    assert "c 12" in find_tight(editions, everything)
    assert find_tight(editions, numbers_of(tell(editions))) == []


def test_withdrawn_release__may_have_told_whatever_the_rule_let_it() -> None:
    gone = Edition(1, None, contributions({NAME: {"a": 10, "b": 20, "c": 30}}))
    for amounts, state in (
        ({"a": 11, "b": 20, "c": 30}, "suppressed_complementary"),
        ({"a": 11, "b": 21, "c": 31}, "published"),
    ):
        table = build_cells(
            contributions({NAME: amounts}), exempt=(), told=pl.DataFrame(schema=TOLD), earlier=[gone], release=2,
            day=DAY,
        )  # fmt: skip
        assert table["state"].to_list() == [state]


def test_linear_program__finds_what_a_faulty_table_gives_away() -> None:
    cells: Cells = {NAME: {"a": 10, "b": 20, "c": 30}, (2025, "COOP", "legal", "ISR"): {"d": 95, "e": 5}}
    sound = numbers_of(tell([cells]))
    assert sound == [(NAME, 1, 60)]
    assert find_tight([cells], sound) == []
    # A sum of two of whom one has nearly all, a total over the cells, and a number that follows one taxpayer's change.
    assert find_tight([cells], [*sound, ((2025, "COOP", "legal", "ISR"), 1, 100)]) == ["d 95"]
    assert "d 95" in find_tight([cells], sound, totals=[(1, 160)])
    after = {NAME: {"a": 14, "b": 20, "c": 30}}
    assert find_tight([cells, after], [(NAME, 1, 60), (NAME, 2, 64)]) == ["change of a in 2"]


AMOUNTS = st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 1_000), min_size=1)


@settings(max_examples=15, deadline=None)
@given(AMOUNTS, st.lists(AMOUNTS, max_size=3))
def test_amounts__cannot_be_bounded_from_all_releases_together(first: Amounts, changes: list[Amounts]) -> None:
    editions: list[Cells] = [{NAME: first}]
    for change in changes:
        editions.append({NAME: {**editions[-1][NAME], **change}})
    assert find_tight(editions, numbers_of(tell(editions))) == []
