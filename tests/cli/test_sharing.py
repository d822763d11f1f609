"""The commands that bring releases to other machines: what they say, and that publishing never waits for them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Command, school

Write = Callable[..., Path]
ROOT = Path(__file__).parents[2]


@pytest.fixture
def shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is to be the store, and is not there yet."""
    monkeypatch.setenv("EXEMPTIONS_RELEASE_STORE", f"file://{tmp_path}/shared")
    return tmp_path / "shared"


def pointed(releases: Path) -> int | None:
    path = releases / "current.json"
    return json.loads(path.read_bytes())["release"] if path.exists() else None


def test_publish__is_done_though_the_store_does_not_answer_and_is_uploaded_later(
    command: Command, write_file: Write, shared: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert command("load", "registry", write_file(school(0), school(1)), "--approve").status == 0
    done = command("publish")
    assert (done.status, done.output) == (0, "Publicación 1 hecha.\n")
    assert "El almacén de publicaciones no responde" in done.errors and "exemptions upload" in done.errors
    assert pointed(home / "releases") == 1
    refused = command("upload")
    assert refused.status == 1 and "no responde" in refused.errors
    shared.mkdir()
    assert command("work", "--once").status == 0
    assert pointed(shared) == 1
    assert "ya tiene todo" in command("upload").output
    assert command("upload", "--json").json == {"release": 1, "uploaded": [], "deleted": []}

    node = shared.parent / "node"
    monkeypatch.setenv("EXEMPTIONS_RELEASES", str(node))
    monkeypatch.setenv("EXEMPTIONS_HOME", str(shared.parent / "nothing"))
    assert command("follow", lang="en").output == "Copied: 1.\n"
    assert command("follow").output == "Esta máquina ya tiene todo lo publicado.\n"
    assert pointed(node) == 1
    assert not (shared.parent / "nothing").exists()
    (shared / "current.json").write_text("{")
    damaged = command("follow")
    assert damaged.status == 1 and "current.json" in damaged.errors


def test_upload_and_follow__need_an_address(command: Command) -> None:
    for name in ("upload", "follow"):
        refused = command(name)
        assert refused.status == 2 and "EXEMPTIONS_RELEASE_STORE" in refused.errors


def test_follow__goes_on_and_tells_a_failure_once(shared: Path, tmp_path: Path) -> None:
    environment = {
        "EXEMPTIONS_HOME": str(tmp_path / "nothing"),
        "EXEMPTIONS_RELEASES": str(tmp_path / "node"),
        "EXEMPTIONS_RELEASE_STORE": f"file://{shared}",
        "PATH": os.environ["PATH"],
        "PYTHONUTF8": "1",
    }
    command = [sys.executable, "-m", "api.cli", "follow", "--every", "0.5"]
    with subprocess.Popen(command, env=environment, cwd=ROOT, stderr=subprocess.PIPE, text=True) as following:
        assert following.stderr is not None
        assert "EXEMPTIONS_SIGNING_KEYS" in following.stderr.readline()
        assert "no responde" in following.stderr.readline()
        time.sleep(1.2)
        shared.mkdir()
        assert following.stderr.readline() == "El almacén está en orden de nuevo.\n"
        following.send_signal(signal.SIGTERM)
        assert following.wait(10) == -signal.SIGTERM
