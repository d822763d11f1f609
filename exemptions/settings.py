"""The settings, each read once from one environment variable. Nothing else reads the environment."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from pathlib import Path
from urllib.parse import unquote, urlsplit

from exemptions.errors import SettingsError


class Role(StrEnum):
    """What a process may do: the public site, the staff's area, or both on one machine."""

    PUBLIC = "public"
    STAFF = "staff"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator decides. `ENVIRONMENT` names the variable of each field."""

    home: Path
    """Book of record, uploads, staged files, inbox and keys; mode 0700."""
    releases: Path
    """Published releases; nothing private lies below it."""
    release_store: str
    """Address, as `pyarrow.fs` reads it, of the store from which other machines copy the releases; empty means none."""
    signing_keys: tuple[str, ...]
    """Public keys, in base64 or hexadecimal, of which one must have signed what is copied from the store; none means
    that hashes alone are checked."""
    least_release: int
    """Number that the newest release of the store has at least, for what is copied from it to be believed: a machine
    that begins empty knows no other way that it is not shown an earlier copy; 0 means that it asks for none."""
    delta: bool
    """Whether the releases are also written to the store as a Delta Lake table."""
    inbox: Path
    """Reports from the public, until staff's side takes them in; never at, above or below the releases."""
    database_url: str
    """SQLAlchemy URL of the book of record."""
    database_tls: str
    """`required` or `optional`: whether a database on another machine must be reached by TLS from a public site."""
    role: Role
    base_url: str
    """Absolute address that links start with, without a slash at the end; empty means relative links."""
    staff_url: str
    """Absolute address under which the staff's area is reached; empty means below `base_url`."""
    tls_certificate: Path | None
    """File with the certificate that `serve` shows to the proxy, and those that vouch for it; None: plain HTTP."""
    tls_key: Path | None
    """File with the certificate's private key, without a password."""
    token: str
    """Token of the person who acts on the command line; empty means nobody."""
    two_person: bool
    """Whether a book made now demands that who approves is not who loaded."""
    second_factor: str
    """`optional` or `required`: whether the staff's area opens to who has a password alone."""
    publisher: str
    publisher_url: str
    license_name: str
    license_url: str
    contact: str
    mail_server: str
    """Where mail to the staff is handed in, `smtps://user:password@host`; empty means that none is sent."""
    mail_from: str
    mail_to: tuple[str, ...]
    demonstration: str
    """`local` or `public`: whether invented data may be served at an address that everybody reaches."""
    language: str
    """Language of reports on the command line, `es` or `en`."""
    max_upload_bytes: int
    """Largest accepted file, in bytes as unpacked."""
    clamd: str
    """Where the antivirus is asked about what the staff sends: the path of clamd's socket, or host:port; empty means
    that nobody is."""
    rate_limit: str
    """How many requests the proxy lets through in how many seconds, `600/60`; empty means that none is stated."""
    guard_removals_pct: float
    """Share of the records in a file's scope that may end before the load is held back, in percent."""
    guard_change_pct: float
    """By how much a total of amounts or jobs may move before the load is held back, in percent."""
    guard_shift_pct: float
    """By how much a column may look unlike the last edition before the load is held back, in percent."""
    guard_names_pct: float
    """Share of the taxpayers that may appear under another name before the load is held back, in percent."""

    def require_mail(self) -> None:
        """Make sure that mail can be sent.

        Raises: SettingsError naming the variables that are missing.
        """
        needed = ("mail_server", "mail_from", "mail_to")
        missing = ", ".join(ENVIRONMENT[name] for name in needed if not getattr(self, name))
        if missing:
            raise SettingsError(f"Para enviar correo faltan: {missing}.", f"To send mail these are missing: {missing}.")


