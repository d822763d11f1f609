"""Publishing from a real book: what comes out, in which order, and what a crash leaves behind."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import stat
import subprocess
import sys
from datetime import date, datetime, timedelta
from pathlib import Path

import openpyxl
import polars as pl
import pyarrow.parquet as pq
import pytest
import zstandard
from sqlalchemy import select

from exemptions.audit import find_broken_entry
from exemptions.batches import get_batch
from exemptions.columns import KEYS, exchange_schema, table_schema
from exemptions.database import mark_demonstration
from exemptions.datasets import Mode
from exemptions.errors import PrivateIdentifierFound, ReleaseDamaged, ReleaseNotFound
from exemptions.history import read_content
from exemptions.models import AuditEntry
from exemptions.release import open_release
from exporters.build import OFFERED_TABLES
from exporters.description import list_descriptions
from exporters.manifest import verify_folder
from exporters.publish import reconcile
from exporters.steps import Progress, Step
from exporters.tables import SCHEMAS, read_arrow
from tests.databases import Databases
from tests.exemptions.releases import invented_nit
from tests.exporters.staging import NOON, Home, natural, row

pytestmark = pytest.mark.both_databases

EDITION = [row(1, name="Zapote"), row(2, name="Ñandú, S.A.", category="ENR"), row(3, name="Nutria")]


class Crash(Exception):
    """What the tests raise in the middle of a publication."""


def rule(field: str, level: str) -> str:
    """A disclosure policy of one rule."""
    ground = 'ground = "Opinión 1-2026"\nauthority = "SAT"\ndate = 2026-11-01\n'
    return f'[[rule]]\nfield = "{field}"\nlevel = "{level}"\n{ground}'


def crash_at(step: Step) -> Progress:
    def progress(now: Step) -> None:
        if now is step:
            raise Crash(step)

    return progress


def test_publish__makes_a_release_that_opens_and_agrees_with_its_manifest(home: Home) -> None:
    home.approve(EDITION)
    result = home.publish(note="Primera")
    assert result.release == 1
    assert result.counts is not None
    assert (result.counts.records, result.counts.taxpayers, result.counts.added) == (3, 3, 3)
    release = open_release(home.folder())
    assert release.records.schema.equals(table_schema())
    assert [r["name"] for r in home.records()] == ["Nutria", "Ñandú, S.A.", "Zapote"]
    manifest = home.manifest()
    assert manifest["note"] == "Primera"
    assert (manifest["published_at"], manifest["status_date"]) == ("2026-11-20T18:00:00Z", "2026-11-20")
    assert (manifest["previous"], manifest["restores"], manifest["demonstration"]) == (None, None, False)
    assert manifest["counts"] == {"records": 3, "taxpayers": 3, "added": 3, "ended": 0, "changed": 0}


def test_publish__writes_every_file_that_the_public_side_needs(home: Home) -> None:
    folder = home.release(EDITION)
    verify_folder(folder)
    listed = {entry["path"]: entry for entry in home.manifest()["files"]}
    present = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    assert listed.keys() == present - {"manifest.json"}
    assert {f"{name}.arrow" for name in ("records", *SCHEMAS)} < present
    assert {"withheld.json", "catalogs/categories.json", "catalogs/categories.csv", "index/meta.json"} < present
    for name, schema in SCHEMAS.items():
        assert read_arrow(folder / f"{name}.arrow").schema.equals(schema)
    assert listed["records.arrow"]["rows"] == listed["downloads/records.csv.gz"]["rows"] == 3


def test_publish__gives_every_download_the_same_rows(home: Home) -> None:
    downloads = home.release([*EDITION, natural(4)]) / "downloads"
    table = pq.read_table(downloads / "records.parquet")
    assert table.schema.remove_metadata().equals(exchange_schema())
    assert table.schema.metadata[b"release"] == b"1"
    ids = table["record_id"].to_pylist()
    assert ids == [r["record_id"] for r in home.records()]
    text = gzip.decompress((downloads / "records.csv.gz").read_bytes())
    assert pl.read_csv(text, infer_schema=False)["record_id"].to_list() == ids
    lines = gzip.decompress((downloads / "records.ndjson.gz").read_bytes()).splitlines()
    objects = json.loads(gzip.decompress((downloads / "records.json.gz").read_bytes()))
    assert [json.loads(line) for line in lines] == objects
    assert [o["record_id"] for o in objects] == ids
    assert list(objects[0]) == list(KEYS)


def test_publish__keeps_text_in_both_codings_and_every_table_as_csv_and_parquet(home: Home) -> None:
    folder = home.release([*EDITION, natural(4)]) / "downloads"
    listed = {entry["path"]: entry for entry in home.manifest()["files"]}
    for name in ("records.json", "records.ndjson", *(f"{table}.csv" for table in ("records", *OFFERED_TABLES))):
        packed, squeezed = folder / f"{name}.gz", folder / f"{name}.zst"
        text = gzip.decompress(packed.read_bytes())
        assert zstandard.ZstdDecompressor().decompressobj().decompress(squeezed.read_bytes()) == text
        told = {"bytes": len(text), "sha256": hashlib.sha256(text).hexdigest()}
        assert [listed[f"downloads/{path.name}"]["plain"] for path in (packed, squeezed)] == [told, told]
    for table in OFFERED_TABLES:
        rows = pq.read_table(folder / f"{table}.parquet")
        assert rows.num_rows == read_arrow(folder.parent / f"{table}.arrow").num_rows
        assert rows.num_rows == listed[f"downloads/{table}.csv.zst"]["rows"]
        assert rows.schema.metadata[b"table"] == table.encode()
    assert (
        pq.read_schema(folder / "records.parquet").metadata[b"records_sha256"].decode()
        == (listed["records.arrow"]["sha256"])
    )


def test_publish__adds_a_workbook_while_one_holds_the_registry(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = home.release(EDITION)
    book = openpyxl.load_workbook(folder / "downloads" / "records.xlsx")
    assert [r[2] for r in book.worksheets[0].iter_rows(values_only=True)][1:] == [r["name"] for r in home.records()]
    assert home.manifest()["omitted"] == []
    monkeypatch.setattr("exporters.build.MAX_ROWS", 2)
    home.now += timedelta(days=1)
    folder = home.release(EDITION[:1] + [row(n) for n in (7, 8)])
    assert not (folder / "downloads" / "records.xlsx").exists()
    assert home.manifest()["omitted"] == [{"path": "downloads/records.xlsx", "rows": 3, "max_rows": 2}]


def test_rollback__tells_its_own_changes_in_every_file(home: Home) -> None:
    home.release(EDITION)
    home.release(EDITION[:2])
    home.rollback(1)
    folder = home.folder() / "downloads"
    kinds = pq.read_table(folder / "changes.parquet")["kind"].to_pylist()
    text = gzip.decompress((folder / "changes.csv.gz").read_bytes())
    assert kinds == pl.read_csv(text)["kind"].to_list() == ["added"]
    assert pq.read_table(home.folder(1) / "downloads" / "changes.parquet").num_rows == 3


def test_publish__lets_every_user_read_the_files(home: Home) -> None:
    folder = home.release(EDITION)
    modes = {stat.S_IMODE(p.stat().st_mode) for p in folder.rglob("*") if p.is_file()}
    assert modes == {0o644}
    assert {stat.S_IMODE(p.stat().st_mode) for p in [folder, *folder.rglob("*")] if p.is_dir()} == {0o755}
    assert stat.S_IMODE((home.settings.releases / "current.json").stat().st_mode) == 0o644


def test_publish__points_at_the_release_and_lists_all(home: Home) -> None:
    home.release(EDITION)
    home.now += timedelta(days=1)
    home.release(EDITION[:2])
    pointer = home.pointer()
    assert pointer["release"] == 2
    assert [(r["release"], r["status_date"], r["state"]) for r in pointer["releases"]] == [
        (1, "2026-11-20", "published"),
        (2, "2026-11-21", "published"),
    ]
    assert pointer["manifest_sha256"] == pointer["releases"][1]["manifest_sha256"]
    verify_folder(home.folder(2), sha256=pointer["manifest_sha256"])


def test_publish__with_nothing_to_do_makes_no_release(home: Home) -> None:
    assert home.publish().release is None
    home.release(EDITION)
    before = _snapshot(home)
    home.now += timedelta(days=3)
    result = home.publish()
    assert (result.release, result.counts) == (None, None)
    assert _snapshot(home) == before


def test_publish__of_an_identical_edition_closes_the_batch_without_a_release(home: Home) -> None:
    home.release(EDITION)
    batch = home.approve(EDITION)
    assert home.publish().release is None
    with home.book.read() as session:
        found = get_batch(session, batch)
        assert (found.state, found.release) == ("published", 1)


def test_publish__applies_batches_in_the_order_of_their_approval(home: Home) -> None:
    home.approve([row(1, name="Primero"), row(2)])
    home.approve([row(1, name="Segundo")], mode=Mode.MERGE)
    home.publish()
    assert [r["name"] for r in home.records()] == ["Entidad inventada 002", "Segundo"]
    assert {r["first_release"] for r in home.records()} == {1}
    with home.book.read() as session:
        assert [get_batch(session, n).release for n in (1, 2)] == [1, 1]
        acts = session.scalars(select(AuditEntry).where(AuditEntry.act == "release_published")).all()
        assert json.loads(acts[0].details)["batches"] == [1, 2]
        assert find_broken_entry(session) is None


def test_publish__tells_what_changed_field_by_field(home: Home) -> None:
    home.release([row(1, activity="0111"), row(2), row(3)])
    ids = {r["nit"]: r["record_id"] for r in home.records()}
    home.release([row(1, activity="0112", name="Otro"), row(3), row(4)])
    new = next(r["record_id"] for r in home.records() if r["nit"] == invented_nit(4))
    changes = {(c["record_id"], c["field"]): c for c in home.table("changes")}
    assert changes.keys() == {
        (ids[invented_nit(1)], "name"),
        (ids[invented_nit(1)], "activity"),
        (ids[invented_nit(1)], "activity_name"),
        (ids[invented_nit(2)], None),
        (new, None),
    }
    activity = changes[ids[invented_nit(1)], "activity"]
    assert (activity["kind"], activity["before"], activity["after"]) == ("changed", "0111", "0112")
    assert changes[ids[invented_nit(2)], None]["kind"] == "ended"
    assert changes[new, None]["kind"] == "added"
    assert home.manifest()["counts"] == {"records": 3, "taxpayers": 3, "added": 1, "ended": 1, "changed": 1}
    by_nit = {r["nit"]: (r["first_release"], r["changed_release"]) for r in home.records()}
    assert by_nit == {invented_nit(1): (1, 2), invented_nit(3): (1, 1), invented_nit(4): (2, 2)}
    history = home.table("history")
    assert [c for c in history if c["release"] == 2] == home.table("changes")
    assert sorted(c["record_id"] for c in history if c["release"] == 1) == sorted(ids.values())


def test_publish_if_due__publishes_when_the_calendar_changes_a_status(home: Home) -> None:
    last_day = date(2026, 11, 25)
    starts = date(2026, 11, 24)
    home.release([row(1, category="ENR", valid_until=last_day), row(2, category="ENR", valid_from=starts), row(3)])
    assert [r["status"] for r in home.records()] == ["active", "pending", "active"]
    home.now = datetime.combine(starts, NOON.timetz()) - timedelta(days=1)
    assert home.publish(if_due=True).release is None
    home.now += timedelta(days=1)
    assert home.publish(if_due=True).release == 2
    home.now += timedelta(days=2)
    assert home.publish(if_due=True).release == 3
    assert [r["status"] for r in home.records()] == ["expired", "active", "active"]
    assert [(c["field"], c["before"], c["after"], c["reason"]) for c in home.table("changes")] == [
        ("status", "active", "expired", "expired")
    ]
    assert [(c["after"], c["reason"]) for c in home.table("changes", 2)] == [("active", "started")]
    assert home.manifest()["status_date"] == "2026-11-26"


def test_publish_if_due__leaves_approved_batches_alone(home: Home) -> None:
    home.release([row(1, category="ENR", valid_until=date(2026, 11, 25))])
    batch = home.approve([row(2)])
    home.now += timedelta(days=10)
    assert home.publish(if_due=True).release == 2
    assert [r["nit"] for r in home.records()] == [invented_nit(1)]
    with home.book.read() as session:
        assert get_batch(session, batch).state == "approved"


def test_publish__applies_a_new_policy_without_a_batch(home: Home) -> None:
    home.release([row(1, amount_cents=12_345, amount_year=2025, category="ENR")])
    assert home.records()[0]["amount_gtq"] is None
    home.write_policy(rule("amount_gtq", "public"))
    assert home.publish(if_due=True).release is None
    assert home.publish().release == 2
    record = home.records()[0]
    assert (record["amount_gtq"], record["amount_status"], record["changed_release"]) == (12_345, "reported", 2)
    assert [(a["year"], a["amount_cents"], a["source"]) for a in home.table("amounts")] == [(2025, 12_345, "registry")]


def test_publish__tells_the_documents_of_the_state_and_publishes_when_they_change(home: Home) -> None:
    home.release([row(1)])
    assert home.manifest()["documents"] == []
    text = (
        '[[document]]\nkind = "budget"\ntitle = "Presupuesto 2027"\nauthority = "MINFIN"\n'
        'date = 2026-09-02\nurl = "https://example.org/p.pdf"\n'
    )
    (home.book.home / "documents.toml").write_text(text, encoding="utf-8")
    assert home.publish().release == 2
    assert [one["title"] for one in home.manifest()["documents"]] == ["Presupuesto 2027"]
    assert home.publish().release is None


def test_publish__gives_the_same_bytes_for_the_same_book_and_clock(
    tmp_path: Path, database: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    def draw(count: int) -> list[str]:
        return [f"{n:016d}" for n in range(count)]

    monkeypatch.setattr("exemptions.history.draw_record_ids", draw)
    contents = []
    for name in ("a", "b"):
        home = Home(tmp_path / name, **database.environment(name))
        folder = home.release([*EDITION, natural(4), natural(5, category="DIPL")])
        files = sorted(p for p in folder.rglob("*") if p.is_file() and p.parent.name != "index")
        # The index names its files at random, so its hashes in the manifest differ too.
        contents.append({p.relative_to(folder): p.read_bytes() for p in files if p.name != "manifest.json"})
        home.book.close()
    assert contents[0] == contents[1]


def test_publish__marks_a_demonstration_and_gives_it_a_license(home: Home) -> None:
    with home.book.write() as session:
        mark_demonstration(session, actor="a", clock=home.clock)
    home.release(
        [row(1, category="ENR", amount_cents=100, amount_year=2025), natural(2, amount_cents=1, amount_year=2025)]
    )
    manifest = home.manifest()
    assert manifest["demonstration"] is True
    assert manifest["license"] == {"name": "CC BY 4.0", "url": "https://creativecommons.org/licenses/by/4.0/"}
    assert [(r["amount_gtq"], r["amount_status"]) for r in home.records()] == [(100, "reported"), (None, "withheld")]


def test_publish__tells_publisher_and_license_of_the_settings(tmp_path: Path, database: Databases) -> None:
    own = {"EXEMPTIONS_PUBLISHER": "Oficina", "EXEMPTIONS_LICENSE": "Libre", "EXEMPTIONS_CONTACT": "a@oficina.example"}
    home = Home(tmp_path, **own, **database.environment())
    home.release(EDITION)
    manifest = home.manifest()
    assert (manifest["publisher"]["name"], manifest["license"]["name"]) == ("Oficina", "Libre")
    assert manifest["contact"] == "a@oficina.example"
    home.book.close()


def test_publish__refuses_a_private_identifier_and_changes_nothing(home: Home) -> None:
    home.release([natural(1), row(2)])
    before = _snapshot(home)
    nit = invented_nit(1)
    batch = home.approve([natural(1), row(2, status_reason=f"Trasladado de NIT {nit[:-1]}-{nit[-1].lower()}")])
    with pytest.raises(PrivateIdentifierFound) as caught:
        home.publish()
    assert any(place.startswith("records.arrow:status_reason:") for place in caught.value.places)
    assert nit not in str(caught.value) + caught.value.es + "".join(caught.value.places)
    assert _snapshot(home) == before
    with home.book.read() as session:
        assert get_batch(session, batch).state == "approved"


STEPS = [step for step in Step if step not in (Step.SWITCH, Step.DELETE)]


def test_publish__keeps_the_release_before_whenever_it_fails(home: Home) -> None:
    home.release(EDITION)
    before = _snapshot(home)
    home.approve([row(9)])
    for step in STEPS:
        with pytest.raises(Crash):
            home.publish(progress=crash_at(step))
        assert home.pointer()["release"] == 1, step
        verify_folder(home.folder(1), sha256=home.pointer()["manifest_sha256"])
        reconcile(home.book, home.settings)
        assert _snapshot(home) == before, step
    assert home.publish().release == 2
    assert [r["nit"] for r in home.records()] == [invented_nit(9)]


def test_publish__is_completed_by_the_next_command_when_only_the_switch_failed(home: Home) -> None:
    home.release(EDITION)
    home.approve([row(9)])
    with pytest.raises(Crash):
        home.publish(progress=crash_at(Step.SWITCH))
    assert home.pointer()["release"] == 1
    assert home.publish().release is None
    assert home.pointer()["release"] == 2
    assert [r["nit"] for r in home.records()] == [invented_nit(9)]


KILLED = """
import json, os, sys
from pathlib import Path
from exporters.steps import Progress, Step
from tests.exporters.staging import Home

