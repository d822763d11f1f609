"""An Atom document from plain values.

Source: RFC 4287 (Atom), RFC 5005 (paged and archived feeds), RFC 4122 §4.3 (identifiers made from names).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5
from xml.etree import ElementTree as ET

from exemptions.calendar import format_instant

MEDIA_TYPE = "application/atom+xml"

_ATOM = "http://www.w3.org/2005/Atom"
_HISTORY = "http://purl.org/syndication/history/1.0"
_NAMES = UUID("6f3f4a0e-7d0b-5c53-9a55-0a3f5d1f6a10")
"""What the identifiers of this program's feeds and entries are made in."""
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened."""

    id: str
    title: str
    updated: datetime
    url: str
    summary: str


@dataclass(frozen=True, slots=True)
class Feed:
    """One document of a feed. `links` are (relation, address) to other documents of it."""

    id: str
    title: str
    subtitle: str
    updated: datetime
    lang: str
    url: str
    """Its own address."""
    page_url: str
    """The page that shows the same."""
    author: str
    author_url: str
    rights: str
    generator: str
    entries: Sequence[Entry]
    links: Sequence[tuple[str, str]] = ()
    is_archive: bool = False


def make_id(*parts: str) -> str:
    """The lasting identifier of what the parts name: the same parts give the same one, for ever and everywhere."""
    return f"urn:uuid:{uuid5(_NAMES, chr(0).join(parts))}"


def write_feed(feed: Feed) -> bytes:
    """The document, in UTF-8."""
    # Prefixes are told here and not registered, because a registered one holds for every writer of the process.
    root = ET.Element("feed", {"xmlns": _ATOM, "xmlns:fh": _HISTORY, "xml:lang": feed.lang})
    _add(root, "id", feed.id)
    _add(root, "title", feed.title)
    _add(root, "subtitle", feed.subtitle)
    _add(root, "updated", format_instant(feed.updated))
    author = _add(root, "author")
    _add(author, "name", feed.author)
    if feed.author_url:
        _add(author, "uri", feed.author_url)
    if feed.rights:
        _add(root, "rights", feed.rights)
    _add(root, "generator", feed.generator)
    _link(root, "self", feed.url, MEDIA_TYPE)
    _link(root, "alternate", feed.page_url, "text/html")
    for relation, address in feed.links:
        _link(root, relation, address, MEDIA_TYPE)
    if feed.is_archive:
        ET.SubElement(root, "fh:archive")
    for entry in feed.entries:
        _write_entry(root, entry)
    ET.indent(root, " ")
    text: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return text + b"\n"


def _write_entry(root: ET.Element, entry: Entry) -> None:
    element = _add(root, "entry")
    _add(element, "id", entry.id)
    _add(element, "title", entry.title)
    _add(element, "updated", format_instant(entry.updated))
    _add(element, "published", format_instant(entry.updated))
    _link(element, "alternate", entry.url, "text/html")
    _add(element, "summary", entry.summary)


def _add(parent: ET.Element, name: str, text: str = "") -> ET.Element:
    element = ET.SubElement(parent, name)
    if text:
        element.text = _NOT_XML.sub("\ufffd", text)
    return element


def _link(parent: ET.Element, relation: str, address: str, media_type: str) -> None:
    ET.SubElement(parent, "link", {"rel": relation, "type": media_type, "href": address})
