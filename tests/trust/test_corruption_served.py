"""A release that is harmed while a process serves it: over HTTP, nothing of it is given any more, and that is told."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from tests.api.test_serving import PATIENCE_S, Server, serving, wait_until
from tests.exemptions.releases import build_test_release, record
from tests.trust.tables import Tell, tell
from tests.trust.test_corruption import _harmed, _lengthen, _turn_a_bit

TABLE = "A release harmed while it is served"
FILE, PAGE = "records.csv", "/api/v1/records"
BEFORE, NEWEST = 1, 2


def _exchange(path: Path) -> None:
    """Another file of the same size and time in its place."""
    times, other = path.stat(), path.with_name("other")
    other.write_bytes(bytes(len(path.read_bytes())))
    os.utime(other, ns=(times.st_atime_ns, times.st_mtime_ns))
    other.replace(path)


HARMS: dict[str, tuple[str, Callable[[Path], None]]] = {
    "longer": ("records.arrow", _lengthen),
    "another time": ("withheld.json", lambda path: path.write_bytes(path.read_bytes().swapcase()) and None),
    "another place": ("events.arrow", _exchange),
    "deleted": ("index/meta.json", Path.unlink),
    "the manifest, cut": ("manifest.json", lambda path: os.truncate(path, 100)),
    "a bit": ("jobs.arrow", _turn_a_bit),
}
"""What is changed: which file, and how. A bit is noticed when its file's turn comes, the others at the next look."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "harm" in metafunc.fixturenames:
        every = metafunc.config.getoption("--faults") == "all"
        metafunc.parametrize("harm", HARMS if every else ["another place"])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("harmed"), "tests.trust.rereading_wsgi:app", workers=1) as running:
        yield running


def test_harmed_while_served__without_another_release_says_so(server: Server) -> None:
    with _harmed(server.home / "releases" / "1" / "records.arrow", _lengthen):
        wait_until(lambda: _get(server, PAGE).status_code == 503, server)
        refused = _get(server, PAGE)
        assert refused.headers["Content-Type"] == "application/problem+json"
        assert int(refused.headers["Retry-After"]) > 0 and refused.headers["Cache-Control"] == "no-store"
        assert _get(server, "/health/ready").status_code == 503
        assert _get(server, "/health/live").status_code == 200
        assert _figures(server) == (0, 1)
    wait_until(lambda: _get(server, PAGE).status_code == 200, server)


def test_harmed_while_served__the_release_before_is_served(harm: str, server: Server, record_property: Tell) -> None:
    releases = server.home / "releases"
    if not (releases / str(NEWEST)).exists():
        build_test_release(releases, [record(9)], NEWEST, downloads={FILE: b"record_id\r\n" * 50})
    wait_until(lambda: _get(server, PAGE).json()["release"] == NEWEST, server)
    assert _figures(server) == (NEWEST, NEWEST)
    path, change = HARMS[harm]
    with _harmed(releases / str(NEWEST) / path, change):
        harmed_at = time.monotonic()
        answers, last = _ask_until_switched(server)
        ready = _get(server, "/health/ready").json()
        assert (ready["release"], ready["newest"]) == (BEFORE, NEWEST)
        assert _figures(server) == (BEFORE, NEWEST)
        # Who asks for that one by its number, or for a file of it, is told so.
        for asked in (f"{PAGE}?release={NEWEST}", f"/downloads/{NEWEST}/{FILE}"):
            refused = _get(server, asked)
            assert (refused.status_code, refused.headers["Content-Type"]) == (503, "application/problem+json"), asked
    tell(
        record_property, TABLE, harm=harm, injected=1, answers_meanwhile=answers,
        last_answer_of_it_after_s=round(max(0.0, last - harmed_at), 2), then="the release before is served",
    )  # fmt: skip
    # Put back, it is served again without anybody's doing.
    wait_until(lambda: _get(server, PAGE).json()["release"] == NEWEST, server)


def _ask_until_switched(server: Server) -> tuple[int, float]:
    """How many answers there were until the release before was served, and when the last of the newest was asked for.

    Each was one of the two, and whole.
    """
    asked, last, whole = 0, 0.0, {NEWEST: 1, BEFORE: 3}

    def switched() -> bool:
        nonlocal asked, last
        now = time.monotonic()
        answer = _get(server, PAGE).json()
        assert len(answer["items"]) == whole[answer["release"]]
        asked += 1
        last = now if answer["release"] == NEWEST else last
        return bool(answer["release"] == BEFORE)

    wait_until(switched, server)
    return asked, last


def _get(server: Server, path: str) -> requests.Response:
    return requests.get(f"{server.url}{path}", timeout=PATIENCE_S)


def _figures(server: Server) -> tuple[int, int]:
    """Which release the metrics say is served, and which one is pointed at."""
    lines = dict(line.rsplit(" ", 1) for line in _get(server, "/metrics").text.splitlines() if line[0] != "#")
    return int(float(lines["registry_served_release"])), int(float(lines["registry_pointed_release"]))
