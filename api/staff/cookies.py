"""The one cookie of the staff's area: what it holds is signed with a key that all workers of a home share.

The public pages neither read nor set it.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from flask import Flask, Request, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_wtf.csrf import generate_csrf
from itsdangerous import Signer

from api.staff.addresses import PREFIXES
from api.state import EXTENSION, AppState
from exemptions.errors import SettingsError
from exemptions.settings import Settings

KEY_PATH = Path("keys") / "session.key"
"""Where a home keeps the key that signs the cookies."""

_KEY_BYTES = 32
_ENTRY, _PROOF, _FORMS = "staff", "proof", "csrf_token"

# Whatever signs without saying how, as the library of the forms' tokens does, signs with this (itsdangerous, Signer).
Signer.default_digest_method = staticmethod(hashlib.sha256)


class StaffCookies(SecureCookieSessionInterface):
    """Flask's signed cookie, for the staff's addresses only; its key is read when the first of them is asked for."""

    digest_method = staticmethod(hashlib.sha256)

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """What the cookie of a request to the staff's area holds; nothing for any other request."""
        if not request.path.startswith(tuple(PREFIXES.values())):
            return None
        if app.secret_key is None:
            state: AppState = app.extensions[EXTENSION]
            app.secret_key = read_session_key(state.settings.home)
        return super().open_session(app, request)


def form_token() -> str:
    """What a form carries to show that it is ours: bound to the session, and drawn here, not as the library's SHA-1."""
    session.setdefault(_FORMS, secrets.token_urlsafe(_KEY_BYTES))
    token: str = generate_csrf()
    return token


def register_cookies(app: Flask, settings: Settings) -> None:
    """Give the application the cookie of the staff's area."""
    is_https = settings.base_url.startswith("https://")
    app.session_interface = StaffCookies()
    app.config.update(
        # The prefix makes browsers refuse the cookie unless it came over TLS from this very host (RFC 6265bis §4.1.3).
        SESSION_COOKIE_NAME="__Host-session" if is_https else "session",
        SESSION_COOKIE_SECURE=is_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Strict",
        SESSION_COOKIE_PATH="/",
    )


def begin_session(token: str) -> None:
    """Put a new session's token into the cookie, in place of everything that it held before somebody signed in."""
    session.clear()
    session[_ENTRY] = token


def session_token() -> str:
    """The token that the cookie holds; empty without one."""
    token = session.get(_ENTRY, "")
    return token if isinstance(token, str) else ""


def keep_proof(name: str, at: datetime) -> None:
    """Note in the cookie, which nobody can forge, that the password of a name was right at an instant."""
    session.clear()
    session[_PROOF] = [name, at.isoformat()]


def find_proof() -> tuple[str, datetime] | None:
    """The name whose password was right, and when; None without such a note."""
    match session.get(_PROOF):
        case [str(name), str(at)]:
            return name, datetime.fromisoformat(at)
        case _:
            return None


def forget_session() -> None:
    """Empty the cookie."""
    session.clear()


def read_session_key(home: Path) -> bytes:
    """The key of a home, made at its first use; every process of the home gets the same.

    Raises: SettingsError if it is too short, or others can read it.
    """
    path = home / KEY_PATH
    with suppress(FileNotFoundError):
        return _read_strong(path)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # A link is made at once and only where nothing is yet, so no process ever reads half a key or another one's loser.
    candidate = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    handle = os.open(candidate, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(_KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(candidate, path)
    finally:
        candidate.unlink()
    return _read_strong(path)


def _read_strong(path: Path) -> bytes:
    """The key at a path. Who can guess or read it can sign in as anybody."""
    key = path.read_bytes()
    if len(key) < _KEY_BYTES or len(set(key)) < _KEY_BYTES // 4 or path.stat().st_mode & 0o077:
        raise SettingsError(
            f"La clave {path} es débil o la pueden leer otras cuentas: bórrela y se hará otra; todas las sesiones "
            "terminan.",
            f"The key {path} is weak, or other accounts can read it: delete it and another is made; all sessions end.",
        )
    return key
