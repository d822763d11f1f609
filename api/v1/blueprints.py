"""The blueprints that the API's modules join."""

from __future__ import annotations

from flask_smorest import Blueprint

v1 = Blueprint("v1", __name__, url_prefix="/api/v1")
root = Blueprint("root", __name__)
"""Addresses beside the API: downloads and health."""
