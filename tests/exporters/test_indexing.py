"""The index of a large registry is written by a process of its own, with the same outcome as by ours."""

from __future__ import annotations

from pathlib import Path

import pytest

from exemptions.index import open_index
from exemptions.record_rows import find_row
from exporters.indexing import IndexWriter
from exporters.tables import read_arrow, write_arrow
from tests.exemptions.releases import invented_record_id, record, records_table
from tests.exporters.staging import Home, row

OWN_PROCESS = "exporters.indexing._OWN_PROCESS_ROWS"


@pytest.mark.parametrize("threshold", [1, 1_000], ids=["own process", "this process"])
def test_index_writer__writes_an_index_that_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, threshold: int
) -> None:
    monkeypatch.setattr(OWN_PROCESS, threshold)
    write_arrow(tmp_path / "records.arrow", records_table(record(n) for n in range(1, 5)))
    with IndexWriter(tmp_path, rows=4) as index:
        index.start()
        index.finish()
    found = open_index(tmp_path / "index")
    ids = read_arrow(tmp_path / "records.arrow").column("record_id")
    assert find_row(found.rows_by_id or [], ids, invented_record_id(3)) == 2
    assert found.searcher.num_docs == 4


@pytest.mark.parametrize("threshold", [1, 1_000], ids=["own process", "this process"])
def test_index_writer__hands_on_what_went_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, threshold: int
) -> None:
    monkeypatch.setattr(OWN_PROCESS, threshold)
    write_arrow(tmp_path / "records.arrow", records_table([record(1)]))
    (tmp_path / "index").mkdir()
    with IndexWriter(tmp_path, rows=1) as index, pytest.raises(FileExistsError):
        index.start()
        index.finish()


def test_index_writer__leaves_an_index_that_is_there_alone(tmp_path: Path) -> None:
    with IndexWriter(tmp_path, rows=None) as index:
        index.start()
        index.finish()
    assert list(tmp_path.iterdir()) == []


def test_index_writer__ends_its_process_when_the_records_never_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(OWN_PROCESS, 1)
    with pytest.raises(RuntimeError, match="no records"), IndexWriter(tmp_path, rows=1):
        raise RuntimeError("no records")
    assert list(tmp_path.iterdir()) == []


def test_index_writer__tells_why_its_process_failed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(OWN_PROCESS, 1)
    (tmp_path / "records.arrow").write_bytes(b"this is no table")
    with IndexWriter(tmp_path, rows=1) as index, pytest.raises(ChildProcessError, match="ArrowInvalid"):
        index.start()
        index.finish()


def test_publish__indexes_in_a_process_of_its_own(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(OWN_PROCESS, 2)
    folder = home.release([row(1), row(2), row(3)])
    assert open_index(folder / "index").searcher.num_docs == 3
