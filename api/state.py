"""What the running application holds: made once at start, found again in every request."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field

from flask import Flask, current_app

from api.charts.renderer import Renderer
from api.recent import Recent
from api.turns import Turns
from exemptions.calendar import Clock
from exemptions.catalogs import Catalogs
from exemptions.correction_log import LogReader
from exemptions.errors import Exhausted, NothingPublished, ReleaseDamaged
from exemptions.policy_history import PolicyLog
from exemptions.settings import Settings
from exemptions.store import ReleaseStore

EXTENSION = "registry"
"""Name under which the application keeps its state."""

_BODIES_BYTES = 32 * 1024**2
"""Finished answers that one worker keeps: some thousands of result pages."""

_ENTRY_BYTES = 320
"""What a finished answer takes beside its body: half a million answers of 60 bytes, as suggestions that find nothing
are, took 160 MB."""

_DRAWN_BYTES = 8 * 1024**2
"""A thousand pictures or more, some kilobytes each."""

_SEARCHES_KEPT = 2_048
"""Searches whose reading one worker keeps, some kilobytes each."""


@dataclass(frozen=True, slots=True)
class FinishedBody:
    """The bytes of an answer and the headers that were computed with them."""

    body: bytes
    headers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class AppState:
    """The application's own things."""

    settings: Settings
    clock: Clock
    store: ReleaseStore
    catalogs: Catalogs
    corrections: LogReader
    """What became of the public's reports."""
    policies: PolicyLog
    """The rules that each release was made under."""
    bodies: Recent[str, FinishedBody] = field(
        default_factory=lambda: Recent(capacity=_BODIES_BYTES, weigh=lambda finished: _ENTRY_BYTES + len(finished.body))
    )
    """Finished answers of repeated queries, by ETag."""
    renderer: Renderer = field(default_factory=Renderer)
    """Draws pictures, in a process of its own that starts on first need."""
    matching: Turns = field(default_factory=Turns)
    """Places of lists that are matched at once."""
    drawn: Recent[tuple[str, ...], bytes] = field(default_factory=lambda: Recent(capacity=_DRAWN_BYTES, weigh=len))
    """Pictures as they were drawn: every coding of an answer is made from them."""
    asked: Recent[bytes, object] = field(default_factory=lambda: Recent(capacity=_SEARCHES_KEPT))
    """Searches as they were read, by query string."""


def app_state() -> AppState:
    """The state of the application that answers this request."""
    state: AppState = current_app.extensions[EXTENSION]
    return state


def absolute(path: str) -> str:
    """`path` after the public address of the settings; `path` alone where none is set, never after the Host header."""
    return f"{app_state().settings.base_url}{path}"


def start_serving(app: Flask) -> None:
    """Open the current release of an application and watch for newer ones; called once in each process that serves.

    A registry in which nothing was published yet, or whose release is damaged, is watched too.
    """
    state: AppState = app.extensions[EXTENSION]
    with suppress(NothingPublished, ReleaseDamaged, Exhausted):
        state.store.current()
    state.store.start_watching()
    state.renderer.is_eager = True
