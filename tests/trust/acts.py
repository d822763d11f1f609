"""What is killed: one act on a small registry, done in a process of its own and ended at a chosen instant.

    python -m tests.trust.acts          reads one request a line, as JSON, and answers each with a line

Every request is done by a child that this process forks: what takes a second to import is imported once. It is forked
before any library has started a thread to compute with, so the child is as good as a new process.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from exemptions.batches import approve_batch
from exemptions.datasets import Dataset
from exemptions.disk import find_disk_error
from exemptions.errors import RegistryError
from exporters.withdraw import withdraw
from tests.exporters.staging import APPROVER, CUTOFF, LOADER, Home
from tests.trust.failing_disk import load_failing_disk

Request = dict[str, Any]


def _load(home: Home) -> object:
    # Importing these computes with Polars, whose threads would not come along when this process forks.
    from loaders.load import load_file
    from loaders.options import LoadOptions

    path = home.settings.home.parent / "julio.csv"
    options = LoadOptions(cutoff=CUTOFF)
    return load_file(
        home.book, home.settings, dataset=Dataset.REGISTRY, path=path, options=options, actor=LOADER, clock=home.clock
    ).batch


def _approve(home: Home) -> object:
    with home.book.write() as session:
        return approve_batch(session, home.settings.home, number=4, actor=APPROVER, at=home.now).id


def _withdraw(home: Home) -> object:
    return withdraw(
        home.book, home.settings, release=2, reason="No debió ser.", actor=APPROVER, clock=home.clock
    ).current


ACTS: dict[str, Callable[[Home], object]] = {
    "load": _load,
    "approve": _approve,
    "publish": lambda home: home.publish().release,
    "rollback": lambda home: home.rollback(1).release,
    "withdraw": _withdraw,
}


class Boundaries:
    """Counts the calls by which the act changes or reads its files and its book, and dies before the chosen one."""

    def __init__(self, folder: str, last: int | None) -> None:
        self._folder = folder
        self._last = last
        self.count = 0

    def watch(self) -> None:
        sys.addaudithook(self._on_audit)
        event.listen(Engine, "before_cursor_execute", self._on_event)
        event.listen(Engine, "commit", self._on_event)

    def _on_audit(self, name: str, args: tuple[Any, ...]) -> None:
        if name in ("open", "shutil.rmtree") or name.startswith("os."):
            with suppress(TypeError, ValueError):
                if args and os.fsdecode(args[0]).startswith(self._folder):
                    self._on_event()

    def _on_event(self, *_: object) -> None:
        self.count += 1
        if self.count == self._last:
            os.kill(os.getpid(), signal.SIGKILL)


def _do(request: Request, answer: Path) -> None:
    folder = request["folder"]
    if "file_bytes" in request:
        resource.setrlimit(resource.RLIMIT_FSIZE, (request["file_bytes"], request["file_bytes"]))
    home = Home(Path(folder), **request["environment"])
    boundaries = Boundaries(folder, request.get("boundary"))
    boundaries.watch()
    started = time.monotonic()
    if "fault" in request:
        told = _with_failing_disk(home, request)
    else:
        result = ACTS[request["act"]](home)
        told = {"result": result, "boundaries": boundaries.count, "seconds": time.monotonic() - started}
    answer.write_text(json.dumps(told), encoding="utf-8")


def _with_failing_disk(home: Home, request: Request) -> dict[str, Any]:
    """Do the act while the disk fails as asked; tells how it ended, and how many calls it made that could fail."""
    disk, fault = load_failing_disk(), request["fault"]
    told: dict[str, Any] = {"refused": None, "bug": None}
    disk.fault_arm(os.fsencode(request["folder"]), fault["number"], fault["error"], fault["from_then_on"])
    try:
        ACTS[request["act"]](home)
    except RegistryError as error:
        told["refused"] = [type(error).__name__, error.es]
    except Exception as error:  # noqa: BLE001 - as the command line does
        refused = find_disk_error(error)
        told["refused"] = [type(refused).__name__, refused.es] if refused else None
        told["bug"] = None if refused else traceback.format_exc()
    disk.fault_disarm()
    return told | {"calls": disk.fault_count(), "what": os.fsdecode(disk.fault_what())}


def _start(request: Request, answer: Path) -> int:
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        # Nobody reads what a failing act says; the tests look at what it left behind.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
        _do(request, answer)
        status = 0
    finally:
        os._exit(status)


def serve() -> None:
    """Do what is asked, one request after another; a request with `twice` is done by two processes at once."""
    for line in sys.stdin:
        request = json.loads(line)
        answers = [Path(request["answer"] + str(n)) for n in range(2 if request.get("twice") else 1)]
        children = [_start(request, answer) for answer in answers]
        if "after_s" in request:
            time.sleep(request["after_s"])
            os.kill(children[0], signal.SIGKILL)
        ends = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
        told = [json.loads(answer.read_bytes()) if answer.exists() else None for answer in answers]
        sys.stdout.write(json.dumps({"ends": ends, "told": told}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve()
