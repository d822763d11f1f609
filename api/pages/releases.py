"""The pages of the publications: the list, and one with its facts, files and changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Response
from markupsafe import Markup

from api.differences import Comparison
from api.formatting import format_count, format_day, format_moment
from api.pages.blueprint import pages
from api.pages.changes import ChangeLine, change_lines, difference_links
from api.pages.citing import CitingBlock, citing_block
from api.pages.files import FileRow, file_rows
from api.pages.language import page_url
from api.pages.links import Link
from api.pages.render import answer_page, page_reader
from api.pages.structured import catalog_facts, dataset_facts
from api.pages.texts import gettext as _
from api.pages.texts import ngettext
from api.pages.values import Reader, records_phrase, taxpayers_phrase
from api.parameters import refuse_parameters
from api.releases_at import current_release, listed_with, release_numbered
from api.state import app_state
from exemptions.calendar import guatemala_day
from exemptions.errors import ReleaseDamaged
from exemptions.integrity import read_manifest
from exemptions.pointer import ListedRelease, ReleaseState
from exemptions.query import RegistryQuery
from exemptions.release import Release

_CHANGES_SHOWN = 50
"""Changes on the page of a publication; the rest is a download."""


@dataclass(frozen=True, slots=True)
class ReleaseEntry:
    """One publication of the list."""

    number: int
    url: str
    published: str
    status_date: str
    remark: str
    """What became of it, in words of the site."""
    note: str
    """What its publisher wrote."""
    sha256: str


@dataclass(frozen=True, slots=True)
class Fact:
    label: str
    value: str
    url: str = ""
    is_written: bool = False
    """Whether the value is a text that somebody wrote, in Spanish."""


@dataclass(frozen=True, slots=True)
class ReleasePage:
    """What the page of a publication tells."""

    number: int
    summary: str
    newer: int | None
    restores: int | None
    note: str | None
    facts: tuple[Fact, ...]
    search_url: str
    changed: str
    changes: tuple[ChangeLine, ...]
    changes_caption: str
    changes_url: str
    changes_links: tuple[Link, ...]
    downloads: tuple[FileRow, ...]
    manifest_url: str
    manifest_sha256: str
    structured: Markup
    citing: CitingBlock
    key_id: str
    """Of the key that signed the manifest; empty for an unsigned one."""


@pages.get("/publicaciones", endpoint="releases")
def list_releases() -> Response:
    """Every publication, the newest first."""
    refuse_parameters()
    release = current_release()
    entries = listed_with(release)
    reader = page_reader(release)
    return answer_page(
        release,
        "releases.html",
        lambda: {
            "releases": {
                "two_person": release.manifest["two_person"],
                "structured": catalog_facts(release),
                "entries": [_entry(entry, reader) for entry in reversed(entries)],
            }
        },
        # A withdrawal changes the list without a new publication.
        depends_on=repr(entries),
    )


@pages.get("/publicaciones/<int:number>", endpoint="release")
def show_release(number: int) -> Response:
    """One publication: its facts, what changed, its files."""
    refuse_parameters()
    release = release_numbered(number)
    newest = app_state().store.current().number
    return answer_page(
        release,
        "release.html",
        lambda: {"release": _build(release, newest, page_reader(release))},
        depends_on=str(newest),
    )


def changed_words(counts: Mapping[str, int]) -> str:
    """What a publication changed, in a sentence of counts."""
    added, changed, ended = counts["added"], counts["changed"], counts["ended"]
    if not added and not changed and not ended:
        return _("No cambió ningún registro respecto de la anterior.")
    parts = (
        ngettext("%(count)s registro nuevo", "%(count)s registros nuevos", added, count=format_count(added)),
        ngettext("%(count)s modificado", "%(count)s modificados", changed, count=format_count(changed)),
        ngettext("%(count)s retirado", "%(count)s retirados", ended, count=format_count(ended)),
    )
    return _("Respecto de la anterior: %(parts)s.", parts=", ".join(parts))


def _entry(entry: ListedRelease, reader: Reader) -> ReleaseEntry:
    is_withdrawn = entry.state is ReleaseState.WITHDRAWN
    remarks = []
    if entry.restores:
        remarks.append(_("Repite el contenido de la publicación %(number)s.", number=entry.restores))
    if is_withdrawn:
        remarks.append(withdrawal_words(entry, reader))
    return ReleaseEntry(
        number=entry.release,
        url="" if is_withdrawn else page_url("release", number=entry.release),
        published=format_moment(entry.published_at, reader.lang),
        status_date=format_day(entry.status_date, reader.lang),
        remark=" ".join(remarks),
        note="" if is_withdrawn else _note_of(entry),
        sha256=entry.manifest_sha256,
    )


def withdrawal_words(entry: ListedRelease, reader: Reader) -> str:
    if entry.withdrawn_at is None or not entry.reason:
        return _("Retirada: contenía algo que no debió publicarse.")
    day = format_day(guatemala_day(entry.withdrawn_at), reader.lang)
    return _("Retirada el %(day)s. Motivo: %(reason)s", day=day, reason=entry.reason)


def _note_of(entry: ListedRelease) -> str:
    """What its publisher wrote of a release; empty where its folder is not at hand."""
    try:
        manifest, sha256 = read_manifest(app_state().settings.releases / str(entry.release))
    except ReleaseDamaged:
        return ""
    return str(manifest["note"] or "") if sha256 == entry.manifest_sha256 else ""


def _build(release: Release, newest: int, reader: Reader) -> ReleasePage:
    manifest, number = release.manifest, release.number
    counts = manifest["counts"]
    # In the first publication everything is new, which the search shows better than a list of changes.
    changes = (
        () if manifest["previous"] is None else change_lines(Comparison(release, None), reader, count=_CHANGES_SHOWN)
    )
    return ReleasePage(
        number=number,
        summary=_(
            "%(records)s de %(taxpayers)s, con sus estados al %(day)s.",
            records=records_phrase(counts["records"]),
            taxpayers=taxpayers_phrase(counts["taxpayers"]),
            day=format_day(release.status_date, reader.lang),
        ),
        newer=newest if newest > number else None,
        restores=manifest["restores"],
        note=manifest["note"],
        facts=_facts(release, reader),
        search_url=page_url("search", release=number),
        changed=_("Es la primera publicación: todos sus registros son nuevos.")
        if manifest["previous"] is None
        else changed_words(counts),
        changes=changes,
        changes_caption=_("Los primeros %(shown)s cambios", shown=format_count(len(changes)))
        if len(changes) == _CHANGES_SHOWN
        else _("Los cambios"),
        changes_url=page_url("changes", number=number),
        changes_links=difference_links(number),
        downloads=file_rows(release),
        manifest_url=f"/api/v1/releases/{number}",
        manifest_sha256=release.manifest_sha256,
        structured=dataset_facts(release),
        citing=citing_block(release, RegistryQuery()),
        key_id=(manifest.get("signing") or {}).get("key_id", ""),
    )


def _facts(release: Release, reader: Reader) -> tuple[Fact, ...]:
    manifest = release.manifest
    publisher, terms = manifest["publisher"], manifest["license"]
    facts = [
        Fact(_("Publicada"), format_moment(release.published_at, reader.lang)),
        Fact(_("Estados al"), format_day(release.status_date, reader.lang)),
        Fact(_("Registros"), format_count(manifest["counts"]["records"])),
        Fact(_("Contribuyentes"), format_count(manifest["counts"]["taxpayers"])),
        Fact(
            _("Regla de dos personas"),
            _("encendida: quien carga no aprueba")
            if manifest["two_person"]
            else _("apagada: la misma persona puede cargar y aprobar"),
        ),
    ]
    if publisher.get("name"):
        facts.append(Fact(_("Publica"), publisher["name"], publisher.get("url") or "", is_written=True))
    if terms.get("name"):
        facts.append(Fact(_("Licencia de los datos"), terms["name"], terms.get("url") or ""))
    facts.append(Fact(_("Versión del programa"), manifest["software"]))
    return tuple(facts)
