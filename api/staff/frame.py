"""What surrounds the content of every staff page: who is signed in, where one can go, the language links."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app, g, request

from api.pages.frame import NavigationEntry
from api.pages.language import page_language
from api.pages.texts import gettext as _
from api.staff.addresses import NAMES, same_staff_page_in, staff_url
from api.staff.current import find_staff
from api.staff.words import role_name
from api.state import app_state
from exemptions.accounts import ROLES_WITH, Right, StaffRole


@dataclass(frozen=True, slots=True)
class StaffFrame:
    """The surroundings of one staff page."""

    page: str
    """Name of the page, the same in both languages; empty for an error."""
    other_language: str
    navigation: tuple[NavigationEntry, ...]
    account: str
    """Who is signed in; empty for nobody."""
    role: str
    demonstration: bool
    publisher: str


def build_staff_frame() -> StaffFrame:
    """The frame of the staff page of this request."""
    registered, _dot, page = (request.endpoint or "").partition(".")
    if registered not in NAMES.values():
        page = ""
    facts = find_staff()
    return StaffFrame(
        page=page,
        other_language=same_staff_page_in("es" if page_language() == "en" else "en"),
        navigation=_navigation(page, StaffRole(facts.role)) if facts is not None else (),
        account=facts.account if facts is not None else "",
        role=role_name(StaffRole(facts.role)) if facts is not None else "",
        demonstration=bool(g.get("demonstration", False)),
        publisher=app_state().settings.publisher,
    )


def _navigation(page: str, role: StaffRole) -> tuple[NavigationEntry, ...]:
    """The pages that the role can use; the name of an entry is that of its first page."""
    entries: tuple[tuple[str, str, Right | None, tuple[str, ...]], ...] = (
        ("home", _("Inicio"), None, ("home", "dataset")),
        ("upload", _("Cargar"), Right.LOAD, ("upload",)),
        ("batches", _("Lotes"), None, ("batches", "batch", "batch_changes", "jobs", "job")),
        ("releases", _("Publicaciones"), None, ("releases", "release")),
        ("corrections", _("Correcciones"), Right.CORRECTIONS, ("corrections", "correction")),
        ("people", _("Personas"), Right.ACCOUNTS, ("people", "person")),
        ("tokens", _("Tokens"), None, ("tokens",)),
        ("audit", _("Bitácora"), Right.AUDIT, ("audit",)),
    )
    registered = current_app.view_functions
    return tuple(
        NavigationEntry(staff_url(name), label, page in family)
        for name, label, right, family in entries
        if f"{NAMES[page_language()]}.{name}" in registered and (right is None or role in ROLES_WITH[right])
    )
