"""What is published of whom: the default policy, how rules combine, and what withholding does to a row."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from exemptions.catalogs import load_catalogs
from exemptions.disclosure import GOVERNED, RECORD, Disclosed, Policy, describe_withheld
from exemptions.disclosure_file import load_policy
from exemptions.errors import PolicyError

CATEGORIES = load_catalogs().categories
GROUNDS = 'ground = "Opinión 7-2026"\nauthority = "Asuntos Jurídicos"\ndate = 2026-05-01\n'


def policy(tmp_path: Path, text: str = "", *, demonstration: bool = False) -> Policy:
    """The policy of a registry whose own file holds `text`."""
    (tmp_path / "disclosure.toml").write_text(text, encoding="utf-8")
    return load_policy(tmp_path, CATEGORIES, demonstration=demonstration)


def rule(**values: Any) -> str:
    """One rule of a file, with its grounds."""
    lines = [f"{key} = {_toml(value)}" for key, value in values.items()]
    return "[[rule]]\n" + "\n".join(lines) + "\n" + GROUNDS


def _toml(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_toml(part) for part in value) + "]"
    return str(value) if isinstance(value, int) else f'"{value}"'


@pytest.mark.parametrize(
    ("field", "kind", "category", "level"),
    [
        *((field, "legal", "ASOC", "public") for field in GOVERNED if field != "amount_gtq"),
        *((field, "legal", "ENR", "public") for field in GOVERNED if field != "amount_gtq"),
        ("amount_gtq", "legal", "ENR", "withheld"),
        ("amount_gtq", "legal", "EST", "withheld"),
        # A natural person's private school.
        ("nit", "natural", "CED_PRIV", "withheld"),
        ("name", "natural", "CED_PRIV", "withheld"),
        ("municipality", "natural", "CED_PRIV", "withheld"),
        ("activity", "natural", "CED_PRIV", "withheld"),
        ("amount_gtq", "natural", "CED_PRIV", "withheld"),
        ("status_reason", "natural", "CED_PRIV", "withheld"),
        ("department", "natural", "CED_PRIV", "public"),
        ("resolution", "natural", "CED_PRIV", "public"),
        # A natural person's temporary benefit.
        ("name", "natural", "MAQ_SERV", "public"),
        ("nit", "natural", "MAQ_SERV", "withheld"),
        ("municipality", "natural", "MAQ_SERV", "withheld"),
        ("activity", "natural", "MAQ_SERV", "withheld"),
        ("amount_gtq", "natural", "MAQ_SERV", "withheld"),
        ("status_reason", "natural", "MAQ_SERV", "withheld"),
        ("resolution", "natural", "MAQ_SERV", "public"),
        ("valid_from", "natural", "MAQ_SERV", "public"),
        ("valid_until", "natural", "MAQ_SERV", "public"),
        (RECORD, "natural", "MAQ_SERV", "public"),
        (RECORD, "natural", "DIPL", "count_only"),
        (RECORD, "legal", "DIPL", "public"),
    ],
)
def test_default_policy__decides(tmp_path: Path, field: str, kind: str, category: str, level: str) -> None:
    assert policy(tmp_path).rule(field, kind, category).level == level


def test_default_policy__withholds_few_jobs_of_natural_persons_only(tmp_path: Path) -> None:
    assert policy(tmp_path).rule("jobs", "natural", "MAQ_SERV").threshold == 5
    assert policy(tmp_path).rule("jobs", "legal", "MAQ_SERV").threshold is None


def test_default_policy__gives_every_rule_its_ground(tmp_path: Path) -> None:
    for described in policy(tmp_path).describe():
        assert described["ground"]
        assert described["authority"]
        assert date.fromisoformat(described["date"])


def test_describe__leaves_out_what_an_own_rule_decides_instead(tmp_path: Path) -> None:
    own = policy(tmp_path, rule(field="jobs", level="public"))
    told = [described["ground"] for described in own.describe() if "jobs" in described["fields"]]
    assert "Opinión 7-2026" in told
    assert not any("máxima publicidad" in ground for ground in told)


def test_demonstration__publishes_amounts_of_legal_persons_only(tmp_path: Path) -> None:
    shown = policy(tmp_path, demonstration=True)
    assert shown.rule("amount_gtq", "legal", "ENR").level == "public"
    assert shown.rule("amount_gtq", "natural", "MAQ_SERV").level == "withheld"


def test_own_file__replaces_a_rule_of_the_same_kind(tmp_path: Path) -> None:
    own = policy(tmp_path, rule(field="amount_gtq", level="public"))
    assert own.rule("amount_gtq", "legal", "ENR").ground == "Opinión 7-2026"
    assert own.rule("amount_gtq", "legal", "ENR").level == "public"


def test_own_file__does_not_open_natural_persons_with_a_rule_for_both(tmp_path: Path) -> None:
    both = policy(tmp_path, rule(field="amount_gtq", level="public") + rule(field="nit", level="public"))
    assert both.rule("amount_gtq", "natural", "MAQ_SERV").level == "withheld"
    assert both.rule("nit", "natural", "MAQ_SERV").level == "withheld"
    one = policy(tmp_path, rule(field="nit", level="public", categories=["MAQ_SERV"]))
    assert one.rule("nit", "natural", "MAQ_SERV").level == "withheld"


def test_own_file__opens_natural_persons_when_it_says_so(tmp_path: Path) -> None:
    own = policy(tmp_path, rule(field="activity", level="public", person_kind="natural"))
    assert own.rule("activity", "natural", "CED_PRIV").level == "public"


def test_own_file__may_always_withhold_more(tmp_path: Path) -> None:
    own = policy(
        tmp_path,
        rule(field="name", level="withheld") + rule(field="municipality", level="withheld", categories=["ASOC"]),
    )
    assert own.rule("name", "legal", "ASOC").level == "withheld"
    assert own.rule("name", "natural", "MAQ_SERV").level == "withheld"
    assert own.rule("municipality", "legal", "ASOC").level == "withheld"
    assert own.rule("municipality", "legal", "FUND").level == "public"


def test_own_file__lets_the_more_specific_of_its_rules_decide(tmp_path: Path) -> None:
    own = policy(
        tmp_path,
        rule(field="jobs", level="withheld")
        + rule(field="jobs", level="public", categories=["ENR", "MAQ_SERV"])
        + rule(field="jobs", level="withheld", categories=["ENR"], permanence="temporary", threshold=10),
    )
    assert own.rule("jobs", "legal", "ZF_IND").level == "withheld"
    assert own.rule("jobs", "legal", "MAQ_SERV").level == "public"
    assert own.rule("jobs", "legal", "ENR").threshold == 10


def test_own_file__cannot_loosen_a_threshold_with_a_general_rule(tmp_path: Path) -> None:
    own = policy(tmp_path, rule(field="jobs", level="withheld", threshold=3))
    assert own.rule("jobs", "legal", "ENR").threshold == 3
    assert own.rule("jobs", "natural", "MAQ_SERV").threshold == 5


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (rule(field="salary", level="public"), "salary"),
        (rule(field="status", level="withheld"), "status"),
        (rule(field="name", level="secret"), "secret"),
        (rule(field="name", level="public", categories=["NADA"]), "NADA"),
        (rule(field="name", level="public", categories=[]), "categories"),
        (rule(field="name", level="public", categories="ASOC"), "categories"),
        (rule(field="name", level="public", categories=[["ASOC"]]), "categories"),
        (rule(field=[["name"]], level="public"), "field"),
        (rule(field="name", level="public", person_kind="robot"), "robot"),
        (rule(field="name", level="public", permanence="eternal"), "eternal"),
        (rule(field="name", level="public", tipo="x"), "tipo"),
        (rule(field="name"), "level"),
        (rule(level="public"), "field"),
        (rule(field=[], level="public"), "field"),
        (rule(field=["nit", "nit"], level="public"), "field"),
        (rule(field="nit", level="masked"), "masked"),
        (rule(field="name", level="count_only"), "count_only"),
        (rule(field="record", level="withheld"), "record"),
        (rule(field=["record", "nit"], level="public"), "record"),
        (rule(field="name", level="withheld", threshold=5), "threshold"),
        (rule(field="jobs", level="public", threshold=5), "threshold"),
        (rule(field="jobs", level="withheld", threshold=0), "threshold"),
        (rule(field="jobs", level="withheld", threshold="5"), "threshold"),
        ('[[rule]]\nfield = "amount_gtq"\nlevel = "public"\n', "ground"),
        (rule(field="amount_gtq", level="public").replace("Opinión 7-2026", " "), "ground"),
        (rule(field="name", level="public").replace("Asuntos Jurídicos", ""), "authority"),
        (rule(field="name", level="public").replace("2026-05-01", '"2026-05-01"'), "date"),
        (rule(field="name", level="public").replace("date = 2026-05-01\n", ""), "date"),
        ("[[rule]\n", "disclosure.toml"),
        ("[rules]\n", "[[rule]]"),
        ("rule = []\nother = 1\n", "[[rule]]"),
    ],
)
def test_policy__refuses_what_it_does_not_understand(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(PolicyError) as caught:
        policy(tmp_path, text)
    assert told in caught.value.es
    assert told in caught.value.en


def test_policy__names_the_line_of_a_wrong_rule(tmp_path: Path) -> None:
    with pytest.raises(PolicyError) as caught:
        policy(tmp_path, rule(field="name", level="public") + "\n" + rule(field="name", level="secret"))
    assert caught.value.en.startswith("disclosure.toml:8: ")


def test_policy__refuses_two_equally_specific_rules(tmp_path: Path) -> None:
    text = rule(field="name", level="public", categories=["ASOC", "FUND"]) + rule(
        field="name", level="withheld", categories=["FUND", "ONG"]
    )
    with pytest.raises(PolicyError) as caught:
        policy(tmp_path, text)
    assert "FUND" in caught.value.es
    assert "disclosure.toml:1" in caught.value.es
    assert "disclosure.toml:8" in caught.value.es


@pytest.mark.parametrize("heading", ["[[rule]] # dictamen 7", "  [[ rule ]]", "[[rule]]# x"])
def test_policy__takes_a_heading_in_every_writing(tmp_path: Path, heading: str) -> None:
    text = "# nota\n" + rule(field="activity", level="withheld").replace("[[rule]]", heading)
    assert policy(tmp_path, text).rule("activity", "legal", "ENR").place == "disclosure.toml:2"


@pytest.mark.parametrize("make", [lambda path: path.mkdir(), lambda path: path.symlink_to("gone.toml")])
def test_policy__refuses_a_file_that_cannot_be_read(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path / "disclosure.toml")
    with pytest.raises(PolicyError):
        load_policy(tmp_path, CATEGORIES)


def test_policy__refuses_a_file_that_is_not_utf8(tmp_path: Path) -> None:
    (tmp_path / "disclosure.toml").write_bytes('[[rule]]\nfield = "año"\n'.encode("cp1252"))
    with pytest.raises(PolicyError):
        load_policy(tmp_path, CATEGORIES)


ROW: dict[str, Any] = {
    "nit": "800000000018",
    "name": "Inventada,Persona,,Primera,",
    "person_kind": "natural",
    "category": "MAQ_SERV",
    "resolution": "DPI-1-2024",
    "valid_from": date(2024, 1, 1),
    "valid_until": date(2033, 12, 31),
    "status_reason": "Motivo",
    "activity": "0111",
    "department": "01",
    "municipality": "0101",
    "jobs": 7,
    "amount_gtq": 123,
}


def records(*rows: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame([ROW | given for given in rows])


def applied(tmp_path: Path, *rows: dict[str, Any], text: str = "") -> Disclosed:
    return policy(tmp_path, text).apply(records(*rows))


def test_apply__nulls_what_is_withheld_and_says_so(tmp_path: Path) -> None:
    shown = applied(tmp_path, {}).records.row(0, named=True)
    hidden = {"nit", "status_reason", "activity", "municipality", "amount_gtq"}
    assert {key for key in ROW if shown[key] is None} == hidden
    assert shown["withheld_fields"] == "nit;status_reason;activity;municipality;amount_gtq"
    assert {key for key in GOVERNED if shown[f"{key}_withheld"]} == hidden


def test_apply__does_not_call_withheld_what_does_not_exist(tmp_path: Path) -> None:
    absent = dict.fromkeys(("status_reason", "activity", "municipality", "amount_gtq"))
    shown = applied(tmp_path, absent, {"person_kind": "legal", "amount_gtq": None}).records
    assert shown["withheld_fields"].to_list() == ["nit", None]


@pytest.mark.parametrize(("jobs", "shown"), [(0, None), (4, None), (5, 5), (None, None)])
def test_apply__withholds_numbers_below_the_threshold(tmp_path: Path, jobs: int | None, shown: int | None) -> None:
    row = applied(tmp_path, {"jobs": jobs}).records.row(0, named=True)
    assert row["jobs"] == shown
    assert row["jobs_withheld"] is (jobs is not None and shown is None)


def test_apply__compares_amounts_with_a_threshold_in_quetzales(tmp_path: Path) -> None:
    text = rule(field="amount_gtq", level="withheld", threshold=100)
    legal = {"person_kind": "legal"}
    shown = applied(tmp_path, legal | {"amount_gtq": 9_999}, legal | {"amount_gtq": 10_000}, text=text).records
    assert shown["amount_gtq"].to_list() == [None, 10_000]


def test_apply__shows_initials_of_a_masked_name(tmp_path: Path) -> None:
    shown = applied(
        tmp_path, {}, text=rule(field="name", level="masked", person_kind="natural", permanence="temporary")
    )
    assert shown.records["name"].to_list() == ["I. P. P."]
    assert "name" in shown.records["withheld_fields"].item().split(";")


def test_apply__withholds_the_municipality_that_would_tell_the_department(tmp_path: Path) -> None:
    shown = applied(tmp_path, {"person_kind": "legal"}, text=rule(field="department", level="withheld")).records
    assert shown.select("department", "municipality").row(0) == (None, None)
    assert shown["withheld_fields"].item() == "department;municipality;amount_gtq"


def test_apply__leaves_out_records_that_are_only_counted(tmp_path: Path) -> None:
    diplomats = [{"category": "DIPL"}, {"category": "DIPL", "person_kind": "legal"}, {"category": "DIPL"}]
    disclosed = applied(tmp_path, *diplomats)
    assert disclosed.records["person_kind"].to_list() == ["legal"]
    assert disclosed.counted.rows() == [("DIPL", 2)]


def test_apply__keeps_the_order_of_the_records(tmp_path: Path) -> None:
    names = [{"name": name, "category": category} for name, category in zip("cab", ("ENR", "ASOC", "ENR"), strict=True)]
    shown = applied(tmp_path, *({"person_kind": "legal"} | row for row in names)).records
    assert shown["name"].to_list() == ["c", "a", "b"]


def test_apply__refuses_a_category_that_has_no_rules(tmp_path: Path) -> None:
    with pytest.raises(PolicyError):
        applied(tmp_path, {"category": "GONE"})


def test_describe_withheld__counts_with_grounds(tmp_path: Path) -> None:
    decided = policy(tmp_path)
    parts = [
        records({}, {"jobs": 1}),
        records({"person_kind": "legal"}, {"category": "DIPL"}),
    ]
    told = describe_withheld(decided, [decided.apply(part) for part in parts])
    assert told["count_only"] == [{"category": "DIPL", "records": 1}]
    counted = {(row["field"], row["category"], row["person_kind"]): row["records"] for row in told["fields"]}
    assert counted == {
        ("nit", "MAQ_SERV", "natural"): 2,
        ("status_reason", "MAQ_SERV", "natural"): 2,
        ("activity", "MAQ_SERV", "natural"): 2,
        ("municipality", "MAQ_SERV", "natural"): 2,
        ("jobs", "MAQ_SERV", "natural"): 1,
        ("amount_gtq", "MAQ_SERV", "legal"): 1,
        ("amount_gtq", "MAQ_SERV", "natural"): 2,
    }
    assert all(
        row["ground"] and row["authority"] and row["date"] and row["level"] == "withheld" for row in told["fields"]
    )
    assert len(told["policy"]) == len(decided.describe())
