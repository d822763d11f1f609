"""Where a file came from, in its headers and, where its format has a place for it, in itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from urllib.parse import urlencode

from api.conditional import Headers
from api.relations import link_header, query_header
from api.releases_at import CHOICE, download_name
from api.state import absolute
from exemptions.calendar import format_instant
from exemptions.release import Release

_FINGERPRINT_BYTES = 4
"""Tells files of different searches apart in a download folder."""

Params = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Origin:
    """What a file was made from: a release, an address and the parameters that decide what is in it."""

    release: Release
    path: str
    params: Params = ()
    """As they were asked for, in their canonical order."""
    by_path: bool = False
    """The path names the release itself."""
    base_url: str | None = None
    """The public address of the site, for those who ask outside of a request."""

    @property
    def address(self) -> str:
        """The canonical address that was asked for."""
        return _join(self.path, self.params)

    @property
    def query(self) -> str:
        """What was asked of the release; empty for everything."""
        return urlencode(self._own, safe=",")

    @property
    def permalink(self) -> str:
        """The address that always gives these bytes."""
        chosen = [] if self.by_path else [("release", str(self.release.number))]
        path = _join(self.path, [*self._own, *chosen])
        return absolute(path) if self.base_url is None else f"{self.base_url}{path}"

    @property
    def fingerprint(self) -> str:
        """Short, and another one for every other query of a release."""
        return blake2b(self.permalink.partition("?")[2].encode(), digest_size=_FINGERPRINT_BYTES).hexdigest()

    @property
    def _own(self) -> list[tuple[str, str]]:
        return [(name, value) for name, value in self.params if name not in CHOICE]

    def headers(self, *, name: str, rows: int | None) -> Headers:
        """The headers of the file; `name` is that of the file after the release's, `rows` what it must hold."""
        counted = () if rows is None else (("X-Total-Count", str(rows)),)
        return (
            ("Content-Disposition", f'attachment; filename="{download_name(self.release, name)}"'),
            *counted,
            *query_header(self.query),
            link_header(self.release, f'<{self.permalink}>; rel="bookmark"'),
        )

    def metadata(self) -> dict[str, str]:
        """What the file says of itself where its format has a place for it."""
        manifest = self.release.manifest
        return {
            "release": str(self.release.number),
            "published_at": format_instant(self.release.published_at),
            "status_date": self.release.status_date.isoformat(),
            "publisher": manifest["publisher"]["name"] or "",
            "license": manifest["license"]["name"] or "",
            "license_url": manifest["license"]["url"] or "",
            "demonstration": str(manifest["demonstration"]).lower(),
            "query": self.query,
            "source": self.permalink,
            "manifest_sha256": self.release.manifest_sha256,
        }


def _join(path: str, params: Params) -> str:
    text = urlencode(params, safe=",")
    return f"{path}?{text}" if text else path
