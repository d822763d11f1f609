"""The page of all pictures of one subject, which each of them can be reached from."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response

from api.pages.blueprint import pages
from api.pages.picture_subjects import WHOLE, WHOLE_CODE, Subject, find_subject
from api.pages.pictures import Picture, subject_pictures
from api.pages.render import answer_page, page_reader
from api.pages.texts import gettext as _
from api.parameters import parameter_reader
from api.releases_at import CHOICE, chosen_release, read_choice
from exemptions.release import Release


@dataclass(frozen=True, slots=True)
class PicturesPage:
    """What the page tells."""

    title: str
    is_whole: bool
    pictures: tuple[Picture, ...]


@pages.get("/graficas", endpoint="pictures")
def show_pictures() -> Response:
    """The pictures of the whole registry."""
    return _show(WHOLE, WHOLE_CODE)


@pages.get("/graficas/<kind>/<code>", endpoint="subject_pictures")
def show_subject_pictures(kind: str, code: str) -> Response:
    """The pictures of one subject."""
    return _show(kind, code)


def _show(kind: str, code: str) -> Response:
    parameters = parameter_reader(*CHOICE)
    choice = read_choice(parameters)
    parameters.raise_problems()
    release = chosen_release(choice)
    subject = find_subject(release, kind, code, page_reader(release))
    return answer_page(
        release,
        "pictures.html",
        lambda: {"shown": _build(release, subject)},
        query=choice.params,
        pinned=choice.is_pinned,
    )


def _build(release: Release, subject: Subject) -> PicturesPage:
    return PicturesPage(
        title=_("El registro en gráficas") if subject.is_whole else _("%(name)s en gráficas", name=subject.name),
        is_whole=subject.is_whole,
        pictures=subject_pictures(release, subject.kind.slug, subject.code),
    )
