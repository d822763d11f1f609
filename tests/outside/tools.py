"""The outside validators and readers, installed by `make check`: how each is run."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

PROGRAMS = Path(sys.prefix) / "outside" / "bin"
NODE_MODULES = Path(sys.prefix) / "checkers" / "node_modules"
PATIENCE_S = 300


def run_program(
    name: str,
    *arguments: str,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
    patience_s: float = PATIENCE_S,
) -> subprocess.CompletedProcess[str]:
    """Run a program of the validators' own environment, in a folder of the test's.

    Raises: AssertionError, with the command that installs it.
    """
    program = _installed(PROGRAMS / name)
    return _run(program, *arguments, folder=folder, environment=environment, patience_s=patience_s)


def run_script(script: str, *arguments: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run Python that imports libraries of the validators' own environment."""
    return _run(_installed(PROGRAMS / "python"), "-c", script, *arguments, folder=folder)


def run_node(name: str, *arguments: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run a program of the checkers that Node runs."""
    return _run(_installed(NODE_MODULES / ".bin" / name), *arguments, folder=folder)


def run_node_script(script: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run JavaScript that imports libraries of the checkers."""
    return _run(Path(shutil.which("node") or "node"), str(script), *arguments, folder=script.parent)


def _installed(program: Path) -> Path:
    assert program.exists(), f"{program.name} is not installed: these suites are run by `make check`, which installs it"
    return program


def _run(
    program: Path,
    *arguments: str,
    folder: Path | None,
    environment: Mapping[str, str] | None = None,
    patience_s: float = PATIENCE_S,
) -> subprocess.CompletedProcess[str]:
    command = [str(program), *arguments]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=patience_s, check=False
    )
