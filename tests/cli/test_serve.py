"""The running service: under gunicorn, switching to a new release while it answers."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from exemptions.database import open_book
from exemptions.settings import read_settings
from tests.certificates import write_authority
from tests.cli.conftest import Command

Write = Callable[..., Path]
PATIENCE_S = 240.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def get(port: int, path: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def wait_for(condition: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            if found := condition():
                return found
        except OSError:
            pass
        if time.monotonic() > deadline:
            pytest.fail("the service did not get there")
        time.sleep(0.1)


@pytest.fixture
def service(command: Command, write_file: Write, home: Path, tmp_path: Path) -> Iterator[int]:
    """A served registry of 2,000 invented records; its port."""
    assert command("demo", "--rows", 2_000).status == 0
    port = free_port()
    # Started as a person does, from a folder of files that are named like ours and are not.
    elsewhere = tmp_path / "elsewhere"
    for name in ("api.py", "wsgi.py", "gunicorn.py", "exemptions/__init__.py", "loaders/__init__.py"):
        foreign = elsewhere / name
        foreign.parent.mkdir(parents=True, exist_ok=True)
        foreign.write_text("raise SystemExit('a foreign file was run')\n", "utf-8")
    environment = {**os.environ, "EXEMPTIONS_HOME": os.path.relpath(home, elsewhere)}
    words = [Path(sys.executable).with_name("exemptions"), "serve", "--port", str(port), "--workers", "2"]
    with (
        (tmp_path / "serve.log").open("wb") as log,
        subprocess.Popen(words, env=environment, cwd=elsewhere, stdout=log, stderr=log) as served,
    ):
        try:
            wait_for(lambda: get(port, "/health/ready")[0] == 200)
            yield port
        finally:
            served.send_signal(signal.SIGTERM)
            served.wait(timeout=PATIENCE_S)


def calendar_workers(home: Path) -> dict[int, str]:
    """The process and the command line of every worker of the calendar that this test's service has started."""
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            environment = (process / "environ").read_bytes().split(b"\0")
            folder = (process / "cwd").resolve()
        except OSError:
            continue
        own = next((entry for entry in environment if entry.startswith(b"EXEMPTIONS_HOME=")), b"").decode()
        if "--with-parent" in words and (folder / own.partition("=")[2]).resolve() == home.resolve():
            found[int(process.name)] = words
    return found


def release_of(port: int) -> int:
    number: int = json.loads(get(port, "/api/v1/records?limit=1")[1])["release"]
    return number


def test_serve__shows_a_new_release_without_a_restart(service: int, command: Command, home: Path) -> None:
    before = release_of(service)
    assert b"<html" in get(service, "/")[1]
    (home / "disclosure.toml").write_text(
        '[[rule]]\nfield = "amount_gtq"\nperson_kind = "legal"\nlevel = "withheld"\n'
        'ground = "prueba"\nauthority = "prueba"\ndate = 2026-01-01\n',
        "utf-8",
    )
    slow = http.client.HTTPConnection("127.0.0.1", service, timeout=60)
    slow.request("GET", "/api/v1/records.ndjson")
    running = slow.getresponse()
    first = running.read(100)
    assert command("publish").status == 0
    # Both workers have their own connections, so every one of several new ones has to see the new release.
    wait_for(lambda: {release_of(service) for _ in range(8)} == {before + 1})
    lines = (first + running.read()).splitlines()
    slow.close()
    manifest = json.loads((home / "releases" / str(before) / "manifest.json").read_bytes())
    assert len(lines) == manifest["counts"]["records"]
    assert max(json.loads(line)["changed_release"] for line in lines) == before


def test_serve__the_worker_of_the_calendar_is_replaced_and_ends_with_it(service: int, home: Path) -> None:
    (first,) = calendar_workers(home)
    assert get(service, "/health/live")[0] == 200
    os.kill(first, signal.SIGKILL)
    ((_, words),) = wait_for(lambda: [item for item in calendar_workers(home).items() if item[0] != first])
    os.kill(int(words.split("--with-parent")[1]), signal.SIGKILL)
    wait_for(lambda: not calendar_workers(home))
    book = open_book(read_settings())
    book.close()


def test_invented_data_is_not_served_at_a_public_address(
    command: Command, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert command("demo", "--rows", 100).status == 0
    monkeypatch.setenv("EXEMPTIONS_BASE_URL", "https://registro.example")
    refused = command("serve", "--port", free_port())
    assert refused.status == 2 and "EXEMPTIONS_DEMONSTRATION=public" in refused.errors


def test_certificate__that_cannot_be_used_is_told_before_anything_is_served(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate, key = write_authority(tmp_path, "ours").write_certificate(tmp_path)
    monkeypatch.setenv("EXEMPTIONS_TLS_CERTIFICATE", str(certificate))
    alone = command("serve", "--port", free_port())
    assert alone.status == 2 and "EXEMPTIONS_TLS_KEY" in alone.errors
    locked, other = tmp_path / "locked.key", tmp_path / "other"
    private = load_pem_private_key(key.read_bytes(), None)
    locked.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x")))
    other.mkdir()
    for wrong in (
        locked,
        write_authority(other, "theirs").write_certificate(other)[1],
        tmp_path / "nothing",
        certificate,
    ):
        monkeypatch.setenv("EXEMPTIONS_TLS_KEY", str(wrong))
        refused = command("serve", "--port", free_port())
        assert refused.status == 2 and str(wrong) in refused.errors, refused.errors