home = Home(Path(sys.argv[1]), **json.loads(sys.argv[3]))
home.publish(progress=lambda step: os._exit(9) if step == sys.argv[2] else None)
"""


@pytest.mark.parametrize("step", [Step.APPLY, Step.DOWNLOADS, Step.PLACE, Step.COMMIT, Step.SWITCH])
def test_publish__survives_the_death_of_its_process(tmp_path: Path, database: Databases, step: Step) -> None:
    environment = database.environment()
    home = Home(tmp_path, **environment)
    home.release(EDITION)
    home.approve([row(9)])
    home.book.close()
    command = [sys.executable, "-c", KILLED, str(tmp_path), step, json.dumps(environment)]
    died = subprocess.run(command, cwd=Path.cwd(), check=False)
    assert died.returncode == 9
    assert home.pointer()["release"] == 1
    verify_folder(home.folder(1), sha256=home.pointer()["manifest_sha256"])
    survivor = Home(tmp_path, **environment)
    survivor.publish()
    assert survivor.pointer()["release"] == 2
    verify_folder(survivor.folder(2), sha256=survivor.pointer()["manifest_sha256"])
    assert sorted(os.listdir(survivor.settings.releases)) == ["1", "2", "current.json"]
    survivor.book.close()


def test_reconcile__restores_a_lost_pointer(home: Home) -> None:
    home.release(EDITION)
    pointer = home.settings.releases / "current.json"
    before = pointer.read_bytes()
    pointer.unlink()
    reconcile(home.book, home.settings)
    assert pointer.read_bytes() == before


def test_reconcile__deletes_only_what_a_crash_can_have_left(home: Home) -> None:
    home.release(EDITION)
    for name in ("2", ".building-2-0a1b2c3d", "notes", "02", "1-old"):
        (home.settings.releases / name).mkdir()
    (home.settings.releases / "3").write_text("a file", encoding="utf-8")
    reconcile(home.book, home.settings)
    assert sorted(os.listdir(home.settings.releases)) == ["02", "1", "1-old", "3", "current.json", "notes"]


def test_reconcile__refuses_a_store_of_another_book(tmp_path: Path, database: Databases) -> None:
    home = Home(tmp_path / "one", **database.environment("one"))
    home.release(EDITION)
    home.book.close()
    releases = {"EXEMPTIONS_RELEASES": str(home.settings.releases)}
    other = Home(tmp_path / "two", **releases, **database.environment("two"))
    before = _snapshot(home)
    with pytest.raises(ReleaseDamaged):
        reconcile(other.book, other.settings)
    assert _snapshot(home) == before
    other.book.close()


def test_reconcile__does_not_point_at_a_release_that_is_not_there(home: Home) -> None:
    home.release(EDITION)
    (home.settings.releases / "current.json").unlink()
    (home.folder(1) / "manifest.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ReleaseDamaged):
        reconcile(home.book, home.settings)
    assert not (home.settings.releases / "current.json").exists()


def test_rollback__publishes_earlier_content_under_the_next_number(home: Home) -> None:
    home.release(EDITION)
    first = home.records()
    home.release([row(1, name="Cambiado"), row(5)])
    home.now += timedelta(days=1)
    result = home.rollback(1)
    assert (result.release, result.restores) == (3, 1)
    assert home.records() == first
    manifest = home.manifest()
    assert (manifest["restores"], manifest["previous"], manifest["status_date"]) == (1, 2, "2026-11-20")
    assert manifest["counts"] == {"records": 3, "taxpayers": 3, "added": 2, "ended": 1, "changed": 1}
    assert [r["restores"] for r in home.pointer()["releases"]] == [None, None, 1]
    changed = [(c["field"], c["before"], c["after"]) for c in home.table("changes") if c["kind"] == "changed"]
    assert ("name", "Cambiado", "Zapote") in changed
    assert {c["release"] for c in home.table("history")} == {1, 2, 3}
    open_release(home.folder())
    with home.book.read() as session:
        assert sorted(read_content(session)["nit"]) == sorted(r["nit"] for r in EDITION)
        acts = session.scalars(select(AuditEntry).where(AuditEntry.act == "release_rolled_back")).all()
        assert [json.loads(act.details)["restores"] for act in acts] == [1]


def test_rollback__shares_the_data_files_with_the_release_it_restores(home: Home) -> None:
    home.release(EDITION)
    home.release(EDITION[:1])
    home.rollback(1)
    same = [p.relative_to(home.folder(1)) for p in home.folder(1).rglob("*") if p.is_file()]
    linked = {p.as_posix() for p in same if (home.folder(3) / p).samefile(home.folder(1) / p)}
    own = {"manifest.json", "changes.arrow", "history.arrow", *list_descriptions(home.manifest()["files"])}
    own |= {f"downloads/changes.{suffix}" for suffix in ("csv.gz", "csv.zst", "parquet")}
    assert {p.as_posix() for p in same} - linked == own
    verify_folder(home.folder(1), sha256=home.pointer()["releases"][0]["manifest_sha256"])


def test_rollback__to_the_current_release_does_nothing(home: Home) -> None:
    home.release(EDITION)
    before = _snapshot(home)
    assert home.rollback(1).release is None
    assert _snapshot(home) == before


def test_rollback__to_a_release_that_never_was_is_refused(home: Home) -> None:
    home.release(EDITION)
    with pytest.raises(ReleaseNotFound):
        home.rollback(7)


def test_rollback__makes_the_files_anew_under_a_policy_that_changed(home: Home) -> None:
    home.release([row(1, activity="0111")])
    home.release([row(2)])
    home.write_policy(rule("activity", "withheld"))
    assert home.rollback(1).release == 3
    record = home.records()[0]
    assert (record["nit"], record["activity"], record["activity_name"]) == (invented_nit(1), None, None)
    assert record["withheld_fields"] == "activity"
    assert home.manifest()["restores"] == 1


SHARING_STEPS = [step for step in STEPS if step is not Step.PROJECT]


def test_rollback__keeps_the_release_before_whenever_it_fails(home: Home) -> None:
    home.release(EDITION)
    home.release([row(9)])
    before = _snapshot(home)
    for step in SHARING_STEPS:
        with pytest.raises(Crash):
            home.rollback(1, progress=crash_at(step))
        reconcile(home.book, home.settings)
        assert _snapshot(home) == before, step
        with home.book.read() as session:
            assert read_content(session)["nit"].to_list() == [invented_nit(9)]


def test_rollback__refuses_a_release_whose_files_are_damaged(home: Home) -> None:
    folder = home.release(EDITION)
    home.release(EDITION[:1])
    before = home.pointer()
    path = folder / "records.arrow"
    content = path.read_bytes()
    path.write_bytes(content[:-100] + bytes(100))
    with pytest.raises(ReleaseDamaged):
        home.rollback(1)
    assert home.pointer() == before


def test_rollback__leaves_the_calendar_to_the_next_publication(home: Home) -> None:
    home.release([row(1, category="ENR", valid_until=date(2026, 11, 25))])
    home.release([row(1, category="ENR", valid_until=date(2026, 11, 25), name="Otro")])
    home.now += timedelta(days=10)
    assert home.rollback(1).release == 3
    assert (home.manifest()["status_date"], home.records()[0]["status"]) == ("2026-11-20", "active")
    assert home.publish(if_due=True).release == 4
    assert (home.manifest()["status_date"], home.records()[0]["status"]) == ("2026-11-30", "expired")
    assert home.publish(if_due=True).release is None


def test_publish__refuses_to_build_on_a_damaged_release(home: Home) -> None:
    folder = home.release(EDITION)
    home.approve([row(9)])
    content = (folder / "records.arrow").read_bytes()
    (folder / "records.arrow").write_bytes(content[:-300] + bytes(300))
    with pytest.raises(ReleaseDamaged):
        home.publish()
    assert home.pointer()["release"] == 1
    (folder / "records.arrow").write_bytes(content)
    assert home.publish().release == 2


def test_history__forgets_values_that_became_private(home: Home) -> None:
    home.release([row(1, category="CED_PRIV", name="Nombre Viejo", municipality="0101")])
    home.release([row(1, category="CED_PRIV", name="Nombre Medio", municipality="0102")])
    assert "Nombre Viejo" in {c["before"] for c in home.table("history")}
    home.release([row(1, category="CED_PRIV", name="Nombre Nuevo", person_kind="natural", municipality="0103")])
    told = json.dumps(home.table("history") + home.table("changes"), default=str)
    for private in ("Nombre", "0101", "0102", "0103", invented_nit(1)):
        assert private not in told
    assert any(c["field"] == "person_kind" and c["after"] == "natural" for c in home.table("changes"))


def test_history__forgets_numbers_below_what_is_published_today(home: Home) -> None:
    def edition(jobs: int, kind: str) -> list[dict[str, object]]:
        figures = {"jobs": jobs, "jobs_year": 2025, "jobs_kind": "reported"}
        return [row(1, category="MAQ_SERV", person_kind=kind, **figures), row(2)]

    for jobs, kind in ((7, "legal"), (3, "legal"), (12, "legal"), (2, "natural")):
        home.release(edition(jobs, kind))
    told = [(c["before"], c["after"]) for c in home.table("history") if c["field"] == "jobs"]
    assert told == [("7", None), (None, "12"), (None, None)]
    home.write_policy(
        '[[rule]]\nfield = "jobs"\nperson_kind = "natural"\nlevel = "withheld"\nthreshold = 10\n'
        'ground = "Nuevo umbral"\nauthority = "SAT"\ndate = 2026-11-01\n'
    )
    home.publish()
    told = [(c["before"], c["after"]) for c in home.table("history") if c["field"] == "jobs"]
    assert told == [(None, None), (None, "12"), (None, None)]


def test_history__forgets_amounts_below_what_is_published_today(home: Home) -> None:
    rule = (
        '[[rule]]\nfield = "amount_gtq"\nperson_kind = "legal"\nlevel = "{}"\nground = "Dictamen"\n'
        'authority = "SAT"\ndate = 2026-11-01\n'
    )
    home.write_policy(rule.format("public"))
    for cents in (99_999, 100_000, 5):
        home.release([row(1, category="MAQ_ADT_M", amount_cents=cents, amount_year=2025)])
    home.write_policy(rule.format("withheld") + "threshold = 1000\n")
    home.publish()
    told = [(c["before"], c["after"]) for c in home.table("history") if c["field"] == "amount_gtq"]
    assert told == [(None, "1000.00"), ("1000.00", None), (None, None)]


def _snapshot(home: Home) -> dict[str, bytes]:
    """Every file of the release store with its content."""
    store = home.settings.releases
    return {p.relative_to(store).as_posix(): p.read_bytes() for p in sorted(store.rglob("*")) if p.is_file()}
