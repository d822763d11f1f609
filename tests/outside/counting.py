"""A proxy that counts the bytes of the bodies that pass through it."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

_PASSED_BACK = ("content-length", "content-range", "content-type", "accept-ranges", "etag", "last-modified")


class CountingProxy(ThreadingHTTPServer):
    """Forwards GET and HEAD to one server. `sent_bytes` is what clients got in bodies since it began."""

    def __init__(self, upstream: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.upstream = urlsplit(upstream).netloc
        self.sent_bytes = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: CountingProxy
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        upstream = http.client.HTTPConnection(self.server.upstream, timeout=60)
        headers = {name: value for name, value in self.headers.items() if name.lower() in ("range", "if-range")}
        upstream.request(self.command, self.path, headers=headers)
        answer = upstream.getresponse()
        body = answer.read()
        upstream.close()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() in _PASSED_BACK:
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.server.sent_bytes += len(body)

    do_HEAD = do_GET  # noqa: N815 - the name that the library looks for

    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads a log of a test."""


@contextmanager
def counting_proxy(upstream: str) -> Iterator[CountingProxy]:
    with CountingProxy(upstream) as proxy:
        thread = threading.Thread(target=proxy.serve_forever, daemon=True)
        thread.start()
        try:
            yield proxy
        finally:
            proxy.shutdown()
            thread.join()
