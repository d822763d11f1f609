"""Opening a release: what is checked, and reading rows, facts and batches out of it."""

from __future__ import annotations

import gc
import json
import shutil
import weakref
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from exemptions.columns import KEYS, table_schema
from exemptions.errors import NotFound, ReleaseDamaged
from exemptions.query import RegistryQuery
from exemptions.release import Release, open_release
from exemptions.search import all_rows, search
from tests.exemptions.releases import (
    build_test_release,
    default_rows,
    invented_nit,
    invented_record_id,
    record,
)


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return open_release(build_test_release(tmp_path_factory.mktemp("releases")))


def test_open__tells_what_the_manifest_says(release: Release) -> None:
    assert release.number == 1
    assert release.published_at == datetime(2026, 1, 15, 12, tzinfo=UTC)
    assert release.status_date == date(2026, 1, 15)
    assert release.manifest["counts"]["records"] == release.records.num_rows == 16
    assert release.records.schema.equals(table_schema())
    assert release.withheld == {"count_only": [], "fields": []}
    assert release.catalogs.categories["COOP"].name_es


def test_open__every_single_file_is_checked(tmp_path: Path) -> None:
    folder = build_test_release(tmp_path, downloads={"records.csv.gz": b"not really"})
    listed = [entry["path"] for entry in json.loads((folder / "manifest.json").read_text())["files"]]
    assert len(listed) > 20
    for path in listed:
        file = folder / path
        content = file.read_bytes()
        file.write_bytes(bytes([content[0] ^ 1]) + content[1:] if content else b"x")
        with pytest.raises(ReleaseDamaged, match=str(Path(path).name).replace(".", r"\.")):
            open_release(folder)
        file.unlink()
        with pytest.raises(ReleaseDamaged):
            open_release(folder)
        file.write_bytes(content)
    open_release(folder)


def test_open__an_unexpected_manifest_is_refused(tmp_path: Path) -> None:
    folder = build_test_release(tmp_path)
    with pytest.raises(ReleaseDamaged, match="manifest"):
        open_release(folder, manifest_sha256="0" * 64)
    assert open_release(folder, manifest_sha256=open_release(folder).manifest_sha256).number == 1


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}", b'{"format": 2}', b'{"format": 1}', b"\xff"])
def test_open__a_broken_manifest_is_refused(tmp_path: Path, content: bytes) -> None:
    folder = build_test_release(tmp_path)
    (folder / "manifest.json").write_bytes(content)
    with pytest.raises(ReleaseDamaged):
        open_release(folder)


def edit_manifest(folder: Path, path: str, new_path: str | None) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"] = [
        entry | {"path": new_path} if entry["path"] == path else entry
        for entry in manifest["files"]
        if entry["path"] != path or new_path is not None
    ]
    (folder / "manifest.json").write_text(json.dumps(manifest))


@pytest.mark.parametrize("path", ["records.arrow", "history.arrow", "withheld.json", "index/meta.json"])
def test_open__a_manifest_that_leaves_out_a_needed_file_is_refused(tmp_path: Path, path: str) -> None:
    folder = build_test_release(tmp_path)
    edit_manifest(folder, path, None)
    with pytest.raises(ReleaseDamaged):
        open_release(folder)


@pytest.mark.parametrize("outside", ["../secret", "/etc/hostname", "catalogs/../../secret"])
def test_open__a_manifest_that_points_outside_is_refused(tmp_path: Path, outside: str) -> None:
    folder = build_test_release(tmp_path)
    (tmp_path / "secret").write_bytes((folder / "catalogs/version.txt").read_bytes())
    edit_manifest(folder, "catalogs/version.txt", outside)
    with pytest.raises(ReleaseDamaged):
        open_release(folder)


def test_open__records_of_another_shape_are_refused(tmp_path: Path) -> None:
    folder = build_test_release(tmp_path)
    other = pa.record_batch({"nit": ["1"]})
    with pa.OSFile(str(folder / "records.arrow"), "wb") as sink, pa.ipc.new_file(sink, other.schema) as writer:
        writer.write_batch(other)
    with pytest.raises(ReleaseDamaged):
        open_release(folder, verify=False)


