"""The page of what changed between two publications, line by line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import polars as pl
import pyarrow as pa
from flask import redirect
from werkzeug.wrappers import Response as BaseResponse

from api.differences import Comparison, find_differences
from api.formatting import format_count
from api.pages.blueprint import pages
from api.pages.facts import change_reason, change_words, changed_what
from api.pages.language import page_url
from api.pages.links import Link
from api.pages.render import answer_page, page_reader
from api.pages.texts import gettext as _
from api.pages.texts import ngettext
from api.pages.values import Reader, holder_name
from api.parameters import parameter_reader
from api.releases_at import release_numbered
from api.state import app_state
from exemptions.errors import NotFound
from exemptions.parameters import ParameterReader
from exemptions.release import Release
from exporters.changes import ChangeKind, count_changes
from exporters.tables import to_plain_frame

LINES = 50
"""Changes on one page."""

_LAST_PAGE = 10**6
_FORMATS = (("CSV", ".csv"), ("NDJSON", ".ndjson"), ("Parquet", ".parquet"), ("JSON", ""))
_KIND_ORDER = {ChangeKind.CHANGED.value: 0, ChangeKind.ENDED.value: 1, ChangeKind.ADDED.value: 2}
"""What was corrected says most, and what was added the search shows better."""


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One change of one record."""

    name: str
    category: str
    url: str
    what: str
    before: str
    after: str
    reason: str


@dataclass(frozen=True, slots=True)
class ChangesPage:
    """What the page tells."""

    number: int
    older: int | None
    """None when there is no release before."""
    summary: str
    lines: tuple[ChangeLine, ...]
    position: str
    previous_url: str
    next_url: str
    links: tuple[Link, ...]
    choices: tuple[int, ...]
    """The releases that can be compared, the newest first."""


@pages.get("/publicaciones/<int:number>/cambios", endpoint="changes")
def show_changes(number: int) -> BaseResponse:
    """What changed from one publication to another; with `to` it leads to the page of those two."""
    parameters = parameter_reader("from", "to", "page")
    older, newer = _read_pair(parameters, number)
    page = parameters.count_between("page", 1, _LAST_PAGE, 1)
    parameters.raise_problems()
    if newer != number:
        return _lead_to(newer, older)
    release = release_numbered(number)
    comparison = Comparison(release, None if older is None else app_state().store.get(older))
    kept = [entry.release for entry in app_state().store.list() if not entry.withdrawn]
    query = [] if older is None else [("from", str(older))]
    return answer_page(
        release,
        "changes.html",
        lambda: {"changes": _build(comparison, page, kept, page_reader(release))},
        query=[*query, *([("page", str(page))] if page > 1 else [])],
        depends_on=repr(kept),
    )


def change_lines(
    comparison: Comparison, reader: Reader, *, start: int = 0, count: int = LINES
) -> tuple[ChangeLine, ...]:
    """Some of the changes: what was corrected first, then what ended, then what was added.

    One that ended is named by the older publication, where it still was.
    """
    found = find_differences(comparison)
    changes = found.take(_telling_rows(found).slice(start, count)).to_pylist()
    old = comparison.old or _previous(comparison.new)
    here = _items(comparison.new, [c["record_id"] for c in changes if c["kind"] != ChangeKind.ENDED])
    gone = _items(old, [c["record_id"] for c in changes if c["kind"] == ChangeKind.ENDED]) if old else {}
    return tuple(_line(change, here | gone, comparison.new, old, reader) for change in changes)


def difference_links(number: int, older: int | None = None) -> tuple[Link, ...]:
    """The same changes as data."""
    query = "" if older is None else f"?from={older}"
    return tuple(Link(name, f"/api/v1/releases/{number}/changes{suffix}{query}") for name, suffix in _FORMATS)


def _read_pair(parameters: ParameterReader, number: int) -> tuple[int | None, int]:
    """The older and the newer release asked for, in whichever order a person chose them."""
    chosen, other = parameters.count("from"), parameters.count("to")
    newer = number if other is None else other
    if chosen is not None and other is not None:
        chosen, newer = min(chosen, other), max(chosen, other)
    if newer == 0 or (chosen is not None and not 0 < chosen < newer):
        parameters.add(
            "from", None if chosen is None else str(chosen),
            "Elija dos publicaciones distintas: la primera, anterior a la segunda.",
            "Choose two different releases: the first one before the second.",
        )  # fmt: skip
    return chosen, newer


