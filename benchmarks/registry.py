"""A registry of invented data in a scratch home: made, loaded and published by the commands that everybody uses."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from benchmarks.measure import Run, run_measured
from loaders.demo import write_demo_registry
from loaders.demo_update import write_demo_update

ROOT = Path(__file__).resolve().parent.parent

TODAY = date(2026, 11, 20)
NEXT_EDITION = date(2026, 12, 20)
_SEED = 20_260

_DISCLOSURE = ROOT / "exemptions" / "disclosure_demonstration.toml"
"""Opens the amounts, so that every column has values."""


@dataclass(frozen=True, slots=True)
class Registry:
    """A scratch home and the files that are loaded into it."""

    folder: Path
    rows: int
    before: tuple[str, ...] = ()
    """What each command is run by, such as `nice`."""

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def source(self) -> Path:
        return self.folder / "registry.csv"

    @property
    def update(self) -> Path:
        return self.folder / "update.csv"

    @property
    def book(self) -> Path:
        return self.home / "book.sqlite"

    @property
    def release(self) -> Path:
        """The folder of the newest release, which is the one that is served."""
        releases = self.home / "releases"
        return releases / max((path.name for path in releases.iterdir() if path.name.isdecimal()), key=int)

    @property
    def environment(self) -> dict[str, str]:
        """The environment of a command on this home, with nothing of the caller's registry in it."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
        return {**kept, "EXEMPTIONS_HOME": str(self.home), "EXEMPTIONS_TWO_PERSON": "off", "PYTHONUTF8": "1"}

    def make_sources(self) -> None:
        """Write the registry's file and its next edition."""
        self.folder.mkdir(parents=True, exist_ok=True)
        write_demo_registry(self.source, rows=self.rows, seed=_SEED, today=TODAY)
        write_demo_update(self.update, previous=self.source, seed=_SEED, today=NEXT_EDITION)

    def clear(self) -> None:
        """Begin with an empty home."""
        shutil.rmtree(self.home, ignore_errors=True)
        self.home.mkdir(mode=0o700)
        shutil.copyfile(_DISCLOSURE, self.home / "disclosure.toml")

    def load(self, path: Path) -> Run:
        """Load and approve a file."""
        return self._command("load", "registry", str(path), "--approve")

    def publish(self) -> Run:
        """Publish what was approved."""
        return self._command("publish")

    def _command(self, *words: str) -> Run:
        return run_measured([*self.before, sys.executable, "-m", "api.cli", *words], env=self.environment, cwd=ROOT)