ENVIRONMENT: Mapping[str, str] = {
    "home": "EXEMPTIONS_HOME",
    "releases": "EXEMPTIONS_RELEASES",
    "release_store": "EXEMPTIONS_RELEASE_STORE",
    "signing_keys": "EXEMPTIONS_SIGNING_KEYS",
    "least_release": "EXEMPTIONS_LEAST_RELEASE",
    "delta": "EXEMPTIONS_DELTA",
    "inbox": "EXEMPTIONS_INBOX",
    "database_url": "DATABASE_URL",
    "database_tls": "EXEMPTIONS_DATABASE_TLS",
    "role": "EXEMPTIONS_ROLE",
    "base_url": "EXEMPTIONS_BASE_URL",
    "staff_url": "EXEMPTIONS_STAFF_URL",
    "tls_certificate": "EXEMPTIONS_TLS_CERTIFICATE",
    "tls_key": "EXEMPTIONS_TLS_KEY",
    "token": "EXEMPTIONS_TOKEN",
    "two_person": "EXEMPTIONS_TWO_PERSON",
    "second_factor": "EXEMPTIONS_SECOND_FACTOR",
    "publisher": "EXEMPTIONS_PUBLISHER",
    "publisher_url": "EXEMPTIONS_PUBLISHER_URL",
    "license_name": "EXEMPTIONS_LICENSE",
    "license_url": "EXEMPTIONS_LICENSE_URL",
    "contact": "EXEMPTIONS_CONTACT",
    "mail_server": "EXEMPTIONS_MAIL_SERVER",
    "mail_from": "EXEMPTIONS_MAIL_FROM",
    "mail_to": "EXEMPTIONS_MAIL_TO",
    "demonstration": "EXEMPTIONS_DEMONSTRATION",
    "language": "EXEMPTIONS_LANG",
    "max_upload_bytes": "EXEMPTIONS_MAX_UPLOAD_BYTES",
    "clamd": "EXEMPTIONS_CLAMD",
    "rate_limit": "EXEMPTIONS_RATE_LIMIT",
    "guard_removals_pct": "EXEMPTIONS_GUARD_REMOVALS_PCT",
    "guard_change_pct": "EXEMPTIONS_GUARD_CHANGE_PCT",
    "guard_shift_pct": "EXEMPTIONS_GUARD_SHIFT_PCT",
    "guard_names_pct": "EXEMPTIONS_GUARD_NAMES_PCT",
}
"""Field → environment variable."""

DEFAULTS: Mapping[str, str] = {
    "home": "data",
    "releases": "",
    "release_store": "",
    "signing_keys": "",
    "least_release": "0",
    "delta": "off",
    "inbox": "",
    "database_url": "",
    "database_tls": "required",
    "role": "all",
    "base_url": "",
    "staff_url": "",
    "tls_certificate": "",
    "tls_key": "",
    "token": "",
    "two_person": "on",
    "second_factor": "optional",
    "publisher": "",
    "publisher_url": "",
    "license_name": "",
    "license_url": "",
    "contact": "",
    "mail_server": "",
    "mail_from": "",
    "mail_to": "",
    "demonstration": "local",
    "language": "es",
    "max_upload_bytes": str(2 * 1024**3),
    "clamd": "",
    "rate_limit": "",
    "guard_removals_pct": "5",
    "guard_change_pct": "30",
    "guard_shift_pct": "30",
    "guard_names_pct": "1",
}
"""Field → text that stands in for an absent or empty variable."""

STORE_SCHEMES = ("s3", "gs", "abfs", "abfss", "hdfs", "viewfs", "file")
"""Kinds of release store, by the beginning of their address."""

_DELTA_SCHEMES = ("s3://", "gs://", "abfs://", "abfss://", "file:///")