def _lead_to(number: int, older: int | None) -> BaseResponse:
    given = {} if older is None else {"from": older}
    response = redirect(page_url("changes", number=number, **given), code=HTTPStatus.FOUND)
    response.headers["Cache-Control"] = "no-store"
    return response


def _build(comparison: Comparison, page: int, kept: Sequence[int], reader: Reader) -> ChangesPage:
    found = find_differences(comparison)
    total, start = len(_telling_rows(found)), (page - 1) * LINES
    if start and start >= total:
        raise NotFound("No hay tantos cambios.", "There are not that many changes.")
    number, older = comparison.new.number, comparison.old_number
    last = min(start + LINES, total)
    return ChangesPage(
        number=number,
        older=older,
        summary=_summary(found, number, older),
        lines=change_lines(comparison, reader, start=start),
        position=_(
            "%(first)s a %(last)s de %(total)s",
            first=format_count(start + 1),
            last=format_count(last),
            total=format_count(total),
        )
        if total > LINES
        else "",
        previous_url=_page_url(comparison, page - 1) if page > 1 else "",
        next_url=_page_url(comparison, page + 1) if last < total else "",
        links=difference_links(number, comparison.old.number if comparison.old else None),
        choices=tuple(reversed(kept)),
    )


def _page_url(comparison: Comparison, page: int) -> str:
    given = {"from": comparison.old.number} if comparison.old else {}
    return page_url("changes", number=comparison.new.number, **given, **({"page": page} if page > 1 else {}))


def _summary(found: pa.RecordBatch, number: int, older: int | None) -> str:
    counts = count_changes(to_plain_frame(found.select(["record_id", "kind"])))
    if older is None:
        return _("Es la primera publicación: todos sus registros son nuevos.")
    if not any(counts.values()):
        return _(
            "Entre la publicación %(older)s y la %(number)s no cambió ningún registro.", older=older, number=number
        )
    added, changed, ended = counts["added"], counts["changed"], counts["ended"]
    parts = (
        ngettext("%(count)s registro nuevo", "%(count)s registros nuevos", added, count=format_count(added)),
        ngettext("%(count)s modificado", "%(count)s modificados", changed, count=format_count(changed)),
        ngettext("%(count)s retirado", "%(count)s retirados", ended, count=format_count(ended)),
    )
    told = ", ".join(parts)
    return _("De la publicación %(older)s a la %(number)s: %(parts)s.", older=older, number=number, parts=told)


def _telling_rows(found: pa.RecordBatch) -> pa.Array:
    """The rows in the order of the page, without those of a name whose code changed too: it is shown by its name."""
    rows = to_plain_frame(found.select(["record_id", "kind", "field"])).with_row_index("row")
    named = rows.select("record_id", field=pl.col("field") + "_name")
    told = rows.join(named, on=["record_id", "field"], how="anti", maintain_order="left")
    rank = pl.col("kind").replace_strict(_KIND_ORDER, return_dtype=pl.Int64)
    return told.sort(rank, maintain_order=True).get_column("row").to_arrow()


def _previous(release: Release) -> Release | None:
    """The publication before; None when it has been withdrawn."""
    store, number = app_state().store, release.manifest["previous"]
    kept = {entry.release for entry in store.list() if not entry.withdrawn}
    return store.get(number) if number in kept else None


def _items(release: Release, record_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    rows = []
    for record_id in dict.fromkeys(record_ids):
        try:
            rows.append(release.get_record(record_id))
        except NotFound:
            continue
    return {item["record_id"]: item for item in release.to_items(rows)}


def _line(
    change: Mapping[str, Any],
    items: Mapping[str, Mapping[str, Any]],
    release: Release,
    old: Release | None,
    reader: Reader,
) -> ChangeLine:
    record_id = change["record_id"]
    before, after = change_words(change, reader)
    shown_by, item = old if change["kind"] == ChangeKind.ENDED else release, items.get(record_id)
    is_shown = item is not None and shown_by is not None
    return ChangeLine(
        name=holder_name(item) if item is not None else record_id,
        category=reader.name_of("categories", item["category"], item["category_name"]) if item is not None else "",
        url=page_url("record", record_id=record_id, release=shown_by.number) if is_shown and shown_by else "",
        what=changed_what(change, reader),
        before=before,
        after=after,
        reason=change_reason(change),
    )
