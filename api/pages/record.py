"""The page of one benefit, and of one that ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Response

from api.formatting import format_day
from api.found import FoundRecord, find_record
from api.pages.blueprint import pages
from api.pages.language import page_language, page_url
from api.pages.record_view import RecordPage, build_record
from api.pages.render import answer_page
from api.pages.texts import gettext as _
from api.parameters import parameter_reader
from api.releases_at import CHOICE, ReleaseChoice, chosen_release, read_choice, release_days
from api.state import app_state
from exemptions.ended import EndedRecord
from exemptions.release import Release


@dataclass(frozen=True, slots=True)
class EndedPage:
    """What is told of a record that a release no longer has."""

    sentence: str
    release_url: str
    last: int | None
    last_url: str
    record: RecordPage | None
    """As the last release with it told it; None if none can be had."""


@pages.get("/registro/<record_id>", endpoint="record")
def show_record(record_id: str) -> Response:
    """One benefit: its status in a sentence, every field, its facts and its history."""
    parameters = parameter_reader(*CHOICE)
    choice = read_choice(parameters)
    parameters.raise_problems()
    release = chosen_release(choice)
    found = find_record(release, record_id)
    return answer_page(
        release,
        "record.html" if found.ended is None else "record_ended.html",
        lambda: _context(release, found, choice),
        query=choice.params,
        pinned=choice.is_pinned,
        depends_on=";".join(found.depends_on),
    )


def _context(release: Release, found: FoundRecord, choice: ReleaseChoice) -> Mapping[str, object]:
    if found.ended is not None:
        return {"ended": _ended(found.ended)}
    return {"record": build_record(release, release.get_record(found.record_id), choice)}


def _ended(ended: EndedRecord) -> EndedPage:
    last = None if ended.last is None else app_state().store.get(ended.last)
    row = last.find_record(ended.record_id) if last is not None else None
    return EndedPage(
        sentence=ended_words(ended.ended),
        release_url=page_url("release", number=ended.ended),
        last=ended.last,
        last_url=page_url("record", record_id=ended.record_id, release=ended.last) if ended.last else "",
        record=build_record(last, row, ReleaseChoice(last.number, None)) if last and row is not None else None,
    )


def ended_words(release: int) -> str:
    """That a benefit is no longer in the registry, and since which release."""
    day = release_days().get(release)
    if day is None:
        return _("Este beneficio ya no está en el registro: salió en la publicación %(number)s.", number=release)
    return _(
        "Este beneficio ya no está en el registro: salió en la publicación %(number)s, del %(day)s.",
        number=release,
        day=format_day(day, page_language()),
    )