_CHOICES: Mapping[str, tuple[str, ...]] = {
    "role": tuple(Role),
    "delta": ("on", "off"),
    "database_tls": ("required", "optional"),
    "two_person": ("on", "off"),
    "second_factor": ("optional", "required"),
    "demonstration": ("local", "public"),
    "language": ("es", "en"),
}


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings of `environment` (the process's own when absent).

    Raises: SettingsError naming the variable, its value and what it may be.
    """
    source = os.environ if environment is None else environment
    texts = {f.name: source.get(ENVIRONMENT[f.name], "").strip() or DEFAULTS[f.name] for f in fields(Settings)}
    for name, choices in _CHOICES.items():
        if texts[name] not in choices:
            raise _wrong(name, texts[name], " | ".join(choices))
    home = Path(texts["home"]).expanduser().absolute()
    releases = Path(texts["releases"]).expanduser().absolute() if texts["releases"] else home / "releases"
    inbox = Path(texts["inbox"]).expanduser().absolute() if texts["inbox"] else home / "inbox"
    _refuse_public_inbox(inbox, releases)
    _check_release_store(texts["release_store"], (home, releases, inbox))
    if texts["delta"] == "on" and not texts["release_store"].startswith(_DELTA_SCHEMES):
        raise _wrong("delta", texts["delta"], f"off ({ENVIRONMENT['release_store']}: {', '.join(_DELTA_SCHEMES)})")
    if not texts["max_upload_bytes"].isdecimal() or int(texts["max_upload_bytes"]) < 1:
        raise _wrong("max_upload_bytes", texts["max_upload_bytes"], "1 …")
    if not re.fullmatch(r"\d{1,9}", texts["least_release"], re.ASCII):
        raise _wrong("least_release", texts["least_release"], "0 …")
    for name in ("base_url", "staff_url"):
        if texts[name] and not texts[name].startswith(("http://", "https://")):
            raise _wrong(name, texts[name], "https://…")
    if texts["clamd"] and not re.fullmatch(r"/.+|(\[[0-9a-fA-F:]+\]|[\w.-]+):\d{1,5}", texts["clamd"], re.ASCII):
        raise _wrong("clamd", texts["clamd"], "/run/clamav/clamd.ctl")
    if texts["rate_limit"] and not re.fullmatch(r"[1-9]\d{0,8}/[1-9]\d{0,5}", texts["rate_limit"], re.ASCII):
        raise _wrong("rate_limit", texts["rate_limit"], "600/60")
    tls = {name: Path(texts[name]).absolute() if texts[name] else None for name in ("tls_certificate", "tls_key")}
    if (tls["tls_certificate"] is None) is not (tls["tls_key"] is None):
        missing = ENVIRONMENT["tls_certificate" if tls["tls_certificate"] is None else "tls_key"]
        raise SettingsError(
            f"El certificado y su llave van juntos: falta {missing}.",
            f"The certificate and its key go together: {missing} is missing.",
        )
    return Settings(
        home=home,
        releases=releases,
        release_store=texts["release_store"],
        signing_keys=_signing_keys(texts),
        least_release=int(texts["least_release"]),
        delta=texts["delta"] == "on",
        inbox=inbox,
        database_url=texts["database_url"] or f"sqlite:///{home / 'book.sqlite'}",
        database_tls=texts["database_tls"],
        role=Role(texts["role"]),
        base_url=texts["base_url"].rstrip("/"),
        staff_url=(texts["staff_url"] or texts["base_url"]).rstrip("/"),
        tls_certificate=tls["tls_certificate"],
        tls_key=tls["tls_key"],
        token=texts["token"],
        two_person=texts["two_person"] == "on",
        second_factor=texts["second_factor"],
        publisher=texts["publisher"],
        publisher_url=texts["publisher_url"],
        license_name=texts["license_name"],
        license_url=texts["license_url"],
        contact=texts["contact"],
        mail_server=_mail_server(texts),
        mail_from=_mail_addresses(texts, "mail_from")[0] if texts["mail_from"] else "",
        mail_to=_mail_addresses(texts, "mail_to"),
        demonstration=texts["demonstration"],
        language=texts["language"],
        max_upload_bytes=int(texts["max_upload_bytes"]),
        clamd=texts["clamd"],
        rate_limit=texts["rate_limit"],
        guard_removals_pct=_percent(texts, "guard_removals_pct"),
        guard_change_pct=_percent(texts, "guard_change_pct", most=1000),
        guard_shift_pct=_percent(texts, "guard_shift_pct"),
        guard_names_pct=_percent(texts, "guard_names_pct"),
    )


def read_language(environment: Mapping[str, str] | None = None) -> str:
    """The language of messages, also where another setting, or this one, is wrong."""
    source = os.environ if environment is None else environment
    asked = source.get(ENVIRONMENT["language"], "").strip()
    return asked if asked in _CHOICES["language"] else DEFAULTS["language"]


def _refuse_public_inbox(inbox: Path, releases: Path) -> None:
    """What the public sends in is private, and everything below the releases may be served."""
    private, served = inbox.resolve(), releases.resolve()
    if private.is_relative_to(served) or served.is_relative_to(private):
        raise SettingsError(
            f"La variable {ENVIRONMENT['inbox']} vale «{inbox}»; no puede ser la carpeta de las publicaciones, "
            "ni estar dentro de ella, ni contenerla.",
            f"The variable {ENVIRONMENT['inbox']} is “{inbox}”; it may not be the folder of the releases, "
            "lie in it, or hold it.",
        )


def _check_release_store(address: str, own: tuple[Path, ...]) -> None:
    """The address names a kind of store that is known, no secret, and nothing of this machine's own."""
    if not address:
        return
    variable, parts = ENVIRONMENT["release_store"], urlsplit(address)
    if "@" in parts.netloc or "secret" in parts.query.lower():
        # The value is not repeated, because it may hold a secret.
        raise SettingsError(
            f"La variable {variable} lleva una clave; las claves del almacén van en variables propias, como "
            "AWS_ACCESS_KEY_ID y AWS_SECRET_ACCESS_KEY.",
            f"The variable {variable} holds a secret; those of the store go in variables of their own, such as "
            "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
        )
    is_folder = parts.scheme == "file"
    if parts.scheme not in STORE_SCHEMES or (parts.path in ("", "/") if is_folder else not parts.netloc):
        allowed = f"s3://…/…, file:///… ({', '.join(STORE_SCHEMES)})"
        raise _wrong("release_store", address, allowed)
    folder = Path(unquote(parts.path)).resolve()
    for place in (path.resolve() for path in own if is_folder):
        if folder.is_relative_to(place) or place.is_relative_to(folder):
            raise SettingsError(
                f"La variable {variable} vale «{address}»; el almacén es una carpeta aparte: no puede ser {place}, "
                "ni estar dentro de ella, ni contenerla.",
                f"The variable {variable} is “{address}”; the store is a folder apart: it may not be {place}, lie in "
                "it, or hold it.",
            )


def _signing_keys(texts: Mapping[str, str]) -> tuple[str, ...]:
    found = tuple(texts["signing_keys"].replace(",", " ").split())
    if any(not re.fullmatch(r"[0-9A-Fa-f]{64}|[A-Za-z0-9+/]{43}=", key) for key in found):
        raise _wrong("signing_keys", texts["signing_keys"], "exemptions key show")
    return found


def _mail_server(texts: Mapping[str, str]) -> str:
    given = texts["mail_server"]
    if given and not re.fullmatch(r"smtps?://([^@/\s]+@)?[^@/:\s]+(:\d{1,5})?/?", given):
        # The value is not repeated, because it may hold a password.
        variable = ENVIRONMENT["mail_server"]
        raise SettingsError(
            f"La variable {variable} no se entiende; puede ser smtps://usuario:clave@servidor.",
            f"The variable {variable} cannot be understood; it may be smtps://user:password@host.",
        )
    return given


def _mail_addresses(texts: Mapping[str, str], name: str) -> tuple[str, ...]:
    found = tuple(filter(None, (part.strip() for part in texts[name].split(","))))
    if any(not re.fullmatch(r"[^@\s<>,;\"]+@[^@\s<>,;\"]+", address) for address in found):
        raise _wrong(name, texts[name], "nombre@institucion.gob.gt")
    return found


def _percent(texts: Mapping[str, str], name: str, *, most: int = 100) -> float:
    # Bounded, so that neither a slip of the hand nor a word such as nan turns a guard off unnoticed.
    if not re.fullmatch(r"\d{1,4}(\.\d+)?", texts[name], re.ASCII) or float(texts[name]) > most:
        raise _wrong(name, texts[name], f"0 … {most}")
    return float(texts[name])


def _wrong(name: str, value: str, allowed: str) -> SettingsError:
    variable = ENVIRONMENT[name]
    return SettingsError(
        f"La variable {variable} vale «{value}»; puede ser: {allowed}.",
        f"The variable {variable} is “{value}”; it may be: {allowed}.",
    )
