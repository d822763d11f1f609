"""REDbot, which asks an address in many ways, finds nothing bad in how any kind of address behaves as HTTP."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.outside.tools import run_program

AGREED = {
    "STORE_PUBLIC_UNNECESSARY": "public says what is meant to readers of the header, and changes nothing",
    "CONNEG_GZIP_BAD": "an answer of a few bytes grows when packed; to know that its size is needed before its ETag",
}
"""Warnings that we take: note of REDbot → why."""

PAGES = (
    "/",
    "/buscar?q=cooperativa",
    "/docs",
    "/en",
    "/robots.txt",
    "/sitemap.xml",
    "/openapi.json",
    "/static/site.css",
)
FILES = ("manifest.json", "records.csv", "records.csv.gz", "records.parquet", "records.arrow")
REFUSED = ("/api/v1/nothing", "/api/v1/records?nothing=1", "/nothing")


def addresses(registry: str) -> list[str]:
    """One of each kind: of the document's operations one for each tag and media type, one record, one taxpayer."""
    document = requests.get(f"{registry}/openapi.json", timeout=30).json()
    kinds = {
        (methods["get"]["tags"][0], *methods["get"]["responses"].get("200", {}).get("content", ())): path
        for path, methods in document["paths"].items()
        if "get" in methods and "{" not in path and "/staff/" not in path
    }
    records = requests.get(f"{registry}/api/v1/records", params={"person_kind": "legal"}, timeout=30).json()["items"]
    details = [f"/api/v1/records/{records[0]['record_id']}", f"/api/v1/taxpayers/{records[0]['nit']}"]
    return [*PAGES, *kinds.values(), *details, *(f"/downloads/2/{name}" for name in FILES), *REFUSED]


def notes(address: str) -> dict[str, str]:
    """Note of REDbot → its level, of what it found at an address."""
    run = run_program("redbot", "-o", "har", address)
    assert run.returncode == 0, run.stderr
    entries = json.loads(run.stdout)["log"]["entries"]
    assert entries, address
    return {note["note_id"]: note["level"] for entry in entries for note in entry["_red_messages"]}


def test_redbot_finds_nothing_bad(registry: str) -> None:
    asked = addresses(registry)
    with ThreadPoolExecutor(2) as pool:
        found = dict(zip(asked, pool.map(lambda path: notes(f"{registry}{path}"), asked), strict=True))
    assert all(len(told) > 3 for told in found.values())
    wrong = {
        path: faults
        for path, told in found.items()
        if (faults := [name for name, level in told.items() if level in ("BAD", "WARN") and name not in AGREED])
    }
    assert wrong == {}


class _Careless(http.server.BaseHTTPRequestHandler):
    """Answers with a date of its own and a length that is not that of the body."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Cache-Control", "max-age=soon")
        self.send_header("Last-Modified", "yesterday")
        self.send_header("Content-Type", "text/plain")
        self.end_headers()
        self.wfile.write(b"careless")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def careless() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Careless) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_redbot_sees_a_planted_fault(careless: str) -> None:
    assert "BAD" in notes(careless).values()
