"""The pages for people, in Spanish at the root and in other languages below their codes."""

from __future__ import annotations

from functools import partial

from flask import Flask, redirect, url_for
from flask_babel import Babel
from werkzeug.wrappers import Response

from api import formatting
from api.pages import (
    cards,
    catalogs,
    changes,
    compare,
    corrections,
    data,
    dictionary,
    expenditure,
    explore,
    glossary,
    home,
    how_to_read,
    methodology,
    outcomes,
    picture_page,
    pictures,
    proof,
    provisions,
    questions,
    reconciliation,
    record,
    releases,
    scorecard,
    search,
    site,
    style,
    subjects,
    taxpayer,
    verify,
)
from api.pages.assets import asset_url, register_assets
from api.pages.blueprint import pages
from api.pages.campaigns import leave_campaign_marks_out
from api.pages.catalogues import PageTexts
from api.pages.errors import render_error_page
from api.pages.feed_addresses import feed_url
from api.pages.folds import register_folds
from api.pages.foot import register_feet
from api.pages.language import LANGUAGES, SOURCE, page_language, page_url, select_locale
from api.pages.opensearch import register_opensearch
from api.pages.robots import register_robots
from api.pages.sitemap import register_sitemap
from api.pages.terms import first_use, used_terms, words_of
from api.pages.texts import speak_in_templates
from api.pages.values import amount_in_words, breakable
from api.pages.written import as_written

__all__ = ["register_pages", "render_error_page"]

_FAMILIES = (
    home, search, record, taxpayer, releases, changes, data, dictionary, catalogs, methodology, corrections, glossary,
    compare,
    picture_page, pictures, cards,
    how_to_read, questions, site, reconciliation, outcomes, scorecard,
    proof, verify,
    explore, subjects,
    expenditure, provisions,
    style,
)  # fmt: skip
"""The modules of pages; importing one adds its addresses to the blueprint."""


def register_pages(app: Flask) -> None:
    """Add every page to the application, in every language, and what their templates need."""
    babel = Babel(app, default_locale=LANGUAGES[SOURCE].locale, locale_selector=select_locale)
    babel.domain_instance = PageTexts()
    speak_in_templates(app)
    register_assets(app)
    register_feet(app)
    register_folds(app)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        asset=asset_url,
        page_url=page_url,
        feed_url=feed_url,
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
        words_of=words_of,
    )
    app.jinja_env.filters["breakable"] = breakable
    app.jinja_env.filters["as_written"] = as_written
    app.before_request(leave_campaign_marks_out)
    for code, language in LANGUAGES.items():
        app.register_blueprint(pages, name=code, url_prefix=language.prefix or None)
        if language.prefix:
            app.add_url_rule(language.prefix, f"{code}_root", partial(_to_home, code))
    register_robots(app)
    if app.extensions["settings"].base_url:
        # Both are made of absolute addresses, which nothing but the settings may tell.
        register_sitemap(app)
        register_opensearch(app)


def _to_home(lang: str) -> Response:
    return redirect(url_for(f"{lang}.home"), code=308)