def test_open__works_from_a_folder_that_may_not_be_written(tmp_path: Path) -> None:
    folder = build_test_release(tmp_path)
    for place in (folder, folder / "index"):
        place.chmod(0o555)
    try:
        assert search(open_release(folder), RegistryQuery(q="ñandú"), limit=1).total == 1
    finally:
        for place in (folder, folder / "index"):
            place.chmod(0o755)


def test_release__stays_usable_after_its_folder_is_gone(tmp_path: Path) -> None:
    folder = build_test_release(tmp_path)
    release = open_release(folder)
    shutil.rmtree(folder)
    assert search(release, RegistryQuery(q="colegio"), limit=5).total == 2
    assert len(release.to_items(range(16))) == 16
    assert release.events_of([invented_record_id(8)])


def test_release__leaves_nothing_in_the_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, private = build_test_release(tmp_path / "releases"), tmp_path / "private"
    private.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(private))
    release = open_release(folder)
    assert list(private.iterdir()) == []
    assert search(release, RegistryQuery(q="colegio"), limit=5).total == 2


# Items.


def test_items__hold_every_key_in_the_tables_order(release: Release) -> None:
    (item,) = release.to_items([0])
    assert tuple(item) == KEYS


def test_items__are_ready_for_json(release: Release) -> None:
    (item,) = release.to_items([release.get_record(invented_record_id(8))])
    assert item["taxes"] == ["DAI", "IVA_IMP", "ISR"]
    assert item["valid_from"] == "2019-05-01"
    assert item["amount_gtq"] == Decimal("99000000.01")
    assert str(item["amount_gtq"]) == "99000000.01"
    assert item["jobs"] is None
    assert item["jobs_status"] == "not_reported"
    assert item["first_release"] == 1


def test_items__zero_and_missing_stay_apart(release: Release) -> None:
    (item,) = release.to_items([release.get_record(invented_record_id(4))])
    assert item["amount_gtq"] == 0
    assert str(item["amount_gtq"]) == "0.00"
    (item,) = release.to_items([release.get_record(invented_record_id(16))])
    assert item["amount_gtq"] is None


def test_items__withheld_fields_are_a_list(release: Release) -> None:
    (item,) = release.to_items([release.get_record(invented_record_id(13))])
    assert item["withheld_fields"] == ["nit", "municipality", "amount_gtq"]
    assert item["nit"] is None


def test_items__follow_the_rows_asked_for_and_the_fields_chosen(release: Release) -> None:
    items = release.to_items([5, 0, 5], ["name", "record_id"])
    assert [tuple(item) for item in items] == [("record_id", "name")] * 3
    assert items[0] == items[2] != items[1]


def test_items__changing_one_changes_no_other(release: Release) -> None:
    release.to_items([0])[0]["taxes"].append("X")
    assert "X" not in release.to_items([0])[0]["taxes"]


# Records and taxpayers.


def test_record__is_found_by_its_identifier(release: Release) -> None:
    row = release.get_record(invented_record_id(10))
    assert release.to_items([row], ["name"]) == [{"name": "C.D.A.G. de los Ensayos"}]
    for unknown in (invented_record_id(99), "", "x", invented_nit(1), "\x00"):
        with pytest.raises(NotFound):
            release.get_record(unknown)


def test_taxpayer__all_benefits_by_nit_in_any_writing(release: Release) -> None:
    nit = invented_nit(3)
    rows = release.taxpayer_rows(nit)
    assert [item["category"] for item in release.to_items(rows)] == ["MAQ_ADT_E", "ZF_IND"]
    assert release.taxpayer_rows(f"{nit[:-1]}-{nit[-1]}") == rows


