"""`GET /records`: search, count, sum and page through the benefits."""

from __future__ import annotations

from flask import Response

from api.asked import AskedSearch, asked_search
from api.conditional import Headers, Representation, answer_body
from api.json_text import encode_json
from api.negotiation import preferred_language, require_acceptable
from api.relations import LONGEST_REPEATED, link, link_header
from api.releases_at import release_of_query
from api.repeats import mark_repeatable
from api.schemas.records import RecordPageSchema
from api.spec import operation
from api.v1.answers import release_facts
from api.v1.blueprints import v1
from api.v1.described import filter_parameters, page_parameters, release_parameters, sort_parameter
from api.v1.labelled import labelled_facets
from exemptions.release import Release
from exemptions.search import decode_cursor, encode_cursor, search_and_count, sums
from exporters.formats import FORMATS

PATH = "/api/v1/records"
_MEDIA_TYPE = "application/json"
_ALTERNATES = [(form.suffix, form.media_type.split(";")[0]) for form in FORMATS.values()]
"""Suffix and media type of the files that any search can be had as."""


@v1.route("/records")
@v1.doc(
    **operation(
        "listRecords",
        tag="records",
        summary=("Buscar beneficios", "Search benefits"),
        about=(
            "Registros que cumplen todos los filtros, con el total, las facetas pedidas y las sumas. Sin filtros, "
            "todo el registro.",
            "Records that match all filters, with their total, the facets asked for and the sums. The whole registry "
            "without filters.",
        ),
        media={_MEDIA_TYPE: RecordPageSchema},
        parameters=[*filter_parameters(), *release_parameters(), sort_parameter(), *page_parameters()],
        problems=(404, 410),
        example="/api/v1/records?q=cooperativa&status=active&facets=type,department&sort=-amount_gtq",
    )
)
def list_records() -> Response:
    """One page of the records that a query matches."""
    asked = asked_search()
    query, page = asked.query, asked.page
    require_acceptable(_MEDIA_TYPE)
    cursor = decode_cursor(page.cursor, query) if page.cursor else None
    release = release_of_query(query, cursor_release=cursor.release if cursor else None)
    mark_repeatable(release)
    representation = Representation(
        release=release,
        key=f"{PATH}?{asked.canonical}",
        media_type=_MEDIA_TYPE,
        pinned=query.release is not None or cursor is not None,
    )
    after_rank = cursor.rank if cursor else None
    return answer_body(representation, lambda: _make_page(release, asked, after_rank))


def _make_page(release: Release, asked: AskedSearch, after_rank: int | None) -> tuple[bytes, Headers]:
    query, page = asked.query, asked.page
    hits = search_and_count(release, query, page.facets, limit=page.limit, after_rank=after_rank)
    following = None
    if hits.next_rank is not None:
        cursor = encode_cursor(release.number, query, hits.next_rank)
        following = f"{PATH}?{asked.next_address(cursor)}"
    body = encode_json(
        {
            **release_facts(release),
            "total": hits.total,
            "approximate": hits.approximate,
            "items": release.to_items(hits.rows, fields=page.fields or None),
            "facets": labelled_facets(release, query, page.facets, lang=preferred_language()),
            "sums": sums(release, query),
            "next": following,
        }
    )
    return body, (link_header(release, *_links(release, asked, following)),)


def _links(release: Release, asked: AskedSearch, following: str | None) -> list[str]:
    links = [link(following, "next")] if following else []
    if len(asked.canonical) > LONGEST_REPEATED:
        return links
    lasting = asked.lasting(release.number)
    first = f"{PATH}?{asked.first_address(lasting)}"
    if asked.page.cursor is not None:
        # A cursor is pinned to its release, so this page's own address lasts.
        links += [link(first, "first"), link(f"{PATH}?{asked.canonical}", "bookmark")]
    else:
        links.append(link(first, "bookmark"))
    links += [link(f"{PATH}{suffix}?{lasting}", "alternate", media_type) for suffix, media_type in _ALTERNATES]
    links.append(link(f"/buscar?{lasting}", "alternate", "text/html"))
    return links
