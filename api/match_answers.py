"""The answer to a list: made line by line while it is sent, and kept nowhere."""

from __future__ import annotations

from urllib.parse import quote

from flask import Response
from werkzeug.urls import iri_to_uri

from api.compression import compress_stream, guard_stream
from api.conditional import RELEASE_HEADER
from api.negotiation import Coding, preferred_coding
from api.observability import current_request_id
from api.releases_at import download_name
from api.state import app_state
from api.turns import Turns
from exemptions.match_values import AskedList
from exemptions.release import Release
from exporters.match_formats import MatchFormat

COLUMN_HEADER = "X-Match-Column"


def places() -> Turns:
    """The places of lists that are matched at once."""
    return app_state().matching


def answer_match(release: Release, asked: AskedList, form: MatchFormat, *, lang: str | None) -> Response:
    """The matched list as a file of a format; `lang` is that of its heads where people read it."""
    coding = preferred_coding() if form.name != "xlsx" else Coding.IDENTITY
    chunks = compress_stream(form.stream(release, asked, lang), coding)
    response = Response(guard_stream(chunks, request_id=current_request_id()), content_type=form.media_type)
    headers = response.headers
    headers["Cache-Control"] = "no-store"
    headers[RELEASE_HEADER] = str(release.number)
    headers["X-Total-Count"] = str(len(asked.values))
    # A head may have any letter, and a header of HTTP has ASCII.
    headers[COLUMN_HEADER] = quote(asked.column or "")
    name = download_name(release, f"comparacion{form.suffix}")
    headers["Content-Disposition"] = f'{"inline" if form.name == "json" else "attachment"}; filename="{name}"'
    license_url = release.manifest["license"]["url"]
    if license_url:
        headers["Link"] = f'<{iri_to_uri(license_url)}>; rel="license"'
    response.vary.update(("Accept", "Accept-Encoding"))
    if coding is not Coding.IDENTITY:
        headers["Content-Encoding"] = coding.value
    return response
