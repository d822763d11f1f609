"""The settings, each read once from one environment variable. Nothing else reads the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from pathlib import Path

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
    database_url: str
    """SQLAlchemy URL of the book of record."""
    role: Role
    base_url: str
    """Absolute address that links start with, without a slash at the end; empty means relative links."""
    token: str
    """Token of the person who acts on the command line; empty means nobody."""
    two_person: bool
    """Whether a book made now demands that who approves is not who loaded."""
    publisher: str
    publisher_url: str
    license_name: str
    license_url: str
    contact: str
    language: str
    """Language of reports on the command line, `es` or `en`."""
    max_upload_bytes: int
    """Largest accepted file, in bytes as unpacked."""


ENVIRONMENT: Mapping[str, str] = {
    "home": "EXEMPTIONS_HOME",
    "releases": "EXEMPTIONS_RELEASES",
    "database_url": "DATABASE_URL",
    "role": "EXEMPTIONS_ROLE",
    "base_url": "EXEMPTIONS_BASE_URL",
    "token": "EXEMPTIONS_TOKEN",
    "two_person": "EXEMPTIONS_TWO_PERSON",
    "publisher": "EXEMPTIONS_PUBLISHER",
    "publisher_url": "EXEMPTIONS_PUBLISHER_URL",
    "license_name": "EXEMPTIONS_LICENSE",
    "license_url": "EXEMPTIONS_LICENSE_URL",
    "contact": "EXEMPTIONS_CONTACT",
    "language": "EXEMPTIONS_LANG",
    "max_upload_bytes": "EXEMPTIONS_MAX_UPLOAD_BYTES",
}
"""Field → environment variable."""

DEFAULTS: Mapping[str, str] = {
    "home": "data",
    "releases": "",
    "database_url": "",
    "role": "all",
    "base_url": "",
    "token": "",
    "two_person": "on",
    "publisher": "",
    "publisher_url": "",
    "license_name": "",
    "license_url": "",
    "contact": "",
    "language": "es",
    "max_upload_bytes": str(2 * 1024**3),
}
"""Field → text that stands in for an absent or empty variable."""

_CHOICES: Mapping[str, tuple[str, ...]] = {
    "role": tuple(Role),
    "two_person": ("on", "off"),
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
    if not texts["max_upload_bytes"].isdecimal() or int(texts["max_upload_bytes"]) < 1:
        raise _wrong("max_upload_bytes", texts["max_upload_bytes"], "1 …")
    if texts["base_url"] and not texts["base_url"].startswith(("http://", "https://")):
        raise _wrong("base_url", texts["base_url"], "https://…")
    return Settings(
        home=home,
        releases=releases,
        database_url=texts["database_url"] or f"sqlite:///{home / 'book.sqlite'}",
        role=Role(texts["role"]),
        base_url=texts["base_url"].rstrip("/"),
        token=texts["token"],
        two_person=texts["two_person"] == "on",
        publisher=texts["publisher"],
        publisher_url=texts["publisher_url"],
        license_name=texts["license_name"],
        license_url=texts["license_url"],
        contact=texts["contact"],
        language=texts["language"],
        max_upload_bytes=int(texts["max_upload_bytes"]),
    )


def _wrong(name: str, value: str, allowed: str) -> SettingsError:
    variable = ENVIRONMENT[name]
    return SettingsError(
        f"La variable {variable} vale «{value}»; puede ser: {allowed}.",
        f"The variable {variable} is “{value}”; it may be: {allowed}.",
    )
