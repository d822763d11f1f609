"""What the fuzzer is told of the API beside its document: whose token to send, and what only the data decides about.

Runs in the validators' own environment: it imports nothing of the project.
"""

from __future__ import annotations

import json
import os
import time
import zlib
from itertools import count
from pathlib import Path

import requests
import schemathesis
from schemathesis.specs.openapi.checks import RejectedPositiveData, positive_data_acceptance

TOKENS = json.loads(os.environ["REGISTRY_TOKENS"])
"""Role → token."""

KNOWN = json.loads(os.environ["REGISTRY_VALUES"])
"""Part of a path → values that the registry has: no fuzzer guesses a taxpayer."""

DELIVERIES = [Path(path).read_bytes() for path in json.loads(os.environ["REGISTRY_DELIVERIES"])]
"""Files that can be loaded: bytes drawn at random are never one."""

DELIVERIES_PATH = "/api/v1/staff/batches"
"""Where files are delivered; what was delivered lies below it."""

ADDRESS = os.environ["REGISTRY_ADDRESS"]

LOADED = []
"""Batches that came of deliveries, ready for a decision."""

PATIENCE_S = 60.0
_DELIVERED, _DELIVERING, _APPROVING = count(), count(), count()

DECIDED_BY_DATA = frozenset(
    {
        "activity",
        "as_of",
        "cursor",
        "extend",
        "file_name",
        "from",
        "municipality",
        "nit",
        "queries",
        "release",
        "report",
    }
)
"""Parameters whose values no schema can tell: the catalogues of hundreds of codes, which signs can be seen, the check
digit of a NIT, which releases and reports there are, what a cursor says, and the JSON that OpenRefine writes."""

WITH_OWN_KEYS = "lift.accepted."
"""An object whose keys `propertyNames` lists."""

UNREADABLE = ("#problem-list-refused", "#problem-file-refused")
"""Kinds of problem of what was sent as a file: whether it is one, its bytes alone tell."""


WITHDRAWN = "#problem-release-withdrawn"
"""What the number of a release that was taken back is answered with."""


@schemathesis.auth(refresh_interval=None)
class OneOfTheStaff:
    """The token of a person whose role has the right that the route needs."""

    def get(self, case, context):
        path, method = case.operation.path, case.operation.method.upper()
        if "/staff/" not in path:
            return None
        if "/audit" in path:
            return TOKENS["administrator"]
        decides = path.endswith(("/approve", "/reject", "/rollback", "/withdraw"))
        publishes = path.endswith("/releases") and method == "POST"
        return TOKENS["approver" if decides or publishes else "loader"]

    def set(self, case, data, context):
        if data is not None:
            case.headers = {**(case.headers or {}), "Authorization": f"Bearer {data}"}


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    """Every other time, what the registry has: else nearly every path would end at a 404."""
    for name, value in (path_parameters or {}).items():
        known = KNOWN.get(name) if name != "name" or context.operation.path.startswith("/downloads/") else None
        if LOADED and context.operation.path.startswith(f"{DELIVERIES_PATH}/"):
            known = LOADED
        drawn = zlib.crc32(repr(value).encode("utf-8", "replace"))
        # A value that is wrong for its kind is what the fuzzer wanted to send.
        if known and drawn % 2 and type(value) is type(known[0]) and value not in ("", 0):
            path_parameters[name] = known[drawn // 2 % len(known)]
    return path_parameters


@schemathesis.hook
def map_body(context, body):
    """No withdrawal leaves the public without a registry: nothing after it would be fuzzed."""
    if context.operation.path.endswith("/withdraw") and isinstance(body, dict) and body.get("leave_nothing") is True:
        return {**body, "leave_nothing": False}
    return body


@schemathesis.hook
def before_call(context, case, kwargs):
    """Every other delivery that the document allows is of a file that can be loaded, and every other approval of a
    batch that waits for one, as it is: a lift, or what was seen, that was drawn is never right."""
    if not case.meta or not case.meta.generation.mode.is_positive:
        return
    if _delivers(case) and next(_DELIVERING) % 2 == 0:
        case.query, case.body = _next_delivery()
    elif case.operation.path.endswith("/approve") and next(_APPROVING) % 2 == 0:
        query, body = _next_delivery()
        sent = requests.post(f"{ADDRESS}{DELIVERIES_PATH}", body, params=query, headers=_as_loader(), timeout=30)
        _wait_for(sent.json()["job"])
        case.path_parameters, case.body = {"number": LOADED[-1] if LOADED else 1}, {}


@schemathesis.hook
def after_call(context, case, response):
    """A delivery that was taken is waited for, so that there is a batch for what decides about one."""
    if _delivers(case) and response.status_code == 202:
        _wait_for(response.json()["job"])


def _next_delivery():
    number = next(_DELIVERED)
    query = {"dataset": "registry", "mode": "merge", "file_name": f"{number}.csv"}
    return query, DELIVERIES[number % len(DELIVERIES)]


def _wait_for(job):
    """See a load through; its batch is noted if it is ready for a decision."""
    deadline, told = time.monotonic() + PATIENCE_S, {"state": "waiting"}
    while told["state"] in ("waiting", "running") and time.monotonic() < deadline:
        time.sleep(0.1)
        told = requests.get(f"{ADDRESS}/api/v1/staff/jobs/{job}", headers=_as_loader(), timeout=30).json()
    outcome = told.get("outcome") or {}
    if outcome.get("state") == "validated" and outcome["batch"] not in LOADED:
        LOADED.append(outcome["batch"])


def _as_loader():
    return {"Authorization": f"Bearer {TOKENS['loader']}", "Content-Type": "application/octet-stream"}


def _delivers(case):
    return case.operation.path == DELIVERIES_PATH and case.operation.method.upper() == "POST"


@schemathesis.check
def accepts_what_it_tells(ctx, response, case):
    """What the document allows is accepted, but for what only the data decides, and for bounds that cross."""
    try:
        return positive_data_acceptance(ctx, response, case)
    except RejectedPositiveData:
        if response.status_code == 410 and response.json()["type"].endswith(WITHDRAWN):
            return None
        problem = response.json() if response.status_code == 422 else {}
        if problem and all(map(_no_schema_tells, problem.get("errors", [{}]))):
            return None
        if problem.get("type", "").endswith(UNREADABLE):
            return None
        raise


def _no_schema_tells(error):
    parameter = error.get("parameter")
    is_crossed = str(parameter).endswith("_min") and error.get("value") is None
    # It adds keys of its own without a look at `propertyNames`.
    is_invented = "x-schemathesis-additional" in str(parameter) or str(parameter).startswith(WITH_OWN_KEYS)
    return parameter in DECIDED_BY_DATA or is_crossed or is_invented
