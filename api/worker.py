"""gunicorn's worker with this service's answers to requests that never reach the application.

gunicorn answers a malformed request itself, as HTML, and logs the address of a failed one; here it answers with a
problem document and logs no address. It sends the head of an answer before the body; here they leave together.
"""

from __future__ import annotations

import logging
import select
import socket
import time
from secrets import token_hex
from types import FrameType
from typing import TYPE_CHECKING, Any, BinaryIO

from gunicorn.http.errors import LimitRequestHeaders, LimitRequestLine
from gunicorn.workers.base import Worker
from gunicorn.workers.gthread import ThreadWorker

from api.problem_types import BAD_REQUEST, HEADERS_TOO_LARGE, INTERNAL_ERROR, URI_TOO_LONG, ProblemType
from exemptions.exhaustion import is_exhausted

if TYPE_CHECKING:
    from gunicorn.http.message import Request
    from gunicorn.workers.gthread import TConn

_PAUSE_S = 0.5
"""How long a worker without handles lets new connections wait, before it looks again."""
_LOG = logging.getLogger("registry.worker")
_APPLICATION_MODULES = ("gunicorn.http", "ssl")
"""Where the exceptions of malformed requests come from."""


class RegistryWorker(ThreadWorker):
    """Threads, and problem documents for what cannot be parsed."""

    _is_quitting = False

    def handle_quit(self, sig: int, frame: FrameType | None) -> None:
        """Stop at once; a second signal changes nothing.

        Ctrl+C comes twice, from the terminal and from the master. The library closes its pool of threads here, and the
        second call then waits for a lock that the first one, in the same thread, holds; leaving closes the pool too.
        """
        if not self._is_quitting:
            self._is_quitting = True
            Worker.handle_quit(self, sig, frame)

    def set_accept_enabled(self, enabled: bool | None) -> None:
        """Take new connections or not; a worker that stops takes those that wait for it and then leaves its port.

        Each worker listens on a socket of its own (`reuse_port`). While that is open the system goes on giving it a
        share of the new connections, which nobody would take any more.
        """
        super().set_accept_enabled(enabled)
        if enabled or self.alive:
            return
        for listener in self.sockets:
            while select.select([listener], [], [], 0)[0]:
                self.accept(listener)
            listener.close()

    def accept(self, listener: socket.socket) -> None:
        """Take a connection; one for which there is no file handle waits until others have ended."""
        try:
            super().accept(listener)
        except OSError as error:
            if not is_exhausted(error):
                raise
            # The library would end the worker, and with it the answers that it is sending.
            _LOG.error("no more connections can be taken for now: %s", error.strerror)
            time.sleep(_PAUSE_S)

    def handle_request(self, req: Request, conn: TConn) -> bool:
        """Answer a request; the head of the answer leaves together with the first part of its body."""
        whole = HeadWithBody(conn.sock)
        conn.sock = whole  # type: ignore[assignment]
        try:
            kept_open = super().handle_request(req, conn)
            whole.flush()
        finally:
            conn.sock = whole.plain
        return kept_open

    def handle_error(self, req: object, client: socket.socket, addr: object, exc: BaseException) -> None:
        """Answer a request that could not be read, or whose handling failed outside the application."""
        kind = _problem_of(exc)
        # The one that the client may have sent was not read, or not to the end.
        request_id = token_hex(8)
        if kind is INTERNAL_ERROR:
            _LOG.error("request %s failed outside the application", request_id, exc_info=exc)
        else:
            _LOG.info("request %s could not be read: %s", request_id, type(exc).__name__)
        try:
            client.sendall(render_problem(kind, request_id))
        except OSError:
            _LOG.debug("the client of a failed request is gone")


class HeadWithBody:
    """The connection of one answer, which holds back what is sent first until more is sent.

    A worker that is killed between the two leaves nothing of the answer, so the proxy can ask another worker; once a
    head has arrived it has passed it on, and its reader gets a cut answer.
    """

    def __init__(self, plain: socket.socket) -> None:
        self.plain = plain
        self._head: bytes | None = None
        self._is_begun = False

    def sendall(self, data: bytes) -> None:
        """Send it, but for the first, which waits."""
        if self._is_begun:
            held, self._head = self._head or b"", None
            self.plain.sendall(held + data if held else data)
        else:
            self._is_begun, self._head = True, data

    def sendfile(self, file: BinaryIO, offset: int = 0, count: int | None = None) -> int:
        """Send part of a file from the disk."""
        self.flush()
        return self.plain.sendfile(file, offset, count)

    def flush(self) -> None:
        """Send what waits: the answer has no body."""
        held, self._head = self._head, None
        if held:
            self.plain.sendall(held)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.plain, name)


def render_problem(kind: ProblemType, request_id: str) -> bytes:
    """A whole HTTP answer with the problem in Spanish; the headers that would choose a language were not read."""
    body = (
        f'{{"type":"{kind.path}","title":"{kind.title.es}","status":{kind.status},"detail":"{kind.about.es}",'
        f'"request_id":"{request_id}"}}'
    ).encode()
    head = (
        f"HTTP/1.1 {kind.status} {kind.title.en}\r\n"
        "Connection: close\r\n"
        "Content-Type: application/problem+json\r\n"
        "Content-Language: es\r\n"
        "Cache-Control: no-store\r\n"
        f"X-Request-ID: {request_id}\r\n"
        "X-Content-Type-Options: nosniff\r\n"
        "Content-Security-Policy: default-src 'none'; base-uri 'none'; frame-ancestors 'none'\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode("ascii") + body


def _problem_of(exc: BaseException) -> ProblemType:
    if isinstance(exc, LimitRequestLine):
        return URI_TOO_LONG
    if isinstance(exc, LimitRequestHeaders):
        return HEADERS_TOO_LARGE
    return BAD_REQUEST if type(exc).__module__.startswith(_APPLICATION_MODULES) else INTERNAL_ERROR
