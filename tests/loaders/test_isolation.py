"""The reader is a child process: what it reads comes back whole, and its death is a refusal."""

from __future__ import annotations

import gc
import os
import signal
from pathlib import Path

import pytest

from loaders.delimited import read_delimited
from loaders.isolation import ReaderLimits, read_isolated
from loaders.options import ReadingRefused, ReadOptions
from loaders.reader_host import HOST
from tests.loaders.registry_files import csv_text, permanent, temporary

OPTIONS = ReadOptions(mapping={"OBSERVACIONES": "-"})


def host() -> int:
    """The process that the readers are forked from."""
    (pid,) = [pid for pid in children_of(os.getpid()) if b"loaders.reader" in Path(f"/proc/{pid}/cmdline").read_bytes()]
    return pid


def children_of(pid: int) -> list[int]:
    return [int(child) for task in Path(f"/proc/{pid}/task").glob("*/children") for child in task.read_text().split()]


def test_isolation__gives_the_table_of_the_reader_itself(tmp_path: Path) -> None:
    path = tmp_path / "registro ñ.csv"
    lines = csv_text(permanent(1, name="ÑANDÚ"), temporary(2)).splitlines()
    path.write_text("\n".join([f"{lines[0]},NOTA,OBSERVACIONES", f"{lines[1]},a,b", f"{lines[2]},,"]), encoding="utf-8")
    here = read_delimited(path.read_bytes(), OPTIONS)
    there = read_isolated(path, OPTIONS, ReaderLimits())
    assert there.table.equals(here.table)
    assert (there.header, there.sheet, there.findings) == (here.header, here.sheet, here.findings)
    assert [finding.rule for finding in there.findings] == ["columna_desconocida"]


def test_isolation__a_refusal_comes_back_with_all_its_findings(tmp_path: Path) -> None:
    path = tmp_path / "registro.csv"
    path.write_text(csv_text(permanent(1)) + "a\nb,c\n", encoding="utf-8")
    with pytest.raises(ReadingRefused) as refused:
        read_isolated(path, ReadOptions(), ReaderLimits())
    assert [(f.row, f.rule, f.detail) for f in refused.value.findings] == [
        (3, "fila_irregular", {"found": 1, "expected": 21}),
        (4, "fila_irregular", {"found": 2, "expected": 21}),
    ]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ('{"\\ud800": [{"a": 1}], "b": [{"a": 1}]}', "json_varias_listas"),
        ('[{"\\ud800": 1, "\\ud800": 2}]', "json_clave_repetida"),
    ],
)
def test_isolation__half_a_character_in_a_name_does_not_stop_the_telling(text: str, rule: str, tmp_path: Path) -> None:
    path = tmp_path / "registro.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ReadingRefused) as refused:
        read_isolated(path, ReadOptions(), ReaderLimits())
    assert [finding.rule for finding in refused.value.findings] == [rule]
    assert "?" in f"{refused.value.findings[0].value} {refused.value.findings[0].column}"


def test_isolation__a_reader_without_memory_is_a_refusal(tmp_path: Path) -> None:
    path = tmp_path / "registro.csv"
    path.write_text(csv_text(permanent(1)), encoding="utf-8")
    with pytest.raises(ReadingRefused) as refused:
        read_isolated(path, OPTIONS, ReaderLimits(memory_bytes=64 * 1024**2))
    assert [finding.rule for finding in refused.value.findings] == ["lectura_interrumpida"]


def test_isolation__a_reader_that_takes_too_long_is_a_refusal(tmp_path: Path) -> None:
    path = tmp_path / "registro.csv"
    path.write_text(csv_text(permanent(1)), encoding="utf-8")
    with pytest.raises(ReadingRefused) as refused:
        read_isolated(path, OPTIONS, ReaderLimits(time_s=0.001))
    assert [finding.rule for finding in refused.value.findings] == ["lectura_sin_tiempo"]


def test_isolation__every_reader_begins_anew_and_none_outlives_its_file(tmp_path: Path) -> None:
    path = tmp_path / "registro.csv"
    path.write_text(csv_text(permanent(1)), encoding="utf-8")
    read_isolated(path, ReadOptions(), ReaderLimits())
    before = host()
    with pytest.raises(ReadingRefused):
        read_isolated(path, ReadOptions(), ReaderLimits(memory_bytes=64 * 1024**2))
    assert read_isolated(path, ReadOptions(), ReaderLimits()).table.num_rows == 1
    assert host() == before, "the reader before took its host with it"
    with pytest.raises(ReadingRefused):
        read_isolated(path, ReadOptions(), ReaderLimits(time_s=0.001))
    assert not Path(f"/proc/{before}").exists()
    assert read_isolated(path, ReadOptions(), ReaderLimits()).table.num_rows == 1
    assert children_of(host()) == []


def test_isolation__a_host_that_has_ended_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "registro.csv"
    path.write_text(csv_text(permanent(1)), encoding="utf-8")
    read_isolated(path, ReadOptions(), ReaderLimits())
    before = host()
    os.kill(before, signal.SIGTERM)
    os.waitid(os.P_PID, before, os.WEXITED | os.WNOWAIT)
    assert read_isolated(path, ReadOptions(), ReaderLimits()).table.num_rows == 1
    assert host() != before
    gc.collect()


def test_isolation__readers_fork_from_a_process_without_work_in_its_threads(tmp_path: Path) -> None:
    path = tmp_path / "registro.csv"
    path.write_text(csv_text(permanent(1)), encoding="utf-8")
    read_isolated(path, ReadOptions(), ReaderLimits())
    names = {task.read_text().strip() for task in Path(f"/proc/{host()}/task").glob("*/comm")}
    # A pool of Polars or Arrow would be missing in the reader that believes it has one; these only tidy up.
    assert names - {"jemalloc_bg_thd", "polars-ooc-clea"} == {"python"}


def test_isolation__a_reader_gets_no_setting_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXEMPTIONS_TOKEN", "secreto")
    HOST.stop()
    path = tmp_path / "registro.csv"
    path.write_text(csv_text(permanent(1)), encoding="utf-8")
    read_isolated(path, ReadOptions(), ReaderLimits())
    assert "EXEMPTIONS_TOKEN" not in Path(f"/proc/{host()}/environ").read_text()


def test_isolation__a_file_gets_what_its_size_asks_for(tmp_path: Path) -> None:
    def limits(start: bytes, size: int) -> ReaderLimits:
        path = tmp_path / "registro"
        with path.open("wb") as file:
            file.write(start)
            file.truncate(size)
        return ReaderLimits.of_file(path, unpacked_bytes=7)

    small = ReaderLimits(unpacked_bytes=7)
    assert limits(b"NIT,", 1_000) == limits(b"PK\x03\x04", 1_000) == limits(b"NIT,", 120 * 1024**2) == small
    text, packed = limits(b"NIT,", 500 * 1024**2), limits(b"PK\x03\x04", 500 * 1024**2)
    assert small.memory_bytes < text.memory_bytes < packed.memory_bytes
    assert small.time_s < text.time_s < packed.time_s
