"""What the service asks of the kernel while it runs, against what its unit of systemd lets it ask for.

A unit that forbids one of them would end the process at once, and only where systemd runs it.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from tests.cli.test_serve import free_port
from tests.served import ROOT, wait_until_answered

STRACE, ANALYZE = shutil.which("strace"), shutil.which("systemd-analyze")
PATHS = (
    "/",
    "/buscar?q=cooperativa",
    "/api/v1/records.xlsx",
    "/api/v1/records.parquet",
    "/tarjeta.png",
    "/metrics",
)


@pytest.fixture(scope="module")
def home(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    if STRACE is None or ANALYZE is None:
        pytest.skip("strace and systemd-analyze are not both installed")
    if request.config.getoption("--faults") != "all":
        pytest.skip("a traced service takes its time: make trust")
    folder = tmp_path_factory.mktemp("traced") / "home"
    environment = {"EXEMPTIONS_HOME": str(folder), "PATH": os.environ["PATH"], "PYTHONUTF8": "1"}
    command = [sys.executable, "-m", "api.cli", "demo", "--rows", "200"]
    subprocess.run(command, env=environment, cwd=ROOT, check=True, capture_output=True)
    return folder


@pytest.mark.parametrize("role", ["public", "staff"])
def test_units__let_the_service_ask_for_what_it_needs(role: str, home: Path, tmp_path: Path) -> None:
    unit = (ROOT / "deploy" / "systemd" / f"exemptions-{role}.service").read_text(encoding="utf-8")
    assert _forbidden(_read_filter(unit), role, home, tmp_path) == set()


def test_units__that_forbid_what_is_needed_are_noticed(home: Path, tmp_path: Path) -> None:
    assert _forbidden(
        _read_filter("SystemCallFilter=@system-service\nSystemCallFilter=~socket\n"), "public", home, tmp_path
    )


def _read_filter(unit: str) -> set[str]:
    """The system calls that a unit allows: its first line begins, the others add and take away."""
    allowed: set[str] = set()
    for words in re.findall(r"^SystemCallFilter=(.+)$", unit, re.MULTILINE):
        named = {call for word in words.lstrip("~").split() for call in _expand(word)}
        allowed = allowed - named if words.startswith("~") else allowed | named
    return allowed


def _expand(word: str) -> set[str]:
    if not word.startswith("@"):
        return {word}
    told = subprocess.run([str(ANALYZE), "syscall-filter", word], capture_output=True, text=True, check=True).stdout
    lines = [line.strip() for line in told.splitlines()[1:]]
    return {call for line in lines if line and not line.startswith("#") for call in _expand(line)}


def _forbidden(allowed: set[str], role: str, home: Path, folder: Path) -> set[str]:
    """What a service of that role asked for beyond that."""
    log, port = folder / "calls", free_port()
    # Its own memory of the home: a public process has no book.
    own = home if role == "staff" else folder / "public"
    own.mkdir(exist_ok=True)
    environment = {
        "EXEMPTIONS_HOME": str(own), "EXEMPTIONS_RELEASES": str(home / "releases"), "EXEMPTIONS_ROLE": role,
        "PATH": os.environ["PATH"], "PYTHONUTF8": "1",
    }  # fmt: skip
    others = "!" + ",".join(f"?{call}" for call in sorted(allowed))
    trace = [str(STRACE), "-f", "--seccomp-bpf", "-qq", "-e", "signal=none", "-e", f"trace={others}", "-o", str(log)]
    serve = [sys.executable, "-m", "api.cli", "serve", "--port", str(port), "--workers", "1"]
    with subprocess.Popen([*trace, *serve], env=environment, cwd=ROOT, start_new_session=True) as service:
        try:
            wait_until_answered(f"http://127.0.0.1:{port}/health/live", service)
            for path in PATHS:
                requests.get(f"http://127.0.0.1:{port}{path}", timeout=120)
        finally:
            os.killpg(service.pid, signal.SIGTERM)
    return set(re.findall(r"^\d+ +(\w+)\(", log.read_text(), re.MULTILINE))
