"""The pages for people, in Spanish at the root and in English under `/en`."""

from __future__ import annotations

from flask import Flask, redirect, url_for
from flask_babel import Babel
from werkzeug.wrappers import Response

from api import formatting
from api.pages import (
    catalogs,
    changes,
    corrections,
    data,
    dictionary,
    glossary,
    home,
    how_to_read,
    methodology,
    pictures,
    questions,
    record,
    releases,
    search,
    site,
    taxpayer,
)
from api.pages.assets import asset_url, register_assets
from api.pages.blueprint import pages
from api.pages.campaigns import leave_campaign_marks_out
from api.pages.errors import render_error_page
from api.pages.language import ENGLISH_PREFIX, LOCALES, page_language, page_url, select_locale
from api.pages.terms import first_use, used_terms
from api.pages.texts import speak_in_templates
from api.pages.values import amount_in_words, breakable
from api.pages.written import as_written

__all__ = ["register_pages", "render_error_page"]

_FAMILIES = (
    home, search, record, taxpayer, releases, changes, data, dictionary, catalogs, methodology, corrections, glossary,
    pictures,
    how_to_read, questions, site,
)  # fmt: skip
"""The modules of pages; importing one adds its addresses to the blueprint."""


def register_pages(app: Flask) -> None:
    """Add every page to the application, in both languages, and what their templates need."""
    Babel(app, default_locale=LOCALES["es"], locale_selector=select_locale)
    speak_in_templates(app)
    register_assets(app)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        asset=asset_url,
        page_url=page_url,
        count=formatting.format_count,
        money=formatting.format_money,
        in_words=amount_in_words,
        percent=formatting.format_percent,
        size=formatting.format_size,
        tax_number=formatting.format_tax_number,
        day=lambda value: formatting.format_day(value, page_language()),
        moment=lambda value: formatting.format_moment(value, page_language()),
        first_use=first_use,
        used_terms=used_terms,
    )
    app.jinja_env.filters["breakable"] = breakable
    app.jinja_env.filters["as_written"] = as_written
    app.before_request(leave_campaign_marks_out)
    app.register_blueprint(pages, name="es")
    app.register_blueprint(pages, name="en", url_prefix=ENGLISH_PREFIX)
    app.add_url_rule(ENGLISH_PREFIX, "english_root", _english_root)


def _english_root() -> Response:
    return redirect(url_for("en.home"), code=308)
