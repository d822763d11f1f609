"""The reference of every figure of requests per second: the smallest Flask application, served as the registry is."""

from __future__ import annotations

from flask import Flask, Response

app = Flask("bare")


@app.get("/")
def answer() -> Response:
    """A constant."""
    return Response(b'{"status":"ok"}', content_type="application/json")
