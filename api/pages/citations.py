"""How to cite a release, a record of it or a search in it, for good: as text, BibTeX and CSL-JSON.

Source: ISO 690:2021 (the parts of a reference and their order), CSL-JSON 1.0.2, BibTeX 0.99d.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from api.formatting import format_day
from api.pages.language import page_url
from api.pages.links import pinned_page
from api.pages.values import Reader
from api.state import absolute, app_state
from exemptions.calendar import guatemala_day
from exemptions.errors import NotFound, Sentence
from exemptions.query import RegistryQuery, query_params, selection
from exemptions.release import Release

_WORK = Sentence("Registro abierto de exenciones tributarias", "Open registry of tax exemptions")
_INVENTED = Sentence(" (datos inventados de demostración)", " (invented demonstration data)")
_WITHHELD = Sentence("Persona individual (nombre reservado)", "Natural person (name withheld)")
_FINGERPRINT_BYTES = 4
_TEX: Mapping[str, str] = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{sign: f"\\{sign}" for sign in "$&#%_"},
}
"""A brace is written by its name: BibTeX counts it even behind a backslash."""


@dataclass(frozen=True, slots=True)
class Citation:
    """What is cited. `part` is empty for the whole release."""

    release: Release
    key: str
    part: Sentence
    address: str
    """The lasting address; empty where the settings name no public address, since a path leads nowhere from a book."""

    @property
    def publisher(self) -> str:
        """Who publishes, as the release says."""
        return _clean(self.release.manifest["publisher"].get("name") or "")

    def title(self, lang: str) -> str:
        """The registry, and the part of it."""
        invented = _INVENTED.text(lang) if self.release.manifest["demonstration"] else ""
        return ". ".join(part for part in (_WORK.text(lang) + invented, self.part.text(lang)) if part)


def cite(release: Release, query: RegistryQuery) -> Citation:
    """The citation of a search in a release: of everything it is that of the release, of one record alone its own.

    Raises: NotFound if the search names one record and the release has none of that identifier.
    """
    asked = selection(query)
    if asked.is_everything and query.order == RegistryQuery().order:
        return _citation(release, "", Sentence("", ""), absolute(page_url("release", number=release.number)))
    if asked == RegistryQuery(record_id=asked.record_id) and len(asked.record_id) == 1:
        return _cite_record(release, asked.record_id[0])
    params = [(name, value) for name, value in query_params(query) if name not in ("release", "as_of")]
    words = "; ".join(f"{name}={_clean(value)}" for name, value in params)
    fingerprint = blake2b(repr(params).encode(), digest_size=_FINGERPRINT_BYTES).hexdigest()
    address = pinned_page("search", release=release.number, params=params)
    return _citation(release, fingerprint, Sentence(f"Búsqueda: {words}", f"Search: {words}"), address)


def citation_text(citation: Citation, lang: str) -> str:
    """The reference as a sentence."""
    number = citation.release.number
    day = format_day(guatemala_day(citation.release.published_at), lang)
    sha256 = citation.release.manifest_sha256
    if lang == "en":
        parts = [citation.publisher, f"{citation.title(lang)} [online]", f"Release {number}, {day}",
                 citation.address and f"Available at: {citation.address}", f"SHA-256 {sha256}"]  # fmt: skip
    else:
        parts = [citation.publisher, f"{citation.title(lang)} [en línea]", f"Publicación {number}, {day}",
                 citation.address and f"Disponible en: {citation.address}", f"SHA-256 {sha256}"]  # fmt: skip
    return ". ".join(part.rstrip(".") for part in parts if part) + "."


def citation_bibtex(citation: Citation, lang: str) -> str:
    """The reference as a BibTeX entry."""
    day = guatemala_day(citation.release.published_at)
    fields = {
        "author": f"{{{_tex(citation.publisher)}}}" if citation.publisher else "",
        "title": f"{{{_tex(citation.title(lang))}}}",
        "year": str(day.year),
        "month": str(day.month),
        "version": str(citation.release.number),
        "url": citation.address,
        "note": f"SHA-256 {citation.release.manifest_sha256}",
        "language": "spanish" if lang == "es" else "english",
    }
    lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items() if value)
    return f"@misc{{{citation.key},\n{lines}\n}}\n"


def citation_csl(citation: Citation, lang: str) -> dict[str, Any]:
    """The reference as an item of CSL-JSON."""
    day = guatemala_day(citation.release.published_at)
    item: dict[str, Any] = {
        "id": citation.key,
        "type": "dataset",
        "title": citation.title(lang),
        "issued": {"date-parts": [[day.year, day.month, day.day]]},
        "version": str(citation.release.number),
        "note": f"SHA-256 {citation.release.manifest_sha256}",
        "language": lang,
    }
    if citation.publisher:
        item |= {"author": [{"literal": citation.publisher}], "publisher": citation.publisher}
    if citation.address:
        item["URL"] = citation.address
    return item


def _cite_record(release: Release, record_id: str) -> Citation:
    row = release.find_record(record_id)
    if row is None:
        raise NotFound("No existe un registro con ese identificador.", "There is no record with that identifier.")
    item = release.to_items([row])[0]

    def words(lang: str) -> str:
        name = _clean(item["name"] or _WITHHELD.text(lang)).rstrip(".")
        category = Reader(lang, release.catalogs).name_of("categories", item["category"], item["category_name"])
        return f"{name}, {category}, {'record' if lang == 'en' else 'registro'} {record_id}"

    address = pinned_page("record", release=release.number, record_id=record_id)
    return _citation(release, record_id, Sentence(words("es"), words("en")), address)


def _citation(release: Release, name: str, part: Sentence, address: str) -> Citation:
    key = "-".join(part for part in ("exenciones-gt", str(release.number), name) if part)
    return Citation(release, key, part, address if app_state().settings.base_url else "")


def _clean(text: str) -> str:
    """The text in one line, without control characters and those that turn the direction of reading."""
    seen = "".join(" " if unicodedata.category(sign).startswith("C") else sign for sign in text)
    return " ".join(seen.split())


def _tex(text: str) -> str:
    return "".join(_TEX.get(sign, sign) for sign in text)
