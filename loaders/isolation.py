"""Reading in a child process under limits of memory and time: a hostile file kills its reader and nothing else."""

from __future__ import annotations

import json
import math
import resource
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from exemptions.batches import Finding, Severity
from exemptions.datasets import Dataset
from loaders.options import Header, ReadingRefused, ReadOptions, SourceTable
from loaders.rules import make_finding
from loaders.source import read_source

_GIB = 1024**3
_PACKED = (b"PK", b"PAR1", b"\xd0\xcf\x11\xe0")
_ROOT = Path(__file__).resolve().parent.parent

_ENVIRONMENT = {
    "PYTHONUTF8": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "POLARS_MAX_THREADS": "1",
    "MALLOC_ARENA_MAX": "2",
    # Arrow's own allocator sets a gigabyte aside before it needs any, which would count as used.
    "ARROW_DEFAULT_MEMORY_POOL": "system",
}


@dataclass(frozen=True, slots=True)
class ReaderLimits:
    """What one reader may use."""

    memory_bytes: int = _GIB + _GIB // 4
    """Of its own data. The libraries take 120 MB before they read anything."""
    time_s: float = 60.0
    unpacked_bytes: int = 2 * _GIB

    @classmethod
    def of_file(cls, path: Path, *, unpacked_bytes: int) -> ReaderLimits:
        """The limits for a file: those of any file, or what its size asks for if somebody sent that much.

        Measured on 100,000 records: text took 3.4 times its size, a packed sheet 28 times. A text of 261 MB, which is
        2,000,000 records, was refused at 5 times and read at 6, since tables grow by copies.
        """
        size = path.stat().st_size
        with path.open("rb") as file:
            per_byte, per_mib_s = (28, 2.0) if file.read(4).startswith(_PACKED) else (8, 0.5)
        return cls(
            memory_bytes=max(cls().memory_bytes, _GIB // 4 + per_byte * size),
            time_s=max(cls().time_s, per_mib_s * size / 1024**2),
            unpacked_bytes=unpacked_bytes,
        )


def read_isolated(path: Path, options: ReadOptions, limits: ReaderLimits) -> SourceTable:
    """The table that a file holds, read by a child process.

    Raises: ReadingRefused, also when the child dies or takes too long.
    """
    with tempfile.TemporaryDirectory(prefix="exemptions-read-") as folder:
        job = {"path": str(path.absolute()), "folder": folder, "options": asdict(options), "limits": asdict(limits)}
        _run_child(job, limits)
        return _read_outcome(Path(folder))


def _run_child(job: Mapping[str, Any], limits: ReaderLimits) -> None:
    try:
        # The child gets no environment of ours: no token and no address of the database beside a stranger's file.
        done = subprocess.run(
            [sys.executable, "-m", "loaders.isolation"],
            input=json.dumps(job).encode(),
            cwd=_ROOT,
            env=_ENVIRONMENT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=limits.time_s,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ReadingRefused(make_finding("lectura_sin_tiempo", seconds=round(limits.time_s))) from error
    if done.returncode != 0:
        raise ReadingRefused(make_finding("lectura_interrumpida", reason=_reason(done)))


def _reason(done: subprocess.CompletedProcess[bytes]) -> str:
    if done.returncode < 0:
        return signal.Signals(-done.returncode).name
    lines = done.stderr.decode("utf-8", errors="replace").strip().splitlines()
    # Only the kind of the failure: its message may repeat what the file holds.
    return lines[-1].split(":")[0] if lines else f"exit {done.returncode}"


def _read_outcome(folder: Path) -> SourceTable:
    outcome = json.loads((folder / "outcome.json").read_text(encoding="utf-8"))
    findings = tuple(Finding(Severity(item.pop("severity")), **item) for item in outcome["findings"])
    if outcome["header"] is None:
        raise ReadingRefused(*findings)
    header = outcome["header"]
    # Mapped pages outlive the file's name, so the folder may go while the table is in use.
    with pa.memory_map(str(folder / "table.arrow")) as source:
        table = pa.ipc.open_file(source).read_all()
    return SourceTable(
        table, Header(header["row"], tuple(header["names"]), tuple(header["keys"])), outcome["sheet"], findings
    )


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


def _main() -> None:
    """Do the job that stands on standard input; its outcome is two files in the job's folder."""
    job = json.load(sys.stdin)
    limits = ReaderLimits(**job["limits"])
    _limit(limits)
    folder = Path(job["folder"])
    options = ReadOptions(**{**job["options"], "dataset": Dataset(job["options"]["dataset"])})
    try:
        source = read_source(Path(job["path"]), options, max_bytes=limits.unpacked_bytes)
    except ReadingRefused as refusal:
        _write_outcome(folder, {"header": None, "sheet": None, "findings": [asdict(f) for f in refusal.findings]})
        return
    with pa.OSFile(str(folder / "table.arrow"), "wb") as sink, pa.ipc.new_file(sink, source.table.schema) as writer:
        writer.write_table(source.table)
    found = [asdict(finding) for finding in source.findings]
    _write_outcome(folder, {"header": asdict(source.header), "sheet": source.sheet, "findings": found})


def _write_outcome(folder: Path, outcome: Mapping[str, Any]) -> None:
    (folder / "outcome.json").write_text(json.dumps(outcome, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    _main()
