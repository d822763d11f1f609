"""Facts with their own period: what of them a record shows, what is published beside it, and under which rules."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from exemptions.datasets import Dataset, Mode
from exemptions.release import open_release
from tests.exporters.staging import CUTOFF, Home, Row, about, natural, row

MAQUILA = row(1, category="MAQ_SERV", name="Hilo Rojo, S.A.")
ENERGY = row(2, category="ENR", name="Papalote, S.A.")

OPEN_AMOUNTS = """
[[rule]]
field = "amount_gtq"
level = "public"
ground = "Opinión 1-2026"
authority = "SAT"
date = 2026-11-01
"""


def jobs(record: Row, *told: tuple[str, str, int]) -> list[Row]:
    return [about(record, period=period, kind=kind, jobs=count, source="MINECO") for period, kind, count in told]


def amounts(record: Row, *told: tuple[int, str, str, int]) -> list[Row]:
    return [
        about(record, year=year, tax=tax, mechanism=mechanism, amount_cents=cents, source="SAT")
        for year, tax, mechanism, cents in told
    ]


def events(record: Row, *told: tuple[str, date] | tuple[str, date, date]) -> list[Row]:
    return [
        about(
            record, event=event[0], date=event[1], until=event[2] if len(event) == 3 else None, reason="Motivo",
            legal_basis="Art. 43",
        )
        for event in told
    ]  # fmt: skip


def published(home: Home, record: Row, **facts: list[Row]) -> Row:
    """The published row of one record with its facts."""
    home.approve([record])
    for dataset, told in facts.items():
        home.approve_facts(Dataset(dataset), told)
    home.publish()
    return home.records()[0]


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ([("2024", "reported", 10), ("2025", "reported", 20), ("2023", "reported", 30)], (20, 2025, "reported")),
        ([("2024", "reported", 10), ("2027", "projected", 99)], (10, 2024, "reported")),
        ([("2023", "projected", 88), ("2027", "projected", 99)], (99, 2027, "projected")),
        ([("2025-T1", "reported", 1), ("2025-T3", "reported", 3), ("2025-T2", "reported", 2)], (3, 2025, "reported")),
        ([("2025-T4", "reported", 4), ("2025", "reported", 7)], (7, 2025, "reported")),
        ([("2025", "reported", 7), ("2026-T1", "reported", 8)], (8, 2026, "reported")),
        ([("2025", "reported", 0)], (0, 2025, "reported")),
    ],
)
def test_record__shows_the_latest_reported_jobs_else_the_latest_projected(
    home: Home, told: list[tuple[str, str, int]], shown: tuple[int, int, str]
) -> None:
    record = published(home, MAQUILA, jobs=jobs(MAQUILA, *told))
    assert (record["jobs"], record["jobs_year"], record["jobs_kind"]) == shown
    assert record["jobs_status"] == "reported"
    assert {(fact["period"], fact["kind"], fact["jobs"]) for fact in home.table("jobs")} == set(told)


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        # The dataset wins for a year and a kind that it speaks of, also by quarters.
        (("2025", "reported", 50), False),
        (("2025-T2", "reported", 50), False),
        (("2024", "reported", 50), True),
        (("2025", "projected", 50), True),
    ],
)
def test_record__keeps_the_registrys_own_jobs_where_no_dataset_speaks(
    home: Home, told: tuple[str, str, int], kept: bool
) -> None:
    record = MAQUILA | {"jobs": 40, "jobs_year": 2025, "jobs_kind": "reported"}
    shown = published(home, record, jobs=jobs(record, told))
    own = [fact for fact in home.table("jobs") if fact["source"] == "registry"]
    assert [(fact["period"], fact["jobs"]) for fact in own] == ([("2025", 40)] if kept else [])
    assert shown["jobs"] == (40 if kept else 50)


def test_record__shows_the_sum_of_the_latest_year_without_what_is_no_tax_forgone(home: Home) -> None:
    home.write_policy(OPEN_AMOUNTS)
    told = amounts(
        MAQUILA, (2024, "ISR", "exoneracion", 900), (2025, "ISR", "exoneracion", 100_10), (2025, "DAI", "exencion", -5),
        (2025, "DAI", "suspension", 7_000), (2025, "IVA_IMP", "devolucion", 8_000), (2026, "DAI", "suspension", 9_000),
    )  # fmt: skip
    record = published(home, MAQUILA, amounts=told)
    assert (record["amount_gtq"], record["amount_year"], record["amount_status"]) == (100_05, 2025, "reported")
    assert len(home.table("amounts")) == len(told)


def test_record__whose_taxes_are_all_suspended_has_no_amount(home: Home) -> None:
    home.write_policy(OPEN_AMOUNTS)
    record = published(home, MAQUILA, amounts=amounts(MAQUILA, (2025, "DAI", "suspension", 7_000)))
    assert (record["amount_gtq"], record["amount_year"], record["amount_status"]) == (None, None, "not_reported")
    assert [fact["mechanism"] for fact in home.table("amounts")] == ["suspension"]


@pytest.mark.parametrize(("year", "kept"), [(2025, False), (2024, True)])
def test_record__keeps_the_registrys_own_amount_where_no_dataset_speaks(home: Home, year: int, kept: bool) -> None:
    home.write_policy(OPEN_AMOUNTS)
    record = MAQUILA | {"amount_cents": 40, "amount_year": 2025}
    shown = published(home, record, amounts=amounts(record, (year, "ISR", "exoneracion", 50)))
    own = [fact for fact in home.table("amounts") if fact["source"] == "registry"]
    assert [(fact["tax"], fact["mechanism"], fact["amount_cents"]) for fact in own] == (
        [(None, None, 40)] if kept else []
    )
    assert shown["amount_gtq"] == (40 if kept else 50)


def test_amounts__are_in_no_file_by_default(home: Home) -> None:
    record = published(home, MAQUILA, amounts=amounts(MAQUILA, (2025, "ISR", "exoneracion", 50)))
    assert (record["amount_gtq"], record["amount_status"], record["withheld_fields"]) == (
        None,
        "withheld",
        "amount_gtq",
    )
    assert home.table("amounts") == []


def test_facts__whose_record_is_absent_are_kept_and_not_published(home: Home) -> None:
    other = MAQUILA | {"resolution": "OTRA"}
    record = published(
        home, MAQUILA, jobs=jobs(other, ("2025", "reported", 5)),
        events=events(other, ("revocation", date(2026, 11, 15))),
        energy=[{"nit": MAQUILA["nit"], "resolution": MAQUILA["resolution"], "project": "No es de energía"}],
    )  # fmt: skip
    assert (record["jobs"], record["status"]) == (None, "active")
    assert (home.table("jobs"), home.table("events"), home.table("energy")) == ([], [], [])
    home.approve([MAQUILA, other])
    home.publish()
    assert [fact["jobs"] for fact in home.table("jobs")] == [5]
    assert sorted(r["status"] for r in home.records()) == ["active", "revoked"]


def test_energy__belongs_to_the_record_of_its_resolution(home: Home) -> None:
    project = {
        "nit": ENERGY["nit"], "resolution": ENERGY["resolution"], "project": "Viento Norte", "technology": "EOLICA",
        "capacity_kw": 4350, "municipality": "1609", "valid_from": date(2023, 8, 10), "valid_until": date(2033, 8, 9),
    }  # fmt: skip
    record = published(home, ENERGY, energy=[project])
    told = {key: value for key, value in project.items() if key not in ("nit", "resolution")}
    assert home.table("energy") == [{"record_id": record["record_id"], **told, "source": "energy"}]
    assert (record["valid_from"], record["municipality"]) == (ENERGY["valid_from"], None)


def test_facts__of_natural_persons_follow_the_rules_of_their_columns(home: Home) -> None:
    person = natural(5, category="ENR", resolution="MEM-5", valid_from=date(2020, 1, 1), valid_until=date(2029, 12, 31))
    project = {"nit": person["nit"], "resolution": "MEM-5", "project": "Sol de la Fila", "municipality": "1609"}
    record = published(
        home, person, jobs=jobs(person, ("2025", "reported", 7), ("2024", "reported", 4)),
        amounts=amounts(person, (2025, "ISR", "exoneracion", 50)), energy=[project],
        events=events(person, ("suspension", date(2024, 1, 1), date(2024, 6, 30))),
    )  # fmt: skip
    assert (record["jobs"], record["amount_status"]) == (7, "withheld")
    assert [fact["jobs"] for fact in home.table("jobs")] == [7]
    assert home.table("amounts") == []
    assert [(fact["project"], fact["municipality"]) for fact in home.table("energy")] == [("Sol de la Fila", None)]
    assert [(fact["reason"], fact["legal_basis"]) for fact in home.table("events")] == [(None, "Art. 43")]


def test_facts__of_a_record_that_is_only_counted_are_in_no_file(home: Home) -> None:
    agent = natural(6, category="DIPL")
    home.approve([MAQUILA, agent])
    home.approve_facts(Dataset.EVENTS, events(agent, ("cancellation", CUTOFF)))
    home.approve_facts(Dataset.JOBS, jobs(agent, ("2025", "reported", 50)))
    home.publish()
    assert (home.table("events"), home.table("jobs")) == ([], [])


def test_energy__of_a_holder_without_a_public_name_has_none_either(home: Home) -> None:
    home.write_policy(OPEN_AMOUNTS.replace("amount_gtq", "name").replace('"public"', '"withheld"'))
    published(home, ENERGY, energy=[{"nit": ENERGY["nit"], "resolution": ENERGY["resolution"], "project": "Papalote"}])
    assert [fact["project"] for fact in home.table("energy")] == [None]


@pytest.mark.parametrize(
    ("cents", "published_years"),
    [((600_00, 700_00), [2024, 2025]), ((600_00, 100_00), [2024]), ((600_00, -50_00), [2024])],
)
def test_amounts__of_a_year_are_told_together_where_a_threshold_decides(
    home: Home, cents: tuple[int, int], published_years: list[int]
) -> None:
    """The sum is in the record, so one part that is left out could be computed from the others."""
    home.write_policy(OPEN_AMOUNTS.replace('"public"', '"withheld"\nthreshold = 500'))
    told = amounts(
        MAQUILA, (2024, "ISR", "exoneracion", 900_00), (2025, "ISR", "exoneracion", cents[0]),
        (2025, "DAI", "exencion", cents[1]),
    )  # fmt: skip
    published(home, MAQUILA, amounts=told)
    assert sorted({fact["year"] for fact in home.table("amounts")}) == published_years


def test_events__decide_the_status_and_come_before_what_the_file_states(home: Home) -> None:
    rows = [
        row(1, category="ENR", status="suspended"),
        row(2, category="ENR", status="suspended"),
        row(3, category="ENR", status="active"),
    ]
    home.approve(rows)
    told = [
        *events(rows[0], ("suspension", date(2026, 9, 1), date(2026, 11, 10))),
        *events(rows[2], ("revocation", date(2026, 11, 5))),
    ]
    home.approve_facts(Dataset.EVENTS, told)
    home.publish()
    states = {r["nit"]: r["status"] for r in home.records()}
    assert [states[r["nit"]] for r in rows] == ["active", "suspended", "revoked"]
    by_source = {(fact["event"], fact["source"]) for fact in home.table("events")}
    assert by_source == {("suspension", "events"), ("suspension", "registry"), ("revocation", "events")}


def test_closures__follow_the_published_events(home: Home) -> None:
    home.approve([MAQUILA])
    home.approve_facts(Dataset.EVENTS, events(MAQUILA, ("suspension", date(2024, 1, 1), date(2024, 6, 30))))
    home.publish()
    closures = open_release(home.folder()).closures
    closed = [closures.rows_closed_on(day) for day in (date(2023, 12, 31), date(2024, 1, 1), date(2024, 6, 30))]
    assert closed == [[], [0], [0]]
    assert closures.rows_closed_on(date(2024, 7, 1)) == []


def test_publish__of_facts_alone_makes_a_release_that_tells_what_changed(home: Home) -> None:
    home.release([MAQUILA])
    home.approve_facts(Dataset.JOBS, jobs(MAQUILA, ("2025", "reported", 5)))
    home.approve_facts(Dataset.EVENTS, events(MAQUILA, ("cancellation", date(2026, 11, 15))))
    assert home.publish().release == 2
    changes = [(c["field"], c["before"], c["after"], c["reason"]) for c in home.table("changes")]
    assert changes == [
        ("status", "active", "cancelled", None),
        ("jobs", None, "5", None),
        ("jobs_status", "not_reported", "reported", None),
        ("jobs_year", None, "2025", None),
        ("jobs_kind", None, "reported", None),
    ]
    assert home.records()[0]["changed_release"] == 2


def test_publish__of_the_same_facts_again_makes_no_release(home: Home) -> None:
    home.release([MAQUILA])
    told = jobs(MAQUILA, ("2025", "reported", 5))
    home.approve_facts(Dataset.JOBS, told)
    home.publish()
    home.approve_facts(Dataset.JOBS, told)
    assert home.publish().release is None


def test_publish__when_due_lets_a_suspension_end(home: Home) -> None:
    home.approve([MAQUILA])
    home.approve_facts(Dataset.EVENTS, events(MAQUILA, ("suspension", date(2026, 11, 1), date(2026, 11, 21))))
    home.publish()
    assert home.records()[0]["status"] == "suspended"
    home.now += timedelta(days=1)
    assert home.publish(if_due=True).release is None
    home.now += timedelta(days=1)
    assert home.publish(if_due=True).release == 2
    changes = [(c["field"], c["before"], c["after"], c["reason"]) for c in home.table("changes")]
    assert changes == [("status", "suspended", "active", "suspension_ended")]


def test_publish__does_not_lay_a_new_event_at_the_calendars_door(home: Home) -> None:
    home.approve([MAQUILA | {"status": "suspended"}])
    home.publish()
    home.now += timedelta(days=5)
    home.approve_facts(Dataset.EVENTS, events(MAQUILA, ("reactivation", date(2026, 11, 22))))
    home.publish()
    changes = [(c["field"], c["before"], c["after"], c["reason"]) for c in home.table("changes")]
    assert changes == [("status", "suspended", "active", None)]


@pytest.mark.parametrize("new_policy", [False, True])
def test_rollback__restores_the_facts(home: Home, new_policy: bool) -> None:
    home.approve([MAQUILA, ENERGY])
    home.approve_facts(Dataset.JOBS, jobs(MAQUILA, ("2025", "reported", 5)))
    home.approve_facts(Dataset.ENERGY, [{"nit": ENERGY["nit"], "resolution": ENERGY["resolution"], "project": "Uno"}])
    home.publish()
    before = {name: home.table(name) for name in ("jobs", "energy")}
    home.approve_facts(Dataset.JOBS, jobs(MAQUILA, ("2025", "reported", 6), ("2024", "reported", 4)), mode=Mode.MERGE)
    home.approve_facts(Dataset.ENERGY, [{"nit": ENERGY["nit"], "resolution": ENERGY["resolution"], "project": "Dos"}])
    home.publish()
    assert {name: home.table(name) for name in ("jobs", "energy")} != before
    if new_policy:
        home.write_policy(OPEN_AMOUNTS)
    assert home.rollback(1).release == 3
    assert {name: home.table(name) for name in ("jobs", "energy")} == before
    # What was rolled back stays in force: the next file is compared with it.
    home.approve_facts(Dataset.JOBS, jobs(MAQUILA, ("2025", "reported", 5)))
    assert home.publish().release is None


def test_expenditure__is_published_as_the_reports_give_it(home: Home) -> None:
    estimate: dict[str, Any] = {
        "year": 2020, "tax": "ISR", "partition": "impuesto", "key": "ISR", "report": "Informe 2021",
        "method_version": "v2", "group": "Impuesto Sobre la Renta", "amount_cents": 417_727_000_000, "pct_gdp": 0.7,
        "note": None, "source_url": "https://informe.example/2021",
    }  # fmt: skip
    total = estimate | {"tax": None, "partition": "total", "key": "TOTAL", "method_version": None}
    home.approve([MAQUILA])
    home.approve_facts(Dataset.EXPENDITURE, [estimate, total])
    home.publish()
    assert home.table("expenditure") == [
        {name: told[name] for name in home.table("expenditure")[0]} for told in (total, estimate)
    ]


def test_facts__tell_the_release_that_brought_each(home: Home) -> None:
    record_id = published(
        home, MAQUILA, jobs=jobs(MAQUILA, ("2024", "reported", 7), ("2025", "reported", 8)),
        events=events(MAQUILA, ("suspension", date(2024, 1, 1), date(2024, 6, 30))),
    )["record_id"]  # fmt: skip
    home.approve_facts(Dataset.JOBS, jobs(MAQUILA, ("2024", "reported", 7), ("2025", "reported", 9)))
    home.publish()
    release = open_release(home.folder(2))
    assert [(fact["jobs"], fact["release"]) for fact in release.jobs_of([record_id])] == [(7, 1), (9, 2)]
    assert [event["release"] for event in release.events_of([record_id])] == [1]
    # What a rollback brings back was brought when it first came.
    home.rollback(1)
    restored = open_release(home.folder(3))
    assert [(fact["jobs"], fact["release"]) for fact in restored.jobs_of([record_id])] == [(7, 1), (8, 1)]
    home.approve_facts(Dataset.JOBS, jobs(MAQUILA, ("2024", "reported", 7), ("2025", "reported", 9)))
    home.publish()
    again = open_release(home.folder(4))
    assert [(fact["jobs"], fact["release"]) for fact in again.jobs_of([record_id])] == [(7, 1), (9, 4)]
