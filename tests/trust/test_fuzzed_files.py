"""Files that were damaged in every way are either refused with a named error or staged whole, and nothing else happens.

Each goes the whole way of a load: kept, read by the reader's process under its limits, checked, compared, entered in
the book. The host that readers are forked from is the product's own; a process of the tests keeps its one, and a home
is used for a few hundred files. `--fuzzed-files=N --fuzzed-seed=S` say how many and which, `--seeds=FOLDER` adds files.
"""

from __future__ import annotations

import shutil
import traceback
from pathlib import Path

import pytest

from exemptions.datasets import Dataset
from tests.trust.fuzzing.counting import count_records
from tests.trust.fuzzing.desk import Broken, Desk, fuzzed, publish_once
from tests.trust.fuzzing.seeds import Seed, build_seeds, table_of, write_delimited
from tests.trust.tables import Tell, tell

_OF_A_HOME = 400
_MOST_FAILURES = 12
"""Kept of one test: after so many the cause is no longer in the file."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "numbers" in metafunc.fixturenames:
        first, count = (metafunc.config.getoption(name) for name in ("--fuzzed-from", "--fuzzed-files"))
        size = min(_OF_A_HOME, max(1, -(-count // 2)))
        shares = [range(start, min(start + size, first + count)) for start in range(first, first + count, size)]
        metafunc.parametrize("numbers", shares, ids=[f"{share.start}-{share.stop - 1}" for share in shares])


@pytest.fixture(scope="session")
def published_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("published") / "home"
    publish_once(home)
    return home


@pytest.fixture(scope="session")
def seeds(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> list[Seed]:
    real = pytestconfig.getoption("--seeds")
    return build_seeds(tmp_path_factory.mktemp("seeds"), Path(real) if real else None)


def test_a_fuzzed_file_is_refused_or_staged_whole(
    numbers: range,
    published_once: Path,
    seeds: list[Seed],
    tmp_path: Path,
    pytestconfig: pytest.Config,
    record_property: Tell,
) -> None:
    start = pytestconfig.getoption("--fuzzed-seed")
    home = shutil.copytree(published_once, tmp_path / "home")
    desk = Desk(home, tmp_path / "files")
    failures: list[str] = []
    for number in numbers:
        seed, data, done, random = fuzzed(number, start, seeds)
        try:
            desk.load(number, data, seed, random)
        except Exception as fault:  # noqa: BLE001 - whatever it is, the file is kept
            kept = tmp_path / f"failed-{number}.{seed.kind}"
            kept.write_bytes(data)
            where = traceback.extract_tb(fault.__traceback__)[-1]
            failures.append(
                f"{seed.name} ({done}): {type(fault).__name__}: {str(fault)[:600]} [{where.filename}:{where.lineno}]\n"
                f"    kept as {kept}; again: --fuzzed-seed={start} --fuzzed-from={number} --fuzzed-files=1"
            )
            if len(failures) >= _MOST_FAILURES:
                break
    assert not failures, "\n".join(["", *failures])
    desk.close()
    for kind, tally in sorted(desk.tallies.items()):
        tell(
            record_property, "Fuzzed files", container=kind, files=tally.files, refused=tally.refused,
            staged_whole=tally.accepted, counted_by_other_means=tally.counted, slowest_s=tally.slowest_s, crashes=0,
            over_a_limit=0, half_loads=0,
        )  # fmt: skip


def test_seeds__are_accepted_as_they_are_and_counted_right(seeds: list[Seed]) -> None:
    for seed in seeds:
        if seed.table is not None:
            counted = count_records(seed.data, seed.dataset, seed.encoding)
            assert counted == len(seed.table) - 1, seed.name
    assert {seed.dataset for seed in seeds} == set(Dataset)
    assert {seed.kind for seed in seeds} >= {"csv", "xlsx", "xls", "ods", "json", "ndjson", "parquet"}


def test_desk__sees_a_row_that_was_lost(published_once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(shutil.copytree(published_once, tmp_path / "home"), tmp_path / "files")
    seed = Seed("a", Dataset.REGISTRY, "csv", write_delimited(table_of(Dataset.REGISTRY)).encode())
    _, _, _, random = fuzzed(0, 0, [seed])
    monkeypatch.setattr("tests.trust.fuzzing.desk.count_records", lambda *_: len(table_of(Dataset.REGISTRY)))
    with pytest.raises(Broken, match="rows are staged"):
        desk.load(1, seed.data + b"\n", seed, random)
    desk.close()
