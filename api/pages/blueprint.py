"""The blueprint that all pages join; the application registers it once for each language."""

from __future__ import annotations

from flask import Blueprint

pages = Blueprint("pages", __name__)
