"""The search of this site as a browser can add it to its own: a description, and suggestions in its format.

Source: OpenSearch 1.1 draft 6, with its Suggestions extension.
"""

from __future__ import annotations

from html import escape

from flask import Flask, Response, url_for

from api.conditional import PINNED, Representation, answer_body
from api.json_text import encode_json
from api.pages.assets import asset_url
from api.pages.language import LANGUAGES, page_language, page_url
from api.pages.texts import gettext as _
from api.parameters import parameter_reader, refuse_parameters
from api.releases_at import current_release
from api.state import absolute
from exemptions.release import Release
from exemptions.suggest import suggest

DESCRIPTION_MEDIA_TYPE = "application/opensearchdescription+xml"
_SUGGESTIONS_MEDIA_TYPE = "application/x-suggestions+json"
_NAMESPACE = "http://a9.com/-/spec/opensearch/1.1/"


def register_opensearch(app: Flask) -> None:
    """Add the descriptions and the suggestions; browsers take only absolute addresses, so a site must know its own."""
    for code, language in LANGUAGES.items():
        app.add_url_rule(f"{language.prefix}/opensearch.xml", f"opensearch_{code}", answer_description)
    app.add_url_rule("/opensearch.json", "opensearch_suggestions", answer_suggestions)


def description_url() -> str:
    """The path of the description in the language of this request."""
    return url_for(f"opensearch_{page_language()}")


def answer_description() -> Response:
    """How to search this site, in the language of the address."""
    refuse_parameters()
    suggestions = url_for("opensearch_suggestions")
    lines = (
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<OpenSearchDescription xmlns="{_NAMESPACE}">',
        # At most 16 characters.
        f"<ShortName>{escape(_('Exenciones GT'))}</ShortName>",
        f"<Description>{escape(_('Buscar exenciones tributarias de Guatemala por nombre o NIT'))}</Description>",
        "<InputEncoding>UTF-8</InputEncoding>",
        f'<Image type="image/svg+xml">{escape(absolute(asset_url("icon.svg")))}</Image>',
        f'<Url type="text/html" template="{escape(absolute(page_url("search")))}?q={{searchTerms}}"/>',
        f'<Url type="{_SUGGESTIONS_MEDIA_TYPE}" template="{escape(absolute(suggestions))}?q={{searchTerms}}"/>',
        f'<Url type="{DESCRIPTION_MEDIA_TYPE}" rel="self" template="{escape(absolute(description_url()))}"/>',
        "</OpenSearchDescription>",
        "",
    )
    response = Response("\n".join(lines), content_type=f"{DESCRIPTION_MEDIA_TYPE}; charset=utf-8")
    response.headers["Cache-Control"] = PINNED
    return response


def answer_suggestions() -> Response:
    """What was typed, and the names and NITs that begin like it."""
    reader = parameter_reader("q")
    q = reader.words("q")
    reader.raise_problems()
    release = current_release()
    representation = Representation(
        release, f"/opensearch.json\x00{q}", _SUGGESTIONS_MEDIA_TYPE, pinned=False, by_language=False
    )
    return answer_body(representation, lambda: (_suggestions(release, q), ()))


def _suggestions(release: Release, q: str) -> bytes:
    return encode_json([q, [found.text for found in suggest(release, q)]])
