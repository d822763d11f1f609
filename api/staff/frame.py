"""What surrounds the content of every staff page: who is signed in, where one can go, the language links."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app, g, request

from api.pages.frame import NavigationEntry
from api.pages.language import page_language
from api.pages.texts import gettext as _
from api.staff.addresses import NAMES, PREFIXES, same_staff_page_in, staff_url
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
        navigation=_navigation(_section(), StaffRole(facts.role)) if facts is not None else (),
        account=facts.account if facts is not None else "",
        role=role_name(StaffRole(facts.role)) if facts is not None else "",
        demonstration=bool(g.get("demonstration", False)),
        publisher=app_state().settings.publisher,
    )


def _section() -> str | None:
    """The first part of the path below the area's own; None for an address that is none of its pages."""
    prefix = PREFIXES[page_language()]
    if request.url_rule is None or not request.path.startswith(prefix):
        return None
    return request.path.removeprefix(prefix).lstrip("/").partition("/")[0]


def _navigation(section: str | None, role: StaffRole) -> tuple[NavigationEntry, ...]:
    """The pages that the role can use, each with the sections of the area that belong to it."""
    entries: tuple[tuple[str, str, Right | None, tuple[str, ...]], ...] = (
        ("home", _("Inicio"), None, ("", "datos")),
        ("upload", _("Cargar"), Right.LOAD, ("cargar",)),
        ("batches", _("Lotes"), Right.LOAD, ("lotes", "trabajos")),
        ("releases", _("Publicaciones"), None, ("publicaciones",)),
        ("corrections", _("Correcciones"), Right.CORRECTIONS, ("correcciones",)),
        ("people", _("Personas"), Right.ACCOUNTS, ("personas",)),
        ("tokens", _("Tokens"), None, ("tokens",)),
        ("audit", _("Bitácora"), Right.AUDIT, ("bitacora",)),
    )
    registered = current_app.view_functions
    return tuple(
        NavigationEntry(staff_url(name), label, section in family)
        for name, label, right, family in entries
        if f"{NAMES[page_language()]}.{name}" in registered and (right is None or role in ROLES_WITH[right])
    )