@pytest.mark.parametrize("nit", [invented_nit(13), invented_nit(14), invented_nit(4000), "", "CF", "x", "1" * 400])
def test_taxpayer__a_natural_persons_nit_answers_like_an_unknown_one(release: Release, nit: str) -> None:
    with pytest.raises(NotFound) as caught:
        release.taxpayer_rows(nit)
    assert caught.value.en == "No taxpayer is published under that NIT."


# Facts.


def test_facts__of_several_records_keep_the_order_asked_for(tmp_path: Path) -> None:
    one, two = invented_record_id(1), invented_record_id(2)
    jobs = [
        {"record_id": two, "period": "2024", "year": 2024, "kind": "projected", "jobs": 3, "source": "registry"},
        {"record_id": one, "period": "2025-T3", "year": 2025, "kind": "reported", "jobs": 4, "source": "mineco"},
        {"record_id": two, "period": "2025", "year": 2025, "kind": "reported", "jobs": 0, "source": "mineco"},
    ]
    release = open_release(build_test_release(tmp_path, [record(1), record(2)], jobs=jobs))
    told = [fact | {"release": None} for fact in jobs]
    assert release.jobs_of([two, one]) == [told[0], told[2], told[1]]
    assert release.jobs_of([one, one]) == [told[1]]
    assert release.jobs_of([invented_record_id(3)]) == []
    assert release.amounts_of([]) == []


def test_facts__are_found_in_a_table_of_any_order(tmp_path: Path) -> None:
    folder = build_test_release(tmp_path, [record(n) for n in range(50)])
    schema = pa.ipc.open_file(str(folder / "history.arrow")).schema
    written = [
        {"record_id": invented_record_id(n % 50), "kind": "changed", "field": "jobs", "before": None,
         "after": str(n), "reason": None, "release": n} for n in range(150)
    ]  # fmt: skip
    with pa.OSFile(str(folder / "history.arrow"), "wb") as sink, pa.ipc.new_file(sink, schema) as writer:
        writer.write_batch(pa.RecordBatch.from_pylist(written, schema=schema))
    release = open_release(folder, verify=False)
    for number in range(50):
        found = release.history_of([invented_record_id(number)])
        assert [fact["after"] for fact in found] == [str(number), str(number + 50), str(number + 100)]


def test_facts__amounts_are_exact_quetzales_and_dates_are_text(release: Release) -> None:
    (amount,) = release.amounts_of([invented_record_id(5)])
    assert (amount["year"], str(amount["amount_gtq"]), amount["tax"]) == (2024, "10.50", None)
    assert "amount_cents" not in amount
    (event,) = release.events_of([invented_record_id(8)])
    assert (event["event"], event["date"], event["until"]) == ("suspension", "2025-09-01", None)


# Batches.


def test_batches__of_everything_are_the_table(release: Release) -> None:
    batches = list(release.iter_batches(None, size=5))
    assert [batch.num_rows for batch in batches] == [5, 5, 5, 1]
    assert pa.Table.from_batches(batches).equals(pa.Table.from_batches([release.records]))


def test_batches__of_a_search_are_its_rows_in_its_order(release: Release) -> None:
    query = RegistryQuery(type=("BFT",), sort="amount_gtq", descending=True)
    rows = all_rows(release, query)
    batches = list(release.iter_batches(rows, size=2))
    assert all(batch.schema.equals(table_schema()) for batch in batches)
    streamed = [record_id for batch in batches for record_id in batch.column("record_id").to_pylist()]
    shown = release.to_items(search(release, query, limit=100).rows, ["record_id"])
    assert streamed == [item["record_id"] for item in shown]


def test_batches__no_rows_give_no_batch(release: Release) -> None:
    assert list(release.iter_batches(all_rows(release, RegistryQuery(q="!")))) == []


def test_release__is_freed_when_nobody_holds_it(tmp_path: Path) -> None:
    release = open_release(build_test_release(tmp_path, default_rows()))
    search(release, RegistryQuery(q="colegio", sort="status"), limit=5)
    alive = weakref.ref(release)
    del release
    gc.collect()
    assert alive() is None
