"""The search page: results of a query with its filters, counts, sums and downloads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from flask import Response

from api.asked import asked_search
from api.formatting import format_day
from api.pages.blueprint import pages
from api.pages.citing import CitingBlock, citing_block
from api.pages.feed_addresses import search_feed_url
from api.pages.filter_panel import Chip, Group, chips, filter_groups, kept_params
from api.pages.hits import HitRow, hit_rows
from api.pages.language import page_url
from api.pages.links import pinned_page, search_url
from api.pages.no_hits import NoHits, explain_no_hits
from api.pages.query_errors import ProblemLine, problem_lines, readable_params, without_wrong
from api.pages.render import answer_page, answer_plain, page_reader
from api.pages.result_tools import (
    VIEW,
    Choice,
    ResultFile,
    View,
    read_view,
    result_files,
    sort_choices,
    view_choices,
    view_params,
)
from api.pages.sums import SumBlock, sum_blocks
from api.pages.texts import gettext as _
from api.pages.values import Reader, records_phrase, taxpayers_phrase
from api.parameters import request_params
from api.releases_at import current_release, release_of_query
from api.repeats import mark_repeatable
from api.state import app_state
from exemptions.aggregates import facet_counts, sums, taxpayers
from exemptions.calendar import guatemala_day
from exemptions.errors import InvalidQuery
from exemptions.filters import FACETS
from exemptions.query import DEFAULT_LIMIT, PageRequest, RegistryQuery, query_params
from exemptions.release import Release
from exemptions.search import Cursor, Hits, decode_cursor, encode_cursor, search_and_count


@dataclass(frozen=True, slots=True)
class OlderRelease:
    """A warning that the results are not of the newest release."""

    sentence: str
    url: str


@dataclass(frozen=True, slots=True)
class SearchPage:
    """What the search page shows."""

    title: str
    heading: str
    q: str
    sentence: str = ""
    is_narrowed: bool = True
    groups: tuple[Group, ...] = ()
    filters_label: str = ""
    kept: tuple[tuple[str, str], ...] = ()
    apply_label: str = ""
    """What the button at the end of the filters says where results change in place."""
    chips: tuple[Chip, ...] = ()
    clear_url: str = ""
    problems: tuple[ProblemLine, ...] = ()
    errors: Mapping[str, str] | None = None
    older: OlderRelease | None = None
    approximate: str = ""
    hits: tuple[HitRow, ...] = ()
    sorts: tuple[Choice, ...] = ()
    views: tuple[Choice, ...] = ()
    view: View = View.LIST
    sums: tuple[SumBlock, ...] = ()
    next_url: str = ""
    first_url: str = ""
    position: str = ""
    download_title: str = ""
    downloads: tuple[ResultFile, ...] = ()
    permalink: str = ""
    citing: CitingBlock | None = None
    feed_url: str = ""
    empty: NoHits | None = None


@pages.get("/buscar", endpoint="search")
def show_search() -> Response:
    """The records that a query matches; with wrong parameters the form with what to correct."""
    try:
        view = read_view(request_params().get(VIEW, ()))
        asked = asked_search(also=(VIEW,))
        query, page = asked.query, asked.page
        cursor = decode_cursor(page.cursor, query) if page.cursor else None
        release = release_of_query(query, cursor_release=cursor.release if cursor else None)
    except InvalidQuery as error:
        return _answer_invalid(request_params(), error)
    newest = app_state().store.current().number
    mark_repeatable(release)
    return answer_page(
        release,
        "search.html",
        lambda: {"search": _build(release, newest, query, page, cursor, view, page_reader(release))},
        query=[*query_params(query), *_page_params(page), *view_params(view)],
        pinned=query.release is not None or cursor is not None,
        depends_on=str(newest),
    )


def _answer_invalid(params: Mapping[str, Sequence[str]], error: InvalidQuery) -> Response:
    release = current_release()
    reader = page_reader(release)
    typed = readable_params(params)
    query = without_wrong(params, error, app_state().catalogs)
    problems = problem_lines(error, typed, reader)
    errors = {line.parameter: line.text for line in problems}
    return answer_plain(
        "search.html",
        {
            "search": SearchPage(
                title=_("Búsqueda con errores"),
                heading=_("No se pudo hacer la búsqueda"),
                q=next(iter(typed.get("q", ())), ""),
                problems=problems,
                errors=errors,
                groups=filter_groups(query, facet_counts(release, query, FACETS), typed, errors, reader),
                filters_label=_("Filtrar"),
                kept=kept_params(query),
                chips=chips(query, reader),
                clear_url=page_url("search"),
            )
        },
        status=422,
    )


def _build(
    release: Release,
    newest: int,
    query: RegistryQuery,
    page: PageRequest,
    cursor: Cursor | None,
    view: View,
    reader: Reader,
) -> SearchPage:
    after_rank = cursor.rank if cursor else None
    hits = search_and_count(release, query, FACETS, limit=page.limit, after_rank=after_rank)
    carried = [*_limit_params(page), *view_params(view)]
    active = chips(query, reader, extra=carried)
    count = records_phrase(hits.total)
    return SearchPage(
        title=_("«%(q)s»: %(count)s", q=query.q, count=count) if query.q else _("Buscar: %(count)s", count=count),
        heading=_("%(count)s para «%(q)s»", q=query.q, count=count) if query.q else count,
        q=query.q,
        sentence=_sentence(release, newest, query, hits, reader),
        is_narrowed=not query.is_everything or cursor is not None or view is not View.LIST,
        groups=filter_groups(query, facet_counts(release, query, FACETS), _typed(query), {}, reader),
        filters_label=_("Filtrar (%(count)s)", count=len(active)) if active else _("Filtrar"),
        kept=(*kept_params(query), *carried),
        apply_label=_("Ver %(count)s", count=count),
        chips=active,
        clear_url=search_url(RegistryQuery(q=query.q), extra=carried),
        errors={},
        older=_older(release, newest, query, reader),
        approximate=_approximate(query, hits),
        hits=hit_rows(release.to_items(hits.rows), release.number, query, reader),
        sorts=sort_choices(query),
        views=view_choices(query, view, _page_params(page)),
        view=view,
        sums=sum_blocks(sums(release, query)),
        next_url=_next_url(release, query, hits, carried),
        first_url=search_url(query, extra=carried) if cursor else "",
        position=_position(hits, cursor),
        download_title=_("Descargar %(count)s", count=count),
        downloads=result_files(release, query, hits.total, reader.lang),
        permalink=pinned_page("search", release=release.number, params=query_params(query)),
        citing=citing_block(release, query),
        feed_url=search_feed_url(query),
        empty=None if hits.rows else explain_no_hits(release, query, active, reader),
    )


def _sentence(release: Release, newest: int, query: RegistryQuery, hits: Hits, reader: Reader) -> str:
    """How many taxpayers, and which publication says so."""
    if not hits.total:
        return ""
    words = (
        _("De %(taxpayers)s. Publicación %(number)s, la más nueva, con los estados al %(day)s.")
        if release.number == newest
        else _("De %(taxpayers)s, en la publicación %(number)s, con los estados al %(day)s.")
    )
    return words % {
        "taxpayers": taxpayers_phrase(taxpayers(release, query)),
        "number": release.number,
        "day": format_day(release.status_date, reader.lang),
    }


def _older(release: Release, newest: int, query: RegistryQuery, reader: Reader) -> OlderRelease | None:
    if release.number == newest:
        return None
    words = {
        "number": release.number,
        "published": format_day(guatemala_day(release.published_at), reader.lang),
        "day": format_day(query.as_of, reader.lang) if query.as_of is not None else "",
    }
    return OlderRelease(
        _(
            "Está viendo la publicación %(number)s, del %(published)s: lo que el registro decía al final del %(day)s.",
            **words,
        )
        if query.as_of is not None
        else _("Está viendo la publicación %(number)s, del %(published)s. Hay otra más nueva.", **words),
        search_url(replace(query, release=None, as_of=None)),
    )


def _approximate(query: RegistryQuery, hits: Hits) -> str:
    if not hits.approximate or not hits.total:
        return ""
    return _(
        "Ningún nombre dice «%(q)s» tal como se escribió. Estos se parecen: cambia una letra de una palabra, o dos en "
        "las de ocho o más. Los números solo coinciden si son exactos.",
        q=query.q,
    )


def _next_url(release: Release, query: RegistryQuery, hits: Hits, carried: Sequence[tuple[str, str]]) -> str:
    if hits.next_rank is None:
        return ""
    cursor = encode_cursor(release.number, query, hits.next_rank)
    return search_url(query, extra=[*carried, ("cursor", cursor)])


def _position(hits: Hits, cursor: Cursor | None) -> str:
    """Where the page stands; only the first page knows its place among all."""
    if cursor is not None or hits.next_rank is None:
        return ""
    return _("Los primeros %(shown)s de %(count)s", shown=len(hits.rows), count=records_phrase(hits.total))


def _page_params(page: PageRequest) -> list[tuple[str, str]]:
    return [*_limit_params(page), *([("cursor", page.cursor)] if page.cursor else [])]


def _limit_params(page: PageRequest) -> list[tuple[str, str]]:
    return [("limit", str(page.limit))] if page.limit != DEFAULT_LIMIT else []


def _typed(query: RegistryQuery) -> dict[str, list[str]]:
    typed: dict[str, list[str]] = {}
    for name, value in query_params(query):
        typed.setdefault(name, []).append(value)
    return typed
