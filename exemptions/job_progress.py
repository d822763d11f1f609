"""What the running job is doing, told in a small file of the home.

A publication writes the book in one transaction from its first step to its last, so what it is doing cannot be told in
the book before it is done. The file is replaced whole, is worth nothing after the job, and need not survive a crash.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from exemptions.calendar import format_instant, parse_instant

_FOLDER = "jobs"


@dataclass(frozen=True, slots=True)
class JobProgress:
    """The step that a job is at."""

    step: str
    """As the kind's own progress names it: `loaders.load.Phase` or `exporters.steps.Step`."""
    done: int | None
    total: int | None
    """Rows, where the step counts them."""
    since: datetime


def note_step(
    home: Path, job: int, *, step: str, at: datetime, done: int | None = None, total: int | None = None
) -> None:
    """Tell what a job is doing from now on."""
    folder = home / _FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    told = {"step": step, "done": done, "total": total, "since": format_instant(at)}
    staged = folder / f".{job}.new"
    staged.write_text(json.dumps(told), encoding="utf-8")
    os.replace(staged, _path(home, job))


def find_step(home: Path, job: int) -> JobProgress | None:
    """What a job is doing, if it told anything."""
    try:
        told = json.loads(_path(home, job).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return JobProgress(told["step"], told["done"], told["total"], parse_instant(told["since"]))


def forget_steps(home: Path, job: int) -> None:
    """Remove what a job told; it has ended."""
    _path(home, job).unlink(missing_ok=True)


def _path(home: Path, job: int) -> Path:
    return home / _FOLDER / f"{job}.json"
