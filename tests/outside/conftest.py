"""A demonstration registry, served, for the outside validators and readers that judge its files and answers."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.served import ROOT, served

ROWS = 500


@pytest.fixture(scope="session")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a demonstration registry."""
    home = tmp_path_factory.mktemp("outside") / "home"
    environment = {"EXEMPTIONS_HOME": str(home), "PATH": os.environ["PATH"], "PYTHONUTF8": "1"}
    command = [sys.executable, "-m", "api.cli", "demo", "--rows", str(ROWS)]
    subprocess.run(command, env=environment, cwd=ROOT, check=True)
    yield from served(environment)
