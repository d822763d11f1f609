"""What `make install` leaves is what production needs: it works, and has neither tests nor tools."""

from __future__ import annotations

import os
import subprocess
from importlib.metadata import distributions
from pathlib import Path

ROOT = Path(__file__).parents[2]
TOOLS = {"pytest", "ruff", "mypy", "hypothesis", "setuptools", "pip", "uv", "pytest-xdist"}


def test_install__has_the_service_and_nothing_else(tmp_path: Path) -> None:
    place = tmp_path / "opt"
    for _ in range(2):
        # The second time is an update.
        done = subprocess.run(
            ["make", "install", f"PREFIX={place}"], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
    there = {path.name for path in place.iterdir()}
    assert there == {
        ".venv", "LICENSE", "README.md", "api", "exemptions", "exporters", "loaders", "migrations", "pyproject.toml",
        "requirements", "wsgi.py",
    }  # fmt: skip
    (packages,) = place.glob(".venv/lib/python*/site-packages")
    installed = {found.name.lower() for found in distributions(path=[str(packages)])}
    assert {"flask", "gunicorn", "exemptions"} <= installed
    assert not TOOLS & installed
    # The same look at where the tests run sees them.
    assert TOOLS & {found.name.lower() for found in distributions()} >= {"pytest", "ruff", "mypy"}
    program, home = place / ".venv" / "bin" / "exemptions", {"EXEMPTIONS_HOME": str(tmp_path / "home")}
    for words in (["demo", "--rows", "20"], ["doctor"]):
        ran = subprocess.run(
            [program, *words], cwd=tmp_path, env={"PATH": os.environ["PATH"], **home}, capture_output=True, check=False
        )
        assert ran.returncode == 0, ran.stderr


def test_install__does_not_write_over_a_checkout(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    done = subprocess.run(
        ["make", "install", f"PREFIX={tmp_path}"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0 and "is a checkout" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["tests"]
