"""The files of the design: stylesheet, icon and script, under addresses that change with their bytes."""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from flask import Flask, Response, current_app, request

from api.compression import compress
from api.conditional import IMMUTABLE, UNPINNED
from api.negotiation import Coding, preferred_coding
from api.repeats import mark_repeatable
from api.state import app_state
from exemptions.errors import NotFound, NothingPublished, ReleaseDamaged

_EXTENSION = "page_assets"
_MARK_LENGTH = 12
"""Hexadecimal digits of a file's digest in its address: enough that two versions never share one."""


@dataclass(frozen=True, slots=True)
class Asset:
    """One file, ready to be sent in every coding."""

    mark: str
    media_type: str
    bodies: Mapping[Coding, bytes]


def register_assets(app: Flask) -> None:
    """Read the files of the application's static folder once; its own route serves them packed and to be kept."""
    folder = Path(app.static_folder or "")
    app.extensions[_EXTENSION] = {path.name: _read(path) for path in sorted(folder.iterdir()) if path.is_file()}
    app.view_functions["static"] = _answer


def asset_url(name: str) -> str:
    """The path of a file, which may be kept for ever: it names the file's bytes."""
    return f"{request.script_root}{current_app.static_url_path}/{name}?v={_assets()[name].mark}"


def _answer(filename: str) -> Response:
    asset = _assets().get(filename)
    if asset is None:
        raise NotFound("No existe ese archivo.", "There is no such file.")
    coding = preferred_coding()
    response = Response(asset.bodies[coding], content_type=asset.media_type)
    response.headers["Cache-Control"] = IMMUTABLE if request.args.get("v") == asset.mark else UNPINNED
    response.vary.add("Accept-Encoding")
    if coding is not Coding.IDENTITY:
        response.headers["Content-Encoding"] = coding.value
    with suppress(NothingPublished, ReleaseDamaged):
        # Every page asks for its files, so they are answered like a page that is asked for again.
        mark_repeatable(app_state().store.current())
    return response


def _assets() -> Mapping[str, Asset]:
    assets: Mapping[str, Asset] = current_app.extensions[_EXTENSION]
    return assets


def _read(path: Path) -> Asset:
    content = path.read_bytes()
    media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return Asset(
        mark=sha256(content).hexdigest()[:_MARK_LENGTH],
        media_type=f"{media_type}; charset=utf-8",
        bodies={coding: compress(content, coding) for coding in Coding},
    )
