"""The program that reads files for others: it has loaded what readers need, and forks one for each file.

It reads nothing itself and starts no thread of a library's pool, so that each reader begins from the same clean state
and knows nothing of the files before. A job is a line of JSON on standard input; its answer is a line with the status
that the reader ended with. The outcome is two files in the job's folder.
"""

from __future__ import annotations

import json
import math
import os
import resource
import select
import sys
import traceback
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, NoReturn

import pyarrow as pa

from exemptions.datasets import Dataset
from loaders.isolation import COMPLAINTS, OUTCOME, TABLE, ReaderLimits
from loaders.options import ReadingRefused, ReadOptions
from loaders.source import read_source

_GIB = 1024**3

_IDLE_S = 60.0
"""After so long without a file the program ends; starting it again costs 0.4 s, keeping it some 100 MB."""


def _main() -> None:
    jobs = os.fdopen(os.dup(0), "rb", buffering=0)
    while select.select([jobs], [], [], _IDLE_S)[0]:
        line = jobs.readline()
        if not line:
            return
        reader = os.fork()
        if reader == 0:
            _become_reader(json.loads(line))
        _, status = os.waitpid(reader, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201 - the answer to the job


def _become_reader(job: Mapping[str, Any]) -> NoReturn:
    """Do the job and end, whatever happens; nothing of this process returns into the loop of its parent."""
    status = 1
    try:
        _turn_away(Path(job["folder"]))
        limits = ReaderLimits(**job["limits"])
        _limit(limits)
        _read(job, limits)
        status = 0
    except BaseException:  # noqa: BLE001 - the libraries' panics too: the kind of failure is all that is told
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(status)


def _turn_away(folder: Path) -> None:
    """Leave jobs and answers to the parent; complaints go into the job's folder."""
    nothing = os.open(os.devnull, os.O_RDWR)
    complaints = os.open(folder / COMPLAINTS, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    for own, standard in ((nothing, 0), (nothing, 1), (complaints, 2)):
        os.dup2(own, standard)
    os.closerange(3, resource.getrlimit(resource.RLIMIT_NOFILE)[0])


def _limit(limits: ReaderLimits) -> None:
    """Bind this process: its own memory, its address space, its time, and the size of a file that it writes."""
    _lower(resource.RLIMIT_DATA, limits.memory_bytes)
    # Files may be mapped beside that, and stacks and libraries have their place.
    _lower(resource.RLIMIT_AS, limits.memory_bytes + _GIB)
    _lower(resource.RLIMIT_CPU, math.ceil(limits.time_s) + 1)
    _lower(resource.RLIMIT_FSIZE, limits.memory_bytes)
    _lower(resource.RLIMIT_CORE, 0)


def _lower(kind: int, size: int) -> None:
    _, hard = resource.getrlimit(kind)
    bound = size if hard == resource.RLIM_INFINITY else min(size, hard)
    resource.setrlimit(kind, (bound, hard))


def _read(job: Mapping[str, Any], limits: ReaderLimits) -> None:
    folder = Path(job["folder"])
    options = ReadOptions(**{**job["options"], "dataset": Dataset(job["options"]["dataset"])})
    try:
        source = read_source(Path(job["path"]), options, max_bytes=limits.unpacked_bytes)
    except ReadingRefused as refusal:
        _write_outcome(folder, {"header": None, "sheet": None, "findings": [asdict(f) for f in refusal.findings]})
        return
    with pa.OSFile(str(folder / TABLE), "wb") as sink, pa.ipc.new_file(sink, source.table.schema) as writer:
        writer.write_table(source.table)
    found = [asdict(finding) for finding in source.findings]
    _write_outcome(folder, {"header": asdict(source.header), "sheet": source.sheet, "findings": found})


def _write_outcome(folder: Path, outcome: Mapping[str, Any]) -> None:
    # A name in a JSON file may hold half of a surrogate pair, which no text that is told can.
    (folder / OUTCOME).write_text(json.dumps(outcome, ensure_ascii=False), encoding="utf-8", errors="replace")


if __name__ == "__main__":
    _main()
