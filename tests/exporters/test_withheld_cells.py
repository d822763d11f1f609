"""The table of what is withheld, from the book through publishing, rolling back and withdrawing."""

from __future__ import annotations

from datetime import date
from typing import Any

from exemptions.datasets import Dataset
from exporters.withdraw import withdraw
from tests.exporters.staging import APPROVER, Home, Row, about, natural, row

ONE_BY_ONE = """
[[rule]]
field = "amount_gtq"
level = "public"
ground = "Opinión 1-2026"
authority = "SAT"
date = 2026-11-01
"""
MEMBERS = [row(number, category="ONG", name=f"Manos {number}") for number in range(1, 6)]
SCHOOLS = [natural(number) for number in range(6, 9)]
IGSS = row(9, category="IGSS", name="Instituto inventado")


def amounts(*cents: int, of: list[Row] = MEMBERS, mechanism: str = "exencion") -> list[Row]:
    told = zip(of, cents, strict=False)
    return [about(who, year=2025, tax="ISR", mechanism=mechanism, amount_cents=c, source="SAT") for who, c in told]


def release(home: Home, facts: list[Row], records: list[Row] | None = None) -> int:
    if records is not None:
        home.approve(records)
    home.approve_facts(Dataset.AMOUNTS, facts)
    number = home.publish().release
    assert number is not None
    return number


def cells(home: Home, number: int | None = None) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    """(category, kind, tax) → state, taxpayers, cents, release."""
    return {
        (c["category"], c["person_kind"], c["tax"]): (c["state"], c["taxpayers"], c["amount_cents"], c["since_release"])
        for c in home.table("withheld_cells", number)
    }


ONG = ("ONG", "legal", "ISR")


def test_cells__count_what_is_withheld_with_its_ground(home: Home) -> None:
    facts = amounts(10_00, 20_00, 30_00, 40_00) + amounts(5_00, 6_00, of=SCHOOLS) + amounts(7_00, of=[IGSS])
    facts += amounts(9_999_00, mechanism="suspension")
    own = row(10, category="COOP", amount_cents=3_00, amount_year=2025)
    release(home, facts, [*MEMBERS, *SCHOOLS, IGSS, own])
    assert cells(home) == {
        ("CED_PRIV", "natural", "ISR"): ("suppressed_few", None, None, None),
        ("COOP", "legal", None): ("suppressed_few", None, None, None),
        ("IGSS", "legal", "ISR"): ("published", 1, 7_00, 1),
        ONG: ("published", 4, 100_00, 1),
    }
    found = {c["category"]: c for c in home.table("withheld_cells")}
    assert found["ONG"]["ground"].startswith("Constitución, artículo 24, y Código Tributario")
    assert "Decreto 57-2008" in found["CED_PRIV"]["ground"]
    assert found["ONG"]["decided_on"] == date(2026, 11, 20)
    assert found["ONG"]["since_date"] == date(2026, 11, 20)
    assert found["ONG"]["authority"] == "Política predeterminada"


def test_cells__hold_nothing_that_is_published(home: Home) -> None:
    home.write_policy(ONE_BY_ONE)
    release(home, amounts(10, 20, 30) + amounts(1, 2, 3, of=SCHOOLS), [*MEMBERS, *SCHOOLS])
    assert cells(home) == {("CED_PRIV", "natural", "ISR"): ("published", 3, 6, 1)}


def test_cells__of_amounts_that_were_public_once_do_not_hide_a_change(home: Home) -> None:
    home.write_policy(ONE_BY_ONE)
    release(home, amounts(10, 20, 30), MEMBERS)
    assert cells(home) == {}
    (home.settings.home / "disclosure.toml").unlink()
    release(home, amounts(11, 20, 30))
    assert cells(home) == {ONG: ("suppressed_complementary", 3, None, None)}


def test_number__stands_until_three_taxpayers_changed(home: Home) -> None:
    release(home, amounts(10, 20, 30, 40), MEMBERS)
    release(home, amounts(11, 20, 30, 40))
    assert cells(home)[ONG] == ("published", 4, 100, 1)
    release(home, amounts(11, 21, 30, 40))
    assert cells(home)[ONG] == ("published", 4, 100, 1)
    release(home, amounts(11, 21, 31, 40))
    assert cells(home)[ONG] == ("published", 4, 103, 4)
    assert cells(home, 3)[ONG] == ("published", 4, 100, 1)


def test_number__does_not_follow_one_taxpayer_who_leaves(home: Home) -> None:
    release(home, amounts(10, 20, 30, 40, 50), MEMBERS)
    home.approve(MEMBERS[1:])
    home.publish()
    assert cells(home)[ONG] == ("published", 5, 150, 1)


def test_rollback__tells_the_numbers_of_the_release_that_it_restores(home: Home) -> None:
    release(home, amounts(10, 20, 30, 40), MEMBERS)
    release(home, amounts(11, 21, 31, 40))
    assert cells(home)[ONG] == ("published", 4, 103, 2)
    home.rollback(1)
    assert cells(home)[ONG] == ("published", 4, 100, 1)
    # Near the second number, though far enough from the one told last.
    release(home, amounts(11, 21, 31, 41))
    assert cells(home)[ONG] == ("published", 4, 100, 1)


def test_withdrawal__leaves_no_number_that_the_release_told_first(home: Home) -> None:
    release(home, amounts(10, 20, 30), MEMBERS)
    release(home, amounts(15, 25, 35))
    assert cells(home)[ONG] == ("published", 3, 75, 2)
    release(home, amounts(10, 20, 35))
    withdraw(home.book, home.settings, release=2, reason="Montos equivocados", actor=APPROVER, clock=home.clock, also=1)
    assert cells(home)[ONG] == ("published", 3, 60, 1)
