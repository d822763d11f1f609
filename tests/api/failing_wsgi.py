"""The service with two more addresses, whose answers fail midway and before; gunicorn runs it in a test."""

from collections.abc import Iterator

from flask import Response

from api import create_app
from api.compression import guard_stream
from api.observability import current_request_id

app = create_app()


def _failing() -> Iterator[bytes]:
    yield b"record_id\r\n" * 1000
    raise OSError("the disk is gone")


@app.get("/api/fail/stream")
def fail_stream() -> Response:
    return Response(guard_stream(_failing(), request_id=current_request_id()), content_type="text/csv")
