"""Atom feeds: all changes, those of a taxpayer, of a record, and of any search."""

from __future__ import annotations

from api.feeds.routes import register_feeds

__all__ = ["register_feeds"]
