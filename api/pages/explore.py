"""The page of all ways into the registry: types, categories, laws, taxes, places, activities."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flask import Response

from api.formatting import format_count, format_day
from api.pages.blueprint import pages
from api.pages.language import page_url
from api.pages.links import Link
from api.pages.render import answer_page, page_reader
from api.pages.subject_facts import LAW_KINDS
from api.pages.subject_links import subject_url
from api.pages.texts import gettext as _
from api.pages.values import Reader
from api.parameters import parameter_reader
from api.releases_at import CHOICE, ReleaseChoice, chosen_release, read_choice
from api.state import app_state
from exemptions.aggregates import facets
from exemptions.laws import LawKind, citing_categories, law_kind, law_slug
from exemptions.query import RegistryQuery
from exemptions.release import Release
from exemptions.subjects import SubjectKind

_COUNTED = ("type", "category", "tax", "department", "municipality", "activity")


@dataclass(frozen=True, slots=True)
class Entrance:
    """One way in: its page and how many records it has."""

    name: str
    url: str
    count: int
    percent: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class EntranceGroup:
    """Ways in under a heading, which may be a way in itself."""

    key: str
    title: str
    url: str
    count: int
    entries: tuple[Entrance, ...]
    others: tuple[Entrance, ...] = ()
    """Those without records, where they would crowd the page."""


@dataclass(frozen=True, slots=True)
class ExplorePage:
    """What the page shows."""

    summary: str
    older: Link | None
    types: tuple[Entrance, ...]
    categories: tuple[EntranceGroup, ...]
    laws: tuple[EntranceGroup, ...]
    taxes: tuple[Entrance, ...]
    departments: tuple[EntranceGroup, ...]
    without_place: int
    activities: tuple[EntranceGroup, ...]
    without_activity: int


@pages.get("/explorar", endpoint="explore")
def show_explore() -> Response:
    """The ways into a release."""
    parameters = parameter_reader(*CHOICE)
    choice = read_choice(parameters)
    parameters.raise_problems()
    release = chosen_release(choice)
    newest = app_state().store.current().number
    return answer_page(
        release,
        "explore.html",
        lambda: {"explore": _build(release, newest, choice, page_reader(release))},
        query=choice.params,
        pinned=choice.is_pinned,
        depends_on=str(newest),
    )


@dataclass(frozen=True, slots=True)
class _Counts:
    """Axis → code → records, and what every link keeps."""

    counts: Mapping[str, Mapping[str, int]]
    records: int
    pin: Mapping[str, object]
    reader: Reader

    def entrance(self, kind: SubjectKind, catalog: str, code: str, detail: str = "") -> Entrance:
        count = self.counts[kind.value].get(code, 0)
        url = subject_url(kind, code, **self.pin)
        return Entrance(self.reader.name_of(catalog, code), url, count, self.percent(count), detail)

    def percent(self, count: int) -> str:
        return f"{100 * count / self.records:.1f}" if self.records else "0"


def _build(release: Release, newest: int, choice: ReleaseChoice, reader: Reader) -> ExplorePage:
    spread = facets(release, RegistryQuery(), _COUNTED)
    counted = _Counts(
        {axis: {value.value: value.count for value in values} for axis, values in spread.items()},
        release.records.num_rows,
        dict(choice.params),
        reader,
    )
    catalogs = reader.catalogs
    return ExplorePage(
        summary=_(
            "%(count)s registros de la publicación %(number)s, con su estado al %(day)s.",
            count=format_count(release.records.num_rows),
            number=release.number,
            day=format_day(release.status_date, reader.lang),
        ),
        older=None if release.number == newest else Link(_("Ver la publicación más nueva"), page_url("explore")),
        types=_most_first(counted.entrance(SubjectKind.TYPE, "types", code) for code in catalogs.types),
        categories=tuple(_type_group(code, counted) for code in catalogs.types),
        laws=_law_groups(counted),
        taxes=_most_first(counted.entrance(SubjectKind.TAX, "taxes", code) for code in catalogs.taxes),
        departments=tuple(_department_group(code, counted) for code in catalogs.departments),
        without_place=release.records.num_rows - sum(counted.counts["department"].values()),
        activities=tuple(_section_group(code, counted) for code in catalogs.activity_sections),
        without_activity=release.records.num_rows - sum(counted.counts["activity"].values()),
    )


def _type_group(code: str, counted: _Counts) -> EntranceGroup:
    own = [category for category in counted.reader.catalogs.categories.values() if category.exempt_type == code]
    return EntranceGroup(
        key=code,
        title=counted.reader.name_of("types", code),
        url=subject_url(SubjectKind.TYPE, code, **counted.pin),
        count=counted.counts["type"].get(code, 0),
        entries=_most_first(counted.entrance(SubjectKind.CATEGORY, "categories", one.code) for one in own),
    )


def _law_groups(counted: _Counts) -> tuple[EntranceGroup, ...]:
    """The laws by what sort of norm they are; a record has one category, so those of a law's categories add up."""
    reader = counted.reader
    groups: dict[LawKind, list[Entrance]] = {}
    for law in reader.catalogs.laws.values():
        citing = citing_categories(reader.catalogs, law.code)
        count = sum(counted.counts["category"].get(found.category.code, 0) for found in citing)
        name = reader.name_of("laws", law.code)
        entrance = Entrance(
            name,
            subject_url(SubjectKind.LAW, law_slug(law), **counted.pin),
            count,
            counted.percent(count),
            "" if law.citation == name else law.citation,
        )
        groups.setdefault(law_kind(law), []).append(entrance)
    return tuple(
        EntranceGroup(
            key=kind.value,
            title=str(LAW_KINDS[kind]),
            url="",
            count=0,
            entries=_most_first(entry for entry in groups[kind] if entry.count),
            others=tuple(entry for entry in groups[kind] if not entry.count),
        )
        for kind in LAW_KINDS
        if kind in groups
    )


def _department_group(code: str, counted: _Counts) -> EntranceGroup:
    own = [place.code for place in counted.reader.catalogs.municipalities.values() if place.department == code]
    return EntranceGroup(
        key=code,
        title=counted.reader.name_of("departments", code),
        url=subject_url(SubjectKind.DEPARTMENT, code, **counted.pin),
        count=counted.counts["department"].get(code, 0),
        entries=tuple(counted.entrance(SubjectKind.MUNICIPALITY, "municipalities", one) for one in own),
    )


def _section_group(code: str, counted: _Counts) -> EntranceGroup:
    """The classes of a section that have records; the dictionary lists all of them."""
    catalogs = counted.reader.catalogs
    divisions = {division.code for division in catalogs.activity_divisions.values() if division.section == code}
    own = [activity.code for activity in catalogs.activities.values() if activity.division in divisions]
    entries = [counted.entrance(SubjectKind.ACTIVITY, "activities", one) for one in own]
    return EntranceGroup(
        key=code,
        title=counted.reader.name_of("activity_sections", code),
        url="",
        count=sum(entry.count for entry in entries),
        entries=_most_first(entry for entry in entries if entry.count),
    )


def _most_first(entries: Iterable[Entrance]) -> tuple[Entrance, ...]:
    """The entries with most records first; those alike keep the order of their catalogue."""
    return tuple(sorted(entries, key=lambda entry: -entry.count))
