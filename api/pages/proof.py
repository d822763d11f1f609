"""A record on one sheet of paper, as a dated proof of what was published, with what it takes to check it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

import segno
from flask import redirect
from werkzeug.wrappers import Response as BaseResponse

from api.found import find_record
from api.pages.blueprint import pages
from api.pages.fields import FieldLine
from api.pages.language import page_url
from api.pages.record_view import RecordPage, build_record
from api.pages.render import answer_page
from api.pages.written import own_words
from api.parameters import parameter_reader
from api.releases_at import CHOICE, ReleaseChoice, chosen_release, read_choice
from api.state import absolute, app_state
from exemptions.release import Release
from exporters.ndjson_format import stream_ndjson

_TOLD = (
    "category", "exempt_type", "permanence", "authority", "resolution", "valid_from", "valid_until", "status",
    "status_reason", "person_kind", "withheld_fields", "taxes",
)  # fmt: skip
"""Columns that the sheet tells beside name, NIT and law, in this order."""


@dataclass(frozen=True, slots=True)
class ProofPage:
    """What the sheet says."""

    record: RecordPage
    record_id: str
    lines: tuple[FieldLine, ...]
    publisher: str
    release: int
    published_at: datetime
    status_date: date
    manifest_sha256: str
    line_sha256: str
    """Of the record's line in `records.ndjson`, without its line feed."""
    line_url: str
    release_url: str
    """Where `exemptions verify` finds the release."""
    address: str
    """The lasting address of the record as this release had it; a path where no public address is set."""
    has_address: bool
    """Whether the address leads there from paper."""
    qr: str
    """The address of its check as a picture, a `data:` address; empty without a public address."""
    page_url: str
    merkle: Merkle | None
    """Where the record stands in the tree of the release; None for a release of before there were trees."""
    key_id: str
    """Of the key that signed the manifest; empty for an unsigned release."""
    verify_url: str
    """Where the sheet is checked; a path where no public address is set."""
    file_url: str


@dataclass(frozen=True, slots=True)
class Merkle:
    """The place of a record in the tree, counted from 1."""

    place: int
    size: int
    root: str


@pages.get("/registro/<record_id>/constancia", endpoint="proof")
def show_proof(record_id: str) -> BaseResponse:
    """The sheet of a record. One that ended has none in this release; its page tells where there is one."""
    parameters = parameter_reader(*CHOICE)
    choice = read_choice(parameters)
    parameters.raise_problems()
    release = chosen_release(choice)
    row = find_record(release, record_id).row
    if row is None:
        return redirect(page_url("record", record_id=record_id, **dict(choice.params)))
    return answer_page(
        release,
        "proof.html",
        lambda: {"proof": _build(release, row, choice)},
        query=choice.params,
        pinned=choice.is_pinned,
    )


def record_line(release: Release, row: int) -> bytes:
    """The line of a record in `records.ndjson`, without its line feed."""
    return b"".join(stream_ndjson([release.records.slice(row, 1)])).removesuffix(b"\n")


def _build(release: Release, row: int, choice: ReleaseChoice) -> ProofPage:
    record = build_record(release, row, choice)
    record_id = str(release.records.column("record_id")[row])
    lines = {line.key: line for group in record.groups for line in group.lines}
    has_address = bool(app_state().settings.base_url)
    merkle = release.manifest.get("merkle")
    verify_url = absolute(page_url("verify", value=record_id, release=release.number))
    return ProofPage(
        record=record,
        record_id=record_id,
        lines=tuple(lines[key] for key in _TOLD),
        publisher=own_words(release.manifest["publisher"].get("name") or ""),
        release=release.number,
        published_at=release.published_at,
        status_date=release.status_date,
        manifest_sha256=release.manifest_sha256,
        line_sha256=hashlib.sha256(record_line(release, row)).hexdigest(),
        line_url=absolute(f"/api/v1/records.ndjson?record_id={record_id}&release={release.number}"),
        release_url=absolute(f"/downloads/{release.number}"),
        address=record.pinned_url,
        has_address=has_address,
        qr=_qr(verify_url) if has_address else "",
        page_url=page_url("record", record_id=record_id, **dict(choice.params)),
        merkle=Merkle(row + 1, merkle["size"], merkle["root"]) if merkle else None,
        key_id=(release.manifest.get("signing") or {}).get("key_id", ""),
        verify_url=verify_url,
        file_url=f"/api/v1/records/{record_id}/proof?release={release.number}" if merkle else "",
    )


def _qr(address: str) -> str:
    """The address as a QR code, readable with a quarter of it lost to folds and stains."""
    # On white whatever the scheme of the page, because cameras read dark on light.
    return segno.make_qr(address, error="q").svg_data_uri(border=2, dark="#000000", light="#ffffff", omitsize=True)
