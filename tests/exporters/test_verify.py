"""Verifying: a folder, a release or an address against its manifest, every fault in a sentence."""

from __future__ import annotations

import gzip
import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from werkzeug.serving import make_server

from api import create_app
from exporters.verify import AddressRefused, check_address, check_folder
from exporters.withdraw import withdraw
from tests.exporters.staging import APPROVER, Home, row


@pytest.fixture
def folder(home: Home) -> Path:
    return home.release([row(1, name="Zapote"), row(2, name="Ñandú, S.A.", category="ENR")])


@contextmanager
def serving(home: Home) -> Iterator[str]:
    """The real application at an address of this machine."""
    server = make_server("127.0.0.1", 0, create_app(home.settings, clock=home.clock), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


Answer = Callable[[str], tuple[int, dict[str, str], bytes]]
NOTHING: tuple[int, dict[str, str], bytes] = (404, {}, b"")


@contextmanager
def pretending(answer: Answer) -> Iterator[str]:
    """A server that answers as the test wants: path → status, headers and body."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = answer(self.path)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """The tests print nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def entry(path: str, content: bytes, **more: Any) -> dict[str, Any]:
    return {"path": path, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest(), **more}


def manifest_of(*entries: dict[str, Any]) -> bytes:
    return json.dumps({"format": 1, "release": 1, "files": list(entries)}).encode()


def test_check_folder__a_whole_release_has_no_fault(home: Home, folder: Path) -> None:
    pinned = home.pointer()["manifest_sha256"]
    found = check_folder(folder, sha256=pinned.upper())
    assert (found.is_whole, found.faults, found.release, found.manifest_sha256) == (True, (), 1, pinned)
    assert found.files == len(home.manifest()["files"])


def test_check_folder__tells_every_fault(folder: Path) -> None:
    (folder / "records.arrow").write_bytes((folder / "records.arrow").read_bytes()[:-1] + b"x")
    (folder / "withheld.json").unlink()
    (folder / "notes.txt").write_text("nota", encoding="utf-8")
    found = check_folder(folder, sha256="0" * 64)
    assert {fault.file for fault in found.faults} == {"manifest.json", "records.arrow", "withheld.json", "notes.txt"}
    assert all(fault.file in fault.sentence.es or "manifiesto" in fault.sentence.es for fault in found.faults)


def test_check_folder__looks_into_compressed_files(folder: Path) -> None:
    path, manifest = folder / "downloads" / "records.csv.gz", json.loads((folder / "manifest.json").read_bytes())
    path.write_bytes(gzip.compress(b"otra cosa", mtime=0))
    listed = next(e for e in manifest["files"] if e["path"] == "downloads/records.csv.gz")
    listed |= {"bytes": path.stat().st_size, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    # The store that the folder lies in knows the manifest that was published.
    assert [fault.file for fault in check_folder(folder).faults] == ["manifest.json", "downloads/records.csv.gz"]


def test_check_folder__of_no_release_is_told(tmp_path: Path) -> None:
    with pytest.raises(AddressRefused):
        check_folder(tmp_path)
    (tmp_path / "manifest.json").write_text('{"format": 1, "files": [{}]}', encoding="utf-8")
    with pytest.raises(AddressRefused):
        check_folder(tmp_path)


@pytest.mark.parametrize(
    "path", ["/downloads/1", "/downloads/1/manifest.json", "/api/v1/releases/1", "/publicaciones/1"]
)
def test_check_address__reads_all_that_the_service_gives_away(home: Home, folder: Path, path: str) -> None:
    with serving(home) as server:
        found = check_address(server + path, sha256=home.pointer()["manifest_sha256"])
    paths = [e["path"] for e in home.manifest()["files"]]
    index = sum(p.startswith("index/") for p in paths)
    assert (found.faults, found.files, found.skipped) == ((), len(paths) - index, index)
    assert index > 0


def test_check_address__finds_what_was_altered_or_lost_on_the_server(home: Home, folder: Path) -> None:
    with serving(home) as server:
        check_address(f"{server}/downloads/1")
        (folder / "downloads" / "records.csv.gz").write_bytes(b"\x1f\x8b nada")
        (folder / "catalogs" / "taxes.json").unlink()
        with pytest.raises(AddressRefused):
            check_address(f"{server}/downloads/2")
        found = check_address(f"{server}/downloads/1", sha256="0" * 64)
    files = [fault.file for fault in found.faults]
    assert files == ["manifest.json", "catalogs/taxes.json", "downloads/records.csv.gz"]


def test_check_address__of_a_withdrawn_release_says_so(home: Home, folder: Path) -> None:
    home.release([row(1), row(3)])
    withdraw(home.book, home.settings, release=2, reason="No debió ser.", actor=APPROVER, clock=home.clock)
    with serving(home) as server, pytest.raises(AddressRefused, match="withdrawn"):
        check_address(f"{server}/downloads/2")


@pytest.mark.parametrize(
    "address",
    [
        "ftp://127.0.0.1/downloads/1", "file:///downloads/1", "http:///downloads/1", "http://127.0.0.1/", "downloads/1",
        "http://127.0.0.1/downloads/0", "http://127.0.0.1/downloads/uno",
    ],
)  # fmt: skip
def test_check_address__refuses_what_is_no_address_of_a_release(address: str) -> None:
    with pytest.raises(AddressRefused):
        check_address(address)


def test_check_address__follows_no_redirect_to_another_server() -> None:
    def answer(path: str) -> tuple[int, dict[str, str], bytes]:
        return 302, {"Location": f"http://localhost.invalid{path}"}, b""

    with pretending(answer) as server, pytest.raises(AddressRefused):
        check_address(f"{server}/downloads/1")


def test_check_address__gives_up_on_endless_redirects() -> None:
    def answer(path: str) -> tuple[int, dict[str, str], bytes]:
        return 302, {"Location": f"{path}x"}, b""

    with pretending(answer) as server, pytest.raises(AddressRefused):
        check_address(f"{server}/downloads/1")


def test_check_address__reads_no_more_than_the_manifest_says() -> None:
    sent = []

    def answer(path: str) -> tuple[int, dict[str, str], bytes]:
        if path.endswith("manifest.json"):
            return 200, {}, manifest_of(entry("a.json", b"{}"))
        if not path.endswith("a.json"):
            return NOTHING
        sent.append(path)
        return 200, {}, b"{}" + b" " * 50_000_000

    with pretending(answer) as server:
        found = check_address(f"{server}/downloads/1")
    assert [fault.file for fault in found.faults] == ["a.json"]
    assert sent == ["/downloads/1/a.json"]


def test_check_address__does_not_unpack_more_than_the_manifest_says() -> None:
    packed = gzip.compress(bytes(100_000_000), mtime=0)

    def answer(path: str) -> tuple[int, dict[str, str], bytes]:
        plain = {"bytes": 10, "sha256": hashlib.sha256(bytes(10)).hexdigest()}
        if path.endswith("manifest.json"):
            return 200, {}, manifest_of(entry("a.gz", packed, plain=plain))
        return (200, {}, packed) if path.endswith("a.gz") else NOTHING

    with pretending(answer) as server:
        assert [fault.file for fault in check_address(f"{server}/downloads/1").faults] == ["a.gz"]


def test_check_address__never_leaves_the_release() -> None:
    asked = []

    def answer(path: str) -> tuple[int, dict[str, str], bytes]:
        asked.append(path)
        listed = manifest_of(entry("../../secret", b""), entry("//other/x", b""))
        return (200, {}, listed) if path.endswith("manifest.json") else NOTHING

    with pretending(answer) as server:
        found = check_address(f"{server}/downloads/1")
    assert [fault.file for fault in found.faults] == ["../../secret", "//other/x"]
    assert asked == [
        "/downloads/1/manifest.json",
        "/downloads/1/manifest.sig",
        "/api/v1/keys",
        "/api/v1/releases",
    ]
