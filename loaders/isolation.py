"""Reading in a child process under limits of memory and time: a hostile file kills its reader and nothing else."""

from __future__ import annotations

import json
import signal
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

import pyarrow as pa

from exemptions.finding import Finding, Severity
from loaders.options import Header, ReadingRefused, ReadOptions, SourceTable
from loaders.reader_host import HOST
from loaders.rules import make_finding

_GIB = 1024**3
_PACKED = (b"PK", b"PAR1", b"\xd0\xcf\x11\xe0")

TABLE, OUTCOME, COMPLAINTS = "table.arrow", "outcome.json", "complaints.txt"
"""What a reader leaves in the folder of its job: what it read, what it found, and what it died of."""


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
        try:
            status = HOST.run(job, time_s=limits.time_s)
        except TimeoutError as error:
            raise ReadingRefused(make_finding("lectura_sin_tiempo", seconds=round(limits.time_s))) from error
        if status != 0:
            raise ReadingRefused(make_finding("lectura_interrumpida", reason=_reason(Path(folder), status)))
        return _read_outcome(Path(folder))


def _reason(folder: Path, status: int) -> str:
    if status < 0:
        return signal.Signals(-status).name
    complaints = folder / COMPLAINTS
    told = complaints.read_text(encoding="utf-8", errors="replace") if complaints.is_file() else ""
    lines = told.strip().splitlines()
    # Only the kind of the failure: its message may repeat what the file holds.
    return lines[-1].split(":")[0] if lines else f"exit {status}"


def _read_outcome(folder: Path) -> SourceTable:
    outcome = json.loads((folder / OUTCOME).read_text(encoding="utf-8"))
    findings = tuple(Finding(Severity(item.pop("severity")), **item) for item in outcome["findings"])
    if outcome["header"] is None:
        raise ReadingRefused(*findings)
    header = outcome["header"]
    # Mapped pages outlive the file's name, so the folder may go while the table is in use.
    with pa.memory_map(str(folder / TABLE)) as source:
        table = pa.ipc.open_file(source).read_all()
    return SourceTable(
        table, Header(header["row"], tuple(header["names"]), tuple(header["keys"])), outcome["sheet"], findings
    )
