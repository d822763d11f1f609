"""`/feeds/…`: what changed, for programs that tell people when something does.

Every document is made from releases: its instants are those of publications, never now.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from flask import Flask, Response, request

from api.conditional import Representation, answer_body
from api.feeds.atom import MEDIA_TYPE, Entry, Feed, make_id, write_feed
from api.feeds.entries import entries_of_history, entries_of_part, name_of, release_entry
from api.feeds.found import PER_DOCUMENT, Found, Place, find_archived, find_newest
from api.found import find_record, find_taxpayer
from api.negotiation import require_acceptable
from api.pages.feed_addresses import CHANGES, RECORD, SEARCH, TAXPAYER, feed_url
from api.pages.language import LANGUAGES, page_language, page_url
from api.pages.links import search_url
from api.pages.render import page_reader
from api.pages.result_tools import VIEW, read_view
from api.pages.texts import gettext as _
from api.pages.values import Reader, holder_name
from api.pages.written import own_words
from api.parameters import parameter_reader, request_params
from api.releases_at import current_release, listed_with, release_numbered
from api.state import absolute, app_state
from api.version import software_version
from exemptions.errors import NotFound
from exemptions.parameters import ParameterReader
from exemptions.query import RegistryQuery, parse_query, query_params, selection
from exemptions.release import Release

PAGE = "page"
_LAST_PAGE = 10**6
_CONTENT_TYPE = f"{MEDIA_TYPE}; charset=utf-8"


@dataclass(frozen=True, slots=True)
class _Told:
    """What one document is about, before it is written."""

    title: str
    subtitle: str
    path: str
    """Of the feed itself, without what chooses one of its documents: it names the feed for ever."""
    page: str
    entries: Sequence[Entry]
    document: str = ""
    """The path of this document, where it is not the newest."""
    links: Sequence[tuple[str, str]] = ()
    updated: datetime | None = None


def register_feeds(app: Flask) -> None:
    """Add the feeds in every language."""
    for code, language in LANGUAGES.items():
        for endpoint, rule, answer in (
            (CHANGES, "/feeds/changes.atom", _changes),
            (TAXPAYER, "/feeds/contribuyente/<nit>.atom", _taxpayer),
            (RECORD, "/feeds/registro/<record_id>.atom", _record),
            (SEARCH, "/feeds/buscar.atom", _search),
        ):
            app.add_url_rule(f"{language.prefix}{rule}", f"{endpoint}_{code}", answer)


def _changes() -> Response:
    """Every release, and what it changed."""
    page = _read_page()
    release = current_release()
    entries = tuple(reversed(listed_with(release)))

    def make() -> _Told:
        reader = page_reader(release)
        return _paged(
            _Told(
                title=_("Cambios del registro de exenciones tributarias"),
                subtitle=_("Cada publicación del registro y lo que cambió respecto de la anterior."),
                path=feed_url(CHANGES),
                page=page_url("releases"),
                entries=[release_entry(listed, reader) for listed in entries],
            ),
            page,
        )

    return _answer(release, make, depends_on=repr(entries))


def _taxpayer(nit: str) -> Response:
    """What releases changed of the benefits of a legal person."""
    page = _read_page()
    release = current_release()
    found = find_taxpayer(release, nit)

    def make() -> _Told:
        items = release.to_items(found.rows)
        name = holder_name(items[0]) if items else found.ended[0].name or found.nit
        reader = page_reader(release)
        ended = {
            benefit.record_id: (
                benefit.name or found.nit,
                reader.name_of("categories", benefit.category, benefit.category_name),
            )
            for benefit in found.ended
        }
        ids = [*(item["record_id"] for item in items), *ended]
        return _paged(
            _Told(
                title=_("Cambios de los beneficios de %(name)s", name=name),
                subtitle=_("NIT %(nit)s: lo que cada publicación agregó, cambió o terminó.", nit=found.nit),
                path=feed_url(TAXPAYER, nit=found.nit),
                page=page_url("taxpayer", nit=found.nit),
                entries=entries_of_history(release, ids, ended, reader),
            ),
            page,
        )

    return _answer(release, make, depends_on=";".join(found.depends_on))


def _record(record_id: str) -> Response:
    """What releases changed of a benefit."""
    page = _read_page()
    release = current_release()
    found = find_record(release, record_id)

    def make() -> _Told:
        reader = page_reader(release)
        last = app_state().store.get(found.ended.last) if found.ended and found.ended.last else release
        row = last.find_record(record_id)
        item = None if row is None else last.to_items([row])[0]
        ended = {record_id: name_of(item, reader)} if item and found.ended else {}
        name = record_id if item is None else holder_name(item)
        return _paged(
            _Told(
                title=_("Cambios del beneficio de %(name)s", name=name),
                subtitle=_("Registro %(record_id)s: lo que cada publicación cambió.", record_id=record_id),
                path=feed_url(RECORD, record_id=record_id),
                page=page_url("record", record_id=record_id),
                entries=entries_of_history(release, [record_id], ended, reader),
            ),
            page,
        )

    return _answer(release, make, depends_on=";".join(found.depends_on))


def _search() -> Response:
    """What releases changed in the records of a search; with a release, the archive of that one."""
    params = request_params()
    query = parse_query(params, app_state().catalogs, also=(PAGE, VIEW))
    # How results are laid out means nothing here, but belongs to the addresses of the search page.
    read_view(params.get(VIEW, ()))
    reader = ParameterReader(params)
    page = reader.count_between(PAGE, 1, _LAST_PAGE, 1)
    if query.as_of is not None:
        reader.add(
            "as_of", None,
            "Un canal sigue al registro: use release para leer el archivo de una publicación.",
            "A feed follows the registry: use release to read the archive of one release.",
        )  # fmt: skip
    if page > 1 and query.release is None:
        reader.add(PAGE, str(page), "Solo con release hay páginas.", "There are pages only with release.")
    reader.raise_problems()
    release = release_numbered(query.release)
    asked, is_archive = selection(query), query.release is not None
    published = app_state().store.published()

    def make() -> _Told:
        found = find_archived(asked, release, page) if is_archive else find_newest(asked, release)
        return _told_search(asked, release, found, Place(release.number, page) if is_archive else None)

    return _answer(release, make, depends_on=repr((query_params(query), page, published)), is_archive=is_archive)


def _told_search(query: RegistryQuery, release: Release, found: Found, place: Place | None) -> _Told:
    params = query_params(query)
    reader = page_reader(release)
    entries = [entry for part in found.parts for entry in entries_of_part(part, reader)]
    links = [("current", feed_url(SEARCH, params))] if place else []
    if found.older is not None:
        links.append(("prev-archive", _archive(params, found.older)))
    return _Told(
        title=_("Cambios de una búsqueda en el registro de exenciones"),
        subtitle=_search_words(query, reader),
        path=feed_url(SEARCH, params),
        page=search_url(query),
        entries=entries,
        document=_archive(params, place) if place else "",
        links=links,
        updated=release.published_at,
    )


def _search_words(query: RegistryQuery, reader: Reader) -> str:
    if query.is_everything:
        return _("Todos los registros.")
    return "; ".join(f"{name}: {value}" for name, value in query_params(query))


def _archive(params: Sequence[tuple[str, str]], place: Place) -> str:
    page = [(PAGE, str(place.page))] if place.page > 1 else []
    return feed_url(SEARCH, [*params, ("release", str(place.release)), *page])


def _paged(told: _Told, page: int) -> _Told:
    """One page of a feed whose entries are all at hand, linked with the others (RFC 5005 §3)."""
    last = max(1, -(-len(told.entries) // PER_DOCUMENT))
    if page > last:
        raise NotFound("Ese canal no tiene tantas páginas.", "That feed does not have so many pages.")
    around = {"first": 1, "previous": page - 1, "next": page + 1, "last": last} if last > 1 else {}
    links = [(relation, _page_path(told.path, to)) for relation, to in around.items() if 1 <= to <= last]
    start = (page - 1) * PER_DOCUMENT
    document = _page_path(told.path, page) if page > 1 else ""
    return replace(told, entries=told.entries[start : start + PER_DOCUMENT], document=document, links=links)


def _page_path(path: str, page: int) -> str:
    return f"{path}?{PAGE}={page}" if page > 1 else path


def _read_page() -> int:
    parameters = parameter_reader(PAGE)
    page = parameters.count_between(PAGE, 1, _LAST_PAGE, 1)
    parameters.raise_problems()
    return page


def _answer(release: Release, make: Callable[[], _Told], *, depends_on: str, is_archive: bool = False) -> Response:
    require_acceptable(MEDIA_TYPE)
    settings = app_state().settings
    representation = Representation(
        release=release,
        key="\x00".join((request.full_path, depends_on, settings.publisher, settings.publisher_url)),
        media_type=_CONTENT_TYPE,
        pinned=is_archive,
        by_language=False,
    )
    modified = _last_modified(release, is_archive=is_archive)
    response = answer_body(representation, lambda: (write_feed(_feed(release, make(), is_archive=is_archive)), ()))
    response.last_modified = min(modified, app_state().clock())
    response.headers["Content-Language"] = page_language()
    since = request.if_modified_since
    # An ETag says more, so a date counts only where none was sent (RFC 9110 §13.1.3).
    if since is not None and "If-None-Match" not in request.headers and modified <= since:
        response.status_code = 304
        response.set_data(b"")
    return response


def _last_modified(release: Release, *, is_archive: bool) -> datetime:
    """When something last was published or withdrawn; of an archive, when its release was."""
    if is_archive:
        return release.published_at
    return max(max(entry.published_at, entry.withdrawn_at or entry.published_at) for entry in listed_with(release))


def _feed(release: Release, told: _Told, *, is_archive: bool) -> Feed:
    settings, manifest = app_state().settings, release.manifest
    publisher = settings.publisher or manifest["publisher"].get("name") or ""
    first = app_state().store.list()[0].manifest_sha256
    return Feed(
        id=make_id(first, told.path, page_language()),
        title=told.title,
        subtitle=_with_warning(told.subtitle, is_invented=bool(manifest["demonstration"])),
        updated=told.updated or max((entry.updated for entry in told.entries), default=release.published_at),
        lang=LANGUAGES[page_language()].tag,
        url=absolute(told.document or told.path),
        page_url=absolute(told.page),
        author=own_words(publisher) or _("Registro abierto de exenciones tributarias"),
        author_url=settings.publisher_url or manifest["publisher"].get("url") or "",
        rights=manifest["license"].get("name") or "",
        generator=f"exemptions {software_version()}",
        entries=told.entries,
        links=[(relation, absolute(path)) for relation, path in told.links],
        is_archive=is_archive,
    )


def _with_warning(subtitle: str, *, is_invented: bool) -> str:
    return f"{_('Datos inventados de demostración.')} {subtitle}" if is_invented else subtitle
