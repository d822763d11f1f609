"""Guards hold back what loses, inflates or shifts data, and let an ordinary month through."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl
import pytest

from exemptions.catalogs import load_catalogs
from exemptions.content import CONTENT_SCHEMA
from exemptions.datasets import Dataset, Mode
from exemptions.errors import SettingsError
from exemptions.fact_content import FACTS
from exemptions.fact_history import current_schema
from exemptions.guard_limits import DEFAULT_LIMITS, GuardLimits
from exemptions.guard_texts import GUARD_NAMES, allowing_options, describe_hold
from exemptions.guards import Guard, Hold, Lift, Load, find_holds
from exemptions.history import CURRENT_SCHEMA
from exemptions.settings import read_settings
from tests.exporters.staging import row

Row = dict[str, Any]
Change = Callable[[pl.DataFrame], pl.DataFrame]

CUTOFF = date(2026, 11, 30)
CATEGORIES = ("ASOC", "CED_PRIV", "COOP", "MAQ_SERV")
WORDS = ("NIEBLA", "COBALTO", "HELECHO", "OBSIDIANA", "TECOLOTE", "LUCERO", "ARMADILLO", "PALOMILLA", "CEREZO")


def benefit(number: int) -> Row:
    """A benefit of its own name; every fourth one is temporary, with dates, jobs and an amount."""
    word, other = WORDS[number % 9], WORDS[number * 7 % 8]
    given: Row = {"category": CATEGORIES[number % 4], "name": f"{word} DE {other} NÚMERO {number}, SOCIEDAD ANÓNIMA"}
    given |= {"activity": f"85{number % 30:02d}", "municipality": f"{1 + number % 22:02d}01", "department": None}
    if number % 4 == 3:
        given |= {
            "resolution": f"DPI-{number}-2020",
            "valid_from": date(2020, 1, 1 + number % 28),
            "authority": "MINECO",
        }
        given |= {"valid_until": date(2030, 1, 1 + number % 28), "jobs": 20 + number % 50, "jobs_year": 2025}
        given |= {"jobs_kind": "reported", "amount_cents": 1_000_00 * (number % 90 + 1), "amount_year": 2025}
    return row(number, **given)


def registry(rows: Iterable[Row]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=dict(CONTENT_SCHEMA))


EDITION = registry(benefit(number) for number in range(400))


def standing(edition: pl.DataFrame) -> pl.DataFrame:
    """An edition as the book gives it."""
    own = {"version_id": pl.int_range(pl.len()), "record_id": pl.lit("a" * 16), "first_release": pl.lit(1)}
    since = pl.lit(date(2026, 10, 31)).alias("status_since")
    known = edition.with_columns(since, **own)
    return known.select(pl.col(name).cast(kind) for name, kind in CURRENT_SCHEMA.items())


def measure(
    incoming: pl.DataFrame,
    *,
    before: pl.DataFrame = EDITION,
    mode: Mode = Mode.REPLACE,
    limits: GuardLimits = DEFAULT_LIMITS,
    repeats: int | None = None,
) -> tuple[Hold, ...]:
    load = Load(Dataset.REGISTRY, mode, CUTOFF, standing(before), incoming, repeats)
    return find_holds(load, limits=limits, catalogs=load_catalogs())


def guards(holds: Iterable[Hold]) -> set[Guard]:
    return {hold.guard for hold in holds}


def facts(dataset: Dataset, rows: Iterable[Row]) -> pl.DataFrame:
    spec = FACTS[dataset]
    return pl.DataFrame([dict.fromkeys(spec.schema) | given for given in rows], schema=dict(spec.schema))


def measure_facts(dataset: Dataset, before: Iterable[Row], after: Iterable[Row]) -> tuple[Hold, ...]:
    spec = FACTS[dataset]
    stands = facts(dataset, before).with_columns(version_id=pl.int_range(pl.len())).select(current_schema(spec).keys())
    load = Load(dataset, Mode.REPLACE, CUTOFF, stands, facts(dataset, after))
    return find_holds(load, limits=DEFAULT_LIMITS, catalogs=load_catalogs())


def test_guards__an_ordinary_month_passes() -> None:
    renamed = {"name": pl.when(pl.int_range(pl.len()) < 3).then(pl.lit("OTRO NOMBRE")).otherwise("name")}
    month = pl.concat([EDITION.slice(15), registry(benefit(number) for number in range(400, 420))])
    assert measure(month.with_columns(**renamed).sample(fraction=1, shuffle=True, seed=1)) == ()


def test_guards__the_first_load_meets_none() -> None:
    assert measure(EDITION, before=EDITION.clear()) == ()
    assert guards(measure(EDITION, before=EDITION.clear(), repeats=3)) == {Guard.OLDER_FILE}


@pytest.mark.parametrize(("ended", "held"), [(20, False), (21, True)])
def test_removals__more_than_five_per_cent_are_held(ended: int, held: bool) -> None:
    holds = [hold for hold in measure(EDITION.slice(ended)) if hold.guard is Guard.REMOVALS]
    assert bool(holds) is held
    if held:
        assert (holds[0].measured, holds[0].limit) == (21, 20)
        assert holds[0].detail == {"scope": 400, "percent": 5.25}


@pytest.mark.parametrize(("factor", "held"), [(1, False), (9, False), (100, True), (0.001, True)])
def test_totals__a_new_year_in_another_unit_is_held(factor: float, held: bool) -> None:
    own = {"category": "CED_PRIV", "tax": "ISR", "mechanism": "exemption"}
    years = [
        [own | {"nit": f"{number:012}", "year": year, "amount_cents": int(times * 100_000)} for number in range(30)]
        for year, times in ((2024, 1), (2025, factor))
    ]
    holds = measure_facts(Dataset.AMOUNTS, *years)
    assert guards(holds) == ({Guard.AMOUNT_CHANGE} if held else set())
    if held:
        assert holds[0].detail["totals"][0]["period"] == "2024 → 2025"
        assert "2024 → 2025" in describe_hold(holds[0]).es


def test_allowing_options__allow_exactly_what_was_measured() -> None:
    assert allowing_options([Hold(Guard.AMOUNT_CHANGE, 1234567.84, 30)]) == "--allow-change 1234567.84"


def test_removals__a_merge_ends_nothing() -> None:
    assert measure(EDITION.head(60), mode=Mode.MERGE) == ()


def test_removals__the_limit_is_a_setting() -> None:
    limits = replace(DEFAULT_LIMITS, removals_pct=50)
    assert Guard.REMOVALS not in guards(measure(EDITION.slice(150), limits=limits))
    assert GuardLimits.of(read_settings({})) == DEFAULT_LIMITS
    assert GuardLimits.of(read_settings({"EXEMPTIONS_GUARD_CHANGE_PCT": "12.5"})).change_pct == 12.5
    for wrong in ("-1", "101", "nan", "5 %", "1e1", "inf"):
        with pytest.raises(SettingsError, match="EXEMPTIONS_GUARD_REMOVALS_PCT"):
            read_settings({"EXEMPTIONS_GUARD_REMOVALS_PCT": wrong})


@pytest.mark.parametrize(("column", "guard"), [("amount_cents", Guard.AMOUNT_CHANGE), ("jobs", Guard.JOBS_CHANGE)])
@pytest.mark.parametrize(("factor", "held"), [(1.29, False), (1.32, True), (0.71, False), (0.68, True), (100, True)])
def test_totals__a_third_more_or_less_is_held(column: str, guard: Guard, factor: float, held: bool) -> None:
    moved = EDITION.with_columns((pl.col(column) * factor).round().cast(pl.Int64))
    assert (guard in guards(measure(moved))) is held


def test_totals__the_percentage_is_what_people_can_count() -> None:
    before = registry([row(1, jobs=100, jobs_year=2025, jobs_kind="reported"), row(2)])
    after = before.with_columns(jobs=pl.when(pl.col("jobs").is_not_null()).then(150))
    assert [(h.guard, h.measured, h.limit) for h in measure(after, before=before)] == [(Guard.JOBS_CHANGE, 50, 30)]


def test_totals__a_year_that_moves_on_is_no_change() -> None:
    assert measure(EDITION.with_columns(pl.col("jobs_year") + 1, pl.col("amount_year") + 1)) == ()


def test_totals__figures_that_come_for_the_first_time_have_nothing_to_compare() -> None:
    before = registry([row(1)])
    after = registry([row(1, amount_cents=500_00, amount_year=2025)])
    assert measure(after, before=before) == ()


def test_totals__a_merge_that_doubles_records_is_held() -> None:
    mangled = EDITION.filter(pl.col("resolution") != "").with_columns(pl.col("resolution").str.replace("DPI-", "DPI "))
    found = guards(measure(mangled, mode=Mode.MERGE))
    assert found >= {Guard.AMOUNT_CHANGE, Guard.JOBS_CHANGE}


def test_category__a_lost_one_is_held_with_its_records() -> None:
    before = pl.concat([EDITION, registry([row(900, category="SIND")])])
    holds = measure(EDITION, before=before)
    assert [(h.guard, h.measured, h.detail) for h in holds] == [(Guard.CATEGORY_LOST, 1, {"categories": {"SIND": 1}})]


@pytest.mark.parametrize(
    ("shift", "columns"),
    [
        (lambda f: f.with_columns(name=pl.col("name").shift(1, fill_value="PRIMERO")), {"name"}),
        (lambda f: f.with_columns(name="nit"), {"name"}),
        (lambda f: f.with_columns(municipality=pl.lit(None, pl.String)), {"municipality"}),
        (lambda f: f.with_columns(activity=pl.lit(None, pl.String)), {"activity"}),
        (lambda f: f.with_columns(valid_from="valid_until", valid_until="valid_from"), {"valid_from", "valid_until"}),
        (lambda f: f.with_columns(status_reason="resolution"), {"status_reason"}),
        (lambda f: f.with_columns(exempt_type=pl.lit("CONST")), {"exempt_type"}),
    ],
    ids=["names-one-row-down", "nit-as-name", "no-municipality", "no-activity", "dates-swapped", "resolution-as-reason",
         "one-type"],
)  # fmt: skip
def test_shifted__a_column_unlike_the_last_one_is_named(shift: Change, columns: set[str]) -> None:
    held = [hold for hold in measure(shift(EDITION)) if hold.guard is Guard.SHIFTED_COLUMN]
    assert {item["column"] for item in held[0].detail["columns"]} == columns
    assert held[0].measured == len(columns)


def test_shifted__a_small_edition_and_a_new_one_are_exempt() -> None:
    small = EDITION.head(49)
    shifted = small.with_columns(activity=pl.lit(None, pl.String))
    assert Guard.SHIFTED_COLUMN not in guards(measure(shifted, before=small))


def test_shifted__the_names_of_a_merge_are_compared_with_those_of_the_same_records() -> None:
    part = EDITION.head(60).with_columns(name=pl.col("name").shift(1, fill_value="PRIMERO"))
    assert Guard.SHIFTED_COLUMN in guards(measure(part, mode=Mode.MERGE))


def test_names__a_few_are_corrections_and_many_are_not() -> None:
    def rename(count: int) -> pl.DataFrame:
        place = pl.int_range(pl.len())
        return EDITION.with_columns(
            name=pl.when(place < count).then(pl.lit("OTRA ") + pl.col("name")).otherwise("name")
        )

    assert measure(rename(5)) == ()
    (hold,) = measure(rename(6))
    assert (hold.guard, hold.measured, hold.limit) == (Guard.SAME_NIT_OTHER_NAME, 6, 5)
    first = hold.detail["examples"][0]
    assert first["after"] == f"OTRA {first['before']}"


def test_names__accents_case_and_signs_make_no_other_name() -> None:
    plain = EDITION.with_columns(
        pl.col("name").str.to_lowercase().str.replace("número", "numero").str.replace(",", " ")
    )
    assert Guard.SAME_NIT_OTHER_NAME not in guards(measure(plain))


def test_names__a_known_nit_in_new_records_is_seen_too() -> None:
    strangers = registry(benefit(n) | {"category": "SIND", "name": f"EXTRAÑO {n}"} for n in range(8))
    (hold,) = measure(pl.concat([EDITION, strangers]))
    assert (hold.guard, hold.measured) == (Guard.SAME_NIT_OTHER_NAME, 8)


def test_names__two_names_of_one_nit_within_the_file_are_counted() -> None:
    doubles = registry(
        benefit(n) | {"category": c, "name": f"{c} {n}"} for n in range(500, 508) for c in ("COOP", "SIND")
    )
    holds = measure(pl.concat([EDITION, doubles]))
    assert [(h.guard, h.measured) for h in holds] == [(Guard.SAME_NIT_OTHER_NAME, 8)]


def jobs(period: str, count: int, each: int = 10) -> list[Row]:
    return [
        {"nit": f"{n}", "category": "MAQ_SERV", "resolution": f"DPI-{n}", "period": period, "kind": "reported"}
        | {"jobs": each, "source": "Boleta"}
        for n in range(count)
    ]


def test_facts__only_the_periods_of_the_file_are_its_scope() -> None:
    before = [*jobs("2024", 30), *jobs("2025", 30)]
    assert measure_facts(Dataset.JOBS, before, jobs("2025", 30)) == ()
    assert measure_facts(Dataset.JOBS, before, jobs("2026", 5)) == ()
    (hold,) = measure_facts(Dataset.JOBS, before, jobs("2025", 28))
    assert (hold.guard, hold.measured, hold.limit, hold.detail["scope"]) == (Guard.REMOVALS, 2, 1, 30)


def test_facts__each_period_has_its_own_total() -> None:
    before = [*jobs("2024", 100, 100), *jobs("2025", 30)]
    holds = measure_facts(Dataset.JOBS, before, [*jobs("2024", 100, 100), *jobs("2025", 30, 20)])
    assert [(h.guard, h.measured) for h in holds] == [(Guard.JOBS_CHANGE, 100)]
    assert [(t["period"], t["meaning"]) for t in holds[0].detail["totals"]] == [("2025", "reported")]


def test_facts__small_periods_are_measured_together() -> None:
    before = [*jobs("2023", 10), *jobs("2024", 10)]
    assert measure_facts(Dataset.JOBS, before, [*jobs("2023", 10), *jobs("2024", 10, 15)]) == ()
    holds = measure_facts(Dataset.JOBS, before, [*jobs("2023", 10), *jobs("2024", 10, 20)])
    assert [(h.guard, h.measured) for h in holds] == [(Guard.JOBS_CHANGE, 50)]


def test_facts__what_is_suspended_is_no_amount_not_paid() -> None:
    def amounts(exempted: int, suspended: int) -> list[Row]:
        return [
            {"nit": f"{n}", "category": "MAQ_SERV", "resolution": f"DPI-{n}", "year": 2025, "tax": "ISR"}
            | {"mechanism": mechanism, "amount_cents": cents}
            for n in range(30)
            for mechanism, cents in (("exoneracion", exempted), ("suspension", suspended))
        ]

    before = amounts(100, 10_000)
    (hold,) = measure_facts(Dataset.AMOUNTS, before, amounts(200, 10_000))
    assert (hold.guard, hold.measured) == (Guard.AMOUNT_CHANGE, 100)
    assert [total["meaning"] for total in hold.detail["totals"]] == ["not_paid"]


def test_lift__numbers_must_cover_and_the_reason_be_written() -> None:
    holds = (
        Hold(Guard.REMOVALS, 40, 20, {"scope": 400, "percent": 10}),
        Hold(Guard.AMOUNT_CHANGE, 45.5, 30, {"totals": [], "count": 0}),
        Hold(Guard.CATEGORY_LOST, 2, 0, {"categories": {"SIND": 1, "COG": 3}}),
        Hold(Guard.OLDER_FILE, 7, 0),
    )
    enough = Lift(40, 45.5, {Guard.CATEGORY_LOST: 2, Guard.OLDER_FILE: 7}, "cierre de zona")
    assert Lift.covering(holds, reason="cierre de zona") == enough
    assert all(map(enough.covers, holds))
    short = (
        replace(enough, removals=39),
        replace(enough, change_pct=45.4),
        replace(enough, accepted={Guard.CATEGORY_LOST: 1, Guard.OLDER_FILE: 8}),
    )
    assert [sum(map(lift.covers, holds)) for lift in short] == [3, 3, 2]
    assert not any(replace(enough, reason=" \t").covers(hold) for hold in holds)
    assert not any(Lift(reason="sin números").covers(hold) for hold in holds)
    assert (
        allowing_options(holds)
        == "--allow-removals 40 --allow-change 45.5 --accept category_lost=2 --accept older_file=7"
    )


def test_holds__speak_both_languages_and_come_back_from_the_book() -> None:
    found = [
        *measure(EDITION.slice(100).with_columns(activity=pl.lit(None, pl.String)), repeats=2),
        *measure(EDITION.with_columns(name=pl.lit("X"), jobs=pl.lit(1, pl.Int64), amount_cents=pl.lit(1, pl.Int64))),
        *measure(EDITION.filter(pl.col("category") != "COOP")),
    ]
    assert guards(found) == set(Guard)
    for hold in found:
        sentence = describe_hold(hold)
        assert sentence.es.startswith(GUARD_NAMES[hold.guard].es) and sentence.es.endswith(".")
        assert sentence.en.startswith(GUARD_NAMES[hold.guard].en) and sentence.en.endswith(".")
        assert "{" not in sentence.es + sentence.en
        assert Hold.from_dict(hold.as_dict()) == hold
