"""`GET /withheld/policy`: the rules of the disclosure policy, each with its ground, and what changed in them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Response

from api.conditional import Headers, Representation, answer_body
from api.json_text import encode_json
from api.negotiation import require_acceptable
from api.parameters import parameter_reader
from api.releases_at import CHOICE, chosen_release, read_choice
from api.schemas.policy import PolicySchema
from api.spec import operation
from api.state import app_state
from api.v1.answers import release_facts
from api.v1.blueprints import v1
from api.v1.described import release_parameters
from exemptions.calendar import format_instant
from exemptions.policy_history import PolicyHistory, RuleChange, StandingRule, trace
from exemptions.release import Release

PATH = "/api/v1/withheld/policy"
_JSON = "application/json"


@v1.route("/withheld/policy")
@v1.doc(
    **operation(
        "getPolicy",
        tag="releases",
        summary=("Las reglas de reserva y sus cambios", "The rules of disclosure and their changes"),
        about=(
            "Qué dato de quién se publica, con fundamento, autoridad y fecha; desde qué publicación es así, y qué "
            "cambió de una publicación a otra.",
            "Which value of whom is published, with ground, authority and date; since which release it is so, and "
            "what changed from one release to another.",
        ),
        media={_JSON: PolicySchema},
        parameters=release_parameters(),
        problems=(404, 410),
        example=PATH,
    )
)
def show_policy() -> Response:
    """The policy of a release and how it became so."""
    reader = parameter_reader(*CHOICE)
    choice = read_choice(reader)
    reader.raise_problems()
    require_acceptable(_JSON)
    release = chosen_release(choice)
    told = app_state().policies.until(release.number)
    representation = Representation(
        release=release,
        key=f"{PATH}\x00{[one.release.release for one in told if one.rules is None]!r}",
        media_type=_JSON,
        # An earlier release may be withdrawn, and what it told of its rules with it.
        pinned=False,
        by_language=False,
    )
    return answer_body(representation, lambda: _make(release, trace(told)))


def _make(release: Release, history: PolicyHistory) -> tuple[bytes, Headers]:
    content = {
        **release_facts(release),
        "first_release": history.first.release if history.first else None,
        "rules": [_rule(rule) for rule in history.standing],
        "changes": [_change(change) for change in history.changes],
        "unknown_releases": list(history.unknown),
    }
    return encode_json(content), ()


def _rule(rule: StandingRule) -> dict[str, Any]:
    return {
        "scope": asdict(rule.scope),
        "terms": asdict(rule.terms),
        "since_release": rule.since.release,
        "since_published_at": format_instant(rule.since.published_at),
    }


def _change(change: RuleChange) -> dict[str, Any]:
    return {
        "release": change.release.release,
        "published_at": format_instant(change.release.published_at),
        "previous_release": change.previous.release,
        "scope": asdict(change.scope),
        "before": None if change.before is None else asdict(change.before),
        "after": None if change.after is None else asdict(change.after),
    }
