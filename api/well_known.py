"""What stands at addresses that every site has: which APIs there are, and whom to tell of a weakness.

Source: RFC 8615; RFC 9727 with RFC 9264 (api-catalog); RFC 9116 (security.txt).
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

from flask import Flask, Response

from api.conditional import PINNED
from api.json_text import encode_json
from api.negotiation import require_acceptable
from api.parameters import refuse_parameters
from api.state import absolute, app_state
from exemptions.errors import Exhausted, NotFound, NothingPublished, ReleaseDamaged

API_CATALOG, SECURITY = "/.well-known/api-catalog", "/.well-known/security.txt"
_LINKSET = "application/linkset+json"
_PROFILE = "https://www.rfc-editor.org/info/rfc9727"


def register_well_known(app: Flask) -> None:
    """Add the addresses."""
    app.add_url_rule(API_CATALOG, "api_catalog", answer_api_catalog)
    app.add_url_rule(SECURITY, "security_txt", answer_security)


def answer_api_catalog() -> Response:
    """The API with its description, its documentation and what it serves."""
    refuse_parameters()
    require_acceptable(_LINKSET, "application/json")
    told = {
        "anchor": absolute("/api/v1/"),
        "service-desc": [{"href": absolute("/openapi.json"), "type": "application/vnd.oai.openapi+json"}],
        "service-doc": [
            {"href": absolute("/docs"), "type": "text/html", "hreflang": ["es"]},
            {"href": absolute("/en/docs"), "type": "text/html", "hreflang": ["en"]},
        ],
        "service-meta": [
            {"href": absolute("/catalog.jsonld"), "type": "application/ld+json"},
            {"href": absolute("/datapackage.json"), "type": "application/json"},
        ],
        "status": [{"href": absolute("/health/ready"), "type": "application/json"}],
    }
    response = Response(encode_json({"linkset": [told]}), content_type=f'{_LINKSET}; profile="{_PROFILE}"')
    response.headers["Cache-Control"] = PINNED
    response.headers["Link"] = f'<{absolute(API_CATALOG)}>; rel="api-catalog"'
    return response


def answer_security() -> Response:
    """Whom to tell of a weakness.

    Raises: NotFound if no contact that a program understands is declared.
    """
    refuse_parameters()
    contact = _contact()
    if not contact:
        raise NotFound(
            "Este registro no ha declarado a quién avisar de una vulnerabilidad.",
            "This registry has not declared whom to tell of a vulnerability.",
        )
    lines = [f"Contact: {contact}", f"Expires: {_expires(app_state().clock())}", "Preferred-Languages: es, en"]
    if absolute("").startswith("https://"):
        lines.append(f"Canonical: {absolute(SECURITY)}")
    response = Response("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
    response.headers["Cache-Control"] = PINNED
    return response


def _contact() -> str:
    """The contact of the settings, else of the newest release, as an address; empty if there is none of that form."""
    contact = app_state().settings.contact
    if not contact:
        with suppress(NothingPublished, ReleaseDamaged, Exhausted):
            contact = str(app_state().store.current().manifest["contact"] or "")
    if contact.startswith(("https://", "mailto:")):
        return contact
    return f"mailto:{contact}" if "@" in contact and " " not in contact else ""


def _expires(now: datetime) -> str:
    """The end of the half-year after the present one: six months to a year ahead, and seldom another text."""
    year, is_late = now.astimezone(UTC).year, now.astimezone(UTC).month > 6
    end = datetime(year + 1, 7 if is_late else 1, 1, tzinfo=UTC)
    return end.strftime("%Y-%m-%dT%H:%M:%SZ")
