"""A small registry to do harm to, and the process that does the acts and dies of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from exemptions.datasets import Dataset
from loaders.load import load_file
from loaders.options import LoadOptions
from tests.exporters.staging import CUTOFF, LOADER, Home, row
from tests.trust.failing_disk import PRELOAD

FIRST = [row(1, name="Zapote"), row(2, name="Ñandú, S.A.", category="ENR")]
SECOND = [row(1, name="Zapote"), row(3, name="Nunca, S. A.")]
THIRD = [row(1, name="Guayaba"), row(4)]

HEADER = "NIT,NOMBRE,TIPO_PERSONA,TIPO_EXENTO,CATEGORIA_EXENTO,ESTADO\n"
JUNE = """800000000011,Zapote,JURIDICA,NOLUC,ASOC,VIGENTE
800000000046,Entidad inventada 004,JURIDICA,NOLUC,ASOC,VIGENTE
"""
JULY = """800000000011,Guayaba,JURIDICA,NOLUC,ASOC,VIGENTE
800000000046,Entidad inventada 004,JURIDICA,NOLUC,ASOC,VIGENTE
800000000054,"Pepino, S. A.",JURIDICA,NOLUC,ASOC,VIGENTE
"""


Registry = Callable[[], tuple[Path, dict[str, str]]]
"""Makes the registry anew; gives its folder and its settings."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one act ended: its exit status (-9: killed) and what it told."""

    status: int
    told: dict[str, Any] | None


NO_BYTECODE = {"PYTHONDONTWRITEBYTECODE": "1"}
"""Setting of a process whose files are cut: Python 3.11 keeps a cut .pyc, and whoever comes next fails on it."""


class Worker:
    """The process that does the acts."""

    def __init__(self, folder: Path, *, preload: Path | None = None) -> None:
        self._folder = folder
        self._asked = 0
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.trust.acts"],
            cwd=Path(__file__).parents[2], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={**os.environ, **NO_BYTECODE, **({PRELOAD: str(preload)} if preload else {})},
        )  # fmt: skip

    def do(self, act: str, folder: Path, environment: dict[str, str], **how: Any) -> list[Outcome]:
        """Do an act on the registry in `folder`; the result of each process that did it."""
        self._asked += 1
        answer = str(self._folder / f"answer-{self._asked}-")
        request = {"act": act, "folder": str(folder), "environment": environment, "answer": answer, **how}
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        reply = json.loads(self._process.stdout.readline())
        return [Outcome(status, told) for status, told in zip(reply["ends"], reply["told"], strict=True)]

    def close(self) -> None:
        self._process.communicate()


def prepare(folder: Path, environment: dict[str, str]) -> None:
    """A registry with two releases, an edition that was approved, one that was loaded, and a file that was not."""
    home = Home(folder, **environment)
    home.release(FIRST)
    home.release(SECOND)
    home.approve(THIRD)
    for name, rows in (("junio.csv", JUNE), ("julio.csv", JULY)):
        (folder / name).write_text(HEADER + rows, encoding="utf-8")
    load_file(
        home.book, home.settings, dataset=Dataset.REGISTRY, path=folder / "junio.csv",
        options=LoadOptions(cutoff=CUTOFF), actor=LOADER, clock=home.clock,
    )  # fmt: skip
    home.book.close()


def listed(folder: Path) -> list[str]:
    """What lies in the release store."""
    return sorted(os.listdir(folder / "home" / "releases"))
