"""The drawing process of this worker: started on first need, asked by one thread at a time, replaced when it dies."""

from __future__ import annotations

import json
import logging
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from threading import BoundedSemaphore, Lock, Thread
from typing import Any
from weakref import finalize

from exemptions.errors import RegistryError

_LOG = logging.getLogger("registry.pictures")
_PROGRAM = Path(__file__).with_name("child.py")
_ORDER = struct.Struct(">I")
_ANSWER = struct.Struct(">?I")
_MIB = 1024**2
# Then another takes its place, so that what the library does not give back never adds up.
_PICTURES_OF_ONE = 500
# The process tells by itself that an order took too long; this is for one that cannot even do that.
_GRACE_S = 2.0


class PictureUnavailable(RegistryError):
    """A picture cannot be drawn for the time being; its figures can be read all the same."""


@dataclass(frozen=True, slots=True)
class RendererLimits:
    """What drawing may take."""

    memory_bytes: int = 1024 * _MIB
    """Of the process's own data. It sets 590 MB aside when it starts and fills 95 to 160 MB of them."""
    processor_s: float = 20.0
    """Of processor time, for one picture. The first takes a second or two, the others some hundredths."""
    time_s: float = 45.0
    """For one picture, by the clock: a busy machine gives little processor time. With the wait below it is less than
    the proxy's patience."""
    idle_s: float = 120.0
    """After which the process ends itself."""
    waiting: int = 12
    """Orders taken at once, the one that is being drawn included. A page has six pictures at most."""
    wait_s: float = 10.0
    """How long an order waits for those before it."""


@dataclass(slots=True)
class _Drawer:
    """A running process and the line to it."""

    process: subprocess.Popen[bytes]
    line: socket.socket
    drawn: int = 0


class _Gone(Exception):
    """The process is no longer there; its argument is the code it ended with, None if it had to be ended."""


@dataclass(slots=True, weakref_slot=True)
class Renderer:
    """Draws specifications as SVG and SVG as PNG. Safe to be used by many threads."""

    limits: RendererLimits = field(default_factory=RendererLimits)
    is_eager: bool = False
    """Whether the process may be started before it is needed, as a server does and a test does not."""
    _drawer: _Drawer | None = None
    _turn: Lock = field(default_factory=Lock)
    _places: BoundedSemaphore = field(init=False)

    def __post_init__(self) -> None:
        self._places = BoundedSemaphore(self.limits.waiting)

    def draw_svg(self, spec: Mapping[str, Any]) -> str:
        """The picture of a Vega-Lite specification.

        Raises: PictureUnavailable.
        """
        return self._order({"spec": spec}).decode()

    def draw_png(self, svg: str, *, scale: float) -> bytes:
        """An SVG as PNG, `scale` pixels to each of its own.

        Raises: PictureUnavailable.
        """
        return self._order({"svg": svg, "scale": scale})

    def prepare(self) -> None:
        """Start the process, if that may be done before it is needed: a page is being made, and asks for pictures."""
        if self.is_eager and self.pid is None and self._turn.acquire(blocking=False):
            try:
                if self.pid is None:
                    self._end()
                    self._start()
            finally:
                self._turn.release()

    def close(self) -> None:
        """End the process, if there is one; the next order starts another."""
        with self._turn:
            self._end()

    @property
    def pid(self) -> int | None:
        """The process that draws, if one is running."""
        drawer = self._drawer
        return drawer.process.pid if drawer is not None and drawer.process.poll() is None else None

    def _order(self, order: Mapping[str, Any]) -> bytes:
        text = json.dumps(order, separators=(",", ":")).encode()
        with self._my_turn():
            was_running = self._drawer is not None
            try:
                return self._ask(text)
            except _Gone as first:
                # One that was idle may have ended, or been ended, just before it was asked.
                if was_running and not _took_too_long(first):
                    with suppress(_Gone):
                        return self._ask(text)
                raise _unavailable() from first

    @contextmanager
    def _my_turn(self) -> Iterator[None]:
        if not self._places.acquire(blocking=False):
            raise _unavailable()
        try:
            if not self._turn.acquire(timeout=self.limits.wait_s):
                raise _unavailable()
            try:
                yield
            finally:
                self._turn.release()
        finally:
            self._places.release()

    def _ask(self, order: bytes) -> bytes:
        drawer = self._drawer or self._start()
        deadline = time.monotonic() + self.limits.time_s + _GRACE_S
        try:
            drawer.line.settimeout(self.limits.time_s + _GRACE_S)
            drawer.line.sendall(_ORDER.pack(len(order)) + order)
            is_drawn, size = _ANSWER.unpack(_receive(drawer.line, _ANSWER.size, deadline))
            answer = _receive(drawer.line, size, deadline)
        except OSError as error:
            raise self._lost() from error
        drawer.drawn += 1
        if drawer.drawn >= _PICTURES_OF_ONE:
            self._end()
        if not is_drawn:
            # Specifications are made by this program, so one that is refused is a bug, to be read in the log.
            _LOG.error("a picture was refused: %s", answer.decode(errors="replace"))
            raise _unavailable()
        return answer

    def _start(self) -> _Drawer:
        ours, theirs = socket.socketpair()
        with theirs:
            process = subprocess.Popen(
                # Isolated: it imports nothing from the folder it is started in, and no setting of ours reaches it.
                [sys.executable, "-I", str(_PROGRAM), json.dumps(asdict(self.limits))],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={"PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1", "MALLOC_ARENA_MAX": "2"},
                cwd="/",
            )
        # Somebody must take note of its end, whenever that is.
        Thread(target=process.wait, name="picture-drawer", daemon=True).start()
        self._drawer = _Drawer(process, ours)
        # An application that is given up closes the line, which ends the process.
        finalize(self, ours.close)
        return self._drawer

    def _lost(self) -> _Gone:
        """The process did not answer: end it, and tell how it ended."""
        drawer = self._drawer
        if drawer is None:
            return _Gone()
        # What it did by itself is known a moment after its line closed.
        with suppress(subprocess.TimeoutExpired):
            drawer.process.wait(timeout=0.5)
        code = drawer.process.poll()
        self._end()
        if code != 0:
            _LOG.warning("the process that draws ended: %s", "too slow" if code is None else code)
        return _Gone(code)

    def _end(self) -> None:
        drawer, self._drawer = self._drawer, None
        if drawer is not None:
            drawer.line.close()
            drawer.process.kill()
            drawer.process.wait()


def _took_too_long(gone: _Gone) -> bool:
    return gone.args in ((None,), (-signal.SIGALRM,), (-signal.SIGPROF,))


def _receive(line: socket.socket, size: int, deadline: float) -> bytes:
    parts = bytearray()
    while len(parts) < size:
        line.settimeout(max(deadline - time.monotonic(), 0.001))
        part = line.recv(size - len(parts))
        if not part:
            raise ConnectionResetError
        parts += part
    return bytes(parts)


def _unavailable() -> PictureUnavailable:
    return PictureUnavailable(
        "La gráfica no se puede dibujar en este momento. Sus datos están en la tabla y en el CSV.",
        "The picture cannot be drawn at this moment. Its figures are in the table and in the CSV.",
    )
