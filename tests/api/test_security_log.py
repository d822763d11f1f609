"""Every refused try at a door of the staff's area is a line, and holds nothing that was typed."""

from __future__ import annotations

import hashlib
import json
import logging
import re
from datetime import UTC, datetime

import pytest

from api.security_log import Refusal, log_refusal
from api.serving import logconfig_dict
from api.staff.cookies import StaffCookies
from exemptions.sessions import FAILURES_ALLOWED
from tests.api.staff_area import LOADER, StaffArea, form_token, post

TYPED = "lo que alguien escribió"


def lines(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str | None]]:
    """Event and account of each line."""
    assert TYPED not in caplog.text
    found = [json.loads(record.getMessage()) for record in caplog.records if record.name == "registry.security"]
    assert all(line["request_id"] and line["route"].startswith(("/staff", "/api/v1/staff")) for line in found)
    return [(line["event"], line["account"]) for line in found]


def test_sign_in__a_refused_one_is_logged_with_the_account_if_there_is_one(
    staffed: StaffArea, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    for name in (LOADER, TYPED):
        post(staffed.browser(), "/staff/entrar", name=name, password=TYPED)
    assert lines(caplog) == [("password_refused", LOADER), ("password_refused", None)]


def test_sign_in__a_refused_code_and_a_lock_are_logged(staffed: StaffArea, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    staffed.add_factor(LOADER)
    browser = staffed.sign_in(LOADER)
    for _ in range(FAILURES_ALLOWED + 1):
        post(browser, "/staff/entrar/codigo", code="000000")
    assert lines(caplog) == [*[("code_refused", LOADER)] * FAILURES_ALLOWED, ("locked", LOADER)]


def test_account__a_wrong_password_within_a_session_is_logged(
    staffed: StaffArea, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    new = "otra frase sin sentido 83"
    post(staffed.sign_in(LOADER), "/staff/cuenta/contrasena", current=TYPED, password=new, again=new)
    assert lines(caplog) == [("password_refused", LOADER)]


def test_tokens_and_forms__that_are_refused_are_logged(staffed: StaffArea, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    staffed.browser().get("/api/v1/staff/batches", headers={"Authorization": "Bearer not-a-token"})
    staffed.sign_in(LOADER).post("/staff/salir", data={"csrf_token": TYPED})
    assert lines(caplog) == [("token_refused", None), ("form_refused", None)]


def test_line__cannot_be_split_by_what_it_holds(staffed: StaffArea, caplog: pytest.LogCaptureFixture) -> None:
    with staffed.app.test_request_context("/staff/entrar"):
        log_refusal(Refusal.PASSWORD, account='x"}\r\n{"event": "forged\u2028\x1b[2J')
    (message,) = [record.getMessage() for record in caplog.records if record.name == "registry.security"]
    assert message.isascii()
    assert message.isprintable()


def test_lines__tell_their_time_with_its_offset() -> None:
    formatter = logging.Formatter(
        logconfig_dict["formatters"]["plain"]["format"], logconfig_dict["formatters"]["plain"]["datefmt"]
    )
    written = formatter.format(logging.makeLogRecord({"msg": "x"})).split()[0]
    assert datetime.strptime(written, "%Y-%m-%dT%H:%M:%S%z").astimezone(UTC).year >= 1970


def test_cookie__is_signed_with_sha256(staffed: StaffArea) -> None:
    staffed.sign_in(LOADER)
    signer = StaffCookies().get_signing_serializer(staffed.app)
    assert signer is not None
    assert signer.signer_kwargs["digest_method"] is hashlib.sha256


def test_form_token__is_signed_with_sha256_and_drawn_without_sha1(staffed: StaffArea) -> None:
    browser = staffed.browser()
    token = form_token(browser)
    with browser.session_transaction("/staff/entrar") as kept:
        drawn = kept["csrf_token"]
    assert re.fullmatch(r"[0-9a-f]{40}", drawn) is None
    # HMAC-SHA256 has 32 bytes, 43 letters of base64; that of SHA-1 has 27.
    assert len(token.rpartition(".")[2]) == 43
